// ID tokens made with jose, for `crates/oidc/tests/foreign.rs`.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const jose = await import(pathToFileURL(createRequire(`${process.cwd()}/`).resolve("jose")));
const NOW = 1_800_000_000;
const HASHES = { 256: "sha256", 384: "sha384", 512: "sha512", Ed25519: "sha512" };

const leftHalf = (name, text) => {
    const hash = createHash(HASHES[name] ?? HASHES[name.slice(2)]).update(text).digest();
    return hash.subarray(0, hash.length / 2).toString("base64url");
};

const keys = [];
const tokens = {};
for (const name of ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]) {
    const { publicKey, privateKey } = await jose.generateKeyPair(name, { extractable: true });
    const kid = await jose.calculateJwkThumbprint(await jose.exportJWK(publicKey));
    keys.push({ ...(await jose.exportJWK(publicKey)), kid, alg: name, key_ops: ["verify"] });
    const claims = {
        nonce: "nonce",
        at_hash: leftHalf(name, "an-access-token"),
        c_hash: leftHalf(name, "a-code"),
        email: "ada@example.com",
    };
    tokens[name] = await new jose.SignJWT(claims)
        .setProtectedHeader({ alg: name, kid, typ: "JWT" })
        .setIssuer("https://idp.example")
        .setAudience("client")
        .setSubject(`subject of ${name}`)
        .setIssuedAt(NOW)
        .setExpirationTime(NOW + 300)
        .sign(privateKey);
}
console.log(JSON.stringify({ made_by: "jose", keys, tokens }, null, 1));
