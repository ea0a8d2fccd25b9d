"""T-22 to T-28 at GitHub, Slack and HubSpot, where there is no ID token that says all: what their answers are worth, and wrong ones."""

import harness
import pytest
from harness import email_code, new_domain, new_email, query_of, refused, verified_member
from oauth import OauthProvider
from social import StandIn, StandIns
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
def providers(project) -> dict[str, OauthProvider]:
    with StandIns() as stand_ins:
        yield {name: OauthProvider(project, StandIn(stand_ins, name), name) for name in ("github", "slack", "hubspot")}


def prove(project, org: str, email: str, answer=None):
    fields = {"intermediate_session_token": answer.intermediate_session_token} if answer else {}
    return project.api.otps.email.authenticate(organization_id=org, email_address=email, code=email_code(project, org, email), **fields)


def unproven(answer):
    assert not answer.member_authenticated and not answer.session_token and answer.primary_required
    assert not answer.member.oauth_registrations


@pytest.mark.parametrize("mistake", ["unverified", "verified_as_text", "not_primary", "no_emails"])
def test_t22_of_githubs_addresses_only_the_primary_verified_one_is_there(project, org, providers, mistake):
    member, _ = verified_member(project, org)
    said = {"email": member.email_address, "mistake": mistake, "other_emails": [] if mistake == "no_emails" else [new_email()]}
    for whither in (org, None):
        providers["github"].refused(providers["github"].arrive(whither, "", **said), 400, "oauth_flow_callback_error")


def test_t23_what_an_attacker_has_begun_with_an_address_is_not_the_members_later(project, providers):
    """Trojan identifier: the attacker's account waits in half a login for the one who has the address to come."""
    domain = new_domain()
    org = project.organization(email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED").organization_id
    email = new_email(domain)
    half = providers["github"].login(org, "", email=email, id=666)
    unproven(half)
    victim = prove(project, org, email)
    assert victim.member_authenticated and victim.member_id == half.member_id and not victim.member.oauth_registrations
    unproven(providers["github"].login(org, ""))


@pytest.mark.parametrize("name", ["github", "slack", "hubspot"])
def test_t24_an_account_becomes_a_members_with_a_proof_of_that_member(project, org, providers, name):
    provider = providers[name]
    member, _ = verified_member(project, org)
    other, others = verified_member(project, org)
    account = {"id": 1001, "user": "U1001", "user_id": 1001}
    half = provider.login(org, "", email=member.email_address, **account)
    unproven(half)
    # Another member's session is none, nor is a proof of another address.
    unproven(provider.login(org, "", {"session_token": others.session_token}))
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        prove(project, org, other.email_address, half)
    whole = prove(project, org, member.email_address, half)
    assert whole.member_id == member.member_id and len(whole.member.oauth_registrations) == 1
    # What is one member's does not become another's by an address.
    assert provider.login(org, "", email=other.email_address, **account).member_id == member.member_id


def test_t25_an_organizations_own_list_of_tenants_opens_that_organization_only(project, providers):
    """An administrator lists a tenant of their own, and has somebody come in with another's address: nothing of theirs is reached."""
    hubspot, own = providers["hubspot"], 424_242
    victims_org = project.organization().organization_id
    victim, _ = verified_member(project, victims_org)
    attackers_org = project.organization(
        oauth_tenant_jit_provisioning="RESTRICTED", allowed_oauth_tenants={"hubspot": [str(own)]}).organization_id
    found = hubspot.discover("", email=victim.email_address, hub=own, user_id=9)
    assert [each.organization.organization_id for each in found.discovered_organizations] == [attackers_org]
    exchange = project.api.discovery.intermediate_sessions.exchange
    half = exchange(organization_id=attackers_org, intermediate_session_token=found.intermediate_session_token)
    unproven(half)
    for token in (found.intermediate_session_token, half.intermediate_session_token):
        with refused(400, "oauth_tenant_jit_provisioning_not_allowed"):
            exchange(organization_id=victims_org, intermediate_session_token=token)
    # Whether an address is a member's there is not told to whoever has not shown it to be theirs.
    member, _ = verified_member(project, attackers_org)
    stranger = hubspot.login(attackers_org, "", email=new_email(), hub=own, user_id=10)
    known = hubspot.login(attackers_org, "", email=member.email_address, hub=own, user_id=11)
    assert stranger.primary_required == known.primary_required and not known.member_authenticated


def test_t26_a_slack_user_is_one_within_a_workspace(project, org, providers):
    """Slack gives the same id to users of different workspaces."""
    slack = providers["slack"]
    member, _ = verified_member(project, org)
    whole = prove(project, org, member.email_address, slack.login(org, "", email=member.email_address, user="U1", team="T1"))
    assert whole.member.oauth_registrations
    unauthenticated = slack.login(org, "", email=member.email_address, user="U1", team="T2")
    assert not unauthenticated.member_authenticated


def test_t27_what_was_set_anew_meanwhile_completes_no_login(project, org, providers):
    slack = providers["slack"]
    browser = Browser(project.server)
    back = slack.provider.log_in(slack.start(browser, org), email=new_email())
    slack.set("--client-id", "another")
    assert slack.come_back(browser, back).status_code == 400
    slack.set("--client-id", StandIn.client_id)


def test_t28_an_answer_is_of_the_provider_that_was_asked(project, org, providers):
    github, slack = providers["github"], providers["slack"]
    browser, said = Browser(project.server), {"email": new_email()}
    of_github = github.provider.log_in(github.start(browser, org), **said)
    of_slack = slack.provider.log_in(slack.start(browser, org))
    # A code is redeemed where the login of its state was begun.
    github.refused(github.come_back(browser, of_slack | {"state": of_github["state"]}), 400, "oauth_auth_code_error")
    slack.refused(slack.come_back(browser, of_slack | {"code": of_github["code"]}), 400, "oauth_auth_code_error")
    github.refused(github.arrive(org, "", **said, mistake="another_issuer"), 400, "oauth_flow_callback_error")
    github.refused(github.arrive(org, "", **said, mistake="denied"), 400, "oauth_auth_code_error", "access_denied")
    url = query_of(github.start(browser, org))
    assert url["code_challenge_method"] == "S256" and "nonce" not in url and url["scope"] == "read:user user:email"


@pytest.mark.parametrize(("name", "mistake", "error"), [
    ("github", "bad_code", "oauth_auth_code_error"),
    ("slack", "bad_code", "oauth_auth_code_error"),
    ("slack", "another_audience", "oauth_flow_callback_error"),
    ("slack", "unsigned", "oauth_flow_callback_error"),
    ("slack", "no_team", "oauth_flow_callback_error"),
    ("slack", "no_email", "oauth_flow_callback_error"),
    ("hubspot", "bad_code", "oauth_auth_code_error"),
    ("hubspot", "inactive", "oauth_flow_callback_error"),
    ("hubspot", "another_client", "oauth_flow_callback_error"),
    ("hubspot", "another_token", "oauth_flow_callback_error"),
    ("hubspot", "no_hub", "oauth_flow_callback_error"),
    ("hubspot", "no_email", "oauth_flow_callback_error"),
])
def test_t28_an_answer_that_is_not_of_this_login_is_not_taken(project, org, providers, name, mistake, error):
    provider = providers[name]
    provider.refused(provider.arrive(org, "", email=new_email(), mistake=mistake), 400, error)


def test_t34_an_account_that_only_says_an_address_ends_no_lock(server, providers):
    strict = server.project()
    slack = OauthProvider(strict, providers["slack"].provider, "slack")
    server.command("project", "update", strict.project_id, "--lock-threshold", "3")
    org = strict.organization().organization_id
    member, _ = verified_member(strict, org)
    right = email_code(strict, org, member.email_address)
    for n in range(3):
        with refused(404, "otp_code_not_found"):
            strict.api.otps.email.authenticate(organization_id=org, email_address=member.email_address, code=harness.wrong(right, n + 1))
    unproven(slack.login(org, "", email=member.email_address, user="UEVE"))
    assert strict.api.organizations.members.get(org, member_id=member.member_id).member.is_locked
