"""Google One Tap: a page hands in an ID token that Google's script has given it."""

import base64
import hashlib
import secrets
import time

import harness
import jwt
import pytest
from harness import ORIGIN, REDIRECT_URL, check_refusal, data, new_domain, new_email, query_of, race, refused, unique, verified_member
from identity_providers import OpenIdProvider
from oauth import OauthProvider
from sso import Browser

START, SUBMIT, DISCOVER = (f"/b2b/oauth/google/onetap/{what}" for what in ("start", "submit", "discovery/submit"))


@pytest.fixture(scope="module")
def server(postgres):
    server = harness.Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.1"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def google():
    with OpenIdProvider() as provider:
        yield provider


@pytest.fixture(scope="module")
def by_button(project, google):
    return OauthProvider(project, google)


@pytest.fixture(autouse=True)
def set_up(by_button):
    """The project has Google."""


@pytest.fixture
def org(organization):
    return organization.organization_id


def credential(google, email: str, subject: str | None = None, /, **claims) -> str:
    return google.credential(email, subject or unique(), **claims)


def submit(project, org, id_token, **fields):
    return project.browser("POST", SUBMIT, {"organization_id": org, "id_token": id_token} | fields)


def test_a_member_logs_in_by_one_tap(project, google, by_button, org):
    assert data(project.browser("GET", START))["google_client_id"] == google.client_id
    member, _ = verified_member(project, org)
    verifier = secrets.token_hex(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    subject = unique()
    id_token = credential(google, member.email_address, subject)
    url = data(submit(project, org, id_token, login_redirect_url=REDIRECT_URL, pkce_code_challenge=challenge))["redirect_url"]
    query = query_of(url)
    assert url.startswith(REDIRECT_URL) and query["stytch_token_type"] == "oauth"
    with refused(400, "pkce_expected_code_verifier"):
        project.api.oauth.authenticate(oauth_token=query["token"])
    answer = project.api.oauth.authenticate(oauth_token=query["token"], pkce_code_verifier=verifier)
    assert answer.member_authenticated and answer.member_id == member.member_id
    assert (answer.provider_type, answer.provider_subject) == ("Google", subject)
    assert answer.provider_values.id_token == id_token
    assert not answer.provider_values.access_token and not answer.provider_values.refresh_token
    with refused(404, "member_oauth_token_not_found"):
        project.api.organizations.members.oauth_providers.google(org, member.member_id)
    # Tokens that a login by the button has brought stay when the next one is by One Tap.
    assert by_button.login(org, subject, email=member.email_address, email_verified=True).member_authenticated
    kept = project.api.organizations.members.oauth_providers.google(org, member.member_id).access_token
    url = data(submit(project, org, credential(google, member.email_address, subject)))["redirect_url"]
    assert project.api.oauth.authenticate(oauth_token=query_of(url)["token"]).member_authenticated
    assert project.api.organizations.members.oauth_providers.google(org, member.member_id).access_token == kept


def test_discovery_by_one_tap(project, google):
    member, _ = verified_member(project, project.organization().organization_id)
    answer = project.browser("POST", DISCOVER, {"id_token": credential(google, member.email_address), "discovery_redirect_url": REDIRECT_URL})
    query = query_of(data(answer)["redirect_url"])
    assert query["stytch_token_type"] == "discovery_oauth"
    found = project.api.oauth.discovery.authenticate(discovery_oauth_token=query["token"])
    assert [each.membership.member.member_id for each in found.discovered_organizations] == [member.member_id]
    assert (found.provider_type, found.full_name, found.provider_tenant_ids) == ("Google", "Ada Lovelace", [])


def test_t28_a_token_that_was_not_made_for_one_tap_now_is_not_taken(project, google, org):
    member, _ = verified_member(project, org)
    email, now = member.email_address, int(time.time())
    other = OpenIdProvider()
    wrong = [
        credential(google, email, nonce="of-another-login"), credential(google, email, aud="another-client", azp="another-client"),
        credential(google, email, azp="another-client"), credential(google, email, iss="https://elsewhere.example"),
        credential(google, email, exp=now - 300), credential(google, email, iat=now - 3000), credential(google, email, iat=now + 3000),
        credential(google, email, key=other.key), credential(google, email, email=None), credential(google, email, sub=None),
        jwt.encode({"email": email}, "x" * 32, "HS256"), "", "a.b.c", "x" * 5000,
    ]
    for id_token in wrong:
        check_refusal(submit(project, org, id_token), 400, "oauth_flow_callback_error")
    # It is taken once, however many come with it at the same time.
    id_token = credential(google, email)
    answers = race(8, lambda _: submit(project, org, id_token).status_code)
    assert sorted(answers) == [200] + [400] * 7


def test_what_else_is_refused(project, google, org, server):
    domain, claimed = new_domain(), new_domain()
    closed = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"]).organization_id
    of_another = project.organization(email_allowed_domains=[new_domain()], email_jit_provisioning="RESTRICTED").organization_id
    project.organization(claimed_email_domains=[claimed])
    member, _ = verified_member(project, org)
    project.api.organizations.members.update(org, member.member_id, email_address=new_email(domain))
    for where, email, error in [
        (org, new_email(domain), "email_jit_provisioning_not_allowed"), (of_another, new_email(domain), "invalid_email_for_jit_provisioning"),
        (closed, new_email(domain), "operation_restricted_by_organization_auth_methods"), (org, member.email_address, "inactive_email"),
        (org, new_email(claimed), "action_not_allowed_email_domain_is_claimed"),
    ]:
        check_refusal(submit(project, where, credential(google, email)), 400, error)
    check_refusal(submit(project, "nobody", credential(google, new_email(domain))), 404, "organization_not_found")

    def discover(of, **fields):
        return of.browser("POST", DISCOVER, {"id_token": credential(google, new_email(domain))} | fields)

    elsewhere = "https://elsewhere.example"
    for kind, error in [(elsewhere, "no_match_for_provided_magic_link_url"), ("no", "invalid_{}_redirect_url")]:
        for of in ("login", "signup"):
            check_refusal(submit(project, org, "token", **{f"{of}_redirect_url": kind}), 400, error.format(of))
        check_refusal(discover(project, discovery_redirect_url=kind), 400, error.format("discovery"))
    for answer in (submit(project, org, "token", pkce_code_challenge="short"), discover(project, pkce_code_challenge="short")):
        check_refusal(answer, 400, "invalid_pkce_code_challenge")
    check_refusal(project.browser("POST", DISCOVER, {"id_token": "token"}), 400, "oauth_flow_callback_error")

    bare = server.project()
    server.command("project", "update", bare.project_id, "--remove-redirect-url", REDIRECT_URL, "--add-origin", ORIGIN)
    bare_org = bare.organization().organization_id
    check_refusal(bare.browser("GET", START), 404, "oauth_config_not_found")
    for answer in (submit(bare, bare_org, "token"), discover(bare)):
        check_refusal(answer, 404, "oauth_config_not_found")
    begun = OauthProvider(bare, google).begin(Browser(server))
    OauthProvider.refused(begun, 400, "no_discovery_redirect_urls_set")
    check_refusal(submit(bare, bare_org, "token"), 400, "no_login_redirect_urls_set")
    check_refusal(discover(bare), 400, "no_discovery_redirect_urls_set")
    careful = server.project()
    OauthProvider(careful, google)
    server.command("project", "update", careful.project_id, "--pkce-required-for-oauth")
    for answer in (submit(careful, careful.organization().organization_id, "token"), discover(careful)):
        check_refusal(answer, 400, "pkce_expected_code_verifier")
