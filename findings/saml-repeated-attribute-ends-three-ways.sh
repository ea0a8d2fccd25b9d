#!/usr/bin/env bash
# A guess: a member's groups may come as two Attribute elements of one name, each with one value; SAML does not forbid it, and a
# toolkit puts the values together.
# Instead: python3-saml 1.16.0 raises on the valid, signed response, @node-saml/node-saml 5.1.0 keeps the last value only, and
# samlify 2.13.1 keeps both.
# Where: python3-saml has the setting allowRepeatAttributeName, off by default; node-saml assigns by name in a loop.
# For sign-in: one identity provider, three outcomes: no login, a member who lost a group, a member with both. As an identity
# provider write one Attribute with many values; as a service provider join the values, and test it.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1
env/bin/python "$support/signed_response.py" . <<'XML'
<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="groups"><saml:AttributeValue>admins</saml:AttributeValue></saml:Attribute>
XML
if env/bin/python "$support/read_with_python3_saml.py" . > output 2>&1; then cat output; exit 1; fi
echo "python3-saml: $(tail -n 1 output)"
grep --quiet "Found an Attribute element with duplicated Name" output
node "$support/read_with_node.mjs" | tee output
test "$(cat output)" = '{"node-saml":{"groups":"admins"},"samlify":{"groups":["staff","admins"]}}'
