"""T-06: an organization of thousands is gone as soon as a small one. Its rows go afterwards, in pieces, and nobody waits
for them.
"""

import subprocess
import threading

import harness
import pytest
import requests
from harness import ENGINE, check_refusal, login, magic_token, new_email, refused, unique, until, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER

# More than go at once, which is 1,000 of a kind.
MEMBERS, SESSIONS = 1200, 2200
# A sample of them, spread over all.
EVERY = 300
GONE = ((401, 403, 404), ("session_not_found", "user_unauthenticated", "organization_not_found", "member_not_found", "magic_link_not_found",
                          "unable_to_auth_magic_link", "session_authorization_tenancy_error"))


class Large:
    """An organization of thousands of members and sessions, and a small one beside it."""

    def __init__(self, server, tmp_path):
        self.server, self.project = server, server.project()
        project, tokens = self.project, tmp_path / f"tokens-{unique()}"
        server.command("project", "seed", "--project", project.project_id, "--organizations", "1", "--members", str(MEMBERS),
                       "--sessions", str(SESSIONS), "--tokens", str(tokens))
        [self.organization] = project.api.organizations.search().organizations
        self.org = self.organization.organization_id
        self.tokens = tokens.read_text().split()[::EVERY]
        self.jwts = [project.api.sessions.authenticate(session_token=token).session_jwt for token in self.tokens]
        self.admin, self.session = verified_member(project, self.org, roles=["stytch_admin"])
        self.link = magic_token(project, self.org, project.member(self.org).email_address)
        self.beside = project.organization().organization_id
        _, self.other = verified_member(project, self.beside)

    def tables(self):
        """Where rows of an organization are: (table, column)."""
        if self.server.database_url.startswith("sqlite:"):
            sql = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name IN ('organization_id', 'scope')"
        else:
            sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('organization_id', 'scope')"
        # What happened stays known.
        return [*(entry for entry in self.server.rows(sql) if entry[0] != "audit_events"), ("organizations", "id")]

    def left(self):
        """How many rows there are of it, by table."""
        counts = (f"SELECT '{table}', count(*) FROM {table} WHERE {column} = '{self.org}'" for table, column in self.tables())
        return {table: int(count) for table, count in self.server.rows(" UNION ALL ".join(counts)) if count != "0"}

    def check_gone(self):
        """Nothing of it opens anything."""
        raw, browser, org = self.project.raw, self.project.browser, self.org
        name = {"organization_name": "X"}
        answers = [raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token}) for token in self.tokens]
        answers += [raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt, "session_duration_minutes": 60}) for jwt in self.jwts]
        answers += [
            raw("PUT", f"/v1/b2b/organizations/{self.beside}", name, headers={MEMBER_HEADER: self.session.session_token}),
            raw("PUT", f"/v1/b2b/organizations/{org}", name, headers={JWT_HEADER: self.session.session_jwt}),
            browser("GET", "/b2b/organizations/me", session_token=self.session.session_token),
            raw("GET", f"/v1/b2b/organizations/{org}"),
            raw("GET", f"/v1/b2b/organizations/{org}/member", params={"member_id": self.admin.member_id}),
            raw("GET", f"/v1/b2b/organizations/members/dangerously_get/{self.admin.member_id}"),
            raw("GET", "/v1/b2b/sessions", params={"organization_id": org, "member_id": self.admin.member_id}),
            raw("POST", f"/v1/b2b/organizations/{org}/members", {"email_address": new_email()}),
            raw("POST", "/v1/b2b/organizations/members/search", {"organization_ids": [org]}),
            raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": self.admin.email_address}),
            raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": self.link}),
            raw("POST", "/v1/b2b/sessions/revoke", {"member_id": self.admin.member_id}),
            raw("DELETE", f"/v1/b2b/organizations/{org}"),
        ]
        for answer in answers:
            check_refusal(answer, *GONE)
        found = self.project.api.organizations.search().organizations
        assert org not in [o.organization_id for o in found]

    def check_names_are_free(self):
        for name in (self.organization.organization_slug, self.organization.organization_external_id):
            check_refusal(self.project.raw("GET", f"/v1/b2b/organizations/{name}"), 404, "organization_not_found")


class Neighbours:
    """People of other organizations, who work all the time."""

    def __init__(self, large):
        self.project, self.org, self.session = large.project, large.beside, large.other
        self.done = {"checks": 0, "members": 0}
        self.wrong = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=[work], daemon=True) for work in (self._check, self._create)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a request hangs"

    def _run(self, work):
        with requests.Session() as session:
            session.auth = (self.project.project_id, self.project.secret)
            while not self._stop.is_set():
                try:
                    answer = work(session, self.project.server.url)
                except requests.RequestException as error:
                    self.wrong.append(repr(error))
                    return
                if answer.status_code != 200:
                    self.wrong.append(answer.text)

    def _check(self, session, url):
        self.done["checks"] += 1
        return session.post(f"{url}/v1/b2b/sessions/authenticate", json={"session_token": self.session.session_token}, timeout=30)

    def _create(self, session, url):
        self.done["members"] += 1
        return session.post(f"{url}/v1/b2b/organizations/{self.org}/members", json={"email_address": new_email()}, timeout=30)


@pytest.fixture
def large(start_server, tmp_path):
    return Large(start_server(clock=True), tmp_path)


def test_t06_thousands_are_gone_at_once(large):
    project, org = large.project, large.org
    assert large.left()["members"] > MEMBERS and large.left()["sessions"] > SESSIONS
    with Neighbours(large) as neighbours:
        until(lambda: min(neighbours.done.values()) > 5, what="work of others")
        project.api.organizations.delete(org)
        large.check_gone()
        large.check_names_are_free()
        # Others may have its names, while there are rows of it left.
        again = project.organization(organization_slug=large.organization.organization_slug, organization_external_id=large.organization.organization_external_id)
        member = project.member(again.organization_id, large.admin.email_address)
        assert login(project, again.organization_id, member.email_address).member_id == member.member_id
        large.check_gone()
        before = dict(neighbours.done)
        until(lambda: set(large.left()) <= {"deleted_organizations"}, timeout=60, what="the end of its rows")
        until(lambda: all(neighbours.done[kind] > before[kind] + 5 for kind in before), what="work of others, meanwhile")
    assert not neighbours.wrong, neighbours.wrong[:3]
    # That it is looked for is forgotten, too.
    large.server.clock.forward(minutes=5)
    until(lambda: not large.left(), timeout=30, what="the end of all rows")
    assert large.server.rows(f"SELECT count(*) FROM audit_events WHERE organization_id = '{org}' AND action = 'organization.delete'") == [("1",)]
    # And the one that has its names now is whole.
    assert project.api.organizations.get(large.organization.organization_slug).organization.organization_id == again.organization_id
    assert login(project, again.organization_id, member.email_address).member_authenticated is True


def test_t06_what_was_not_deleted_yet_when_the_server_ended(large):
    """The next one goes on with it."""
    large.project.api.organizations.delete(large.org)
    large.server.process.kill()
    large.server.process.wait()
    large.server.launch(large.server.url.removeprefix("http://"))
    large.check_gone()
    until(lambda: set(large.left()) <= {"deleted_organizations"}, timeout=60, what="the end of its rows")


@pytest.mark.skipif(harness.ENGINE != "postgres", reason="SQLite has one writer, and no locks of rows")
def test_t06_it_waits_for_none_of_its_rows(large):
    """Somebody holds a few of them. Those that are left go when nobody does any more."""
    held = "SELECT id FROM sessions WHERE organization_id = '{}' ORDER BY id DESC LIMIT 5 FOR UPDATE".format(large.org)
    holder = subprocess.Popen(["psql", "-qAt", large.server.database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        holder.stdin.write(f"BEGIN; SET LOCAL guildhall.scope = '*'; {held};\n")
        holder.stdin.flush()
        assert all(holder.stdout.readline().startswith("member-session-") for _ in range(5))
        answer = large.project.raw("DELETE", f"/v1/b2b/organizations/{large.org}")
        assert answer.status_code == 200, answer.text
        large.check_gone()
    finally:
        holder.stdin.close()
        holder.wait()
    until(lambda: set(large.left()) <= {"deleted_organizations"}, timeout=60, what="the end of its rows")


def test_t06_all_sessions_of_a_member_who_has_many(server, tmp_path):
    """More than are deleted in one request, as programs before this one let a member have. Those that are left count no more."""
    project, tokens = server.project(), tmp_path / "tokens"
    server.command("project", "seed", "--project", project.project_id, "--organizations", "1", "--members", "1", "--sessions", "90", "--tokens", str(tokens))
    [organization] = project.api.organizations.search().organizations
    org = organization.organization_id
    [member] = project.api.organizations.members.search(organization_ids=[org]).members
    more = [login(project, org, member.email_address) for _ in range(3)]
    copied = "organization_id, project_id, member_id, generation, started_at, last_accessed_at, expires_at, factors, custom_claims"
    random = "gen_random_uuid()::text::bytea" if ENGINE == "postgres" else "randomblob(32)"
    server.rows(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12) INSERT INTO sessions ({copied}, id, token_hash) "
                f"SELECT {copied}, id || i, {random} FROM sessions, n WHERE organization_id = '{org}'")
    opened = [*tokens.read_text().split()[::9], *(session.session_token for session in more)]
    for token in opened:
        assert project.api.sessions.authenticate(session_token=token).member.member_id == member.member_id
    project.api.sessions.revoke(member_id=member.member_id)
    for token in opened:
        with refused(404, "session_not_found"):
            project.api.sessions.authenticate(session_token=token)
    for session in more:
        with refused(404, "session_not_found"):
            project.api.sessions.authenticate(session_jwt=session.session_jwt)
    assert project.api.sessions.get(org, member.member_id).member_sessions == []
    fresh = login(project, org, member.email_address)
    [only] = project.api.sessions.get(org, member.member_id).member_sessions
    assert only.member_session_id == fresh.member_session.member_session_id
