"""T-21 to T-24, T-27, T-28: what OAuth providers say about addresses, and whose answers are taken."""

import harness
import pytest
from harness import new_email, refused, unique, verified_member
from identity_providers import OpenIdProvider
from oauth import OauthProvider, of_google
from sso import Browser


@pytest.fixture(scope="module")
def server(postgres):
    server = harness.Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.1"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(server):
    return server.project()


@pytest.fixture(scope="module")
def microsoft(project):
    with OpenIdProvider() as provider:
        yield OauthProvider(project, provider, "microsoft")


@pytest.fixture(scope="module")
def google(project):
    with OpenIdProvider() as provider:
        yield OauthProvider(project, provider, "google")


def test_t21_an_address_that_a_tenant_writes_leads_to_nobody(project, microsoft):
    org = project.organization().organization_id
    victim, session = verified_member(project, org)
    project.api.organizations.members.update(organization_id=org, member_id=victim.member_id, name="Ada", trusted_metadata={"level": 3})
    said = {"email": victim.email_address, "email_verified": True, "tid": unique(), "oid": unique()}
    for xms_edov in [None, False, "0", "false", [True], {"a": 1}]:
        answer = microsoft.login(org, "evil", **said, xms_edov=xms_edov)
        assert not answer.member_authenticated and answer.session_token == ""
        assert "password" not in answer.primary_required.allowed_auth_methods
        # Nor does whoever has written it get to see anything of theirs.
        assert answer.member.name == "" and not answer.member.trusted_metadata and answer.member.oauth_registrations == []
        assert answer.organization.trusted_metadata in (None, {})
        # Half the login opens nothing either.
        half = answer.intermediate_session_token
        listed = project.raw("POST", "/v1/b2b/discovery/organizations", json={"intermediate_session_token": half}).json()
        assert listed.get("discovered_organizations", []) == []
        exchanged = project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange",
                                json={"intermediate_session_token": half, "organization_id": org}).json()
        assert not exchanged.get("member_authenticated") and not exchanged.get("session_token")
        created = project.raw("POST", "/v1/b2b/discovery/organizations/create", json={"intermediate_session_token": half}).json()
        assert "session_token" not in created
    assert project.api.organizations.members.get(organization_id=org, member_id=victim.member_id).member.oauth_registrations == []
    assert microsoft.discover("evil", **said).discovered_organizations == []
    project.api.sessions.authenticate(session_token=session.session_token)
    assert microsoft.login(org, "owner", **said, xms_edov=True).member_authenticated


@pytest.mark.parametrize("said", [{}, {"email_verified": "true"}, {"email_verified": [True]}, {"email_verified": 1}, {"email_verified": True, "hd": ["a"]}],
                         ids=str)
def test_t22_only_true_is_true(project, google, said):
    org = project.organization().organization_id
    victim, _ = verified_member(project, org)
    answer = google.login(org, unique(), **{"email": victim.email_address, "hd": "acme.example"} | said)
    assert not answer.member_authenticated and answer.primary_required
    assert project.api.organizations.members.get(organization_id=org, member_id=victim.member_id).member.oauth_registrations == []


def test_t23_what_a_stranger_has_begun_is_not_in_the_owners_login(project, google):
    domain = harness.new_domain()
    org = project.organization(email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED").organization_id
    email = new_email(domain)
    stranger = unique()
    half = google.login(org, stranger, email=email)
    assert not half.member_authenticated
    owner = google.login(org, unique(), **of_google(email))
    assert owner.member_authenticated and owner.member_id == half.member_id
    assert [known.provider_subject for known in owner.member.oauth_registrations] == [owner.provider_subject]
    assert not google.login(org, stranger, email=email).member_authenticated
    # Nor is what the stranger still holds of any use.
    exchanged = project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange",
                            json={"intermediate_session_token": half.intermediate_session_token, "organization_id": org}).json()
    assert not exchanged.get("member_authenticated")


def test_t24_another_members_session_links_nothing(project, google):
    org = project.organization().organization_id
    victim, _ = verified_member(project, org)
    _, attacker = verified_member(project, org)
    answer = google.login(org, unique(), {"session_token": attacker.session_token}, email=victim.email_address)
    assert not answer.member_authenticated and answer.member.oauth_registrations == []
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        other = google.login(org, unique(), email=new_email_of_member(project, org))
        google.login(org, unique(), {"intermediate_session_token": other.intermediate_session_token}, **of_google(victim.email_address))


def new_email_of_member(project, org: str) -> str:
    return project.member(org).email_address


def test_t27_a_provider_that_is_gone_finishes_nothing(project):
    with OpenIdProvider() as provider:
        own = OauthProvider(project, provider, "soon-gone", "--verifies-email")
        org = project.organization().organization_id
        member, _ = verified_member(project, org)
        said = {"email": member.email_address, "email_verified": True}
        browser = Browser(project.server)
        back = provider.log_in(own.start(browser, org), **said)
        token, discovery = own.token(org, unique(), **said), own.token(None, unique(), **said)
        own.remove()
        own.refused(own.come_back(browser, back), 404, "oauth_config_not_found")
        with refused(404, "oauth_config_not_found"):
            project.api.oauth.authenticate(oauth_token=token)
        with refused(404, "oauth_config_not_found"):
            project.api.oauth.discovery.authenticate(discovery_oauth_token=discovery)
        assert not any(path == "/token" and back["code"] in body for path, _, body in provider.asked)


def test_t28_a_login_comes_back_to_its_browser_and_from_its_provider(project, google, microsoft):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    said, browser, stranger = of_google(member.email_address), Browser(project.server), Browser(project.server)
    back = google.provider.log_in(google.start(browser, org), **said)
    google.refused(google.come_back(stranger, back), 400, "oauth_state_mismatch")
    google.start(stranger, org)
    google.refused(google.come_back(stranger, back), 400, "oauth_state_mismatch")
    google.refused(google.come_back(browser, {"code": back["code"]}), 400, "oauth_invalid_state")
    google.refused(google.come_back(browser, back | {"state": "nonsense"}), 400, "oauth_invalid_state")
    google.refused(browser.get("/v1/b2b/oauth/callback/oauth-callback-test-1", **back), 400, "invalid_callback_id")
    assert google.come_back(browser, back).status_code == 302
    google.refused(google.come_back(browser, back), 400, "oauth_state_used")
    # A code of another provider's is not taken there, nor an answer that says to be of another.
    mixed = microsoft.provider.log_in(microsoft.start(browser, org), **said)
    other = google.provider.log_in(google.start(browser, org), **said)
    google.refused(google.come_back(browser, other | {"code": mixed["code"]}), 400, "oauth_auth_code_error", "invalid_grant")
    other = google.provider.log_in(google.start(browser, org), **said)
    google.refused(google.come_back(browser, other | {"iss": microsoft.provider.issuer}), 400, "oauth_flow_callback_error", microsoft.provider.issuer)
    denied = {"state": google.provider.log_in(google.start(browser, org), **said)["state"], "error": "access_denied"}
    google.refused(google.come_back(browser, denied), 400, "oauth_auth_code_error", "access_denied")
    # Nor is an ID token that is for another login, or by another issuer.
    for wrong in [{"nonce": "another"}, {"nonce": None}, {"iss": microsoft.provider.issuer}, {"aud": "another"}]:
        google.refused(google.arrive(org, unique(), **said | wrong), 400, "oauth_flow_callback_error")
    # Another project's address leads nowhere.
    elsewhere = project.server.project()
    path = google.path.replace(project.project_id.rpartition("test-")[2], elsewhere.project_id.rpartition("test-")[2])
    back = google.provider.log_in(google.start(browser, org), **said)
    google.refused(browser.get(path, **back), 400, "oauth_state_mismatch")


def test_t01_a_token_is_of_one_project(project, google, microsoft):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    elsewhere = project.server.project()
    with OpenIdProvider() as provider:
        OauthProvider(elsewhere, provider, "google")
        token, discovery = google.token(org, unique(), **of_google(member.email_address)), google.token(None, unique(), **of_google(member.email_address))
        for other in (elsewhere.api, elsewhere.browser):
            for path, body in [("/oauth/authenticate", {"oauth_token": token, "session_duration_minutes": 60}),
                               ("/oauth/discovery/authenticate", {"discovery_oauth_token": discovery})]:
                answer = elsewhere.raw("POST", f"/v1/b2b{path}", json=body) if other is elsewhere.api else other("POST", f"/b2b{path}", json=body)
                assert (answer.status_code, answer.json()["error_type"]) == (404, "oauth_token_not_found")
        answer = project.browser("POST", "/b2b/oauth/authenticate", json={"oauth_token": token, "session_duration_minutes": 60})
        assert answer.json()["data"]["provider_type"] == "Google", answer.text
        assert project.browser("POST", "/b2b/oauth/discovery/authenticate", json={"discovery_oauth_token": discovery}).status_code == 200


def test_t32_a_token_is_of_one_kind(project, google):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    for token in [google.token(None, unique(), **of_google(member.email_address)), "x", ""]:
        with refused(404, "oauth_token_not_found"):
            project.api.oauth.authenticate(oauth_token=token)
    with refused(404, "oauth_token_not_found"):
        project.api.oauth.discovery.authenticate(discovery_oauth_token=google.token(org, unique(), **of_google(member.email_address)))
