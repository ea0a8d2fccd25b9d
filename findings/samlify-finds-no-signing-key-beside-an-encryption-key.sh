#!/usr/bin/env bash
# A guess: a KeyDescriptor without `use` is for signing and for encryption (SAML metadata, section 2.4.1.1), also when another
# KeyDescriptor beside it says use="encryption".
# Instead: samlify 2.13.1 reads the one without `use` rightly when it stands alone; beside another it is read as the encryption
# key, and for signing there is none. In metadata with an SPSSODescriptor beside the IDPSSODescriptor, as proxies publish it, it
# finds no key at all. python3-saml 1.16.0 reads all three documents as meant.
# For sign-in: metadata that other toolkits take gives "no certificate" or failed signatures with this one. Publish `use` on every
# key, and one role for each entityID.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3
env/bin/python - <<'PY'
import json

from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser

PROTOCOL = 'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"'
SSO = '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>'
ACS = """<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
 Location="https://idp.example.com/acs" index="0"/>"""


def key(value: str, use: str = "") -> str:
    """A KeyDescriptor; neither library looks into the certificate here."""
    data = f"<ds:X509Data><ds:X509Certificate>{value}</ds:X509Certificate></ds:X509Data>"
    return f"<KeyDescriptor{use}><ds:KeyInfo>{data}</ds:KeyInfo></KeyDescriptor>"


def entity(roles: str) -> str:
    namespaces = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
    return f'<EntityDescriptor {namespaces} entityID="https://idp.example.com">{roles}</EntityDescriptor>'


def identity_provider(keys: str) -> str:
    return f"<IDPSSODescriptor {PROTOCOL}>{keys}{SSO}</IDPSSODescriptor>"


documents = {
    "alone": entity(identity_provider(key("AAAA"))),
    "beside": entity(identity_provider(key("AAAA") + key("BBBB", ' use="encryption"'))),
    "proxy": entity(f"<SPSSODescriptor {PROTOCOL}>{key('CCCC')}{ACS}</SPSSODescriptor>" + identity_provider(key("AAAA"))),
}
for name, document in documents.items():
    read = Parser.parse(document)["idp"]
    signing = read.get("x509cert") or read["x509certMulti"]["signing"][0]
    print("python3-saml 1.16.0:", name, signing)
    assert signing == "AAAA"
json.dump(documents, open("documents.json", "w"))
PY
npm install --silent --no-audit --no-fund samlify@2.13.1
cat > finding.cjs <<'JS'
const assert = require("node:assert");
const samlify = require("samlify");
const read = Object.entries(require("./documents.json")).map(([name, metadata]) => {
  const { entityMeta } = samlify.IdentityProvider({ metadata });
  const keys = ["signing", "encryption"].map((use) => entityMeta.getX509Certificate(use));
  console.log("samlify 2.13.1:", name, keys);
  return keys;
});
assert.deepStrictEqual(read, [["AAAA", "AAAA"], [null, "AAAA"], [null, null]]);
JS
node finding.cjs
