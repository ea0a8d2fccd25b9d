"""Traces by OTLP: what a collector gets, read by the protocol's own definitions."""

import base64
import http.server
import json
import re
import threading
import time

import harness
import metrics
import pytest
from google.protobuf import json_format
from harness import check_refusal, login, refused, token_from, unique, until, verified_member
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def traceparent(trace=TRACE, flags="01"):
    return {"traceparent": f"00-{trace}-{PARENT}-{flags}", "tracestate": "vendor=value"}


def in_base64(value):
    """OTLP writes ids in hexadecimal, where protobuf's JSON has base64."""
    if isinstance(value, list):
        return [in_base64(one) for one in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {key: base64.b64encode(bytes.fromhex(one)).decode() if key in ids else in_base64(one) for key, one in value.items()}


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


class Collector:
    """Takes what is exported, or answers with `status`; it also is a service about known passwords, which knows of none."""

    def __init__(self):
        self.status, self.requests, self.bodies = 200, [], []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.requests.append((self.path, dict(self.headers.items())))
                if collector.status == 200:
                    collector.bodies.append(body)
                self.answer(collector.status, b"{}")

            def do_GET(self):
                self.answer(200, b"")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._handler = Handler
        self.port = harness.free_port()
        self.server = None

    def start(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def exports(self):
        return [json_format.ParseDict(in_base64(json.loads(body)), ExportTraceServiceRequest()) for body in self.bodies]

    def spans(self):
        return [span for export in self.exports() for resource in export.resource_spans
                for scope in resource.scope_spans for span in scope.spans]

    def of(self, trace):
        """The spans of a trace, once there are some: its request's, and the others."""
        def found():
            return [span for span in self.spans() if span.trace_id.hex() == trace]

        spans = until(found, what=f"the trace {trace}")
        [own] = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
        return own, [span for span in spans if span is not own]


@pytest.fixture(scope="module")
def collector():
    collector = Collector().start()
    yield collector
    collector.stop()


@pytest.fixture(scope="module")
def traced(postgres, collector):
    """A server that traces everything, unless the caller says otherwise."""
    url = collector.url.replace("//", "//watcher:canary%40word@") + "/base/"
    server = harness.Server(postgres=postgres, arguments=["--otlp-endpoint", url, "--log-format", "json", "--breach-service", collector.url]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(traced):
    return traced.project()


def line_of(server, answer):
    """What the log says of a request."""
    request_id = answer.json()["request_id"]
    return until(lambda: next((line for line in server.log().splitlines() if request_id in line), None), what="the line")


def attributes(span):
    pairs = [(attribute.key, value(attribute.value)) for attribute in span.attributes]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def new_trace():
    return unique() * 4


def test_a_request_is_a_span_of_its_callers_trace(traced, project, collector):
    org = project.organization().organization_id
    started = time.time_ns()
    answer = project.raw("GET", f"/v1/b2b/organizations/{org}", headers=traceparent())
    own, transactions = collector.of(TRACE)
    assert (own.name, own.parent_span_id.hex(), own.trace_state) == ("organizations.get", PARENT, "vendor=value")
    assert len(own.span_id) == 8 and own.status == Status() and own.flags & 0x300 == 0x300
    assert started - 10**9 < own.start_time_unix_nano < own.end_time_unix_nano < time.time_ns() + 10**9
    said = attributes(own)
    assert said == {
        "http.request.method": "GET", "http.route": "/v1/b2b/organizations/{organization_id}", "http.response.status_code": 200,
        "guildhall.project_id": project.project_id, "guildhall.request_id": answer.json()["request_id"],
    }
    [transaction] = transactions
    assert transaction.name == "transaction read" and transaction.kind == Span.SPAN_KIND_CLIENT
    assert transaction.parent_span_id == own.span_id and transaction.span_id != own.span_id
    assert own.start_time_unix_nano <= transaction.start_time_unix_nano <= transaction.end_time_unix_nano <= own.end_time_unix_nano
    said = attributes(transaction)
    assert said.pop("guildhall.transaction.queued_us") >= 0
    assert said == {
        "db.system.name": {"sqlite": "sqlite", "postgres": "postgresql"}[harness.ENGINE], "db.operation.name": "read",
        "guildhall.transaction.attempts": 1, "guildhall.transaction.committed": True,
    }
    [resource] = {json_format.MessageToJson(spans.resource) for export in collector.exports() for spans in export.resource_spans}
    assert '"guildhall"' in resource and "service.version" in resource
    path, headers = collector.requests[0]
    assert path == "/base/v1/traces" and headers["content-type"] == "application/json"
    assert headers["authorization"] == "Basic " + base64.b64encode(b"watcher:canary@word").decode()
    assert json.loads(line_of(traced, answer))["trace_id"] == TRACE


def test_a_refusal_says_its_type(project, collector):
    trace = new_trace()
    with_trace = traceparent(trace)
    check_refusal(project.raw("GET", "/v1/b2b/organizations/nope", headers=with_trace), 404, "organization_not_found")
    own, [transaction] = collector.of(trace)
    said = attributes(own)
    assert (said["http.response.status_code"], said["error.type"]) == (404, "organization_not_found")
    # It is the caller's error, not the server's; and what was read was not there, which is no failure of the database.
    assert own.status == Status() and transaction.status == Status()
    assert attributes(transaction)["guildhall.transaction.committed"] is False


def test_a_fault_of_ours_is_an_error(traced, project, collector):
    org, trace = project.organization().organization_id, new_trace()
    traced.rows(f"UPDATE organizations SET settings = '[1]' WHERE id = '{org}'")
    assert project.raw("GET", f"/v1/b2b/organizations/{org}", headers=traceparent(trace)).status_code == 500
    own, _ = collector.of(trace)
    assert own.status.code == Status.STATUS_CODE_ERROR and attributes(own)["error.type"] == "internal_server_error"


def test_what_is_asked_of_others_is_a_child(project, collector):
    org, trace = project.organization().organization_id, new_trace()
    member = project.member(org)
    project.api.passwords.email.reset_start(organization_id=org, email_address=member.email_address)
    token = token_from(project.mailbox.wait(member.email_address))
    password = f"violet-harbor-sings-{unique()}"
    answer = project.raw("POST", "/v1/b2b/passwords/email/reset", {"password_reset_token": token, "password": password}, headers=traceparent(trace))
    assert answer.status_code == 200
    own, children = collector.of(trace)
    assert own.name == "passwords.email_reset"
    [asked] = [span for span in children if span.name == "GET"]
    assert attributes(asked) == {
        "http.request.method": "GET", "server.address": "127.0.0.1", "server.port": collector.port, "http.response.status_code": 200}
    assert {span.name for span in children} >= {"transaction write", "GET"}
    assert all(span.parent_span_id == own.span_id for span in children)
    assert metrics.value(project.server, "guildhall_outbound_seconds_count", outcome="answered") >= 1


def test_the_caller_decides_what_is_recorded(traced, project, collector):
    """The log has the trace either way: the caller may find it there."""
    trace = new_trace()
    answer = project.raw("GET", "/v1/b2b/organizations/nope", headers=traceparent(trace, flags="00"))
    after = new_trace()
    project.raw("GET", "/v1/b2b/organizations/nope", headers=traceparent(after))
    collector.of(after)
    assert trace not in {span.trace_id.hex() for span in collector.spans()}
    assert json.loads(line_of(traced, answer))["trace_id"] == trace


def test_odd_headers_begin_a_trace_of_their_own(traced, project, collector):
    """T-74: what strangers send is no reason to fail."""
    odd = [f"00-{TRACE}-{PARENT}", "", "x" * 5000, f"ff-{TRACE}-{PARENT}-01", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE.upper()}-{PARENT}-01"]
    headers = [{"traceparent": one, "tracestate": "y" * 5000} for one in odd]
    answers = [project.raw("GET", "/v1/b2b/organizations/nope", headers=one) for one in headers]
    assert {answer.status_code for answer in answers} == {404}
    for answer in answers:
        trace = json.loads(line_of(traced, answer))["trace_id"]
        assert re.fullmatch(r"[0-9a-f]{32}", trace) and trace != TRACE
        own, _ = collector.of(trace)
        assert own.parent_span_id == b"" and own.trace_state == ""


def test_t75_nothing_secret_is_traced(traced, project, collector):
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    project.api.sessions.authenticate(session_token=session.session_token)
    with refused(401, "unauthorized_credentials"):
        project.api.passwords.authenticate(organization_id=org, email_address=member.email_address, password="canary-password-1")
    project.raw("GET", f"/v1/b2b/organizations/{org}?session_token={session.session_token}")
    traced.get("/v1/magic_links/redirect?token=canary-token&public_token=" + project.public_token)
    last = new_trace()
    project.raw("GET", "/v1/b2b/organizations/nope", headers=traceparent(last))
    collector.of(last)
    sent = b"".join(collector.bodies).decode()
    assert "sessions.authenticate" in sent and "magic_links.authenticate" in sent and "pages.redirect" in sent
    for secret in (session.session_token, session.session_jwt, member.email_address, org, member.member_id, project.secret, "canary"):
        assert secret not in sent, secret
    assert "canary" not in traced.log()
    # What machines ask all the time is not traced.
    assert "probes." not in sent


def test_what_the_collector_refuses_is_dropped_and_counted(traced, project, collector):
    def count(outcome):
        return metrics.value(traced, "guildhall_trace_spans_total", outcome=outcome)

    exported, dropped = count("exported"), count("dropped")
    assert exported > 0
    collector.status = 400
    try:
        project.raw("GET", "/v1/b2b/organizations/nope")
        until(lambda: count("dropped") >= dropped + 2, what="the drop")
    finally:
        collector.status = 200
    assert "the answer was 400" in until(lambda: re.search(r".*collector of traces.*", traced.log()), what="the line")[0]
    assert "watcher" not in traced.log()


def test_a_collector_that_is_away_gets_it_later_and_nobody_waits(start_server):
    collector = Collector()
    server = start_server(arguments=["--otlp-endpoint", collector.url])
    project = server.project()
    trace, last = new_trace(), new_trace()
    project.raw("GET", "/v1/b2b/organizations/nope", headers=traceparent(trace))
    # The first attempt has failed by then.
    time.sleep(0.8)
    started = time.monotonic()
    for _ in range(20):
        project.raw("GET", "/v1/b2b/organizations/nope")
    assert time.monotonic() - started < 2
    collector.start()
    try:
        collector.of(trace)
        # What is left goes when the server stops.
        project.raw("GET", "/v1/b2b/organizations/nope", headers=traceparent(last))
        assert server.terminate() == 0
        collector.of(last)
    finally:
        collector.stop()


def test_nothing_is_traced_unless_somebody_says_where(server):
    project = server.project()
    answer = project.raw("GET", "/v1/b2b/organizations/nope", headers=traceparent())
    line = line_of(server, answer)
    assert "trace_id" not in line and TRACE not in line
    assert metrics.value(server, "guildhall_trace_spans_total") == 0


@pytest.mark.parametrize("options, words", [
    (["--otlp-endpoint", "collector:4318"], "--otlp-endpoint"),
    (["--otlp-endpoint", "ftp://user:hush@collector"], "http://127.0.0.1:4318"),
    (["--otlp-endpoint", "http://collector:4318/?hush=1"], "more than a path"),
    (["--otlp-sample", "1.5"], "write a number from 0 to 1"),
])
def test_odd_options_are_refused(server, options, words):
    done = server.command("serve", "--listen", "127.0.0.1:0", *options, check=False)
    assert done.returncode != 0 and words in done.stderr and "hush" not in done.stderr


def test_a_part_is_traced_and_the_variables_of_opentelemetry_count_where_ours_are_missing(postgres, monkeypatch):
    collector = Collector().start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "sign-in")
    server = harness.Server(postgres=postgres, smtp=False, arguments=["--otlp-sample", "0"]).start()
    try:
        trace, project = new_trace(), server.project()
        for _ in range(10):
            project.raw("GET", "/v1/b2b/organizations/nope")
        project.raw("GET", "/v1/b2b/organizations/nope", headers=traceparent(trace))
        collector.of(trace)
        assert {span.trace_id.hex() for span in collector.spans()} == {trace}
        assert '"sign-in"' in collector.bodies[0].decode()
    finally:
        server.stop()
        collector.stop()
