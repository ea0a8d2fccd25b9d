"""SimpleSAMLphp as an identity provider."""

import pytest
import requests
import simplesamlphp
from harness import new_email, query_of, unique
from identity_providers import Key
from logins import Person, Saml, form_of, words
from simplesamlphp import SimpleSamlPhp

simplesamlphp.need()

TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    provider = SimpleSamlPhp(tmp_path_factory.mktemp("simplesamlphp"))
    yield provider
    provider.stop()


@pytest.fixture
def person(server):
    return Person(server)


@pytest.fixture(scope="module")
def encryption_key() -> str:
    return Key.new().private


def connect(project, provider, options: dict | None = None, **settings) -> Saml:
    connection = Saml(project, **settings)
    connection.by_url(provider.metadata_url)
    provider.knows(connection, **(options or {}))
    return connection


def somebody(provider, **attributes) -> tuple[str, str]:
    """A new person there: their name and their address."""
    name, email = f"p{unique()}", new_email()
    provider.has(name, email, displayName=["Ada Lovelace"], **attributes)
    return name, email


def log_in(connection, provider, name, person=None):
    person = person or Person(connection.project.server)
    return person.back(provider.log_in(person, connection.start(person), name))


@pytest.mark.parametrize("encrypted", [False, True], ids=["in_clear", "encrypted"])
@pytest.mark.parametrize(("response", "assertion"), [(True, False), (False, True), (True, True)], ids=["response", "assertion", "both"])
def test_a_member_logs_in_whatever_is_signed_and_encrypted(project, provider, person, encryption_key, response, assertion, encrypted):
    options = {"saml20.sign.response": response, "saml20.sign.assertion": assertion, "assertion.encryption": encrypted}
    key = {"saml_encryption_private_key": encryption_key} if encrypted else {}
    connection = connect(project, provider, options | {"validate.authnrequest": True}, **key)
    name, email = somebody(provider)
    answer = log_in(connection, provider, name, person)
    if encrypted and not response:
        # It encrypts with AES-CBC, which a signature inside does not protect (threat T-17).
        assert "sign it, or use AES-GCM" in connection.check_refused(answer, "invalid_saml_response")
        return
    login = connection.finish(answer)
    assert (login.member.email_address, login.member.name) == (email, "Ada Lovelace")
    assert ("EncryptedAssertion" in connection.last_exchange()["response"]) == encrypted
    # It knows them by now, and asks no more.
    again = connection.finish(person.back(person.go(connection.start(person))))
    assert again.member_id == login.member_id


def test_nothing_signed_is_refused(project, provider):
    connection = connect(project, provider, {"saml20.sign.response": False, "saml20.sign.assertion": False})
    name, _ = somebody(provider)
    connection.check_refused(log_in(connection, provider, name), "missing_signature_saml_response")


def test_it_reads_our_metadata_and_verifies_our_requests(project, provider, person, encryption_key):
    connection = connect(project, provider, {"validate.authnrequest": True}, saml_encryption_private_key=encryption_key)
    read = provider.parsed(connection.metadata())
    assert read["entityid"] == connection.callback_url
    assert [acs["Location"] for acs in read["AssertionConsumerService"]] == [connection.callback_url]
    assert [(key["signing"], key["encryption"]) for key in read["keys"]] == [(True, False), (False, True)]
    assert read["saml20.sign.assertion"] is True
    url = connection.start(person)
    assert "password" in words(person.go(url)).lower()
    changed = url.replace("RelayState=", "RelayState=x")
    assert changed != url
    answer = person.there.get(changed, timeout=60)
    assert "Unable to validate signature" in words(answer), words(answer)


def test_the_provider_begins_by_itself(project, provider, person):
    connection = connect(project, provider)
    name, email = somebody(provider)
    url = f"{provider.url}/saml2/idp/SSOService.php?spentityid={connection.callback_url}"
    login = connection.finish(person.back(provider.log_in(person, url, name)))
    assert login.member.email_address == email
    assert connection.last_exchange()["answers_login"] is False
    # An address that the app has not registered leads to the one it has.
    for relay_state in ("https://elsewhere.example/", "http://localhost:3000/authenticate", "42"):
        answer = person.back(person.go(f"{url}&RelayState={relay_state}"))
        assert answer.headers["location"].startswith("http://localhost:3000/authenticate?"), answer.headers
        assert connection.finish(answer).member_id == login.member_id
    connection.update(idp_initiated_auth_disabled=True)
    connection.check_refused(person.back(person.go(url)), "saml_idp_initiated_auth_disabled")


def test_what_it_said_counts_once(project, provider, person):
    connection = connect(project, provider)
    name, _ = somebody(provider)
    page = provider.log_in(person, connection.start(person), name)
    connection.finish(person.back(page))
    connection.check_refused(person.back(page), "unsolicited_saml_response")
    # Without the RelayState it is no answer to a login, though it says so.
    _, fields = form_of(page)
    again = person.here.post(f"/v1/b2b/sso/callback/{connection.connection_id}", SAMLResponse=fields["SAMLResponse"])
    connection.check_refused(again, "unsolicited_saml_response")


def test_groups_give_roles_until_the_next_login(project, provider):
    assignments = [{"role_id": "stytch_admin", "group": "admins"}]
    connection = connect(project, provider, saml_group_implicit_role_assignments=assignments)
    name, email = somebody(provider, groups=["staff", "admins"])
    login = connection.finish(log_in(connection, provider, name))
    assert connection.roles(login.member) == {"stytch_admin"}
    provider.has(name, email, groups=["staff"])
    assert connection.roles(connection.finish(log_in(connection, provider, name)).member) == set()
    provider.has(name, email, groups=["admins"])
    assert connection.roles(connection.finish(log_in(connection, provider, name)).member) == {"stytch_admin"}
    provider.has(name, email)
    assert connection.roles(connection.finish(log_in(connection, provider, name)).member) == set()


def test_a_certificate_is_replaced_without_a_gap(project, provider):
    old, new = provider.key, Key.new()
    name, _ = somebody(provider)
    try:
        provider.sign_with(old, following=new)
        connection = connect(project, provider)
        known = connection.by_url(provider.metadata_url).verification_certificates
        assert len(known) == 2, known
        connection.finish(log_in(connection, provider, name))
        provider.sign_with(new)
        connection.finish(log_in(connection, provider, name))
        [gone] = [each for each in known if "".join(each.certificate.split()) == "".join(old.certificate.split())]
        connection.api.delete_verification_certificate(connection.org, connection.connection_id, gone.certificate_id)
        connection.finish(log_in(connection, provider, name))
        provider.sign_with(old)
        connection.check_refused(log_in(connection, provider, name), "saml_certificate_mismatch")
        # Taking over the metadata again mends it.
        connection.by_url(provider.metadata_url)
        connection.finish(log_in(connection, provider, name))
    finally:
        provider.sign_with(old)


# An assertion of SimpleSAMLphp is valid from 30 seconds before it was made to 5 minutes after.
@pytest.mark.parametrize(("ahead", "error"), [
    (-55, ""), (-200, "not_yet_valid_saml_response"), (340, ""), (500, "expired_saml_response"),
])
def test_clocks_may_differ_by_as_much_as_is_set(traveller, provider, ahead, error):
    connection = connect(traveller.project(), provider, clock_skew_seconds=60)
    name, _ = somebody(provider)
    traveller.clock.forward(seconds=ahead)
    try:
        answer = log_in(connection, provider, name)
        if error:
            connection.check_refused(answer, error)
        else:
            connection.finish(answer)
    finally:
        traveller.clock.forward(seconds=-ahead)


def test_who_has_no_address_is_told_so(project, provider, person):
    connection = connect(project, provider, attribute_mapping={"email": "email", "full_name": "displayName"})
    name, _ = somebody(provider)
    answer = log_in(connection, provider, name, person)
    assert '"mail"' in connection.check_refused(answer, "invalid_saml_response_email")


def test_a_name_may_be_another_one_each_time(project, provider):
    mapping = {"email": "mail", "full_name": "displayName"}
    connection = connect(project, provider, attribute_mapping=mapping, nameid_format=TRANSIENT)
    name, email = somebody(provider)
    first, second = (connection.finish(log_in(connection, provider, name)) for _ in range(2))
    assert first.member_id == second.member_id and first.member.email_address == email
    assert [each.external_id for each in second.member.sso_registrations] == [email]
    assert TRANSIENT in connection.last_exchange()["response"]


def test_a_name_that_is_encrypted_by_itself_is_refused(project, provider, encryption_key):
    connection = connect(project, provider, {"nameid.encryption": True}, saml_encryption_private_key=encryption_key)
    name, _ = somebody(provider)
    assert "EncryptedID" in connection.check_refused(log_in(connection, provider, name), "invalid_xml_saml_response")
