#!/usr/bin/env bash
# A guess: a certificate file works with what OpenSSL writes above it when it comes out of a PFX file, "Bag Attributes" and the name of
# the key. RFC 7468, section 2, permits text before a PEM block, and wants that parsers do not stumble over it.
# Instead: python3-saml 1.16.0 says "Signature validation failed", samlify 2.13.1 that the certificate is not that of the metadata,
# @node-saml/node-saml 5.1.0 that it "is not in PEM format", and importX509 of jose 6.2.18 that it is not X.509. cryptography and Node's
# own X509Certificate read the file.
# Where: two want the text to begin with the known line; two cut the known lines out and take all that is left for base64.
# For sign-in: identity providers on Windows hand out PFX files, and the error of two of the four sends the administrator to look for
# another certificate. Take a pasted certificate through a PEM parser and store it as that writes it.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --prefix . --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1 jose@6.2.18
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 env/bin/python - <<'PY'
import pathlib

from signed_response import key_pair, response

key, certificate = key_pair()
attribute = '<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>'
pathlib.Path("response.xml").write_text(response(attribute, key, certificate))
pathlib.Path("key.pem").write_text(key)
pathlib.Path("certificate.pem").write_text(certificate)
PY
cat > parsers.py <<'PY'
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

print("cryptography:", load_pem_x509_certificate(Path("certificate.pem").read_bytes()).subject.rfc4514_string())
PY
cat > parsers.mjs <<'JS'
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { importX509 } from "jose";

const certificate = readFileSync("certificate.pem", "utf8");
console.log("Node:", new X509Certificate(certificate).subject);
console.log("jose:", await importX509(certificate, "RS256").then((key) => key.type, (error) => `error: ${error.message}`));
JS
read_all() {
  env/bin/python "$support/read_with_python3_saml.py" .
  node "$support/read_with_node.mjs" 2> /dev/null
  env/bin/python parsers.py
  node parsers.mjs
}
read_all | tee plain
openssl pkcs12 -export -inkey key.pem -in certificate.pem -name idp -passout pass:x -out both.pfx
openssl pkcs12 -in both.pfx -passin pass:x -nokeys -out certificate.pem
sed '/BEGIN/q' certificate.pem
read_all | tee text
for said in '{"attributes": {"groups": \["staff"\]}}' '{"node-saml":{"groups":"staff"},"samlify":{"groups":"staff"}}' "jose: public"; do
  grep --quiet "$said" plain
done
for said in "Signature validation failed" "idpCert is not in PEM format" ERROR_UNMATCH_CERTIFICATE_DECLARATION_IN_METADATA \
  "jose: error:" "cryptography: CN=idp.example.com" "Node: CN=idp.example.com"; do
  grep --quiet "$said" text
done
