import harness
import pytest


@pytest.fixture(scope="session")
def server():
    """The server of this worker, which may ask identity providers on this machine."""
    server = harness.Server(arguments=["--outbound-allow", "127.0.0.1"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def traveller():
    """A server of this file's own, whose clock is moved."""
    server = harness.Server(arguments=["--outbound-allow", "127.0.0.1"], clock=True).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(server):
    return server.project()
