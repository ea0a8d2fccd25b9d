"""How much there may be of what members write: the settings of an organization, and sessions."""

import json

import pytest
from harness import login, new_domain, new_email, refused, unique, verified_member

LARGEST = 32 << 10


def domains(count):
    """Names of 250 bytes."""
    return [f"{unique()}.{'.'.join(['a' * 60] * 3)}.{'b' * 53}.com" for _ in range(count)]


def role(index, length=1000):
    return {"role_id": f"role-{index}", "description": "d" * length, "permissions": []}


def fill(project, org):
    """Leaves a hundred bytes for settings."""
    settings = project.server.stored("organizations", "settings", f"id = '{org}'")
    settings["custom_roles"] = [role("last", LARGEST - 400 - len(json.dumps(settings, separators=(",", ":"))))]
    project.server.store("organizations", "settings", f"id = '{org}'", settings)


def test_the_settings_of_an_organization_are_bounded_all_together(project, organization):
    org = organization.organization_id
    project.api.organizations.update(org, email_allowed_domains=domains(70))
    stored = project.server.stored("organizations", "settings", f"id = '{org}'")
    before = project.api.organizations.get(org).organization
    with refused(400, "invalid_argument") as caught:
        project.api.organizations.update(org, allowed_first_party_connected_apps=["x" * 120 + str(i) for i in range(150)])
    assert str(LARGEST) in caught["details"].error_message
    with refused(400, "invalid_argument"):
        project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [role(i) for i in range(20)]})
    with refused(400, "invalid_argument"):
        project.api.organizations.create(organization_name="Large", email_allowed_domains=domains(80), claimed_email_domains=domains(80))
    with refused(400, "invalid_argument"):
        fill(project, org)
        project.api.scim.connection.create(org, display_name="x" * 100)
    project.server.store("organizations", "settings", f"id = '{org}'", stored)
    assert project.api.organizations.get(org).organization == before
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [role(i) for i in range(5)]})


def test_what_is_too_large_from_before_can_become_smaller(project, organization):
    org = organization.organization_id
    settings = project.server.stored("organizations", "settings", f"id = '{org}'")
    project.server.store("organizations", "settings", f"id = '{org}'", settings | {"custom_roles": [role(i) for i in range(60)]})
    project.api.organizations.update(org, trusted_metadata={"a": 1})
    with refused(400, "invalid_argument"):
        project.api.organizations.update(org, email_allowed_domains=[new_domain()])
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [role(i) for i in range(50)]})
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": []})
    project.api.organizations.update(org, email_allowed_domains=[new_domain()])


@pytest.fixture
def switched(project):
    """A function that begins a session of a member by switching to their organization; the member."""
    email = new_email()
    home, away = project.organization().organization_id, project.organization().organization_id
    _, source = verified_member(project, home, email)
    member, first = verified_member(project, away, email)

    def switch():
        return project.api.sessions.exchange(organization_id=away, session_token=source.session_token).session_token

    return switch, member, first.session_token


def sessions_of(project, member):
    return project.api.sessions.get(organization_id=member.organization_id, member_id=member.member_id).member_sessions


def test_a_member_has_a_hundred_sessions_at_most(project, switched):
    switch, member, first = switched
    tokens = [switch() for _ in range(99)]
    assert len(sessions_of(project, member)) == 100
    # The one that was used longest ago goes, not the oldest.
    project.server.rows(f"UPDATE sessions SET last_accessed_at = started_at WHERE member_id = '{member.member_id}'")
    oldest = sessions_of(project, member)[0]
    assert project.api.sessions.authenticate(session_token=first).member_session.member_session_id == oldest.member_session_id
    login(project, member.organization_id, member.email_address)
    assert len(sessions_of(project, member)) == 100
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=first)
    for token in (tokens[0], tokens[-1]):
        project.api.sessions.authenticate(session_token=token)


def test_what_an_organization_was_is_not_kept_for_each_session(start_server):
    """An administrator who keeps changing it would have every session remember another state of it."""
    server = start_server(arguments=["--session-memory", "8"])
    project = server.project()
    email = new_email()
    home, away = project.organization().organization_id, project.organization().organization_id
    _, source = verified_member(project, home, email)
    verified_member(project, away, email)
    tokens = [project.api.sessions.exchange(organization_id=away, session_token=source.session_token).session_token for _ in range(90)]

    def remember(tokens):
        for index, token in enumerate(tokens):
            roles = [role(i, 1020) for i in range(25)] + [role(f"new-{index}", 1)]
            project.api.rbac.organizations.set_org_policy(away, org_policy={"roles": roles})
            project.api.sessions.authenticate(session_token=token)

    remember(tokens[:20])
    before = server.resident()
    remember(tokens[20:])
    # Seventy states are 7 MiB.
    assert server.resident() - before < 4
