#!/usr/bin/env bash
# A guess: the thumbprint of a public key is the same whoever works it out; RFC 7638 and, for Ed25519, RFC 8037 give an example each.
# Instead: rsa-pem-to-jwk 1.1.3 leaves the zero in front of the modulus that DER has there, which RFC 7518, section 6.3.1.1, says to omit.
# The key still verifies, and its thumbprint is another one. For the key of RFC 8037 keypairs 1.2.14 has a wrong one, and jwk-thumbprint
# 0.1.4 gives undefined without a word. jose 6.2.18 and jsonwebkey-thumbprint 0.1.0 have the numbers of both standards.
# For sign-in: a "kid" made by one package is not found under the name that another makes; a token bound to a key by its thumbprint
# (cnf.jkt of DPoP) is refused as another's. Read PEM with the platform's own crypto, and put both examples into the tests.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund jose@6.2.18 jsonwebkey-thumbprint@0.1.0 jwk-thumbprint@0.1.4 keypairs@1.2.14 \
  pem-jwk@2.0.0 rsa-pem-to-jwk@1.1.3
cat > finding.mjs <<'JS'
import crypto from "node:crypto";
import * as jose from "jose";
import { jwkThumbprint as byJsonwebkeyThumbprint } from "jsonwebkey-thumbprint";
import { jwkThumbprintByEncoding } from "jwk-thumbprint";
import keypairs from "keypairs";
import { pem2jwk } from "pem-jwk";
import rsaPemToJwk from "rsa-pem-to-jwk";

// The keys of RFC 7638, section 3.1, and RFC 8037, appendix A.2.
const rsa = {
  kty: "RSA",
  n:
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5" +
    "JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrd" +
    "kt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  e: "AQAB",
};
const ed = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };

const sha256 = (bytes) => crypto.createHash("sha256").update(Buffer.from(bytes)).digest();
const makers = {
  jose: (jwk) => jose.calculateJwkThumbprint(jwk),
  "jsonwebkey-thumbprint": (jwk) => byJsonwebkeyThumbprint(jwk, sha256, (bytes) => Buffer.from(bytes).toString("base64url")),
  keypairs: (jwk) => keypairs.thumbprint({ jwk }),
  "jwk-thumbprint": (jwk) => jwkThumbprintByEncoding(jwk, "SHA-256", "base64url"),
};
for (const [name, jwk] of Object.entries({ rsa, ed })) {
  for (const [maker, make] of Object.entries(makers)) {
    console.log(`${name} | ${maker} | ${await make(jwk)}`);
  }
}
const pem = crypto.createPublicKey({ key: rsa, format: "jwk" }).export({ type: "pkcs1", format: "pem" });
for (const [reader, jwk] of Object.entries({ "pem-jwk": pem2jwk(pem), "rsa-pem-to-jwk": rsaPemToJwk(pem, {}, "public") })) {
  const same = crypto.createPublicKey({ key: jwk, format: "jwk" }).equals(crypto.createPublicKey(pem));
  console.log(`${reader} | n of ${jwk.n.length} characters, the same key: ${same} | ${await jose.calculateJwkThumbprint(jwk)}`);
}
JS
node --no-deprecation finding.mjs | tee seen
diff seen - << 'SEEN'
rsa | jose | NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
rsa | jsonwebkey-thumbprint | NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
rsa | keypairs | NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
rsa | jwk-thumbprint | NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
ed | jose | kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
ed | jsonwebkey-thumbprint | kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
ed | keypairs | LdiJpCQIiGgmQwhjCI8jMJIaQKX11zh69ZpJOFViI38
ed | jwk-thumbprint | undefined
pem-jwk | n of 342 characters, the same key: true | NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
rsa-pem-to-jwk | n of 343 characters, the same key: true | EGqd0nIhuQz4m6bymaXSNOZAN7-MIT7PdWcWqaQZyRE
SEEN
