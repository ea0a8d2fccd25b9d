"""Passkeys: each operation and each refusal. What must not be, T-41 and T-39, stands in threats/test_t41_passkeys.py."""

import re

import pytest
from authenticator import PRESENT, VERIFIED, Authenticator, decode
from harness import ORIGIN, check_refusal, data, login, magic_token, until
from passkeys import Person, authenticate, post, refuse, request


@pytest.fixture(scope="module")
def project(traveller):
    return traveller.project("Acme Cloud")


@pytest.fixture
def org(project):
    return project.organization().organization_id


def factors(answer) -> list[tuple]:
    return [(f["type"], f["delivery_method"], f["sequence_order"]) for f in answer["member_session"]["authentication_factors"]]


LINK, PASSKEY = ("magic_link", "email", "PRIMARY"), ("webauthn", "webauthn_registration", "PRIMARY")
PRESENCE = ("webauthn", "webauthn_registration", "SECONDARY")


def test_register_and_log_in(project, org):
    person = Person(project, org, register=False)
    options = person.creation()
    assert options["rp"] == {"id": "localhost", "name": "Acme Cloud"}
    assert (options["user"]["name"], options["user"]["displayName"]) == (f"{person.member.email_address} (Acme)", person.member.email_address)
    assert len(decode(options["user"]["id"])) == 32
    assert [known["alg"] for known in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert options["authenticatorSelection"] == {"residentKey": "preferred", "requireResidentKey": False, "userVerification": "preferred"}
    assert (options["excludeCredentials"], options["attestation"], options["timeout"]) == ([], "none", 300_000)
    person.registered = person.register(name="Laptop", session_duration_minutes=120)
    made = person.registered["webauthn_registration"]
    assert re.fullmatch(r"webauthn-registration-test-[0-9a-f-]{36}", person.id)
    assert (made["name"], made["domain"], made["transports"], made["backed_up"]) == ("Laptop", "localhost", ["internal", "hybrid"], False)
    assert person.registered["member"]["has_passkey"] and person.registered["member"]["mfa_enrolled"] is False
    assert factors(person.registered) == [LINK, PASSKEY]
    mail = project.mailbox.wait(person.member.email_address, of_factors=True)
    assert mail.subject == "A second factor was added" and "passkey" in mail.text
    # The person chooses: in any organization, in this one, as the member who is named.
    for named in ({}, {"organization_id": org}, person.ids):
        options = request(project, **named)
        assert (options["rpId"], options["userVerification"]) == ("localhost", "required")
        assert len(options["allowCredentials"]) == (1 if "member_id" in named else 0)
        answer = authenticate(project, person.authenticator.get(options), session_duration_minutes=30)
        assert (answer["member_id"], answer["organization_id"]) == (person.member.member_id, org)
        assert answer["webauthn_registration_id"] == person.id and answer["member_authenticated"]
        assert factors(answer) == [PASSKEY]
        [factor] = answer["member_session"]["authentication_factors"]
        assert factor["webauthn_factor"] == {"webauthn_registration_id": person.id, "domain": "localhost", "user_verified": True}
        # The SDK reads it as it does the one of the other product.
        checked = project.api.sessions.authenticate(session_token=answer["session_token"])
        assert checked.member_session.authentication_factors[0].webauthn_factor.domain == "localhost"
    # A second one beside it, and each key that authenticators have.
    for algorithm in (-8, -257):
        other = Authenticator(ORIGIN, algorithm, counts=False, remembers=False)
        person.register(other)
        assert authenticate(project, other.get(person.options()))["member_authenticated"]
    assert [known["name"] for known in person.listed()] == ["Laptop", "Passkey", "Passkey"]
    assert len(person.creation()["excludeCredentials"]) == 3


def test_a_passkey_is_a_second_factor_and_two_at_once(project):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL", email_invites="ALL_ALLOWED").organization_id
    made = project.member(org)
    half = login(project, org, made.email_address)
    assert half.mfa_required.member_options is None
    ids, shown = {"organization_id": org, "member_id": made.member_id}, {"intermediate_session_token": half.intermediate_session_token}
    # It is set up in the first login.
    authenticator = Authenticator(ORIGIN, flags=PRESENT)
    options = post(project, "register/start", ids | shown)["public_key_credential_creation_options"]
    done = post(project, "register", ids | shown | {"public_key_credential": authenticator.create(options)})
    assert factors(done) == [LINK, PRESENCE] and done["member"]["mfa_enrolled"]
    # It is asked for in the next; that somebody is there is enough then.
    half = half_of(project, org, made)
    assert half["mfa_required"] == {
        "member_options": {"mfa_phone_number": "", "totp_registration_id": "", "has_passkey": True}, "secondary_auth_initiated": None,
        "passkey_allowed": True, "passkey_required": False,
    }
    shown = {"intermediate_session_token": half["intermediate_session_token"]}
    options = request(project, **ids | shown)
    assert options["userVerification"] == "preferred"
    answer = authenticate(project, authenticator.get(options), **shown)
    assert factors(answer) == [LINK, PRESENCE]
    # Alone it takes more.
    refuse(project, "authenticate", {"public_key_credential": authenticator.get(request(project))}, 401, "unable_to_authenticate_webauthn")
    alone = authenticate(project, authenticator.get(request(project), flags=PRESENT | VERIFIED))
    assert factors(alone) == [PASSKEY]
    # In a session that goes on it is shown once more.
    token = answer["session_token"]
    again = authenticate(project, authenticator.get(request(project, **ids, session_token=token)), session_token=token)
    assert again["member_session"]["member_session_id"] == answer["member_session"]["member_session_id"]
    # Half a login of another goes nowhere with it.
    other = project.member(org)
    stranger = login(project, org, other.email_address).intermediate_session_token
    refuse(project, "authenticate/start", ids | {"intermediate_session_token": stranger}, 400, "invalid_intermediate_session_token_for_organization")


def half_of(project, org, member) -> dict:
    """What a login by a link answers, with what no SDK reads."""
    token = magic_token(project, org, member.email_address)
    return project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token}).json()


def test_what_an_organization_says_of_passkeys(project, org):
    assert project.raw("GET", f"/v1/b2b/organizations/{org}").json()["organization"]["passkey_policy"] == "UNLESS_RESTRICTED"

    def policy(**settings):
        answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", settings)
        assert answer.status_code == 200, answer.text
        return answer.json()["organization"]

    person = Person(project, org)
    check_refusal(project.raw("PUT", f"/v1/b2b/organizations/{org}", {"passkey_policy": "x"}), 400, "invalid_organization_passkey_policy")
    policy(auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    answer = person.log_in()
    assert not answer["member_authenticated"]
    assert answer["primary_required"] == {"allowed_auth_methods": ["magic_link"], "passkey_allowed": False}
    policy(passkey_policy="ALLOWED")
    assert person.log_in()["member_authenticated"]
    # Whoever has none makes one, before there is a session.
    policy(passkey_policy="REQUIRED", auth_methods="ALL_ALLOWED")
    assert person.log_in()["member_authenticated"]
    new = project.member(org)
    half = half_of(project, org, new)
    assert half["mfa_required"] == {"member_options": None, "secondary_auth_initiated": None, "passkey_allowed": True, "passkey_required": True}
    ids, shown = {"organization_id": org, "member_id": new.member_id}, {"intermediate_session_token": half["intermediate_session_token"]}
    options = post(project, "register/start", ids | shown)["public_key_credential_creation_options"]
    done = post(project, "register", ids | shown | {"public_key_credential": Authenticator(ORIGIN).create(options)})
    assert done["member_authenticated"] and factors(done) == [LINK, PASSKEY]
    policy(passkey_policy="NOT_ALLOWED")
    assert not person.log_in()["member_authenticated"]
    refuse(project, "register/start", person.ids | person.shown, 400, "operation_restricted_by_organization_passkey_policy")
    # A page sees what it may offer.
    slug = policy()["organization_slug"]
    assert data(project.browser("POST", "/b2b/organizations/search", {"organization_slug": slug}))["organization"]["passkey_policy"] == "NOT_ALLOWED"


def test_naming_and_removing(project, org):
    person = Person(project, org)
    named = project.raw("PUT", f"{person.path}/{person.id}", {"name": "Key on my ring"})
    assert [known["name"] for known in named.json()["webauthn_registrations"]] == ["Key on my ring"] == [known["name"] for known in person.listed()]
    for odd in ("", " ", "a\nb", "x" * 129):
        check_refusal(project.raw("PUT", f"{person.path}/{person.id}", {"name": odd}), 400, "invalid_webauthn_registration_name")
        refuse(project, "register", person.ids | person.shown | {"name": odd, "public_key_credential": NOTHING}, 400, "invalid_webauthn_registration_name")
    unknown = person.id[:-4] + "0000"
    for method, body in (("PUT", {"name": "x"}), ("DELETE", None)):
        check_refusal(project.raw(method, f"{person.path}/{unknown}", body), 404, "webauthn_registration_not_found")
    left = project.raw("DELETE", f"{person.path}/{person.id}").json()
    assert (left["webauthn_registrations"], left["member"]["has_passkey"]) == ([], False)
    assert project.mailbox.wait(person.member.email_address, of_factors=True)
    refuse(project, "authenticate", {"public_key_credential": person.authenticator.get(request(project))}, 401, "unable_to_authenticate_webauthn")
    check_refusal(project.raw("POST", "/v1/b2b/webauthn/authenticate/start", person.ids), 404, "webauthn_registration_not_found")
    events = [event["action"] for event in project.audit(org) if event["object"]["id"] == person.id]
    assert sorted(events) == [f"webauthn_registration.{what}" for what in ("create", "delete", "update")]


NOTHING = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}


def test_a_member_has_at_most_twenty(project, org):
    person = Person(project, org)
    options = person.creation()
    for _ in range(19):
        person.register(Authenticator(ORIGIN, -8))
    refuse(project, "register/start", person.ids | person.shown, 400, "too_many_webauthn_registrations")
    credential = {"public_key_credential": Authenticator(ORIGIN).create(options)}
    refuse(project, "register", person.ids | person.shown | credential, 400, "too_many_webauthn_registrations")
    assert len(person.listed()) == 20


def test_the_same_credential_is_registered_once(project, org):
    person = Person(project, org)
    again = {"public_key_credential": person.authenticator.create(person.creation())}
    refuse(project, "register", person.ids | person.shown | again, 400, "duplicate_webauthn_registration")


def test_a_member_who_is_deleted_leaves_none_behind(project, org):
    person = Person(project, org)
    project.api.organizations.members.delete(org, person.member.member_id)
    refuse(project, "authenticate", {"public_key_credential": person.authenticator.get(request(project))}, 401, "unable_to_authenticate_webauthn")
    project.api.organizations.members.reactivate(org, person.member.member_id)
    assert person.listed() == []
    refuse(project, "authenticate", {"public_key_credential": person.authenticator.get(request(project))}, 401, "unable_to_authenticate_webauthn")


def test_pages_do_it_all(project, org):
    person = Person(project, org, register=False, roles=["stytch_admin"])
    token = person.login.session_token
    started = data(project.browser("POST", "/b2b/webauthn/register/start", person.ids, session_token=token))
    made = person.authenticator.create(started["public_key_credential_creation_options"])
    body = person.ids | {"public_key_credential": made, "name": "Phone", "session_duration_minutes": 60}
    answer = data(project.browser("POST", "/b2b/webauthn/register", body, session_token=token))
    own = answer["webauthn_registration"]["webauthn_registration_id"]
    assert [known["name"] for known in data(project.browser("GET", "/b2b/webauthn", session_token=token))["webauthn_registrations"]] == ["Phone"]
    renamed = data(project.browser("PUT", f"/b2b/webauthn/{own}", {"name": "Old phone"}, session_token=token))
    assert renamed["webauthn_registrations"][0]["name"] == "Old phone"
    # Without a session a page may ask for those that the browser remembers, and name nobody.
    options = data(project.browser("POST", "/b2b/webauthn/authenticate/start", {"organization_id": org}))["public_key_credential_request_options"]
    assert options["allowCredentials"] == []
    check_refusal(project.browser("POST", "/b2b/webauthn/authenticate/start", person.ids), 400, "missing_intermediate_session_token")
    check_refusal(project.browser("POST", "/b2b/webauthn/authenticate/start", {"member_id": person.member.member_id}), 400, "invalid_argument")
    body = {"public_key_credential": person.authenticator.get(options), "session_duration_minutes": 60}
    answer = data(project.browser("POST", "/b2b/webauthn/authenticate", body))
    assert answer["member_session"]["member_id"] == person.member.member_id
    # An administrator removes that of somebody who has lost it; each removes their own.
    other = Person(project, org)
    where = f"/b2b/organizations/members/webauthn_registrations/{other.member.member_id}/{other.id}"
    check_refusal(project.browser("DELETE", where, session_token=Person(project, org).login.session_token), 403, "unauthorized_action")
    assert data(project.browser("DELETE", where, session_token=answer["session_token"]))["member"]["has_passkey"] is False
    check_refusal(project.browser("PUT", f"/b2b/webauthn/{other.id}", {"name": "x"}, session_token=token), 404, "webauthn_registration_not_found")
    assert data(project.browser("DELETE", f"/b2b/webauthn/{own}", session_token=answer["session_token"]))["webauthn_registrations"] == []


def test_domains(traveller):
    project = traveller.project(redirect_urls=["https://app.example.com/login", "https://*.example.org/"])
    org = project.organization().organization_id

    def start(**fields):
        return project.raw("POST", "/v1/b2b/webauthn/authenticate/start", fields)

    def domain(answer) -> str:
        return answer.json()["public_key_credential_request_options"]["rpId"]

    # The host of the pages that people come back to, or another of the project's.
    assert domain(start()) == domain(start(domain="app.example.com")) == "app.example.com"
    assert domain(start(domain="acme.example.org")) == "acme.example.org"
    page = data(project.browser("POST", "/b2b/webauthn/authenticate/start", {}, origin="https://acme.example.org"))
    assert page["public_key_credential_request_options"]["rpId"] == "acme.example.org"
    for odd in ("example.com", "evil.example", "example.org", "com", "https://app.example.com", "10.0.0.1", "x" * 300):
        check_refusal(start(domain=odd), 400, "invalid_passkey_domain")
    # One for all of them, and none of another.
    traveller.command("project", "update", project.project_id, "--passkey-domain", "example.com")
    until(lambda: domain(start()) == "example.com", what="the change in the memory of the server")
    assert domain(start()) == domain(start(domain="example.com")) == domain(start(domain="app.example.com")) == "example.com"
    for odd in ("badexample.com", "acme.example.org", "com"):
        check_refusal(start(domain=odd), 400, "invalid_passkey_domain")
    # By its public token the server remembers the project apart.
    of_page = lambda: project.browser("POST", "/b2b/webauthn/authenticate/start", {}, origin="https://acme.example.org")
    until(lambda: of_page().status_code != 200, what="the change in the memory of the server")
    check_refusal(of_page(), 400, "invalid_passkey_domain")
    person = Person(project, org, register=False)
    refuse(project, "register/start", person.ids | person.shown | {"domain": "acme.example.org"}, 400, "invalid_passkey_domain")
    person.authenticator.origin = "https://app.example.com"
    person.registered = person.register()
    assert person.registered["webauthn_registration"]["domain"] == "example.com" and person.log_in()["member_authenticated"]
    # A page elsewhere is the project's, and not of this domain.
    refuse(project, "authenticate", {"public_key_credential": person.authenticator.get(request(project), origin="https://acme.example.org")}, 400, "invalid_public_key_credential")
    for odd in ("com", "Example.com", "https://example.com", "10.0.0.1"):
        assert traveller.command("project", "update", project.project_id, "--passkey-domain", odd, check=False).returncode == 2
    shown = traveller.command("project", "update", project.project_id, "--passkey-domain", "", "--json").stdout
    assert '"passkey_domain":null' in shown.replace(" ", "")
