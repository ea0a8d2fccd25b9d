"""T-06: with an organization everything that opened it dies at once, and nothing comes back with its name."""

import pytest
from harness import check_refusal, discover, intermediate, magic_token, new_email, token_from
from scenes import JWT_HEADER, MEMBER_HEADER, Tenant

GONE = ("session_not_found", "user_unauthenticated", "unable_to_auth_magic_link", "magic_link_not_found", "organization_not_found",
        "intermediate_session_not_found", "member_not_found", "session_authorization_tenancy_error")


def everything_refused(project, org, slug, keys):
    raw, browser = project.raw, project.browser
    session, jwt = keys["session"].session_token, keys["session"].session_jwt
    return {
        "session": raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session}),
        "jwt": raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt}),
        "member header": raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "X"}, headers={MEMBER_HEADER: session}),
        "jwt header": raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "X"}, headers={JWT_HEADER: jwt}),
        "exchange": raw("POST", "/v1/b2b/sessions/exchange", {"session_token": session, "organization_id": keys["other"]}),
        "browser": browser("GET", "/b2b/organizations/me", session_token=session),
        "login link": raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": keys["link"]}),
        "invitation": raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": keys["invitation"]}),
        "email update": raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": keys["update"]}),
        "intermediate": raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", {"intermediate_session_token": keys["intermediate"], "organization_id": org}),
        "half a login": raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", {"intermediate_session_token": keys["half"], "organization_id": keys["other"]}),
        "sessions": raw("GET", "/v1/b2b/sessions", params={"organization_id": org, "member_id": keys["session"].member_id}),
        "member": raw("GET", f"/v1/b2b/organizations/members/dangerously_get/{keys['session'].member_id}"),
    }


@pytest.mark.parametrize("how", ["backend", "member"])
def test_t06_everything_dies_with_the_organization(project, how):
    tenant = Tenant(project).with_member()
    org, email = tenant.org, tenant.member.email_address
    other = project.organization().organization_id
    project.member(other, email)
    invited, new = new_email(), new_email()
    project.api.magic_links.email.invite(organization_id=org, email_address=invited)
    project.api.organizations.members.start_email_update(org, tenant.member.member_id, email_address=new)
    keys = {
        "session": tenant.member_login, "other": other, "link": magic_token(project, org, email),
        "invitation": token_from(project.mailbox.wait(invited)), "update": token_from(project.mailbox.wait(new)),
        "intermediate": intermediate(project, email),
    }
    project.api.organizations.update(org, mfa_policy="REQUIRED_FOR_ALL")
    half = project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, email))
    assert half.member_authenticated is False
    keys["half"] = half.intermediate_session_token

    headers = {MEMBER_HEADER: tenant.admin_login.session_token} if how == "member" else {}
    assert project.raw("DELETE", f"/v1/b2b/organizations/{org}", headers=headers).status_code == 200
    for name, answer in everything_refused(project, org, tenant.slug, keys).items():
        assert answer.status_code in (400, 401, 403, 404), f"{name}: {answer.text}"
        assert answer.json()["error_type"] in GONE, f"{name}: {answer.text}"

    # The same name again, with the same person in it: nothing of the old comes back to life.
    again = project.organization(organization_slug=tenant.slug, organization_external_id=tenant.external_id)
    assert again.organization_id != org
    project.member(again.organization_id, email)
    for name, answer in everything_refused(project, org, tenant.slug, keys).items():
        assert answer.status_code in (400, 401, 403, 404), f"{name} came back: {answer.text}"
    for token in (keys["link"], keys["invitation"], keys["update"]):
        body = {"magic_links_token": token}
        check_refusal(project.raw("POST", "/v1/b2b/magic_links/authenticate", body), (401, 404), GONE)
    # Discovery knows the new one and the other one, not the old one.
    found = {d.organization.organization_id for d in discover(project, email).discovered_organizations}
    assert found == {again.organization_id, other}
