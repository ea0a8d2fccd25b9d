#!/usr/bin/env bash
# A guess: an assertion whose key is encrypted by rsa-oaep-mgf1p with the DigestMethod SHA-256 opens where it opens with SHA-1. XML
# Encryption 1.1, section 5.5.2, allows other digests there; the mask of that algorithm is MGF1 with SHA-1, always.
# Instead: @node-saml/node-saml 5.1.0 says "oaep decoding error", @boxyhq/saml20 1.15.2 less than that; neither lets the member in.
# python3-saml 1.16.0, which stands on xmlsec, opens it.
# Where: xml-encryption 3.1.0 and 4.0.0, which they install, mask with the digest, too; among themselves they fit. xml-encryption
# 6.0.1 is mended: it opens this one, and no longer those that its older versions have made.
# For sign-in: whoever moves an identity provider from SHA-1 to SHA-256 locks out the members of apps on Node. As an identity provider
# leave this digest at SHA-1, where it does no harm; as a service provider try the other mask as well.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --prefix . --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 @boxyhq/saml20@1.15.2 xml-encryption@6.0.1
npm ls --prefix . xml-encryption
cat > encrypt.py <<'PY'
import base64
import os
import pathlib
import re

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import load_pem_x509_certificate
from onelogin.saml2.auth import OneLogin_Saml2_Auth as Auth
from signed_response import AUDIENCE, ISSUER, RECIPIENT, key_pair, response

key, certificate = key_pair()
our_key, our_certificate = key_pair()
public = load_pem_x509_certificate(our_certificate.encode()).public_key()
XMLENC, DSIG = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2000/09/xmldsig#"
DIGESTS = {"sha1": (hashes.SHA1(), DSIG + "sha1"), "sha256": (hashes.SHA256(), XMLENC + "sha256")}
for name, text in {"certificate": certificate, "our-key": our_key}.items():
    pathlib.Path(f"{name}.pem").write_text(text)


def encrypted(assertion: str, digest: str) -> str:
    content_key, nonce = os.urandom(32), os.urandom(12)
    content = nonce + AESGCM(content_key).encrypt(nonce, assertion.encode(), None)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), DIGESTS[digest][0], None)
    values = [base64.b64encode(value).decode() for value in (public.encrypt(content_key, oaep), content)]
    cipher = "<xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData>"
    return f"""<saml:EncryptedAssertion xmlns:xenc="{XMLENC}" xmlns:ds="{DSIG}"><xenc:EncryptedData Type="{XMLENC}Element">
<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><ds:KeyInfo><xenc:EncryptedKey>
<xenc:EncryptionMethod Algorithm="{XMLENC}rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="{DIGESTS[digest][1]}"/></xenc:EncryptionMethod>
{cipher.format(values[0])}</xenc:EncryptedKey></ds:KeyInfo>{cipher.format(values[1])}</xenc:EncryptedData></saml:EncryptedAssertion>"""


for digest in DIGESTS:
    clear = response("", key, certificate, lambda assertion: assertion.replace("</saml:Assertion>",
        '<saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>'
        "</saml:AttributeStatement></saml:Assertion>"))
    xml = re.sub("<saml:Assertion.*</saml:Assertion>", lambda found: encrypted(found[0], digest), clear, flags=re.DOTALL)
    pathlib.Path(f"{digest}.xml").write_text(xml)
    ours = {"entityId": AUDIENCE, "assertionConsumerService": {"url": RECIPIENT}, "x509cert": our_certificate, "privateKey": our_key}
    theirs = {"entityId": ISSUER, "singleSignOnService": {"url": "https://idp.example.com/sso"}, "x509cert": certificate}
    posted = {"SAMLResponse": base64.b64encode(xml.encode()).decode()}
    auth = Auth({"https": "on", "http_host": "sp.example.com", "script_name": "/acs", "get_data": {}, "post_data": posted},
                {"strict": True, "sp": ours, "idp": theirs, "security": {"wantAssertionsSigned": True}})
    auth.process_response()
    print(digest, "| python3-saml |", auth.get_last_error_reason() or auth.get_attributes())
    assert auth.get_attributes() == {"groups": ["staff"]}
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 env/bin/python encrypt.py
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const { SAML } = require("@node-saml/node-saml");
const [saml20, xmlEncryption] = [require("@boxyhq/saml20").default, require("xml-encryption")];
const [certificate, key] = ["certificate", "our-key"].map((name) => readFileSync(`${name}.pem`, "utf8"));
const [sso, acs, issuer] = ["https://idp.example.com/sso", "https://sp.example.com/acs", "https://sp.example.com/metadata"];

const readers = {
  "node-saml": async (SAMLResponse) => {
    const options = { entryPoint: sso, callbackUrl: acs, issuer, audience: issuer, idpCert: certificate, decryptionPvk: key };
    return (await new SAML({ ...options, wantAuthnResponseSigned: false }).validatePostResponseAsync({ SAMLResponse })).profile.attributes;
  },
  saml20: async (SAMLResponse) => {
    const publicKey = certificate.replace(/-----[^-]+-----|\s/g, "");
    const xml = Buffer.from(SAMLResponse, "base64").toString();
    return (await saml20.validate(xml, { publicKey, privateKey: key, audience: issuer })).claims;
  },
  "xml-encryption 6": async (SAMLResponse) => {
    const data = Buffer.from(SAMLResponse, "base64").toString().match(/<saml:EncryptedAssertion.*<\/saml:EncryptedAssertion>/s)[0];
    const whole = data.replace(">", ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">');
    const assertion = await promisify(xmlEncryption.decrypt)(whole, { key });
    return { groups: assertion.match(/AttributeValue>(.*)<\/saml:AttributeValue/)[1] };
  },
};
for (const digest of ["sha1", "sha256"]) {
  for (const [name, read] of Object.entries(readers)) {
    const posted = readFileSync(`${digest}.xml`).toString("base64");
    const seen = await read(posted).catch((error) => `error: ${error.message ?? error}`);
    console.log(digest, "|", name, "|", seen);
    assert.equal(String(seen.groups) === "staff", digest === "sha1" || name === "xml-encryption 6");
  }
}
JS
node finding.mjs
