"""`guildhall project show`, `update`, `delete`, `list`: what an operator registers, and where it counts."""

import json
import re
import subprocess

import pytest
import requests
from harness import (
    ORIGIN, REDIRECT_URL, check_refusal, data, discovery_token, login, new_email, refused, token_from, unique, until,
)

FLOWS = ["login", "signup", "invite", "reset_password", "discovery"]


@pytest.fixture
def project(server):
    """Each test changes it."""
    return server.project()


def shown(project):
    return json.loads(project.server.command("project", "show", project.project_id, "--json").stdout)


def update(project, *flags, check=True):
    done = project.server.command("project", "update", project.project_id, *flags, "--json", check=check)
    return json.loads(done.stdout) if check else done


def refusal(project, *flags):
    """What the command says, having changed nothing."""
    before = shown(project)
    done = update(project, *flags, check=False)
    assert done.returncode == 1 and done.stdout == "", done.stdout
    assert shown(project) == before
    return done.stderr


def urls(seen):
    """URL to its flows and those of which it is the default."""
    return {entry["url"]: (entry["flows"], entry["default_of"]) for entry in seen["redirect_urls"]}


def page(project, origin):
    """What a page of that origin gets."""
    return project.browser("GET", f"/projects/bootstrap/{project.public_token}", origin=origin)


def is_let_in(project, origin):
    answer = page(project, origin)
    assert answer.status_code == 200 or check_refusal(answer, 401, "bad_domain_for_stytch_sdk")
    return answer.status_code == 200


def asks_for_a_link(project, url, email=None):
    body = {"email_address": email or new_email(), "discovery_redirect_url": url}
    return project.raw("POST", "/v1/b2b/magic_links/email/discovery/send", body)


# ---------------------------------------------------------------- showing


def test_show_tells_all_but_the_secret(server, project):
    seen = shown(project)
    assert set(seen) == {"project_id", "name", "environment", "public_tokens", "secrets", "settings", "redirect_urls", "origins"}
    assert (seen["project_id"], seen["name"], seen["environment"]) == (project.project_id, "Test", "test")
    assert seen["public_tokens"] == [project.public_token] and seen["origins"] == [ORIGIN]
    assert urls(seen) == {REDIRECT_URL: (FLOWS, FLOWS)}
    assert [secret["last_four"] for secret in seen["secrets"]] == [project.secret[-4:]]
    for done in (server.command("project", "show", project.project_id), server.command("project", "list"), server.command("project", "list", "--json")):
        assert project.project_id in done.stdout and ORIGIN in done.stdout and project.secret not in done.stdout
    for part in (REDIRECT_URL, "login (default)", seen["secrets"][0]["secret_id"], project.public_token, "http_only_cookies = false"):
        assert part in server.command("project", "show", project.project_id).stdout


def test_list_is_a_table_for_people_and_lines_for_programs(start_server):
    server = start_server()
    server.command("project", "create", "--name", "Acme", "--environment", "live")
    [head, first, second] = server.command("project", "list").stdout.splitlines()
    assert head.split() == ["PROJECT", "ENVIRONMENT", "ORIGINS", "NAME"]
    assert re.fullmatch(r"project-test-\S+ +test +http://localhost:3000 +My project", first)
    assert re.fullmatch(r"project-live-\S+ +live +none +Acme", second)
    listed = [json.loads(line) for line in server.command("project", "list", "--json").stdout.splitlines()]
    assert [entry["name"] for entry in listed] == ["My project", "Acme"]
    # What it has always told.
    assert set(listed[0]) >= {"project_id", "name", "environment", "public_tokens", "secrets", "settings"}


@pytest.mark.parametrize("command", [["show"], ["update"], ["delete", "--yes"], ["add-secret"]])
@pytest.mark.parametrize("project_id", ["project-test-00000000-0000-4000-8000-000000000000", "nonsense"])
def test_of_no_project(server, command, project_id):
    done = server.command("project", command[0], project_id, *command[1:], check=False)
    assert done.returncode == 3 and "project_not_found" in done.stderr and done.stdout == ""


def test_secrets_for_programs(server, project):
    added = json.loads(server.command("project", "add-secret", project.project_id, "--json").stdout)
    assert project.sdk(added["secret"]).debug.whoami().project_id == project.project_id
    removed = server.command("project", "remove-secret", project.project_id, added["secret_id"], "--json")
    assert json.loads(removed.stdout) == {"removed": added["secret_id"]}


# ---------------------------------------------------------------- changing


def test_a_name(project):
    assert update(project, "--name", "Other")["name"] == "Other"
    assert project.api.debug.whoami().name in ("Test", "Other")
    until(lambda: project.api.debug.whoami().name == "Other", what="the new name")
    for name in ("", " ", "x" * 129):
        assert "invalid_project_name" in refusal(project, "--name", name)


def test_a_project_moves_to_another_domain(project):
    """Without a new project, and without losing an organization."""
    org = project.organization().organization_id
    member = project.member(org)
    new = "http://localhost:4000/authenticate"
    seen = update(project, "--add-redirect-url", new, "--default-redirect-url", new, "--remove-redirect-url", REDIRECT_URL)
    assert urls(seen) == {new: (FLOWS, FLOWS)} and seen["origins"] == ["http://localhost:4000"]
    until(lambda: is_let_in(project, "http://localhost:4000") and not is_let_in(project, ORIGIN), what="the new origin")

    def leads_there():
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
        link = project.mailbox.wait(member.email_address).link
        return new in project.raw("GET", link.removeprefix(project.server.url), auth=None).text

    until(leads_there, every=0.5, what="a link to the new place")
    with refused(400, "no_match_for_provided_magic_link_url"):
        project.api.magic_links.email.login_or_signup(
            organization_id=org, email_address=member.email_address, login_redirect_url=REDIRECT_URL)
    assert login(project, org, member.email_address).member_id == member.member_id


def test_urls_of_one_flow(project):
    only = "http://localhost:3000/invited"
    seen = update(project, "--flow", "invite", "--add-redirect-url", only, "--default-redirect-url", only)
    rest = [flow for flow in FLOWS if flow != "invite"]
    assert urls(seen) == {REDIRECT_URL: (FLOWS, rest), only: (["invite"], ["invite"])}
    org = project.organization().organization_id
    with refused(400, "no_match_for_provided_magic_link_url"):
        project.api.magic_links.email.login_or_signup(
            organization_id=org, email_address=project.member(org).email_address, login_redirect_url=only)
    project.api.magic_links.email.invite(organization_id=org, email_address=new_email(), invite_redirect_url=only)
    # Without the default the other one is it again.
    seen = update(project, "--flow", "invite", "--flow", "reset-password", "--remove-redirect-url", only)
    assert urls(seen) == {REDIRECT_URL: (FLOWS, FLOWS)} and seen["origins"] == [ORIGIN]
    assert "[possible values: login, signup, " in update(project, "--flow", "logout", check=False).stderr


def test_what_is_not_there_or_cannot_be_changes_nothing(project):
    wildcard = "http://*.localhost:3000/cb"
    update(project, "--add-redirect-url", wildcard)
    for flags, told in (
        (["--remove-redirect-url", "http://localhost:3000/nope"], "is not registered"),
        (["--remove-origin", "http://localhost:9"], "is not registered"),
        (["--default-redirect-url", "http://localhost:3000/nope"], "is not registered"),
        (["--default-redirect-url", wildcard], "cannot be a default"),
        (["--name", "Other", "--add-redirect-url", "ftp://example.com"], "redirect_url_cannot_use_protocol"),
        (["--name", "Other", "--add-redirect-url", "http://example.com/"], "redirect_url_must_use_https"),
        (["--add-redirect-url", "https://example.com/" + "x" * 2048], "at most 2048"),
        (["--add-origin", "http://localhost:1", "--add-origin", "file:///"], "python3 -m http.server"),
        (["--remove-origin", ORIGIN, "--add-origin", "null"], "register http://localhost:5173"),
        ([f for i in range(100) for f in ("--add-origin", f"http://localhost:{4000 + i}")], "at most 100"),
        ([f for i in range(100) for f in ("--add-redirect-url", f"http://localhost:3000/{i}")], "at most 100"),
    ):
        assert told in refusal(project, *flags), flags


def test_t52_an_origin_of_everybody_is_never_let_in(project):
    """Also where an earlier version has registered it."""
    project.server.rows(f"INSERT INTO origins (origin, project_id) VALUES ('null', '{project.project_id}')")
    assert not is_let_in(project, "null")
    preflight = requests.options(f"{project.server.url}/sdk/v1/events", headers={"Origin": "null"}, timeout=30)
    assert preflight.status_code == 401 and "Access-Control-Allow-Origin" not in preflight.headers
    assert "null" not in update(project, "--remove-origin", "null")["origins"]


@pytest.mark.parametrize("origin", ["capacitor://localhost", "ionic://localhost", "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "http://tauri.localhost"])
def test_apps_in_web_views(project, origin):
    assert not is_let_in(project, origin)
    assert origin in update(project, "--add-origin", origin)["origins"]
    until(lambda: is_let_in(project, origin), what="the web view to be let in")
    answer = page(project, origin)
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert origin not in update(project, "--remove-origin", origin)["origins"]
    until(lambda: not is_let_in(project, origin), what="the web view to be sent away")


def test_what_changes_stands_in_the_audit_log(project):
    update(project, "--name", "Other", "--add-origin", "capacitor://localhost", "--max-session-duration-minutes", "60")
    [event] = [event for event in project.audit() if event["action"] == "project.update"]
    assert event["changes"] == {
        "name": {"before": "Test", "after": "Other"},
        "max_session_duration_minutes": {"before": 527_040, "after": 60},
        "origins": {"added": ["capacitor://localhost"], "removed": []},
    }


# ---------------------------------------------------------------- tenants on subdomains


@pytest.fixture(params=["test", "live"])
def app(request, server):
    """A project of each environment, of an app whose tenants have subdomains."""
    return server.project(environment=request.param, redirect_urls=["https://app.example.com/authenticate", "https://*.app.example.com/authenticate"])


def test_tenants_on_subdomains(app):
    """The links lead there, the pages there may ask, and what was proven there counts."""
    assert "https://*.app.example.com" in shown(app)["origins"]
    email, url = new_email(), "https://acme.app.example.com/authenticate"
    sent = app.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": email, "discovery_redirect_url": url},
                       origin="https://acme.app.example.com")
    assert sent.status_code == 200, sent.text
    assert sent.headers["Access-Control-Allow-Origin"] == "https://acme.app.example.com"
    mail = app.mailbox.wait(email)
    assert url in app.raw("GET", mail.link.removeprefix(app.server.url), auth=None).text
    proven = app.browser("POST", "/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": token_from(mail)},
                         origin="https://acme.app.example.com")
    assert data(proven)["email_address"] == email
    preflight = requests.options(app.server.url + "/sdk/v1/events", headers={"Origin": "https://acme.app.example.com"}, timeout=30)
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://acme.app.example.com"
    # Nobody's default: a mail that names no tenant leads to the app.
    link = discovery_token(app, email)
    assert link
    assert asks_for_a_link(app, "").status_code == 200


NOT_OF_THE_APP = [
    "https://a.b.app.example.com", "http://acme.app.example.com", "https://acme.app.example.com:8443", "https://example.com",
    "https://acme.example.com", "https://acme.app.example.com.evil.example", "https://evilapp.example.com", "https://*.app.example.com",
    "https://.app.example.com", "https://a_b.app.example.com", "https://acme.app.example.org", "https://evil.example/.app.example.com",
]


def test_t52_a_wildcard_stands_for_one_label(app):
    for origin in NOT_OF_THE_APP:
        assert not is_let_in(app, origin), origin
        refusals = ("no_match_for_provided_magic_link_url", "invalid_discovery_redirect_url")
        check_refusal(asks_for_a_link(app, origin + "/authenticate"), 400, refusals)


@pytest.mark.parametrize("wildcard", ["https://*.com", "https://*.co.uk", "https://*.github.io", "https://*", "https://a.*.example.com", "https://*.*.example.com", "https://a*.example.com"])
def test_t52_a_wildcard_stands_under_a_domain_of_ones_own(project, wildcard):
    assert "a * stands for the first label" in refusal(project, "--add-origin", wildcard)
    assert "a * stands for the first label" in refusal(project, "--add-redirect-url", wildcard + "/cb")


# ---------------------------------------------------------------- what the answers say


def test_an_unregistered_url_is_told_with_the_command_that_registers_it(project):
    url = "http://localhost:3000/somewhere?a=b&c=d"
    told = check_refusal(asks_for_a_link(project, url), 400, "no_match_for_provided_magic_link_url")["error_message"]
    assert url in told and project.project_id in told and "discovery" in told
    command = re.search(r"guildhall (project update \S+ --flow discovery --add-redirect-url) '(.*)'$", told)
    project.server.command(*command[1].split(), command[2])
    until(lambda: asks_for_a_link(project, url).status_code == 200, what="the URL")
    # No command where it could not be copied as it is.
    told = check_refusal(asks_for_a_link(project, "http://localhost:3000/o'neill"), 400, "no_match_for_provided_magic_link_url")
    assert "guildhall" not in told["error_message"]


def test_no_urls_at_all_are_told_with_the_command(server):
    project = server.project(environment="live", redirect_urls=[])
    body = check_refusal(asks_for_a_link(project, ""), 400, "no_discovery_redirect_urls_set")
    assert f"guildhall project update {project.project_id} --add-redirect-url" in body["error_message"]
    update(project, "--add-redirect-url", "https://*.app.example.com/cb")
    body = until(lambda: (b := asks_for_a_link(project, "").json())["error_type"] == "no_default_discovery_redirect_url_set" and b, what="the URL")
    assert f"guildhall project update {project.project_id} --default-redirect-url" in body["error_message"]


def test_a_secret_of_the_other_environment_is_told_apart(server, project):
    live = server.project(environment="live", redirect_urls=[])
    for own, other, told in ((project, live, "secret of a live project"), (live, project, "secret of a test project")):
        for secret in (other.secret, other.secret[:-4] + "AAA="):
            body = check_refusal(own.raw("GET", "/v1/debug/whoami", auth=(own.project_id, secret)), 401, "unauthorized_credentials")
            assert told in body["error_message"] and own.project_id in body["error_message"]
    body = check_refusal(project.raw("GET", "/v1/debug/whoami", auth=(project.project_id, project.public_token)), 401, "unauthorized_credentials")
    assert "public token" in body["error_message"]
    # Another secret of its own kind is wrong, and that is all that is said.
    wrong = check_refusal(project.raw("GET", "/v1/debug/whoami", auth=(project.project_id, server.project().secret)), 401, "unauthorized_credentials")
    made_up = check_refusal(project.raw("GET", "/v1/debug/whoami", auth=(project.project_id, "secret-test-x")), 401, "unauthorized_credentials")
    assert wrong["error_message"] == made_up["error_message"]


# ---------------------------------------------------------------- deleting


def names(server, project_id):
    """The tables with rows that name the project."""
    return {table for table, rows in server.contents().items() if any(project_id in str(value) for row in rows for value in row.values())}


def delete(server, project, *flags, typed=None):
    command = [server.binary, "project", "delete", project.project_id, *flags, "--database-url", server.database_url]
    return subprocess.run(command, cwd=server.directory, env=server.environment(), input=typed, capture_output=True, text=True, timeout=60)


def filled(server):
    """A project with rows of every kind."""
    project = server.project(f"Name {unique()}")
    for _ in range(3):
        org = project.organization().organization_id
        member = project.member(org)
        login(project, org, member.email_address)
        project.api.magic_links.email.invite(organization_id=org, email_address=new_email())
    project.api.magic_links.discovery.authenticate(discovery_magic_links_token=discovery_token(project, new_email()))
    project.api.magic_links.email.discovery.send(email_address=new_email())
    return project


def test_t06_a_deleted_project_leaves_nothing(start_server):
    server = start_server()
    project, other = filled(server), filled(server)
    # What is counted of logins is written a little later.
    until(lambda: all({"login_counts", "active_members"} <= names(server, p.project_id) for p in (project, other)), what="the counts")
    before = names(server, other.project_id)
    assert names(server, project.project_id) == before
    # This one is counted when there is no project any more.
    session = login(project, (org := project.organization().organization_id), project.member(org).email_address)
    done = delete(server, project, "--yes", "--json")
    assert json.loads(done.stdout) == {"deleted": project.project_id, "organizations": 4, "members": 7}, done.stderr
    # What says that organizations are gone is forgotten by the server, once nothing can come after.
    assert names(server, project.project_id) <= {"deleted_organizations", "changes"}
    assert names(server, other.project_id) == before
    check_refusal(project.raw("GET", "/v1/debug/whoami"), 401, "unauthorized_credentials")
    check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token}), 401, "unauthorized_credentials")
    check_refusal(project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session.session_token), 401, "unauthorized_credentials")
    # Key sets are remembered for five seconds.
    keys = f"/v1/b2b/sessions/jwks/{project.project_id}"
    until(lambda: project.raw("GET", keys).status_code == 404, what="the end of the keys")
    assert project.project_id not in server.command("project", "list").stdout
    assert other.api.debug.whoami().project_id == other.project_id
    # What was not written yet of the counts is written before the program ends.
    server.restart()
    assert names(server, project.project_id) <= {"deleted_organizations", "changes"}


def test_deleting_asks_for_the_name(server):
    project = filled(server)
    for typed in ("", "\n", "yes\n", project.project_id + "\n"):
        done = delete(server, project, typed=typed)
        assert done.returncode == 1 and "nothing was deleted" in done.stderr and "3 organizations, 6 members" in done.stderr
    assert project.api.debug.whoami().project_id == project.project_id
    done = delete(server, project, typed=shown(project)["name"] + "\n")
    assert done.returncode == 0 and project.project_id in done.stdout, done.stderr
    assert server.command("project", "show", project.project_id, check=False).returncode == 3
