"""The database is away, full, read-only or out of connections: clear refusals, nothing lost, recovery by itself."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import harness
import machines
import pytest
import requests
from harness import check_refusal, login, new_email, race, token_from, unique, until
from machines import Load, check_unavailable, post

# How long a refusal may take.
PATIENCE = 6


@pytest.fixture(scope="module")
def fragile():
    """A cluster to be stopped."""
    cluster = machines.Postgres()
    yield cluster
    cluster.stop()


@pytest.fixture
def upright(fragile):
    """The same, running with its usual settings before and after."""
    yield fragile
    if not fragile.running:
        fragile.resume()


def quick(ask):
    began = time.monotonic()
    answer = ask()
    assert time.monotonic() - began < PATIENCE
    return answer


def create(project, slug=None, **options):
    body = {"organization_name": "Acme", "organization_slug": slug or f"acme-{unique()}"}
    return post(project, "/v1/b2b/organizations", body, **options)


def check_down(node, project, session_token):
    """Alive, not ready, and every kind of request is refused in the same shape."""
    assert node.get("/healthz").status_code == 200
    assert quick(lambda: node.get("/readyz")).status_code == 503
    org = f"organization-test-{'0' * 8}-0000-4000-8000-{'0' * 12}"
    for ask in (
        lambda: create(project),
        lambda: project.raw("GET", f"/v1/b2b/organizations/{org}"),
        lambda: post(project, "/v1/b2b/sessions/authenticate", {"session_token": session_token}),
        lambda: post(project, "/v1/b2b/magic_links/email/discovery/send", {"email_address": new_email()}),
        lambda: project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session_token),
    ):
        check_unavailable(quick(ask))


def check_works(project, session_token):
    """Old and new: a session from before, and a whole login."""
    assert project.api.sessions.authenticate(session_token=session_token).member_session
    org = project.organization().organization_id
    assert login(project, org, project.member(org).email_address).member_authenticated is True


def signed_in(project) -> str:
    org = project.organization().organization_id
    return login(project, org, project.member(org).email_address).session_token


def ready(node) -> bool:
    return node.get("/readyz").status_code == 200


@pytest.fixture
def small_disk():
    """A file system of a few megabytes."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(directory)], capture_output=True)
    if mounted.returncode != 0:
        directory.rmdir()
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.decode().strip()}")
    yield directory
    subprocess.run(["umount", "-l", str(directory)], check=True)
    directory.rmdir()


def fill(directory: pathlib.Path) -> pathlib.Path:
    """Leaves no space there; returns the file that took it."""
    path = directory / "ballast"
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    with pytest.raises(OSError):
        while True:
            os.write(file, b"\0" * 4096)
    os.close(file)
    return path


def write_until_refused(project, acknowledged: list[str]) -> list[str]:
    """Makes organizations until five were refused, whose slugs are returned.

    The first ones still fit into what the database had allocated before.
    """
    refused = []
    for _ in range(3000):
        slug = f"full-{unique()}"
        answer = quick(lambda: create(project, slug))
        if answer.status_code == 200:
            acknowledged.append(answer.json()["organization"]["organization_id"])
            continue
        check_unavailable(answer)
        refused.append(slug)
        if len(refused) == 5:
            return refused
    raise AssertionError("the disk did not get full")


def check_reading(node, project, session_token, organizations):
    assert node.get("/healthz").status_code == 200
    for key in organizations:
        assert project.api.organizations.get(key).organization.organization_id == key
    assert project.api.sessions.authenticate(session_token=session_token).member_session


# ---------------------------------------------------------------- PostgreSQL


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgres_stops_and_starts_under_load(upright, start_node, mode):
    node = start_node(upright.new_database(), clock=True)
    project = node.project()
    session = signed_in(project)
    load = Load(project).start()
    until(lambda: load.acknowledged >= 30 or load.broken, what="the load")
    upright.halt(mode)
    check_down(node, project, session)
    # And it stays so, whatever else was tried meanwhile.
    refused = len(load.refused)
    until(lambda: len(load.refused) >= refused + 20 or load.broken, what="refusals of the load")
    check_down(node, project, session)
    before = load.acknowledged
    upright.resume()
    began = time.monotonic()
    until(lambda: ready(node), what="readiness")
    back = time.monotonic() - began
    until(lambda: load.acknowledged >= before + 20 or load.broken, what="the load, again")
    load.finish()
    assert not load.broken, load.broken[0]
    assert load.refused
    for answer, seconds in load.refused:
        check_unavailable(answer)
        assert seconds < PATIENCE
    # What was being delivered when the database went away is delivered again when its lease is over.
    node.clock.forward(seconds=121)
    load.check()
    check_works(project, session)
    assert node.process.poll() is None
    slowest = max(seconds for _, seconds in load.refused)
    print(f"{load.acknowledged} acknowledged, {len(load.refused)} refused in {slowest:.2f} s at most, "
          f"ready {back:.2f} s after the start")


def test_postgres_is_out_of_connections(upright, start_node):
    """Others have taken them all. The node makes do with what it has, and gets on when they are free again."""
    upright.halt("fast")
    upright.resume(max_connections=20, superuser_reserved_connections=0, max_wal_senders=0)
    node = start_node(upright.new_database())
    project = node.project()
    session = signed_in(project)
    held = []
    try:
        # Its own connections are closed by a restart; it gets back at most those that it takes before the others do.
        upright.halt("fast")
        upright.resume(max_connections=20, superuser_reserved_connections=0, max_wal_senders=0)
        held = upright.occupy(30)
        assert len(held) >= 12
        answers = race(30, lambda i: quick(lambda: create(project, f"crowd-{i}")))
        for answer in answers:
            assert isinstance(answer, requests.Response), answer
            if answer.status_code != 200:
                check_unavailable(answer)
        good = {i for i, answer in enumerate(answers) if answer.status_code == 200}
        # With the few that it has it serves all of them, one after the other; without any, nobody.
        assert bool(good) == (len(held) < 20), f"{len(good)} of 30 went through, with {len(held)} of 20 held by others"
        assert node.get("/healthz").status_code == 200
        if len(held) == 20:
            assert node.get("/readyz").status_code == 503
    finally:
        for s in held:
            s.close()
    until(lambda: ready(node) and create(project).status_code == 200, what="recovery")
    for i in range(30):
        # Refused is refused: whoever is told so may take the slug on the next attempt.
        again = create(project, f"crowd-{i}")
        assert (again.status_code == 200) == (i not in good), again.text
    check_works(project, session)
    print(f"{len(held)} connections held by others; {len(good)} of 30 went through")
    upright.halt("fast")


def test_postgres_is_read_only(upright, start_node):
    """As after a failover, when the node still speaks to what has become a standby."""
    url = upright.new_database()
    node = start_node(url)
    project = node.project()
    session = signed_in(project)
    name = url.rsplit("/", 1)[1]
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    upright.sql("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    upright.sql("postgres", end)
    for _ in range(3):
        check_unavailable(quick(lambda: create(project)))
        check_unavailable(quick(lambda: post(project, "/v1/b2b/magic_links/email/discovery/send", {"email_address": new_email()})))
    # Reading goes on.
    assert project.api.sessions.authenticate(session_token=session).member_session
    assert node.get("/healthz").status_code == 200
    upright.sql("postgres", f"ALTER DATABASE {name} RESET default_transaction_read_only")
    upright.sql("postgres", end)
    until(lambda: create(project).status_code == 200, what="recovery")
    check_works(project, session)


def test_postgres_is_away_when_the_node_starts(upright):
    """It says so and ends, for whoever starts it to try again; it does not hang."""
    url = upright.new_database()
    upright.halt("fast")
    began = time.monotonic()
    node = machines.Node(url)
    done = node.command("serve", "--listen", "127.0.0.1:0", check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "panicked" not in done.stderr
    assert "database" in done.stderr or "connect" in done.stderr, done.stderr
    assert time.monotonic() - began < 20
    node.stop()


def preflight(node, origin) -> bool:
    """Whether a page of that origin may send requests."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = requests.options(f"{node.url}/sdk/v1/b2b/sessions/authenticate", headers=headers, timeout=30)
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    return answer.headers.get("access-control-allow-origin") == origin


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_that_fails_says_nothing_of_origins(upright, start_node, mode):
    """What it could not be asked is not remembered as its answer: pages work as soon as it does.

    The clock of the node stands, so that by the clock nothing that it remembers ever gets old.
    """
    node = start_node(upright.new_database(), clock=True)
    project = node.project()
    session = signed_in(project)
    node.clock.stand()
    upright.halt(mode)
    # Many origins, of which nobody has asked yet and of which somebody has.
    for _ in range(5):
        assert not preflight(node, harness.ORIGIN), "a page was let in though nobody could say whether it may"
        assert not preflight(node, "https://stranger.example.com")
        # What is refused says so in the same shape as ever, whoever may read it.
        check_unavailable(quick(lambda: project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session)))
    upright.resume()
    until(lambda: ready(node), what="readiness")
    assert preflight(node, harness.ORIGIN)
    answer = project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == harness.ORIGIN
    stranger = project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session, origin="https://stranger.example.com")
    assert (stranger.status_code, stranger.json()["error_type"]) == (401, "bad_domain_for_stytch_sdk")
    check_works(project, session)


def test_the_answer_to_a_commit_is_lost(upright, start_node):
    """The node cannot know what became of it: it says 503, does not do it twice, and all of it is there."""
    wire = machines.Wire(upright)
    try:
        url = upright.new_database()
        node = start_node(wire.to(url))
        project = node.project()
        session = signed_in(project)
        org, domain = machines.open_organization(project)
        email, slug = new_email(domain), f"lost-{unique()}"
        wire.losing.set()
        check_unavailable(quick(lambda: create(project, slug)))
        body = {"organization_id": org, "email_address": email}
        check_unavailable(quick(lambda: post(project, "/v1/b2b/magic_links/email/login_or_signup", body)))
        assert wire.lost >= 2
        wire.losing.clear()
        made = [event["action"] for event in project.audit(project.api.organizations.get(slug).organization.organization_id)]
        assert made == ["organization.create"]
        assert project.api.organizations.members.get(org, email_address=email).member.status == "pending"
        token = token_from(project.mailbox.wait(email, 60))
        # The same of a login: the link may be spent without an answer, but never twice.
        wire.losing.set()
        check_unavailable(quick(lambda: post(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})))
        wire.losing.clear()
        again = post(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
        check_refusal(again, 401, "unable_to_auth_magic_link")
        member = project.api.organizations.members.get(org, email_address=email).member
        sessions = project.api.sessions.get(organization_id=org, member_id=member.member_id).member_sessions
        assert len(sessions) == 1
        assert project.mailbox.waiting(email) == 0
        check_works(project, session)
    finally:
        wire.stop()


def test_postgres_disk_full(upright, start_node, small_disk):
    """The database's own file system, that is; without space for its log, PostgreSQL ends itself."""
    if os.geteuid() == 0:
        shutil.chown(small_disk, "postgres", "postgres")
    space = f"space_{unique()}"
    upright.sql("postgres", f"CREATE TABLESPACE {space} LOCATION '{small_disk}'")
    url = upright.new_database(f"TABLESPACE {space}")
    node = start_node(url)
    project = node.project()
    session = signed_in(project)
    acknowledged = []
    ballast = fill(small_disk)
    refused = write_until_refused(project, acknowledged)
    assert not ready(node)
    check_reading(node, project, session, acknowledged)
    ballast.unlink()
    until(lambda: create(project).status_code == 200, what="recovery")
    until(lambda: ready(node), timeout=20, what="readiness")
    for slug in refused:
        assert create(project, slug).status_code == 200
    check_works(project, session)
    check_reading(node, project, session, acknowledged)
    assert node.terminate() == 0
    upright.sql("postgres", f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")
    upright.sql("postgres", f"DROP TABLESPACE {space}")


# ---------------------------------------------------------------- SQLite


def test_sqlite_disk_full(small_disk, start_node):
    node = start_node(f"sqlite:{small_disk}/guildhall.db")
    project = node.project()
    session = signed_in(project)
    acknowledged = [create(project).json()["organization"]["organization_id"] for _ in range(10)]
    ballast = fill(small_disk)
    refused = write_until_refused(project, acknowledged)
    answers = race(10, lambda i: quick(lambda: create(project, f"crowd-{i}")))
    for answer in answers:
        if answer.status_code != 200:
            check_unavailable(answer)
    assert not ready(node)
    check_reading(node, project, session, acknowledged)
    ballast.unlink()
    until(lambda: create(project).status_code == 200, what="recovery")
    until(lambda: ready(node), timeout=20, what="readiness")
    for slug in refused:
        assert create(project, slug).status_code == 200
    check_works(project, session)
    node.kill()
    node.relaunch()
    for key in acknowledged:
        assert project.api.organizations.get(key).organization.organization_id == key
    print(f"{len(acknowledged)} acknowledged")


def test_sqlite_read_only_at_the_start(small_disk, start_node):
    """It ends with a word about it, and the file is as it was."""
    node = start_node(f"sqlite:{small_disk}/guildhall.db")
    project = node.project()
    made = project.organization().organization_id
    assert node.terminate() == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = node.command("serve", "--listen", "127.0.0.1:0", check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "panicked" not in done.stderr
    assert "read" in done.stderr.lower(), done.stderr
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    node.relaunch()
    assert project.api.organizations.get(made).organization.organization_id == made


def test_another_holds_a_lock(upright, mailbox):
    """Requests do not wait for ever; they are told, and everything goes on once the lock is gone."""
    node = machines.Node(upright.new_database(), mailbox=mailbox).start()
    try:
        project = node.project()
        assert project.organization()
        name = node.database_url.rsplit("/", 1)[1]
        command = ["psql", "-qAt", "-h", "127.0.0.1", "-p", str(upright.port), "-U", "postgres", name]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            holder.stdin.write("BEGIN; LOCK TABLE organizations; SELECT 'held';\n")
            holder.stdin.flush()
            assert holder.stdout.readline() == "held\n"
            # The lock is there until this is over, so whoever is answered has not waited for it.
            for answer in race(3, lambda i: create(project)):
                check_unavailable(answer)
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
            until(lambda: node.rows(waiting) == [("0",)], timeout=20, what="the database to give up what nobody waits for")
        finally:
            holder.stdin.close()
            holder.wait()
        assert create(project).status_code == 200
    finally:
        node.stop()
