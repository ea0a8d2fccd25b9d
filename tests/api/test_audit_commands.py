"""Nothing that a command changes is without an event that tells it, as in `test_audit_rows.py`."""

import json

import pytest
import told
from dashboard import make
from harness import REDIRECT_URL, Server, login, unique


@pytest.fixture(scope="module")
def own_server(postgres):
    """Nobody else changes rows of it meanwhile."""
    server = Server(postgres=postgres).start()
    yield server
    server.stop()


POLICY = {"resources": [{"resource_id": "documents", "description": "", "actions": ["read", "write"]}],
          "roles": [{"role_id": "editor", "description": "", "permissions": [{"resource_id": "documents", "actions": ["*"]}]}]}


def secret_id(server, project) -> str:
    return json.loads(server.command("project", "add-secret", project.project_id, "--json").stdout)["secret_id"]


def policy_file(server) -> str:
    path = server.directory / f"policy-{unique()}.json"
    path.write_text(json.dumps(POLICY))
    return str(path)


def logged_in(project, what: str) -> list[str]:
    """That of a new member who has logged in, and the project's option."""
    organization = project.organization().organization_id
    session = login(project, organization, project.member(organization).email_address).member_session
    return [getattr(session, what), "--project", project.project_id]


def setup_link(server, project) -> list[str]:
    """An organization with a setup link; its arguments, and the link's."""
    organization = project.organization().organization_id
    arguments = [organization, "--project", project.project_id]
    made = server.command("organization", "setup-link", *arguments, "--purpose", "sso", "--json").stdout
    return [*arguments, "--revoke", json.loads(made)["setup_link_id"]]


def place(server, project) -> list[str]:
    """That of a member, whom an operator acts for."""
    server.command("project", "update", project.project_id, "--user-impersonation-enabled")
    member = project.member(project.organization().organization_id)
    return [member.member_id, "--project", project.project_id, "--operator", make(server)[0], "--reason", "Ticket 4711"]


CLIENT = ["--client-id", "app", "--client-secret", "secret"]


def with_google(server, project) -> str:
    server.command("provider", "set", project.project_id, "google", *CLIENT)
    return project.project_id


COMMANDS = {
    "project create": lambda server, project: ["--name", "Another", "--environment", "test", "--origin", "https://pages.example.com"],
    "project update": lambda server, project: [
        project.project_id, "--name", "Renamed", "--max-session-duration-minutes", "60", "--slug-pattern", "{{slug}}.example.com",
        "--add-redirect-url", "https://app.example.com/done", "--remove-redirect-url", REDIRECT_URL, "--add-origin", "https://more.example.com"],
    "project add-secret": lambda server, project: [project.project_id],
    "project remove-secret": lambda server, project: [project.project_id, secret_id(server, project)],
    "keys rotate": lambda server, project: ["--project", project.project_id],
    "session revoke": lambda server, project: logged_in(project, "member_session_id"),
    "session revoke --member": lambda server, project: logged_in(project, "member_id"),
    "session revoke --yes --organization": lambda server, project: logged_in(project, "organization_id"),
    "organization branding": lambda server, project: [
        project.organization().organization_id, "--project", project.project_id, "--logo-url", "https://example.com/l.png", "--brand-color", "#fd0"],
    "organization setup-link": lambda server, project: [
        project.organization().organization_id, "--project", project.project_id, "--purpose", "sso", "--purpose", "members", "--minutes", "60"],
    "organization setup-link --json": setup_link,
    "member impersonate": place,
    "rbac set": lambda server, project: ["--project", project.project_id, policy_file(server)],
    "provider set": lambda server, project: [project.project_id, "google", *CLIENT, "--scopes", "calendar,drive"],
    "provider set --token-url https://token.example": lambda server, project: [with_google(server, project), "google", "--client-secret", "another"],
    "provider remove": lambda server, project: [with_google(server, project), "google"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_changes_is_told(own_server, command):
    project = own_server.project()
    arguments = COMMANDS[command](own_server, project)
    before = own_server.contents()
    said = own_server.command(*command.split(), *arguments).stdout
    after = own_server.contents()
    written = told.events(before, after)
    assert {event["actor_type"] for event in written} == {"operator"}
    told.check_all(before, after, written, [word for word in said.split() if word.startswith("secret-test-")])


def test_what_a_project_defines_no_more_is_gone_everywhere(own_server):
    project = own_server.project()
    own_server.command("rbac", "set", "--project", project.project_id, policy_file(own_server))
    project.member(project.organization().organization_id, roles=["editor"])
    before = own_server.contents()
    nothing = own_server.directory / "nothing.json"
    nothing.write_text(json.dumps({"roles": [], "resources": []}))
    own_server.command("rbac", "set", "--project", project.project_id, str(nothing))
    after = own_server.contents()
    assert [event["action"] for event in told.events(before, after)] == ["rbac_policy.update", "member.update"]
    told.check_all(before, after, told.events(before, after), [])


def test_a_command_that_changes_nothing_writes_nothing(own_server):
    project = own_server.project()
    own_server.command("rbac", "set", "--project", project.project_id, policy_file(own_server))
    before = own_server.contents()
    own_server.command("project", "update", project.project_id, "--name", "Test", "--add-redirect-url", REDIRECT_URL)
    own_server.command("rbac", "set", "--project", project.project_id, policy_file(own_server))
    assert told.events(before, own_server.contents()) == []
