#!/usr/bin/env bash
# A guess: a DKIM key record that lists two services, s=email:tlsrpt, is good for e-mail; the tag is a list with colons (RFC 6376,
# section 3.6.1), and tlsrpt is the other registered service (RFC 8460).
# Instead: dkimpy 1.1.8 compares the whole text with "*", "email" and "tlsrpt" and verifies no message. mailauth 4.13.3 for Node
# takes it.
# For sign-in: login mail of a domain with such a record is unsigned to receivers and test benches built on dkimpy, while others
# pass it. Leave the tag out, or give TLS reports a selector of their own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet dkimpy==1.1.8 cryptography==50.0.2
env/bin/python - <<'PY'
import base64
import logging
from importlib.metadata import version

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

key = rsa.generate_private_key(65537, 2048)
pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
public = base64.b64encode(spki).decode()
message = b"From: login@example.com\r\nTo: member@example.org\r\nSubject: Your link\r\n\r\nhttps://app.example.com/\r\n"
message = dkim.sign(message, b"s1", b"example.com", pem) + message
logging.disable(logging.CRITICAL)


def verifies(tags: str) -> bool:
    return dkim.verify(message, dnsfunc=lambda name, timeout=5: f"v=DKIM1; {tags}p={public}".encode())


answers = {tags: verifies(tags) for tags in ("", "s=*; ", "s=email; ", "s=email:tlsrpt; ")}
print("dkimpy", version("dkimpy"), answers)
assert list(answers.values()) == [True, True, True, False]
open("message.eml", "wb").write(message)
open("record", "w").write(f"v=DKIM1; s=email:tlsrpt; p={public}")
PY
npm install --silent --no-audit --no-fund mailauth@4.13.3
cat > finding.cjs <<'JS'
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const { dkimVerify } = require("mailauth/lib/dkim/verify");
(async () => {
  const { results } = await dkimVerify(readFileSync("message.eml"), { resolver: async () => [[readFileSync("record", "utf8")]] });
  console.log("mailauth 4.13.3:", results[0].status.result);
  assert.strictEqual(results[0].status.result, "pass");
})();
JS
node finding.cjs
