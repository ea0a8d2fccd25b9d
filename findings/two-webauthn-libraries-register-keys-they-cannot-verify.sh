#!/usr/bin/env bash
# A guess: where a WebAuthn library takes the registration of a passkey, it can verify logins with it; a kind of key that it does not
# know it refuses at once, as WebAuthn (level 2, section 7.1) has it compare the algorithm with those that were asked for.
# Instead: fido2-lib 3.5.9, asked for ES384 by its cryptoParams, registers a P-384 key, hands its PEM out and refuses that at each login:
# "Unsupported key format". @passwordless-id/webauthn 2.4.0 registers Ed25519 as "EdDSA", and refuses EdDSA at login. P-256 goes with
# both.
# Where: fido2-lib reads the curve of each PEM as P-256; the other names three algorithms in parsers.js and verifies two in server.js.
# For sign-in: a member whose security key chose such an algorithm has seen "passkey added" and is locked out. Ask for what your library
# verifies (-7 and -257 go with all), compare what came with that, and let each new passkey log in once before it counts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund fido2-lib@3.5.9 @passwordless-id/webauthn@2.4.0
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { server } from "@passwordless-id/webauthn";
import { Fido2Lib } from "fido2-lib";

const hex = (digits) => Buffer.from(digits, "hex");
const sha256 = (data) => createHash("sha256").update(data).digest();
const [origin, domain, id] = ["https://example.com", "example.com", Buffer.alloc(16, 1)];
const challenge = Buffer.alloc(32, 2).toString("base64url");

// A registration and a login with a new key; of its COSE form the bytes before x and between x and y are given.
function passkey(algorithm, hash, [kind, options], [before, between]) {
  const { privateKey, publicKey } = generateKeyPairSync(kind, options);
  const { x, y } = publicKey.export({ format: "jwk" });
  const key = Buffer.concat([hex(before), Buffer.from(x, "base64url"), hex(between), Buffer.from(y ?? "", "base64url")]);
  const [made, used] = ["45", "05"].map((flags) => Buffer.concat([sha256(domain), hex(flags), Buffer.alloc(4)]));
  const data = Buffer.concat([made, Buffer.alloc(16), hex("0010"), id, key]);
  // {"fmt": "none", "attStmt": {}, "authData": data}
  const head = hex("a363666d74646e6f6e656761747453746d74a068617574684461746158");
  const client = (type) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const signature = sign(hash, Buffer.concat([used, sha256(client("webauthn.get"))]), privateKey);
  const answer = (parts) => {
    const texts = Object.entries(parts).map(([name, part]) => [name, Buffer.from(part).toString("base64url")]);
    return { id: id.toString("base64url"), type: "public-key", clientExtensionResults: {}, response: Object.fromEntries(texts) };
  };
  const attestationObject = Buffer.concat([head, Buffer.from([data.length]), data]);
  const spki = publicKey.export({ format: "der", type: "spki" });
  const parts = { attestationObject, authenticatorData: data, clientDataJSON: client("webauthn.create"), publicKey: spki };
  const created = answer(parts);
  created.response.publicKeyAlgorithm = algorithm;
  return [created, answer({ authenticatorData: used, clientDataJSON: client("webauthn.get"), signature })];
}

// {1: 2, 3: -35, -1: 2, -2: x, -3: y}
const es384 = passkey(-35, "sha384", ["ec", { namedCurve: "P-384" }], ["a501020338222002215830", "225830"]);
const [made, used] = es384.map(({ response }) => {
  const authenticatorData = Uint8Array.from(Buffer.from(response.authenticatorData, "base64url")).buffer;
  return { id: Uint8Array.from(id).buffer, rawId: Uint8Array.from(id).buffer, response: { ...response, authenticatorData } };
});
const library = new Fido2Lib({ rpId: domain, attestation: "none", cryptoParams: [-7, -35, -257] });
const registered = await library.attestationResult(made, { challenge, origin, factor: "either" });
const publicKey = registered.authnrData.get("credentialPublicKeyPem");
const expected = { challenge, origin, factor: "either", publicKey, prevCounter: 0, userHandle: null };
await assert.rejects(library.assertionResult(used, expected), /^Error: Unsupported key format/);
console.log("fido2-lib 3.5.9: ES384 is registered, and at login: Unsupported key format");

// {1: 1, 3: -8, -1: 6, -2: x}
const [created, login] = passkey(-8, null, ["ed25519"], ["a4010103272006215820", ""]);
const { credential } = await server.verifyRegistration(created, { challenge, origin, domain, userVerified: true });
await assert.rejects(server.verifyAuthentication(login, credential, { challenge, origin, domain, userVerified: true }), (raised) => {
  console.log(`@passwordless-id/webauthn 2.4.0: ${credential.algorithm} is registered, and at login: ${raised.message}`);
  return /unsupported crypto algorithm: EdDSA/.test(raised.message);
});
JS
node finding.mjs
