"""`kill -9` at random moments under writes, and orderly ends: what was acknowledged is there, and no token opens twice.

GUILDHALL_CRASH_ROUNDS  how often, on each engine (default: 5; hundreds take a few seconds each)
GUILDHALL_CRASH_SEED    the moments of an earlier run
"""

import os
import random
import subprocess
import time

import harness
import pytest
from harness import login, until
from machines import Load, Node

ROUNDS = int(os.environ.get("GUILDHALL_CRASH_ROUNDS", "5"))
SEED = int(os.environ.get("GUILDHALL_CRASH_SEED") or random.SystemRandom().randrange(2**32))
# Whoever dies while delivering leaves its mail to the next after this long.
LEASE = 120
# Rounds on one database. The clock that is moved now and then tells a thread the real time (libfaketime); as long as both
# are less apart than a link lasts, that does no harm.
TOGETHER = 25


@pytest.mark.parametrize("first", range(0, ROUNDS, TOGETHER))
def test_killed_at_random_moments(start_node, database_url, first):
    print(f"GUILDHALL_CRASH_SEED={SEED}")
    moments = random.Random(SEED + first)
    node = start_node(database_url, clock=True)
    project = node.project()
    for turn in range(first, min(first + TOGETHER, ROUNDS)):
        load = Load(project).start()
        until(lambda: load.acknowledged >= 10 or load.broken, what="the load")
        time.sleep(moments.uniform(0, 0.6))
        node.kill()
        load.finish()
        assert not load.broken, load.broken[0]
        assert not load.refused, [(a.status_code, a.text) for a, _ in load.refused[:3]]
        # Two minutes pass, so that this test need not wait for the leases of the dead.
        node.clock.forward(seconds=LEASE + 1)
        began = time.monotonic()
        node.relaunch()
        until(lambda: node.get("/readyz").status_code == 200, what="readiness")
        ready = time.monotonic() - began
        load.check()
        print(f"round {turn}: {load.acknowledged} acknowledged ({len(load.redeemed)} logins, {len(load.sent)} mails on "
              f"their way, {len(load.uncertain)} uncertain), ready after {ready:.2f} s")


def test_stopped_under_load(start_node, database_url):
    """Asked to end, it leaves nothing behind that would have to wait for a lease: no clock moves here."""
    node = start_node(database_url)
    project = node.project()
    for _ in range(2):
        load = Load(project).start()
        until(lambda: load.acknowledged >= 30 or load.broken, timeout=60, what="the load")
        assert node.terminate() == 0
        load.finish()
        assert not load.broken, load.broken[0]
        assert not load.refused, [(a.status_code, a.text) for a, _ in load.refused[:3]]
        node.relaunch()
        load.check()
        load.check_whole()


def test_killed_while_it_starts_for_the_first_time(mailbox, database_url):
    """Tables, keys and the first project are made wholly or not at all; the next start goes on."""
    moments = random.Random(SEED)
    last = Node(database_url, mailbox=mailbox)
    try:
        for _ in range(8):
            starting = subprocess.Popen([harness.BIN, "serve", "--listen", "127.0.0.1:0", "--database-url", last.database_url],
                                        cwd=last.directory, env=last.environment(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(moments.uniform(0, 0.15))
            assert starting.poll() is None, f"it ended with {starting.returncode}"
            starting.kill()
            starting.wait()
        last.start()
        assert len(last.command("project", "list", "--json").stdout.splitlines()) == 1
        project = last.project()
        org = project.organization().organization_id
        assert login(project, org, project.member(org).email_address).member_authenticated is True
    finally:
        last.stop()
