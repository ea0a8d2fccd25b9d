"""T-70: who may create or invite members can give them no power, and nobody but the operator gets at keys."""

import json

import pytest
from doors import behind
from harness import check_refusal, new_email, unique
from scenes import JWT_HEADER, MEMBER_HEADER, Tenant, with_permissions

DENIED = ((401, 403), ("unauthorized_action", "cannot_update_trusted_metadata"))
MEMBER_ACTIONS = [
    "create", "search", "delete", "update.info.name", "update.info.untrusted-metadata", "update.info.mfa-phone", "update.info.email",
    "update.info.delete.mfa-phone", "update.info.delete.mfa-totp", "update.info.delete.password", "update.info.unlink.retired-email",
    "update.settings.mfa-enrolled", "update.settings.default-mfa-method", "revoke-sessions",
]


@pytest.fixture(scope="module")
def tenant(project):
    return Tenant(project).with_member()


@pytest.fixture(scope="module")
def creator(project, tenant):
    """May create, and nothing else."""
    return with_permissions(project, tenant.org, ("stytch.member", "create"))[1]


@pytest.fixture(scope="module")
def helper(project, tenant):
    """May do everything with members, except give them power."""
    return with_permissions(project, tenant.org, ("stytch.member", *MEMBER_ACTIONS))


def ways(project, tenant, login, path, body, method="POST"):
    """The same request by session, by JWT and, where there is a door for it, from the browser."""
    for headers in ({MEMBER_HEADER: login.session_token}, {JWT_HEADER: login.session_jwt}):
        yield project.raw(method, "/v1/b2b" + path, body | {"organization_id": tenant.org}, headers=headers)
    yield project.browser(method, "/b2b" + path.replace(f"/organizations/{tenant.org}", "/organizations"), body, session_token=login.session_token)


def check_denied(answer, field):
    """It is not for this member to say, or for nobody in a browser."""
    takes = behind(answer.request.method, answer.request.path_url).takes
    check_refusal(answer, *(DENIED if takes is None or field in takes else (400, "bad_request")))


POWERS = {
    "roles": ["stytch_admin"], "is_breakglass": True, "trusted_metadata": {"admin": True}, "external_id": "chosen",
}


@pytest.mark.parametrize("power", POWERS)
def test_t70_creating_gives_no_power(project, tenant, creator, helper, power):
    for login in (creator, helper[1]):
        for answer in ways(project, tenant, login, f"/organizations/{tenant.org}/members", {"email_address": new_email(), power: POWERS[power]}):
            check_denied(answer, power)
    for answer in ways(project, tenant, creator, f"/organizations/{tenant.org}/members", {"email_address": new_email()}):
        made = answer.json().get("data", answer.json())["member"]
        assert answer.status_code == 200 or answer.json()["error_type"] == "duplicate_member_email"
        assert [r["role_id"] for r in made["roles"]] == ["stytch_member"] and made["is_breakglass"] is False
        break


@pytest.mark.parametrize("power", ["roles", "trusted_metadata"])
def test_t70_inviting_gives_no_power(project, tenant, creator, helper, power):
    email = new_email()
    for login in (creator, helper[1]):
        for answer in ways(project, tenant, login, "/magic_links/email/invite", {"email_address": email, power: POWERS[power]}):
            check_denied(answer, power)
    assert project.mailbox.waiting(email) == 0


def test_t70_fields_an_invitation_does_not_have_are_not_smuggled(project, tenant, creator):
    body = {"email_address": new_email(), "is_breakglass": True, "is_admin": True, "status": "active", "email_address_verified": True, "member_id": tenant.admin.member_id, "external_id": "x"}
    answer = project.raw("POST", "/v1/b2b/magic_links/email/invite", body | {"organization_id": tenant.org}, headers={MEMBER_HEADER: creator.session_token})
    assert answer.status_code == 200, answer.text
    made = answer.json()["member"]
    assert (made["is_breakglass"], made["is_admin"], made["status"], made["email_address_verified"]) == (False, False, "invited", False)
    assert made["member_id"] != tenant.admin.member_id and made["external_id"] is None


@pytest.mark.parametrize("status", ["pending", "invited"])
def test_t70_inviting_again_takes_no_roles_away(project, tenant, creator, status):
    """An empty list is a change of roles too."""
    email = new_email()
    if status == "pending":
        member = project.member(tenant.org, email, roles=["stytch_admin"], create_member_as_pending=True)
    else:
        member = project.api.magic_links.email.invite(organization_id=tenant.org, email_address=email, roles=["stytch_admin"]).member
    for _ in ways(project, tenant, creator, "/magic_links/email/invite", {"email_address": email, "roles": []}):
        pass
    now = project.api.organizations.members.get(tenant.org, member_id=member.member_id).member
    assert now.is_admin, "who may only create has taken away a role by inviting again"


@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("target", ["other", "oneself"])
def test_t70_updating_gives_no_power(project, tenant, helper, power, target):
    member_id = tenant.member.member_id if target == "other" else helper[0].member_id
    before = project.api.organizations.members.get(tenant.org, member_id=member_id).member
    for answer in ways(project, tenant, helper[1], f"/organizations/{tenant.org}/members/{member_id}", {power: POWERS[power]}, "PUT"):
        check_denied(answer, power)
    # Along with something that is allowed, nothing of it is done.
    for answer in ways(project, tenant, helper[1], f"/organizations/{tenant.org}/members/{member_id}", {"name": "New", power: POWERS[power]}, "PUT"):
        check_denied(answer, power)
    answer = project.browser("PUT", "/b2b/organizations/members/update", {power: POWERS[power]}, session_token=helper[1].session_token)
    check_denied(answer, power)
    assert project.api.organizations.members.get(tenant.org, member_id=member_id).member == before


FIELDS = {
    "name": "X", "untrusted_metadata": {"a": 1}, "mfa_phone_number": "+14155550199", "mfa_enrolled": True, "is_breakglass": True, "roles": ["stytch_admin"],
    "default_mfa_method": "sms_otp", "email_address": "x@corp-y.com", "external_id": "y", "trusted_metadata": {"a": 1}, "preserve_existing_sessions": True, "unlink_email": True,
}


@pytest.mark.parametrize("field", FIELDS)
def test_t70_who_may_only_create_changes_nothing_of_others(project, tenant, creator, field):
    before = project.api.organizations.members.get(tenant.org, member_id=tenant.member.member_id).member
    for answer in ways(project, tenant, creator, f"/organizations/{tenant.org}/members/{tenant.member.member_id}", {field: FIELDS[field]}, "PUT"):
        assert answer.status_code in (400, 401, 403) or field == "unlink_email", answer.text
    assert project.api.organizations.members.get(tenant.org, member_id=tenant.member.member_id).member.model_copy(update={"updated_at": before.updated_at}) == before


ORGANIZATION = {
    "organization_name": "X", "organization_slug": f"slug-{unique()}", "organization_external_id": "x", "organization_logo_url": "https://x.example/l.png",
    "trusted_metadata": {"a": 1}, "email_jit_provisioning": "NOT_ALLOWED", "email_invites": "ALL_ALLOWED", "email_allowed_domains": ["corp-z.com"],
    "auth_methods": "ALL_ALLOWED", "allowed_auth_methods": ["magic_link"], "mfa_policy": "OPTIONAL", "mfa_methods": "ALL_ALLOWED", "allowed_mfa_methods": ["totp"], "passkey_policy": "ALLOWED",
    "sso_jit_provisioning": "ALL_ALLOWED", "rbac_email_implicit_role_assignments": [{"domain": "corp-z.com", "role_id": "stytch_admin"}],
    "oauth_tenant_jit_provisioning": "NOT_ALLOWED", "allowed_oauth_tenants": {"slack": ["T1"]}, "claimed_email_domains": ["corp-claim.com"],
}


@pytest.mark.parametrize("field", ORGANIZATION)
def test_t70_member_permissions_change_nothing_of_the_organization(project, tenant, helper, field):
    for answer in ways(project, tenant, helper[1], f"/organizations/{tenant.org}", {field: ORGANIZATION[field]}, "PUT"):
        if answer.request.path_url.startswith("/sdk/"):
            continue
        check_refusal(answer, *DENIED)
    answer = project.browser("PUT", "/b2b/organizations/me", {field: ORGANIZATION[field]}, session_token=helper[1].session_token)
    check_denied(answer, field)


@pytest.mark.parametrize("field", ["organization_external_id", "trusted_metadata"])
def test_t70_no_organization_permission_gives_what_is_the_backends(project, tenant, field):
    """All single actions on the organization, but not `*`."""
    actions = [a for r in project.api.rbac.policy().policy.resources if r.resource_id == "stytch.organization" for a in r.actions]
    _, login = with_permissions(project, tenant.org, ("stytch.organization", *actions))
    for headers in ({MEMBER_HEADER: login.session_token}, {JWT_HEADER: login.session_jwt}):
        check_refusal(project.raw("PUT", f"/v1/b2b/organizations/{tenant.org}", {field: ORGANIZATION[field]}, headers=headers), *DENIED)


def test_t70_a_role_of_another_organization_gives_nothing(project, tenant):
    """Custom roles are known by name in their own organization only."""
    other = project.organization().organization_id
    role = {"role_id": "super", "description": "", "permissions": [{"resource_id": "stytch.member", "actions": ["*"]}]}
    project.api.rbac.organizations.set_org_policy(other, org_policy={"roles": [role]})
    answer = project.raw("POST", f"/v1/b2b/organizations/{tenant.org}/members", {"email_address": new_email(), "roles": ["super"]})
    check_refusal(answer, 400, "invalid_rbac_role_assignment")


def test_t70_the_most_powerful_member_reads_no_key(project, tenant):
    """Everything an administrator, and the backend, can read, searched for what only the operator may know."""
    answers = []
    token = tenant.admin_login.session_token
    for path in ("/b2b/organizations/me", "/b2b/organizations/members/me", "/b2b/admin_portal_config", f"/projects/bootstrap/{project.public_token}"):
        answers.append(project.browser("GET", path, session_token=token))
    answers.append(project.browser("POST", "/b2b/organizations/me/members/search", {}, session_token=token))
    for path in (f"/v1/b2b/organizations/{tenant.org}", f"/v1/b2b/sessions/jwks/{project.project_id}", "/v1/b2b/rbac/policy", "/v1/debug/whoami", "/v1/projects/metrics", "/v1/b2b/audit/events"):
        answers.append(project.raw("GET", path))
    query = {"organization_id": tenant.org, "member_id": tenant.admin.member_id}
    answers.append(project.raw("GET", "/v1/b2b/sessions", params=query))
    for answer in answers:
        assert answer.status_code == 200, answer.text
        text = answer.text
        for secret in (project.secret, token, tenant.admin_login.session_jwt, "private", "sealed", "_hash", "wrapped", "master_key", "pkce_code"):
            assert secret not in text, (answer.request.url, secret)
        assert '"d":' not in json.dumps(answer.json()).replace(" ", "")
