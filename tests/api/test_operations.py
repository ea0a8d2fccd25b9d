"""The process: health, metrics, logs, the outbox, stopping, and one instance a file."""

import json
import re
import signal
import threading
import time

import harness
import pytest
import requests
from harness import ENGINE, check_refusal, discover, login, new_email, refused, token_from, until, verified_member

sqlite_only = pytest.mark.skipif(ENGINE != "sqlite", reason="about the embedded database")


def test_health(server):
    for path in ("/healthz", "/readyz"):
        assert server.get(path).status_code == 200


def test_one_line_on_stdout(server, project):
    project.organization()
    assert server.stdout == [f"listening on {server.url}"]


# ---------------------------------------------------------------- metrics


def samples(server):
    answer = server.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    found = {}
    for line in answer.text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found, answer.text


def test_metrics_count_requests_by_operation_and_status(server, project, organization):
    def count(status):
        found, _ = samples(server)
        counters = (k for k in found if "organization" in k and f'"{status}"' in k and "_bucket" not in k and "_sum" not in k)
        return sum(found[k] for k in counters)

    good, missing = count(200), count(404)
    project.api.organizations.get(organization.organization_id)
    with refused(404, "organization_not_found"):
        project.api.organizations.get("nope")
    assert until(lambda: count(200) >= good + 1 and count(404) >= missing + 1, what="the counters")


def test_labels_are_bounded_and_carry_nothing_private(server, project, organization):
    """T-35, T-75: no ids, tokens or addresses in labels; strangers cannot invent new label values."""
    member, session = verified_member(project, organization.organization_id)
    for i in range(5):
        server.get(f"/no/such/route/{i}-{harness.unique()}")
    _, text = samples(server)
    for private in (organization.organization_id, member.member_id, member.email_address, session.session_token, project.secret, "/no/such/route"):
        assert private not in text


def test_metrics_on_their_own_address(start_server):
    port = harness.free_port()
    server = start_server(arguments=["--metrics-listen", f"127.0.0.1:{port}"])
    answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30)
    assert answer.status_code == 200
    assert "# TYPE" in answer.text
    check_refusal(server.get("/metrics"), 404, "route_not_found")


@pytest.mark.parametrize("headers", [
    {"Host": "auth.example.com"}, {"Host": "rebound.example.com:7400"}, {"X-Forwarded-For": "203.0.113.7"},
    {"Forwarded": "for=203.0.113.7"}, {"Via": "1.1 proxy"}, {"X-Real-Ip": "203.0.113.7"},
])
def test_t75_metrics_are_for_this_machine(server, headers):
    """They say what people do here, and how long it took."""
    answer = server.get("/metrics", headers=headers)
    assert answer.status_code == 404 and "guildhall_" not in answer.text


def test_t75_a_server_that_the_world_knows_has_metrics_on_their_own_address_only(start_server):
    port = harness.free_port()
    public = ["--public-url", "https://auth.example.com"]
    server = start_server(arguments=public)
    answer = server.get("/metrics")
    assert answer.status_code == 404 and "--metrics-listen" in answer.text
    server = start_server(arguments=[*public, "--metrics-listen", f"127.0.0.1:{port}"])
    answer = requests.get(f"http://127.0.0.1:{port}/metrics", headers={"Host": "metrics.internal"}, timeout=30)
    assert answer.status_code == 200 and "# TYPE" in answer.text


# ---------------------------------------------------------------- logs


def test_logs_carry_no_secret(start_server):
    """T-75: a canary for everything that opens something."""
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    member = project.member(org, name="Canary Name")
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    token = token_from(project.mailbox.wait(member.email_address))
    with refused(404, "magic_link_not_found"):
        project.api.magic_links.authenticate(magic_links_token="canary-token-" + "A" * 31)
    session = project.api.magic_links.authenticate(magic_links_token=token)
    found = discover(project, new_email())
    project.api.sessions.authenticate(session_jwt=session.session_jwt)
    project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session.session_token)
    requests.get(server.url + f"/v1/magic_links/redirect?token={token}&stytch_token_type=multi_tenant_magic_links&public_token={project.public_token}", timeout=30)
    requests.get(server.url + f"/v1/no/such?session_token={session.session_token}", timeout=30)
    project.raw("GET", "/v1/debug/whoami", auth=(project.project_id, "canary-secret-1"))
    project.raw("POST", "/v1/b2b/organizations", data=b'{"organization_name": canary-body')
    assert server.terminate() == 0
    log = server.log()
    assert log.strip()
    for secret in (
        project.secret, token, session.session_token, session.session_jwt, session.session_jwt.split(".")[2], found.intermediate_session_token,
        "canary-secret-1", "canary-token-", "canary-body",
    ):
        assert secret not in log


def test_logs_name_the_request(server, project):
    answer = project.api.debug.whoami()
    assert until(lambda: answer.request_id in server.log(), what="the request id in the log")


def test_first_start_makes_a_project_and_says_so(start_server):
    server = start_server()
    assert "project" in server.log().lower()
    assert until(lambda: len(server.stdout) == 1)


# ---------------------------------------------------------------- outbox


def test_without_smtp_mail_waits_in_the_outbox(start_server):
    server = start_server(smtp=False)
    project = server.project()
    org = project.organization().organization_id
    member = project.member(org)
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    done = server.command("outbox")
    assert member.email_address in done.stdout
    link = re.search(rf"{re.escape(server.url)}/v1/magic_links/redirect\?\S+", done.stdout)
    if not link:
        # The list alone may be short; the machine-readable form has everything.
        done = server.command("outbox", "--json")
        link = re.search(rf"{re.escape(server.url)}/v1/magic_links/redirect\?[^\s\"\\<>]+", done.stdout)
    assert link, done.stdout
    token = harness.query_of(link[0])["token"]
    assert project.api.magic_links.authenticate(magic_links_token=token).member_authenticated is True


def test_outbox_while_the_mail_server_is_away(start_server):
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    member = project.member(org)
    server.mailbox.stop()
    began = time.monotonic()
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    assert time.monotonic() - began < 3  # nobody waits for delivery
    assert member.email_address in server.command("outbox").stdout


# ---------------------------------------------------------------- start and stop


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_stop(start_server, signum):
    server = start_server()
    project = server.project()
    made = project.organization()
    began = time.monotonic()
    assert server.terminate(signum) == 0
    assert time.monotonic() - began < 12
    with pytest.raises(requests.ConnectionError):
        server.get("/healthz")
    server.launch()
    project.server = server
    project.__dict__.pop("api", None)
    assert project.api.organizations.get(made.organization_id).organization == made


def test_stop_finishes_what_is_in_flight(start_server):
    server = start_server()
    project = server.project()
    results, stop = [], threading.Event()

    def work():
        api = project.sdk()
        while not stop.is_set():
            try:
                results.append(api.organizations.create(organization_name="Acme").organization.organization_id)
            except requests.ConnectionError:
                return
            except Exception as error:  # noqa: BLE001
                results.append(error)
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert until(lambda: len(results) > 20)
    assert server.terminate() == 0
    stop.set()
    for thread in threads:
        thread.join()
    assert not [r for r in results if isinstance(r, Exception)], results[-4:]
    server.launch()
    project.__dict__.pop("api", None)
    known, cursor = set(), None
    while True:
        answer = project.api.organizations.search(limit=1000, cursor=cursor)
        known |= {o.organization_id for o in answer.organizations}
        cursor = answer.results_metadata.next_cursor
        if not cursor:
            break
    assert set(results) <= known  # every acknowledged write is there


def test_kill_loses_no_acknowledged_write(start_server):
    server = start_server()
    project = server.project()
    made = [project.organization().organization_id for _ in range(20)]
    server.process.kill()
    server.process.wait()
    server.launch()
    project.__dict__.pop("api", None)
    for key in made:
        assert project.api.organizations.get(key).organization.organization_id == key


def test_sessions_outlive_a_restart(start_server):
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    member = project.member(org)
    session = login(project, org, member.email_address)
    server.restart()
    answer = project.api.sessions.authenticate(session_token=session.session_token)
    assert answer.member.member_id == member.member_id
    assert project.api.sessions.authenticate(session_jwt=session.session_jwt).member.member_id == member.member_id
    assert project.sdk().sessions.authenticate_jwt_local(answer.session_jwt) is not None


@pytest.mark.parametrize("end", ["stopped", "killed"])
def test_an_extension_outlives_the_server(start_server, end):
    """It is written behind: a server that is stopped writes it before it ends, and a crash takes the latest of them only."""
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    session = login(project, org, project.member(org).email_address, session_duration_minutes=5)
    stored = f"SELECT expires_at FROM sessions WHERE id = '{session.member_session.member_session_id}'"
    before = server.rows(stored)
    body = {"session_token": session.session_token, "session_duration_minutes": 600}
    extended = project.raw("POST", "/v1/b2b/sessions/authenticate", body).json()["member_session"]["expires_at"]
    if end == "killed":
        until(lambda: server.rows(stored) != before, what="the writing")
        server.process.kill()
        server.process.wait()
        server.launch()
    else:
        server.restart()
    answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token})
    assert answer.json()["member_session"]["expires_at"] == extended


@sqlite_only
def test_second_instance_on_one_file_is_refused(start_server):
    server = start_server()
    done = server.command("serve", "--listen", "127.0.0.1:0", check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert re.search(r"already|in use|another|lock", done.stderr, re.I), done.stderr
    assert "panicked" not in done.stderr
    assert server.get("/readyz").status_code == 200


@pytest.mark.skipif(ENGINE != "postgres", reason="about PostgreSQL")
def test_two_instances_on_one_database(start_server):
    first, second = start_server(), start_server()
    second.terminate()
    project = first.project()
    org = project.organization().organization_id
    member = project.member(org)
    # Either would send the mail, each by a mail server of its own.
    session = login(project, org, member.email_address)
    second.database_url = first.database_url
    second.arguments = ["--public-url", first.url]
    second.launch()
    here = harness.Project(second, project.project_id, project.secret, project.public_token, project.environment)
    assert here.api.sessions.authenticate(session_token=session.session_token).member.member_id == member.member_id
    project.api.sessions.revoke(session_token=session.session_token)
    with refused(404, "session_not_found"):
        here.api.sessions.authenticate(session_token=session.session_token)


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--listen", "nonsense"],
        ["serve", "--database-url", "mysql://x"],
        ["serve", "--no-such-flag"],
        ["serve", "--smtp-url", "ftp://x"],
        ["serve", "--mail-from", "not an address"],
        ["serve", "--public-url", "not a url"],
        ["no-such-command"],
        ["audit"],
    ],
    ids=" ".join,
)
def test_bad_command_lines(server, tmp_path, arguments):
    """T-67: a mistake ends with words, not with a server that half works."""
    if arguments[0] == "serve":
        arguments = [*arguments, *([] if "--listen" in arguments else ["--listen", "127.0.0.1:0"])]
        arguments += [] if "--database-url" in arguments else ["--database-url", f"sqlite:{tmp_path}/x.db"]
    done = server.command(*arguments, check=False, database=False)
    assert done.returncode != 0
    assert done.stderr.strip()
    assert "panicked" not in done.stderr
    assert "listening on" not in done.stdout


def test_environment_and_file_configure_the_server(start_server, tmp_path):
    """Flag before environment before file."""
    file = tmp_path / "guildhall.toml"
    file.write_text('"public-url" = "https://from-file.example.test"\n"mail-from" = "file@example.test"\n')
    text = file.read_text()
    server = harness.Server(arguments=["--config", str(file)])
    server.mailbox.start()
    try:
        try:
            server.launch()
        except AssertionError:
            file.write_text(text.replace('"public-url"', "public_url").replace('"mail-from"', "mail_from"))
            server.launch()
        project = server.project()
        org = project.organization().organization_id
        member = project.member(org)
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
        mail = project.mailbox.wait(member.email_address)
        assert mail.link.startswith("https://from-file.example.test/v1/magic_links/redirect?")
        assert mail.sender == harness.MAIL_FROM  # the flag
    finally:
        server.stop()


def test_openapi_is_served(server):
    answer = server.get("/openapi.json")
    assert answer.status_code == 200
    document = json.loads(answer.text)
    assert document["openapi"].startswith("3.1")
    assert "post" in document["paths"]["/v1/b2b/organizations"]
    assert set(document["paths"]["/v1/b2b/organizations/{organization_id}"]) >= {"get", "put", "delete"}


def test_openapi_says_once_what_is_the_same_everywhere(server):
    """Every error has the one shape; who reads the document, or makes a client of it, need not see it at every door."""
    document = json.loads(server.get("/openapi.json").text)
    shared = document["components"]["responses"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if status >= "400" and path.startswith(("/v1/b2b", "/sdk/v1/b2b")):
                    assert list(response) == ["$ref"], (method, path, status)
                    assert response["$ref"].removeprefix("#/components/responses/") in shared
    assert all(response["description"] for response in shared.values())


def test_error_urls_lead_somewhere(server, project):
    with refused(404, "organization_not_found") as caught:
        project.api.organizations.get("nope")
    page = requests.get(caught["details"].error_url, timeout=30)
    assert page.status_code == 200
    assert "organization_not_found" in page.text
