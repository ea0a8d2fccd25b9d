"""What time ends: the server runs on a clock that these tests move forward."""

import base64
import datetime
import http.client
import json
import socket
import urllib.parse

import directory
import jwt
import pytest
from harness import (
    discovery_token, email_code, intermediate, login, magic_token, new_email, refused, token_from, until, verified_member,
)


@pytest.fixture
def clock(traveller):
    return traveller.clock


@pytest.fixture
def project(traveller):
    return traveller.project()


@pytest.fixture
def org(project):
    return project.organization().organization_id


def test_the_clock_moves(project, clock):
    before = project.organization().created_at.timestamp()
    assert abs(before - clock.now()) < 60
    clock.forward(minutes=600)
    assert abs(project.organization().created_at.timestamp() - clock.now()) < 60


@pytest.mark.parametrize(("fields", "minutes"), [({}, 60), ({"login_expiration_minutes": 5}, 5), ({"login_expiration_minutes": 300}, 300)], ids=str)
def test_login_link(project, org, clock, fields, minutes):
    first, second = project.member(org), project.member(org)
    early = magic_token(project, org, first.email_address, **fields)
    late = magic_token(project, org, second.email_address, **fields)
    clock.forward(minutes=minutes - 1)
    assert project.api.magic_links.authenticate(magic_links_token=early).member_authenticated is True
    clock.forward(minutes=2)
    with refused(401, "unable_to_auth_magic_link"):
        project.api.magic_links.authenticate(magic_links_token=late)


@pytest.mark.parametrize(("fields", "minutes"), [({}, 10), ({"login_expiration_minutes": 2}, 2)], ids=str)
def test_code(project, org, clock, fields, minutes):
    first, second = project.member(org), project.member(org)
    early = email_code(project, org, first.email_address, **fields)
    late = email_code(project, org, second.email_address, **fields)
    clock.forward(minutes=minutes - 1)
    enter = project.api.otps.email.authenticate
    assert enter(organization_id=org, email_address=first.email_address, code=early).member_authenticated is True
    clock.forward(minutes=2)
    with refused(401, "unable_to_auth_otp_code"):
        enter(organization_id=org, email_address=second.email_address, code=late)


def test_signup_link(project, org, clock):
    early, late = (project.member(org, create_member_as_pending=True) for _ in range(2))
    # The login's expiration does not count here.
    fields = {"signup_expiration_minutes": 30, "login_expiration_minutes": 5}
    tokens = [magic_token(project, org, m.email_address, **fields) for m in (early, late)]
    clock.forward(minutes=29)
    assert project.api.magic_links.authenticate(magic_links_token=tokens[0]).member_authenticated is True
    clock.forward(minutes=2)
    with refused(401, "unable_to_auth_magic_link"):
        project.api.magic_links.authenticate(magic_links_token=tokens[1])
    assert project.api.organizations.members.dangerously_get(late.member_id).member.status == "pending"


def test_discovery_link(project, clock):
    tokens = [discovery_token(project, new_email()) for _ in range(2)]
    clock.forward(minutes=59)
    assert project.api.magic_links.discovery.authenticate(discovery_magic_links_token=tokens[0]).intermediate_session_token
    clock.forward(minutes=2)
    with refused(401, "unable_to_auth_magic_link"):
        project.api.magic_links.discovery.authenticate(discovery_magic_links_token=tokens[1])


def test_invitation_lasts_a_week(project, org, clock):
    """T-33."""
    emails = [new_email(), new_email()]
    for email in emails:
        project.api.magic_links.email.invite(organization_id=org, email_address=email)
    tokens = [token_from(project.mailbox.wait(email)) for email in emails]
    clock.forward(minutes=10079)
    assert project.api.magic_links.authenticate(magic_links_token=tokens[0]).member_authenticated is True
    clock.forward(minutes=2)
    with refused(401, "unable_to_auth_magic_link"):
        project.api.magic_links.authenticate(magic_links_token=tokens[1])


def test_change_of_address_lasts_five_minutes(project, org, clock):
    member, session = verified_member(project, org)
    wanted = new_email()
    project.api.organizations.members.start_email_update(organization_id=org, member_id=member.member_id, email_address=wanted)
    token = token_from(project.mailbox.wait(wanted))
    clock.forward(minutes=6)
    with refused((400, 401), ("unable_to_auth_magic_link", "unable_to_verify_member_email_update")):
        project.api.magic_links.authenticate(magic_links_token=token)
    # The address is free again for others.
    other, _ = verified_member(project, org)
    project.api.organizations.members.start_email_update(organization_id=org, member_id=other.member_id, email_address=wanted)
    token = token_from(project.mailbox.wait(wanted))
    assert project.api.magic_links.authenticate(magic_links_token=token).member.email_address == wanted


def test_intermediate_session_lasts_ten_minutes(project, clock):
    early, late = intermediate(project, new_email()), intermediate(project, new_email())
    clock.forward(minutes=9)
    assert project.api.discovery.organizations.list(intermediate_session_token=early).email_address
    clock.forward(minutes=2)
    for token in (early, late):
        with refused(404, "intermediate_session_not_found"):
            project.api.discovery.organizations.list(intermediate_session_token=token)
        with refused(404, "intermediate_session_not_found"):
            project.api.discovery.organizations.create(intermediate_session_token=token)


def test_session_lasts_an_hour_unless_extended(project, org, clock):
    member = project.member(org)
    left, kept = login(project, org, member.email_address), login(project, org, member.email_address)
    clock.forward(minutes=59)
    project.api.sessions.authenticate(session_token=left.session_token)  # a check alone does not extend
    prolonged = project.api.sessions.authenticate(session_token=kept.session_token, session_duration_minutes=60)
    ends = prolonged.member_session.expires_at
    # It is written within half a second, whatever the server's clock says meanwhile.
    until(lambda: ends in [s.expires_at for s in project.api.sessions.get(org, member.member_id).member_sessions])
    assert len(project.api.sessions.get(org, member.member_id).member_sessions) == 2
    clock.forward(minutes=2)
    for key in ({"session_token": left.session_token}, {"session_jwt": left.session_jwt}):
        with refused(404, "session_not_found"):
            project.api.sessions.authenticate(**key)
    assert project.api.sessions.authenticate(session_token=kept.session_token).member.member_id == member.member_id
    [listed] = project.api.sessions.get(org, member.member_id).member_sessions
    assert listed.member_session_id == kept.member_session.member_session_id
    clock.forward(minutes=60)
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=kept.session_token)


def test_expired_jwt_of_a_living_session_is_renewed(project, org, clock):
    member = project.member(org)
    session = login(project, org, member.email_address)
    clock.forward(minutes=30)
    answer = project.api.sessions.authenticate(session_jwt=session.session_jwt)
    old, new = (jwt.decode(t, options={"verify_signature": False}) for t in (session.session_jwt, answer.session_jwt))
    assert new["exp"] > old["exp"]
    assert abs(new["exp"] - clock.now() - 300) < 120
    assert answer.member_session.member_session_id == session.member_session.member_session_id


def test_jwt_never_is_handed_out_half_dead(project, org, clock):
    member = project.member(org)
    session = login(project, org, member.email_address)
    for _ in range(8):
        clock.forward(minutes=1)
        answer = project.api.sessions.authenticate(session_token=session.session_token)
        claims = jwt.decode(answer.session_jwt, options={"verify_signature": False})
        assert claims["exp"] - clock.now() > 60


def test_a_renewed_jwt_says_the_same_at_a_later_time(project, org, clock):
    member = project.member(org)
    session = login(project, org, member.email_address, session_custom_claims={"plan": {"seats": 3}})
    times, platform = ("iat", "nbf", "exp"), "https://stytch.com/session"
    first, seen = None, set()
    for _ in range(4):
        answer = project.api.sessions.authenticate(session_token=session.session_token)
        claims = jwt.decode(answer.session_jwt, options={"verify_signature": False})
        assert project.api.sessions.authenticate(session_jwt=answer.session_jwt).member.member_id == member.member_id
        seen.add(tuple(claims.pop(name) for name in times))
        used = datetime.datetime.fromisoformat(claims[platform].pop("last_accessed_at"))
        assert abs(used.timestamp() - clock.now()) < 60
        first = first or claims
        assert claims == first and claims["plan"] == {"seats": 3}
        clock.forward(minutes=4)
    assert len(seen) == 4


def test_last_access_is_kept(project, org, clock):
    member = project.member(org)
    session = login(project, org, member.email_address)
    clock.forward(minutes=20)
    answer = project.api.sessions.authenticate(session_token=session.session_token)
    assert (answer.member_session.last_accessed_at - session.member_session.last_accessed_at).total_seconds() > 1100


def test_signing_keys_rotate_with_overlap(project, org, clock):
    """A new key is published before it signs, an old one as long as something signed with it may live."""
    member = project.member(org)
    session = login(project, org, member.email_address, session_duration_minutes=527040)
    kids = [k.kid for k in project.api.sessions.get_jwks(project.project_id).keys]
    first = jwt.get_unverified_header(session.session_jwt)["kid"]
    assert first in kids
    published, used = set(kids), [first]
    for _ in range(40):  # 200 days
        clock.forward(minutes=5 * 24 * 60)
        jwt_now = project.api.sessions.authenticate(session_token=session.session_token).session_jwt
        kid = jwt.get_unverified_header(jwt_now)["kid"]
        now = {k.kid for k in project.api.sessions.get_jwks(project.project_id).keys}
        assert kid in now
        if kid != used[-1]:
            assert kid in published, "a key signed before clients could know it"
            assert used[-1] in now, "the old key vanished while its JWTs may still live"
            used.append(kid)
        published = now
    assert len(used) >= 2, "no rotation in 200 days"


def test_what_is_over_is_forgotten(traveller, project, org, clock):
    """However much it is; and not what goes on."""
    seeded = ["project", "seed", "--project", project.project_id, "--organizations", "1", "--members", "25", "--sessions", "2500"]
    traveller.command(*seeded)
    member = project.member(org)
    magic_token(project, org, member.email_address)
    email_code(project, org, member.email_address)
    intermediate(project, member.email_address)
    session = login(project, org, member.email_address, session_duration_minutes=527040)

    def left():
        """How much there is of the project."""
        return {table: int(traveller.rows(f"SELECT count(*) FROM {table} WHERE project_id = '{project.project_id}'")[0][0])
                for table in ("sessions", "one_time_tokens", "email_codes", "outbox", "intermediate_sessions")}

    assert left()["sessions"] == 2501 and min(left().values()) >= 1
    clock.forward(minutes=40 * 24 * 60)
    traveller.restart()
    until(lambda: left() == {"sessions": 1, "one_time_tokens": 0, "email_codes": 0, "outbox": 0, "intermediate_sessions": 0}, what="cleaning")
    assert project.api.sessions.authenticate(session_token=session.session_token).member.member_id == member.member_id


def test_what_came_by_a_deleted_connection_goes_with_time(traveller, project, org, clock):
    """The connection last: what is left of it would be found by nobody."""
    scim = project.api.scim.connection
    made, member = scim.create(org).connection, project.member(org)
    directory.put_into(traveller, made, member, directory.group(traveller, made, "Engineers"))
    scim.delete(org, made.connection_id)
    other = scim.create(org).connection
    directory.put_into(traveller, other, member, directory.group(traveller, other, "Engineers"))

    def left():
        tables = {"scim_connections": "id", "scim_users": "connection_id", "scim_groups": "connection_id", "scim_memberships": "connection_id"}
        return {table: {id for (id,) in traveller.rows(f"SELECT {column} FROM {table} WHERE organization_id = '{org}'")}
                for table, column in tables.items()}

    assert set(map(frozenset, left().values())) == {frozenset({made.connection_id, other.connection_id})}
    clock.forward(minutes=30)
    traveller.restart()
    until(lambda: set(map(frozenset, left().values())) == {frozenset({other.connection_id})}, what="cleaning")


def test_the_audit_log_is_kept_as_long_as_the_operator_says(start_server):
    """And what strangers have brought about goes with the rest: their links, the messages that they never got."""
    server = start_server(clock=True, arguments=["--audit-days", "30"])
    project = server.project()
    made = project.organization()
    for _ in range(3):
        # Somebody whom nobody knows, at a page.
        assert project.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": new_email()}).status_code == 200
        body = {"organization_id": made.organization_id, "email_address": new_email()}
        assert project.browser("POST", "/b2b/magic_links/email/login_or_signup", body).status_code == 200

    def left(table):
        return int(server.rows(f"SELECT count(*) FROM {table} WHERE project_id = '{project.project_id}'")[0][0])

    assert left("audit_events") >= 1 and left("outbox") >= 3
    server.clock.forward(minutes=20 * 24 * 60)
    server.restart()
    until(lambda: left("outbox") == left("one_time_tokens") == 0, what="cleaning")
    assert "organization.create" in {event["action"] for event in project.audit()}
    later = project.organization()
    server.clock.forward(minutes=11 * 24 * 60)
    server.restart()
    # The first goes, and the second has its own time.
    until(lambda: {event["organization_id"] for event in project.audit()} == {later.organization_id}, what="cleaning")


@pytest.mark.parametrize("arguments, kept", [([], False), (["--audit-days", "0"], True)], ids=["400 days", "for ever"])
def test_the_audit_log_is_kept_for_400_days_unless_it_is_to_be_kept_for_ever(start_server, arguments, kept):
    server = start_server(clock=True, arguments=arguments)
    project = server.project()
    org = project.organization().organization_id

    def left() -> bool:
        return bool(project.audit(org))

    def clean(days: int):
        """Lets time go by, until what is cleaned after the audit log, and has ended by then, is gone."""
        server.rows("INSERT INTO changes (project_id, row_id) VALUES ('marked', 'marked')")
        server.clock.forward(minutes=days * 24 * 60)
        server.restart()
        until(lambda: server.rows("SELECT 1 FROM changes WHERE project_id = 'marked'") == [], what="cleaning")

    clean(399)
    assert left()
    clean(2)
    assert left() == kept


# ---------------------------------------------------------------- requests that take their time


class Begun:
    """A request whose head the server has, and whose body it waits for: it has said to go on (RFC 9110, 10.1.1)."""

    def __init__(self, project, path: str, body: dict):
        self._body = json.dumps(body).encode()
        credentials = base64.b64encode(f"{project.project_id}:{project.secret}".encode()).decode()
        self._connection = socket.create_connection(urllib.parse.urlsplit(project.server.url).netloc.split(":"), timeout=60)
        self._connection.sendall(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credentials}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self._body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n".encode()
        )
        assert self._connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"

    def send(self, share: float = 1):
        """Some of the body, or all that is left."""
        part = self._body[: int(len(self._body) * share)]
        self._connection.sendall(part)
        self._body = self._body[len(part) :]

    def answer(self) -> tuple[int, dict]:
        self.send()
        with self._connection:
            answer = http.client.HTTPResponse(self._connection)
            answer.begin()
            return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("sent", [0, 0.5], ids=["nothing of its body", "half of its body"])
def test_a_link_does_not_wait_for_a_body(project, org, clock, sent):
    """A request counts from when it is complete. One whose head came before the link ended would open it for ever."""
    member = project.member(org)
    token = magic_token(project, org, member.email_address, login_expiration_minutes=5)
    begun = Begun(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 527040})
    begun.send(sent)
    clock.forward(minutes=5 * 24 * 60)
    status, answer = begun.answer()
    assert (status, answer["error_type"]) == (401, "unable_to_auth_magic_link")
    assert project.api.sessions.get(org, member.member_id).member_sessions == []


def test_nor_does_what_else_ends(project, org, clock):
    session = login(project, org, project.member(org).email_address, session_duration_minutes=5)
    half = intermediate(project, new_email())
    begun = [
        (Begun(project, "/v1/b2b/sessions/authenticate", {"session_token": session.session_token}), "session_not_found"),
        (Begun(project, "/v1/b2b/sessions/authenticate", {"session_jwt": session.session_jwt, "session_duration_minutes": 60}), "session_not_found"),
        (Begun(project, "/v1/b2b/discovery/organizations/create", {"intermediate_session_token": half}), "intermediate_session_not_found"),
    ]
    clock.forward(minutes=11)
    for request, error in begun:
        status, answer = request.answer()
        assert (status, answer["error_type"]) == (404, error)


def test_a_session_begins_when_its_request_is_complete(project, org, clock):
    member = project.member(org)
    token = magic_token(project, org, member.email_address, login_expiration_minutes=300)
    begun = Begun(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 60})
    clock.forward(minutes=120)
    status, answer = begun.answer()
    assert status == 200, answer
    for field, minutes in (("started_at", 0), ("last_accessed_at", 0), ("expires_at", 60)):
        told = datetime.datetime.fromisoformat(answer["member_session"][field]).timestamp()
        assert abs(told - clock.now() - minutes * 60) < 60, field
    claims = jwt.decode(answer["session_jwt"], options={"verify_signature": False})
    assert abs(claims["iat"] - clock.now()) < 60
    events = [e for e in project.audit(org) if e["request_id"] == answer["request_id"]]
    assert events
    for event in events:
        assert abs(datetime.datetime.fromisoformat(event["occurred_at"]).timestamp() - clock.now()) < 60, event
