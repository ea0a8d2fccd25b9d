#!/usr/bin/env bash
# A guess: eduPersonTargetedID, the stable id that universities send as a NameID element inside of an AttributeValue, is read as
# the text of that element.
# Instead: samlify 2.13.1 reads an empty list, @node-saml/node-saml 5.1.0 the tree of its XML parser with "_" and "$", and
# python3-saml 1.16.0 a dictionary with Format and value. None gives the id as text.
# For sign-in: an app that takes this attribute for the member's id gets nothing, "[object Object]" or a dictionary as a key. A
# service provider for universities must unwrap it, and should prefer the subject-id attribute, which is plain text.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1
env/bin/python "$support/signed_response.py" . <<'XML'
<saml:Attribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.10"><saml:AttributeValue><saml:NameID
Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">p-1</saml:NameID></saml:AttributeValue></saml:Attribute>
XML
env/bin/python "$support/read_with_python3_saml.py" . | tee python
node "$support/read_with_node.mjs" | tee node
env/bin/python - <<'PY'
import json

name, format = "urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
python, node = json.load(open("python"))["attributes"], json.load(open("node"))
assert python[name] == [{"NameID": {"Format": format, "NameQualifier": None, "value": "p-1"}}]
assert node["node-saml"][name]["NameID"][0]["_"] == "p-1"
assert node["samlify"][name] == []
PY
