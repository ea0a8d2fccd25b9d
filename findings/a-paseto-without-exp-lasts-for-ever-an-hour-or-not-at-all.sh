#!/usr/bin/env bash
# A guess: a PASETO has the claims that were given to the library, as a JWT has; one without "exp" does not end, and every library says so.
# Instead: of the same {"sub": "ann"} pyseto 1.10.0 makes a token without an end, paseto 4.0.1 and paseto-ts 2.0.7 of npm one that ends in
# an hour, with "iat" and "exp" that nobody asked for. paseto says 'Missing required "exp" claim' to the one of pyseto, paseto-ts takes it.
# A list of audiences, which a JWT may have and a PASETO by its specification may not, is written and read by pyseto, and refused by both
# others.
# For sign-in: an API token for a service, made to last, fails after an hour in one language and works for ever in the next, and a
# service that is moved to Node.js refuses what was given out before. Always write "exp", and one audience as a text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pyseto==1.10.0
cat > write.py <<'PY'
import json

import pyseto
from pyseto import Key

END = {"exp": "2099-01-01T00:00:00Z"}
key = Key.new(version=4, purpose="public", key=open("key.pem").read())
tokens = {
    "no end": {"sub": "ann"},
    "an end": {"sub": "ann", **END},
    "two audiences": {"sub": "ann", "aud": ["app", "api"], **END},
}
with open("tokens.json", "w") as file:
    json.dump({name: pyseto.encode(key, json.dumps(claims).encode()).decode() for name, claims in tokens.items()}, file)
PY
cat > read.py <<'PY'
import json

from pyseto import Key, Paseto

key = Key.new(version=4, purpose="public", key=open("public.pem").read())
for name, token in {**json.load(open("tokens.json")), **json.load(open("node.json"))}.items():
    claims = Paseto.new().decode(key, token, deserializer=json).payload
    print(name, "| pyseto |", ", ".join(claims))
PY
npm install --prefix . --silent --no-audit --no-fund paseto@4.0.1 paseto-ts@2.0.7
openssl genpkey -algorithm ed25519 -out key.pem
openssl pkey -in key.pem -pubout -out public.pem
cat > finding.mjs <<'JS'
import crypto from "node:crypto";
import fs from "node:fs";
import { PublicProtocol } from "paseto";
import { ImportPublicKeyFactory, ImportSecretKeyFactory, SignFactory, VerifyFactory } from "paseto/v4/public";
import { sign, verify } from "paseto-ts/v4";

const secret = crypto.createPrivateKey(fs.readFileSync("key.pem"));
const { d, x } = secret.export({ format: "jwk" });
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64url"));
const ours = { public: `k4.public.${x}`, secret: `k4.secret.${Buffer.concat([bytes(d), bytes(x)]).toString("base64url")}` };
const protocol = new PublicProtocol(ImportPublicKeyFactory, ImportSecretKeyFactory, SignFactory, VerifyFactory);
const publicKey = await protocol.ImportPublicKey(ours.public);
const made = {
  "made by paseto": await protocol.Sign(await protocol.ImportSecretKey(ours.secret), { sub: "ann" }),
  "made by paseto-ts": sign(ours.secret, { sub: "ann" }),
};
for (const [name, token] of Object.entries(JSON.parse(fs.readFileSync("tokens.json")))) {
  const readers = { paseto: async () => protocol.Verify(publicKey, token), "paseto-ts": async () => verify(ours.public, token) };
  for (const [reader, read] of Object.entries(readers)) {
    console.log(`${name} | ${reader} | ${await read().then(() => "taken", (error) => error.message)}`);
  }
}
for (const [name, token] of Object.entries(made)) {
  const { iat, exp } = verify(ours.public, token).payload;
  console.log(`${name} | ${Math.round((new Date(exp) - new Date(iat)) / 1000)} seconds`);
}
fs.writeFileSync("node.json", JSON.stringify(made));
JS
venv/bin/python write.py
node --no-warnings finding.mjs | tee seen
venv/bin/python read.py | tee -a seen
diff seen - << 'SEEN'
no end | paseto | Missing required "exp" claim
no end | paseto-ts | taken
an end | paseto | taken
an end | paseto-ts | taken
two audiences | paseto | "aud" must be a string
two audiences | paseto-ts | Payload must have a valid "aud" claim (is not a string)
made by paseto | 3600 seconds
made by paseto-ts | 3600 seconds
no end | pyseto | sub
an end | pyseto | sub, exp
two audiences | pyseto | sub, aud, exp
made by paseto | pyseto | sub, iat, exp
made by paseto-ts | pyseto | sub, iat, exp
SEEN
