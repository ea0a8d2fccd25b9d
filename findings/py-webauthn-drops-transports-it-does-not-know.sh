#!/usr/bin/env bash
# A guess: values that a later edition of WebAuthn adds pass a library, as the standard asks: a relying party stores transports it
# does not know, and treats an authenticatorAttachment it does not know as absent.
# Instead: py_webauthn 3.0.1 (webauthn on PyPI) leaves the transport out without a word, and refuses the whole registration for
# the attachment. @simplewebauthn/server 14.0.3 keeps the one and takes the other.
# Where: its enums AuthenticatorTransport and AuthenticatorAttachment, in parse_registration_credential_json.
# For sign-in: the day browsers send a new word, passkeys made on that device are stored without the hint that finds them again,
# or cannot be made. Keep transports from the browser's answer yourself, as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet webauthn==3.0.1
env/bin/python - <<'PY'
import hashlib
import json
from importlib.metadata import version

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn import verify_registration_response
from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json
from webauthn.helpers.exceptions import InvalidJSONStructure

challenge, credential = bytes(range(32)), bytes(range(16))
point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
flags = bytes([0b0100_0101])  # attested credential data, user verified, user present
attested = bytes(16) + len(credential).to_bytes(2, "big") + credential + cose
data = hashlib.sha256(b"example.com").digest() + flags + bytes(4) + attested
client = {"type": "webauthn.create", "challenge": bytes_to_base64url(challenge), "origin": "https://example.com"}
registration = {
    "id": bytes_to_base64url(credential),
    "rawId": bytes_to_base64url(credential),
    "type": "public-key",
    "clientExtensionResults": {},
    "response": {
        "clientDataJSON": bytes_to_base64url(json.dumps(client).encode()),
        "attestationObject": bytes_to_base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        "transports": ["internal", "future-transport"],
    },
}
verify_registration_response(credential=json.dumps(registration), expected_challenge=challenge, expected_rp_id="example.com",
                             expected_origin="https://example.com")
kept = [transport.value for transport in parse_registration_credential_json(json.dumps(registration)).response.transports]
print("webauthn", version("webauthn"), "keeps", kept)
assert kept == ["internal"]
registration["authenticatorAttachment"] = "future-attachment"
try:
    parse_registration_credential_json(json.dumps(registration))
except InvalidJSONStructure as raised:
    print("future-attachment:", raised)
else:
    raise SystemExit(1)
json.dump(registration, open("registration.json", "w"))
PY
npm install --silent --no-audit --no-fund @simplewebauthn/server@14.0.3
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { verifyRegistrationResponse } from "@simplewebauthn/server";

const { verified, registrationInfo } = await verifyRegistrationResponse({
  response: JSON.parse(readFileSync("registration.json")),
  expectedChallenge: Buffer.from([...Array(32).keys()]).toString("base64url"),
  expectedOrigin: "https://example.com",
  expectedRPID: "example.com",
});
console.log("@simplewebauthn/server 14.0.3:", verified, registrationInfo.credential.transports);
assert.deepStrictEqual([verified, registrationInfo.credential.transports], [true, ["internal", "future-transport"]]);
JS
node finding.mjs
