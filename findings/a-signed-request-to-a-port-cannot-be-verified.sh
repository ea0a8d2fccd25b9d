#!/usr/bin/env bash
# A guess: two libraries of HTTP Message Signatures (RFC 9421) agree on what is signed, as long as both take the parts named in the request.
# Instead: @ltonetwork/http-message-signatures 0.1.12 signs "@authority" with the port twice (app.example.org:8443:8443), an absent query as
# nothing where section 2.2.7 says "?", and a header's value without the second of two spaces. It, npm's http-message-signatures 1.0.6 and
# @interledger/http-signature-utils 2.0.3 sign "@target-uri" as it was typed, https://app.example.org, while a client of HTTP sends "/".
# http-message-signatures 3.0.0 for Python calls all these signatures invalid, and finds those of npm's http-message-sig 0.3.0 right.
# For sign-in: signed webhooks and requests of GNAP work with https://app.example.org/hooks and fail with 8443 in a test, or for the one
# customer whose address has no path, as "invalid signature" with the right key. Sign the address that new URL(…).href gives, and try a
# port, no query, and no path before others depend on it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl genpkey -algorithm ed25519 -out key.pem
openssl pkey -in key.pem -pubout -out public.pem
npm install --prefix . --silent --no-audit --no-fund @ltonetwork/http-message-signatures@0.1.12 http-message-signatures@1.0.6 \
  @interledger/http-signature-utils@2.0.3 http-message-sig@0.3.0
cat > sign.mjs <<'JS'
import { createHeaders } from "@interledger/http-signature-utils";
import * as lto from "@ltonetwork/http-message-signatures";
import { createSignature } from "http-message-sig";
import npm from "http-message-signatures";
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const privateKey = createPrivateKey(readFileSync("key.pem"));
const [keyid, alg] = ["k", "ed25519"];
const signed = (bytes) => sign(null, bytes, privateKey);
const signers = {
  "@ltonetwork": async (request, components) => {
    const signer = { keyid, alg, sign: async (bytes) => signed(Buffer.from(bytes)) };
    return (await lto.sign(request, { components, signer })).headers;
  },
  "http-message-signatures": async (request, fields) => {
    const key = { id: keyid, alg, sign: async (bytes) => signed(bytes) };
    return (await npm.httpbis.signMessage({ key, fields, params: ["created", "keyid", "alg"] }, request)).headers;
  },
  "http-message-sig": async ({ method, url, headers }, components) => {
    const parameters = { created: Math.floor(Date.now() / 1000), keyid, alg };
    const signer = { algorithm: alg, sign: async (bytes) => new Uint8Array(signed(bytes)) };
    const made = await createSignature(new Request(url, { method, headers }), { label: "sig1", components, parameters, signer });
    return { Signature: made.signature, "Signature-Input": made.signatureInput };
  },
  "@interledger": (request) => createHeaders({ request, privateKey, keyId: keyid }),
};
const cases = {
  "plain": ["https://app.example.org/hooks?id=1", {}, ["@authority", "@path", "@query"]],
  "port": ["https://app.example.org:8443/hooks?id=1", {}, ["@authority"]],
  "no query": ["https://app.example.org/hooks", {}, ["@query"]],
  "spaces": ["https://app.example.org/hooks", { "x-event": "member  created" }, ["x-event"]],
  "no path": ["https://app.example.org", {}, ["@target-uri"]],
};
const sent = [];
for (const [name, [url, headers, components]] of Object.entries(cases)) {
  for (const [by, make] of Object.entries(signers)) {
    const made = await make({ method: "POST", url, headers: { ...headers } }, components);
    sent.push({ name, by, url: new URL(url).href, headers: { ...headers, ...made } });
  }
}
writeFileSync("sent.json", JSON.stringify(sent));
JS
node sign.mjs
python3 -m venv venv
venv/bin/pip install --quiet http-message-signatures==3.0.0 requests==2.34.2
cat > verify.py <<'PY'
import json
import pathlib

import requests
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature, algorithms


class Keys(HTTPSignatureKeyResolver):
    def resolve_public_key(self, key_id):
        return pathlib.Path("public.pem").read_bytes()


verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
for sent in json.loads(pathlib.Path("sent.json").read_text()):
    try:
        verifier.verify(requests.Request("POST", sent["url"], headers=sent["headers"]).prepare())
        seen = "verified"
    except InvalidSignature:
        seen = "invalid signature"
    print(sent["name"], "|", sent["by"], "|", seen)
PY
venv/bin/python verify.py | tee seen
diff <(grep -v '| verified$' seen) - << 'SEEN'
port | @ltonetwork | invalid signature
no query | @ltonetwork | invalid signature
spaces | @ltonetwork | invalid signature
no path | @ltonetwork | invalid signature
no path | http-message-signatures | invalid signature
no path | @interledger | invalid signature
SEEN
[[ $(wc -l < seen) == 20 ]]
