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
    assert answer.status_code in (*door.statuses, 400, 404)
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


@pytest.mark.parametrize("door", OPEN, ids=str)
def test_a_page_reads_no_more_than_any_other_request(talkative, door):
    path = re.sub(r"{\w+}", "nope", door.path)
    answer = harness.requests.request(door.method, talkative.url + path, data=b"x" * (2 << 20), timeout=30, allow_redirects=False)
    assert answer.status_code == 413
