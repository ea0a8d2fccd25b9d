"""What the tests of crashes, nodes and failures share. They choose their engines themselves."""

import harness
import machines
import pytest


@pytest.fixture(scope="module")
def postgres():
    """A cluster that nobody stops."""
    cluster = machines.Postgres()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def mailbox():
    box = harness.Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture
def start_node(mailbox):
    """Starts nodes of this test's own; on a fresh SQLite file, or on the database given."""
    started = []

    def start(database_url=None, *, smtp=True, **options):
        node = machines.Node(database_url, mailbox=mailbox if smtp else None, **options)
        started.append(node)
        return node.start()

    yield start
    failures = []
    for node in started:
        try:
            node.stop()
        except AssertionError as error:
            failures.append(error)
    if failures:
        raise failures[0]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request):
    """A fresh database of either engine; None is a file beside the node."""
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").new_database()
