#!/usr/bin/env bash
# A guess: a library that verifies exclusive canonicalization knows its one parameter, the PrefixList of InclusiveNamespaces (Exclusive
# XML Canonicalization, section 3): the prefixes that stay although no name uses them. Signers set it for values of the type "xs:string",
# where the prefix is in the text of xsi:type alone.
# Instead: minisaml 26.1 says VerificationFailed, as for a wrong key. python3-saml 1.16.0 and signxml 5.2.0 verify the same response, and
# minisaml does without the parameter.
# Where: serialize_xml of minisignxml calls lxml's canonicalization without a list, whatever the Transform says.
# For sign-in: with the certificate renewed, the metadata read again and the clocks set, logins still fail, and the same identity
# provider works with other apps. Give the list to tostring(..., inclusive_ns_prefixes=...), or sign without it.
set -euo pipefail
folder=$(mktemp -d)
support=$(cd "$(dirname "$0")/support" && pwd)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet minisaml==26.1 python3-saml==1.16.0 signxml==5.2.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 "$folder/env/bin/python" - <<'PY'
import base64
import re
from importlib.metadata import version

import xmlsec
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree
from minisaml.response import validate_response
from minisignxml.errors import VerificationFailed
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils
from signed_response import AUDIENCE, ISSUER, key_pair, response
from signxml import XMLVerifier

key, certificate = key_pair()
groups = """<saml:Attribute Name="groups"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">staff</saml:AttributeValue></saml:Attribute>"""
unsigned = re.sub("<ds:Signature .*</ds:Signature>", "", response(groups, key, certificate), flags=re.DOTALL)


def signed(prefixes: str) -> bytes:
    document = etree.fromstring(unsigned)
    xmlsec.tree.add_ids(document, ["ID"])
    assertion = document.find("{*}Assertion")
    node = xmlsec.template.create(document, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds")
    assertion.insert(1, node)
    reference = xmlsec.template.add_reference(node, xmlsec.Transform.SHA256, uri="#" + assertion.get("ID"))
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    exclusive = xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    if prefixes:
        etree.SubElement(exclusive, "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces", PrefixList=prefixes)
    xmlsec.template.x509_data_add_certificate(xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node)))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key, xmlsec.KeyFormat.PEM)
    context.key.load_cert_from_memory(certificate.encode(), xmlsec.KeyFormat.PEM)
    context.sign(node)
    return etree.tostring(document)


def by_minisaml(xml: bytes) -> str:
    loaded = load_pem_x509_certificate(certificate.encode())
    try:
        return validate_response(data=base64.b64encode(xml), certificate=loaded, expected_audience=AUDIENCE, idp_issuer=ISSUER).name_id
    except VerificationFailed as error:
        return type(error).__name__


for prefixes in ("", "xs"):
    xml = signed(prefixes)
    assertion = XMLVerifier().verify(etree.fromstring(xml).find("{*}Assertion"), x509_cert=certificate, id_attribute="ID").signed_xml
    seen = {
        "minisaml": by_minisaml(xml),
        "python3-saml": Utils.validate_sign(xml, certificate, xpath="/samlp:Response/saml:Assertion/ds:Signature"),
        "signxml": assertion.find("{*}Subject/{*}NameID").text,
    }
    for name, said in seen.items():
        print(f"PrefixList {prefixes!r} | {name} {version(name)} | {said}")
    assert seen == {"minisaml": "VerificationFailed" if prefixes else "member-1", "python3-saml": True, "signxml": "member-1"}
PY
