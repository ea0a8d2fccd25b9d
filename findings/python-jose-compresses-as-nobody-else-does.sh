#!/usr/bin/env bash
# A guess: "zip": "DEF" in an encrypted token is one thing, DEFLATE of RFC 1951 (RFC 7516, section 4.1.3); whoever names it can read it.
# Instead: python-jose 3.5.0 puts zlib's header and checksum around it. jwcrypto 1.6.1 of PyPI and jose 6.2.18 of npm refuse what it wrote,
# and it raises zlib.error on what they wrote; without "zip" all read each other. joserfc 1.8.0 reads both and writes the standard's.
# Where: it calls zlib.compress and zlib.decompress as they are.
# For sign-in: an encrypted ID token or session that was compressed, as it grew large with groups, is refused after a library is changed,
# and the error is about a header in the data or about the token as a whole, with the right key. Leave "zip" away; where tokens of
# python-jose are still out, read them with joserfc.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet python-jose==3.5.0 jwcrypto==1.6.1 joserfc==1.8.0
npm install --prefix . --silent --no-audit --no-fund jose@6.2.18
cat > libraries.py <<'PY'
import base64
import json
import sys

from jose import jwe as python_jose
from joserfc import jwe as joserfc
from joserfc.jwk import OctKey
from jwcrypto import jwe, jwk

KEY, TEXT = b"k" * 32, json.dumps({"sub": "ann", "groups": ["staff"] * 200}).encode()
NAMES = ["dir", "A256GCM", "DEF"]
JWK = {"kty": "oct", "k": base64.urlsafe_b64encode(KEY).rstrip(b"=").decode()}


def by_jwcrypto(header: dict) -> str:
    token = jwe.JWE(TEXT, json.dumps(header))
    token.add_recipient(jwk.JWK(**JWK))
    return token.serialize(compact=True)


def read_by_jwcrypto(token: str) -> bytes:
    read = jwe.JWE()
    read.deserialize(token, jwk.JWK(**JWK))
    return read.payload


WRITERS = {
    "python-jose": lambda header: python_jose.encrypt(TEXT, KEY, "A256GCM", "dir", header.get("zip")).decode(),
    "jwcrypto": by_jwcrypto,
    "joserfc": lambda header: joserfc.encrypt_compact(header, TEXT, OctKey.import_key(JWK), algorithms=NAMES),
}
READERS = {
    "python-jose": lambda token: python_jose.decrypt(token, KEY),
    "jwcrypto": read_by_jwcrypto,
    "joserfc": lambda token: joserfc.decrypt_compact(token, OctKey.import_key(JWK), algorithms=NAMES).plaintext,
}
if sys.argv[1] == "write":
    headers = {"plain": {}, "zip": {"zip": "DEF"}}
    tokens = {
        f"{kind} | {name}": write({"alg": "dir", "enc": "A256GCM", **more})
        for kind, more in headers.items()
        for name, write in WRITERS.items()
    }
    json.dump(tokens, open("tokens.json", "w"))
    open("text", "wb").write(TEXT)
else:
    for what, token in json.load(open("tokens.json")).items():
        for name, read in READERS.items():
            try:
                said = "the same" if read(token) == TEXT else "another text"
            except Exception as raised:
                said = type(raised).__name__
            print(what, "|", name, "|", said)
PY
cat > finding.mjs <<'JS'
import fs from "node:fs";
import { CompactEncrypt, compactDecrypt } from "jose";

const key = new TextEncoder().encode("k".repeat(32));
const text = fs.readFileSync("text");
const tokens = JSON.parse(fs.readFileSync("tokens.json"));
for (const [kind, more] of [["plain", {}], ["zip", { zip: "DEF" }]]) {
  tokens[`${kind} | jose`] = await new CompactEncrypt(text).setProtectedHeader({ alg: "dir", enc: "A256GCM", ...more }).encrypt(key);
}
fs.writeFileSync("tokens.json", JSON.stringify(tokens));
for (const [what, token] of Object.entries(tokens)) {
  const read = compactDecrypt(token, key).then(({ plaintext }) => (text.equals(plaintext) ? "the same" : "another text"));
  console.log(`${what} | jose | ${await read.catch((error) => error.name)}`);
}
JS
venv/bin/python libraries.py write
node finding.mjs > seen
venv/bin/python libraries.py read >> seen
LC_ALL=C sort seen | tee sorted
[[ $(grep -c '^plain .* the same$' sorted) == 16 ]]
diff <(grep '^zip' sorted) - << 'SEEN'
zip | jose | jose | the same
zip | jose | joserfc | the same
zip | jose | jwcrypto | the same
zip | jose | python-jose | error
zip | joserfc | jose | the same
zip | joserfc | joserfc | the same
zip | joserfc | jwcrypto | the same
zip | joserfc | python-jose | error
zip | jwcrypto | jose | the same
zip | jwcrypto | joserfc | the same
zip | jwcrypto | jwcrypto | the same
zip | jwcrypto | python-jose | error
zip | python-jose | jose | JWEInvalid
zip | python-jose | joserfc | the same
zip | python-jose | jwcrypto | InvalidJWEData
zip | python-jose | python-jose | the same
SEEN
