"""Three nodes on a pair of PostgreSQL servers under Patroni: a planned switch, and the death of the primary, under load."""

import json
import threading
import time

import patroni
import pytest
import requests
from harness import login, until
from machines import Load, check_interruption, check_unavailable, on

# How long any answer may take, whatever happens to the database.
PATIENCE = 30


@pytest.fixture
def cluster():
    reason = patroni.missing()
    if reason:
        pytest.skip(reason)
    cluster = patroni.Patroni()
    yield cluster
    cluster.stop()


class Checks:
    """Checks one session without pause; every answer is good or says that the database is away."""

    def __init__(self, project, session_token):
        self.good = 0
        self.refused = 0
        self.wrong: list = []
        self._ask = (project, session_token)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        project, token = self._ask
        client = requests.Session()
        client.auth = (project.project_id, project.secret)
        while not self._stop.wait(0.02):
            try:
                answer = client.post(f"{project.server.url}/v1/b2b/sessions/authenticate", json={"session_token": token},
                                     timeout=PATIENCE)
                if answer.status_code == 200:
                    self.good += 1
                else:
                    check_unavailable(answer)
                    self.refused += 1
            except Exception as error:  # noqa: BLE001 (shown by the test)
                self.wrong.append(error)
                return

    def finish(self):
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self.wrong, self.wrong[0]


def goes_on(loads, checks, what) -> float:
    """Waits until every node writes again, and the third one reads; the seconds that it took."""
    began = time.monotonic()
    marks, good = [load.acknowledged for load in loads], checks.good
    until(lambda: checks.wrong or any(load.broken for load in loads)
          or (checks.good > good + 5 and all(load.acknowledged >= mark + 20 for load, mark in zip(loads, marks))),
          timeout=patroni.SETTLED, what=what)
    return time.monotonic() - began


def test_the_primary_changes_under_load(cluster, start_node):
    began = time.monotonic()
    url = cluster.new_database()
    nodes = [start_node(url, clock=True) for _ in range(3)]
    project = nodes[0].project()
    org = project.organization().organization_id
    session = login(project, org, project.member(org).email_address).session_token
    checks = Checks(on(project, nodes[2]), session)
    loads = [Load(on(project, node)).start() for node in nodes[:2]]
    goes_on(loads, checks, "the load")

    new = cluster.switch_over()
    switched = goes_on(loads, checks, "the load, after the switch")
    refused_by_then = sum(len(load.refused) for load in loads)
    cluster.settled()

    assert cluster.kill_leader() is new
    failed_over = goes_on(loads, checks, "the load, after the death")
    assert cluster.leader() is not new
    for load in loads:
        load.finish()
    checks.finish()

    assert checks.refused, "nobody noticed"
    check_interruption(loads, PATIENCE)
    for node in nodes:
        assert node.process.poll() is None
        assert node.get("/readyz").status_code == 200
        # What was being delivered meanwhile is delivered again when its lease is over.
        node.clock.forward(seconds=121)
    for load in loads:
        load.check(mail_within=30)
        load.check_whole()

    def on_their_way():
        listed = nodes[0].command("outbox", "--json", "--limit", "10000").stdout.splitlines()
        return [mail for mail in map(json.loads, listed) if mail["status"] != "delivered"]

    until(lambda: not on_their_way(), timeout=30, every=0.5, what="delivery of everything in the outbox")
    print(f"{sum(load.acknowledged for load in loads)} acknowledged, {refused_by_then} refused in the switch, "
          f"{sum(len(load.refused) for load in loads) - refused_by_then} in the failover; the load went on "
          f"{switched:.1f} s and {failed_over:.1f} s later; {time.monotonic() - began:.0f} s in all")

    # The old primary comes back, and is a standby.
    new.start()
    cluster.settled()
    assert cluster.roles()[new.name] == "sync_standby"
    there = on(project, nodes[1])
    assert there.api.sessions.authenticate(session_token=session).member_session
