"""T-06: with an organization everything that opened it dies at once, and nothing comes back with its name."""

import contextlib

import pytest
from harness import check_refusal, code_from, discover, discovery_token, email_code, intermediate, magic_token, new_email, token_from, unique, until
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


# ---------------------------------------------------------------- what is left in the database

# Columns that may go on naming a deleted organization or one of its members, with why and for how long. This list must
# shrink, and never grow without a reason.
KEPT_FOR_A_WHILE = {
    ("deleted_organizations", "organization_id"): "it is looked for rows that were written at the same time; two minutes",
    ("changes", "row_id"): "what servers that remember rows still have to hear of; ten minutes",
    ("outbox", "recipient"): "to whom something was mailed; seven days",
    ("outbox", "destination"): "the domain of that address; seven days",
    ("intermediate_sessions", "email_address"): "somebody has proven an address, whatever it opens; ten minutes",
    ("intermediate_sessions", "factors"): "with what they have proven it; ten minutes",
    ("email_codes", "email_address"): "a code of discovery was mailed to an address; a day after its end",
    ("one_time_tokens", "email_address"): "a link of discovery was mailed to an address; seven days after its end",
}
KEPT = {"audit_events": "what happened stays known, that the organization was deleted included"}


def naming(contents, names):
    """The columns in which one of these names stands."""
    return {
        (table, column)
        for table, rows in contents.items()
        for row in rows
        for column, value in row.items()
        if any(name in str(value) for name in names)
    }


def full_tenant(project):
    """A tenant with something in every table that can hold something of one; and all names that lead to it."""
    tenant = Tenant(project, email_allowed_domains=[f"corp-{unique()}.com"], email_jit_provisioning="RESTRICTED", email_invites="ALL_ALLOWED",
                    allowed_oauth_tenants={"slack": [f"T{unique()}"]}).with_member()
    org, member = tenant.org, tenant.member
    members = project.api.organizations.members
    project.api.organizations.update(org, claimed_email_domains=[tenant.domain], trusted_metadata={"canary": tenant.canary})
    members.update(org, member.member_id, email_address=f"moved-{unique()}@{tenant.domain}", mfa_phone_number="+14155550123",
                   untrusted_metadata={"canary": tenant.canary})
    members.start_email_update(org, tenant.admin.member_id, email_address=f"next-{unique()}@{tenant.domain}")
    project.api.magic_links.email.invite(organization_id=org, email_address=f"invited-{unique()}@{tenant.domain}")
    role = {"role_id": f"role-{unique()}", "description": tenant.canary, "permissions": []}
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [role]})
    discovery_token(project, tenant.admin.email_address)
    intermediate(project, tenant.admin.email_address)
    email_code(project, org, tenant.admin.email_address)
    project.api.otps.email.discovery.send(email_address=tenant.admin.email_address)
    code_from(project.mailbox.wait(tenant.admin.email_address))
    session = tenant.admin_login.member_session
    project.api.organizations.update(org, mfa_policy="REQUIRED_FOR_ALL")
    project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, tenant.admin.email_address))
    return tenant, [
        org, org[-36:].replace("-", ""), tenant.slug, tenant.external_id, tenant.canary, tenant.domain, role["role_id"],
        member.member_id, tenant.admin.member_id, member.external_id, tenant.admin.external_id, session.member_session_id,
        tenant.admin_login.method_id, "+14155550123",
    ]


def test_t06_no_row_of_any_table_names_a_deleted_organization(start_server):
    server = start_server(clock=True)
    project = server.project()
    tenant, names = full_tenant(project)
    before = server.contents()
    found = naming(before, names)
    # A table whose rows name organizations has one of this one's, or this test would prove nothing about it.
    for table, rows in before.items():
        for column in ("organization_id", "scope"):
            if rows and column in rows[0]:
                assert (table, column) in found, f"full_tenant leaves {table} without a row of the organization"
    assert {"organizations", "members", "sessions", "one_time_tokens", "member_roles", "organization_domains", "organization_oauth_tenants"} <= {t for t, _ in found}

    def left():
        return {(table, column) for table, column in naming(server.contents(), names) if table not in KEPT}

    project.api.organizations.delete(tenant.org)
    with contextlib.suppress(AssertionError):
        until(lambda: left() == set(KEPT_FOR_A_WHILE), timeout=20)
    # Also what is excused but no longer there fails: the list is to shrink.
    assert left() == set(KEPT_FOR_A_WHILE)

    # What is kept for a while is gone after a while. A server cleans two seconds after its start.
    server.clock.forward(minutes=15 * 24 * 60)
    server.restart()
    until(lambda: not left(), timeout=20, what="that it is forgotten")
    assert {table for table, _ in naming(server.contents(), names)} == set(KEPT)
