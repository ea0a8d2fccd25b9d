"""What the log says of requests: each key once, the error of each refusal, and no more lines than somebody can read."""

import json
import re

import pytest
import requests
from harness import ORIGIN, data, new_email, until

JSON_LOG = ["--log-format", "json"]


@pytest.fixture
def server(start_server):
    return start_server(arguments=JSON_LOG)


@pytest.fixture
def project(server):
    return server.project()


def once(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key stands twice: {pairs}"
    return dict(pairs)


def lines(server):
    return [json.loads(line, object_pairs_hook=once) for line in server.log().splitlines()]


def line_of(server, request_id):
    """The line of a request."""
    found = until(lambda: [line for line in lines(server) if line.get("request_id") == request_id and line.get("message") == "request"],
                  what=f"the line of {request_id}")
    assert len(found) == 1
    return found[0]


def test_a_refused_request_is_logged_with_its_error(server, project):
    org = project.organization().organization_id
    server.rows(f"UPDATE organizations SET settings = '[1]' WHERE id = '{org}'")
    refusals = [
        project.raw("GET", "/v1/b2b/organizations/nope"),
        project.raw("GET", f"/v1/b2b/organizations/{org}"),
        project.raw("GET", "/v1/b2b/organizations/nope", auth=None),
        project.raw("POST", "/v1/b2b/organizations", data="{"),
        project.raw("POST", "/v1/b2b/organizations", data="x" * (2 << 20)),
        project.raw("GET", "/v1/b2b/no/such/route"),
        project.raw("DELETE", "/v1/b2b/organizations"),
        project.browser("GET", "/b2b/organizations/me", origin="https://evil.example"),
        project.browser("GET", "/b2b/organizations/me"),
        server.get("/errors/no_such_error"),
        server.get("/v1/magic_links/redirect?token=x"),
        server.get("/nowhere", headers={"Accept": "text/html"}),
        requests.options(server.url + "/sdk/v1/events", headers={"Origin": "null"}, timeout=30),
    ]
    for answer in refusals:
        assert answer.status_code >= 400, answer.request.url
        line = line_of(server, answer.headers["X-Request-Id"])
        assert (line["status"], line["level"]) == (answer.status_code, "INFO")
        if answer.headers["content-type"] == "application/json":
            assert line["error"] == answer.json()["error_type"]
        assert line["error"], answer.request.url


def test_a_success_is_logged_without_one(server, project):
    answer = project.raw("POST", "/v1/b2b/organizations", {"organization_name": "Acme"})
    assert "error" not in line_of(server, answer.headers["X-Request-Id"])


def counted(server, status):
    text = server.get("/metrics").text
    found = re.search(rf'guildhall_requests_total{{operation="none",status="{status}"}} (\d+)', text)
    return int(found[1]) if found else 0


def test_what_leads_nowhere_is_counted_and_logged_so_many_times_a_minute(server):
    """Anybody can ask for it, as often as they like."""
    for _ in range(100):
        assert server.get("/nowhere").status_code == 404
        assert requests.post(server.url + "/healthz", timeout=30).status_code == 405
    assert requests.options(server.url + "/sdk/v1/events", headers={"Origin": "null"}, timeout=30).status_code == 401
    assert (counted(server, 404), counted(server, 405), counted(server, 401)) == (100, 100, 1)
    server.terminate()
    logged = [line for line in lines(server) if line.get("operation") == "none"]
    assert 60 <= len(logged) <= 120, len(logged)
    assert {(line["status"], line["error"]) for line in logged} == {(404, "route_not_found"), (405, "method_not_allowed")}


def refused_pages(server):
    return [line for line in lines(server) if line["level"] == "WARN" and "refused a page" in line["message"]]


def test_the_log_says_by_which_command_a_page_is_let_in(server, project):
    """The newcomer whose button does nothing."""
    origin = "http://localhost:5173"
    ask = lambda: project.browser("GET", f"/projects/bootstrap/{project.public_token}", origin=origin)
    assert ask().status_code == 401
    [line] = until(lambda: refused_pages(server), what="the line")
    command = re.search(r"guildhall (project update .*)", line["message"])[1].split()
    assert (line["project_id"], line["origin"], command[-1]) == (project.project_id, origin, origin)
    server.command(*command)
    assert data(until(lambda: (answer := ask()).status_code == 200 and answer, what="the page to be let in"))
    for i in range(40):
        answer = project.browser("POST", "/b2b/discovery/organizations", {}, origin=f"https://stranger-{i}.example.com")
        assert answer.status_code == 401
    assert re.search(r"guildhall_refused_origins_total 41", server.get("/metrics").text)
    server.terminate()
    assert 10 <= len(refused_pages(server)) <= 20


@pytest.mark.parametrize("origin", ["https://a;reboot.example.com", "https://$(reboot).example.com", "https://a\'b.example.com", "null", "x" * 5000])
def test_t72_what_an_operator_copies_from_the_log_is_no_command_of_a_strangers(server, project, origin):
    answer = project.browser("GET", f"/projects/bootstrap/{project.public_token}", origin=origin)
    assert (answer.status_code, answer.json()["error_type"]) == (401, "bad_domain_for_stytch_sdk")
    [line] = until(lambda: refused_pages(server), what="the line")
    assert "--add-origin" not in line["message"] + answer.json()["error_message"]
    # Nor is it written down: it is no origin, and may be anything.
    assert "origin" not in line


def test_no_key_stands_twice_in_a_line(server, project):
    """Requests, mails, refusals, what begins and ends: all that the log says."""
    org = project.organization().organization_id
    email = new_email()
    project.api.magic_links.email.invite(organization_id=org, email_address=email)
    project.mailbox.wait(email)
    project.browser("GET", "/b2b/organizations/me", origin=ORIGIN)
    project.mailbox.stop()
    project.api.magic_links.email.invite(organization_id=org, email_address=new_email())
    until(lambda: [line for line in lines(server) if line["level"] == "WARN"], what="a mail that cannot leave")
    server.restart()
    assert lines(server)
