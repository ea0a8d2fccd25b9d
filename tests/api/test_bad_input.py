"""Whatever arrives, the answer is a clear 4xx in the standard shape and nothing is half-done."""

import json
import re
import socket
import urllib.parse

import pytest
import requests
from harness import check_refusal, data

BAD = ("bad_request", "invalid_argument")

# Every operation of the backend with a body, and one good body for it.
BODIES = {
    "organizations.create": ("POST", "/v1/b2b/organizations", {"organization_name": "Acme"}),
    "organizations.update": ("PUT", "/v1/b2b/organizations/{o}", {"organization_name": "Acme"}),
    "organizations.search": ("POST", "/v1/b2b/organizations/search", {"limit": 10}),
    "members.create": ("POST", "/v1/b2b/organizations/{o}/members", {"email_address": "a@corp-x.com"}),
    "members.update": ("PUT", "/v1/b2b/organizations/{o}/members/{m}", {"name": "Ada"}),
    "members.search": ("POST", "/v1/b2b/organizations/members/search", {"organization_ids": ["{o}"]}),
    "members.unlink": ("POST", "/v1/b2b/organizations/{o}/members/{m}/unlink_retired_email", {"email_address": "a@corp-x.com"}),
    "members.start_email_update": ("POST", "/v1/b2b/organizations/{o}/members/{m}/start_email_update", {"email_address": "a@corp-x.com"}),
    "magic_links.login_or_signup": ("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": "{o}", "email_address": "a@corp-x.com"}),
    "magic_links.invite": ("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": "{o}", "email_address": "a@corp-x.com"}),
    "magic_links.authenticate": ("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": "x"}),
    "discovery.send": ("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": "a@corp-x.com"}),
    "discovery.authenticate": ("POST", "/v1/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": "x"}),
    "discovery.list": ("POST", "/v1/b2b/discovery/organizations", {"intermediate_session_token": "x"}),
    "discovery.create": ("POST", "/v1/b2b/discovery/organizations/create", {"intermediate_session_token": "x"}),
    "discovery.exchange": ("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", {"intermediate_session_token": "x", "organization_id": "{o}"}),
    "sessions.authenticate": ("POST", "/v1/b2b/sessions/authenticate", {"session_token": "x"}),
    "sessions.revoke": ("POST", "/v1/b2b/sessions/revoke", {"session_token": "x"}),
    "sessions.exchange": ("POST", "/v1/b2b/sessions/exchange", {"session_token": "x", "organization_id": "{o}"}),
    "rbac.set": ("PUT", "/v1/b2b/rbac/organizations/{o}", {"org_policy": {"roles": []}}),
}

# The type of every field of those operations, by its name.
STRINGS = {
    "organizations.create": ["organization_name", "organization_slug", "organization_logo_url", "organization_external_id", "sso_jit_provisioning", "email_jit_provisioning", "email_invites", "auth_methods", "mfa_policy", "mfa_methods", "oauth_tenant_jit_provisioning", "first_party_connected_apps_allowed_type", "third_party_connected_apps_allowed_type"],
    "organizations.update": ["organization_name", "organization_slug", "sso_default_connection_id", "mfa_policy"],
    "organizations.search": ["cursor"],
    "members.create": ["email_address", "name", "mfa_phone_number", "external_id"],
    "members.update": ["email_address", "name", "mfa_phone_number", "external_id", "default_mfa_method"],
    "members.search": ["cursor"],
    "members.unlink": ["email_id", "email_address"],
    "members.start_email_update": ["email_address", "login_redirect_url", "locale", "login_template_id", "delivery_method"],
    "magic_links.login_or_signup": ["organization_id", "email_address", "login_redirect_url", "signup_redirect_url", "pkce_code_challenge", "login_template_id", "signup_template_id", "locale"],
    "magic_links.invite": ["organization_id", "email_address", "invite_redirect_url", "invited_by_member_id", "name", "invite_template_id", "locale"],
    "magic_links.authenticate": ["magic_links_token", "pkce_code_verifier", "session_token", "session_jwt", "intermediate_session_token", "locale"],
    "discovery.send": ["email_address", "discovery_redirect_url", "pkce_code_challenge", "login_template_id", "locale"],
    "discovery.authenticate": ["discovery_magic_links_token", "pkce_code_verifier"],
    "discovery.list": ["intermediate_session_token", "session_token", "session_jwt"],
    "discovery.create": ["intermediate_session_token", "organization_name", "organization_slug", "auth_methods"],
    "discovery.exchange": ["intermediate_session_token", "organization_id", "locale"],
    "sessions.authenticate": ["session_token", "session_jwt"],
    "sessions.revoke": ["member_session_id", "session_token", "session_jwt", "member_id"],
    "sessions.exchange": ["organization_id", "session_token", "session_jwt", "locale"],
}
NUMBERS = {
    "organizations.search": ["limit"],
    "members.search": ["limit"],
    "magic_links.login_or_signup": ["login_expiration_minutes", "signup_expiration_minutes"],
    "magic_links.invite": ["invite_expiration_minutes"],
    "magic_links.authenticate": ["session_duration_minutes"],
    "discovery.send": ["discovery_expiration_minutes"],
    "discovery.create": ["session_duration_minutes"],
    "discovery.exchange": ["session_duration_minutes"],
    "sessions.authenticate": ["session_duration_minutes"],
    "sessions.exchange": ["session_duration_minutes"],
}
OBJECTS = {
    "organizations.create": ["trusted_metadata", "allowed_oauth_tenants"],
    "members.create": ["trusted_metadata", "untrusted_metadata"],
    "magic_links.authenticate": ["session_custom_claims"],
    "sessions.authenticate": ["session_custom_claims", "authorization_check"],
    "rbac.set": ["org_policy"],
}
LISTS = {
    "organizations.create": ["email_allowed_domains", "allowed_auth_methods", "allowed_mfa_methods", "claimed_email_domains", "rbac_email_implicit_role_assignments", "allowed_first_party_connected_apps"],
    "organizations.update": ["sso_jit_provisioning_allowed_connections"],
    "members.create": ["roles"],
    "members.update": ["roles"],
    "members.search": ["organization_ids"],
    "magic_links.invite": ["roles"],
}
BOOLEANS = {
    "members.create": ["create_member_as_pending", "is_breakglass", "mfa_enrolled"],
    "members.update": ["is_breakglass", "mfa_enrolled", "preserve_existing_sessions", "unlink_email"],
}


@pytest.fixture(scope="module")
def world(server):
    """One project for all of these tests: none of them may change it."""
    project = server.project()
    organization = project.organization()
    member = project.member(organization.organization_id)

    class World:
        pass

    world = World()
    world.project, world.org, world.member = project, organization, member
    return world


@pytest.fixture(scope="module", autouse=True)
def nothing_changes(world):
    """Looked at when all of them are through: it takes longer than what they do."""
    yield
    api = world.project.api.organizations
    assert api.search().results_metadata.total == 1
    assert api.get(world.org.organization_id).organization == world.org
    assert api.members.search(organization_ids=[world.org.organization_id]).members == [world.member]


def filled(world, value):
    text = json.dumps(value).replace("{o}", world.org.organization_id).replace("{m}", world.member.member_id)
    return json.loads(text)


def send(world, operation, body=None, **options):
    method, path, _ = BODIES[operation]
    if body is not None:
        options["json"] = body
    return world.project.raw(method, filled(world, path), **options)


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("operation", BODIES)
@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"{", b'{"a":1,}', b"[]", b'"text"', b"1", b"null", b"true", b'{"a":\xff\xfe}', b"\x00", b'{"a": NaN}', b"<xml/>", b"\xef\xbb\xbf{}x", b"{}{}"],
    ids=repr,
)
def test_not_a_json_object(world, operation, body):
    answer = send(world, operation, data=body, headers=JSON)
    # Where there is nothing to say, some clients send nothing and some null. An operation without required fields takes
    # either; what is missing is still said.
    empty = body in (b"", b"null")
    errors = (*BAD, "no_session_arguments", "no_session_revoke_arguments", "retired_email_missing_email_identifiers", "missing_intermediate_session_token", "organization_name_missing")
    if empty and operation in ("organizations.search", "organizations.update", "members.update"):
        assert answer.status_code == 200, answer.text
        return
    check_refusal(answer, (400, 415), errors if empty else BAD)


@pytest.mark.parametrize("operation", BODIES)
def test_deep_nesting(world, operation):
    """T-74: bounded, whatever the depth."""
    for text in ("[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "[" * 500_000):
        check_refusal(send(world, operation, data=text.encode(), headers=JSON), 400, BAD)


@pytest.mark.parametrize("depth", [200, 20_000])
def test_deep_metadata(world, depth):
    text = '{"organization_name":"X","trusted_metadata":{"a":' + "[" * depth + "]" * depth + "}}"
    check_refusal(world.project.raw("POST", "/v1/b2b/organizations", data=text.encode(), headers=JSON), 400, (*BAD, "metadata_too_large", "metadata_invalid_format"))


@pytest.mark.parametrize("operation", BODIES)
def test_ten_megabytes(world, operation):
    body = json.dumps(filled(world, BODIES[operation][2]) | {"padding": "x" * 10_000_000}).encode()
    check_refusal(send(world, operation, data=body, headers=JSON), (400, 413), "bad_request")


def test_ten_megabytes_in_chunks(world):
    def chunks():
        yield b'{"organization_name":"'
        for _ in range(100):
            yield b"x" * 100_000
        yield b'"}'

    check_refusal(send(world, "organizations.create", data=chunks(), headers=JSON), (400, 413), "bad_request")


def wrong_values(fields, values):
    return [pytest.param(op, name, value, id=f"{op}-{name}-{str(value)[:20]}") for op, names in fields.items() for name in names for value in values]


@pytest.mark.parametrize(
    ("operation", "name", "value"),
    wrong_values(STRINGS, [7, True, ["a"], {"a": 1}])
    + wrong_values(NUMBERS, ["text", "10", True, 1.5, [1], 10**30])
    + wrong_values(OBJECTS, ["text", 7, True, ["a"]])
    + wrong_values(LISTS, ["text", 7, {"a": 1}, [7], [None], [["a"]]])
    + wrong_values(BOOLEANS, ["true", 1, [True]]),
)
def test_wrong_types(world, operation, name, value):
    body = filled(world, BODIES[operation][2]) | {name: value}
    errors = (*BAD, "metadata_invalid_format", "invalid_oauth_allowed_tenants_format")
    if isinstance(value, int) and abs(value) > 2**63:
        errors += ("invalid_expiration", "invalid_session_duration_minutes")
    answer = send(world, operation, body)
    check_refusal(answer, 400, errors)
    if answer.json()["error_type"] == "bad_request":
        assert re.match(rf"The request does not fit this endpoint: {name}[\[. ]", answer.json()["error_message"]), answer.text


ROLES = "rbac_email_implicit_role_assignments"


@pytest.mark.parametrize(("operation", "fields", "told"), [
    ("organizations.update", {ROLES: [{"domain": 5, "role_id": "x"}]}, f"{ROLES}[0].domain has to be a string, not an integer."),
    ("organizations.update", {ROLES: [{"domain": "a.com", "role_id": "x"}, {"domain": "a.com"}]}, f"{ROLES}[1].role_id is missing."),
    ("organizations.create", {ROLES: "hush"}, f"{ROLES} has to be an array, not a string."),
    ("organizations.create", {"claimed_email_domains": ["a.com", {"hush": 1}]}, "claimed_email_domains[1] has to be a string, not an object."),
    ("organizations.search", {"limit": "hush"}, "limit has to be an integer, not a string."),
    ("organizations.search", {"limit": 2**63}, "limit has to be an integer, not one of more than 63 bits."),
    ("organizations.search", {"query": ["hush"]}, "query has to be an object, not an array."),
    ("organizations.search", {"query": {"operator": "hush", "operands": []}}, "query.operator has to be one of AND, OR."),
    ("members.search", {"organization_ids": None}, "organization_ids has to be an array, not null."),
    ("rbac.set", {"org_policy": {"roles": [{"role_id": "x", "description": "", "permissions": [{"resource_id": 1}]}]}}, "org_policy.roles[0].permissions[0]"),
    ("sessions.authenticate", {"authorization_check": {"organization_id": "{o}", "resource_id": ["hush"], "action": "x"}}, "authorization_check.resource_id has to be a string, not an array."),
    ("sessions.authenticate", {"session_token": {"hush": 1}}, "session_token has to be a string, not an object."),
])
def test_the_place_of_a_wrong_type_is_told(world, operation, fields, told):
    """And what belongs there; not what stands there, which may be a secret."""
    answer = send(world, operation, filled(world, BODIES[operation][2] | fields))
    check_refusal(answer, 400, "bad_request")
    assert f"The request does not fit this endpoint: {told}" in answer.json()["error_message"] and "hush" not in answer.text, answer.text


@pytest.mark.parametrize(
    ("operation", "name", "value"), wrong_values(STRINGS, ["nul\x00byte", "\x00"]) + [pytest.param("organizations.create", "trusted_metadata", {"a\x00": "b\x00"}, id="metadata")]
)
def test_nul_bytes(world, operation, name, value):
    body = filled(world, BODIES[operation][2]) | {name: value}
    answer = send(world, operation, body)
    assert 400 <= answer.status_code < 500, answer.text
    check_refusal(answer, answer.status_code, answer.json()["error_type"])
    if operation in ("organizations.create", "members.create") and name in ("organization_name", "name", "trusted_metadata"):
        assert answer.json()["error_type"] in (*BAD, "invalid_organization_name")


@pytest.mark.parametrize(("operation", "name", "value"), wrong_values(STRINGS, ["x" * 100_000, "💥" * 10_000, "' OR '1'='1"]))
def test_overlong_and_odd_texts(world, operation, name, value):
    if name in ("organization_name", "name") and len(value) < 128:
        return  # a perfectly good name
    body = filled(world, BODIES[operation][2]) | {name: value}
    answer = send(world, operation, body)
    assert 400 <= answer.status_code < 500, answer.text
    check_refusal(answer, answer.status_code, answer.json()["error_type"])
    assert len(answer.content) < 5000  # the value is not thrown back


@pytest.mark.parametrize("text", [r'{"organization_name":"\ud800"}', r'{"organization_name":"\u0000"}', '{"organization_name":"a","organization_name":7}'])
def test_odd_escapes(world, text):
    answer = world.project.raw("POST", "/v1/b2b/organizations", data=text.encode(), headers=JSON)
    check_refusal(answer, 400, (*BAD, "invalid_organization_name"))


def test_missing_required_fields(world):
    for operation in ("members.create", "magic_links.login_or_signup", "magic_links.invite", "magic_links.authenticate", "discovery.send", "discovery.authenticate", "discovery.create", "discovery.exchange", "sessions.exchange", "members.start_email_update", "rbac.set"):
        answer = send(world, operation, {})
        errors = (*BAD, "invalid_email", "missing_intermediate_session_token", "no_session_arguments", "invalid_organization_id")
        check_refusal(answer, 400, errors)


# ---------------------------------------------------------------- methods, routes, paths


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/b2b/organizations/search"),
        ("PATCH", "/v1/b2b/organizations/{o}"),
        ("POST", "/v1/b2b/organizations/{o}"),
        ("PUT", "/v1/b2b/organizations"),
        ("DELETE", "/v1/b2b/sessions"),
        ("GET", "/v1/b2b/sessions/authenticate"),
        ("PUT", "/v1/b2b/sessions/authenticate"),
        ("GET", "/v1/b2b/magic_links/authenticate"),
        ("POST", "/v1/b2b/rbac/policy"),
        ("DELETE", "/v1/b2b/rbac/organizations/{o}"),
        ("POST", "/v1/debug/whoami"),
        ("BREW", "/v1/b2b/organizations/{o}"),
    ],
)
def test_wrong_method(world, method, path):
    answer = world.project.raw(method, filled(world, path))
    if method == "GET" and path == "/v1/b2b/organizations/search" and answer.status_code == 404:
        # GET /organizations/{organization_id} matches too: there is no organization of that name.
        check_refusal(answer, 404, "organization_not_found")
        return
    check_refusal(answer, 405, "method_not_allowed")


UNBUILT = [
    ("POST", "/v1/m2m/clients"), ("POST", "/v1/connected_apps/clients"), ("POST", "/v1/b2b/idp/oauth/authorize"),
    ("POST", "/v1/b2b/sessions/attest"), ("POST", "/v1/b2b/sessions/migrate"),
    ("POST", "/v1/b2b/sessions/exchange_access_token"),
]


@pytest.mark.parametrize(("method", "path"), [*UNBUILT, ("GET", "/"), ("GET", "/v1"), ("GET", "/v2/b2b/organizations"), ("POST", "/v1/b2b/organizations/"), ("GET", "/V1/debug/whoami")])
def test_unknown_route(world, method, path):
    answer = world.project.raw(method, filled(world, path), **({"json": {}} if method == "POST" else {}))
    if path == "/" and answer.status_code < 400:
        assert answer.headers["content-type"].startswith("text/html")
        return
    check_refusal(answer, (404, 405), ("route_not_found", "method_not_allowed"))
    if (method, path) in UNBUILT:
        check_refusal(answer, 404, "route_not_found")


@pytest.mark.parametrize("part", ["%00", "%FF%FE", "%2e%2e", "%2F", "%", "%zz", "a" * 5000, "%F0%9F%92%A5", "'%20OR%201=1--", "*", "%252e"])
def test_odd_paths(world, part):
    for path in (f"/v1/b2b/organizations/{part}", f"/v1/b2b/organizations/{world.org.organization_id}/members/{part}/reactivate"):
        status, body = raw_request(world, ("PUT" if "reactivate" in path else "GET") + f" {path} HTTP/1.1")
        assert 400 <= status < 500, (status, body)
        if body.startswith(b"{"):
            assert json.loads(body)["error_type"] in ("organization_not_found", "member_not_found", "bad_request", "route_not_found", "no_deleted_member_found_for_reactivation")


def raw_request(world, line, extra=b"", body=b""):
    """One request as bytes, because clients would tidy it up: (status, body)."""
    import base64

    host = urllib.parse.urlsplit(world.project.server.url)
    credentials = base64.b64encode(f"{world.project.project_id}:{world.project.secret}".encode()).decode()
    with socket.create_connection((host.hostname, host.port), timeout=30) as s:
        s.sendall(
            line.encode() + f"\r\nHost: {host.netloc}\r\nAuthorization: Basic {credentials}\r\nConnection: close\r\n".encode() + extra + b"\r\n" + body
        )
        received = b""
        while chunk := s.recv(65536):
            received += chunk
    head, _, rest = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 "), received[:200]
    return int(head.split()[1]), rest


@pytest.mark.parametrize(
    ("line", "extra", "body"),
    [
        ("GET /v1/debug/whoami HTTP/9.9", b"", b""),
        ("NONSENSE", b"", b""),
        ("POST /v1/b2b/organizations HTTP/1.1", b"Content-Length: -1\r\n", b""),
        ("POST /v1/b2b/organizations HTTP/1.1", b"Transfer-Encoding: chunked\r\n", b"zzz\r\n\r\n"),
        ("GET /v1/debug/whoami HTTP/1.1", b"Bad Header\r\n", b""),
    ],
)
def test_broken_http(world, line, extra, body):
    status, _ = raw_request(world, line, extra, body)
    assert 400 <= status < 500 or status == 505


def test_repeated_and_odd_query(world):
    project, org = world.project, world.org.organization_id
    path = f"/v1/b2b/organizations/{org}/member"
    assert project.raw("GET", path, params={"member_id": world.member.member_id, "unknown": "x"}).status_code == 200
    other = project.raw("GET", f"{path}?member_id={world.member.member_id}&member_id=member-test-00000000-0000-4000-8000-000000000000")
    check_refusal(other, 404, "member_not_found")
    for query in ("member_id=%00", "member_id=%FF", "member_id=", "member_id[]=x", "=", "&&&", "x" * 5000):
        answer = project.raw("GET", f"{path}?{query}")
        check_refusal(answer, (400, 404), ("member_not_found", "invalid_member_get_fields", "bad_request"))
    bad = project.raw("GET", f"/v1/b2b/organizations/members/dangerously_get/{world.member.member_id}?include_deleted=perhaps")
    check_refusal(bad, 400, BAD)


def test_path_and_query_disagree(world):
    """T-02: the path counts."""
    answer = world.project.raw("GET", f"/v1/b2b/organizations/{world.org.organization_id}", params={"organization_id": "organization-test-00000000-0000-4000-8000-000000000000"})
    assert answer.json()["organization"]["organization_id"] == world.org.organization_id


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense", ""])
def test_other_content_types(world, content_type):
    """JSON is JSON whatever it is called, and nothing else is."""
    answer = send(world, "organizations.search", data=b'{"limit": 5}', headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text
    form = send(world, "organizations.create", data=b"organization_name=Acme", headers={"Content-Type": content_type})
    check_refusal(form, (400, 415), BAD)


# ---------------------------------------------------------------- the browser's side


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{", b'{"email_address":7}', b'{"email_address":"\\u0000"}'], ids=repr)
def test_browser_bodies(world, body):
    answer = world.project.browser("POST", "/b2b/magic_links/email/discovery/send", data=body)
    refusal = check_refusal(answer, 400, (*BAD, "invalid_email"))
    assert not {"body", "params", "query"} & set(refusal)


@pytest.mark.parametrize("value", ["garbage", "", "AAAA", "e30=", "\xff"])
def test_browser_headers(world, value):
    """X-SDK-Client is telemetry; nonsense in it stops nobody."""
    answer = world.project.browser("POST", "/b2b/organizations/search", {"organization_slug": world.org.organization_slug}, headers={"X-SDK-Client": value.encode("latin1")})
    assert data(answer)["organization"]["organization_id"] == world.org.organization_id


@pytest.mark.parametrize("body", [b"not json", b"{}", b"null", b"[" * 100_000, b"[1,2]", b"\xff"], ids=lambda b: repr(b[:20]))
def test_events_never_fail_the_server(world, body):
    answer = requests.post(world.project.server.url + "/sdk/v1/events", data=body, headers=JSON, timeout=30)
    assert answer.status_code < 500


def test_the_server_is_still_well(world):
    answer = world.project.server.get("/readyz")
    assert answer.status_code == 200
