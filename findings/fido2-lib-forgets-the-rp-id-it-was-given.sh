#!/usr/bin/env bash
# A guess: new Fido2Lib({ rpId: "example.com" }) verifies what it asked for: a passkey for example.com that was made at
# https://login.example.com, which WebAuthn allows (level 2, section 5.1.3: the RP ID may be the host or a suffix of it).
# Instead: fido2-lib 3.5.9 sends example.com in its options, and then compares with the hash of login.example.com: "authnrData rpIdHash
# mismatch". rpId has to be said once more in the expectations of each call, where the examples of its README leave it out. At
# https://example.com all goes well without. @simplewebauthn/server 14.0.3 verifies both.
# Where: the validator takes expectations.rpId or else the host of the origin; it does not see what the constructor got.
# For sign-in: tests at localhost and the first customer on the bare domain pass, and the move to a host like login.example.com, or an
# app whose origin is android:apk-key-hash:…, breaks all passkeys at once. Give rpId in both places from the start.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund fido2-lib@3.5.9 @simplewebauthn/server@14.0.3
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { createHash, generateKeyPairSync } from "node:crypto";
import { verifyRegistrationResponse } from "@simplewebauthn/server";
import { Fido2Lib } from "fido2-lib";

const hex = (digits) => Buffer.from(digits, "hex");
const { x, y } = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
const [rpId, id, challenge] = ["example.com", Buffer.alloc(16, 1), Buffer.alloc(32, 2).toString("base64url")];
// {1: 2, 3: -7, -1: 1, -2: x, -3: y}
const key = Buffer.concat([hex("a5010203262001215820"), Buffer.from(x, "base64url"), hex("225820"), Buffer.from(y, "base64url")]);
// Present, verified and with a credential: a counter, no AAGUID, the id and the key.
const data = Buffer.concat([createHash("sha256").update(rpId).digest(), hex("45"), Buffer.alloc(4 + 16), hex("0010"), id, key]);
// {"fmt": "none", "attStmt": {}, "authData": data}
const head = Buffer.concat([hex("a363666d74646e6f6e656761747453746d74a0686175746844617461"), hex("58"), Buffer.from([data.length])]);
const attestationObject = Buffer.concat([head, data]).toString("base64url");

async function seen(origin, expectations) {
  const client = JSON.stringify({ type: "webauthn.create", challenge, origin, crossOrigin: false });
  const clientDataJSON = Buffer.from(client).toString("base64url");
  const library = new Fido2Lib({ rpId, attestation: "none" });
  assert.strictEqual((await library.attestationOptions()).rp.id, rpId);
  const made = { id: new Uint8Array(id).buffer, rawId: new Uint8Array(id).buffer, response: { attestationObject, clientDataJSON } };
  const response = { id: id.toString("base64url"), rawId: id.toString("base64url"), type: "public-key", clientExtensionResults: {} };
  const other = await verifyRegistrationResponse({
    response: { ...response, response: made.response },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
  });
  assert(other.verified);
  return library.attestationResult(made, { challenge, origin, factor: "either", ...expectations }).then(
    () => "verified",
    (raised) => raised.message,
  );
}
const found = {
  "https://example.com": await seen("https://example.com"),
  "https://login.example.com": await seen("https://login.example.com"),
  "https://login.example.com, rpId again": await seen("https://login.example.com", { rpId }),
};
console.log("fido2-lib 3.5.9:", found);
assert.deepStrictEqual(Object.values(found), ["verified", "authnrData rpIdHash mismatch", "verified"]);
JS
node finding.mjs
