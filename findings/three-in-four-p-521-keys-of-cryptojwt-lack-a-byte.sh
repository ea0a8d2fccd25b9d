#!/usr/bin/env bash
# A guess: a library that publishes an EC key writes both coordinates with all their bytes, also zeros in front, 66 for P-521 (RFC
# 7518, sections 6.2.1.2 and 6.2.1.3).
# Instead: cryptojwt 1.11.0, the library under idpy-oidc, writes 65 where the first byte would be zero, which it is half of the time
# with P-521: three in four keys have a short x or y. PyJWT 2.15.1 and josepy 2.2.0 refuse such a key, joserfc 1.8.0 takes it.
# authlib.jose 1.9.10 does the same with every curve; for P-256 that is one key in 128.
# For sign-in: after a change of keys nobody can log in at some apps, and after the next one all is well again. As a provider, pad
# what you publish, or make keys until none is short; as a client of others' sets, put the zeros back in front.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet cryptojwt==1.11.0 authlib==1.9.10 pyjwt==2.15.1 josepy==2.2.0 joserfc==1.8.0
cat > finding.py <<'PY'
import base64
import json
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")

import josepy
import joserfc.jwt
import jwt
from authlib.jose import ECKey, JsonWebToken
from cryptojwt.jwk.ec import new_ec_key
from cryptojwt.jws.jws import JWS
from joserfc.jwk import import_key


def lengths(key: dict) -> tuple[int, ...]:
    return tuple(len(base64.urlsafe_b64decode(key[name] + "==")) for name in "xy")


def by_cryptojwt() -> tuple[dict, str]:
    key = new_ec_key("P-521", alg="ES512", use="sig")
    return key.serialize(), JWS('{"sub": "ada"}', alg="ES512").sign_compact([key])


def by_authlib() -> tuple[dict, str]:
    key = ECKey.generate_key("P-256", is_private=True)
    return key.as_dict(is_private=False), JsonWebToken(["ES256"]).encode({"alg": "ES256"}, {"sub": "ada"}, key).decode()


def outcome(read) -> str:
    try:
        return read()
    except (jwt.InvalidKeyError, josepy.errors.DeserializationError) as error:
        return f"{type(error).__name__}: {error}"


READERS = {
    "PyJWT": lambda key, token, algorithm: jwt.decode(token, jwt.PyJWK(key, algorithm), algorithms=[algorithm])["sub"],
    "josepy": lambda key, token, _: type(josepy.JWK.from_json(dict(key))).__name__,
    "joserfc": lambda key, token, algorithm: joserfc.jwt.decode(token, import_key(key), algorithms=[algorithm]).claims["sub"],
}
LIBRARIES = ("cryptojwt", by_cryptojwt, "ES512", 66, 200), ("authlib", by_authlib, "ES256", 32, 3000)
for library, make, algorithm, full, tries in LIBRARIES:
    made = [make() for _ in range(tries)]
    short = [(key, token) for key, token in made if min(lengths(key)) < full]
    print(library, version(library), "|", len(short), "of", tries, "keys are short")
    assert short and (library != "cryptojwt" or 0.6 < len(short) / tries < 0.9)
    for name, read in READERS.items():
        key, token = next((key, token) for key, token in made if min(lengths(key)) == full)
        whole = outcome(lambda: read(key, token, algorithm))
        key, token = short[0]
        seen = outcome(lambda: read(key, token, algorithm))
        print(" ", name, version(name.lower()), "| whole:", whole, "| short:", seen)
        assert "Error" not in whole and ("Error" in seen) == (name != "joserfc")
PY
venv/bin/python finding.py
