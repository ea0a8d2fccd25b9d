"""T-70: nobody reaches above themselves. A help desk that may do everything with members does nothing to an administrator, and gives
nobody, directly or by a rule, what it has not itself."""

import pytest
from harness import Server, check_refusal, login, new_domain, new_email, unique, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER, Tenant, with_permissions

DENIED = (403, "unauthorized_action")
MEMBER_ACTIONS = [
    "create", "search", "delete", "update.info.name", "update.info.untrusted-metadata", "update.info.mfa-phone", "update.info.email",
    "update.info.unlink.retired-email", "update.settings.is-breakglass", "update.settings.mfa-enrolled",
    "update.settings.default-mfa-method", "update.settings.roles",
]
TAKING_OVER = {
    "email_address": "taken@corp-x.com", "mfa_phone_number": "+14155550188", "mfa_enrolled": False, "default_mfa_method": "sms_otp",
    "is_breakglass": True, "roles": [],
}


@pytest.fixture(scope="module")
def admins():
    """The domain whose people are administrators by a rule."""
    return new_domain()


@pytest.fixture(scope="module")
def tenant(project, admins):
    rule = [{"domain": admins, "role_id": "stytch_admin"}]
    return Tenant(project, rbac_email_implicit_role_assignments=rule).with_member()


@pytest.fixture(scope="module")
def desk(project, tenant):
    return with_permissions(project, tenant.org, ("stytch.member", *MEMBER_ACTIONS))[1]


@pytest.fixture(scope="module")
def victims(project, tenant, admins):
    """An administrator by role, and one by their domain, each with a retired address."""
    members = [
        verified_member(project, tenant.org, new_email(), roles=["stytch_admin"])[0],
        verified_member(project, tenant.org, new_email(admins))[0],
    ]
    for member, domain in zip(members, [None, admins]):
        moved = new_email(domain)
        project.api.organizations.members.update(tenant.org, member.member_id, email_address=moved)
        project.mailbox.wait(member.email_address)
        login(project, tenant.org, moved)
    return [project.api.organizations.members.get(tenant.org, member_id=member.member_id).member for member in members]


def ways(project, tenant, session, method, path, body):
    """The same request by session, by JWT and from the browser."""
    for headers in ({MEMBER_HEADER: session.session_token}, {JWT_HEADER: session.session_jwt}):
        yield project.raw(method, f"/v1/b2b/organizations/{tenant.org}{path}", body, headers=headers)
    yield project.browser(method, f"/b2b/organizations{path}", body, session_token=session.session_token)


def is_refused(project, tenant, session, method, path, body):
    for answer in ways(project, tenant, session, method, path, body):
        check_refusal(answer, *DENIED)


def now(project, member):
    return project.api.organizations.members.dangerously_get(member.member_id, include_deleted=True).member


@pytest.mark.parametrize("field", TAKING_OVER)
def test_t70_what_an_administrator_gets_in_with_is_not_changed_from_below(project, tenant, desk, victims, field):
    for victim in victims:
        is_refused(project, tenant, desk, "PUT", f"/members/{victim.member_id}", {field: TAKING_OVER[field]})
        assert now(project, victim) == victim


def test_t70_an_administrator_is_not_removed_moved_or_brought_back_from_below(project, tenant, desk, victims):
    for victim in victims:
        path = f"/members/{victim.member_id}"
        is_refused(project, tenant, desk, "DELETE", path, {})
        is_refused(project, tenant, desk, "POST", path + "/start_email_update", {"email_address": new_email()})
        retired = victim.retired_email_addresses[0].email_address
        is_refused(project, tenant, desk, "POST", path + "/unlink_retired_email", {"email_address": retired})
        assert now(project, victim) == victim
        project.api.organizations.members.delete(tenant.org, victim.member_id)
        is_refused(project, tenant, desk, "PUT", path + "/reactivate", {})
        project.api.organizations.members.reactivate(tenant.org, victim.member_id)


def test_t70_what_merely_describes_an_administrator_may_be_changed(project, tenant, desk, victims):
    for answer in ways(project, tenant, desk, "PUT", f"/members/{tenant.admin.member_id}", {"name": f"Ada {unique()}"}):
        assert answer.status_code == 200, answer.text


def test_t70_equals_and_lesser_members_are_in_reach(project, tenant, desk):
    lesser, _ = verified_member(project, tenant.org)
    for field, value in TAKING_OVER.items():
        value = new_email() if field == "email_address" else value
        answer = project.raw("PUT", f"/v1/b2b/organizations/{tenant.org}/members/{lesser.member_id}", {field: value}, headers={MEMBER_HEADER: desk.session_token})
        assert answer.status_code == 200, answer.text
    answer = project.raw("DELETE", f"/v1/b2b/organizations/{tenant.org}/members/{lesser.member_id}", headers={MEMBER_HEADER: desk.session_token})
    assert answer.status_code == 200, answer.text


def test_t70_nobody_is_given_more_than_the_giver_has(project, tenant, desk, admins):
    plain = tenant.member
    is_refused(project, tenant, desk, "PUT", f"/members/{plain.member_id}", {"roles": ["stytch_admin"]})
    is_refused(project, tenant, desk, "PUT", f"/members/{desk.member_id}", {"roles": ["stytch_admin"]})
    is_refused(project, tenant, desk, "POST", "/members", {"email_address": new_email(), "roles": ["stytch_admin"]})
    # Nor by an address whose domain gives it.
    is_refused(project, tenant, desk, "POST", "/members", {"email_address": new_email(admins)})
    is_refused(project, tenant, desk, "PUT", f"/members/{plain.member_id}", {"email_address": new_email(admins)})
    is_refused(project, tenant, desk, "POST", f"/members/{plain.member_id}/start_email_update", {"email_address": new_email(admins)})
    for email, roles in ((new_email(admins), []), (new_email(), ["stytch_admin"])):
        body = {"email_address": email, "roles": roles}
        check_refusal(project.raw("POST", "/v1/b2b/magic_links/email/invite", body | {"organization_id": tenant.org}, headers={MEMBER_HEADER: desk.session_token}), *DENIED)
        check_refusal(project.browser("POST", "/b2b/magic_links/email/invite", body, session_token=desk.session_token), *DENIED)
        assert project.mailbox.waiting(email) == 0
    assert now(project, plain) == plain
    # What they have themselves they may give.
    own = [r.role_id for r in desk.member.roles if r.role_id != "stytch_member"]
    answer = project.raw("POST", f"/v1/b2b/organizations/{tenant.org}/members", {"email_address": new_email(), "roles": own}, headers={MEMBER_HEADER: desk.session_token})
    assert answer.status_code == 200, answer.text


def test_t70_no_rule_is_made_or_taken_away_that_gives_more_than_its_maker_has(project):
    rule = {"domain": new_domain(), "role_id": "stytch_admin"}
    tenant = Tenant(project, rbac_email_implicit_role_assignments=[rule])
    _, ruler = with_permissions(project, tenant.org, ("stytch.organization", "update.settings.implicit-roles"))
    before = project.api.organizations.get(tenant.org).organization
    for rules in ([rule, {"domain": new_domain(), "role_id": "stytch_admin"}], []):
        body = {"rbac_email_implicit_role_assignments": rules}
        check_refusal(project.raw("PUT", f"/v1/b2b/organizations/{tenant.org}", body, headers={MEMBER_HEADER: ruler.session_token}), *DENIED)
        check_refusal(project.browser("PUT", "/b2b/organizations/me", body, session_token=ruler.session_token), *DENIED)
    assert project.api.organizations.get(tenant.org).organization == before
    body = {"rbac_email_implicit_role_assignments": [rule, {"domain": new_domain(), "role_id": "stytch_member"}]}
    answer = project.raw("PUT", f"/v1/b2b/organizations/{tenant.org}", body, headers={MEMBER_HEADER: ruler.session_token})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", ["/members/{member_id}/start_email_update", "/members/start_email_update"])
def test_t70_an_own_address_is_changed_only_with_a_new_proof_of_the_old_one(postgres, path):
    server = Server(postgres=postgres, clock=True).start()
    try:
        project = server.project()
        org = project.organization().organization_id
        member, session = verified_member(project, org)
        url = "/b2b/organizations" + path.format(member_id=member.member_id)
        server.clock.forward(minutes=11)
        # The session was used meanwhile; that proves nothing.
        project.api.sessions.authenticate(session_token=session.session_token)
        check_refusal(project.browser("POST", url, {"email_address": new_email()}, session_token=session.session_token), *DENIED)
        again = login(project, org, member.email_address)
        wanted = new_email()
        answer = project.browser("POST", url, {"email_address": wanted}, session_token=again.session_token)
        assert answer.status_code == 200, answer.text
        assert project.mailbox.wait(wanted)
    finally:
        server.stop()
