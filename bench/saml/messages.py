"""Writes what the verifiers here judge: a response as providers send them, and in `large/` the largest and dearest that are
looked at at all. `messages.py FOLDER`."""

import base64
import pathlib
import sys
import time
from collections.abc import Callable

import xmlsec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests"))

from identity_providers import SamlProvider  # noqa: E402

SAMLP, SAML = "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion"
ACS_URL, REQUEST_ID = "https://auth.example/acs", "_request"


def of(inside: str, declared: str = "") -> bytes:
    said = f'xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" {declared} ID="_1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z"'
    return f"<samlp:Response {said}>{inside}</samlp:Response>".encode()


def signed(provider: SamlProvider, attributes: dict) -> bytes:
    said = provider.response(acs_url=ACS_URL, name_id="ada@bench.example", request_id=REQUEST_ID, attributes=attributes, minutes=60)
    return base64.b64decode(said)


def new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())


def encrypted(provider: SamlProvider, key: bytes) -> bytes:
    """The assertion of a good response, encrypted for this key."""
    response = etree.fromstring(signed(provider, {}))
    assertion = response.find(f"{{{SAML}}}Assertion")
    outer = etree.SubElement(response, f"{{{SAML}}}EncryptedAssertion")
    outer.append(assertion)
    template = xmlsec.template.encrypted_data_create(response, xmlsec.Transform.AES256_GCM, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
    wrapped = xmlsec.template.add_encrypted_key(info, xmlsec.Transform.RSA_OAEP)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    keys = xmlsec.KeysManager()
    keys.add_key(xmlsec.Key.from_memory(key, xmlsec.KeyFormat.PEM))
    context = xmlsec.EncryptionContext(keys)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(template, assertion)
    return etree.tostring(response)


# By name, what makes each of them of a provider. Most are refused, as late as can be.
LARGE: dict[str, Callable[[SamlProvider], bytes]] = {
    "one attribute of 240 kB, signed": lambda provider: signed(provider, {"a": ["x" * 240_000]}),
    "3,500 values of attributes, signed": lambda provider: signed(provider, {"a": ["value"] * 3_500}),
    "encrypted for none of five keys": lambda provider: encrypted(provider, new_key()),
    "240 kB of text": lambda _: of("x" * 240_000),
    "7,900 elements": lambda _: of("<a/>" * 7_900),
    "11,800 attributes": lambda _: of(("<a " + " ".join(f'a{number}=""' for number in range(47)) + "/>") * 250),
    "47 elements in each other, 160 times": lambda _: of(("<a>" * 46 + "</a>" * 46) * 160),
    "390 namespaces": lambda _: of('<saml:a xmlns:b="urn:b"/>' * 390 + "<saml:a/>" * 7_000),
    "30 namespaces in scope of 7,900 names": lambda _: of("<saml:a/>" * 7_900, " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(29))),
}


folder, provider = pathlib.Path(sys.argv[1]), SamlProvider()
(folder / "large").mkdir(parents=True, exist_ok=True)
usual = signed(provider, {name: [f"value of {name}"] for name in ("firstName", "lastName", "department", "groups")})
(folder / "response").write_bytes(base64.b64encode(usual))
(folder / "certificate.pem").write_text(provider.key.certificate)
(folder / "expected").write_text("\n".join((provider.entity_id, ACS_URL, ACS_URL, REQUEST_ID, str(int(time.time())))))
for number in range(5):
    (folder / f"decryption-{number}.pem").write_bytes(new_key())
for name, make in LARGE.items():
    (folder / "large" / name).write_bytes(base64.b64encode(make(provider)))
