#!/usr/bin/env bash
# A guess: an attribute with an empty value arrives as an empty text, so that an app can tell "has none" from "was not sent".
# Instead: @node-saml/node-saml 5.1.0 leaves the attribute out altogether, python3-saml 1.16.0 and samlify 2.13.1 give an empty
# list. With one value, node-saml and samlify give a text, with two a list; python3-saml always a list.
# For sign-in: a title or a group that the directory cleared stays as it was in an app that updates what is present. Treat
# "no value" and "not there" by a rule of your own, and write the rule down: `attributes.title.length` has three meanings.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1
env/bin/python "$support/signed_response.py" . <<'XML'
<saml:Attribute Name="title"><saml:AttributeValue/></saml:Attribute>
<saml:Attribute Name="one"><saml:AttributeValue>a</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="two"><saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue></saml:Attribute>
XML
env/bin/python "$support/read_with_python3_saml.py" . | tee output
test "$(cat output)" = '{"attributes": {"title": [], "one": ["a"], "two": ["a", "b"]}}'
node "$support/read_with_node.mjs" | tee output
test "$(cat output)" = '{"node-saml":{"one":"a","two":["a","b"]},"samlify":{"title":[],"one":"a","two":["a","b"]}}'
