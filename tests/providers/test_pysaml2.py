"""pysaml2 as an identity provider. It has no pages: it is asked here, as the program around it would."""

import base64
import pathlib
import shutil
import urllib.parse
import warnings

import pytest
import requests
from harness import new_email, query_of, unique
from identity_providers import Key
from logins import Person, Saml, form_of, published

with warnings.catch_warnings(action="ignore"):
    pytest.importorskip("saml2.cryptography.symmetric", reason="pysaml2 is not installed")
if shutil.which("xmlsec1") is None:
    pytest.skip("xmlsec1, which pysaml2 signs with, is not installed", allow_module_level=True)

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT  # noqa: E402
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT  # noqa: E402
from saml2.config import IdPConfig  # noqa: E402
from saml2.metadata import entity_descriptor  # noqa: E402
from saml2.response import IncorrectlySigned  # noqa: E402
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID  # noqa: E402
from saml2.server import Server as IdentityProvider  # noqa: E402

# It signs with SHA-1 when nothing is said.
SHA256 = {"signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
          "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256"}


class Provider:
    """An identity provider, and a connection to it."""

    def __init__(self, directory: pathlib.Path, key: Key, connection: Saml, signing: dict, binding: str):
        self.connection = connection
        for name, text in (("key", key.private), ("certificate", key.certificate), ("party.xml", connection.metadata())):
            (directory / name).write_text(text)
        config = IdPConfig().load({
            "entityid": f"https://pysaml2-{unique()}.example/idp", "xmlsec_binary": shutil.which("xmlsec1"),
            "key_file": str(directory / "key"), "cert_file": str(directory / "certificate"),
            "metadata": {"local": [str(directory / "party.xml")]},
            "service": {"idp": {
                "endpoints": {"single_sign_on_service": [("https://pysaml2.example/sso", binding)]},
                "want_authn_requests_signed": True, **signing, "policy": {"default": {"lifetime": {"minutes": 5}, "name_form":
                "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}},
            }},
        })
        self._idp = IdentityProvider(config=config)
        with published(str(entity_descriptor(config))) as url:
            connection.by_url(url)

    def request(self, answer: requests.Response):
        """What a browser brings that was sent here so; its signature is verified."""
        if answer.status_code == 302:
            query = query_of(answer.headers["location"])
            # That of an address is, when the caller gives it.
            signature = {"relay_state": query["RelayState"], "sigalg": query["SigAlg"], "signature": query["Signature"]}
            return self._idp.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT, **signature), query["RelayState"]
        _, fields = form_of(answer)
        return self._idp.parse_authn_request(fields["SAMLRequest"], BINDING_HTTP_POST), fields["RelayState"]

    def log_in(self, email: str, *, groups=(), **how) -> requests.Response:
        """Our answer to somebody who has logged in here."""
        connection, person = self.connection, Person(self.connection.project.server)
        request, relay_state = self.request(connection.begin(person))
        answer = self._idp.create_authn_response(
            identity={"email": [email], "displayName": ["Ada Lovelace"], "groups": list(groups)}, userid=email,
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=email), authn={"class_ref": PASSWORDPROTECTEDTRANSPORT},
            **self._idp.response_args(request.message, [BINDING_HTTP_POST]), **how)
        saml_response = base64.b64encode(str(answer).encode()).decode()
        path = urllib.parse.urlsplit(connection.callback_url).path
        return person.here.post(path, SAMLResponse=saml_response, RelayState=relay_state)


@pytest.fixture(scope="module")
def keys() -> tuple[Key, Key]:
    return Key.new(), Key.new()


@pytest.fixture
def connect(project, tmp_path, keys):
    def connect(encrypts: bool = False, signing: dict = SHA256, binding: str = BINDING_HTTP_REDIRECT, **settings) -> Provider:
        if encrypts:
            settings["saml_encryption_private_key"] = keys[1].private
        return Provider(tmp_path, keys[0], Saml(project, **settings), signing, binding)

    return connect


@pytest.mark.parametrize(("assertion", "response"), [(True, False), (False, True), (True, True)])
def test_a_member_logs_in(connect, assertion, response):
    provider, email = connect(), new_email()
    login = provider.connection.finish(provider.log_in(email, sign_assertion=assertion, sign_response=response))
    assert (login.member.email_address, login.member.name) == (email, "")
    [registration] = login.member.sso_registrations
    assert registration.external_id == email
    # It calls them so in every language but that of the others.
    assert registration.sso_attributes["urn:oid:2.16.840.1.113730.3.1.241"] == ["Ada Lovelace"]


def test_a_name_of_an_attribute_may_be_an_object_identifier(connect):
    mapping = {"email": "urn:oid:1.2.840.113549.1.9.1.1", "full_name": "urn:oid:2.16.840.1.113730.3.1.241", "groups": "groups"}
    provider, email = connect(attribute_mapping=mapping), new_email()
    connection = provider.connection
    connection.update(saml_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "admins"}])
    login = connection.finish(provider.log_in(email, groups=["admins"], sign_assertion=True))
    assert (login.member.email_address, login.member.name) == (email, "Ada Lovelace")
    assert connection.roles(login.member) == {"stytch_admin"}
    assert connection.roles(connection.finish(provider.log_in(email, sign_assertion=True)).member) == set()


def test_triple_des_is_taken_where_it_is_allowed_and_the_response_is_signed(connect):
    provider, email = connect(encrypts=True), new_email()
    connection = provider.connection
    encrypted = {"encrypt_assertion": True, "sign_assertion": True}
    signed = encrypted | {"sign_response": True}
    for how in (encrypted, signed):
        assert "allows triple DES" in connection.check_refused(provider.log_in(email, **how), "invalid_saml_response")
    connection.update(allow_triple_des=True)
    assert "sign it" in connection.check_refused(provider.log_in(email, **encrypted), "invalid_saml_response")
    assert connection.finish(provider.log_in(email, **signed)).member.email_address == email
    connection.update(allow_triple_des=False)
    connection.check_refused(provider.log_in(email, **signed), "invalid_saml_response")


def test_sha1_is_taken_where_it_is_allowed(connect):
    provider, email = connect(signing={}), new_email()
    connection = provider.connection
    refused = connection.check_refused(provider.log_in(email, sign_assertion=True), "invalid_signature_saml_response")
    assert "allows SHA-1" in refused
    connection.update(allow_sha1=True)
    assert connection.finish(provider.log_in(email, sign_assertion=True)).member.email_address == email


def test_told_to_encrypt_without_a_key_of_ours_it_sends_nothing_that_counts(connect):
    """The assertion is in clear, and not signed."""
    provider = connect()
    how = {"encrypt_assertion": True, "sign_assertion": True}
    provider.connection.check_refused(provider.log_in(new_email(), **how), "missing_signature_saml_response")


def test_it_verifies_our_requests(connect):
    provider = connect()
    answer = provider.connection.begin(Person(provider.connection.project.server))
    provider.request(answer)
    answer.headers["location"] = answer.headers["location"].replace("RelayState=", "RelayState=x")
    with pytest.raises(IncorrectlySigned):
        provider.request(answer)


def test_requests_by_form_are_signed_inside(connect):
    provider, email = connect(binding=BINDING_HTTP_POST), new_email()
    answer = provider.connection.begin(Person(provider.connection.project.server))
    assert answer.status_code == 200 and form_of(answer)[0] == "https://pysaml2.example/sso"
    assert provider.connection.finish(provider.log_in(email, sign_assertion=True)).member.email_address == email
    _, fields = form_of(answer)
    changed = base64.b64decode(fields["SAMLRequest"]).replace(b'AllowCreate="true"', b'AllowCreate="false"')
    answer._content = answer.content.replace(fields["SAMLRequest"].encode(), base64.b64encode(changed))
    with pytest.raises(IncorrectlySigned):
        provider.request(answer)
