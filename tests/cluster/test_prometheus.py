"""A real Prometheus: it scrapes servers on both engines, answers every query of the board, and loads the alerts, which fire when
they should."""

import json
import re
import shutil
import subprocess
import time

import harness
import metrics
import pytest
import requests
from harness import email_code, login, refused, until, verified_member

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
pytestmark = pytest.mark.skipif(not (PROMETHEUS and PROMTOOL), reason="Prometheus is not installed")

# What a healthy server has nothing to answer to, by panel: no organization here has an identity provider, and nothing goes wrong.
EMPTY = {
    "Answers of identity providers": 1, "Undeclared errors and refused origins": 1, "Transactions that failed or were run anew": 1,
    "Asking others over HTTP": 1, "Time of that, 99 %": 1,
}


def promtool(*arguments, **options):
    done = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, timeout=60, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class Prometheus:
    def __init__(self, directory, targets):
        self.url = f"http://127.0.0.1:{harness.free_port()}"
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(metrics.ALERTS)],
            "scrape_configs": [{"job_name": "guildhall", "static_configs": [{"targets": targets}]}],
        }
        # JSON is YAML.
        (directory / "prometheus.yml").write_text(json.dumps(config))
        promtool("check", "config", str(directory / "prometheus.yml"))
        self.log = (directory / "log").open("w+")
        self.process = subprocess.Popen(
            [PROMETHEUS, f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
             f"--web.listen-address={self.url.removeprefix('http://')}"], stdout=self.log, stderr=subprocess.STDOUT)

    def get(self, path, **parameters):
        try:
            answer = requests.get(self.url + path, params=parameters, timeout=30)
        except requests.ConnectionError:
            assert self.process.poll() is None, self.log.seek(0) or self.log.read()
            return None
        assert answer.status_code in (200, 503), answer.text
        return answer.json()["data"] if answer.status_code == 200 else None

    def query(self, query):
        return self.get("/api/v1/query", query=query)["result"]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def make_traffic(project):
    """Something of most that is counted."""
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    email = member.email_address
    session = login(project, org, email)
    code = email_code(project, org, email)
    project.api.otps.email.authenticate(organization_id=org, email_address=email, code=code)
    for _ in range(3):
        project.api.sessions.authenticate(session_token=session.session_token)
    with refused(401, "unauthorized_credentials"):
        project.api.passwords.authenticate(organization_id=org, email_address=email, password="a-wrong-one-7391")
    with refused(404, "magic_link_not_found"):
        project.api.magic_links.authenticate(magic_links_token="nope" * 11)
    project.api.organizations.members.search(organization_ids=[org])


def test_a_real_prometheus_answers_the_board_and_evaluates_the_alerts(tmp_path, start_node, postgres):
    nodes = [start_node(), start_node(postgres.new_database())]
    targets = [node.url.removeprefix("http://") for node in nodes]
    projects = [node.project() for node in nodes]
    prometheus = Prometheus(tmp_path, targets)
    try:
        for project in projects:
            make_traffic(project)
        answered = until(lambda: prometheus.get("/api/v1/query", query='count(scrape_samples_scraped{job="guildhall"} > 100)'),
                         what="Prometheus", timeout=20)
        assert answered
        until(lambda: len(prometheus.query('up{job="guildhall"} == 1')) == 2, what="both targets")
        # Its samples are a second apart, and a rate needs two.
        seen = 'count(count_over_time(guildhall_logins_total{method="magic_link", outcome="authenticated"}[10s]) >= 3)'
        until(lambda: prometheus.query(seen) and prometheus.query(seen)[0]["value"][1] == "2", what="some scrapes")
        for project in projects:
            make_traffic(project)
        until(lambda: prometheus.query("sum(rate(guildhall_logins_total[10s])) > 0"), what="a rate")
        time.sleep(1)
        empty = {}
        for title, query in metrics.board_queries():
            if not prometheus.query(query):
                empty.setdefault(title, []).append(query)
        assert {title: len(queries) for title, queries in empty.items()} == EMPTY, empty
        for rule in metrics.alerts():
            prometheus.query(rule["expr"])
        [group] = prometheus.get("/api/v1/rules")["groups"]
        assert len(group["rules"]) == len(metrics.alerts())
        for rule in group["rules"]:
            assert rule["health"] == "ok" and "lastError" not in rule, rule
        firing = {alert["labels"]["alertname"] for alert in prometheus.get("/api/v1/alerts")["alerts"] if alert["state"] == "firing"}
        assert firing <= {"GuildhallLoginsRefused"}, firing
        metadata = prometheus.get("/api/v1/targets/metadata", match_target='{job="guildhall"}')
        types = {entry["metric"]: entry["type"] for entry in metadata}
        for name, metric in metrics.of(nodes[0]).items():
            assert types[name] == metric.kind, name
    finally:
        prometheus.stop()


def test_promtool_finds_no_fault(start_node):
    text = start_node().get("/metrics").text
    assert promtool("check", "metrics", input=text) == ""


# ---------------------------------------------------------------- the alerts

SERVER = 'job="guildhall", instance="a"'
STEADY = "0+60x120"

# What healthy servers say, each minute for two hours.
HEALTHY = {
    f"up{{{SERVER}}}": "1x120", f"guildhall_ready{{{SERVER}}}": "1x120",
    f'guildhall_requests_total{{{SERVER}, operation="members.get", status="200"}}': "0+6000x120",
    f'guildhall_request_seconds_bucket{{{SERVER}, operation="sessions.authenticate", le="0.0016"}}': STEADY,
    f'guildhall_request_seconds_bucket{{{SERVER}, operation="sessions.authenticate", le="+Inf"}}': STEADY,
    f'guildhall_outbox_oldest_seconds{{{SERVER}, kind="mail"}}': "2x120",
    f'guildhall_messages_total{{{SERVER}, kind="mail", template="login", outcome="delivered"}}': STEADY,
    f'guildhall_database_seconds_count{{{SERVER}, kind="write", outcome="committed"}}': STEADY,
    f'guildhall_database_transactions_waiting{{{SERVER}, lane="write"}}': "0x120",
    f"process_resident_memory_bytes{{{SERVER}}}": "200000000x120",
    f"process_open_fds{{{SERVER}}}": "100x120", f"process_max_fds{{{SERVER}}}": "20000x120",
    f"guildhall_hashing_refused_total{{{SERVER}}}": "0x120",
    f'guildhall_logins_total{{{SERVER}, method="password", outcome="authenticated"}}': "0+120x120",
    f'guildhall_logins_total{{{SERVER}, method="password", outcome="refused"}}': "0+12x120",
    f'guildhall_sso_exchanges_total{{{SERVER}, protocol="saml", outcome="accepted"}}': STEADY,
    f'guildhall_database_file_bytes{{{SERVER}, file="log"}}': "60000000x120",
    f'guildhall_build_info{{{SERVER}, version="0.1.0"}}': "1x120",
    f'guildhall_trace_spans_total{{{SERVER}, outcome="dropped"}}': "0x120",
}

# What makes each fire, beside that or in the place of it.
AILING = {
    "GuildhallDown": {f"up{{{SERVER}}}": "1x10 0x110"},
    "GuildhallNotReady": {f"guildhall_ready{{{SERVER}}}": "0x120"},
    "GuildhallServerErrors": {f'guildhall_requests_total{{{SERVER}, operation="members.get", status="503"}}': "0+100x120"},
    "GuildhallSlow": {f'guildhall_request_seconds_bucket{{{SERVER}, operation="sessions.authenticate", le="0.0016"}}': "0+50x120",
                      f'guildhall_request_seconds_bucket{{{SERVER}, operation="sessions.authenticate", le="0.4096"}}': STEADY},
    "GuildhallMailStuck": {f'guildhall_outbox_oldest_seconds{{{SERVER}, kind="mail"}}': "0+60x120"},
    "GuildhallMailRefused": {f'guildhall_messages_total{{{SERVER}, kind="mail", template="login", outcome="refused"}}': "0+30x120"},
    "GuildhallDatabaseErrors": {f'guildhall_database_seconds_count{{{SERVER}, kind="write", outcome="unavailable"}}': "0+1x120"},
    "GuildhallDatabaseBusy": {f'guildhall_database_transactions_waiting{{{SERVER}, lane="write"}}': "20x120"},
    "GuildhallUndeclaredErrors": {f'guildhall_undeclared_errors_total{{{SERVER}, operation="members.get", error_type="invalid_email"}}': "_x60 1x60"},
    "GuildhallMemory": {f"process_resident_memory_bytes{{{SERVER}}}": "3000000000x120"},
    "GuildhallFiles": {f"process_open_fds{{{SERVER}}}": "19000x120"},
    "GuildhallHashingFull": {f"guildhall_hashing_refused_total{{{SERVER}}}": "0+5x120"},
    "GuildhallLoginsRefused": {f'guildhall_logins_total{{{SERVER}, method="password", outcome="refused"}}': "0+600x120"},
    "GuildhallSsoRefused": {f'guildhall_sso_exchanges_total{{{SERVER}, protocol="saml", outcome="refused"}}': "0+90x120"},
    "GuildhallLogGrows": {f'guildhall_database_file_bytes{{{SERVER}, file="log"}}': "900000000x120"},
    "GuildhallVersionsDiffer": {'guildhall_build_info{job="guildhall", instance="b", version="0.2.0"}': "1x120"},
    "GuildhallTracesDropped": {f'guildhall_trace_spans_total{{{SERVER}, outcome="dropped"}}': "0+10x120"},
}


def test_each_alert_fires_when_it_should_and_none_otherwise(tmp_path):
    assert AILING.keys() == {rule["alert"] for rule in metrics.alerts()}

    def case(firing, series):
        expected = [{"labels": f'{{alertname="{firing}"}}', "value": 1}] if firing else []
        return {
            "interval": "1m", "input_series": [{"series": series_, "values": values} for series_, values in series.items()],
            "promql_expr_test": [{"expr": 'group by (alertname) (ALERTS{alertstate="firing"})', "eval_time": "80m", "exp_samples": expected}],
        }

    cases = [case(None, HEALTHY)] + [case(firing, HEALTHY | series) for firing, series in AILING.items()]
    tests = {"rule_files": [str(metrics.ALERTS)], "evaluation_interval": "1m", "tests": cases}
    (tmp_path / "tests.yml").write_text(json.dumps(tests))
    promtool("test", "rules", str(tmp_path / "tests.yml"))
    assert "SUCCESS" in promtool("check", "rules", str(metrics.ALERTS))
    # What is said of a firing one reads like a sentence, with its values.
    for rule in metrics.alerts():
        assert not re.search(r"{{(?! \$(?:labels|value)\b)", rule["annotations"]["summary"])
