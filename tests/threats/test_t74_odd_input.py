"""T-74: whatever arrives, the server answers with a 4xx (never a 5xx) and keeps serving."""

import base64
import json
import random
import re
import socket
import urllib.parse

import pytest
import requests
from harness import data, race, unique, verified_member
from scenes import Tenant, unchanged
from test_t01_isolation import OPERATIONS

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def tenant(project):
    return Tenant(project).with_member()


@pytest.fixture(autouse=True)
def still_serving(server):
    yield
    assert server.process.poll() is None, "the server has ended"
    assert server.get("/healthz").status_code == 200
    assert "panicked at" not in server.log(), server.log()[-3000:]


def survives(answer):
    assert answer.status_code < 500, f"{answer.request.method} {answer.request.url[:200]} {str(answer.request.body)[:300]}: {answer.status_code} {answer.text[:300]}"
    return answer


# ---------------------------------------------------------------- every field of every operation

VALUES = [
    None, True, 0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**400, 1.5, 1e308, -0.0, "", " ", "x", "\u0000", "\ud7ff", "\uffff", "💥" * 300, "x" * 70_000, "%s%n", "../../etc/passwd",
    "' OR 1=1 --", "{{7*7}}", "\r\nX: y", "\u202e", [], [None], [[]], ["x"] * 1000, [""], {}, {"": ""}, {"a": {"b": {"c": []}}}, {"$ne": None}, {"__proto__": {"x": 1}}, [{"role_id": "x"}], [{"domain": "x"}], {"roles": None},
    {"roles": [{}]}, {"operator": "XOR"}, {"operator": "AND", "operands": [{}]}, {"operator": "OR", "operands": [{"filter_name": "statuses", "filter_value": [1]}]},
    {"organization_id": "x", "resource_id": "x", "action": "x"}, "2026-01-01T00:00:00Z", "project-test-00000000-0000-4000-8000-000000000000", "organization-live-00000000-0000-4000-8000-000000000000",
    "organization-test-00000000-0000-4000-8000-00000000000Z", "member-test-" + "0" * 36, "AQ" * 22, "a.b.c", "+14155550100", "+0", "a@b.co",
]


@pytest.mark.parametrize("name", OPERATIONS)
def test_t74_odd_values_in_every_field(project, tenant, name):
    method, path, operation = OPERATIONS[name]
    if "organizations.delete" in name or name == "sessions.revoke_own.browser":
        pytest.skip("has no field but whose it is")
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    properties, required = schema.get("properties", {}), schema.get("required", [])
    good = {"organization_id": tenant.org, "organization_ids": [tenant.org], "email_address": "a@b.co", "session_duration_minutes": 60}
    session = requests.Session()
    url = path.replace("{organization_id}", "nope" if name.startswith(("organizations.", "rbac.set")) else tenant.org).replace("{member_id}", "member-test-00000000-0000-4000-8000-000000000000")
    url = project.server.url + url.replace("{project_id}", project.project_id).replace("{public_token}", project.public_token)
    browser = path.startswith("/sdk/")
    auth = (project.public_token, tenant.member_login.session_token) if browser else (project.project_id, project.secret)
    rng = random.Random(unique())
    for field in properties:
        for value in rng.sample(VALUES, 5):
            body = {f: good.get(f, "x") for f in required if f != field} | {field: value}
            survives(session.request(method, url, json=body, auth=auth, timeout=60))
    for parameter in operation.get("parameters", []):
        for value in rng.sample([v for v in VALUES if isinstance(v, str)], 5):
            if parameter["in"] == "query":
                survives(session.request(method, url, params={parameter["name"]: value[:2000]}, auth=auth, timeout=60))
            elif parameter["in"] == "path" and method == "GET":
                odd = project.server.url + path.replace("{" + parameter["name"] + "}", urllib.parse.quote(value[:2000], safe=""))
                survives(session.request(method, odd, auth=auth, timeout=60))


# ---------------------------------------------------------------- searches at their bounds

MEMBER_SEARCH, ORGANIZATION_SEARCH = "/v1/b2b/organizations/members/search", "/v1/b2b/organizations/search"


def searches(tenant, operands, operator="OR"):
    query = {"operator": operator, "operands": operands}
    yield MEMBER_SEARCH, {"organization_ids": [tenant.org], "query": query}
    yield ORGANIZATION_SEARCH, {"query": query}


@pytest.mark.parametrize("length", [1000, 40_000, 60_000])
@pytest.mark.parametrize("letter", ["x", "%", "💥"])
def test_t74_long_patterns(project, tenant, length, letter):
    for name, path in (("member_email_fuzzy", MEMBER_SEARCH), ("organization_slug_fuzzy", MEMBER_SEARCH), ("member_mfa_phone_number_fuzzy", MEMBER_SEARCH),
                       ("organization_name_fuzzy", ORGANIZATION_SEARCH), ("organization_slug_fuzzy", ORGANIZATION_SEARCH), ("allowed_domain_fuzzy", ORGANIZATION_SEARCH)):
        body = {"organization_ids": [tenant.org], "query": {"operator": "OR", "operands": [{"filter_name": name, "filter_value": letter * min(length, 900_000 // len(letter.encode()))}]}}
        survives(project.raw("POST", path, body))


def test_t74_the_most_operands_and_values(project, tenant):
    for count, values in ((50, 200), (51, 1), (50, 201), (1, 200), (50, 0)):
        # At the very bound one filter of each search says enough.
        for name, path in (("member_roles", MEMBER_SEARCH), ("organization_ids", ORGANIZATION_SEARCH)) if count * values == 10_000 else (("member_ids", MEMBER_SEARCH), ("member_emails", MEMBER_SEARCH), ("member_roles", MEMBER_SEARCH), ("statuses", MEMBER_SEARCH), ("organization_ids", ORGANIZATION_SEARCH), ("member_emails", ORGANIZATION_SEARCH)):
            operands = [{"filter_name": name, "filter_value": [f"{i}" for i in range(values)]}] * count
            survives(project.raw("POST", path, {"organization_ids": [tenant.org], "query": {"operator": "OR", "operands": operands}}))
    survives(project.raw("POST", MEMBER_SEARCH, {"organization_ids": [tenant.org] * 101}))
    survives(project.raw("POST", MEMBER_SEARCH, {"organization_ids": [tenant.org] * 100}))


# ---------------------------------------------------------------- nesting

DEPTHS = [20, 60, 100, 115, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 1000]


def nested(depth):
    return "[" * depth + "]" * depth


def test_t74_what_was_accepted_can_be_read_again(server):
    """Metadata as deep as is taken: every reader of it, the audit log included, still answers."""
    project = server.project()
    organization = project.organization().organization_id
    member, session = verified_member(project, organization, roles=["stytch_admin"])
    readers = [
        ("GET", f"/v1/b2b/organizations/{organization}", None), ("GET", f"/v1/b2b/organizations/{organization}/member?member_id={member.member_id}", None),
        ("POST", MEMBER_SEARCH, {"organization_ids": [organization]}), ("POST", ORGANIZATION_SEARCH, {"limit": 1000}), ("GET", f"/v1/b2b/audit/events?organization_id={organization}", None),
        ("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token}), ("GET", f"/v1/b2b/sessions?organization_id={organization}&member_id={member.member_id}", None),
    ]
    for depth in DEPTHS:
        for method, path, body in (
            ("PUT", f"/v1/b2b/organizations/{organization}", '{"trusted_metadata":{"a":%s}}'),
            ("PUT", f"/v1/b2b/organizations/{organization}/members/{member.member_id}", '{"untrusted_metadata":{"a":%s}}'),
            ("PUT", f"/v1/b2b/organizations/{organization}/members/{member.member_id}", '{"trusted_metadata":{"a":%s}}'),
            ("POST", "/v1/b2b/sessions/authenticate", '{"session_token":"' + session.session_token + '","session_custom_claims":{"a":%s}}'),
        ):
            written = survives(project.raw(method, path, data=(body % nested(depth)).encode(), headers=JSON))
            for reader in readers:
                answer = project.raw(*reader)
                assert answer.status_code == 200, f"after {method} {body[:40]} with {depth} levels ({written.status_code}), {reader[1]}: {answer.status_code} {answer.text[:200]}"
        jwt = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token}).json()["session_jwt"]
        assert project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt}).status_code == 200, f"the JWT with claims of {depth} levels"


# ---------------------------------------------------------------- bytes


def talk(server, sent: bytes, shut: bool = True) -> bytes:
    """One connection, byte by byte; what comes back."""
    host, port = urllib.parse.urlsplit(server.url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.settimeout(3)
        got = b""
        try:
            connection.sendall(sent)
            if shut:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                got += chunk
        except OSError:
            pass
        return got


H = b"Host: localhost\r\n"
REQUESTS = [
    b"", b"\r\n\r\n", b"\x00" * 100, b"\xff" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(200), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n" + H + b"\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + H + b"\r\n", b"GET /v1/b2b/organizations/%ff%fe HTTP/1.1\r\n" + H + b"\r\n",
    b"GET /v1/b2b/organizations/%00 HTTP/1.1\r\n" + H + b"\r\n", b"GET /v1/b2b/organizations/%zz HTTP/1.1\r\n" + H + b"\r\n", b"GET /v1/b2b/organizations/%2e%2e%2f%2e%2e HTTP/1.1\r\n" + H + b"\r\n",
    b"GET /%c0%af HTTP/1.1\r\n" + H + b"\r\n", b"GET /errors/%ff HTTP/1.1\r\n" + H + b"\r\n", b"GET /outbox/%ff HTTP/1.1\r\n" + H + b"\r\n", b"GET /assets/%ff HTTP/1.1\r\n" + H + b"\r\n", b"GET /assets/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n" + H + b"\r\n",
    b"GET /v1/magic_links/redirect?token=%ff&token=x&public_token=%00 HTTP/1.1\r\n" + H + b"\r\n", b"GET /v1/magic_links/redirect?" + b"a=b&" * 10_000 + b" HTTP/1.1\r\n" + H + b"\r\n",
    b"GET /v1/b2b/audit/events?limit=999999999999999999999&cursor=%ff HTTP/1.1\r\n" + H + b"\r\n", b"GET * HTTP/1.1\r\n" + H + b"\r\n", b"OPTIONS * HTTP/1.1\r\n" + H + b"\r\n", b"CONNECT evil.example:443 HTTP/1.1\r\n" + H + b"\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\n" + H + b"\r\n", b"TRACE / HTTP/1.1\r\n" + H + b"\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + H + b"\r\n", b"GET / HTTP/1.1\r\n" + H + b"X: " + b"a" * 900_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET / HTTP/1.1\r\n" + H + b"X\x00Y: z\r\n\r\n", b"GET / HTTP/1.1\r\n" + H + b"X: a\x00b\r\n\r\n", b"GET / HTTP/1.1\r\n" + H + b" folded\r\n\r\n",
    b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Content-Length: -1\r\n\r\n", b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Content-Length: 100\r\n\r\n{}", b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
    b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
    b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", b"GET / HTTP/1.1\r\n" + H + b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + H + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n", b"GET /healthz HTTP/1.1\r\n" + H + b"Range: bytes=0-0,1-1,2-2\r\nIf-None-Match: *\r\n\r\n",
]


def test_t74_hostile_bytes(server):
    for sent in REQUESTS:
        got = talk(server, sent)
        assert not re.search(rb"^HTTP/1\.[01] 5", got, re.M), f"{sent[:120]!r}: {got[:300]!r}"
        assert got.count(b"HTTP/1.1 ") <= 2, f"{sent[:120]!r}: answered as several requests"
    assert server.get("/readyz").status_code == 200


def test_t74_mutated_requests(project, tenant):
    """A good request with random bytes changed: hundreds of them, by a seed that is told."""
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    credentials = base64.b64encode(f"{project.project_id}:{project.secret}".encode())
    body = json.dumps({"organization_ids": [tenant.org], "limit": 2, "query": {"operator": "AND", "operands": [{"filter_name": "statuses", "filter_value": ["active"]}]}}).encode()
    good = b"POST /v1/b2b/organizations/members/search HTTP/1.1\r\n" + H + b"Connection: close\r\nContent-Type: application/json\r\nAuthorization: Basic " + credentials + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    assert b" 200 OK" in talk(project.server, good, shut=False)
    jobs = []
    for _ in range(300):
        bent = bytearray(good)
        for _ in range(rng.randrange(1, 6)):
            at = rng.choice([rng.randrange(len(bent)), rng.randrange(len(good) - len(body), len(bent))])
            bent[at : at + rng.randrange(0, 3)] = rng.randbytes(rng.randrange(0, 3))
        jobs.append(bytes(bent))

    def work(i):
        return [(sent, talk(project.server, sent)) for sent in jobs[i::20]]

    for results in race(20, work):
        assert isinstance(results, list), results
        for sent, got in results:
            assert not re.search(rb"^HTTP/1\.[01] 5", got, re.M), f"seed {seed}: {sent!r}: {got[:300]!r}"


@pytest.mark.parametrize("body", [b'{"a":' * 5000, b"[" * 100_000, b'"' + b"\\u0000" * 1000 + b'"', b'{"organization_name":"\\ud800"}', b'{"organization_name":"\\udc00\\ud800"}', b'{"organization_name":1e999999}', b"-", b"{" + b'"a":1,' * 50_000 + b'"b":1}',
    b'{"organization_name":"x","organization_name":"y"}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"{}\x00", b"\x1f\x8b\x08\x00", b"0" * 100_000, b'{"trusted_metadata":{"a":' + b"9" * 5000 + b"}}", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"a=b&c=d"], ids=lambda b: ascii(b[:20]))
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "\u00e9/x"], ids=ascii)
def test_t74_odd_bodies(project, body, kind):
    for path in ("/v1/b2b/organizations", "/sdk/v1/b2b/sessions/authenticate", "/sdk/v1/events"):
        auth = (project.project_id, project.secret) if path.startswith("/v1") else (project.public_token, project.public_token)
        answer = survives(requests.post(project.server.url + path, data=body, headers={"Content-Type": kind.encode("latin-1")}, auth=auth, timeout=60))
        assert answer.status_code >= 400 or path.endswith("events") or b"organization_name" in body


def test_t74_clients_that_go_away(server):
    """Half a request, then nothing, many times at once; others are served meanwhile."""
    host, port = urllib.parse.urlsplit(server.url).netloc.split(":")
    open_ = []
    for _ in range(200):
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.sendall(b"POST /v1/b2b/sessions/authenticate HTTP/1.1\r\n" + H + b"Content-Length: 50\r\n\r\n{")
        open_.append(connection)
    assert server.get("/healthz").status_code == 200
    for connection in open_:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()
    assert server.get("/readyz").status_code == 200


def test_t74_a_tenant_is_unharmed_by_all_of_it(project, tenant):
    """Runs last."""
    with unchanged(tenant):
        answer = project.browser("GET", "/b2b/organizations/me", session_token=tenant.admin_login.session_token)
        assert data(answer)["organization"]["organization_name"] == tenant.canary
