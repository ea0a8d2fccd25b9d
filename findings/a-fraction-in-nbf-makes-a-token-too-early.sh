#!/usr/bin/env bash
# A guess: a token that says nbf or iat by Python's time.time(), with a fraction, is valid at once: RFC 7519, section 2, allows fractions
# in a NumericDate, and now is not before a moment ago.
# Instead: jose 6.2.18 and jsonwebtoken 9.0.3 refuse it for its nbf, joserfc 1.8.0 for its iat ("issued in the future"), until the second
# in which it was made is over. PyJWT 2.15.1, python-jose 3.5.0 and fast-jwt 6.3.6 take it.
# Where: they compare with whole seconds, cut off, and allow for no difference of clocks unless told to.
# For sign-in: the first request after a login or a refresh is refused, more often the faster everything is, and the next one passes; a
# test with a breakpoint passes, too. As an issuer write whole seconds; as a reader allow for some (clockTolerance, leeway).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet joserfc==1.8.0 pyjwt==2.15.1 python-jose==3.5.0
npm install --prefix . --silent --no-audit --no-fund jose@6.2.18 jsonwebtoken@9.0.3 fast-jwt@6.3.6
cat > finding.py <<'PY'
import time
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")

import jwt
from joserfc import jwt as joserfc
from joserfc.errors import InvalidClaimError
from joserfc.jwk import OctKey
from jose import jwt as python_jose

KEY = "a secret of thirty-two characters"


def by_joserfc(token: str) -> None:
    claims = joserfc.decode(token, OctKey.import_key(KEY), algorithms=["HS256"]).claims
    joserfc.JWTClaimsRegistry().validate(claims)


READERS = {
    "pyjwt": lambda token: jwt.decode(token, KEY, algorithms=["HS256"]),
    "python-jose": lambda token: python_jose.decode(token, KEY, algorithms=["HS256"]),
    "joserfc": by_joserfc,
}
for cut in (int, float):
    for name, read in READERS.items():
        # Early in a second, so that it is not over before the token is read.
        while not 0.1 < time.time() % 1 < 0.5:
            time.sleep(0.02)
        now = cut(time.time())
        token = jwt.encode({"sub": "ada", "iat": now, "nbf": now, "exp": now + 60}, KEY, algorithm="HS256")
        try:
            read(token)
            seen = "taken"
        except InvalidClaimError as error:
            seen = str(error)
        print(cut.__name__, "|", name, version(name), "|", seen)
        assert (seen == "taken") == (cut is int or name != "joserfc")
PY
venv/bin/python finding.py
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { setTimeout } from "node:timers/promises";
import { createVerifier } from "fast-jwt";
import { SignJWT, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";

const key = "a secret of thirty-two characters";
const readers = {
  jose: (token) => jwtVerify(token, Buffer.from(key)),
  jsonwebtoken: async (token) => jsonwebtoken.verify(token, key),
  "fast-jwt": async (token) => createVerifier({ key })(token),
};
for (const [kind, cut] of [["int", Math.floor], ["float", Number]]) {
  for (const [name, read] of Object.entries(readers)) {
    while (Date.now() % 1000 < 100 || Date.now() % 1000 > 500) await setTimeout(20);
    const now = cut(Date.now() / 1000);
    const token = await new SignJWT({ sub: "ada", iat: now, nbf: now, exp: now + 60 })
      .setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(key));
    const seen = await read(token).then(() => "taken", (error) => error.message);
    console.log(kind, "|", name, "|", seen);
    assert.equal(seen === "taken", kind === "int" || name === "fast-jwt");
  }
}
JS
node finding.mjs
