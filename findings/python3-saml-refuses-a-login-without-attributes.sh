#!/usr/bin/env bash
# A guess: an assertion that says who signed in and nothing else is enough; the AttributeStatement is optional in SAML.
# Instead: python3-saml 1.16.0 in strict mode, as it should be run, refuses the signed response: "There is no AttributeStatement
# on the Response". @node-saml/node-saml 5.1.0 and samlify 2.13.1 let the member in; node-saml leaves `attributes` undefined
# where it is an object in every other login.
# Where: the setting wantAttributeStatement of python3-saml, on by default and in strict mode only.
# For sign-in: an identity provider without attribute mapping, as many begin, fails against one toolkit and passes the others, so
# that it looks like a fault of the connection. Send the address as an attribute too; expect none.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1
env/bin/python "$support/signed_response.py" . < /dev/null
env/bin/python "$support/read_with_python3_saml.py" . | tee output
test "$(cat output)" = '{"error": "There is no AttributeStatement on the Response"}'
node "$support/read_with_node.mjs" | tee output
test "$(cat output)" = '{"samlify":{}}'
