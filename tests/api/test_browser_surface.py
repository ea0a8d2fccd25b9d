"""The /sdk/v1 surface, as the browser SDK calls it: envelope, CORS, stale tokens, and every operation."""

import base64
import hashlib
import pathlib
import re
import secrets

import pytest
import requests
from harness import ORIGIN, REDIRECT_URL, check_refusal, data, new_domain, new_email, query_of, refused, token_from, unique, verified_member

REQUESTED = "authorization, content-type, x-sdk-client, x-sdk-parent-host"
LOGGED_OUT = ("session_not_found", "user_unauthenticated", "unauthorized_credentials", "invalid_secret_authentication")


@pytest.fixture
def org(organization):
    return organization.organization_id


@pytest.fixture
def plain(project, org):
    return verified_member(project, org)[1]


@pytest.fixture
def admin(project, org):
    return verified_member(project, org, roles=["stytch_admin"])[1]


def words(header):
    return {w.strip().lower() for w in header.split(",")}


# ---------------------------------------------------------------- CORS


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/b2b/sessions/authenticate", "/b2b/organizations/me", "/b2b/organizations/members/member-test-x", "/events"])
def test_preflight(project, method, path):
    answer = requests.options(
        project.server.url + "/sdk/v1" + path,
        headers={"Origin": ORIGIN, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": REQUESTED},
        timeout=30,
    )
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert words(answer.headers["Access-Control-Allow-Methods"]) >= {"get", "post", "put", "delete"}
    assert words(answer.headers["Access-Control-Allow-Headers"]) >= words(REQUESTED)
    assert "*" not in answer.headers["Access-Control-Allow-Headers"]
    assert "origin" in words(answer.headers["Vary"])
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


FOREIGN = ["https://evil.example", "http://localhost:3001", "https://localhost:3000", "http://localhost:3000.evil.example", "null", "http://evil-localhost:3000"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_a_foreign_origin_reads_why_it_is_refused(project, plain, origin):
    """The SDK asks with credentials: without the right to read the refusal the page sees nothing but a failed fetch."""
    may_read = None if origin == "null" else origin
    preflight = preflight_of(project.server, origin)
    assert preflight.headers.get("Access-Control-Allow-Origin") == may_read
    answer = project.browser("GET", "/b2b/organizations/me", session_token=plain.session_token, origin=origin)
    body = check_refusal(answer, 401, "bad_domain_for_stytch_sdk")
    assert answer.headers.get("Access-Control-Allow-Origin") == may_read
    if may_read:
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    if may_read and origin.startswith("http://localhost:3001"):
        assert body["error_message"].endswith(f"guildhall project update {project.project_id} --add-origin {origin}")
    # It is all that it can read.
    for path, options in (("/b2b/organizations/me", {"auth": ("public-token-test-x", "x")}), ("/b2b/no/such/route", {}),
                          (f"/projects/bootstrap/{project.public_token}x", {})):
        other = project.browser("GET", path, origin=origin, **options)
        assert other.status_code >= 400 and "Access-Control-Allow-Origin" not in other.headers, path


TRACING = "traceparent,baggage,sentry-trace,x-datadog-trace-id,b3,X-Any_Header!"


def preflight_of(server, origin, headers=REQUESTED):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    asked |= {"Access-Control-Request-Headers": headers} if headers is not None else {}
    return requests.options(server.url + "/sdk/v1/b2b/sessions/authenticate", headers=asked, timeout=30)


@pytest.mark.parametrize("headers", [TRACING, "authorization", REQUESTED + ", " + TRACING, "x" * 4000])
def test_a_page_may_send_any_header(project, headers):
    answer = preflight_of(project.server, ORIGIN, headers)
    assert answer.status_code == 204
    assert words(answer.headers["Access-Control-Allow-Headers"]) == words(headers)
    assert "access-control-request-headers" in words(answer.headers["Vary"])


@pytest.mark.parametrize("headers", [None, "", "a;b", "a\tb", "<script>", "(a)"])
def test_what_is_no_list_of_headers_is_not_repeated(project, headers):
    answer = preflight_of(project.server, ORIGIN, headers)
    assert answer.status_code == 204
    assert words(answer.headers["Access-Control-Allow-Headers"]) == words(REQUESTED)


def test_pages_read_the_request_id_and_how_long_to_wait(project, plain):
    good = project.browser("GET", "/b2b/organizations/me", session_token=plain.session_token)
    bad = project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": "x"})
    for answer in (good, bad):
        assert words(answer.headers["Access-Control-Expose-Headers"]) == {"retry-after", "x-request-id"}
        assert answer.headers["X-Request-Id"] == answer.json().get("data", answer.json())["request_id"]
    # So is every answer's, whatever it holds.
    for path in ("/", "/healthz", "/nowhere", "/v1/magic_links/redirect", "/errors"):
        assert project.server.get(path).headers["X-Request-Id"].startswith("request-id-test-")


def test_origin_of_another_project(server, project, plain):
    """An origin some other project registered opens nothing here."""
    server.project(redirect_urls=["http://localhost:4000/authenticate"])
    answer = project.browser("GET", "/b2b/organizations/me", session_token=plain.session_token, origin="http://localhost:4000")
    check_refusal(answer, 401, "bad_domain_for_stytch_sdk")


def test_cors_headers_on_answers_and_errors(project, plain):
    good = project.browser("GET", "/b2b/organizations/me", session_token=plain.session_token)
    bad = project.browser("GET", "/b2b/organizations/me")
    missing = project.browser("GET", "/b2b/no/such/route")
    assert (good.status_code, bad.status_code, missing.status_code) == (200, 401, 404) or bad.status_code in (401, 404)
    for answer in (good, bad, missing):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "origin" in words(answer.headers["Vary"])


def test_backend_answers_carry_no_cors(project):
    answer = project.raw("GET", "/v1/b2b/rbac/policy", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_strangers_cannot_fill_the_memory_with_origins(start_server):
    """What is remembered of an origin has one size, and what is longer than one can be is not looked up."""
    server = start_server()
    project = server.project()
    long = [f"https://{i:08d}{'a' * 60_000}.example.com" for i in range(300)]
    longest = [f"https://{i:08d}{'a' * 270}.example.com" for i in range(600)]
    with requests.Session() as session:
        def ask(origins, paths):
            for origin in origins:
                for method, path, auth in paths:
                    answer = session.request(method, server.url + path, headers={"Origin": origin}, auth=auth, timeout=30)
                    assert answer.status_code in (204, 401), answer.text

        token = project.public_token
        paths = [("OPTIONS", "/sdk/v1/events", None), ("GET", f"/sdk/v1/projects/bootstrap/{token}", (token, token))]
        ask(longest[:50], paths)
        before = server.resident()
        ask(long, paths)
        ask(longest, paths)
        # The texts alone are 18 MiB, and a cache of 10,000 of the longest would take as much again.
        assert server.resident() - before < 8


# ---------------------------------------------------------------- envelope, credentials


def test_envelope(project, plain, organization):
    answer = project.browser("GET", "/b2b/organizations/me", session_token=plain.session_token)
    assert answer.headers["content-type"].startswith("application/json")
    assert data(answer)["organization"]["organization_id"] == organization.organization_id


def test_errors_are_not_wrapped(project):
    body = check_refusal(project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": "A" * 44, "session_duration_minutes": 60}), 404, "magic_link_not_found")
    assert "data" not in body
    assert not {"body", "params", "query"} & set(body)


def test_unknown_public_token(project):
    unknown = "public-token-test-00000000-0000-4000-8000-000000000000"
    for auth in (None, (unknown, unknown), ("", ""), (project.project_id, project.secret)):
        answer = project.browser("POST", "/b2b/organizations/search", {"organization_slug": "x"}, auth=auth)
        check_refusal(answer, (400, 401, 404), ("unauthorized_credentials", "public_token_not_found", "bad_domain_for_stytch_sdk"))


def test_public_token_is_no_backend_credential(project):
    answer = project.raw("GET", "/v1/b2b/rbac/policy", auth=(project.public_token, project.public_token))
    check_refusal(answer, (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"))


def test_bootstrap(project):
    body = data(project.browser("GET", f"/projects/bootstrap/{project.public_token}"))
    assert body["project_name"] == "Test"
    assert body["disable_sdk_watermark"] is True
    assert body["cname_domain"] is None
    assert isinstance(body["email_domains"], list)
    assert body["captcha_settings"] == {"enabled": False}
    for product in ("email_magic_links", "password_resets", "oauth", "sso"):
        assert isinstance(body[f"pkce_required_for_{product}"], bool)
    assert "slug_pattern" in body
    assert isinstance(body["create_organization_enabled"], bool)
    assert "password_config" in body
    assert not body.get("dfp_protected_auth_enabled")
    assert body["vertical"] == "B2B"
    roles = {r["role_id"] for r in body["rbac_policy"]["roles"]}
    assert roles >= {"stytch_member", "stytch_admin"}
    assert {r["resource_id"] for r in body["rbac_policy"]["resources"]} >= {"stytch.organization", "stytch.member", "stytch.self"}
    unknown = "public-token-test-00000000-0000-4000-8000-000000000000"
    check_refusal(
        project.browser("GET", f"/projects/bootstrap/{unknown}", auth=(unknown, unknown)), (401, 404), ("public_token_not_found", "unauthorized_credentials")
    )


def test_events(project):
    """An array, no credentials, and the answer is always good."""
    for events in ([{"telemetry": {}, "event": {"public_token": project.public_token, "event_name": "render_b2b_login_screen"}}], [], [{"x": 1}] * 50):
        answer = requests.post(project.server.url + "/sdk/v1/events", json=events, headers={"Origin": ORIGIN}, timeout=30)
        assert data(answer) is not None


@pytest.mark.parametrize("stale", ["A" * 44, "x", "revoked"])
def test_stale_session_on_public_calls(project, organization, plain, stale):
    """The SDK sends whatever cookie it has; public calls must not mind."""
    if stale == "revoked":
        project.api.sessions.revoke(session_token=plain.session_token)
        stale = plain.session_token
    assert data(project.browser("GET", f"/projects/bootstrap/{project.public_token}", session_token=stale))["vertical"] == "B2B"
    found = project.browser("POST", "/b2b/organizations/search", {"organization_slug": organization.organization_slug}, session_token=stale)
    assert data(found)["organization"]["organization_id"] == organization.organization_id
    email = new_email()
    data(project.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": email}, session_token=stale))
    token = token_from(project.mailbox.wait(email))
    body = {"discovery_magic_links_token": token}
    assert data(project.browser("POST", "/b2b/magic_links/discovery/authenticate", body, session_token=stale))["email_address"] == email


SESSION_CALLS = [
    ("POST", "/b2b/sessions/authenticate", {}),
    ("POST", "/b2b/sessions/exchange", {"organization_id": "x", "session_duration_minutes": 60}),
    ("GET", "/b2b/organizations/me", None),
    ("PUT", "/b2b/organizations/me", {"organization_name": "X"}),
    ("DELETE", "/b2b/organizations/me", None),
    ("GET", "/b2b/organizations/members/me", None),
    ("PUT", "/b2b/organizations/members/update", {"name": "X"}),
    ("POST", "/b2b/organizations/members", {"email_address": "a@corp-x.com"}),
    ("POST", "/b2b/organizations/me/members/search", {}),
    ("POST", "/b2b/magic_links/email/invite", {"email_address": "a@corp-x.com"}),
    ("POST", "/b2b/organizations/members/start_email_update", {"email_address": "a@corp-x.com"}),
    ("GET", "/b2b/admin_portal_config", None),
]


@pytest.mark.parametrize(("method", "path", "body"), SESSION_CALLS, ids=lambda v: v if isinstance(v, str) else "")
@pytest.mark.parametrize("credential", ["none", "made up", "revoked", "intermediate"])
def test_calls_that_need_a_session(project, plain, method, path, body, credential):
    """The SDK logs out only on these error types; anything else it would retry for ever."""
    from harness import intermediate

    token = None
    if credential == "made up":
        token = "A" * 44
    elif credential == "revoked":
        project.api.sessions.revoke(session_token=plain.session_token)
        token = plain.session_token
    elif credential == "intermediate":
        token = intermediate(project, new_email())
    answer = project.browser(method, path, session_token=token, **({} if body is None else {"json": body}))
    check_refusal(answer, (401, 404), LOGGED_OUT)


# ---------------------------------------------------------------- logging in


def test_discovery_login(project):
    domain = new_domain()
    email = new_email(domain)
    sent = data(project.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": email, "discovery_redirect_url": REDIRECT_URL}))
    assert set(sent) == {"request_id", "status_code"}
    link = project.mailbox.wait(email).link
    assert query_of(link)["stytch_token_type"] == "discovery"
    proven = data(project.browser("POST", "/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": query_of(link)["token"]}))
    assert (proven["email_address"], proven["discovered_organizations"]) == (email, [])
    ist = proven["intermediate_session_token"]
    listed = data(project.browser("POST", "/b2b/discovery/organizations", {"intermediate_session_token": ist}))
    assert (listed["email_address"], listed["discovered_organizations"], listed["organization_id_hint"]) == (email, [], None)
    # The prebuilt login sends nothing but the duration.
    made = data(project.browser("POST", "/b2b/discovery/organizations/create", {"session_duration_minutes": 60, "intermediate_session_token": ist}))
    assert made["member_authenticated"] is True
    assert made["session_token"] and made["session_jwt"]
    assert made["member"]["is_admin"] is True
    assert made["member_session"]["organization_id"] == made["organization"]["organization_id"]
    assert made["member_session"]["authentication_factors"][0]["sequence_order"] == "PRIMARY"

    session = made["session_token"]
    checked = data(project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session))
    assert checked["member_session"]["member_session_id"] == made["member_session"]["member_session_id"]
    assert checked["session_token"] and checked["session_jwt"]
    assert checked["member"]["email_address"] == email

    # And in again, through discovery and exchange.
    data(project.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": email}))
    proven = data(project.browser("POST", "/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": token_from(project.mailbox.wait(email))}))
    [found] = proven["discovered_organizations"]
    assert found["membership"]["type"] == "active_member"
    body = {
        "organization_id": found["organization"]["organization_id"], "session_duration_minutes": 30, "locale": "en",
        "intermediate_session_token": proven["intermediate_session_token"],
    }
    again = data(project.browser("POST", "/b2b/discovery/intermediate_sessions/exchange", body))
    assert again["member_id"] == made["member_id"]
    assert again["intermediate_session_token"] == ""

    assert data(project.browser("POST", "/b2b/sessions/revoke", session_token=session))["status_code"] == 200
    check_refusal(project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=session), (401, 404), LOGGED_OUT)
    assert data(project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=again["session_token"]))["member_id"] == made["member_id"]


def test_organization_login(project, organization, org):
    member = project.member(org)
    body = {"email_address": member.email_address, "organization_id": org, "login_redirect_url": REDIRECT_URL, "signup_redirect_url": REDIRECT_URL}
    data(project.browser("POST", "/b2b/magic_links/email/login_or_signup", body))
    token = token_from(project.mailbox.wait(member.email_address))
    done = data(project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 30}))
    assert done["member_authenticated"] is True
    assert done["member_id"] == member.member_id
    assert done["organization"]["organization_id"] == org
    assert done["method_id"].startswith("email-test-")
    check_refusal(
        project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 30}), 401, "unable_to_auth_magic_link"
    )


def test_login_tells_strangers_nothing(project, org):
    """T-05, T-45: the browser learns nothing about who is a member."""
    member, _ = verified_member(project, org, name="Ada")
    answer = project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"email_address": member.email_address, "organization_id": org})
    body = data(answer)
    assert not {"member", "member_id", "member_created"} & set(body) or "Ada" not in answer.text


def test_pkce_failure_keeps_the_link(project, org):
    """The SDK tries a wrong verifier first and looks for the word pkce in the message."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    member = project.member(org)
    data(project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"email_address": member.email_address, "organization_id": org, "pkce_code_challenge": challenge}))
    body = {"magic_links_token": token_from(project.mailbox.wait(member.email_address)), "session_duration_minutes": 60}
    for wrong in ({}, {"pkce_code_verifier": secrets.token_urlsafe(48)}):
        refusal = check_refusal(project.browser("POST", "/b2b/magic_links/authenticate", body | wrong), (400, 401), ("pkce_expected_code_verifier", "pkce_mismatch"))
        assert "pkce" in refusal["error_type"]
    assert data(project.browser("POST", "/b2b/magic_links/authenticate", body | {"pkce_code_verifier": verifier}))["member_authenticated"] is True


def test_session_exchange(project, org, plain):
    target = project.organization().organization_id
    there = project.member(target, plain.member.email_address)
    body = {"organization_id": target, "session_duration_minutes": 60}
    done = data(project.browser("POST", "/b2b/sessions/exchange", body, session_token=plain.session_token))
    assert (done["member_id"], done["member_authenticated"]) == (there.member_id, True)


def test_session_extension(project, plain):
    body = data(project.browser("POST", "/b2b/sessions/authenticate", {"session_duration_minutes": 120}, session_token=plain.session_token))
    assert body["member_session"]["expires_at"] > plain.member_session.expires_at.isoformat()


# ---------------------------------------------------------------- public look-ups


def test_organization_by_slug(project, organization):
    body = data(project.browser("POST", "/b2b/organizations/search", {"organization_slug": organization.organization_slug}))["organization"]
    assert body["organization_id"] == organization.organization_id
    assert set(body) >= {
        "organization_id", "organization_name", "organization_logo_url", "organization_slug", "sso_active_connections", "sso_default_connection_id",
        "email_jit_provisioning", "email_allowed_domains", "oauth_tenant_jit_provisioning", "allowed_oauth_tenants", "auth_methods",
        "allowed_auth_methods", "mfa_policy",
    }
    assert not {"trusted_metadata", "claimed_email_domains", "rbac_email_implicit_role_assignments", "custom_roles"} & set(body)
    assert data(project.browser("POST", "/b2b/organizations/search", {"organization_slug": "no-such"}))["organization"] is None


def test_member_by_address(project, org):
    member = project.member(org, name="Ada")
    told = [data(project.browser("POST", "/b2b/organizations/members/search", {"email_address": email, "organization_id": org}))["member"]
            for email in (member.email_address, new_email())]
    # The same of everybody, so that it says of nobody whether they are there (T-45).
    assert told == [{"status": "active", "name": "", "member_password_id": ""}] * 2


# ---------------------------------------------------------------- organization and members


def test_self(project, org, plain):
    me = data(project.browser("GET", "/b2b/organizations/members/me", session_token=plain.session_token))
    assert me["member"]["member_id"] == plain.member_id
    body = {"name": "Ada", "untrusted_metadata": {"a": 1}, "mfa_enrolled": False, "mfa_phone_number": "+14155550123"}
    changed = data(project.browser("PUT", "/b2b/organizations/members/update", body, session_token=plain.session_token))
    assert changed["member_id"] == plain.member_id
    assert {k: changed["member"][k] for k in body} == body
    assert changed["organization"]["organization_id"] == org
    assert project.api.organizations.members.dangerously_get(plain.member_id).member.name == "Ada"


def test_trusted_metadata_is_read_only(project, org, plain, admin):
    for method, path in (("PUT", "/b2b/organizations/members/update"), ("PUT", "/b2b/organizations/me"), ("PUT", f"/b2b/organizations/members/{plain.member_id}")):
        answer = project.browser(method, path, {"trusted_metadata": {"plan": "gold"}}, session_token=admin.session_token)
        check_refusal(answer, (400, 401), ("cannot_update_trusted_metadata", "bad_request"))
    assert project.api.organizations.get(org).organization.trusted_metadata == {}
    assert project.api.organizations.members.dangerously_get(plain.member_id).member.trusted_metadata == {}


def test_organization(project, organization, plain, admin):
    read = data(project.browser("GET", "/b2b/organizations/me", session_token=plain.session_token))["organization"]
    assert read["organization_slug"] == organization.organization_slug
    check_refusal(project.browser("PUT", "/b2b/organizations/me", {"organization_name": "Changed"}, session_token=plain.session_token), (401, 403), "unauthorized_action")
    changed = data(project.browser("PUT", "/b2b/organizations/me", {"organization_name": "Changed", "mfa_policy": "OPTIONAL"}, session_token=admin.session_token))
    assert changed["organization"]["organization_name"] == "Changed"
    check_refusal(project.browser("DELETE", "/b2b/organizations/me", session_token=plain.session_token), (401, 403), "unauthorized_action")
    assert data(project.browser("DELETE", "/b2b/organizations/me", session_token=admin.session_token))["organization_id"] == organization.organization_id
    with refused(404, "organization_not_found"):
        project.api.organizations.get(organization.organization_id)


def test_member_management(project, org, admin, plain):
    session = admin.session_token
    email = new_email()
    made = data(project.browser("POST", "/b2b/organizations/members", {"email_address": email, "name": "Bob", "roles": ["stytch_admin"]}, session_token=session))
    assert (made["member"]["status"], made["member"]["is_admin"]) == ("invited", True)
    bob = made["member_id"]
    changed = data(project.browser("PUT", f"/b2b/organizations/members/{bob}", {"member_id": bob, "name": "Robert", "roles": []}, session_token=session))
    assert (changed["member"]["name"], changed["member"]["is_admin"]) == ("Robert", False)
    invited = data(project.browser("POST", "/b2b/magic_links/email/invite", {"email_address": new_email(), "name": "Cy"}, session_token=session))
    assert invited["member"]["status"] == "invited"
    query = {"operator": "AND", "operands": [{"filter_name": "statuses", "filter_value": ["active", "invited"]}]}
    found = data(project.browser("POST", "/b2b/organizations/me/members/search", {"limit": 15, "query": query}, session_token=session))
    assert {m["member_id"] for m in found["members"]} == {admin.member_id, plain.member_id, bob, invited["member_id"]}
    assert found["results_metadata"]["total"] == 4
    assert list(found["organizations"]) == [org]

    check = project.browser("POST", f"/b2b/sessions/revoke/{plain.member_id}", session_token=session)
    assert data(check)["status_code"] == 200
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=plain.session_token)
    assert data(project.browser("DELETE", f"/b2b/organizations/members/{plain.member_id}", session_token=session))["member_id"] == plain.member_id
    back = data(project.browser("PUT", f"/b2b/organizations/members/{plain.member_id}/reactivate", session_token=session))
    assert back["member"]["status"] == "active"


def test_plain_members_manage_nobody(project, org, plain):
    victim = project.member(org)
    for method, path, body in (
        ("POST", "/b2b/organizations/members", {"email_address": new_email()}),
        ("PUT", f"/b2b/organizations/members/{victim.member_id}", {"member_id": victim.member_id, "name": "X"}),
        ("DELETE", f"/b2b/organizations/members/{victim.member_id}", None),
        ("POST", "/b2b/organizations/me/members/search", {}),
        ("POST", "/b2b/magic_links/email/invite", {"email_address": new_email()}),
        ("POST", f"/b2b/sessions/revoke/{victim.member_id}", None),
        ("POST", f"/b2b/organizations/members/{victim.member_id}/start_email_update", {"email_address": new_email()}),
        ("PUT", f"/b2b/organizations/members/{plain.member_id}", {"member_id": plain.member_id, "roles": ["stytch_admin"]}),
    ):
        answer = project.browser(method, path, session_token=plain.session_token, **({} if body is None else {"json": body}))
        check_refusal(answer, (401, 403), "unauthorized_action")
    assert project.api.organizations.members.dangerously_get(victim.member_id).member == victim


def test_members_of_other_organizations_do_not_exist(project, admin):
    """T-01."""
    other = project.organization().organization_id
    victim, session = verified_member(project, other)
    for method, path, body in (
        ("PUT", f"/b2b/organizations/members/{victim.member_id}", {"member_id": victim.member_id, "name": "X"}),
        ("DELETE", f"/b2b/organizations/members/{victim.member_id}", None),
        ("PUT", f"/b2b/organizations/members/{victim.member_id}/reactivate", None),
        ("POST", f"/b2b/sessions/revoke/{victim.member_id}", None),
        ("POST", f"/b2b/organizations/members/{victim.member_id}/start_email_update", {"email_address": new_email()}),
        ("POST", f"/b2b/organizations/members/{victim.member_id}/unlink_retired_email", {"email_address": new_email()}),
    ):
        answer = project.browser(method, path, session_token=admin.session_token, **({} if body is None else {"json": body}))
        foreign = check_refusal(answer, 404, ("member_not_found", "session_not_found", "no_deleted_member_found_for_reactivation"))
        unknown_path = path.replace(victim.member_id, "member-test-00000000-0000-4000-8000-000000000000")
        unknown = project.browser(method, unknown_path, session_token=admin.session_token, **({} if body is None else {"json": body}))
        assert (unknown.status_code, unknown.json()["error_type"]) == (404, foreign["error_type"])
    assert project.api.sessions.authenticate(session_token=session.session_token).member == victim


def test_changing_the_own_address(project, plain):
    wanted = new_email()
    data(project.browser("POST", "/b2b/organizations/members/start_email_update", {"email_address": wanted}, session_token=plain.session_token))
    token = token_from(project.mailbox.wait(wanted))
    done = data(project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 60}))
    assert done["member"]["email_address"] == wanted
    body = {"email_address": plain.member.email_address}
    freed = data(project.browser("POST", "/b2b/organizations/members/unlink_retired_email", body, session_token=done["session_token"]))
    assert freed["member"]["retired_email_addresses"] == []


def test_admin_portal_config(project, admin):
    body = data(project.browser("GET", "/b2b/admin_portal_config", session_token=admin.session_token))
    assert isinstance(body["sso_config"]["sso_enabled"], bool)
    assert isinstance(body["sso_config"]["can_create_saml_connection"], bool)
    assert isinstance(body["sso_config"]["can_create_oidc_connection"], bool)
    assert isinstance(body["organization_config"]["mfa_controls_enabled"], bool)
    assert body["scim_config"] == {"scim_enabled": True}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/b2b/sessions/attest"), ("GET", "/no/such/route"),
    ],
)
def test_not_built_yet(project, method, path):
    check_refusal(project.browser(method, path, **({"json": {}} if method == "POST" else {})), 404, "route_not_found")


def test_preset_cookies_are_never_adopted(project, org):
    """T-46: a login always makes a session of its own."""
    member = project.member(org)
    data(project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"email_address": member.email_address, "organization_id": org}))
    planted = verified_member(project, org)[1].session_token
    body = {"magic_links_token": token_from(project.mailbox.wait(member.email_address)), "session_duration_minutes": 60}
    done = data(project.browser("POST", "/b2b/magic_links/authenticate", body, session_token=planted))
    assert done["session_token"] != planted
    assert done["member_id"] == member.member_id


def test_slug_lookup_of_a_new_slug(project, org):
    slug = f"fresh-{unique()}"
    project.api.organizations.update(org, organization_slug=slug)
    assert data(project.browser("POST", "/b2b/organizations/search", {"organization_slug": slug}))["organization"]["organization_id"] == org
