"""The version before this one and this one on the same data: one after the other, and on PostgreSQL beside each other.

`tests/cluster/previous.py` says which version that is and builds it.
"""

import json

import previous
import pytest
import requests
from harness import check_refusal, discovery_token, login, magic_token, new_email, until, verified_member
from machines import Load, on, open_organization, post

HEADER, JWT_HEADER = "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"


@pytest.fixture(scope="module")
def before():
    """The program of the version before."""
    try:
        program = previous.binary()
    except previous.Absent as reason:
        pytest.skip(str(reason))
    if not program.exists():
        pytest.skip("the previous version is not built: python3 tests/cluster/previous.py does it")
    return str(program)


class Made:
    """What somebody leaves behind: an organization, a session, and links on their way."""

    def __init__(self, project):
        self.org, domain = open_organization(project)
        self.admin, self.session = verified_member(project, self.org, roles=["stytch_admin"], name="Ada",
                                                   trusted_metadata={"level": 3})
        self.other, self.other_session = verified_member(project, self.org)
        self.known = magic_token(project, self.org, project.member(self.org).email_address)
        self.newcomer = magic_token(project, self.org, new_email(domain))
        self.discovery = discovery_token(project, new_email())
        found = project.api.magic_links.discovery.authenticate(
            discovery_magic_links_token=discovery_token(project, new_email())
        )
        self.intermediate = found.intermediate_session_token

    def check(self, project):
        """All of it is good through this server. Uses up what can be used once."""
        for _ in range(2):  # the second time from what the server remembers
            answer = project.api.sessions.authenticate(session_token=self.session.session_token)
            assert (answer.member.name, answer.member.trusted_metadata) == ("Ada", {"level": 3})
            assert project.api.sessions.authenticate(session_jwt=self.session.session_jwt).member_session
            assert project.api.sessions.authenticate_jwt_local(self.session.session_jwt)
        for token in (self.known, self.newcomer):
            redeem(project, token, 200)
            redeem(project, token, 401)
        assert project.api.magic_links.discovery.authenticate(discovery_magic_links_token=self.discovery).email_address
        made = project.api.discovery.organizations.create(intermediate_session_token=self.intermediate)
        assert made.member_authenticated is True
        project.api.sessions.revoke(session_token=self.other_session.session_token)
        refuses(project, self.other_session)


def redeem(project, token, status):
    answer = post(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
    assert answer.status_code == status, answer.text


def refuses(project, session):
    for body in ({"session_token": session.session_token}, {"session_jwt": session.session_jwt}):
        check_refusal(post(project, "/v1/b2b/sessions/authenticate", body), 404, "session_not_found")


def seen(project, session):
    """The session as this server sees it now, by token and by JWT, from the database and from what it remembers."""
    answers = [
        post(project, "/v1/b2b/sessions/authenticate", body)
        for body in ({"session_token": session.session_token}, {"session_jwt": session.session_jwt}) * 2
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
    parts = [{part: answer.json()[part] for part in ("member", "organization")} for answer in answers]
    assert all(part == parts[0] for part in parts)
    return answers[0].json()


def may_rename(project, org, session) -> bool:
    """Whether the session may do what takes the administrator's role."""
    answers = [
        project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "Renamed"}, headers=header)
        for header in ({HEADER: session.session_token}, {JWT_HEADER: session.session_jwt})
    ]
    statuses = {answer.status_code == 200 for answer in answers}
    assert len(statuses) == 1, [answer.text for answer in answers]
    return statuses.pop()


def check_changes(here, there):
    """What changes through the one server has changed for the other, which knew how it was."""
    org, domain = open_organization(here)
    member, session = verified_member(here, org)
    assert there.api.sessions.authenticate_jwt_local(session.session_jwt)

    def change_member(**fields):
        here.api.organizations.members.update(org, member.member_id, **fields)

    seen(there, session)
    change_member(name="Grace", trusted_metadata={"level": 4})
    found = seen(there, session)["member"]
    assert (found["name"], found["trusted_metadata"]) == ("Grace", {"level": 4})
    here.api.organizations.update(org, organization_name="Navy")
    assert seen(there, session)["organization"]["organization_name"] == "Navy"

    assert not may_rename(there, org, session)
    change_member(roles=["stytch_admin"])
    assert may_rename(there, org, session)
    assert "stytch_admin" in seen(there, session)["member_session"]["roles"]
    change_member(roles=[])
    assert not may_rename(there, org, session)
    assert "stytch_admin" not in seen(there, session)["member_session"]["roles"]

    body = {"session_token": session.session_token, "session_custom_claims": {"team": "blue"}, "session_duration_minutes": 90}
    assert post(here, "/v1/b2b/sessions/authenticate", body).status_code == 200
    assert seen(there, session)["member_session"]["custom_claims"] == {"team": "blue"}

    here.api.sessions.revoke(session_token=session.session_token)
    refuses(there, session)
    for end in (
        lambda: here.api.sessions.revoke(member_id=member.member_id),
        lambda: here.api.organizations.members.delete(org, member.member_id),
    ):
        session = login(there, org, member.email_address)
        seen(here, session)
        seen(there, session)
        end()
        refuses(there, session)
        refuses(here, session)

    # A link mailed by the one is good at the other, once.
    token = magic_token(here, org, new_email(domain))
    redeem(there, token, 200)
    redeem(here, token, 401)

    _, session = verified_member(there, org)
    seen(there, session)
    here.api.organizations.delete(org)
    assert post(there, "/v1/b2b/sessions/authenticate", {"session_token": session.session_token}).status_code == 404


def check_secrets(here, there):
    """One more secret made with the one program opens the other, until it is taken away again."""
    secret = here.server.command("project", "add-secret", here.project_id).stdout.strip()

    def status():
        return requests.get(f"{there.server.url}/v1/debug/whoami", auth=(here.project_id, secret), timeout=30).status_code

    assert status() == 200
    listed = map(json.loads, here.server.command("project", "list", "--json").stdout.splitlines())
    [secrets] = [each["secrets"] for each in listed if each["project_id"] == here.project_id]
    [key] = [each["secret_id"] for each in secrets if secret.endswith(each["last_four"])]
    here.server.command("project", "remove-secret", here.project_id, key)
    until(lambda: status() == 401, what="refusal of the removed secret")


def test_beside_each_other_on_postgres(before, start_node, postgres):
    url = postgres.new_database()
    # A version from before row-level security does not say what a transaction enters, and must see everything.
    postgres.sql("postgres", f"ALTER ROLE {postgres.OWNER} IN DATABASE {url.rpartition('/')[2]} SET guildhall.scope = ''")
    old = start_node(url, binary=before, clock=True)
    project = old.project()
    made = [Made(project) for _ in range(2)]
    # A load that began before the other version came and migrated what it stands on.
    loads = [Load(project).start()]
    until(lambda: loads[0].acknowledged >= 20 or loads[0].broken, timeout=60, what="the load")
    new = start_node(url, clock=True)
    later = on(project, new)
    loads.append(Load(later).start())

    made[0].check(later)
    Made(later).check(project)
    check_changes(project, later)
    check_changes(later, project)
    check_secrets(project, later)
    check_secrets(later, project)

    loads[0].finish()
    assert old.terminate() == 0
    mark = loads[1].acknowledged
    until(lambda: loads[1].acknowledged >= mark + 20 or loads[1].broken, timeout=60, what="the load, without the old one")
    loads[1].finish()
    for load in loads:
        assert not load.broken, load.broken[0]
        assert not load.dropped, load.dropped[0]
        assert not load.refused, [(a.status_code, a.text) for a, _ in load.refused[:3]]

    # Whoever changes his mind starts the old one again.
    old.relaunch()
    made[1].check(project)
    check_changes(project, later)

    for node in (old, new):
        # A version may leave a mail unsent that it had begun to send. Its lease is over after two minutes.
        node.clock.forward(seconds=121)
    for load in loads:
        load.project = later
        load.check()
        load.check_whole()
    print(f"{sum(load.acknowledged for load in loads)} acknowledged by both")


def test_after_each_other_on_sqlite(before, start_node):
    old = start_node(None, binary=before)
    project = old.project()
    made = Made(project)
    load = Load(project).start()
    until(lambda: load.acknowledged >= 20 or load.broken, timeout=60, what="the load")
    load.finish()
    assert old.terminate() == 0
    new = start_node(old.database_url, clock=True)
    later = on(project, new)
    assert not load.broken and not load.refused
    made.check(later)
    Made(later).check(later)
    new.clock.forward(seconds=121)  # the same
    load.project = later
    load.check()
    load.check_whole()
