#!/usr/bin/env bash
# A guess: a JWKS with one key and no `kid`, and tokens without `kid` (both optional: RFC 7517, RFC 7515), verify with every
# client; there is nothing to choose.
# Instead: PyJWKClient of PyJWT 2.15.1 says "The JWKS endpoint did not contain any signing keys". With a kid in the set and none
# in the token it finds no match for "None". jose 6.2.18 takes the only key in both cases.
# Where: get_signing_keys keeps keys with a key_id only; get_signing_key compares.
# For sign-in: give every key a kid and write it into every token, with one key as well. As a client of others' sets, fall back to
# the only key that fits the algorithm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet PyJWT==2.15.1 cryptography==50.0.2
env/bin/python - <<'PY'
import json

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

key = ec.generate_private_key(ec.SECP256R1())
public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
token = jwt.encode({"sub": "member-1"}, key, algorithm="ES256")


class Client(jwt.PyJWKClient):
    """Has its set already."""

    def __init__(self, keys: list):
        super().__init__("https://idp.example.com/jwks.json")
        self.keys = keys

    def fetch_data(self):
        return {"keys": self.keys}


for keys, expected in (([public], "did not contain any signing keys"), ([{**public, "kid": "k1"}], 'matches: "None"')):
    try:
        Client(keys).get_signing_key_from_jwt(token)
    except jwt.PyJWKClientError as raised:
        print("PyJWT", jwt.__version__, raised)
        assert expected in str(raised)
    else:
        raise SystemExit(1)
json.dump({"token": token, "sets": [{"keys": [public]}, {"keys": [{**public, "kid": "k1"}]}]}, open("made.json", "w"))
PY
npm install --silent --no-audit --no-fund jose@6.2.18
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createLocalJWKSet, jwtVerify } from "jose";

const { token, sets } = JSON.parse(readFileSync("made.json"));
for (const set of sets) console.log("jose 6.2.18:", (await jwtVerify(token, createLocalJWKSet(set))).payload);
JS
node finding.mjs
