"""Logging in at OAuth providers: from the start to the session, and what becomes of accounts on the way."""

import base64
import hashlib
import secrets

import harness
import pytest
from harness import REDIRECT_URL, check_refusal, data, magic_token, new_domain, new_email, query_of, refused, unique, until, verified_member
from identity_providers import OpenIdProvider
from oauth import OauthProvider, of_google
from sso import Browser


@pytest.fixture(scope="module")
def server(postgres):
    """The providers of these tests are on this machine."""
    server = harness.Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.1"], clock=True).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(server):
    return server.project()


@pytest.fixture(scope="module")
def google(project):
    with OpenIdProvider() as provider:
        yield OauthProvider(project, provider, "google")


@pytest.fixture(scope="module")
def microsoft(project):
    with OpenIdProvider() as provider:
        yield OauthProvider(project, provider, "microsoft")


def open_to(project, domain: str) -> str:
    """An organization that people of a domain may join."""
    return project.organization(email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED").organization_id


def test_somebody_new_joins_and_comes_back(project, google):
    domain, subject = new_domain(), unique()
    org, email = open_to(project, domain), new_email(domain)
    said = of_google(email) | {"name": "Ada Lovelace", "picture": "https://p.example/ada.png", "locale": "en"}
    google.provider.given = {"refresh_token": "refresh", "scope": "openid email profile"}
    answer = google.login(org, subject, **said)
    assert answer.member_authenticated and answer.session_token and answer.session_jwt and not answer.reset_sessions
    assert (answer.provider_type, answer.provider_subject) == ("Google", subject)
    values = answer.provider_values
    assert values.scopes == ["openid", "email", "profile"] and values.refresh_token == "refresh"
    assert values.access_token and values.id_token and values.expires_at
    member = answer.member
    assert (member.email_address, member.name, member.status, member.email_address_verified) == (email, "Ada Lovelace", "active", True)
    [registration] = member.oauth_registrations
    assert (registration.provider_type, registration.provider_subject) == ("Google", subject)
    assert (registration.profile_picture_url, registration.locale) == ("https://p.example/ada.png", "en")
    [factor] = answer.member_session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("oauth", "oauth_google")
    assert (factor.google_oauth_factor.id, factor.google_oauth_factor.provider_subject) == (
        registration.member_oauth_registration_id, subject)
    # Whom it is is known by the account: what it says besides does not matter any more.
    again = google.login(org, subject, email=new_email(), email_verified=False)
    assert again.member_authenticated and again.member_id == answer.member_id
    assert again.member.email_address == email and len(again.member.oauth_registrations) == 1
    two = {"oauth_token": google.token(org, subject), "session_token": again.session_token, "session_jwt": again.session_jwt}
    check_refusal(project.raw("POST", "/v1/b2b/oauth/authenticate", two), 400, "too_many_session_arguments")
    kept = google.tokens(again, include_refresh_token="true").json()
    assert (kept["provider_type"], kept["provider_subject"], kept["refresh_token"]) == ("Google", subject, "refresh")
    google.provider.given = {}


def test_an_address_that_is_not_proven_waits_for_its_proof(project, google):
    domain, subject = new_domain(), unique()
    org, email = open_to(project, domain), new_email(domain)
    answer = google.login(org, subject, email=email, email_verified=True)
    assert not answer.member_authenticated and answer.session_token == "" and answer.member_session is None
    assert set(answer.primary_required.allowed_auth_methods) == {"sso", "magic_link", "email_otp", "google_oauth", "microsoft_oauth"}
    assert answer.member.status == "pending" and answer.member.oauth_registrations == []
    half = answer.intermediate_session_token
    proven = project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, email), intermediate_session_token=half)
    assert proven.member_authenticated and proven.member_id == answer.member_id
    [registration] = proven.member.oauth_registrations
    assert registration.provider_subject == subject
    assert {factor.type.value for factor in proven.member_session.authentication_factors} == {"oauth", "magic_link"}
    # From then on the account goes straight through.
    again = google.login(org, subject, email=email, email_verified=True)
    assert again.member_authenticated and again.member_id == answer.member_id
    assert google.tokens(again).json()["access_token"]


def test_a_session_of_the_member_takes_an_account_in(project, google):
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    subject = unique()
    answer = google.login(org, subject, {"session_token": session.session_token}, email=member.email_address)
    assert answer.member_authenticated and answer.member_session.member_session_id == session.member_session.member_session_id
    assert [known.provider_subject for known in answer.member.oauth_registrations] == [subject]
    # Of an account of such a provider there is one: another takes its place, and the first is nobody's.
    other = unique()
    answer = google.login(org, other, **of_google(member.email_address))
    assert [known.provider_subject for known in answer.member.oauth_registrations] == [other]
    assert not google.login(org, subject, email=member.email_address).member_authenticated


def test_who_may_come_in(project, google):
    org = project.organization().organization_id
    page = google.arrive(org, unique(), **of_google(new_email()))
    google.refused(page, 400, "email_jit_provisioning_not_allowed")
    google.refused(google.arrive(open_to(project, new_domain()), unique(), **of_google(new_email())), 400, "invalid_email_for_jit_provisioning")
    google.refused(google.arrive(org, unique()), 400, "oauth_flow_callback_error", "no email address")
    google.refused(google.arrive(None, unique()), 400, "oauth_flow_callback_error", "no email address")
    invited = new_email()
    project.api.magic_links.email.invite(organization_id=org, email_address=invited)
    answer = google.login(org, unique(), **of_google(invited))
    assert answer.member_authenticated and answer.member.status == "active"
    domain = new_domain()
    restricted = project.organization(email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED",
                                      auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"]).organization_id
    google.refused(google.arrive(restricted, unique(), **of_google(new_email(domain))), 400, "auth_method")
    member = project.member(restricted)
    answer = google.login(restricted, unique(), **of_google(member.email_address))
    assert not answer.member_authenticated and answer.primary_required.allowed_auth_methods == ["magic_link"]
    claiming = new_domain()
    project.organization(claimed_email_domains=[claiming])
    google.refused(google.arrive(org, unique(), **of_google(new_email(claiming))), 400, "action_not_allowed_email_domain_is_claimed")


def test_what_has_changed_since_the_provider_was_left(project, google):
    """Each token is of a login that could go on; then something else is decided."""
    domain, api = new_domain(), project.api
    org = open_to(project, domain)
    change = lambda **fields: api.organizations.update(org, **fields)  # noqa: E731
    token = lambda email: google.token(org, unique(), **of_google(email))  # noqa: E731
    tokens = [token(new_email(domain)) for _ in range(5)]
    change(email_jit_provisioning="NOT_ALLOWED")
    with refused(400, "email_jit_provisioning_not_allowed"):
        api.oauth.authenticate(oauth_token=tokens[0])
    change(email_jit_provisioning="RESTRICTED", email_allowed_domains=[new_domain()])
    with refused(400, "invalid_email_for_jit_provisioning"):
        api.oauth.authenticate(oauth_token=tokens[0])
    change(auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    with refused(400, "operation_restricted_by_organization_auth_methods"):
        api.oauth.authenticate(oauth_token=tokens[0])
    project.organization(claimed_email_domains=[domain])
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        api.oauth.authenticate(oauth_token=tokens[0])
    change(auth_methods="ALL_ALLOWED")
    member, subject = project.member(org), unique()
    google.login(org, subject, **of_google(member.email_address))
    of_member, without_address = token(member.email_address), google.token(org, subject)
    api.organizations.members.update(organization_id=org, member_id=member.member_id, email_address=new_email())
    with refused(400, "inactive_email"):
        api.oauth.authenticate(oauth_token=of_member)
    api.organizations.members.delete(organization_id=org, member_id=member.member_id)
    with refused(400, "oauth_flow_callback_error"):
        api.oauth.authenticate(oauth_token=without_address)
    # A refusal takes nothing away: what was wrong can be mended, and the token is good still.
    member = project.member(org)
    good = token(member.email_address)
    with refused(404, "intermediate_session_not_found"):
        api.oauth.authenticate(oauth_token=good, intermediate_session_token="x")
    with refused(400, "custom_claims_too_large"):
        api.oauth.authenticate(oauth_token=good, session_custom_claims={"a": "x" * 5000})
    with refused(400, "pkce_did_not_expect_code_verifier"):
        api.oauth.authenticate(oauth_token=good, pkce_code_verifier="a" * 64)
    assert api.oauth.authenticate(oauth_token=good).member_authenticated
    # An organization that is gone takes its logins along.
    browser = Browser(project.server)
    back = google.provider.log_in(google.start(browser, org), **of_google(member.email_address))
    api.organizations.delete(org)
    google.refused(google.come_back(browser, back), 404, "organization_not_found")


def test_a_changed_address_is_followed(project, google):
    org, subject = project.organization().organization_id, unique()
    member, session = verified_member(project, org)
    google.login(org, subject, **of_google(member.email_address))
    new = new_email()
    answer = google.login(org, subject, **of_google(new))
    assert answer.member_authenticated and answer.member_id == member.member_id
    assert answer.member.email_address == new and answer.member.email_address_verified
    assert [retired.email_address for retired in answer.member.retired_email_addresses] == [member.email_address]
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=session.session_token)
    # An address that somebody else has stays theirs, and one that is not proven is nothing to follow.
    other, _ = verified_member(project, org)
    assert google.login(org, subject, **of_google(other.email_address)).member.email_address == new
    assert google.login(org, subject, email=new_email(), email_verified=True).member.email_address == new
    google.refused(google.arrive(org, unique(), **of_google(member.email_address)), 400, "inactive_email")


def test_discovery(project, google):
    domain, subject = new_domain(), unique()
    email = new_email(domain)
    org = open_to(project, domain)
    first, _ = verified_member(project, org, new_email(domain))
    invited = project.organization().organization_id
    project.api.magic_links.email.invite(organization_id=invited, email_address=email)
    found = google.discover(subject, **of_google(email) | {"name": "Ada"})
    assert (found.email_address, found.provider_type, found.full_name) == (email, "Google", "Ada")
    assert (found.provider_tenant_id, found.provider_tenant_ids) == ("", [])
    kinds = {one.organization.organization_id: one.membership.type for one in found.discovered_organizations}
    assert kinds == {org: "eligible_to_join_by_email_domain", invited: "invited_member"}
    assert all(one.member_authenticated for one in found.discovered_organizations)
    half = found.intermediate_session_token
    joined = project.api.discovery.intermediate_sessions.exchange(intermediate_session_token=half, organization_id=org)
    assert joined.member_authenticated and joined.member.oauth_registrations[0].provider_subject == subject
    # Its tokens are the member's now.
    assert google.tokens(joined.member).status_code == 200
    # Elsewhere the address leads to whoever has it, and the account becomes theirs.
    moved = project.api.sessions.exchange(session_token=joined.session_token, organization_id=invited)
    assert moved.member_authenticated and moved.member.email_address == email


def test_discovery_by_an_account_that_proves_nothing(project, google):
    org, subject = project.organization().organization_id, unique()
    member, session = verified_member(project, org)
    other = project.organization().organization_id
    project.member(other, member.email_address)
    # What it says of an address leads nowhere; where it is a member's, it leads to them.
    assert google.discover(subject, email=member.email_address).discovered_organizations == []
    google.login(org, subject, {"session_token": session.session_token}, email=member.email_address)
    found = google.discover(subject, email=new_email())
    [one] = found.discovered_organizations
    assert (one.organization.organization_id, one.membership.type, one.member_authenticated) == (org, "active_member", True)
    half = found.intermediate_session_token
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        project.api.discovery.intermediate_sessions.exchange(intermediate_session_token=half, organization_id=other)
    answer = project.api.discovery.intermediate_sessions.exchange(intermediate_session_token=half, organization_id=org)
    assert answer.member_authenticated and answer.member_id == member.member_id


def test_starting(project, google):
    browser, org = Browser(project.server), project.organization(organization_slug=f"slug-{unique()}")
    url = google.start(browser, org.organization_id, custom_scopes="calendar.readonly openid", provider_prompt="consent",
                       provider_login_hint="ada@acme.example")
    asked = query_of(url)
    assert url.startswith(google.provider.issuer + "/authorize?")
    assert asked["scope"] == "openid email profile calendar.readonly" and asked["access_type"] == "offline"
    assert (asked["prompt"], asked["login_hint"], asked["code_challenge_method"]) == ("consent", "ada@acme.example", "S256")
    assert asked["redirect_uri"] == project.server.url + google.path and asked["nonce"] and asked["state"]
    assert query_of(google.start(browser, org.organization_id, provider_access_type="online"))["access_type"] == "online"
    # By the slug, and as mobile SDKs spell it.
    for path, query in [("/b2b/public/oauth/google/start", {"slug": org.organization_slug}), ("/b2b/public/oauth/google/discovery/start", {})]:
        answer = browser.get(path, public_token=project.public_token, **query)
        assert answer.status_code == 302 and answer.headers["location"].startswith(google.provider.issuer), answer.text
    for query, status, error in [
        ({}, 400, "missing_oauth_organization_locator"),
        ({"organization_id": org.organization_id, "slug": org.organization_slug}, 400, "too_many_oauth_organization_locators"),
        ({"organization_id": "organization-test-00000000-0000-0000-0000-000000000000"}, 404, "organization_not_found"),
        ({"slug": org.organization_slug, "custom_scopes": 'a"b'}, 400, "oauth_invalid_scope_requested"),
        ({"slug": org.organization_slug, "provider_state": "x"}, 400, "bad_request"),
        ({"slug": org.organization_slug, "pkce_code_challenge": "x"}, 400, "invalid_pkce_code_challenge"),
        ({"slug": org.organization_slug, "login_redirect_url": "https://evil.example/"}, 400, "no_match_for_provided_magic_link_url"),
        ({"slug": org.organization_slug, "public_token": "public-token-test-1"}, 400, "bad_request"),
    ]:
        answer = browser.get("/v1/b2b/public/oauth/google/start", **{"public_token": project.public_token} | query)
        google.refused(answer, status, error)
        # The page leads back to the app, and never to where somebody else wants.
        assert 'href="https://evil.example' not in answer.text and 'href="http://localhost:3000/"' in answer.text or "public_token" in query
    for name in ["github", "acme", "Nonsense"]:
        answer = browser.get(f"/v1/b2b/public/oauth/{name}/start", public_token=project.public_token, slug=org.organization_slug)
        google.refused(answer, 404, "oauth_config_not_found")


def test_pkce_toward_the_app(project, google):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    verifier = secrets.token_hex(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    token = google.token(org, unique(), start={"pkce_code_challenge": challenge}, **of_google(member.email_address))
    authenticate = project.api.oauth.authenticate
    with refused(400, "pkce_expected_code_verifier"):
        authenticate(oauth_token=token)
    with refused(401, "pkce_mismatch"):
        authenticate(oauth_token=token, pkce_code_verifier="a" * 64)
    with refused(401, "invalid_pkce_code_verifier"):
        authenticate(oauth_token=token, pkce_code_verifier="short")
    assert authenticate(oauth_token=token, pkce_code_verifier=verifier).member_authenticated
    with refused(404, "oauth_token_not_found"):
        authenticate(oauth_token=token, pkce_code_verifier=verifier)
    discover, said = project.api.oauth.discovery.authenticate, of_google(member.email_address)
    token, bare = google.token(None, unique(), start={"pkce_code_challenge": challenge}, **said), google.token(None, unique(), **said)
    for given, verifier_given, status, error in [
        (token, None, 400, "pkce_expected_code_verifier"), (token, "a" * 64, 401, "pkce_mismatch"),
        (token, "short", 401, "invalid_pkce_code_verifier"), (bare, verifier, 400, "pkce_did_not_expect_code_verifier"),
    ]:
        with refused(status, error):
            discover(discovery_oauth_token=given, pkce_code_verifier=verifier_given)
    assert discover(discovery_oauth_token=token, pkce_code_verifier=verifier).email_address == member.email_address


def test_what_a_project_may_ask_of_the_start(server, google):
    """A project that requires PKCE, and has no redirect URLs of some flows."""
    project, browser = server.project(), Browser(server)
    settings = google.provider.settings()
    server.command("provider", "set", project.project_id, "google", "--client-id", settings["client_id"], "--client-secret", "s", "--issuer", settings["issuer"])
    org = project.organization().organization_id
    begin = lambda path, **query: browser.get("/v1/b2b/public/oauth/google" + path, public_token=project.public_token, **query)  # noqa: E731
    for path, query, error in [
        ("/start", {"organization_id": org, "login_redirect_url": "no url"}, "invalid_login_redirect_url"),
        ("/start", {"organization_id": org, "signup_redirect_url": "no url"}, "invalid_signup_redirect_url"),
        ("/discovery/start", {"discovery_redirect_url": "no url"}, "invalid_discovery_redirect_url"),
        ("/discovery/start", {"discovery_redirect_url": "https://evil.example/"}, "no_match_for_provided_magic_link_url"),
        ("/discovery/start", {"custom_scopes": '"'}, "oauth_invalid_scope_requested"),
        ("/discovery/start", {"pkce_code_challenge": "x"}, "invalid_pkce_code_challenge"),
    ]:
        google.refused(begin(path, **query), 400, error)
    server.command("project", "update", project.project_id, "--pkce-required-for-oauth")
    for path, query in [("/start", {"organization_id": org}), ("/discovery/start", {})]:
        until(lambda: "pkce_expected_code_verifier" in begin(path, **query).text, what="PKCE to be asked for")  # noqa: B023
        google.refused(begin(path, **query), 400, "pkce_expected_code_verifier")
    server.command("project", "update", project.project_id, "--remove-redirect-url", REDIRECT_URL)
    # URLs are remembered for a second.
    until(lambda: "no_login_redirect_urls_set" in begin("/start", organization_id=org).text, what="a project without redirect URLs")


def test_a_provider_of_ones_own(project):
    with OpenIdProvider() as provider:
        acme = OauthProvider(project, provider, "acme-id")
        org = project.organization().organization_id
        member, _ = verified_member(project, org)
        said = {"email": member.email_address, "email_verified": True}
        assert not acme.login(org, unique(), **said).member_authenticated
        acme.set("--verifies-email")
        answer = acme.login(org, unique(), **said)
        assert answer.member_authenticated and answer.provider_type == "acme-id"
        [factor] = project.raw("GET", "/v1/b2b/sessions", params={"organization_id": org, "member_id": member.member_id}).json()[
            "member_sessions"][-1]["authentication_factors"]
        assert (factor["type"], factor["delivery_method"]) == ("oauth", "sso_oidc")
        assert factor["oidc_oauth_factor"]["provider_name"] == "acme-id"
        project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["oidc_oauth"])
        assert acme.login(org, answer.provider_subject, **said).member_authenticated


def test_an_account_is_disconnected(project, google):
    org, subject = project.organization().organization_id, unique()
    member, session = verified_member(project, org)
    administrator = verified_member(project, org, roles=["stytch_admin"])[1].session_token
    own, said = {"session_token": session.session_token}, of_google(member.email_address)
    login = google.login(org, subject, own, **said)
    path = lambda login: f"/b2b/oauth/registrations/{login.member.oauth_registrations[0].member_oauth_registration_id}"  # noqa: E731
    others = lambda login: path(login).replace("oauth/registrations", f"organizations/members/oauth_registrations/{member.member_id}")  # noqa: E731
    # It is nobody else's to disconnect, and nobody's own that is another's.
    stranger = {"session_token": verified_member(project, org)[1].session_token}
    check_refusal(project.browser("DELETE", others(login), **stranger), 403, "unauthorized_action")
    check_refusal(project.browser("DELETE", path(login), **stranger), 404, "oauth_registration_not_found")
    # Nobody shuts themselves out.
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["google_oauth"])
    check_refusal(project.browser("DELETE", path(login), **own), 403, "last_way_in")
    assert google.tokens(login).status_code == 200
    project.api.organizations.update(org, allowed_auth_methods=["google_oauth", "magic_link"])
    assert data(project.browser("DELETE", path(login), **own))["member"]["oauth_registrations"] == []
    google.refused(google.tokens(login), 404, "member_oauth_token_not_found")
    check_refusal(project.browser("DELETE", path(login), **own), 404, "oauth_registration_not_found")
    told = next(event for event in project.audit(org) if event["changes"].get("oauth_registrations", {}).get("removed"))
    assert (told["action"], told["actor"]["id"]) == ("member.update", member.member_id)
    assert project.api.sessions.authenticate(**own).member.oauth_registrations == []
    # A login connects it anew, where the member is proven in it; an administrator may leave somebody without.
    again = google.login(org, subject, **said)
    assert again.member_id == member.member_id and path(again) != path(login)
    project.api.organizations.update(org, allowed_auth_methods=["google_oauth"])
    assert data(project.browser("DELETE", others(again), session_token=administrator))["member"]["oauth_registrations"] == []


# The last: providers have another time afterwards.
def test_tokens_of_a_member(project, google, microsoft, server):
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    google.refused(google.tokens(session), 404, "member_oauth_token_not_found")
    microsoft.provider.given = {"refresh_token": "r1", "expires_in": 60}
    subject = unique()
    first = microsoft.login(org, subject, {"session_token": session.session_token}, email=member.email_address, xms_edov="1")
    fresh = microsoft.tokens(first).json()
    assert "refresh_token" not in fresh and 0 < fresh["access_token_expires_in"] <= 60
    assert (fresh["provider_type"], fresh["access_token"]) == ("Microsoft", first.provider_values.access_token)
    assert fresh["scopes"] == ["openid", "email", "profile", "offline_access"]
    microsoft.provider.refreshed = {"access_token": "another", "token_type": "Bearer", "expires_in": 7200}
    server.clock.forward(minutes=2)
    newer = microsoft.tokens(first, include_refresh_token="true").json()
    # What the provider does not say again stays.
    assert (newer["access_token"], newer["refresh_token"], newer["id_token"]) == ("another", "r1", fresh["id_token"])
    assert microsoft.tokens(first).json()["access_token"] == "another"
    microsoft.provider.refreshed = None
    server.clock.forward(minutes=150)
    microsoft.refused(microsoft.tokens(first), 400, "unable_to_refresh_oauth_token", "invalid_grant")
    for name in ["github", "slack", "hubspot"]:
        path = f"/v1/b2b/organizations/{org}/members/{member.member_id}/oauth_providers/{name}"
        google.refused(project.raw("GET", path), 404, "member_oauth_token_not_found")
    # Nobody who is deleted has any.
    project.api.organizations.members.delete(organization_id=org, member_id=member.member_id)
    assert server.rows(f"SELECT COUNT(*) FROM oauth_registrations WHERE member_id = '{member.member_id}'") in ([(0,)], [("0",)])
