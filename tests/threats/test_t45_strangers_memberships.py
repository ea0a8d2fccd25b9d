"""T-45, T-26: what strangers can do to an organization with other people's addresses, and administrators to strangers."""

import pytest
from harness import REDIRECT_URL, data, discover, login, new_domain, new_email, refused, token_from, verified_member

MOST_UNUSED = 50


@pytest.fixture
def open_org(project):
    """An organization that people of a domain may join by themselves: (its id, the domain)."""
    domain = new_domain()
    organization = project.organization(email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED", email_invites="ALL_ALLOWED")
    return organization.organization_id, domain


def ask(project, org, email):
    """What the login page asks for."""
    body = {"organization_id": org, "email_address": email, "login_redirect_url": REDIRECT_URL, "signup_redirect_url": REDIRECT_URL}
    data(project.browser("POST", "/b2b/magic_links/email/login_or_signup", body))


def members(project, org):
    query = {"operator": "AND", "operands": [{"filter_name": "statuses", "filter_value": ["active", "pending", "invited", "deleted"]}]}
    return project.api.organizations.members.search(organization_ids=[org], query=query).members


def test_t45_asking_for_links_makes_no_members(project, open_org):
    org, domain = open_org
    emails = [new_email(domain) for _ in range(5)]
    for email in emails:
        ask(project, org, email)
    assert members(project, org) == []
    answers = [project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(email))) for email in emails]
    assert [(a.member.email_address, a.member.status, a.member.email_address_verified, a.member_authenticated) for a in answers] == [
        (email, "active", True, True) for email in emails]
    assert len(members(project, org)) == 5


def test_t45_two_links_make_one_member(project, open_org):
    org, domain = open_org
    email = new_email(domain)
    ask(project, org, email)
    first = token_from(project.mailbox.wait(email))
    ask(project, org, email)
    second = token_from(project.mailbox.wait(email))
    one, other = (project.api.magic_links.authenticate(magic_links_token=token) for token in (first, second))
    assert one.member_id == other.member_id and len(members(project, org)) == 1


@pytest.mark.parametrize("how", ["closed", "claimed", "sessions ended", "deleted", "retired"])
def test_t45_a_link_of_somebody_new_asks_again_whether_they_may_join(project, open_org, how):
    org, domain = open_org
    email = new_email(domain)
    ask(project, org, email)
    token = token_from(project.mailbox.wait(email))
    if how == "closed":
        project.api.organizations.update(org, email_jit_provisioning="NOT_ALLOWED")
    elif how == "claimed":
        project.organization(claimed_email_domains=[domain])
    else:
        member, _ = verified_member(project, org, email)
        if how == "sessions ended":
            project.api.sessions.revoke(member_id=member.member_id)
        elif how == "deleted":
            project.api.organizations.members.delete(org, member.member_id)
            project.api.organizations.update(org, email_jit_provisioning="NOT_ALLOWED")
        else:
            project.api.organizations.members.update(org, member.member_id, email_address=new_email(domain))
    with refused((400, 401, 404), "unable_to_auth_magic_link"):
        project.api.magic_links.authenticate(magic_links_token=token)


def test_t45_a_backend_is_told_whom_its_link_goes_to(project, open_org):
    org, domain = open_org
    answer = project.api.magic_links.email.login_or_signup(organization_id=org, email_address=new_email(domain))
    assert (answer.member_created, answer.member.status, answer.member_id) == (True, "pending", members(project, org)[0].member_id)


def kinds(discovered):
    return {d.organization.organization_id: d.membership.type for d in discovered}


def test_t26_who_is_added_by_a_member_is_invited(project, organization):
    org = organization.organization_id
    _, admin = verified_member(project, org, roles=["stytch_admin"])
    for pending in ({}, {"create_member_as_pending": True}, {"create_member_as_pending": False}):
        email = new_email()
        made = data(project.browser("POST", "/b2b/organizations/members", {"email_address": email, **pending}, session_token=admin.session_token))
        assert made["member"]["status"] == "invited"
        assert kinds(discover(project, email).discovered_organizations) == {org: "invited_member"}
        assert login(project, org, email).member.status == "active"
        assert kinds(discover(project, email).discovered_organizations) == {org: "active_member"}
    assert project.member(org).status == "active"


def test_t26_discovery_shows_all_that_somebody_has_entered_the_last_one_first(project):
    """And some of those that strangers have put the address into, after them."""
    email = new_email()
    entered = [project.organization().organization_id for _ in range(103)]
    for org in entered:
        project.member(org, email)
    for hour, org in enumerate(entered):
        when = f"2026-01-{1 + hour // 24:02}T{hour % 24:02}:00:00Z"
        stored = f"'{when}'" if project.server.database_url.startswith("postgres") else f"unixepoch('{when}') * 1000000"
        project.server.rows(f"UPDATE member_directory SET used_at = {stored} WHERE email_address = '{email}' AND organization_id = '{org}'")
    strangers = {project.organization().organization_id for _ in range(MOST_UNUSED + 3)}
    for org in strangers:
        project.member(org, email)
    found = [d.organization.organization_id for d in discover(project, email).discovered_organizations]
    assert found[:103] == entered[::-1]
    assert len(found) == 103 + MOST_UNUSED and set(found[103:]) < strangers
    # Who logs in somewhere has been there last.
    for org in (entered[5], found[-1]):
        login(project, org, email)
        first, *others = (d.organization.organization_id for d in discover(project, email).discovered_organizations)
        assert first == org and org not in others


def test_t26_discovery_shows_no_metadata_and_no_roles(project, organization):
    org, domain = organization.organization_id, new_domain()
    role = {"role_id": "editor", "description": "long", "permissions": []}
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [role]})
    project.api.organizations.update(
        org, trusted_metadata={"plan": "secret"}, rbac_email_implicit_role_assignments=[{"domain": domain, "role_id": "editor"}],
        allowed_first_party_connected_apps=["an-app"], email_allowed_domains=[domain], mfa_policy="OPTIONAL")
    member, session = verified_member(project, org, trusted_metadata={"a": "secret"}, untrusted_metadata={"b": "secret"})
    by_link = discover(project, member.email_address).discovered_organizations
    by_session = project.api.discovery.organizations.list(session_token=session.session_token).discovered_organizations
    for [found] in (by_link, by_session):
        assert "secret" not in found.model_dump_json() and "editor" not in found.model_dump_json() and "an-app" not in found.model_dump_json()
        shown = found.organization
        assert (shown.organization_name, shown.email_allowed_domains, shown.mfa_policy) == ("Acme", [domain], "OPTIONAL")
        assert found.membership.member.email_address == member.email_address
