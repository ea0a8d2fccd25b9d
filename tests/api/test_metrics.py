"""The numbers: each once, after its commit, by names that the documentation, the board and the alerts know."""

import json
import re
import time

import harness
import metrics
import pyotp
import pytest
from harness import check_refusal, discover, email_code, login, new_email, refused, until, verified_member
from sso import Browser, Saml


@pytest.fixture
def org(organization):
    return organization.organization_id


@pytest.fixture
def counted(server):
    """What was counted since the last time, of one metric: the samples that have grown, by the values of their labels."""
    def read(name):
        return {tuple(labels.values()): value for sample, labels, value in metrics.of(server)[name].samples if sample == name}

    before = {}

    def grown(name):
        now = read(name)
        changed = {key: value - before[name].get(key, 0) for key, value in now.items() if value != before[name].get(key, 0)}
        before[name] = now
        return changed

    def begin(*names):
        before.update({name: read(name) for name in names})
        return grown

    return begin


def test_all_numbers_are_documented_and_nothing_else_is(server, project, org):
    login(project, org, verified_member(project, org)[0].email_address)
    served, told = metrics.of(server), metrics.documented()
    assert served.keys() == told.keys(), served.keys() ^ told.keys()
    for metric in served.values():
        assert metric.labels <= told[metric.name], (metric.name, metric.labels, told[metric.name])


def test_the_board_and_the_alerts_ask_for_what_there_is():
    told = metrics.documented()
    queries = metrics.board_queries() + [(rule["alert"], rule["expr"]) for rule in metrics.alerts()]
    assert len(queries) > 60
    for title, query in queries:
        for name, labels in metrics.selectors(query):
            if name == "up":
                continue
            bare = re.sub(r"_(bucket|sum|count)$", "", name)
            known = told.get(name, told.get(bare))
            assert known is not None, f"{title}: there is no {name}"
            allowed = known | metrics.OF_THE_SCRAPE | ({"le"} if name.endswith("_bucket") else set())
            assert labels <= allowed, f"{title}: {name} has no {labels - allowed}"
    asked = {re.sub(r"_(bucket|sum|count)$", "", name) for _, query in queries for name, _ in metrics.selectors(query)}
    unasked = told.keys() - asked - {"process_virtual_memory_bytes"}
    assert not unasked, f"the board shows no {unasked}"


def test_alerts_say_what_to_do():
    headings = {re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-")
                for line in re.findall(r"^#+ (.*)$", metrics.DOCS.read_text(), re.M)}
    rules = metrics.alerts()
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        notes = rule["annotations"]
        assert notes["summary"] and notes["description"] and notes["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["alert"].lower() in headings, rule["alert"]


def test_the_board_is_whole():
    board = json.loads(metrics.BOARD.read_text())
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids) and board["uid"] == "guildhall" and board["schemaVersion"] >= 39
    assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource", "job", "instance"]
    taken = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, f"{panel['title']} lies over another"
        taken |= cells
        if panel["type"] != "row":
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"} and panel["targets"]
            assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])


# ---------------------------------------------------------------- logins


def test_logins_are_counted_by_method_and_outcome(project, org, counted):
    member, _ = verified_member(project, org)
    grown = counted("guildhall_logins_total", "guildhall_login_refusals_total")
    login(project, org, member.email_address)
    assert grown("guildhall_logins_total") == {("magic_link", "authenticated"): 1}
    code = email_code(project, org, member.email_address)
    session = project.api.otps.email.authenticate(organization_id=org, email_address=member.email_address, code=code)
    assert grown("guildhall_logins_total") == {("email_otp", "authenticated"): 1}
    with refused(401, "unable_to_auth_otp_code"):
        project.api.otps.email.authenticate(organization_id=org, email_address=member.email_address, code=code)
    assert grown("guildhall_logins_total") == {("email_otp", "refused"): 1}
    assert grown("guildhall_login_refusals_total") == {("email_otp", "used_or_expired"): 1}
    with refused(401, "unauthorized_credentials"):
        project.api.passwords.authenticate(organization_id=org, email_address=member.email_address, password="a-wrong-one-7391")
    assert grown("guildhall_logins_total") == {("password", "refused"): 1}
    assert grown("guildhall_login_refusals_total") == {("password", "wrong"): 1}
    project.api.sessions.exchange(organization_id=org, session_token=session.session_token)
    assert grown("guildhall_logins_total") == {("session_exchange", "authenticated"): 1}
    # What is wrong with the app, or with who asks, is nobody's login.
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/authenticate", {}), 400, "bad_request")
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": "x"}, auth=(project.project_id, "no")),
                  401, "unauthorized_credentials")
    assert grown("guildhall_logins_total") == {}


def test_second_factors_and_discovery_are_counted(project, counted):
    organization = project.organization(mfa_policy="REQUIRED_FOR_ALL")
    org = organization.organization_id
    member = project.member(org)
    grown = counted("guildhall_logins_total", "guildhall_login_refusals_total")
    half = login(project, org, member.email_address)
    assert not half.member_authenticated and grown("guildhall_logins_total") == {("magic_link", "mfa_required"): 1}
    app = project.api.totps.create(organization_id=org, member_id=member.member_id, intermediate_session_token=half.intermediate_session_token)
    code = pyotp.TOTP(app.secret).now()
    with refused(401, "unable_to_authenticate_totp"):
        project.api.totps.authenticate(organization_id=org, member_id=member.member_id, code=harness.wrong(code),
                                       intermediate_session_token=half.intermediate_session_token)
    assert grown("guildhall_login_refusals_total") == {("totp", "wrong"): 1}
    project.api.totps.authenticate(organization_id=org, member_id=member.member_id, code=code,
                                   intermediate_session_token=half.intermediate_session_token)
    assert grown("guildhall_logins_total") == {("totp", "refused"): 1, ("totp", "authenticated"): 1}
    codes = project.api.recovery_codes.get(organization_id=org, member_id=member.member_id).recovery_codes
    half = login(project, org, member.email_address)
    project.api.recovery_codes.recover(organization_id=org, member_id=member.member_id, recovery_code=codes[0],
                                       intermediate_session_token=half.intermediate_session_token)
    assert grown("guildhall_logins_total") == {("magic_link", "mfa_required"): 1, ("recovery_code", "authenticated"): 1}
    plain = project.organization().organization_id
    visitor = project.member(plain)
    found = discover(project, visitor.email_address)
    project.api.discovery.intermediate_sessions.exchange(
        intermediate_session_token=found.intermediate_session_token, organization_id=plain)
    assert grown("guildhall_logins_total") == {("discovery", "authenticated"): 1}


def test_a_lock_is_counted(own_project, counted):
    project = own_project
    org = project.organization().organization_id
    email = project.member(org).email_address
    grown = counted("guildhall_login_refusals_total", "guildhall_errors_total")
    ask = {"organization_id": org, "email_address": email, "password": "a-wrong-one-7391"}
    until(lambda: project.raw("POST", "/v1/b2b/passwords/authenticate", ask).status_code == 429, what="the lock")
    refusals = grown("guildhall_login_refusals_total")
    assert refusals["password", "locked"] == 1 and refusals["password", "wrong"] >= 5
    assert grown("guildhall_errors_total")["user_lock_limit_reached",] == 1


def test_a_login_counts_once_however_often_its_transaction_is_run(project, org, counted):
    """Of twenty at the same time one gets in, and each is told apart."""
    member, _ = verified_member(project, org)
    token = harness.magic_token(project, org, member.email_address)
    grown = counted("guildhall_logins_total")
    answers = harness.race(20, lambda _: project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token}).status_code)
    assert sorted(answers) == [200] + [401] * 19
    assert grown("guildhall_logins_total") == {("magic_link", "authenticated"): 1, ("magic_link", "refused"): 19}


# ---------------------------------------------------------------- what goes on beside


def test_messages_are_counted_by_kind_and_outcome(server, project, org):
    before = metrics.value(server, "guildhall_messages_total", kind="mail", template="login", outcome="delivered")
    timed = metrics.value(server, "guildhall_delivery_seconds_count", kind="mail")
    login(project, org, verified_member(project, org)[0].email_address)
    until(lambda: metrics.value(server, "guildhall_messages_total", kind="mail", template="login", outcome="delivered") >= before + 2,
          what="both mails")
    assert metrics.value(server, "guildhall_delivery_seconds_count", kind="mail") >= timed + 2


def test_what_waits_and_what_fails(start_server):
    """A mail server that is away: attempts are counted, and the oldest mail gets older."""
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    email = project.member(org).email_address
    server.mailbox.stop()
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
    until(lambda: metrics.value(server, "guildhall_messages_total", outcome="retried", template="login") >= 1, what="an attempt")
    until(lambda: metrics.value(server, "guildhall_outbox_depth", kind="mail") == 1, what="one that waits")
    assert metrics.value(server, "guildhall_outbox_oldest_seconds", kind="mail") > 0
    assert metrics.value(server, "guildhall_ready") == 1 and metrics.value(server, "guildhall_database_round_trip_seconds") > 0
    server.mailbox.start()
    until(lambda: metrics.value(server, "guildhall_messages_total", outcome="delivered", template="login") == 1, what="the mail")


def test_sessions_and_their_checks(start_server):
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    project.api.sessions.authenticate(session_token=session.session_token)
    project.api.sessions.authenticate(session_token=session.session_token)
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=session.session_token[:-4] + "AAAA")
    checks = {labels["result"]: value for _, labels, value in metrics.of(server)["guildhall_session_checks_total"].samples}
    assert checks["remembered"] == 2 and checks["read"] == 0 and checks["refused"] == 1
    assert metrics.value(server, "guildhall_remembered_sessions") == 1
    assert 1000 < metrics.value(server, "guildhall_remembered_sessions_bytes") < 50_000
    # They are counted at the start, and then once a minute.
    ended = login(project, org, member.email_address)
    project.api.sessions.revoke(session_token=ended.session_token)
    assert metrics.value(server, "guildhall_database_sessions") in (0, 1, 2)
    server.restart()
    until(lambda: metrics.value(server, "guildhall_database_sessions") == 1, what="the sessions")
    project.api.sessions.authenticate(session_token=session.session_token)
    assert metrics.value(server, "guildhall_session_checks_total", result="read") == 1


def test_the_process_and_the_database(server, project, org):
    text = server.get("/metrics").text
    found = metrics.parse(text)
    [(_, labels, one)] = found["guildhall_build_info"].samples
    version = server.command("--version", database=False).stdout.split()[-1]
    assert one == 1 and labels["version"] == version
    assert labels["engine"] == {"sqlite": "sqlite", "postgres": "postgresql"}[harness.ENGINE]
    assert abs(metrics.value(server, "process_resident_memory_bytes") / 2**20 - server.resident()) < 40
    assert metrics.value(server, "process_cpu_seconds_total") > 0 and 0 < metrics.value(server, "process_open_fds") < 1000
    assert 0 < time.time() - metrics.value(server, "process_start_time_seconds") < 3600
    lanes = {labels["lane"] for _, labels, _ in found["guildhall_database_connections"].samples}
    assert lanes == ({"read", "scan", "write"} if harness.ENGINE == "sqlite" else {"check", "scan", "write"})
    files = {labels["file"] for _, labels, _ in found["guildhall_database_file_bytes"].samples}
    assert files == ({"database", "log"} if harness.ENGINE == "sqlite" else set())
    assert metrics.value(server, "guildhall_schema_version") == max(
        int(path.name[:4]) for path in (harness.REPOSITORY / "crates/server/migrations").glob("*.sql"))
    assert metrics.value(server, "guildhall_hashing_places") > 20


def test_what_a_password_costs_is_counted(server, project, org):
    before = metrics.value(server, "guildhall_hashing_seconds_count")
    with refused(401, "unauthorized_credentials"):
        project.api.passwords.authenticate(organization_id=org, email_address=new_email(), password="a-wrong-one-7391")
    assert metrics.value(server, "guildhall_hashing_seconds_count") == before + 1


def test_what_identity_providers_answer_is_counted(server, own_project, counted):
    connection = Saml(own_project)
    grown = counted("guildhall_sso_exchanges_total", "guildhall_logins_total")
    email = new_email()
    connection.login(email)
    assert grown("guildhall_sso_exchanges_total") == {("saml", "accepted"): 1}
    assert grown("guildhall_logins_total") == {("sso", "authenticated"): 1}
    connection.login(email)
    assert grown("guildhall_sso_exchanges_total") == {("saml", "accepted"): 1}
    browser = Browser(server)
    connection.refused(connection.respond(browser, connection.start(browser), new_email(), ahead=606), "not_yet_valid_saml_response")
    assert grown("guildhall_sso_exchanges_total") == {("saml", "refused"): 1}
