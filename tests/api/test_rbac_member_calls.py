"""Calls on behalf of a member: X-Stytch-Member-Session and X-Stytch-Member-SessionJWT, field by field."""

import re

import pytest
from doors import catalogue
from harness import as_member, check_refusal, intermediate, login, new_email, refused, unique, verified_member
from stytch.b2b.models.magic_links_email import InviteRequestOptions
from stytch.b2b.models.organizations import DeleteExternalIdRequestOptions as OrgDeleteExternalId
from stytch.b2b.models.organizations import DeleteRequestOptions as OrgDelete
from stytch.b2b.models.organizations import UpdateRequestOptions as OrgUpdate
from stytch.b2b.models.organizations_members import (
    CreateRequestOptions, DeleteExternalIdRequestOptions, DeleteRequestOptions, ReactivateRequestOptions, SearchRequestOptions,
    StartEmailUpdateRequestOptions, UnlinkRetiredEmailRequestOptions, UpdateRequestOptions,
)
from stytch.b2b.models.sessions import RevokeRequestOptions

DENIED = ((401, 403), "unauthorized_action")
WRONG = ("bad_request", "invalid_argument")
POWERLESS = {"role_id": "powerless", "description": "Gives nothing", "permissions": []}


class Scene:
    """One organization with an admin, a plain member and a bystander; another organization with its own admin."""

    def __init__(self, project):
        self.project = project
        self.organization = project.organization()
        self.org = self.organization.organization_id
        self.api = project.api.organizations
        self.members = project.api.organizations.members
        project.api.rbac.organizations.set_org_policy(self.org, org_policy={"roles": [POWERLESS]})

    def login(self, **fields):
        return verified_member(self.project, self.org, **fields)[1]

    def with_permission(self, resource, *actions):
        """The login of a member whose only extra role has these permissions."""
        role_id = f"role-{unique()}"
        before = [r.model_dump() for r in self.project.api.rbac.organizations.get_org_policy(self.org).org_policy.roles]
        role = {"role_id": role_id, "description": "", "permissions": [{"resource_id": resource, "actions": list(actions)}]}
        self.project.api.rbac.organizations.set_org_policy(self.org, org_policy={"roles": [*before, role]})
        return self.login(roles=[role_id])


@pytest.fixture
def scene(project):
    return Scene(project)


@pytest.fixture
def admin(scene):
    return scene.login(roles=["stytch_admin"])


@pytest.fixture
def plain(scene):
    return scene.login()


# ---------------------------------------------------------------- the session itself


@pytest.mark.parametrize("by_jwt", [False, True])
def test_admin_may(scene, admin, by_jwt):
    answer = scene.api.update(scene.org, organization_name="Changed", method_options=as_member(OrgUpdate, admin, by_jwt))
    assert answer.organization.organization_name == "Changed"


@pytest.mark.parametrize("by_jwt", [False, True])
def test_plain_member_may_not(scene, plain, by_jwt):
    with refused(*DENIED):
        scene.api.update(scene.org, organization_name="Changed", method_options=as_member(OrgUpdate, plain, by_jwt))
    assert scene.api.get(scene.org).organization.organization_name == "Acme"


HEADER, JWT_HEADER = "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"


def rename(scene, headers):
    return scene.project.raw("PUT", f"/v1/b2b/organizations/{scene.org}", {"organization_name": "Changed"}, headers=headers)


@pytest.mark.parametrize("header", [HEADER, JWT_HEADER])
@pytest.mark.parametrize("value", ["A" * 44, "x", "a.b.c"])
def test_worthless_session(scene, header, value):
    """A header that proves nothing never falls back to the project's own rights."""
    check_refusal(rename(scene, {header: value}), (400, 401, 404), ("session_not_found", "invalid_session_token", "unable_to_parse_session_jwt", "no_session_arguments"))
    assert scene.api.get(scene.org).organization.organization_name == "Acme"


def test_revoked_session(scene, admin):
    scene.project.api.sessions.revoke(session_token=admin.session_token)
    for headers in ({HEADER: admin.session_token}, {JWT_HEADER: admin.session_jwt}):
        check_refusal(rename(scene, headers), 404, "session_not_found")
    assert scene.api.get(scene.org).organization.organization_name == "Acme"


def test_both_headers(scene, admin):
    check_refusal(rename(scene, {HEADER: admin.session_token, JWT_HEADER: admin.session_jwt}), 400, "too_many_session_arguments")
    assert scene.api.get(scene.org).organization.organization_name == "Acme"


def test_session_without_project_credentials(scene, admin):
    answer = scene.project.raw(
        "PUT", f"/v1/b2b/organizations/{scene.org}", {"organization_name": "Changed"}, headers={HEADER: admin.session_token}, auth=None
    )
    check_refusal(answer, 401, "unauthorized_credentials")


def test_session_of_another_project(server, scene):
    other = server.project()
    org = other.organization().organization_id
    _, foreign = verified_member(other, org, roles=["stytch_admin"])
    check_refusal(rename(scene, {HEADER: foreign.session_token}), 404, "session_not_found")
    check_refusal(rename(scene, {JWT_HEADER: foreign.session_jwt}), (400, 404), ("session_not_found", "unable_to_parse_session_jwt"))


def test_intermediate_session_is_no_session(scene):
    """T-47."""
    from harness import intermediate

    check_refusal(rename(scene, {HEADER: intermediate(scene.project, new_email())}), (400, 404), ("session_not_found", "invalid_session_token"))


def test_roles_count_at_the_moment_of_the_call(scene, admin):
    """A JWT minted before the role was taken away must not grant it any more."""
    scene.members.update(scene.org, admin.member_id, roles=[])
    for by_jwt in (False, True):
        with refused(*DENIED):
            scene.api.update(scene.org, organization_name="Changed", method_options=as_member(OrgUpdate, admin, by_jwt))


# ---------------------------------------------------------------- another organization


def test_admin_of_one_organization_is_nobody_in_another(scene, admin):
    """T-01, T-02: wherever the id comes from, the caller's organization decides."""
    project = scene.project
    other = project.organization(organization_external_id=f"ext-{unique()}")
    org = other.organization_id
    victim, _ = verified_member(project, org)
    deleted, _ = verified_member(project, org)
    scene.members.delete(org, deleted.member_id)
    errors = ((401, 403, 404), ("unauthorized_action", "session_authorization_tenancy_error", "organization_not_found", "member_not_found", "session_not_found"))
    calls = [
        lambda o: scene.api.update(o, organization_name="Mine", method_options=as_member(OrgUpdate, admin)),
        lambda o: scene.api.delete(o, method_options=as_member(OrgDelete, admin)),
        lambda o: scene.api.delete_external_id(o, method_options=as_member(OrgDeleteExternalId, admin)),
        lambda o: scene.members.create(o, new_email(), method_options=as_member(CreateRequestOptions, admin)),
        lambda o: scene.members.update(o, victim.member_id, name="X", method_options=as_member(UpdateRequestOptions, admin)),
        lambda o: scene.members.delete(o, victim.member_id, method_options=as_member(DeleteRequestOptions, admin)),
        lambda o: scene.members.reactivate(o, deleted.member_id, method_options=as_member(ReactivateRequestOptions, admin)),
        lambda o: scene.members.search([o], method_options=as_member(SearchRequestOptions, admin)),
        lambda o: scene.members.start_email_update(
            o, victim.member_id, new_email(), method_options=as_member(StartEmailUpdateRequestOptions, admin)
        ),
        lambda o: project.api.magic_links.email.invite(o, new_email(), method_options=as_member(InviteRequestOptions, admin)),
    ]
    for key in (org, other.organization_slug, other.organization_external_id):
        for call in calls:
            with refused(*errors):
                call(key)
    # The path names the own organization, the member is foreign.
    with refused(404, "member_not_found"):
        scene.members.update(scene.org, victim.member_id, name="X", method_options=as_member(UpdateRequestOptions, admin))
    with refused(404, "member_not_found"):
        scene.members.delete(scene.org, victim.member_id, method_options=as_member(DeleteRequestOptions, admin))
    # Or the body names another organization than the path.
    answer = project.raw(
        "PUT", f"/v1/b2b/organizations/{scene.org}", {"organization_id": org, "organization_name": "X"}, headers={HEADER: admin.session_token}
    )
    assert answer.json()["organization"]["organization_id"] == scene.org
    assert project.api.organizations.get(org).organization == other
    assert scene.members.dangerously_get(victim.member_id).member == victim
    assert project.api.organizations.metrics(org).member_count == 1


def test_search_over_own_and_foreign_organizations(scene, admin):
    other = scene.project.organization().organization_id
    scene.project.member(other)
    with refused((401, 403, 404), ("unauthorized_action", "session_authorization_tenancy_error", "organization_not_found")):
        scene.members.search([scene.org, other], method_options=as_member(SearchRequestOptions, admin))


def test_revoking_sessions_of_another_organization(scene, admin):
    other = scene.project.organization().organization_id
    victim, session = verified_member(scene.project, other)
    options = as_member(RevokeRequestOptions, admin)
    for key in (
        {"member_id": victim.member_id},
        {"member_session_id": session.member_session.member_session_id},
        {"session_token": session.session_token},
        {"session_jwt": session.session_jwt},
    ):
        with refused((401, 403, 404), ("unauthorized_action", "session_not_found", "member_not_found", "session_authorization_tenancy_error")):
            scene.project.api.sessions.revoke(**key, method_options=options)
    assert scene.project.api.sessions.authenticate(session_token=session.session_token).member.member_id == victim.member_id


# ---------------------------------------------------------------- organization fields

ORGANIZATION_FIELDS = [
    ("update.info.name", {"organization_name": "Changed"}),
    ("update.info.slug", {"organization_slug": "changed-slug"}),
    ("update.info.logo-url", {"organization_logo_url": "https://x.test/l.png"}),
    ("update.settings.sso-jit-provisioning", {"sso_jit_provisioning": "NOT_ALLOWED"}),
    ("update.settings.allowed-domains", {"email_allowed_domains": ["acme-corp.com"]}),
    ("update.settings.email-jit-provisioning", {"email_jit_provisioning": "NOT_ALLOWED"}),
    ("update.settings.email-invites", {"email_invites": "NOT_ALLOWED"}),
    ("update.settings.allowed-auth-methods", {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["magic_link"]}),
    ("update.settings.mfa-policy", {"mfa_policy": "OPTIONAL"}),
    ("update.settings.implicit-roles", {"rbac_email_implicit_role_assignments": [{"domain": "acme-corp.com", "role_id": "stytch_member"}]}),
    ("update.settings.allowed-mfa-methods", {"mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["totp"]}),
    ("update.settings.oauth-tenant-jit-provisioning", {"oauth_tenant_jit_provisioning": "NOT_ALLOWED"}),
    ("update.settings.allowed-oauth-tenants", {"allowed_oauth_tenants": {"slack": ["T1"]}}),
]


@pytest.mark.parametrize(("action", "fields"), ORGANIZATION_FIELDS, ids=lambda v: v if isinstance(v, str) else "")
def test_every_organization_field_has_its_action(scene, action, fields):
    others = [a for a, _ in ORGANIZATION_FIELDS if a != action]
    without = scene.with_permission("stytch.organization", *others)
    with refused(*DENIED):
        scene.api.update(scene.org, **fields, method_options=as_member(OrgUpdate, without))
    assert scene.api.get(scene.org).organization.model_dump(exclude={"updated_at", "custom_roles"}) == scene.organization.model_dump(
        exclude={"updated_at", "custom_roles"}
    )
    having = scene.with_permission("stytch.organization", action)
    changed = scene.api.update(scene.org, **fields, method_options=as_member(OrgUpdate, having)).organization.model_dump()
    assert {name: changed[name] for name in fields} == fields


def test_one_forbidden_field_refuses_the_whole_update(scene):
    session = scene.with_permission("stytch.organization", "update.info.name")
    with refused(*DENIED):
        scene.api.update(
            scene.org, organization_name="Changed", mfa_policy="REQUIRED_FOR_ALL", method_options=as_member(OrgUpdate, session)
        )
    after = scene.api.get(scene.org).organization
    assert (after.organization_name, after.mfa_policy) == ("Acme", "OPTIONAL")


def test_trusted_metadata_is_for_the_backend(scene, admin):
    with refused(401, "cannot_update_trusted_metadata"):
        scene.api.update(scene.org, trusted_metadata={"plan": "gold"}, organization_name="X", method_options=as_member(OrgUpdate, admin))
    after = scene.api.get(scene.org).organization
    assert (after.trusted_metadata, after.organization_name) == ({}, "Acme")
    with refused(401, "cannot_update_trusted_metadata"):
        scene.members.update(
            scene.org, admin.member_id, trusted_metadata={"plan": "gold"}, method_options=as_member(UpdateRequestOptions, admin)
        )
    with refused(401, "cannot_update_trusted_metadata"):
        scene.members.create(
            scene.org, new_email(), trusted_metadata={"plan": "gold"}, method_options=as_member(CreateRequestOptions, admin)
        )
    with refused(401, "cannot_update_trusted_metadata"):
        scene.project.api.magic_links.email.invite(
            scene.org, new_email(), trusted_metadata={"plan": "gold"}, method_options=as_member(InviteRequestOptions, admin)
        )


def test_claimed_domains_are_for_the_backend(scene, admin):
    """No action is documented for them, so no role can grant it (T-70)."""
    plain = scene.login()
    with refused((400, 401, 403), ("unauthorized_action", *WRONG)):
        scene.api.update(scene.org, claimed_email_domains=["acme-corp.com"], method_options=as_member(OrgUpdate, plain))
    assert scene.api.get(scene.org).organization.claimed_email_domains == []


def test_deleting_the_organization(scene, plain, admin):
    with refused(*DENIED):
        scene.api.delete(scene.org, method_options=as_member(OrgDelete, plain))
    assert scene.api.get(scene.org).organization.organization_id == scene.org
    assert scene.api.delete(scene.org, method_options=as_member(OrgDelete, admin)).organization_id == scene.org
    with refused(404, "organization_not_found"):
        scene.api.get(scene.org)


def test_delete_organization_external_id(project):
    scene = Scene(project)
    scene.api.update(scene.org, organization_external_id="ext")
    plain = scene.login()
    with refused(*DENIED):
        scene.api.delete_external_id(scene.org, method_options=as_member(OrgDeleteExternalId, plain))
    assert scene.api.get("ext").organization.organization_id == scene.org


# ---------------------------------------------------------------- what nobody could meet

# What a member may not ask for, because this version has nothing to meet it with. Each stays until its method is built.
IMPOSSIBLE = [
    *(({"auth_methods": "RESTRICTED", "allowed_auth_methods": methods}, "invalid_organization_allowed_auth_methods")
      for methods in (["sso"], ["google_oauth"], ["sso", "google_oauth", "github_oauth"])),
]


@pytest.mark.parametrize(("fields", "error"), IMPOSSIBLE, ids=str)
def test_an_administrator_cannot_lock_everybody_out(scene, admin, fields, error):
    before = scene.api.get(scene.org).organization
    with refused(400, error):
        scene.api.update(scene.org, **fields, method_options=as_member(OrgUpdate, admin))
    answer = scene.project.browser("PUT", "/b2b/organizations/me", fields, session_token=admin.session_token)
    check_refusal(answer, 400, error)
    assert "Nobody could log in" in answer.json()["error_message"]
    assert scene.api.get(scene.org).organization == before
    # The backend knows what it does, and can undo it; what it has set does not stand in a member's way elsewhere.
    changed = scene.api.update(scene.org, **fields).organization
    assert changed.model_dump().items() >= fields.items()
    renamed = scene.api.update(scene.org, organization_name="Renamed", **fields, method_options=as_member(OrgUpdate, admin)).organization
    assert renamed.organization_name == "Renamed" and renamed.model_dump().items() >= fields.items()
    scene.api.update(scene.org, auth_methods="ALL_ALLOWED", mfa_policy="OPTIONAL", mfa_methods="ALL_ALLOWED", organization_name="Acme")


@pytest.mark.parametrize(("fields", "error"), IMPOSSIBLE, ids=str)
def test_no_page_founds_an_organization_that_nobody_can_enter(project, fields, error):
    body = {"intermediate_session_token": intermediate(project, new_email()), "organization_name": "X", **fields}
    answer = project.browser("POST", "/b2b/discovery/organizations/create", body)
    # What the browser's API does not take at all is refused before.
    check_refusal(answer, 400, (error, *WRONG))


def test_the_portal_offers_second_factors(scene, admin):
    answer = scene.project.browser("GET", "/b2b/admin_portal_config", session_token=admin.session_token)
    assert answer.json()["data"]["organization_config"] == {"mfa_controls_enabled": True}


# ---------------------------------------------------------------- member fields

MEMBER_FIELDS = [
    ("update.info.name", {"name": "Changed"}),
    ("update.info.untrusted-metadata", {"untrusted_metadata": {"a": 1}}),
    ("update.info.mfa-phone", {"mfa_phone_number": "+14155550123"}),
    ("update.settings.is-breakglass", {"is_breakglass": True}),
    ("update.settings.mfa-enrolled", {"mfa_enrolled": False}),
    ("update.settings.roles", {"roles": [POWERLESS["role_id"]]}),
    ("update.info.email", {"email_address": "changed@corp-x.com"}),
]
ON_ONESELF = {"update.info.name", "update.info.untrusted-metadata", "update.info.mfa-phone", "update.settings.mfa-enrolled"}


def shown(member, fields):
    dumped = member.model_dump()
    dumped["roles"] = [r["role_id"] for r in dumped["roles"] if r["role_id"] != "stytch_member"]
    return {name: dumped[name] for name in fields}


@pytest.mark.parametrize(("action", "fields"), MEMBER_FIELDS, ids=lambda v: v if isinstance(v, str) else "")
def test_every_member_field_has_its_action(scene, action, fields):
    target = scene.project.member(scene.org)
    others = [a for a, _ in MEMBER_FIELDS if a != action]
    without = scene.with_permission("stytch.member", *others)
    with refused(*DENIED):
        scene.members.update(scene.org, target.member_id, **fields, method_options=as_member(UpdateRequestOptions, without))
    assert scene.members.dangerously_get(target.member_id).member == target
    having = scene.with_permission("stytch.member", action)
    changed = scene.members.update(scene.org, target.member_id, **fields, method_options=as_member(UpdateRequestOptions, having)).member
    assert shown(changed, fields) == fields


@pytest.mark.parametrize(("action", "fields"), MEMBER_FIELDS, ids=lambda v: v if isinstance(v, str) else "")
def test_what_members_may_do_to_themselves(scene, plain, action, fields):
    options = as_member(UpdateRequestOptions, plain)
    if action in ON_ONESELF:
        changed = scene.members.update(scene.org, plain.member_id, **fields, method_options=options).member
        assert shown(changed, fields) == fields
        return
    with refused((400, 401, 403), ("unauthorized_action", "member_cannot_update_their_email_address")):
        scene.members.update(scene.org, plain.member_id, **fields, method_options=options)
    assert scene.members.dangerously_get(plain.member_id).member.model_dump(exclude={"updated_at"}) == plain.member.model_dump(
        exclude={"updated_at"}
    )


def test_own_rights_do_not_reach_others(scene, plain):
    """T-23 and friends: `stytch.self` is oneself, also when the id is an external one."""
    victim = scene.project.member(scene.org, external_id=f"ext-{unique()}")
    for key in (victim.member_id, victim.external_id):
        with refused(*DENIED):
            scene.members.update(scene.org, key, name="X", method_options=as_member(UpdateRequestOptions, plain))
        with refused(*DENIED):
            scene.members.delete(scene.org, key, method_options=as_member(DeleteRequestOptions, plain))
    assert scene.members.dangerously_get(victim.member_id).member == victim


def test_nobody_raises_their_own_roles(scene, plain):
    """T-70."""
    with refused(*DENIED):
        scene.members.update(scene.org, plain.member_id, roles=["stytch_admin"], method_options=as_member(UpdateRequestOptions, plain))
    assert scene.members.dangerously_get(plain.member_id).member.is_admin is False


def test_members_cannot_update_their_own_address_even_as_admins(scene, admin):
    with refused((400, 401, 403), ("member_cannot_update_their_email_address", "unauthorized_action")):
        scene.members.update(scene.org, admin.member_id, email_address=new_email(), method_options=as_member(UpdateRequestOptions, admin))
    assert scene.members.dangerously_get(admin.member_id).member.email_address == admin.member.email_address


def test_preserving_sessions_is_for_the_backend(scene, admin):
    target = scene.project.member(scene.org)
    with refused((400, 401, 403), ("cannot_preserve_existing_sessions", "unauthorized_action")):
        scene.members.update(
            scene.org, target.member_id, roles=[], preserve_existing_sessions=True, method_options=as_member(UpdateRequestOptions, admin)
        )


# ---------------------------------------------------------------- the other member calls


def member_calls(scene):
    """(name, action on stytch.member, call with options)."""
    project = scene.project

    def deleted():
        member, _ = verified_member(project, scene.org)
        scene.members.delete(scene.org, member.member_id)
        return member.member_id

    def retired():
        member = project.member(scene.org)
        return scene.members.update(scene.org, member.member_id, email_address=new_email()).member

    active = verified_member(project, scene.org)[0]
    gone, old = deleted(), retired()
    doomed = project.member(scene.org)
    return {
        "create": ("create", lambda m: scene.members.create(scene.org, new_email(), method_options=as_member(CreateRequestOptions, m))),
        "invite": (
            "create",
            lambda m: project.api.magic_links.email.invite(scene.org, new_email(), method_options=as_member(InviteRequestOptions, m)),
        ),
        "search": ("search", lambda m: scene.members.search([scene.org], method_options=as_member(SearchRequestOptions, m))),
        "delete": (
            "delete",
            lambda m: scene.members.delete(scene.org, doomed.member_id, method_options=as_member(DeleteRequestOptions, m)),
        ),
        "reactivate": (
            "create",
            lambda m: scene.members.reactivate(scene.org, gone, method_options=as_member(ReactivateRequestOptions, m)),
        ),
        "unlink": (
            "update.info.unlink.retired-email",
            lambda m: scene.members.unlink_retired_email(
                scene.org, old.member_id, email_address=old.retired_email_addresses[0].email_address,
                method_options=as_member(UnlinkRetiredEmailRequestOptions, m),
            ),
        ),
        "start_email_update": (
            "update.info.email",
            lambda m: scene.members.start_email_update(
                scene.org, active.member_id, new_email(), method_options=as_member(StartEmailUpdateRequestOptions, m)
            ),
        ),
        "revoke": (
            "revoke-sessions",
            lambda m: project.api.sessions.revoke(member_id=active.member_id, method_options=as_member(RevokeRequestOptions, m)),
        ),
    }


@pytest.mark.parametrize("name", ["create", "invite", "search", "delete", "reactivate", "unlink", "start_email_update", "revoke"])
def test_every_member_call_has_its_action(scene, plain, name):
    action, call = member_calls(scene)[name]
    with refused(*DENIED):
        call(plain)
    having = scene.with_permission("stytch.member", action)
    assert call(having).status_code == 200


def test_create_checks_the_fields_it_sets(scene):
    """Creating is one permission; handing out roles and breakglass are others (T-70)."""
    creator = scene.with_permission("stytch.member", "create")
    for fields in ({"roles": ["stytch_admin"]}, {"is_breakglass": True}):
        with refused(*DENIED):
            scene.members.create(scene.org, new_email(), **fields, method_options=as_member(CreateRequestOptions, creator))
    with refused(*DENIED):
        scene.project.api.magic_links.email.invite(
            scene.org, new_email(), roles=["stytch_admin"], method_options=as_member(InviteRequestOptions, creator)
        )


def test_members_may_delete_themselves(scene, plain):
    assert scene.members.delete(scene.org, plain.member_id, method_options=as_member(DeleteRequestOptions, plain)).member_id == plain.member_id
    with refused(404, "session_not_found"):
        scene.project.api.sessions.authenticate(session_token=plain.session_token)


def test_members_may_change_their_own_address_by_mail(scene, plain):
    wanted = new_email()
    answer = scene.members.start_email_update(
        scene.org, plain.member_id, wanted, method_options=as_member(StartEmailUpdateRequestOptions, plain)
    )
    assert answer.member_id == plain.member_id
    assert scene.project.mailbox.wait(wanted)


def test_members_may_unlink_their_own_retired_address(scene, plain):
    current = new_email()
    scene.members.update(scene.org, plain.member_id, email_address=current)
    # A change of address ends the sessions before it.
    again = login(scene.project, scene.org, current)
    answer = scene.members.unlink_retired_email(
        scene.org, plain.member_id, email_address=plain.member.email_address, method_options=as_member(UnlinkRetiredEmailRequestOptions, again)
    )
    assert answer.member.retired_email_addresses == []


def test_members_may_end_their_own_sessions(scene, plain):
    scene.project.api.sessions.revoke(member_id=plain.member_id, method_options=as_member(RevokeRequestOptions, plain))
    with refused(404, "session_not_found"):
        scene.project.api.sessions.authenticate(session_token=plain.session_token)


def test_members_may_not_end_sessions_of_others(scene, plain):
    victim, session = verified_member(scene.project, scene.org)
    for key in ({"member_id": victim.member_id}, {"member_session_id": session.member_session.member_session_id}, {"session_token": session.session_token}):
        with refused(*DENIED):
            scene.project.api.sessions.revoke(**key, method_options=as_member(RevokeRequestOptions, plain))
    assert scene.project.api.sessions.authenticate(session_token=session.session_token).member.member_id == victim.member_id


def test_delete_external_id(scene, plain, admin):
    victim = scene.project.member(scene.org, external_id=f"ext-{unique()}")
    with refused(*DENIED):
        scene.members.delete_external_id(scene.org, victim.member_id, method_options=as_member(DeleteExternalIdRequestOptions, plain))
    assert scene.members.dangerously_get(victim.member_id).member.external_id == victim.external_id


@pytest.mark.parametrize("door", [d for d in catalogue() if d.dialect in ("backend", "browser") and d.credential != "project_or_member"], ids=str)
@pytest.mark.parametrize("header", [HEADER, "X-Stytch-Member-SessionJWT"])
def test_calls_that_take_no_member_refuse_the_header(scene, plain, door, header):
    """Whoever sends it means to be less than they are without it, and would not be."""
    call = scene.project.raw if door.dialect == "backend" else scene.project.browser
    path = re.sub(r"\{\w+\}", scene.org, door.path.removeprefix("/sdk/v1"))
    for value in (plain.session_token, ""):
        answer = call(door.method, path, headers={header: value})
        check_refusal(answer, 400, "bad_request")
        assert header.lower() in answer.json()["error_message"]
