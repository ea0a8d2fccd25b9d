"""Keys are replaced while several nodes run on one PostgreSQL; no node is told."""

import base64
import json
import secrets
import subprocess
import threading
from types import SimpleNamespace

import harness
import pytest
from harness import login, magic_token, until, verified_member
from machines import Load, Node, on

HOLD = "BEGIN; SELECT id FROM data_keys WHERE purpose = 'sealing' FOR SHARE;"


def strong() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def key_file(tmp_path):
    def write(*keys):
        file = tmp_path / "master.key"
        fresh = tmp_path / "fresh"
        fresh.write_text("".join(f"{key}\n" for key in keys))
        fresh.replace(file)
        return file

    return write


@pytest.fixture
def cluster(postgres, mailbox, key_file):
    """Three nodes with a master key in a file, and one project asked of each."""
    key = strong()
    url, common = postgres.new_database(), ["--master-key-file", str(key_file(key))]
    nodes = [Node(url, mailbox=mailbox, common=common) for _ in range(3)]
    try:
        for node in nodes:
            node.start()
        first = nodes[0].project()
        yield SimpleNamespace(url=url, key=key, nodes=nodes, projects=[on(first, node) for node in nodes])
    finally:
        for node in nodes:
            node.stop()


def sql(url, statement) -> list[str]:
    return [value for (value,) in harness.rows(url, statement)]


def sealed_with(url) -> set[int]:
    headers = sql(url, "SELECT encode(substr(sealed_body, 1, 4), 'hex') FROM outbox WHERE sealed_body IS NOT NULL "
                       "UNION SELECT encode(substr(sealed_private_key, 1, 4), 'hex') FROM signing_keys")
    return {int(header, 16) for header in headers}


def jwks(project):
    return project.raw("GET", f"/v1/b2b/sessions/jwks/{project.project_id}").json()["keys"]


def use_everywhere(projects, org, member, session, keys):
    """What was made before works on every node, and what one makes now works on the others."""
    for i, project in enumerate(projects):
        assert project.api.sessions.authenticate(session_token=session.session_token).member.member_id == member.member_id
        assert project.api.sessions.authenticate(session_jwt=session.session_jwt).member.member_id == member.member_id
        assert jwks(project) == keys
        token = magic_token(project, org, member.email_address)
        assert projects[(i + 1) % len(projects)].api.magic_links.authenticate(magic_links_token=token).member_authenticated


def test_the_data_key_under_load_on_all_nodes(cluster):
    projects, node = cluster.projects, cluster.nodes[0]
    org = projects[0].organization().organization_id
    member, session = verified_member(projects[1], org)
    keys = jwks(projects[0])
    loads = [Load(project).start() for project in projects]
    for i in range(2):
        before = [load.acknowledged for load in loads]
        until(lambda: all(load.acknowledged > b + 10 for load, b in zip(loads, before)), timeout=60, what="load")
        assert f"data key {i + 3} seals" in node.command("keys", "rotate", "--data").stdout
    for load in loads:
        load.finish()
        assert not load.broken, load.broken[0]
        assert not load.refused, load.refused[0][0].text
    assert sql(cluster.url, "SELECT id FROM data_keys ORDER BY id") == ["2", "4"]
    assert sealed_with(cluster.url) == {4}
    for load in loads:
        load.check(mail_within=60)
    use_everywhere(projects, org, member, session, keys)


def test_a_key_is_not_retired_under_a_transaction_that_seals_with_it(cluster):
    """However long that takes: no clock decides."""
    process = subprocess.Popen(["psql", cluster.url, "-qAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        process.stdin.write(HOLD + "\n")
        process.stdin.flush()
        assert process.stdout.readline().strip() == "1"
        done = []
        thread = threading.Thread(target=lambda: done.append(cluster.nodes[0].command("keys", "rotate", "--data")))
        thread.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        until(lambda: sql(cluster.url, waiting) == ["1"], what="the command to wait")
        # Meanwhile the others go on, and seal with the new one.
        project = cluster.projects[1]
        org = project.organization().organization_id
        login(project, org, project.member(org).email_address)
        cluster.nodes[2].project()
        assert [node.get("/readyz").status_code for node in cluster.nodes] == [200, 200, 200]
        assert not done and sealed_with(cluster.url) == {1, 3}
        assert sql(cluster.url, "SELECT id FROM data_keys WHERE purpose = 'sealing' ORDER BY id") == ["1", "3"]
        process.stdin.write("COMMIT;\n")
        process.stdin.flush()
        thread.join(60)
        assert done and "data key 1 is gone" in done[0].stdout
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_the_master_key_with_a_rolling_restart(cluster, key_file):
    """Every node gets both keys, the database moves, the old key goes."""
    projects, nodes, new = cluster.projects, cluster.nodes, strong()
    org = projects[0].organization().organization_id
    member, session = verified_member(projects[1], org)
    keys = jwks(projects[0])
    ids = lambda: {json.loads(line)["master_key_id"] for line in nodes[0].command("keys", "list", "--json").stdout.splitlines()}  # noqa: E731
    before = ids()

    def roll():
        for node in nodes:
            assert node.terminate() == 0
            node.relaunch()
            use_everywhere(projects, org, member, session, keys)

    key_file(new, cluster.key)
    roll()
    nodes[0].command("keys", "rotate", "--master")
    assert ids().isdisjoint(before)
    use_everywhere(projects, org, member, session, keys)
    nodes[0].command("keys", "rotate", "--data")
    use_everywhere(projects, org, member, session, keys)
    key_file(new)
    roll()
    assert not [node for node in nodes if "the master key was replaced" in node.log()]


def test_a_node_with_the_old_master_key_goes_on(postgres, start_node, tmp_path):
    """It was not told; its requests do not fail, its log says what to do, and it does not start again."""
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    old.write_text(strong())
    new.write_text(strong())
    url = postgres.new_database()
    nodes = [start_node(url, common=["--master-key-file", str(old)]) for _ in range(2)]
    projects = [nodes[0].project()]
    projects.append(on(projects[0], nodes[1]))
    org = projects[0].organization().organization_id
    member, session = verified_member(projects[1], org)
    keys = jwks(projects[0])
    nodes[0].command("keys", "rotate", "--master", "--new-master-key-file", str(new))
    for node in nodes:
        until(lambda node=node: "the master key was replaced" in node.log(), timeout=30, what="the warning")
        assert node.get("/readyz").status_code == 200
    use_everywhere(projects, org, member, session, keys)
    assert nodes[1].terminate() == 0
    with pytest.raises(AssertionError, match="another master key"):
        nodes[1].relaunch()
    nodes[1].arguments = nodes[1].common = ["--master-key-file", str(new)]
    nodes[1].relaunch()
    use_everywhere(projects, org, member, session, keys)
    assert harness.until(lambda: nodes[1].get("/readyz").status_code == 200)
