"""Makes a valid, signed SAML 2.0 response for the findings about service providers, with attributes as given.

usage: signed_response.py FOLDER < the inside of an AttributeStatement (nothing: no AttributeStatement)

Writes FOLDER/response.xml and the identity provider's FOLDER/certificate.pem. Needs python3-saml and cryptography. Scripts with
other wishes import key_pair and response, and may change the assertion before it is signed.
"""

import datetime
import pathlib
import sys
import uuid
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

ISSUER, AUDIENCE, RECIPIENT = "https://idp.example.com/metadata", "https://sp.example.com/metadata", "https://sp.example.com/acs"
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def at(seconds: int) -> str:
    return (NOW + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_pair(first: int = -1, last: int = 1) -> tuple[str, str]:
    """A fresh private key and its certificate, both PEM; the certificate is valid between two days, counted from now."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp.example.com")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(NOW + datetime.timedelta(days=first)).not_valid_after(NOW + datetime.timedelta(days=last))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def response(attributes: str, key: str, certificate: str, change: Callable[[str], str] = str) -> str:
    statement = f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement>" if attributes else ""
    assertion = f"""<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{at(0)}"><saml:Issuer>{ISSUER}</saml:Issuer><saml:Subject>
<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">member-1</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{at(300)}" Recipient="{RECIPIENT}"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{at(-60)}" NotOnOrAfter="{at(300)}">
<saml:AudienceRestriction><saml:Audience>{AUDIENCE}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{at(0)}" SessionIndex="s1"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>{statement}</saml:Assertion>"""
    signed = Utils.add_sign(change(assertion), key, certificate, sign_algorithm=Constants.RSA_SHA256, digest_algorithm=Constants.SHA256)
    signed = signed.decode() if isinstance(signed, bytes) else signed
    signed = signed[signed.index("<saml:Assertion"):]  # without the XML declaration
    return f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{at(0)}" Destination="{RECIPIENT}"><saml:Issuer>{ISSUER}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{signed}</samlp:Response>"""


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    private, public = key_pair()
    folder.joinpath("certificate.pem").write_text(public)
    folder.joinpath("response.xml").write_text(response(sys.stdin.read().strip(), private, public))
