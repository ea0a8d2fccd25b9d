#!/usr/bin/env bash
# A guess: cose-to-jwk, made for WebAuthn, makes a JWK of a passkey's public key, with "alg": "ES256" and coordinates in base64url.
# Instead: cose-to-jwk 1.1.0 writes "alg": "ECDSA_w_SHA256" and base64 that ends in "=", where RFC 7518, section 6.2.1.2, has base64url; for
# Ed25519 it raises. Node.js 20 and jwcrypto 1.6.1 take such a key. jose 6.2.18, PyJWT 2.15.0 and joserfc 1.7.5 refuse it, and its
# thumbprint is another one. parse-cosekey 1.0.2 is right where it is given Buffers; of Uint8Arrays, which decoders give, it makes a JWK
# whose "x" is no text but the array, in JSON an object with 32 numbers. cose-kit 1.7.1 is right.
# For sign-in: a passkey that is stored as such a JWK verifies while Node.js does it, and is lost at the next upgrade or in the next
# language. Look at one stored key: "alg" is a name of the registry, "x" a text without "+", "/" and "=".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund cborg@6.1.5 cose-kit@1.7.1 cose-to-jwk@1.1.0 jose@6.2.18 parse-cosekey@1.0.2
cat > finding.mjs <<'JS'
import crypto from "node:crypto";
import fs from "node:fs";
import * as cborg from "cborg";
import { COSEKeyToJWK } from "cose-kit";
import coseToJwk from "cose-to-jwk";
import * as jose from "jose";
import cosekey from "parse-cosekey";

const jwks = {
  ES256: { kty: "EC", crv: "P-256", x: "usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8", y: "IBOL-C3BttVivg-lSreASjpkttcsz-1rb7btKLv8EX4" },
  EdDSA: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
};
const array = (text) => new Uint8Array(Buffer.from(text, "base64url"));
const keys = {
  ES256: new Map([[1, 2], [3, -7], [-1, 1], [-2, array(jwks.ES256.x)], [-3, array(jwks.ES256.y)]]),
  EdDSA: new Map([[1, 1], [3, -8], [-1, 6], [-2, array(jwks.EdDSA.x)]]),
};
const buffers = (key) => new Map([...key].map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value) : value]));
const makers = {
  "cose-to-jwk": (key) => coseToJwk(Buffer.from(cborg.encode(key))),
  "parse-cosekey": (key) => cosekey.KeyParser.cose2jwk(key),
  "parse-cosekey, Buffers": (key) => cosekey.KeyParser.cose2jwk(buffers(key)),
  "cose-kit": (key) => COSEKeyToJWK(cborg.encode(key)),
};
const made = {};
for (const [alg, key] of Object.entries(keys)) {
  for (const [name, make] of Object.entries(makers)) {
    let jwk;
    try {
      jwk = make(key);
    } catch (error) {
      console.log(`${alg} | ${name} | ${error.name}`);
      continue;
    }
    made[`${alg} | ${name}`] = jwk;
    const byNode = (() => {
      try {
        return crypto.createPublicKey({ key: jwk, format: "jwk" }).equals(crypto.createPublicKey({ key: jwks[alg], format: "jwk" }));
      } catch (error) {
        return error.code;
      }
    })();
    const byJose = await jose.importJWK(jwk).then(() => "taken", (error) => error.name);
    const x = typeof jwk.x === "string" ? jwk.x : JSON.stringify(jwk.x).slice(0, 14);
    console.log(`${alg} | ${name} | ${jwk.alg}, ${x} | ${byNode} | ${byJose}`);
  }
}
fs.writeFileSync("made.json", JSON.stringify(made));
const prints = [made["ES256 | cose-to-jwk"], jwks.ES256].map((jwk) => jose.calculateJwkThumbprint(jwk));
console.log("thumbprints:", ...(await Promise.all(prints)));
JS
node --no-deprecation finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet joserfc==1.7.5 pyjwt[crypto]==2.15.0 jwcrypto==1.6.1
venv/bin/python - <<'PY' | tee -a seen
import json

import jwt
from jwcrypto.jwk import JWK
from joserfc.jwk import import_key

READERS = {"PyJWT": jwt.PyJWK, "joserfc": import_key, "jwcrypto": lambda key: JWK(**key)}
for name, key in json.load(open("made.json")).items():
    for reader, read in READERS.items():
        try:
            read(key)
            said = "taken"
        except Exception as raised:
            said = type(raised).__name__
        print(name, "|", reader, "|", said)
PY
diff seen - << 'SEEN'
ES256 | cose-to-jwk | ECDSA_w_SHA256, usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8= | true | JOSENotSupported
ES256 | parse-cosekey | ES256, {"0":186,"1":1 | ERR_INVALID_ARG_TYPE | DataError
ES256 | parse-cosekey, Buffers | ES256, usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8 | true | taken
ES256 | cose-kit | ES256, usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8 | true | taken
EdDSA | cose-to-jwk | TypeError
EdDSA | parse-cosekey | EdDSA, {"0":215,"1":9 | ERR_INVALID_ARG_TYPE | DataError
EdDSA | parse-cosekey, Buffers | EdDSA, 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo | true | taken
EdDSA | cose-kit | EdDSA, 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo | true | taken
thumbprints: utTLuohK0VRQMibCTZ7QnsadiI6M_gijHAd24c_0OEs xNnfOFTMgZSRM3KtGHQqavZGWGF00Fe54LZBYCIxr88
ES256 | cose-to-jwk | PyJWT | PyJWKError
ES256 | cose-to-jwk | joserfc | Error
ES256 | cose-to-jwk | jwcrypto | taken
ES256 | parse-cosekey | PyJWT | InvalidKeyError
ES256 | parse-cosekey | joserfc | KeyParameterError
ES256 | parse-cosekey | jwcrypto | InvalidJWKValue
ES256 | parse-cosekey, Buffers | PyJWT | taken
ES256 | parse-cosekey, Buffers | joserfc | taken
ES256 | parse-cosekey, Buffers | jwcrypto | taken
ES256 | cose-kit | PyJWT | taken
ES256 | cose-kit | joserfc | taken
ES256 | cose-kit | jwcrypto | taken
EdDSA | parse-cosekey | PyJWT | InvalidKeyError
EdDSA | parse-cosekey | joserfc | KeyParameterError
EdDSA | parse-cosekey | jwcrypto | InvalidJWKValue
EdDSA | parse-cosekey, Buffers | PyJWT | taken
EdDSA | parse-cosekey, Buffers | joserfc | taken
EdDSA | parse-cosekey, Buffers | jwcrypto | taken
EdDSA | cose-kit | PyJWT | taken
EdDSA | cose-kit | joserfc | taken
EdDSA | cose-kit | jwcrypto | taken
SEEN
