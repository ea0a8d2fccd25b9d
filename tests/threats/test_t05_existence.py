"""T-05: what exists in another tenant cannot be found out."""

import pytest
from harness import check_refusal, data, discover, intermediate, login, new_domain, new_email, query_of, unique, verified_member
from scenes import Tenant, stripped, verdict


@pytest.fixture(scope="module")
def a(project):
    return Tenant(project).with_member()


def test_t05_names_taken_in_one_project_are_free_in_another(a, neighbour):
    domain = new_domain()
    a.project.organization(claimed_email_domains=[domain])
    made = neighbour.organization(
        organization_slug=a.slug, organization_external_id=a.external_id, organization_name=a.canary,
        claimed_email_domains=[domain],
    )
    assert (made.organization_slug, made.organization_external_id) == (a.slug, a.external_id)
    member = neighbour.member(made.organization_id, a.admin.email_address.replace(a.domain, domain), external_id=a.admin.external_id)
    assert member.member_id != a.admin.member_id
    neighbour.member(neighbour.organization().organization_id, a.admin.email_address)


def test_t05_addresses_and_external_ids_of_another_organization_are_free(a, project):
    other = project.organization().organization_id
    member = project.member(other, a.admin.email_address, external_id=a.admin.external_id)
    assert member.organization_id == other


def browser_login(project, org, email, **fields):
    return project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email} | fields)


def same_for_strangers(project, org, known, unknown, **fields):
    real, fake = browser_login(project, org, known, **fields), browser_login(project, org, unknown, **fields)
    assert verdict(real) == verdict(fake), f"a member: {real.text}\nnobody: {fake.text}"
    assert stripped(real) == stripped(fake)
    return real


def test_t05_a_browser_cannot_tell_members_from_strangers(a, project):
    data(same_for_strangers(project, a.org, a.admin.email_address, new_email(a.domain)))
    assert project.mailbox.wait(a.admin.email_address).link


@pytest.mark.parametrize(
    "settings",
    [
        {"email_jit_provisioning": "NOT_ALLOWED"},
        {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["{domain}"]},
        {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso"]},
        {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso", "magic_link"], "mfa_policy": "REQUIRED_FOR_ALL"},
    ],
    ids=str,
)
@pytest.mark.parametrize("state", ["active", "pending", "invited", "deleted", "retired", "breakglass"])
def test_t05_whatever_the_member_and_the_settings(project, settings, state):
    domain = new_domain()
    settings = {k: [domain] if v == ["{domain}"] else v for k, v in settings.items()}
    org = project.organization().organization_id
    email = new_email(domain)
    if state == "invited":
        project.api.magic_links.email.invite(organization_id=org, email_address=email)
    else:
        member = project.member(org, email, create_member_as_pending=state == "pending", is_breakglass=state == "breakglass")
        if state == "deleted":
            project.api.organizations.members.delete(org, member.member_id)
        if state == "retired":
            project.api.organizations.members.update(org, member.member_id, email_address=new_email(domain))
    project.api.organizations.update(org, **settings)
    for where in (domain, new_domain()):
        same_for_strangers(project, org, email, new_email(where))


@pytest.mark.parametrize("state", ["member", "stranger"])
def test_t05_a_domain_claimed_elsewhere_is_not_told_to_browsers(project, state):
    """Organization B claims a domain. At A's login page, addresses of it look like any other, members or not."""
    org, domain = project.organization().organization_id, new_domain()
    email = new_email(domain)
    if state == "member":
        project.member(org, email)
    project.organization(claimed_email_domains=[domain])
    claimed, free = browser_login(project, org, email), browser_login(project, org, new_email())
    assert verdict(claimed) == verdict(free), f"claimed elsewhere: {claimed.text}\nfree: {free.text}"


def test_t05_no_mail_to_strangers(a, project):
    stranger = new_email()
    browser_login(project, a.org, stranger)
    project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": a.org, "email_address": stranger})
    project.api.magic_links.email.discovery.send(email_address=stranger)
    # The mail of discovery came last, and it is the only one.
    assert query_of(project.mailbox.wait(stranger).link)["stytch_token_type"] == "discovery"
    assert project.mailbox.waiting(stranger) == 0


def test_t05_discovery_shows_only_what_the_address_opens(a, project, neighbour):
    # Someone of A's domain, which A does not let join, sees nothing; nor does anybody in the other project.
    for where, email in ((project, new_email(a.domain)), (project, new_email()), (neighbour, a.member.email_address)):
        found = discover(where, email)
        assert found.discovered_organizations == []
        assert a.canary not in found.model_dump_json()
    [only] = discover(project, a.member.email_address).discovered_organizations
    assert only.organization.organization_id == a.org


def test_t05_the_same_domain_guard(project):
    """An organization cannot lure people of a domain that none of its members has proven."""
    domain = new_domain()
    org = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    assert discover(project, new_email(domain)).discovered_organizations == []
    token = intermediate(project, new_email(domain))
    answer = project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", {"intermediate_session_token": token, "organization_id": org})
    check_refusal(answer, 400, "invalid_email_for_jit_provisioning")
    _, first = verified_member(project, org, new_email(domain))
    [found] = discover(project, new_email(domain)).discovered_organizations
    assert found.membership.type == "eligible_to_join_by_email_domain"
    assert first.member_id not in found.model_dump_json()


def test_t05_the_public_member_search_tells_nothing(a, project):
    answers = []
    for org, email in ((a.org, a.admin.email_address), (a.org, new_email()), ("nope", new_email())):
        answer = project.browser("POST", "/b2b/organizations/members/search", {"organization_id": org, "email_address": email})
        answers.append((verdict(answer), stripped(answer)))
    assert answers[0] == answers[1] == answers[2]


def test_t05_a_session_does_not_open_the_members_of_another_organization(a, project):
    """Not even the same person's: the other organization shows itself only after the switch."""
    other = project.organization(organization_name=f"Other-{unique()}")
    project.member(other.organization_id, a.member.email_address)
    session = login(project, a.org, a.member.email_address)
    answer = project.browser("GET", "/b2b/organizations/me", session_token=session.session_token)
    assert other.organization_name not in answer.text
