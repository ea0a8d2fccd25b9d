"""What the frame gives to every request, whoever it is for: a number, a line in the log, and an id that errors tell."""

import json
import re

import harness
import pytest
from doors import catalogue
from harness import until

# Doors that are no API: pages for people, files, probes.
OPEN = [door for door in catalogue() if door.dialect in ("page", "plain", "redirect")]
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def talkative(postgres):
    """Without a mail server, so that the outbox is there; it logs what is quiet too."""
    server = harness.Server(postgres=postgres, smtp=False, arguments=["--log-format", "json", "--log-level", "debug"]).start()
    yield server
    server.stop()


def counted(server, operation: str) -> int:
    lines = [line for line in server.get("/metrics").text.splitlines() if f'operation="{operation}"' in line and re.match(r"\w+requests\w*{", line)]
    return sum(int(float(line.rpartition(" ")[2])) for line in lines)


def lines_of(server, **fields) -> list[dict]:
    """The lines of requests in the log that have all of these fields."""
    found = []
    for line in server.log().splitlines():
        if not line.startswith("{"):
            continue
        told = json.loads(line)
        told = told | told.get("fields", {})
        if all(told.get(name) == value for name, value in fields.items()):
            found.append(told)
    return found


def test_there_are_such_doors():
    assert {door.operation for door in OPEN} >= {"pages.home", "pages.redirect", "pages.outbox", "pages.reference", "probes.healthz", "probes.metrics"}


@pytest.mark.parametrize("door", OPEN, ids=str)
def test_every_page_is_counted_and_logged(talkative, door):
    before = counted(talkative, door.operation)
    logged = len(lines_of(talkative, operation=door.operation))
    path = re.sub(r"{\w+}", "nope", door.path)
    answer = harness.requests.request(door.method, talkative.url + path, headers=PAGE, timeout=30, allow_redirects=False)
    # Pages that somebody has to have come to by another lead there.
    assert answer.status_code in (*door.statuses, 303, 400, 401, 404)
    # Asking for the numbers is counted when it is over.
    until(lambda: counted(talkative, door.operation) > before, what="the number")
    line = until(lambda: lines_of(talkative, operation=door.operation, status=answer.status_code)[logged:], what="the line")[0]
    assert re.fullmatch(r"request-id-test-[0-9a-f-]{36}", line["request_id"]) and line["client"] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/outbox/nope", "/no/such/page"])
def test_an_error_page_tells_the_id_of_its_request(talkative, path):
    """So that the operator finds it in the log."""
    answer = talkative.get(path, headers=PAGE, allow_redirects=False)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
    [request_id] = set(re.findall(r"request-id-[a-z]+-[0-9a-f-]{36}", answer.text))
    [line] = until(lambda: lines_of(talkative, request_id=request_id), what="the line")
    assert line["status"] == answer.status_code


# As browsers say it (Fetch, section 2.2.6), and as programs do.
ACCEPT = {"page": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json": "application/json", "anything": "*/*"}


@pytest.mark.parametrize(("path", "status", "error"), [("/no/such/page", 404, "route_not_found"), ("/v1/nowhere", 404, "route_not_found"), ("/outbox", 405, "method_not_allowed"),
                                                      ("/v1/b2b/sessions/authenticate", 405, "method_not_allowed")])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_a_person_gets_a_page_whatever_the_method(talkative, method, path, status, error):
    if method == "POST" and path.endswith("authenticate"):
        method = "GET"
    for kind, accept in ACCEPT.items():
        answer = harness.requests.request(method, talkative.url + path, headers={"Accept": accept}, data={"a": "b"}, timeout=30)
        assert answer.status_code == status, (kind, answer.text)
        if kind == "page":
            assert answer.headers["content-type"].startswith("text/html") and f'/errors/{error}"' in answer.text, answer.text
        else:
            assert answer.json()["error_type"] == error, kind


def test_a_page_of_nothing_has_no_body_for_head(talkative):
    answer = harness.requests.head(talkative.url + "/no/such/page", headers=PAGE, timeout=30)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html") and answer.content == b""


def test_the_browser_api_speaks_json_whoever_asks(talkative):
    for method in ("GET", "POST"):
        answer = harness.requests.request(method, talkative.url + "/sdk/v1/nowhere", headers=PAGE, timeout=30)
        assert answer.status_code == 404 and answer.json()["error_type"] == "route_not_found"


@pytest.mark.parametrize("door", OPEN, ids=str)
def test_a_page_reads_no_more_than_any_other_request(talkative, door):
    path = re.sub(r"{\w+}", "nope", door.path)
    answer = harness.requests.request(door.method, talkative.url + path, data=b"x" * (2 << 20), timeout=30, allow_redirects=False)
    assert answer.status_code == 413
