"""The clock of a server is set back: what was taken away stays taken away.

Clocks are corrected, and machines that were asleep wake up with any. What is remembered for a second is remembered for a
second of the time that passes, whatever the clock says.
"""

import json

import pytest
import requests
from harness import check_refusal, data, login, magic_token, new_email, until, verified_member

HEADER, JWT_HEADER = "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"
AHEAD, BACK = 600, 300


@pytest.fixture
def server(start_server):
    server = start_server(clock=True)
    # There is room to set it back without telling a time before the server's keys were made.
    server.clock.forward(minutes=AHEAD)
    return server


@pytest.fixture
def project(server):
    return server.project()


@pytest.fixture
def org(project):
    return project.organization().organization_id


def removed_secret(server, project, before_removal):
    """One more secret, which is remembered and then removed."""
    secret = server.command("project", "add-secret", project.project_id).stdout.strip()
    listed = map(json.loads, server.command("project", "list", "--json").stdout.splitlines())
    [secrets] = [each["secrets"] for each in listed if each["project_id"] == project.project_id]
    [key] = [each["secret_id"] for each in secrets if secret.endswith(each["last_four"])]
    before_removal(secret)
    server.command("project", "remove-secret", project.project_id, key)
    return secret


def whoami(server, project, secret):
    return requests.get(f"{server.url}/v1/debug/whoami", auth=(project.project_id, secret), timeout=30)


def test_a_removed_secret_stays_removed(server, project):
    """It was checked a moment ago, and by the clock that will be for hours to come."""
    def remember(secret):
        assert whoami(server, project, secret).status_code == 200

    secret = removed_secret(server, project, remember)
    server.clock.back(minutes=BACK)
    until(lambda: whoami(server, project, secret).status_code == 401, timeout=20, what="refusal of the removed secret")
    for _ in range(3):
        check_refusal(whoami(server, project, secret), 401, "unauthorized_credentials")
        server.clock.back(minutes=10)
    # The others go on.
    assert whoami(server, project, project.secret).status_code == 200


def test_a_removed_secret_that_is_asked_for_all_the_time(server, project, org):
    """Each request is one more that remembers it."""
    secret = removed_secret(server, project, lambda secret: whoami(server, project, secret))

    def refused():
        server.clock.back(minutes=1)
        answers = [
            whoami(server, project, secret),
            requests.get(f"{server.url}/v1/b2b/organizations/{org}", auth=(project.project_id, secret), timeout=30),
        ]
        return all(answer.status_code == 401 for answer in answers)

    until(refused, timeout=20, what="refusal of the removed secret")


def test_an_origin_that_is_no_longer_registered(server, project):
    """The same of what pages may ask, once and for all their requests."""
    origin, path = "https://gone.example.com", f"/projects/bootstrap/{project.public_token}"
    server.rows(f"INSERT INTO origins (origin, project_id) VALUES ('{origin}', '{project.project_id}')")

    def allowed():
        answer = project.browser("GET", path, origin=origin)
        # That it is refused it may read.
        return answer.status_code == 200

    assert allowed()
    server.rows(f"DELETE FROM origins WHERE origin = '{origin}'")
    server.clock.back(minutes=BACK)
    until(lambda: not allowed(), timeout=20, what="refusal of the origin")


def uses(project, org, session):
    """Everything that the session opens."""
    raw, browser, token, jwt = project.raw, project.browser, session.session_token, session.session_jwt
    name = {"organization_name": "X"}
    return [
        raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token}),
        raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt}),
        raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token, "session_duration_minutes": 60}),
        raw("PUT", f"/v1/b2b/organizations/{org}", name, headers={HEADER: token}),
        raw("PUT", f"/v1/b2b/organizations/{org}", name, headers={JWT_HEADER: jwt}),
        browser("POST", "/b2b/sessions/authenticate", {}, session_token=token),
        raw("POST", "/v1/b2b/discovery/organizations", {"session_token": token}),
    ]


ENDS = {
    "the member is deleted": lambda project, org, member, session: project.api.organizations.members.delete(org, member.member_id),
    "the organization is deleted": lambda project, org, member, session: project.api.organizations.delete(org),
    "the session is revoked": lambda project, org, member, session: project.api.sessions.revoke(session_token=session.session_token),
    "all sessions are revoked": lambda project, org, member, session: project.api.sessions.revoke(member_id=member.member_id),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_session_that_has_ended_stays_ended(server, project, org, end):
    member, session = verified_member(project, org, roles=["stytch_admin"])
    assert [answer.status_code for answer in uses(project, org, session)] == [200] * 7
    server.clock.back(minutes=60)
    ENDS[end](project, org, member, session)
    for _ in range(3):
        for answer in uses(project, org, session):
            check_refusal(answer, (400, 401, 403, 404), ("session_not_found", "unable_to_parse_session_jwt", "user_unauthenticated", "organization_not_found", "session_authorization_tenancy_error"))
        server.clock.back(minutes=60)


def test_a_role_that_was_taken_away_stays_away(server, project, org):
    member, session = verified_member(project, org, roles=["stytch_admin"])
    assert [answer.status_code for answer in uses(project, org, session)] == [200] * 7
    project.api.organizations.members.update(org, member.member_id, roles=[])
    server.clock.back(minutes=BACK)
    for header in ({HEADER: session.session_token}, {JWT_HEADER: session.session_jwt}):
        answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "X"}, headers=header)
        check_refusal(answer, (400, 403), ("unauthorized_action", "unable_to_parse_session_jwt"))
    assert data(project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session.session_token))["member_session"]["roles"] == ["stytch_member"]


def test_a_link_that_was_used_stays_used(server, project, org):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    assert project.api.magic_links.authenticate(magic_links_token=token).member_authenticated is True
    server.clock.back(minutes=BACK)
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token}), 401, "unable_to_auth_magic_link")


def test_everything_goes_on(server, project, org):
    """Nobody is locked out by a clock that is right again."""
    member, session = verified_member(project, org)
    server.clock.back(minutes=BACK)
    answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token, "session_duration_minutes": 60})
    assert answer.status_code == 200, answer.text
    assert login(project, org, member.email_address).member_authenticated is True
    made = project.member(org, new_email())
    assert login(project, org, made.email_address).member_authenticated is True
