"""samlify as an identity provider."""

from dataclasses import dataclass

import node
import pytest
import requests
from harness import free_port, new_email, unique
from identity_providers import Key
from logins import Person, Program, Saml, words

node.need("samlify")

CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    directory, key, port = tmp_path_factory.mktemp("samlify"), Key.new(), free_port()
    (directory / "key").write_text(key.private)
    (directory / "certificate").write_text(key.certificate)
    program = node.start("samlify.mjs", port, str(port), str(directory / "key"), str(directory / "certificate"), ready="/", directory=directory)
    yield program
    program.stop()


@pytest.fixture(scope="module")
def encryption_key() -> str:
    return Key.new().private


@dataclass
class Provider:
    """One of the identity providers of the program, with a connection to it."""

    connection: Saml
    url: str

    def log_in(self, email: str, url: str | None = None, **attributes):
        person = Person(self.connection.project.server)
        page = person.go(url or self.connection.start(person))
        return person.back(person.send(page, email=email, **attributes))


@pytest.fixture
def connect(project, program: Program, encryption_key):
    def connect(**settings) -> Provider:
        connection = Saml(project, saml_encryption_private_key=encryption_key)
        url = f"{program.url}/{unique()}"
        assert requests.put(url, json=settings | {"metadata": connection.metadata()}, timeout=60).text == "made"
        connection.by_url(f"{url}/metadata")
        return Provider(connection, url)

    return connect


@pytest.mark.parametrize("settings", [
    pytest.param({}, id="plain"),
    pytest.param({"signsMessage": True}, id="message_signed"),
    pytest.param({"algorithm": GCM}, id="gcm"),
    pytest.param({"algorithm": GCM, "encryptThenSign": True, "signsMessage": True}, id="gcm_then_signed"),
    pytest.param({"algorithm": CBC, "encryptThenSign": True, "signsMessage": True}, id="cbc_then_signed"),
])
def test_a_member_logs_in(connect, settings):
    provider, email = connect(**settings), new_email()
    login = provider.connection.finish(provider.log_in(email, displayName="Ada Lovelace"))
    assert (login.member.email_address, login.member.name) == (email, "Ada Lovelace")
    assert ("EncryptedAssertion" in provider.connection.last_exchange()["response"]) == ("algorithm" in settings)


def test_cbc_without_a_signature_around_it_is_refused(connect):
    """Whoever changes it on the way learns what it says from what we answer (threat T-17)."""
    provider = connect(algorithm=CBC)
    reason = provider.connection.check_refused(provider.log_in(new_email()), "invalid_saml_response")
    assert "sign it, or use AES-GCM" in reason


def test_rsa_1_5_is_taken_where_it_is_allowed_and_the_response_is_signed(connect):
    rsa = {"algorithm": GCM, "keyAlgorithm": "http://www.w3.org/2001/04/xmlenc#rsa-1_5"}
    provider, email = connect(**rsa, encryptThenSign=True, signsMessage=True), new_email()
    connection = provider.connection
    assert "allows RSA 1.5" in connection.check_refused(provider.log_in(email), "invalid_saml_response")
    connection.update(allow_rsa_1_5=True)
    assert connection.finish(provider.log_in(email)).member.email_address == email
    # Whoever changes it on the way learns what it says from what we answer (threat T-17).
    unsigned = connect(**rsa)
    unsigned.connection.update(allow_rsa_1_5=True)
    assert "sign it" in unsigned.connection.check_refused(unsigned.log_in(email), "invalid_saml_response")


def test_what_was_signed_before_it_was_encrypted_has_another_signature(connect):
    """Of the message: it is not the one that was signed any more."""
    provider = connect(algorithm=GCM, signsMessage=True)
    provider.connection.check_refused(provider.log_in(new_email()), "invalid_signature_saml_response")


def test_the_provider_begins_by_itself(connect):
    """It says InResponseTo="" then."""
    provider, email = connect(), new_email()
    login = provider.connection.finish(provider.log_in(email, url=f"{provider.url}/sso"))
    assert login.member.email_address == email


def test_somebody_without_an_address_is_refused(connect):
    provider = connect()
    provider.connection.check_refused(provider.log_in(""), "invalid_saml_response")


def test_it_verifies_our_requests(connect):
    provider = connect()
    person = Person(provider.connection.project.server)
    url = provider.connection.start(person)
    answer = person.there.get(url.replace("RelayState=", "RelayState=x"), timeout=60)
    assert answer.status_code == 500 and "SIGNATURE" in words(answer), words(answer)


def test_groups_give_roles_until_the_next_login(connect):
    provider, email = connect(), new_email()
    connection = provider.connection
    connection.update(saml_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "admins"}])
    assert connection.roles(connection.finish(provider.log_in(email, groups="admins")).member) == {"stytch_admin"}
    assert connection.roles(connection.finish(provider.log_in(email, groups="staff")).member) == set()
