#!/usr/bin/env bash
# A guess: what SAML allows more than one of may come twice: an Audience of an AudienceRestriction (core, section 2.5.1.4: one that fits
# is enough), an AttributeStatement (2.3.3), a SubjectConfirmation (2.4.1: one that can be satisfied is enough).
# Instead: @boxyhq/saml20 1.15.2 says "Invalid audience." to two audiences, whichever is ours, and of two AttributeStatements it reads
# none: the member is let in and has no attribute at all. saml2-js 4.0.4 refuses two statements, minisaml 26.1 all three.
# @node-saml/node-saml 5.1.0 and python3-saml 1.16.0 read them as meant.
# Where: saml20 gets a list where it expects one, and takes what that breaks for "no" or "nothing"; minisaml wants exactly one of each.
# For sign-in: an administrator adds an audience for a move and nobody gets in; or groups vanish without an error, and with them
# roles. As an identity provider write one of each; as a service provider test with two.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet minisaml==26.1 python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --prefix . --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 @boxyhq/saml20@1.15.2 saml2-js@4.0.4
cat > finding.py <<'PY'
import base64
import pathlib

from cryptography.x509 import load_pem_x509_certificate
from minisaml.response import validate_response
from onelogin.saml2.auth import OneLogin_Saml2_Auth as Auth
from signed_response import AUDIENCE, ISSUER, RECIPIENT, key_pair, response

AUDIENCES = f"<saml:Audience>{AUDIENCE}</saml:Audience>"
GROUPS = '<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>'
TEAMS = f"<saml:AttributeStatement>{GROUPS.replace('groups', 'teams')}</saml:AttributeStatement>"
VOUCHES = '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/></saml:Subject>'
CHANGES = {
    "plain": str,
    "audience": lambda text: text.replace(AUDIENCES, AUDIENCES + "<saml:Audience>https://old.example.com</saml:Audience>"),
    "statement": lambda text: text.replace("</saml:Assertion>", TEAMS + "</saml:Assertion>"),
    "confirmation": lambda text: text.replace("</saml:Subject>", VOUCHES),
}
key, certificate = key_pair()
pathlib.Path("certificate.pem").write_text(certificate)


def by_minisaml(posted: bytes) -> dict:
    return validate_response(data=posted, certificate=load_pem_x509_certificate(certificate.encode()), expected_audience=AUDIENCE,
                             idp_issuer=ISSUER).attrs


def by_python3_saml(posted: bytes) -> dict:
    ours = {"entityId": AUDIENCE, "assertionConsumerService": {"url": RECIPIENT}}
    theirs = {"entityId": ISSUER, "singleSignOnService": {"url": "https://idp.example.com/sso"}, "x509cert": certificate}
    auth = Auth({"https": "on", "http_host": "sp.example.com", "script_name": "/acs", "get_data": {},
                 "post_data": {"SAMLResponse": posted.decode()}}, {"strict": True, "sp": ours, "idp": theirs})
    auth.process_response()
    return auth.get_attributes()


for change, how in CHANGES.items():
    xml = response(GROUPS, key, certificate, how)
    pathlib.Path(f"{change}.xml").write_text(xml)
    for name, read in (("minisaml", by_minisaml), ("python3-saml", by_python3_saml)):
        try:
            seen = sorted(read(base64.b64encode(xml.encode())))
        except Exception as error:
            seen = type(error).__name__
        print(change, "|", name, "|", seen)
        names = ["groups", "teams"] if change == "statement" else ["groups"]
        assert seen == (names if name == "python3-saml" or change == "plain" else "MultipleElementsFound")
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 env/bin/python finding.py
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const [{ SAML }, saml2, { default: saml20 }] = ["@node-saml/node-saml", "saml2-js", "@boxyhq/saml20"].map(require);
const certificate = readFileSync("certificate.pem", "utf8");
const [sso, acs, issuer] = ["https://idp.example.com/sso", "https://sp.example.com/acs", "https://sp.example.com/metadata"];
const NAME_ID = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";

const readers = {
  "node-saml": async (xml) => {
    const options = { entryPoint: sso, callbackUrl: acs, issuer, audience: issuer, idpCert: certificate };
    const serviceProvider = new SAML({ ...options, wantAuthnResponseSigned: false });
    return (await serviceProvider.validatePostResponseAsync({ SAMLResponse: xml.toString("base64") })).profile.attributes;
  },
  "saml2-js": async (xml) => {
    const ours = { entity_id: issuer, private_key: "", certificate: "", assert_endpoint: acs, allow_unencrypted_assertion: true };
    const serviceProvider = new saml2.ServiceProvider(ours);
    const identityProvider = new saml2.IdentityProvider({ sso_login_url: sso, sso_logout_url: sso, certificates: [certificate] });
    const body = { request_body: { SAMLResponse: xml.toString("base64") } };
    return (await promisify(serviceProvider.post_assert.bind(serviceProvider))(identityProvider, body)).user.attributes;
  },
  saml20: async (xml) => {
    const publicKey = certificate.replace(/-----[^-]+-----|\s/g, "");
    const { [NAME_ID]: nameId, ...attributes } = (await saml20.validate(xml.toString(), { publicKey, audience: issuer })).claims;
    return attributes;
  },
};
const expected = {
  plain: { "node-saml": ["groups"], "saml2-js": ["groups"], saml20: ["groups"] },
  audience: { "node-saml": ["groups"], "saml2-js": ["groups"], saml20: "Invalid audience." },
  statement: { "node-saml": ["groups", "teams"], "saml2-js": "Expected 1 AttributeStatement inside Assertion; found 2", saml20: [] },
  confirmation: { "node-saml": ["groups"], "saml2-js": ["groups"], saml20: ["groups"] },
};
for (const change of Object.keys(expected)) {
  for (const [name, read] of Object.entries(readers)) {
    const seen = await read(readFileSync(`${change}.xml`)).then(Object.keys, (error) => error.message);
    console.log(change, "|", name, "|", seen);
    assert.deepEqual(seen, expected[change][name]);
  }
}
JS
node finding.mjs
