#!/usr/bin/env bash
# A guess: an assertion that Java's own XML signatures (javax.xml.crypto) have signed verifies in every toolkit.
# Instead: samlify 2.13.1 says FAILED_TO_VERIFY_SIGNATURE. @node-saml/node-saml 5.1.0, which stands on the same xml-crypto, and
# python3-saml 1.16.0 take it. Java (17 here) breaks the lines of a SignatureValue as MIME does, and writes the carriage returns as
# "&#13;". That is white space, which base64 in XML may have (XML Schema, part 2, section 3.2.16).
# Where: verifySignature in libsaml.js makes a text of the message that it has read, and "&#13;" a bare carriage return in it. Read
# again, the SignatureValue is another one, so the Signature that is to be left out is not found, and the digest does not fit.
# For sign-in: apps on samlify refuse an identity provider in Java that all others take. As such a provider, write a SignatureValue on
# one line; the system property com.sun.org.apache.xml.internal.security.ignoreLineBreaks does that. (Java)
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --prefix . --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 env/bin/python - <<'PY'
import pathlib
import re

from signed_response import key_pair, response

key, certificate = key_pair()
attribute = '<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>'
signed = response(attribute, key, certificate)
pathlib.Path("unsigned.xml").write_text(re.sub("<ds:Signature .*</ds:Signature>", "", signed, flags=re.DOTALL))
pathlib.Path("key.pem").write_text(key)
pathlib.Path("certificate.pem").write_text(certificate)
PY
java "$support/SignWithJava.java"
env/bin/python "$support/read_with_python3_saml.py" . | tee python3-saml
grep --quiet '"attributes"' python3-saml
node "$support/read_with_node.mjs" | tee output
test "$(cat output)" = '{"node-saml":{"groups":"staff"},"samlify":"error: FAILED_TO_VERIFY_SIGNATURE"}'
