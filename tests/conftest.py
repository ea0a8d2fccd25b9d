"""Collects which errors the doors answer with, over a whole run and all its workers.

With `--declared-errors` the run fails when an error that a door declares was never seen and `unprovoked.py` has no reason
for it, and when something was seen that the list excuses: it is to shrink.
"""

import datetime
import os
import re
import urllib.parse
import zlib

import harness
import pytest
import requests

SEEN = set()
# Where a page says the type of an error.
ON_PAGE = re.compile(r'<meta name="error-type" content="([a-z0-9_]+)')

# What takes long and is about what stands above the database: how requests come and are read, who may send them, what mails, pages
# and logs say. Most of it is generated from every door and field. On SQLite all of it runs; on PostgreSQL one case in so many does,
# others from one day to the next.
SAMPLED = {
    "api/test_bad_input.py": 6, "threats/test_t74_odd_input.py": 6, "threats/test_t76_doors.py": 6,
    "api/test_browser_surface.py": 4, "api/test_slow_clients.py": 4, "api/test_rbac_member_calls.py": 3,
    "threats/test_t02_names.py": 2, "threats/test_t68_newer_programs.py": 2, "threats/test_t37_client_address.py": 2,
    "threats/test_t37_hosts.py": 2, "threats/test_t46_forms.py": 4, "threats/test_t72_escaping.py": 2, "api/test_set_up.py": 2, "api/test_sms.py": 2,
    "api/test_reference_pages.py": 4, "api/test_mail_looks.py": 3, "api/test_scim_connections.py": 2, "api/test_metrics.py": 3, "api/test_traces.py": 4,
    "api/test_mail_delivery.py": 2, "api/test_mail_bounds.py": 2, "api/test_operator_commands.py": 2, "api/test_people_commands.py": 2,
    "api/test_sso_login.py": 2, "api/test_sso_connections.py": 2, "threats/test_t08_saml.py": 3, "threats/test_t21_oidc.py": 3,
    "api/test_expiry.py": 2, "api/test_clock_set_back.py": 2, "api/test_project_changes.py": 2, "api/test_seed.py": 2,
    "threats/test_t03_lesser_keys.py": 2, "api/test_search_beside_checks.py": 2,
    "api/test_explanations.py": 3, "api/test_dashboard.py": 2,
    "api/test_command_line.py": 2, "api/test_link_pages.py": 2, "api/test_log_lines.py": 2, "api/test_browser_fields.py": 2,
    "api/test_oauth_login.py": 3,
    "threats/test_t21_oauth_providers.py": 4, "api/test_one_tap.py": 2,
}
# Of every other file in api/, which asks operations and no SQL, a third of the cases; of threats/ half, but for those that are about
# whose rows are found and how soon.
ABOUT_ROWS = ("threats/test_t01", "threats/test_t06", "threats/test_t07", "threats/test_t48", "threats/test_t67")
# What takes a minute of a processor, and changes seldom: every other day.
EVERY_OTHER_DAY = ("docs/test_benchmark.py", "docs/test_apps.py::test_people_sign_in_in_chromium[nextjs]")
# And what is as much about the database: each case runs on one engine today, and on the other tomorrow.
ALTERNATING = {"api/test_audit_rows.py"}


def pytest_collection_modifyitems(config, items):
    """`GUILDHALL_TEST_ALL=1` leaves nothing out."""
    if os.environ.get("GUILDHALL_TEST_ALL"):
        return
    day = datetime.date.today().toordinal()
    postgres = os.environ.get("GUILDHALL_TEST_ENGINE") == "postgres"

    def is_left_out(item):
        file, number = item.nodeid.split("::")[0], zlib.crc32(item.nodeid.encode()) + day
        if file in ALTERNATING:
            return number % 2 != (1 if postgres else 0)
        if item.nodeid.startswith(EVERY_OTHER_DAY):
            return number % 2 != 0
        usual = 3 if file.startswith("api/") else 1 if file.startswith(ABOUT_ROWS) else 2
        return postgres and number % SAMPLED.get(file, usual) != 0

    left_out = [item for item in items if is_left_out(item)]
    config.hook.pytest_deselected(items=left_out)
    chosen = set(map(id, left_out))
    items[:] = [item for item in items if id(item) not in chosen]


@pytest.fixture(scope="session")
def postgres():
    """The cluster of this session, or None when testing on SQLite."""
    if harness.ENGINE == "sqlite":
        yield None
        return
    assert harness.ENGINE == "postgres", f"GUILDHALL_TEST_ENGINE={harness.ENGINE}: sqlite or postgres"
    cluster = harness.Postgres()
    yield cluster
    cluster.stop()


def pytest_addoption(parser):
    parser.addoption("--declared-errors", action="store_true", help="every error that a door declares must be seen in this run")


def scim_error(body: dict) -> str | None:
    """The error whose word this is: `invalidFilter` is `scim_invalid_filter`."""
    word = body.get("scimType")
    return word and "scim_" + re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), word)


def note(answer):
    """What door answered with what error."""
    from doors import behind

    if answer.status_code < 400:
        return
    door = behind(answer.request.method, urllib.parse.urlsplit(answer.request.url).path)
    if door and (on_page := ON_PAGE.search(answer.text if door.dialect in ("page", "redirect") else "")):
        SEEN.add((door.function, on_page[1]))
    if door is None or not answer.headers.get("content-type", "").startswith(("application/json", "application/scim+json")):
        return
    try:
        body = answer.json()
    except ValueError:
        return
    error = isinstance(body, dict) and (body.get("error_type") or body.get("error") or scim_error(body))
    if error:
        SEEN.add((door.function, error))


def pytest_configure(config):
    if not config.getoption("--declared-errors"):
        return
    send = requests.Session.send

    def noted(self, request, **options):
        answer = send(self, request, **options)
        if not options.get("stream"):
            note(answer)
        return answer

    requests.Session.send = noted


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["errors"] = sorted(SEEN)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    SEEN.update(tuple(pair) for pair in getattr(node, "workeroutput", {}).get("errors", []))


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--declared-errors"):
        return
    from doors import catalogue
    from unprovoked import HERE_AND_THERE, is_met_elsewhere, reason

    # One door or the other of a function that can answer with an error must have.
    declared, excused = set(), set()
    for door in catalogue():
        for error in door.errors:
            (declared if reason(door, error) is None else excused).add((door.function, error))
    excused -= declared
    never, needless = sorted(declared - SEEN), sorted(
        pair for pair in excused & SEEN if pair[1] not in HERE_AND_THERE and not is_met_elsewhere(*pair))
    terminalreporter.section("declared errors")
    terminalreporter.line(f"{len(declared & SEEN)} of {len(declared)} were seen, {len(excused)} more are excused in tests/unprovoked.py")
    for function, error in never:
        terminalreporter.line(f"never seen: {function} {error}")
    for function, error in needless:
        terminalreporter.line(f"seen, so no longer to be excused: {function} {error}")
    if never or needless:
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
