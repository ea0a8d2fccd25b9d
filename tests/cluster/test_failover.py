"""A primary and a standby, and nodes that are told of both: they find the primary, and the next one."""

import pytest
import replication
from harness import login, until
from machines import Load, check_interruption, check_unavailable, on, post

# How long any answer may take while nobody is at the other end.
PATIENCE = 30


@pytest.fixture
def pair():
    pair = replication.Pair()
    yield pair
    pair.stop()


def ready(node) -> bool:
    return node.get("/readyz").status_code == 200


def test_the_nodes_follow_the_primary(pair, start_node):
    """It freezes, which is worse than dying: whoever connects to it waits. The standby is promoted. Then all is away."""
    primary, standby = pair.primary, pair.standby
    name = pair.new_database()
    # One node has the standby first. Neither says what kind of server it wants; with several there is only one good kind.
    nodes = [start_node(replication.address(order, name), clock=True) for order in ([primary, standby], [standby, primary])]
    project = nodes[0].project()
    loads = [Load(on(project, node)).start() for node in nodes]
    until(lambda: all(load.acknowledged >= 20 or load.broken for load in loads), timeout=60, what="the load")

    primary.freeze()
    until(lambda: all(load.refused for load in loads), timeout=60, what="refusals")
    assert not any(ready(node) for node in nodes)
    standby.promote()
    before = [load.acknowledged for load in loads]
    goes_on = lambda: all(load.acknowledged >= n + 20 or load.broken for load, n in zip(loads, before))  # noqa: E731
    until(goes_on, timeout=90, what="the load, again")
    for load in loads:
        load.finish()
    primary.kill()  # nobody shall wake the old one
    check_interruption(loads, PATIENCE)
    for node in nodes:
        # What was being delivered meanwhile is delivered again when its lease is over.
        node.clock.forward(seconds=121)
    for load in loads:
        load.check()
        load.check_whole()

    standby.halt("fast")
    for node in nodes:
        check_unavailable(post(on(project, node), "/v1/b2b/organizations", {"organization_name": "Nobody is there"}))
        assert node.get("/healthz").status_code == 200
        assert not ready(node)
    standby.resume()
    for node in nodes:
        until(lambda: ready(node), timeout=30, what="readiness")
        there = on(project, node)
        org = there.organization().organization_id
        assert login(there, org, there.member(org).email_address).member_authenticated is True
    assert all(node.process.poll() is None for node in nodes)
    slowest = max(seconds for load in loads for _, seconds in load.refused)
    print(f"{sum(load.acknowledged for load in loads)} acknowledged, {sum(len(load.refused) for load in loads)} refused "
          f"in {slowest:.1f} s at most")
