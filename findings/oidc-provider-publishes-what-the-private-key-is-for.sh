#!/usr/bin/env bash
# A guess: whatever private keys an OpenID provider is configured with, what it publishes of them verifies its tokens in any client.
# A key as WebCrypto exports it has key_ops ["sign"] (RFC 7517, section 4.3); its public half is for "verify".
# Instead: oidc-provider 9.13.3 publishes the public key with key_ops ["sign"] as well, and jose 6.2.18, by the same author, finds no
# key in that set: ERR_JWKS_NO_MATCHING_KEY. Without key_ops the same token verifies. PyJWT's to_jwk writes key_ops too.
# Where: the JWK class copies key_ops as configured, also into what /jwks shows; createLocalJWKSet wants "verify" among them.
# For sign-in: leave key_ops out of the keys of a provider. As a client of others' sets, take "sign" for "verify".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund oidc-provider@9.13.3 jose@6.2.18
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import { Provider } from "oidc-provider";

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const exported = { ...(await crypto.subtle.exportKey("jwk", privateKey)), kid: "k1" };
const provider = new Provider("http://127.0.0.1", { jwks: { keys: [exported] } });
const server = provider.listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { keys } = await (await fetch(`http://127.0.0.1:${server.address().port}/jwks`)).json();
server.close();
server.closeAllConnections();
const { n, e, ...published } = keys[0];
console.log("oidc-provider 9.13.3 is configured with", exported.key_ops, "and publishes", published);

const token = await new SignJWT({ sub: "member-1" }).setProtectedHeader({ alg: "RS256", kid: "k1" }).sign(privateKey);
const verified = (keys) => jwtVerify(token, createLocalJWKSet({ keys })).then(() => "verified", (error) => error.code);
const read = { asPublished: await verified(keys), withoutKeyOps: await verified(keys.map(({ key_ops, ...key }) => key)) };
console.log("jose 6.2.18:", read);
assert.deepStrictEqual(published, { kty: "RSA", use: "sig", key_ops: ["sign"], kid: "k1", alg: "RS256" });
assert.deepStrictEqual(read, { asPublished: "ERR_JWKS_NO_MATCHING_KEY", withoutKeyOps: "verified" });
JS
node finding.mjs
