"""T-33: whom an organization does not let be invited, a member does not bring in another way: by creating the account and asking for
a link, by giving an account another address, or by bringing one back."""

import pytest
from harness import check_refusal, new_domain, new_email, verified_member
from scenes import MEMBER_HEADER, Tenant

REFUSED = (400, "invalid_email_for_invites")
NOBODY = {"email_invites": "NOT_ALLOWED"}


def every_way(project, tenant, method, path, body):
    yield project.raw(method, f"/v1/b2b/organizations/{tenant.org}{path}", body, headers={MEMBER_HEADER: tenant.admin_login.session_token})
    yield project.browser(method, f"/b2b/organizations{path}", body, session_token=tenant.admin_login.session_token)


@pytest.mark.parametrize("policy", ["nobody", "some domains"])
def test_t33_no_account_leads_around_the_invitation_policy(project, policy):
    tenant = Tenant(project).with_member()
    gone, _ = verified_member(project, tenant.org)
    project.api.organizations.members.delete(tenant.org, gone.member_id)
    allowed = new_domain()
    rules = NOBODY if policy == "nobody" else {"email_invites": "RESTRICTED", "email_allowed_domains": [allowed]}
    project.api.organizations.update(tenant.org, **rules)
    before = tenant.snapshot()
    target = f"/members/{tenant.member.member_id}"
    tries = [
        ("POST", "/members", {"email_address": new_email()}),
        ("POST", "/members", {"email_address": new_email(), "create_member_as_pending": True}),
        ("PUT", target, {"email_address": new_email()}),
        ("POST", target + "/start_email_update", {"email_address": new_email()}),
        ("POST", f"/members/{tenant.admin.member_id}/start_email_update", {"email_address": new_email()}),
        ("PUT", f"/members/{gone.member_id}/reactivate", {}),
    ]
    for method, path, body in tries:
        for answer in every_way(project, tenant, method, path, body):
            check_refusal(answer, *REFUSED)
    assert tenant.snapshot() == before
    if policy == "some domains":
        for answer in every_way(project, tenant, "PUT", target, {"email_address": new_email(allowed)}):
            assert answer.status_code == 200, answer.text


def test_t33_an_own_address_may_be_one_to_join_with(project):
    domain = new_domain()
    tenant = Tenant(project, email_invites="NOT_ALLOWED", email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain])
    wanted = new_email(domain)
    answer = project.browser(
        "POST", "/b2b/organizations/members/start_email_update", {"email_address": wanted}, session_token=tenant.admin_login.session_token
    )
    assert answer.status_code == 200, answer.text
    assert project.mailbox.wait(wanted)


def test_t33_the_backend_decides_for_itself(project):
    tenant = Tenant(project, **NOBODY)
    member = project.api.organizations.members.create(tenant.org, new_email()).member
    project.api.organizations.members.update(tenant.org, member.member_id, email_address=new_email())
