"""Refusals that no way through the other tests meets: each is an error that an operation declares (see `unprovoked.py`)."""

import pytest
from harness import check_refusal, intermediate, login, magic_token, new_domain, new_email, prove_phone, token_from, unique, verified_member
from sso import Browser

MEMBERS = "/v1/b2b/organizations/{}/members"


@pytest.fixture
def org(organization):
    return organization.organization_id


def test_an_external_id_is_taken_when_an_organization_is_founded(project):
    taken = project.organization(organization_external_id=f"ext-{unique()}").organization_external_id
    body = {"intermediate_session_token": intermediate(project, new_email()), "organization_external_id": taken}
    check_refusal(project.raw("POST", "/v1/b2b/discovery/organizations/create", body), 400, "organization_external_id_already_used")


def test_claims_that_are_too_large_leave_the_link_alone(project, org):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    body = {"magic_links_token": token, "session_custom_claims": {"k": "x" * 5000}}
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/authenticate", body), 400, "custom_claims_too_large")
    assert project.api.magic_links.authenticate(magic_links_token=token).member_id == member.member_id


# ---------------------------------------------------------------- a change of address that comes too late


def changing(project, org, to):
    """A member in the middle of changing their address, and the token of the link."""
    member, _ = verified_member(project, org)
    project.api.organizations.members.start_email_update(org, member.member_id, email_address=to)
    return member, token_from(project.mailbox.wait(to))


def confirmed(project, token):
    return project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})


def test_the_new_address_was_claimed_by_another_organization(project, org):
    domain = new_domain()
    _, token = changing(project, org, new_email(domain))
    project.organization(claimed_email_domains=[domain])
    check_refusal(confirmed(project, token), 400, "action_not_allowed_email_domain_is_claimed")


def test_the_new_address_was_retired_by_another_member(project, org):
    wanted = new_email()
    _, token = changing(project, org, wanted)
    other, _ = verified_member(project, org, wanted)
    project.api.organizations.members.update(org, other.member_id, email_address=new_email())
    check_refusal(confirmed(project, token), 400, "duplicate_member_email")


def test_a_retired_address_is_nobodys(project, org):
    member, _ = verified_member(project, org)
    project.api.organizations.members.update(org, member.member_id, email_address=new_email())
    old = member.email_address
    check_refusal(project.raw("GET", f"/v1/b2b/organizations/{org}/member", params={"email_address": old}), (400, 404), "inactive_email")
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": old}), 400, "inactive_email")


def test_an_address_can_be_changed_to_so_often(project, org):
    """The bound on mails counts for links of this kind too."""
    wanted, answers = new_email(), []
    for _ in range(40):
        member, _ = verified_member(project, org) if not answers else (member, None)
        answers.append(project.raw("POST", MEMBERS.format(org) + f"/{member.member_id}/start_email_update", {"email_address": wanted}))
        if answers[-1].status_code != 200:
            break
    check_refusal(answers[-1], 429, "too_many_requests")


def test_no_link_for_a_new_address_without_a_place_to_return_to(server):
    project = server.project(environment="live", redirect_urls=["https://app.example.test/authenticate"])
    org = project.organization().organization_id
    member = project.member(org)
    # By a flow of its own: where links of logins lead is not asked, and so not remembered.
    proven = intermediate(project, member.email_address)
    project.api.discovery.intermediate_sessions.exchange(organization_id=org, intermediate_session_token=proven)
    project.server.rows(f"DELETE FROM redirect_urls WHERE project_id = '{project.project_id}'")
    answer = project.raw("POST", MEMBERS.format(org) + f"/{member.member_id}/start_email_update", {"email_address": new_email()})
    check_refusal(answer, 400, "no_login_redirect_urls_set")


# ---------------------------------------------------------------- coming back when something was taken

TAKEN = {
    "reactivation_email_belongs_to_another_member": lambda project, org, member: project.member(org, member.email_address),
    "duplicate_member_external_id": lambda project, org, member: project.member(org, external_id=member.external_id),
    "duplicate_member_phone_number": lambda project, org, member: prove_phone(project, project.member(org), member.mfa_phone_number),
    "action_not_allowed_email_domain_is_claimed": lambda project, org, member: project.organization(claimed_email_domains=[member.email_address.split("@")[1]]),
}


@pytest.mark.parametrize("error", TAKEN)
def test_a_member_does_not_come_back_to_what_was_taken(project, org, error):
    member, _ = verified_member(project, org, external_id=f"ext-{unique()}", mfa_phone_number="+14155550177")
    project.api.organizations.members.delete(org, member.member_id)
    TAKEN[error](project, org, member)
    check_refusal(project.raw("PUT", MEMBERS.format(org) + f"/{member.member_id}/reactivate", {}), 400, error)


# ---------------------------------------------------------------- others


def test_a_session_does_not_enter_where_its_domain_is_claimed_away(project):
    domain = new_domain()
    here, there = (project.organization().organization_id for _ in range(2))
    email = new_email(domain)
    for org in (here, there):
        project.member(org, email)
    session = login(project, here, email).session_token
    project.organization(claimed_email_domains=[domain])
    answer = project.raw("POST", "/v1/b2b/sessions/exchange", {"organization_id": there, "session_token": session})
    check_refusal(answer, 400, "action_not_allowed_email_domain_is_claimed")


def test_a_slug_is_searched_for_by_three_letters_at_least(project, org):
    query = {"operator": "AND", "operands": [{"filter_name": "organization_slug_fuzzy", "filter_value": "ab"}]}
    answer = project.raw("POST", "/v1/b2b/organizations/members/search", {"organization_ids": [org], "query": query})
    check_refusal(answer, 400, "member_search_organization_slug_fuzzy_too_short")


def test_a_project_without_a_provider_knows_no_accounts_there(project, server, org):
    member = project.member(org).member_id
    answer = project.raw("GET", f"/v1/b2b/organizations/{org}/members/{member}/oauth_providers/microsoft")
    check_refusal(answer, 404, "member_oauth_token_not_found")
    answer = Browser(server).get("/v1/b2b/public/oauth/microsoft/discovery/start", public_token=project.public_token)
    assert answer.status_code == 404 and "oauth_config_not_found" in answer.text


@pytest.mark.parametrize(("field", "value", "error_type"), [
    ("email_address", "ada", "invalid_email"),
    ("auth_method", "pigeon", "invalid_organization_allowed_auth_methods"),
    ("mfa_methods", ["pigeon"], "invalid_organization_allowed_mfa_methods"),
])
def test_what_no_login_is_made_of_is_not_explained(project, org, field, value, error_type):
    body = {"email_address": new_email(), "auth_method": "magic_link", "mfa_methods": []} | {field: value}
    check_refusal(project.raw("POST", f"/v1/b2b/organizations/{org}/explain_login", body), 400, error_type)
