"""Logging in by SSO: from the start to the session, by SAML and OpenID Connect, and everybody who comes in or does not."""

import base64
import hashlib
import html
import re
import secrets
from urllib.parse import urlsplit

import harness
import pytest
import requests
from doors import catalogue
from harness import REDIRECT_URL, login, new_domain, new_email, query_of, refused, unique, until, verified_member
from identity_providers import OpenIdProvider, SamlProvider
from sso import Browser, Oidc, Saml, told


@pytest.fixture(scope="module")
def server(postgres):
    """The providers of these tests are on this machine."""
    server = harness.Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.1"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def provider():
    with OpenIdProvider() as provider:
        yield provider


@pytest.fixture
def saml(project):
    return Saml(project)


@pytest.fixture
def oidc(project, provider):
    return Oidc(project, provider)


# ---------------------------------------------------------------- to a session


def test_a_member_logs_in_by_saml(saml):
    email, attributes = new_email(), {"firstName": ["Ada"], "lastName": ["Lovelace"], "department": ["R&amp;D", "Sales"]}
    answer = saml.login(email, attributes=attributes)
    assert answer.member_authenticated and answer.session_token and answer.session_jwt
    member = answer.member
    assert (member.email_address, member.name, member.status) == (email, "Ada Lovelace", "active")
    assert member.email_address_verified
    [registration] = member.sso_registrations
    assert registration.connection_id == saml.connection_id and registration.external_id == email
    assert registration.registration_id.startswith("saml-member-registration-test-")
    assert registration.sso_attributes == {"firstName": ["Ada"], "lastName": ["Lovelace"], "department": ["R&D", "Sales"]}
    [factor] = answer.member_session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("sso", "sso_saml")
    assert factor.saml_sso_factor.provider_id == saml.connection_id
    assert (factor.saml_sso_factor.id, factor.saml_sso_factor.external_id) == (registration.registration_id, email)
    again = saml.login(email)
    assert again.member_id == answer.member_id
    assert [e["verdict"] for e in saml.exchanges()] == ["accepted", "accepted"]


def test_a_member_logs_in_by_oidc(oidc):
    email = new_email()
    answer = oidc.login("sub-1", email=email, email_verified=True, name="Ada Lovelace", department="R&D")
    member = answer.member
    assert answer.member_authenticated and (member.email_address, member.name) == (email, "Ada Lovelace")
    [registration] = member.sso_registrations
    assert registration.external_id == "sub-1" and registration.registration_id.startswith("oidc-member-registration-test-")
    assert registration.sso_attributes["department"] == ["R&D"]
    [factor] = answer.member_session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("sso", "sso_oidc")
    assert factor.oidc_sso_factor.provider_id == oidc.connection_id
    # The subject is who they are; an address may change, or be said no more.
    assert oidc.login("sub-1", email=new_email(), email_verified=True).member.email_address == email
    assert oidc.login("sub-1").member_id == member.member_id


def test_a_browser_finishes_a_login(saml):
    answer = saml.project.browser("POST", "/b2b/sso/authenticate", {"sso_token": saml.token(new_email()), "session_duration_minutes": 30})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["member_authenticated"] and answer.json()["data"]["session_token"]


def test_a_session_goes_on(saml):
    first = saml.login(new_email())
    second = saml.login(first.member.email_address, fields={"session_token": first.session_token})
    assert second.member_session.member_session_id == first.member_session.member_session_id
    assert len(second.member_session.authentication_factors) == 1


def test_what_else_the_organization_asks_for(saml):
    saml.change_organization(mfa_policy="REQUIRED_FOR_ALL")
    answer = saml.login(new_email())
    assert not answer.member_authenticated and answer.mfa_required and answer.intermediate_session_token
    saml.change_organization(mfa_policy="OPTIONAL")
    member, _ = verified_member(saml.project, saml.org)
    saml.change_organization(auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    answer = saml.login(member.email_address)
    assert not answer.member_authenticated and answer.primary_required.allowed_auth_methods == ["magic_link"]
    page = saml.arrive(new_email())
    saml.refused(page, "operation_restricted_by_organization_auth_methods")


def test_only_sso_may_be_asked_for(saml):
    saml.change_organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    assert saml.login(new_email()).member_authenticated


# ---------------------------------------------------------------- the start


def test_where_a_login_begins(saml):
    project, browser = saml.project, Browser(saml.project.server)
    answer = browser.start(project, connection_id=saml.connection_id)
    assert answer.status_code == 302
    body = answer.json()
    assert body["status_code"] == 302 and body["redirect_url"] == answer.headers["location"] and body["request_id"]
    url = urlsplit(answer.headers["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == saml.provider.sso_url
    request = saml.provider.request_in(answer.headers["location"])
    assert request.get("AssertionConsumerServiceURL") == saml.acs_url and request.get("Destination") == saml.provider.sso_url
    assert query_of(answer.headers["location"]).keys() == {"SAMLRequest", "RelayState", "SigAlg", "Signature"}
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("__Host-guildhall_sso", "HttpOnly", "Secure", "SameSite=None", "Path=/", "Max-Age=600")), cookie
    external = f"ext-{unique()}"
    project.api.organizations.update(saml.org, organization_external_id=external)
    organization = saml.organization()
    for reference in (saml.org, organization.organization_slug, external):
        assert browser.start(project, organization_id=reference).status_code == 302
    other = browser.get("/b2b/public/sso/start", public_token=project.public_token, connection_id=saml.connection_id)
    assert other.status_code == 302


def test_a_login_begins_where_the_browser_comes_back_to(saml):
    """Browsers know a host's cookies by its name, and a page may call a developer's machine by another one."""
    project, port = saml.project, urlsplit(saml.project.server.url).port
    query = {"public_token": project.public_token, "connection_id": saml.connection_id, "provider_hint": "a b&c"}

    def start(host, **headers):
        url = f"{project.server.url}/v1/public/sso/start"
        return requests.get(url, params=query, headers={"host": host} | headers, allow_redirects=False, timeout=60)

    for host in (f"localhost:{port}", f"[::1]:{port}"):
        answer = start(host)
        assert answer.status_code == 302 and "set-cookie" not in answer.headers
        location = answer.headers["location"]
        assert location.startswith(f"{project.server.url}/v1/public/sso/start?") and query_of(location) == query
    # What a proxy calls us is nothing to browsers.
    for host, headers in ((f"localhost:{port + 1}", {}), ("guildhall:7400", {}), (f"localhost:{port}", {"x-forwarded-for": "192.0.2.1"})):
        answer = start(host, **headers)
        assert answer.headers["location"].startswith(saml.provider.sso_url) and "set-cookie" in answer.headers


@pytest.mark.parametrize("query, status, error", [
    ({}, 400, "missing_sso_connection_locator"),
    ({"connection_id": "CONNECTION", "organization_id": "ORGANIZATION"}, 400, "too_many_sso_connection_locators"),
    ({"connection_id": "saml-connection-test-00000000-0000-0000-0000-000000000000"}, 404, "sso_connection_not_found"),
    ({"connection_id": "nonsense"}, 404, "sso_connection_not_found"),
    ({"organization_id": "nobody"}, 404, "organization_not_found"),
    ({"organization_id": "EMPTY"}, 400, "no_sso_connection_exists_for_organization"),
    ({"connection_id": "PENDING"}, 400, "requires_active_sso_connection"),
    ({"connection_id": "CONNECTION", "public_token": "public-token-test-nonsense"}, 400, "bad_request"),
    ({"connection_id": "CONNECTION", "login_redirect_url": "https://evil.example/"}, 400, "no_match_for_provided_magic_link_url"),
    ({"connection_id": "CONNECTION", "signup_redirect_url": "https://evil.example/"}, 400, "no_match_for_provided_magic_link_url"),
    ({"connection_id": "CONNECTION", "login_redirect_url": "nonsense"}, 400, "invalid_login_redirect_url"),
    ({"connection_id": "CONNECTION", "signup_redirect_url": "nonsense"}, 400, "invalid_signup_redirect_url"),
    ({"connection_id": "CONNECTION", "pkce_code_challenge": "short"}, 400, "invalid_pkce_code_challenge"),
])
def test_a_login_does_not_begin(project, query, status, error):
    saml = Saml(project)
    empty = project.organization().organization_id
    pending = project.api.sso.saml.create_connection(empty).connection.connection_id
    names = {"CONNECTION": saml.connection_id, "ORGANIZATION": saml.org, "EMPTY": empty, "PENDING": pending}
    answer = Browser(project.server).start(project, **{name: names.get(value, value) for name, value in query.items()})
    assert answer.status_code == status and error in answer.text, told(answer)
    assert answer.headers["content-type"].startswith("text/html")
    if "PENDING" in query.values():
        assert "it lacks idp_entity_id, idp_sso_url, x509_certificate, attribute_mapping." in answer.text, told(answer)


def way_back(answer) -> str | None:
    """Where the button of a page leads."""
    found = re.search(r'<a class="button" href="([^"]*)"', answer.text)
    return found and html.unescape(found[1])


def test_a_login_that_does_not_begin_leads_back_to_the_app(server):
    project = server.project(redirect_urls=("https://app.example/in", "https://other.example/in?x=1"))
    browser = Browser(server)
    for query, app in (({}, "https://app.example/"), ({"login_redirect_url": "https://other.example/in?x=1"}, "https://other.example/"),
                       ({"login_redirect_url": "https://evil.example/"}, "https://app.example/"), ({"public_token": "nonsense"}, None), ({"public_token": ""}, None)):
        answer = browser.start(project, **query)
        assert answer.status_code == 400 and way_back(answer) == app, told(answer)
        assert f"Sign in again from {'Test' if app else 'the application'}." in told(answer), told(answer)


def test_a_login_that_fails_leads_back_to_the_app(server, provider):
    project = server.project(redirect_urls=("https://app.example/in", "https://other.example/in"))
    saml, oidc = Saml(project), Oidc(project, provider)
    for connection, error, fail in (
        (saml, "invalid_xml_saml_response", lambda browser, query: browser.post(saml.path, SAMLResponse="bm9uZQ==", RelayState=query["RelayState"])),
        (oidc, "oidc_auth_code_error", lambda browser, query: browser.get(oidc.path, state=query["state"], error="access_denied")),
    ):
        for start, app in (({}, "https://app.example/"), ({"login_redirect_url": "https://other.example/in"}, "https://other.example/")):
            browser = Browser(server)
            query = query_of(connection.start(browser, **start))
            answer = fail(browser, query)
            assert answer.status_code == 400 and way_back(answer) == app and error in answer.text, told(answer)
            assert "<title>You are not signed in</title>" in answer.text and answer.headers["x-request-id"] in answer.text
            # Another browser knows nothing of the login, so only the project's app is known.
            answer = fail(Browser(server), query)
            assert answer.status_code == 400 and way_back(answer) == "https://app.example/", told(answer)
    answer = Browser(server).get("/v1/b2b/sso/callback/oidc-connection-test-00000000-0000-0000-0000-000000000000", state="x")
    assert answer.status_code == 404 and way_back(answer) is None and "Sign in again from the application." in told(answer), told(answer)


def test_an_app_that_is_no_page_is_not_led_back_to(server):
    project = server.project(redirect_urls=("com.example.app://in",))
    answer = Browser(server).start(project)
    assert answer.status_code == 400 and way_back(answer) is None and "Sign in again from Test." in told(answer), told(answer)


# What somebody who logs in may do about it stands in the message itself.
FOR_THE_PERSON = re.compile(r"[Ss]tart again|[Ss]tart at the application|guildhall project update|give login_redirect_url|retired by its member|no such SSO connection|no redirect URL")


@pytest.mark.parametrize("error", sorted({error for door in catalogue() if door.path == "/v1/b2b/sso/callback/{connection_id}" for error in door.errors}))
def test_the_page_of_an_error_says_what_can_be_done(server, error):
    page = told(server.get(f"/errors/{error}"))
    if error not in ("bad_request", "request_timeout", "too_many_requests", "internal_server_error", "server_unavailable"):
        assert "What an administrator can do" in page or FOR_THE_PERSON.search(page), page


def test_an_organization_with_several_connections_has_a_default(saml):
    project, browser = saml.project, Browser(saml.project.server)
    other = Saml(project, org=saml.org)
    assert saml.organization().sso_default_connection_id == saml.connection_id
    assert saml.provider.request_in(browser.start(project, organization_id=saml.org).headers["location"]).findtext("{*}Issuer") == saml.acs_url
    saml.change_organization(sso_default_connection_id=other.connection_id)
    assert saml.provider.request_in(browser.start(project, organization_id=saml.org).headers["location"]).findtext("{*}Issuer") == other.acs_url


def test_what_an_openid_provider_is_asked_for(oidc):
    url = oidc.start(Browser(oidc.project.server), provider_prompt="login", provider_login_hint="ada@example.com", custom_scopes="groups offline_access")
    asked = query_of(url)
    assert url.startswith(f"{oidc.provider.issuer}/authorize?") and asked["response_type"] == "code"
    assert (asked["client_id"], asked["prompt"], asked["login_hint"]) == (oidc.provider.client_id, "login", "ada@example.com")
    assert asked["scope"] == "openid email profile groups offline_access"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43 and asked["nonce"] != asked["state"]
    assert asked["redirect_uri"] == oidc.project.server.url + oidc.path
    for query in ({"provider_redirect_uri": "https://evil.example"}, {"provider_state": "x"}, {"custom_scopes": "a\"b"}):
        answer = Browser(oidc.project.server).start(oidc.project, connection_id=oidc.connection_id, **query)
        assert answer.status_code == 400 and "bad_request" in answer.text, told(answer)


def test_an_identity_provider_that_takes_only_forms(saml):
    where = f"id = '{saml.connection_id}'"
    settings = saml.project.server.stored("sso_connections", "settings", where)
    saml.project.server.store("sso_connections", "settings", where, settings | {"idp_sso_binding": "post"})
    answer = Browser(saml.project.server).start(saml.project, connection_id=saml.connection_id)
    assert answer.status_code == 200 and f'action="{saml.provider.sso_url}"' in answer.text
    assert "form-action https: http:" in answer.headers["content-security-policy"]
    assert 'name="SAMLRequest"' in answer.text and 'name="RelayState"' in answer.text and answer.headers["set-cookie"]


# ---------------------------------------------------------------- back to the app


def test_members_and_others_come_back_to_their_own_urls(server):
    project = server.project(redirect_urls=("https://app.example/in",))
    server.command("project", "update", project.project_id, "--flow", "signup",
                   "--add-redirect-url", "https://app.example/welcome", "--default-redirect-url", "https://app.example/welcome")
    saml, email = Saml(project), new_email()
    first = saml.arrive(email)
    assert first.headers["location"].startswith("https://app.example/welcome?stytch_token_type=sso&token=")
    saml.authenticate(query_of(first.headers["location"])["token"])
    assert saml.arrive(email).headers["location"].startswith("https://app.example/in?stytch_token_type=sso&token=")


def test_a_token_works_once(saml):
    token = saml.token(new_email())
    saml.authenticate(token)
    for bad in (token, "nonsense", token[:-1], ""):
        with refused(404, "sso_token_not_found"):
            saml.authenticate(bad)


def test_a_token_works_for_five_minutes(traveller):
    saml = Saml(traveller.project())
    token = saml.token(new_email())
    traveller.clock.forward(minutes=5.1)
    with refused(404, "sso_token_not_found"):
        saml.authenticate(token)
    traveller.clock.back(minutes=5.1)


def test_a_login_takes_ten_minutes_at_most(traveller):
    saml, browser = Saml(traveller.project()), Browser(traveller)
    url = saml.start(browser)
    traveller.clock.forward(minutes=10.1)
    saml.refused(saml.respond(browser, url, new_email(), ahead=606), "unsolicited_saml_response", "10 minutes")
    traveller.clock.back(minutes=10.1)


def pair() -> tuple[str, str]:
    verifier = secrets.token_urlsafe(48)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def test_proof_key_toward_the_app(saml):
    verifier, challenge = pair()
    token = saml.token(new_email(), start={"pkce_code_challenge": challenge})
    with refused(400, "pkce_expected_code_verifier"):
        saml.authenticate(token)
    with refused(401, "pkce_mismatch"):
        saml.authenticate(token, pkce_code_verifier=pair()[0])
    assert saml.authenticate(token, pkce_code_verifier=verifier).member_authenticated
    with refused(400, "pkce_did_not_expect_code_verifier"):
        saml.authenticate(saml.token(new_email()), pkce_code_verifier=verifier)


def test_a_project_can_require_a_proof_key(server):
    project = server.project()
    server.command("project", "update", project.project_id, "--pkce-required-for-sso")
    saml = Saml(project)
    answer = Browser(server).start(project, connection_id=saml.connection_id)
    assert answer.status_code == 400 and "requires pkce_code_challenge" in answer.text
    bootstrap = project.browser("GET", f"/projects/bootstrap/{project.public_token}").json()["data"]
    assert bootstrap["pkce_required_for_sso"] is True
    # A login that the identity provider begins has none.
    token = query_of(saml.unasked(new_email()).headers["location"])["token"]
    answer = project.browser("POST", "/b2b/sso/authenticate", {"sso_token": token, "session_duration_minutes": 30})
    assert answer.status_code == 400 and answer.json()["error_type"] == "pkce_expected_code_verifier"


# ---------------------------------------------------------------- who comes in


def test_just_in_time_provisioning(saml):
    saml.change_organization(sso_jit_provisioning="NOT_ALLOWED")
    known, _ = verified_member(saml.project, saml.org)
    saml.refused(saml.arrive(new_email()), "invalid_connection_for_jit_provisioning")
    assert saml.login(known.email_address).member_id == known.member_id
    other = Saml(saml.project, org=saml.org)
    saml.change_organization(sso_jit_provisioning="RESTRICTED", sso_jit_provisioning_allowed_connections=[other.connection_id])
    saml.refused(saml.arrive(new_email()), "invalid_connection_for_jit_provisioning")
    assert other.login(new_email()).member_authenticated


def test_a_deleted_member_comes_back_as_another(saml):
    email = new_email()
    first = saml.login(email)
    saml.project.api.organizations.members.delete(saml.org, first.member_id)
    second = saml.login(email)
    assert second.member_id != first.member_id and second.member.email_address == email


def test_who_was_invited_or_pending_becomes_active(saml):
    for fields in ({"create_member_as_pending": True}, {}):
        member = saml.project.member(saml.org, **fields)
        answer = saml.login(member.email_address)
        assert answer.member_id == member.member_id and answer.member.status == "active"


def test_what_an_identity_provider_says_of_somebody(project):
    saml = Saml(project, attribute_mapping={
        "email": "mail", "full_name": "displayName", "groups": "memberOf", "idp_user_id": "uid", "plan": "plan", "teams": "teams"})
    email = new_email()
    attributes = {"mail": [email], "displayName": ["Ada Lovelace"], "uid": ["u-1"], "memberOf": ["a", "b"], "plan": ["gold"], "teams": ["x", "y"]}
    answer = saml.login("opaque-1", attributes=attributes, name_id_format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
    assert answer.member.trusted_metadata == {"plan": "gold", "teams": ["x", "y"]}
    assert answer.member.sso_registrations[0].external_id == "u-1"
    # What it does not say stays, also when the NameID is another one: the user's id is who they are.
    del attributes["plan"], attributes["mail"]
    attributes |= {"teams": ["z"], "mail": [new_email()]}
    again = saml.login("opaque-2", attributes=attributes, name_id_format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient")
    assert again.member_id == answer.member_id and again.member.trusted_metadata == {"plan": "gold", "teams": "z"}
    saml.refused(saml.arrive("opaque-3", attributes={"uid": ["u-3"]}), "invalid_saml_response_email", '"mail"', '"uid"')
    saml.refused(saml.arrive("opaque-3", attributes={"uid": ["u-3"], "mail": ["not an address"]}), "invalid_saml_response_email", "not an address")


def test_a_session_links_what_an_address_does_not(oidc):
    """An address that the provider has not verified leads to no account; a session of the member does."""
    member, session = verified_member(oidc.project, oidc.org)
    said = {"email": member.email_address, "email_verified": False}
    with refused(400, "oidc_response_unverified_email"):
        oidc.login("sub-7", **said)
    linked = oidc.login("sub-7", fields={"session_token": session.session_token}, **said)
    assert linked.member_id == member.member_id
    assert oidc.login("sub-7", **said).member_id == member.member_id


def test_what_changes_between_the_identity_provider_and_the_app(saml, oidc):
    """Everything is asked again when the app takes the token."""
    project, members = saml.project, saml.project.api.organizations.members
    for change, error in (
        (lambda email: saml.change_organization(sso_jit_provisioning="NOT_ALLOWED"), "invalid_connection_for_jit_provisioning"),
        (lambda email: saml.change_organization(auth_methods="RESTRICTED", allowed_auth_methods=["password"]),
         "operation_restricted_by_organization_auth_methods"),
        (lambda email: project.organization(claimed_email_domains=[email.split("@")[1]]), "action_not_allowed_email_domain_is_claimed"),
        (lambda email: members.update(saml.org, verified_member(project, saml.org, email)[0].member_id, email_address=new_email()), "inactive_email"),
    ):
        saml.change_organization(sso_jit_provisioning="ALL_ALLOWED", auth_methods="ALL_ALLOWED")
        email = new_email()
        token = saml.token(email)
        change(email)
        with refused(400, error):
            saml.authenticate(token)
    # Who is registered needs no address; whoever they were before they were deleted, they do.
    saml.change_organization(auth_methods="ALL_ALLOWED")
    gone = oidc.login("gone", email=new_email(), email_verified=True)
    token = oidc.token("gone")
    members.delete(oidc.org, gone.member_id)
    with refused(400, "oidc_response_email_missing"):
        oidc.authenticate(token)


def test_what_else_is_said_with_a_token(saml):
    project, token = saml.project, saml.token(new_email())
    for error, fields in {
        "invalid_session_duration_minutes": {"session_duration_minutes": 1},
        "custom_claims_too_large": {"session_custom_claims": {"a": "x" * 5000}},
        "stytch_claims_in_custom_claims": {"session_custom_claims": {"https://stytch.com/x": 1}},
        "too_many_session_arguments": {"session_token": "x" * 44, "session_jwt": "y"},
        "intermediate_session_not_found": {"intermediate_session_token": "x" * 44},
    }.items():
        with refused((400, 404), error):
            saml.authenticate(token, **fields)
    elsewhere = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    half = login(project, elsewhere, project.member(elsewhere).email_address).intermediate_session_token
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        saml.authenticate(token, intermediate_session_token=half)
    bound = saml.token(new_email(), start={"pkce_code_challenge": pair()[1]})
    with refused(401, "invalid_pkce_code_verifier"):
        saml.authenticate(bound, pkce_code_verifier="short")
    assert saml.authenticate(token, session_custom_claims={"a": 1}, session_duration_minutes=5).member_authenticated


def test_who_does_not_come_in_by_an_openid_provider(oidc):
    project, said = oidc.project, {"email_verified": True}
    oidc.change_organization(sso_jit_provisioning="NOT_ALLOWED")
    oidc.refused(oidc.arrive("new", email=new_email(), **said), "invalid_connection_for_jit_provisioning")
    oidc.change_organization(sso_jit_provisioning="ALL_ALLOWED", auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    oidc.refused(oidc.arrive("new", email=new_email(), **said), "operation_restricted_by_organization_auth_methods")
    oidc.change_organization(auth_methods="ALL_ALLOWED")
    claimed = new_domain()
    project.organization(claimed_email_domains=[claimed])
    oidc.refused(oidc.arrive("new", email=new_email(claimed), **said), "action_not_allowed_email_domain_is_claimed")
    member, _ = verified_member(project, oidc.org)
    project.api.organizations.members.update(oidc.org, member.member_id, email_address=new_email())
    oidc.refused(oidc.arrive("new", email=member.email_address, **said), "inactive_email")
    _, admin = verified_member(project, oidc.org, roles=["stytch_admin"])
    own = Oidc(project, oidc.provider, org=oidc.org, by=admin)
    own.refused(own.arrive("new", email=new_email(), **said), "invalid_email_for_jit_provisioning")
    own.refused(Browser(project.server).post(own.path, SAMLResponse="eA=="), "oidc_invalid_callback_request")
    project.api.sso.delete_connection(own.org, own.connection_id)
    gone = Browser(project.server).get(own.path, code="x", state="y")
    assert gone.status_code == 404 and "sso_connection_not_found" in gone.text


def test_a_retired_address_is_nobodys(saml):
    member, _ = verified_member(saml.project, saml.org)
    saml.project.api.organizations.members.update(saml.org, member.member_id, email_address=new_email())
    saml.refused(saml.arrive(member.email_address), "inactive_email")


# ---------------------------------------------------------------- roles


def roles(member) -> dict[str, list[str]]:
    return {role.role_id: [source.type for source in role.sources] for role in member.roles}


def test_roles_of_connections_and_groups(saml):
    saml.update(
        attribute_mapping={"email": "NameID", "full_name": "name", "groups": "groups"},
        saml_connection_implicit_role_assignments=[{"role_id": "stytch_admin"}],
    )
    email = new_email()
    answer = saml.login(email, attributes={"groups": ["dev", "ops"]})
    assert roles(answer.member) == {"stytch_member": ["direct_assignment"], "stytch_admin": ["sso_connection"]}
    assert answer.member.is_admin and set(answer.member_session.roles) == {"stytch_member", "stytch_admin"}
    saml.update(saml_connection_implicit_role_assignments=[], saml_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "ops"}])

    def now():
        return saml.project.api.organizations.members.get(saml.org, member_id=answer.member_id).member

    assert roles(now())["stytch_admin"] == ["sso_connection_group"]
    assert now().roles[1].sources[0].details == {"connection_id": saml.connection_id, "group": "ops"}
    # Groups are those of the last login; the session knows at once.
    saml.login(email, attributes={"groups": ["dev"]})
    assert "stytch_admin" not in roles(now())
    assert saml.project.api.sessions.authenticate(session_token=answer.session_token).member_session.roles == ["stytch_member"]
    saml.login(email, attributes={"groups": ["Ops", "ops"]})
    assert "stytch_admin" in roles(now())
    saml.update(saml_group_implicit_role_assignments=[])
    assert "stytch_admin" not in roles(now())


def test_roles_of_groups_of_an_openid_provider(project, provider):
    oidc = Oidc(project, provider, attribute_mapping={"groups": "groups"})
    path = f"/v1/b2b/sso/oidc/{oidc.org}/connections/{oidc.connection_id}"
    rules = {"oidc_group_implicit_role_assignments": [{"role_id": "stytch_admin", "group": "ops"}]}
    assert project.raw("PUT", path, json=rules).status_code == 200
    email = new_email()
    assert oidc.login("g", email=email, email_verified=True, groups=["ops"]).member.is_admin
    assert not oidc.login("g", email=email, email_verified=True).member.is_admin
    page = oidc.arrive("g", email=email, email_verified=True, groups={"a": 1})
    oidc.refused(page, "oidc_invalid_userinfo", "groups")


# ---------------------------------------------------------------- identity providers that begin by themselves


def test_an_identity_provider_begins_by_itself(server):
    project = server.project(redirect_urls=("https://app.example/in",))
    server.command("project", "update", project.project_id, "--flow", "login", "--add-redirect-url", "https://app.example/deep")
    saml = Saml(project)
    for relay_state, url in ((None, "https://app.example/in"), ("https://app.example/deep", "https://app.example/deep"),
                             ("https://evil.example/", "https://app.example/in"), ("anything", "https://app.example/in")):
        answer = saml.unasked(new_email(), relay_state)
        assert answer.status_code == 303 and answer.headers["location"].startswith(f"{url}?stytch_token_type=sso&token="), told(answer)
        assert saml.authenticate(query_of(answer.headers["location"])["token"]).member_authenticated
    assert {e["answers_login"] for e in saml.exchanges()} == {False}
    saml.update(idp_initiated_auth_disabled=True)
    saml.refused(saml.unasked(new_email()), "saml_idp_initiated_auth_disabled")
    assert saml.login(new_email()).member_authenticated


def test_a_project_without_redirect_urls(server):
    saml = Saml(server.project())
    server.command("project", "update", saml.project.project_id, "--remove-redirect-url", REDIRECT_URL)
    answer = Browser(server).start(saml.project, connection_id=saml.connection_id)
    assert answer.status_code == 400 and "no_login_redirect_urls_set" in answer.text and "--add-redirect-url" in answer.text
    saml.refused(saml.unasked(new_email()), "no_login_redirect_urls_set")


# ---------------------------------------------------------------- what ends


def is_alive(project, session_token: str) -> bool:
    try:
        return bool(project.api.sessions.authenticate(session_token=session_token).session_token)
    except harness.StytchError as error:
        assert error.details.error_type == "session_not_found"
        return False


def test_sessions_end_with_their_connection(saml):
    project, email = saml.project, new_email()
    by_sso = saml.login(email)
    by_mail = login(project, saml.org, email)
    assert is_alive(project, by_sso.session_token)
    other = Saml(project, org=saml.org)
    saml.change_organization(sso_default_connection_id=other.connection_id)
    project.api.sso.delete_connection(saml.org, saml.connection_id)
    assert not is_alive(project, by_sso.session_token) and is_alive(project, by_mail.session_token)
    assert project.api.organizations.members.get(saml.org, member_id=by_sso.member_id).member.sso_registrations == []
    assert len(project.api.sessions.get(organization_id=saml.org, member_id=by_sso.member_id).member_sessions) == 1


def test_sessions_end_when_a_connection_becomes_another_identity_providers(saml):
    email = new_email()
    session = saml.login(email).session_token
    saml.update(display_name="Renamed")
    assert is_alive(saml.project, session)
    saml.provider = SamlProvider()
    saml.update(idp_entity_id=saml.provider.entity_id)
    assert not is_alive(saml.project, session)
    assert is_alive(saml.project, saml.login(email).session_token)


def test_sessions_end_with_a_role_that_a_connection_gives_too(saml):
    saml.update(saml_connection_implicit_role_assignments=[{"role_id": "stytch_admin"}])
    project, members, email = saml.project, saml.project.api.organizations.members, new_email()

    def given():
        members.update(saml.org, member_id, roles=["stytch_admin"])

    first = saml.login(email)
    member_id, by_mail = first.member_id, login(project, saml.org, email).session_token
    given()
    members.update(saml.org, member_id, roles=[], preserve_existing_sessions=True)
    assert is_alive(project, first.session_token)
    given()
    members.update(saml.org, member_id, roles=[])
    assert not is_alive(project, first.session_token) and is_alive(project, by_mail)
    assert is_alive(project, saml.login(email).session_token)


# ---------------------------------------------------------------- another organization's connection


def test_one_organization_borrows_anothers_connection(saml):
    project, borrower = saml.project, saml.project.organization().organization_id
    made = project.api.sso.external.create_connection(
        borrower, external_organization_id=saml.org, external_connection_id=saml.connection_id, display_name="Shared").connection
    browser, email = Browser(project.server), new_email()
    url = browser.start(project, organization_id=borrower).headers["location"]
    answer = saml.respond(browser, url, email)
    login = project.api.sso.authenticate(sso_token=query_of(answer.headers["location"])["token"])
    assert login.organization_id == borrower and login.member.sso_registrations[0].connection_id == made.connection_id
    # Each organization has members of its own.
    assert saml.login(email).organization_id == saml.org
    assert [e["verdict"] for e in saml.exchanges()] == ["accepted", "accepted"]
    saml.update(idp_sso_url="")
    assert browser.start(project, organization_id=borrower).status_code == 400
    saml.update(idp_sso_url=saml.provider.sso_url)
    assert browser.start(project, organization_id=borrower).status_code == 302 and is_alive(project, login.session_token)
    project.api.sso.delete_connection(saml.org, saml.connection_id)
    assert not is_alive(project, login.session_token)


# ---------------------------------------------------------------- around it


def test_connections_of_a_domain_are_found(saml):
    project, domain = saml.project, new_domain()

    def found(email):
        answer = project.browser("GET", f"/b2b/sso/discovery/connections?email_address={email}", json=harness.UNSET)
        assert answer.status_code == 200, answer.text
        return [c["connection_id"] for c in answer.json()["data"]["connections"]]

    saml.change_organization(email_allowed_domains=[domain])
    assert found(f"anyone@{domain}") == []
    verified_member(project, saml.org, new_email(domain))
    assert found(f"anyone@{domain}") == [saml.connection_id] and found(new_email()) == []
    claimed = new_domain()
    saml.change_organization(claimed_email_domains=[claimed])
    assert found(f"anyone@{claimed}") == [saml.connection_id]
    bad = project.browser("GET", "/b2b/sso/discovery/connections?email_address=nonsense")
    assert bad.status_code == 400 and bad.json()["error_type"] == "invalid_email"


def test_our_metadata(saml):
    answer = saml.project.server.get(f"{saml.path}/metadata")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/samlmetadata+xml"
    assert f'entityID="{saml.acs_url}"' in answer.text and f'Location="{saml.acs_url}"' in answer.text
    saml.update(alternative_acs_url="https://old.example/acs", alternative_audience_uri="https://old.example")
    assert 'entityID="https://old.example"' in saml.project.server.get(f"{saml.path}/metadata").text
    assert saml.login(new_email(), acs_url="https://old.example/acs", audience="https://old.example").member_authenticated
    assert saml.login(new_email()).member_authenticated
    nobody = saml.project.server.get("/v1/b2b/sso/callback/saml-connection-test-00000000-0000-0000-0000-000000000000/metadata")
    assert nobody.status_code == 404


def test_the_recorder_keeps_the_last_exchanges(saml):
    email = new_email()
    for _ in range(22):
        saml.unasked(email, sign="nothing")
    for _ in range(3):
        saml.login(email)
    for _ in range(2):
        saml.unasked(email, sign="nothing")
    exchanges = saml.exchanges()
    # What anybody could send pushes nothing else out.
    assert [e["verdict"] for e in exchanges].count("accepted") == 3 and len(exchanges) == 23
    assert exchanges[0]["error_type"] == "missing_signature_saml_response"
    assert email in exchanges[0]["response"] and exchanges[0]["created_at"] > exchanges[-1]["created_at"]
    accepted = next(e for e in exchanges if e["verdict"] == "accepted")
    assert "[masked]" in accepted["response"] and "SignatureValue" in accepted["response"]


def test_administrators_read_the_recorder(saml):
    saml.login(new_email())
    admin = saml.project.admin(saml.org)
    member = saml.project.member(saml.org)
    for who, status in ((admin, 200), (member, 403)):
        session = login(saml.project, saml.org, who.email_address).session_token
        answer = saml.project.browser("GET", f"/b2b/sso/{saml.connection_id}/exchanges", session_token=session)
        assert answer.status_code == status, answer.text


def test_an_operator_asks_why(saml):
    server, refusal = saml.project.server, saml.unasked(new_email(), sign="nothing")
    told_ = server.command("sso", "explain", saml.connection_id).stdout
    assert "refused missing_signature_saml_response" in told_ and "Neither the response nor the assertion is signed." in told_
    assert "Have the identity provider sign the response" in told_
    request_id = refusal.headers["x-request-id"]
    assert request_id in told_
    # What strangers send is not worth a line; a login that was begun here is.
    begun = saml.arrive(new_email(), sign="nothing").headers["x-request-id"]
    until(lambda: f"why: guildhall sso explain {saml.connection_id} --request {begun}" in server.log())
    assert f"--request {request_id}" not in server.log()
    wholly = server.command("sso", "explain", saml.connection_id, "--request", request_id).stdout
    assert "samlp:Response" in wholly
    assert '"verdict":"refused"' in server.command("sso", "explain", saml.connection_id, "--json").stdout
    for arguments, words in (((saml.connection_id, "--request", "nonsense"), "no request nonsense"),
                             (("nonsense",), "this database has no SSO connection nonsense")):
        failed = server.command("sso", "explain", *arguments, check=False)
        assert failed.returncode == 3 and words in failed.stderr
    fresh = Saml(saml.project)
    told_ = server.command("sso", "explain", fresh.connection_id).stdout
    assert "Nobody has come back" in told_ and "lacks" not in told_
    pending = saml.project.api.sso.oidc.create_connection(saml.org).connection.connection_id
    told_ = server.command("sso", "explain", pending).stdout
    assert "not active: it lacks issuer, client_id, client_secret, authorization_url, token_url, userinfo_url, jwks_url." in told_
