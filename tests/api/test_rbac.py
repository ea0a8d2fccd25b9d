"""The default policy, organization policies, and roles with their sources."""

import pytest
from harness import login, new_email, refused, verified_member

MEMBER = {
    "create", "search", "delete", "update.info.name", "update.info.untrusted-metadata", "update.info.mfa-phone", "update.info.email",
    "update.info.delete.mfa-phone", "update.info.delete.mfa-totp", "update.info.delete.password", "update.info.unlink.retired-email",
    "update.settings.is-breakglass", "update.settings.mfa-enrolled", "update.settings.default-mfa-method", "update.settings.roles",
    "revoke-sessions", "get.connected-apps", "revoke.connected-app",
}
SELF = {
    "update.info.name", "update.info.untrusted-metadata", "update.info.mfa-phone", "update.info.email", "update.info.delete.mfa-phone",
    "update.info.delete.mfa-totp", "update.info.delete.password", "update.info.unlink.retired-email", "update.settings.mfa-enrolled",
    "update.settings.default-mfa-method", "delete", "revoke-sessions", "get.connected-apps", "revoke.connected-app",
}
ORGANIZATION = {
    "update.info.name", "update.info.slug", "update.info.logo-url", "update.info.colors", "update.settings.allowed-auth-methods",
    "update.settings.allowed-mfa-methods", "update.settings.email-jit-provisioning", "update.settings.email-invites",
    "update.settings.allowed-domains", "update.settings.default-sso-connection", "update.settings.sso-jit-provisioning",
    "update.settings.mfa-policy", "update.settings.implicit-roles", "update.settings.oauth-tenant-jit-provisioning",
    "update.settings.allowed-oauth-tenants", "delete",
}
CRUD = {"create", "get", "update", "delete"}


def role(role_id, *permissions, description=""):
    return {
        "role_id": role_id,
        "description": description,
        "permissions": [{"resource_id": r, "actions": a} for r, a in permissions],
    }


def set_policy(project, org, *roles):
    return project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": list(roles)})


def roles_of(member):
    return {r.role_id: sorted(s.type for s in r.sources) for r in member.roles}


@pytest.fixture
def org(organization):
    return organization.organization_id


# ---------------------------------------------------------------- the project's policy


def test_default_policy(project):
    policy = project.api.rbac.policy().policy
    resources = {r.resource_id: set(r.actions) for r in policy.resources}
    assert resources["stytch.member"] >= MEMBER
    assert resources["stytch.self"] >= SELF
    assert resources["stytch.organization"] >= ORGANIZATION
    assert resources["stytch.sso"] >= CRUD
    assert resources["stytch.scim"] >= CRUD
    roles = {r.role_id: {p.resource_id: p.actions for p in r.permissions} for r in policy.roles}
    assert roles["stytch_member"] == {"stytch.self": ["*"]}
    admin = roles["stytch_admin"]
    for resource in ("stytch.organization", "stytch.member", "stytch.sso", "stytch.scim"):
        assert admin[resource] == ["*"]
    assert all(isinstance(r.description, str) for r in [*policy.roles, *policy.resources])
    assert isinstance(policy.scopes, list)


def test_roles_of_organizations_are_a_resource(project, org):
    """Administrators may; members may not, unless a role of theirs says so."""
    policy = project.api.rbac.policy().policy
    [resource] = [r for r in policy.resources if r.resource_id == "stytch.custom-org-roles"]
    assert set(resource.actions) == CRUD
    set_policy(project, org, role("keeper", ("stytch.custom-org-roles", ["get", "update"])))
    for roles, allowed in ((["stytch_admin"], CRUD), ([], set()), (["keeper"], {"get", "update"})):
        _, session = verified_member(project, org, roles=roles)
        for action in CRUD:
            check = {"organization_id": org, "resource_id": "stytch.custom-org-roles", "action": action}
            answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token, "authorization_check": check})
            assert answer.status_code == (200 if action in allowed else 403), (roles, action, answer.text)


# ---------------------------------------------------------------- organization policies


def test_organization_policy_is_empty_at_first(project, org):
    assert project.api.rbac.organizations.get_org_policy(org).org_policy.roles == []


def test_set_and_replace(project, organization, org):
    editor = role("editor", ("stytch.member", ["search", "create"]), ("stytch.organization", ["update.info.name"]), description="Edits")
    everything = role("everything", ("stytch.member", ["*"]))
    answer = set_policy(project, org, editor, everything)
    assert [r.model_dump() for r in answer.org_policy.roles] == [editor, everything]
    read = project.api.rbac.organizations.get_org_policy(organization.organization_slug).org_policy
    assert read == answer.org_policy
    mirrored = project.api.organizations.get(org).organization.custom_roles
    assert [r.model_dump() for r in mirrored] == [editor, everything]
    # The SDK's own validator agrees.
    project.api.rbac.organizations.validate_org_policy(project.api.rbac.policy().policy, read)
    replaced = set_policy(project, org, everything).org_policy
    assert [r.role_id for r in replaced.roles] == ["everything"]
    assert set_policy(project, org).org_policy.roles == []
    assert project.api.organizations.get(org).organization.custom_roles == []


def test_policies_are_apart(project, org):
    other = project.organization().organization_id
    set_policy(project, org, role("editor", ("stytch.member", ["search"])))
    assert project.api.rbac.organizations.get_org_policy(other).org_policy.roles == []
    with refused(400, ("invalid_rbac_role_assignment", "invalid_rbac_role_id", "invalid_role")):
        project.member(other, roles=["editor"])
    assert "editor" not in {r.role_id for r in project.api.rbac.policy().policy.roles}


SEARCH = ("stytch.member", ["search"])


@pytest.mark.parametrize(
    ("roles", "error"),
    [
        ([role("a", SEARCH), role("a", SEARCH)], "rbac_role_duplicate"),
        ([role("stytch_admin", SEARCH)], ("invalid_rbac_custom_role", "rbac_role_duplicate", "invalid_rbac_stytch_role_edit")),
        ([role("stytch_member", SEARCH)], ("invalid_rbac_custom_role", "rbac_role_duplicate", "invalid_rbac_stytch_role_edit")),
        ([role("", SEARCH)], ("empty_rbac_role_id", "invalid_rbac_role_id")),
        ([role("x" * 1000, SEARCH)], ("rbac_role_id_too_long", "invalid_rbac_role_id")),
        ([role("has space", SEARCH)], "invalid_rbac_role_id"),
        ([role("a", ("documents", ["read"]))], "invalid_permission_resource"),
        ([role("a", ("stytch.member", []))], "rbac_permission_missing_actions"),
        ([role("a", ("stytch.member", ["fly"]))], "invalid_permission_action"),
        ([role("a", ("stytch.member", [""]))], "invalid_permission_action"),
        ([role("a", ("stytch.member", [" "]))], "invalid_permission_action"),
        ([role("a", ("stytch.member", ["*", "search"]))], "cannot_specify_wildcard_with_other_actions"),
        ([role("a", ("*", ["*"]))], "invalid_permission_resource"),
        ([role("a", SEARCH, description="x" * 20_000)], "rbac_description_too_long"),
        ([role(f"role{i}", SEARCH) for i in range(3000)], "too_many_roles"),
    ],
    ids=lambda v: str(v)[:60],
)
def test_bad_policies(project, org, roles, error):
    set_policy(project, org, role("before", SEARCH))
    with refused(400, error):
        set_policy(project, org, *roles)
    assert [r.role_id for r in project.api.rbac.organizations.get_org_policy(org).org_policy.roles] == ["before"]


def test_unknown_organization(project):
    with refused(404, "organization_not_found"):
        project.api.rbac.organizations.get_org_policy("nope")
    with refused(404, "organization_not_found"):
        set_policy(project, "nope")


def test_custom_roles_count(project, org):
    set_policy(project, org, role("inviter", ("stytch.member", ["create"])))
    member, session = verified_member(project, org, roles=["inviter"])
    assert roles_of(member) == {"stytch_member": ["direct_assignment"], "inviter": ["direct_assignment"]}
    assert sorted(session.member_session.roles) == ["inviter", "stytch_member"]
    check = {"organization_id": org, "resource_id": "stytch.member", "action": "create"}
    answer = project.api.sessions.authenticate(session_token=session.session_token, authorization_check=check)
    assert answer.verdict.granting_roles == ["inviter"]
    with refused(403, "session_authorization_error"):
        project.api.sessions.authenticate(session_token=session.session_token, authorization_check=check | {"action": "delete"})
    # A role that is gone gives nothing.
    set_policy(project, org)
    with refused(403, "session_authorization_error"):
        project.api.sessions.authenticate(session_token=session.session_token, authorization_check=check)


def test_wildcard_grants_every_action_of_that_resource_only(project, org):
    set_policy(project, org, role("people", ("stytch.member", ["*"])))
    _, session = verified_member(project, org, roles=["people"])

    def check(resource, action):
        return project.api.sessions.authenticate(
            session_token=session.session_token,
            authorization_check={"organization_id": org, "resource_id": resource, "action": action},
        )

    assert check("stytch.member", "update.settings.roles").verdict.granting_roles == ["people"]
    with refused(403, "session_authorization_error"):
        check("stytch.organization", "delete")


# ---------------------------------------------------------------- roles by email domain


def test_roles_by_email_domain(project):
    org = project.organization(
        rbac_email_implicit_role_assignments=[{"domain": "acme-corp.com", "role_id": "stytch_admin"}]
    ).organization_id
    member = project.member(org, new_email("acme-corp.com"))
    assert roles_of(member) == {"stytch_member": ["direct_assignment"], "stytch_admin": ["email_assignment"]}
    source = next(r for r in member.roles if r.role_id == "stytch_admin").sources[0]
    assert "acme-corp.com" in source.details.values()
    assert member.is_admin is True
    session = login(project, org, member.email_address)
    assert sorted(session.member_session.roles) == ["stytch_admin", "stytch_member"]
    for stranger in (new_email(), new_email("sub.acme-corp.com"), new_email("acme-corp.com.evil.com")):
        assert roles_of(project.member(org, stranger)) == {"stytch_member": ["direct_assignment"]}
    # A direct assignment adds a second source; taking it away leaves the first.
    both = project.api.organizations.members.update(org, member.member_id, roles=["stytch_admin"]).member
    assert roles_of(both)["stytch_admin"] == ["direct_assignment", "email_assignment"]
    one = project.api.organizations.members.update(org, member.member_id, roles=[]).member
    assert roles_of(one)["stytch_admin"] == ["email_assignment"]
    # With the rule the role goes.
    project.api.organizations.update(org, rbac_email_implicit_role_assignments=[])
    assert roles_of(project.api.organizations.members.get(org, member_id=member.member_id).member) == {
        "stytch_member": ["direct_assignment"]
    }
    again = project.api.sessions.authenticate(session_token=session.session_token)
    assert again.member_session.roles == ["stytch_member"]


def test_roles_by_email_domain_follow_the_address(project):
    org = project.organization(
        rbac_email_implicit_role_assignments=[{"domain": "acme-corp.com", "role_id": "stytch_admin"}]
    ).organization_id
    member = project.member(org, new_email("acme-corp.com"))
    moved = project.api.organizations.members.update(org, member.member_id, email_address=new_email()).member
    assert roles_of(moved) == {"stytch_member": ["direct_assignment"]}
    assert moved.is_admin is False


def test_rules_may_name_custom_roles(project, org):
    set_policy(project, org, role("editor", SEARCH))
    project.api.organizations.update(org, rbac_email_implicit_role_assignments=[{"domain": "acme-corp.com", "role_id": "editor"}])
    member = project.member(org, new_email("acme-corp.com"))
    assert roles_of(member)["editor"] == ["email_assignment"]
