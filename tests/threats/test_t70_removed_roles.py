"""T-70: a role that is defined no more leaves whoever had it, and does not come back with the next one of its name."""

import json

import pytest
from harness import login, new_domain, new_email, verified_member
from scenes import jwt_parts

EDITOR = {"role_id": "editor", "description": "", "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}]}
READER = EDITOR | {"role_id": "reader"}
MORE_THAN_AT_ONCE = 505


@pytest.fixture
def org(organization):
    return organization.organization_id


def define(project, org, *roles):
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": list(roles)})


def roles_of(project, org, member_id):
    return {role.role_id for role in project.api.organizations.members.get(org, member_id=member_id).member.roles}


def roles_of_session(project, session_token):
    answer = project.api.sessions.authenticate(session_token=session_token)
    [claim] = [value for value in jwt_parts(answer.session_jwt)[1].values() if isinstance(value, dict) and "roles" in value]
    assert set(claim["roles"]) == set(answer.member_session.roles)
    return set(claim["roles"])


def test_t70_a_removed_role_leaves_members_sessions_and_rules(project, org):
    define(project, org, EDITOR, READER)
    domain = new_domain()
    project.api.organizations.update(org, rbac_email_implicit_role_assignments=[{"domain": domain, "role_id": "editor"}])
    member, session = verified_member(project, org, roles=["editor", "reader"])
    ruled, ruled_session = verified_member(project, org, new_email(domain))
    assert roles_of_session(project, session.session_token) == {"stytch_member", "editor", "reader"}
    assert roles_of_session(project, ruled_session.session_token) == {"stytch_member", "editor"}

    define(project, org, READER)

    def nobody_has_it():
        assert roles_of(project, org, member.member_id) == {"stytch_member", "reader"}
        assert roles_of(project, org, ruled.member_id) == {"stytch_member"}
        assert roles_of_session(project, session.session_token) == {"stytch_member", "reader"}
        assert roles_of_session(project, ruled_session.session_token) == {"stytch_member"}
        assert roles_of_session(project, login(project, org, ruled.email_address).session_token) == {"stytch_member"}
        assert project.api.organizations.get(org).organization.rbac_email_implicit_role_assignments == []
        query = {"operator": "AND", "operands": [{"filter_name": "member_roles", "filter_value": ["editor"]}]}
        assert project.api.organizations.members.search(organization_ids=[org], query=query).members == []

    nobody_has_it()
    # What one has can be saved as it is.
    shown = project.api.organizations.members.get(org, member_id=member.member_id).member
    project.api.organizations.members.update(org, member.member_id, roles=[role.role_id for role in shown.roles])
    define(project, org, READER, EDITOR)
    nobody_has_it()


def test_t70_a_removed_role_leaves_deleted_members(project, org):
    define(project, org, EDITOR)
    member, _ = verified_member(project, org, roles=["editor"])
    project.api.organizations.members.delete(org, member.member_id)
    define(project, org)
    define(project, org, EDITOR)
    assert roles_of(project, org, project.api.organizations.members.reactivate(org, member.member_id).member_id) == {"stytch_member"}


def test_t70_a_removed_role_leaves_more_members_than_one_transaction_changes(project, org):
    define(project, org, EDITOR)
    first = project.member(org, roles=["editor"])
    made = [project.member(org, roles=["editor"]) for _ in range(MORE_THAN_AT_ONCE - 1)]
    define(project, org)
    assert project.server.rows(f"SELECT count(*) FROM member_roles WHERE organization_id = '{org}'") == [("0",)]
    for member in (first, made[-1]):
        assert roles_of(project, org, member.member_id) == {"stytch_member"}


def test_t70_a_role_that_leaves_the_project_leaves_every_organization(start_server, tmp_path):
    server = start_server()
    project = server.project()

    def define_in_project(*roles):
        file = tmp_path / "policy.json"
        file.write_text(json.dumps({"roles": list(roles), "resources": [], "scopes": []}))
        server.command("rbac", "set", "--project", project.project_id, str(file))

    define_in_project(EDITOR, READER)
    orgs = [project.organization().organization_id for _ in range(3)]
    domain = new_domain()
    project.api.organizations.update(orgs[1], rbac_email_implicit_role_assignments=[
        {"domain": domain, "role_id": "editor"}, {"domain": domain, "role_id": "reader"}])
    # What an organization has of its own, stays.
    project.api.rbac.organizations.set_org_policy(orgs[2], org_policy={"roles": [EDITOR | {"role_id": "own"}]})
    members = [verified_member(project, org, roles=["editor", "reader"]) for org in orgs]
    owner = project.member(orgs[2], roles=["own"])
    define_in_project(READER)
    define_in_project(READER, EDITOR)
    for org, (member, session) in zip(orgs, members):
        assert roles_of(project, org, member.member_id) == {"stytch_member", "reader"}
        assert roles_of_session(project, session.session_token) == {"stytch_member", "reader"}
    assert roles_of(project, orgs[2], owner.member_id) == {"stytch_member", "own"}
    [rule] = project.api.organizations.get(orgs[1]).organization.rbac_email_implicit_role_assignments
    assert rule.role_id == "reader"
