"""T-48: what is revoked is refused at once, by token and by JWT (one node)."""

import pytest
from harness import check_refusal, login, race, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER

WAYS = ["session token", "session jwt", "session id", "member id", "browser logout", "browser by member", "member deleted", "organization deleted", "address changed"]
GONE = ((401, 404), ("session_not_found", "user_unauthenticated", "session_authorization_tenancy_error"))


def revoke(project, way, org, member, session):
    api = project.api
    match way:
        case "session token":
            api.sessions.revoke(session_token=session.session_token)
        case "session jwt":
            api.sessions.revoke(session_jwt=session.session_jwt)
        case "session id":
            api.sessions.revoke(member_session_id=session.member_session.member_session_id)
        case "member id":
            api.sessions.revoke(member_id=member.member_id)
        case "browser logout":
            assert project.browser("POST", "/b2b/sessions/revoke", session_token=session.session_token).status_code == 200
        case "browser by member":
            assert project.browser("POST", f"/b2b/sessions/revoke/{member.member_id}", session_token=session.session_token).status_code == 200
        case "member deleted":
            api.organizations.members.delete(org, member.member_id)
        case "organization deleted":
            api.organizations.delete(org)
        case "address changed":
            api.organizations.members.update(org, member.member_id, email_address="new-" + member.email_address)


@pytest.mark.parametrize("way", WAYS)
def test_t48_revoked_means_refused_everywhere(project, org, way):
    member, session = verified_member(project, org, roles=["stytch_admin"])
    raw, token, jwt = project.raw, session.session_token, session.session_jwt
    # The server has just seen, checked and remembered all of it.
    for body in ({"session_token": token}, {"session_jwt": jwt}):
        assert raw("POST", "/v1/b2b/sessions/authenticate", body).status_code == 200
    assert raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "A"}, headers={JWT_HEADER: jwt}).status_code == 200
    revoke(project, way, org, member, session)
    other = project.organization().organization_id
    for answer in (
        raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token}),
        raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt}),
        raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt, "session_duration_minutes": 60}),
        raw("POST", "/v1/b2b/sessions/exchange", {"session_token": token, "organization_id": other}),
        raw("POST", "/v1/b2b/sessions/exchange", {"session_jwt": jwt, "organization_id": other}),
        raw("POST", "/v1/b2b/discovery/organizations", {"session_jwt": jwt}),
        raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "B"}, headers={MEMBER_HEADER: token}),
        raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "B"}, headers={JWT_HEADER: jwt}),
        project.browser("GET", "/b2b/organizations/me", session_token=token),
        project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=token),
    ):
        check_refusal(answer, *GONE)


# Every way in which an app checks a session, each of which the server may remember by itself.
CHECKS = {
    "by token": lambda s, _: {"session_token": s.session_token},
    "by jwt": lambda s, _: {"session_jwt": s.session_jwt},
    "with a permission": lambda s, permission: {"session_token": s.session_token, "authorization_check": permission},
    "by jwt with a permission": lambda s, permission: {"session_jwt": s.session_jwt, "authorization_check": permission},
    "for longer": lambda s, _: {"session_token": s.session_token, "session_duration_minutes": 600},
    "by jwt for longer, with a permission": lambda s, permission: {"session_jwt": s.session_jwt, "session_duration_minutes": 600, "authorization_check": permission},
    "with claims": lambda s, _: {"session_token": s.session_token, "session_custom_claims": {"plan": "free"}},
}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("way", WAYS)
def test_t48_no_kind_of_check_outlives_it(project, org, way, check):
    member, session = verified_member(project, org, roles=["stytch_admin"])
    permission = {"organization_id": org, "resource_id": "stytch.organization", "action": "update.info.name"}
    body = CHECKS[check](session, permission)
    for _ in range(3):
        answer = project.raw("POST", "/v1/b2b/sessions/authenticate", body)
        assert answer.status_code == 200, answer.text
    revoke(project, way, org, member, session)
    for _ in range(2):
        check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", body), *GONE)


@pytest.mark.parametrize("check", [name for name in CHECKS if "permission" in name])
def test_t48_no_kind_of_check_outlives_a_right(project, org, check):
    """Whether the role is taken from the member, or the right from the role."""
    permission = {"organization_id": org, "resource_id": "stytch.organization", "action": "update.info.name"}

    def policy(*actions):
        roles = [{"role_id": "namer", "description": "", "permissions": [{"resource_id": "stytch.organization", "actions": list(actions)}]}]
        project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": roles})

    policy("update.info.name")
    member, session = verified_member(project, org, roles=["namer"])
    body = CHECKS[check](session, permission)
    for take, give in (
        (lambda: policy("update.info.slug"), lambda: policy("update.info.name")),
        (lambda: project.api.organizations.members.update(org, member.member_id, roles=[]),
         lambda: project.api.organizations.members.update(org, member.member_id, roles=["namer"])),
    ):
        for _ in range(3):
            answer = project.raw("POST", "/v1/b2b/sessions/authenticate", body)
            assert answer.status_code == 200, answer.text
        take()
        for _ in range(2):
            check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", body), 403, "session_authorization_error")
        give()
        assert project.raw("POST", "/v1/b2b/sessions/authenticate", body).status_code == 200


def test_t48_a_session_that_was_revoked_does_not_come_back(project, org):
    """Neither by extending it, nor by logging in along with it."""
    member, session = verified_member(project, org)
    project.api.sessions.revoke(session_token=session.session_token)
    again = login(project, org, member.email_address, session_token=session.session_token)
    assert again.member_session.member_session_id != session.member_session.member_session_id
    check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token, "session_duration_minutes": 60}), 404, "session_not_found")


def test_t48_one_session_of_several(project, org):
    member, first = verified_member(project, org)
    second = login(project, org, member.email_address)
    project.api.sessions.revoke(session_token=first.session_token)
    check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": first.session_jwt}), 404, "session_not_found")
    assert project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": second.session_jwt}).status_code == 200


def test_t48_revoking_while_it_is_being_used(project, org):
    """Requests that extend the session race with its end; when the end is answered, it has ended."""
    _, session = verified_member(project, org)
    body = {"session_token": session.session_token, "session_duration_minutes": 60}

    def work(i):
        if i == 5:
            return project.raw("POST", "/v1/b2b/sessions/revoke", {"session_token": session.session_token})
        return project.raw("POST", "/v1/b2b/sessions/authenticate", body)

    answers = race(12, work)
    assert answers[5].status_code == 200
    assert {a.status_code for a in answers} <= {200, 404}
    for body in ({"session_token": session.session_token}, {"session_jwt": session.session_jwt}):
        check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", body), 404, "session_not_found")


def test_t48_roles_taken_away_count_at_once(project, org):
    """The JWT says administrator; the database decides."""
    member, session = verified_member(project, org, roles=["stytch_admin"])
    project.api.organizations.members.update(org, member.member_id, roles=[])
    for headers in ({MEMBER_HEADER: session.session_token}, {JWT_HEADER: session.session_jwt}):
        answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "X"}, headers=headers)
        check_refusal(answer, (401, 403), "unauthorized_action")
    fresh = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": session.session_jwt}).json()
    assert fresh["member_session"]["roles"] == ["stytch_member"]
