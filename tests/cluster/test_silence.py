"""A database that says nothing: it is frozen, or the network swallows everything. And a node that falls silent itself."""

import threading
import time

import machines
import pytest
from harness import check_refusal, login, new_email, race, token_from, unique, until
from machines import Load, check_interruption, check_unavailable, on, post

# Three times what a node waits for one statement; a request runs two or three transactions, and most end at the first.
PATIENCE = 30


@pytest.fixture
def cluster():
    cluster = machines.Postgres()
    yield cluster
    cluster.stop()


@pytest.fixture
def wire(cluster):
    wire = machines.Wire(cluster)
    yield wire
    wire.stop()


def ready(node) -> bool:
    return node.get("/readyz").status_code == 200


def kinds_of_request(project, session_token):
    """One of each: a write, a read, a session check, a mail, and one of a browser."""
    org = f"organization-test-{'0' * 8}-0000-4000-8000-{'0' * 12}"
    slug = f"silent-{unique()}"
    return [
        lambda: post(project, "/v1/b2b/organizations", {"organization_name": "Silent", "organization_slug": slug}),
        lambda: project.raw("GET", f"/v1/b2b/organizations/{org}"),
        lambda: post(project, "/v1/b2b/sessions/authenticate", {"session_token": session_token}),
        lambda: post(project, "/v1/b2b/magic_links/email/discovery/send", {"email_address": new_email()}),
        lambda: project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session_token),
    ]


def check_refused_in_time(project, session_token) -> float:
    """All kinds at once; the seconds that the slowest took."""
    asked = kinds_of_request(project, session_token)

    def timed(i):
        began = time.monotonic()
        return asked[i](), time.monotonic() - began

    results = race(len(asked), timed)
    for result in results:
        assert isinstance(result, tuple), result
        check_unavailable(result[0])
        assert result[1] < PATIENCE
    return max(seconds for _, seconds in results)


@pytest.mark.parametrize("how", ["frozen", "unreachable"])
def test_nothing_is_heard_of_the_database(cluster, wire, start_node, how):
    silence, end = (cluster.freeze, cluster.thaw) if how == "frozen" else (wire.silence, wire.heal)
    node = start_node(wire.to(cluster.new_database()), clock=True)
    project = node.project()
    org = project.organization().organization_id
    session = login(project, org, project.member(org).email_address).session_token
    load = Load(project).start()
    until(lambda: load.acknowledged >= 30 or load.broken, timeout=60, what="the load")

    silence()
    # First on connections that there are, then on new ones.
    slowest = [check_refused_in_time(project, session) for _ in range(2)]
    assert node.get("/healthz").status_code == 200
    assert not ready(node)
    began = time.monotonic()
    starting = node.command("project", "list", check=False)
    assert starting.returncode != 0 and "panicked" not in starting.stderr
    assert time.monotonic() - began < PATIENCE
    before = load.acknowledged
    end()

    until(lambda: ready(node), timeout=60, what="readiness")
    until(lambda: load.acknowledged >= before + 20 or load.broken, timeout=60, what="the load, again")
    load.finish()
    check_interruption([load], PATIENCE)
    # What was being delivered meanwhile is delivered again when its lease is over.
    node.clock.forward(seconds=121)
    load.check()
    load.check_whole()
    assert project.api.sessions.authenticate(session_token=session).member_session
    assert node.process.poll() is None
    print(f"{how}: {load.acknowledged} acknowledged, {len(load.refused)} refused; the slowest of the rest took "
          f"{slowest[0]:.1f} s on old connections and {slowest[1]:.1f} s on new ones")


def test_a_node_vanishes_with_its_locks(cluster, wire, start_node):
    """It wrote to an organization and its commit never arrives. The others get on without it."""
    url = cluster.new_database()
    here = start_node(url)
    project = here.project()
    org, domain = machines.open_organization(project)
    away = on(project, start_node(wire.to(url)))
    path, body = f"/v1/b2b/organizations/{org}/members", {"email_address": new_email()}
    assert post(away, path, {"email_address": new_email()}).status_code == 200
    wire.hiding = body["email_address"].encode()
    answers = []
    asking = threading.Thread(target=lambda: answers.append(post(away, path, body)))
    asking.start()
    until(lambda: wire.hidden, what="a commit on its way")
    began = time.monotonic()
    # The same member: had the other's transaction been committed, this one would be refused for good.
    while (answer := post(project, path, body)).status_code != 200:
        check_unavailable(answer)
        assert time.monotonic() - began < 60, "its locks outlive it"
    waited = time.monotonic() - began
    asking.join(PATIENCE)
    [unheard] = answers
    check_unavailable(unheard)
    # Everything else of that organization works again too.
    email = new_email(domain)
    sent = {"organization_id": org, "email_address": email}
    assert post(project, "/v1/b2b/magic_links/email/login_or_signup", sent).status_code == 200
    token = {"magic_links_token": token_from(project.mailbox.wait(email))}
    assert post(project, "/v1/b2b/magic_links/authenticate", token).status_code == 200
    check_refusal(post(project, "/v1/b2b/magic_links/authenticate", token), 401, "unable_to_auth_magic_link")
    print(f"its locks were gone after {waited:.1f} s")
