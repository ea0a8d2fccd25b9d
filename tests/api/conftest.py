import harness
import pytest


@pytest.fixture(scope="session")
def server(postgres):
    """The server of this worker; tests share it and make a project each."""
    server = harness.Server(postgres=postgres).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def traveller(postgres):
    """A server of this file's own, whose clock is moved."""
    server = harness.Server(postgres=postgres, clock=True).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(server):
    """The project of a server: tests make organizations of their own in it and leave its settings alone."""
    return server.shared_project


@pytest.fixture
def own_project(server):
    """A project of this test's own. Making one takes as long as ten requests: its signing key is an RSA key."""
    return server.project()


@pytest.fixture
def organization(project):
    return project.organization()


@pytest.fixture
def start_server(postgres):
    """Starts servers of this test's own."""
    started = []

    def start(**options):
        server = harness.Server(postgres=postgres, **options).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
