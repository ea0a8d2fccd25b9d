"""The fixtures of the API tests, and two projects that all threat tests of a worker share."""

import importlib.util
import pathlib
from types import SimpleNamespace

import pytest

_path = pathlib.Path(__file__).resolve().parent.parent / "api" / "conftest.py"
_spec = importlib.util.spec_from_file_location("api_conftest", _path)
_api = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_api)

server = _api.server
start_server = _api.start_server
traveller = _api.traveller


@pytest.fixture(scope="session")
def project(server):
    """The project under attack; tests make organizations of their own in it and leave its settings alone."""
    return server.project("Home")


@pytest.fixture(scope="session")
def neighbour(server):
    """Another project of the same server."""
    return server.project("Neighbour")


@pytest.fixture
def organization(project):
    return project.organization()


@pytest.fixture
def org(organization):
    return organization.organization_id


@pytest.fixture(scope="session")
def cookies(server):
    """A project that keeps sessions in cookies that scripts cannot read."""
    import json

    import harness

    made = server.command(
        "project", "create", "--name", "Cookies", "--environment", "test", "--redirect-url", harness.REDIRECT_URL,
        "--http-only-cookies", "--json",
    )
    made = SimpleNamespace(**json.loads(made.stdout))
    return harness.Project(server, made.project_id, made.secret, made.public_token, made.environment)
