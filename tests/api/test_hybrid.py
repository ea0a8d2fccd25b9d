"""The hybrid model: people first, companies later, and nothing is ever migrated.

A person signs in by discovery and gets an organization behind the scenes. Later that organization becomes a
company: it is renamed, gets a slug and a domain, and colleagues are invited or join by themselves.
"""

from harness import discover, intermediate, login, new_domain, new_email, refused, token_from, unique


def sign_in(project, email):
    """What an app does with everybody who comes back from the discovery link."""
    found = discover(project, email)
    mine = [d for d in found.discovered_organizations if d.membership.type in ("active_member", "invited_member", "pending_member")]
    if mine:
        return project.api.discovery.intermediate_sessions.exchange(
            intermediate_session_token=found.intermediate_session_token, organization_id=mine[0].organization.organization_id
        )
    return project.api.discovery.organizations.create(intermediate_session_token=found.intermediate_session_token)


def test_from_a_person_to_a_company(project):
    domain = new_domain()
    ada = f"ada@{domain}"

    # Ada signs up. She sees no organization, but has one and rules it.
    first = sign_in(project, ada)
    assert first.member_authenticated is True
    org, member_id = first.organization.organization_id, first.member_id
    assert first.member.is_admin is True
    assert first.organization.organization_name
    assert project.api.organizations.metrics(org).member_count == 1

    # She signs in again and is in the same place.
    second = sign_in(project, ada)
    assert (second.organization.organization_id, second.member_id) == (org, member_id)

    # The app keeps data about her.
    project.api.organizations.members.update(org, member_id, trusted_metadata={"customer": 42})

    # Her organization becomes a company.
    slug = f"acme-{unique()}"
    company = project.api.organizations.update(
        org, organization_name="Acme Inc", organization_slug=slug, email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED",
        email_invites="ALL_ALLOWED",
    ).organization
    assert company.organization_id == org
    assert project.api.organizations.get(slug).organization == company

    # Her session went on all the time and knows the new name.
    checked = project.api.sessions.authenticate(session_token=second.session_token)
    assert checked.member.member_id == member_id
    assert checked.member_session.organization_slug == slug
    assert checked.member.trusted_metadata == {"customer": 42}

    # Bob, from elsewhere, is invited.
    bob = new_email()
    project.api.magic_links.email.invite(organization_id=slug, email_address=bob, invited_by_member_id=member_id, name="Bob")
    joined = project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(bob)))
    assert (joined.member_authenticated, joined.organization.organization_id, joined.member.is_admin) == (True, org, False)

    # Grace, of the same company, finds it and joins.
    grace = f"grace@{domain}"
    found = discover(project, grace)
    [offer] = found.discovered_organizations
    assert (offer.organization.organization_id, offer.membership.type) == (org, "eligible_to_join_by_email_domain")
    joined = project.api.discovery.intermediate_sessions.exchange(
        intermediate_session_token=found.intermediate_session_token, organization_id=org
    )
    assert (joined.member_authenticated, joined.member.is_admin) == (True, False)

    # Joan signs up on the company's own login page.
    joan = f"joan@{domain}"
    sent = project.api.magic_links.email.login_or_signup(organization_id=slug, email_address=joan)
    assert sent.member_created is True
    project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(joan)))

    # A stranger does neither.
    assert discover(project, new_email()).discovered_organizations == []
    with refused(400, "invalid_email_for_jit_provisioning"):
        project.api.magic_links.email.login_or_signup(organization_id=slug, email_address=new_email())

    # Ada is who she was.
    members = project.api.organizations.members.search(organization_ids=[org]).members
    assert {m.email_address for m in members} == {ada, bob, grace, joan}
    assert next(m for m in members if m.email_address == ada).member_id == member_id
    assert login(project, slug, ada).member_id == member_id


def test_a_person_with_a_public_address(project):
    """Nobody else of that provider ever sees the organization."""
    first = sign_in(project, f"ada-{unique()}@gmail.com")
    with refused(400, "organization_settings_domain_too_common"):
        project.api.organizations.update(
            first.organization.organization_id, email_allowed_domains=["gmail.com"], email_jit_provisioning="RESTRICTED"
        )
    assert discover(project, f"bob-{unique()}@gmail.com").discovered_organizations == []


def test_many_people_many_organizations(project):
    domain = new_domain()
    organizations = {sign_in(project, new_email(domain)).organization.organization_id for _ in range(5)}
    assert len(organizations) == 5


def test_a_company_takes_back_its_domain(project):
    """Two colleagues signed up alone; then the company claims the domain. Both keep what they have, nobody new goes astray."""
    domain = new_domain()
    ada, bob = new_email(domain), new_email(domain)
    ada_alone, bob_alone = sign_in(project, ada), sign_in(project, bob)
    company = ada_alone.organization.organization_id
    project.api.organizations.update(
        company, organization_name="Acme Inc", claimed_email_domains=[domain], email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED"
    )
    assert project.api.sessions.authenticate(session_token=bob_alone.session_token).member.email_address == bob
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        project.api.discovery.organizations.create(intermediate_session_token=intermediate(project, new_email(domain)))
    found = discover(project, new_email(domain)).discovered_organizations
    assert [d.organization.organization_id for d in found] == [company]
