#!/usr/bin/env bash
# A guess: a WebAuthn library that verifies one ES256 login with a passkey verifies them all.
# Instead: @passwordless-id/webauthn 2.4.0 says "Invalid signature" to about one in 128, at random. A signature is ASN.1 (WebAuthn 2,
# section 6.5.6), whose two integers are as short as their values are: in one of 128 at least one of them has fewer than 32 bytes. The
# library takes 32 bytes from where the first begins, and what is left for the second. @simplewebauthn/server 14.0.3 verifies all.
# Where: convertASN1toRaw in server.js looks for the leading zero of an integer, and not at its length.
# For sign-in: "Try again" helps, so nobody reports it, and a test that signs in once passes in 127 runs of 128. When you turn DER into
# raw bytes, read the lengths and fill up with zeros, and test with short integers: this script makes some in a second.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @passwordless-id/webauthn@2.4.0 @simplewebauthn/server@14.0.3
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { server } from "@passwordless-id/webauthn";
import { verifyAuthenticationResponse } from "@simplewebauthn/server";

const sha256 = (data) => createHash("sha256").update(data).digest();
const text = (data) => Buffer.from(data).toString("base64url");
const [origin, domain, id] = ["https://example.com", "example.com", text("credential")];
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const [x, y] = ["x", "y"].map((name) => Buffer.from(publicKey.export({ format: "jwk" })[name], "base64url"));
// The same key as COSE (RFC 9053, section 7.1): {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
const cose = Buffer.concat([Buffer.from("a5010203262001215820", "hex"), x, Buffer.from("225820", "hex"), y]);
const spki = text(publicKey.export({ format: "der", type: "spki" }));
const authenticatorData = Buffer.concat([sha256(domain), Buffer.from([0b101]), Buffer.alloc(4)]); // present and verified

const logins = 1000;
const verified = { long: [0, 0, 0], short: [0, 0, 0] };
for (let at = 0; at < logins; at++) {
  const challenge = text(`challenge number ${at}`);
  const clientData = Buffer.from(JSON.stringify({ type: "webauthn.get", challenge, origin, crossOrigin: false }));
  const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientData)]), privateKey);
  // Behind a length of one byte each, and a zero if the integer would be negative without.
  const bytes = [3, 3 + signature[3] + 2].map((length) => signature[length] - (signature[length + 1] === 0 ? 1 : 0));
  const count = verified[Math.min(...bytes) < 32 ? "short" : "long"];
  const parts = { clientDataJSON: clientData, authenticatorData, signature };
  const response = Object.fromEntries(Object.entries(parts).map(([name, data]) => [name, text(data)]));
  const login = { id, rawId: id, type: "public-key", clientExtensionResults: {}, response };
  count[0] += 1;
  const credential = { id, publicKey: spki, algorithm: "ES256" };
  await server.verifyAuthentication(login, credential, { challenge, origin, domain, userVerified: true }).then(
    () => (count[1] += 1),
    (raised) => assert.match(raised.message, /^Invalid signature/),
  );
  const expected = { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: domain };
  const other = await verifyAuthenticationResponse({ response: login, ...expected, credential: { id, publicKey: cose, counter: 0 } });
  count[2] += other.verified ? 1 : 0;
}
console.log("logins, verified by @passwordless-id/webauthn 2.4.0, by @simplewebauthn/server 14.0.3:", verified);
assert.strictEqual(verified.long[0] + verified.short[0], logins);
assert.deepStrictEqual(verified.long, Array(3).fill(verified.long[0]));
assert.deepStrictEqual(verified.short, [verified.short[0], 0, verified.short[0]]);
assert(verified.short[0] > 0);
JS
node finding.mjs
