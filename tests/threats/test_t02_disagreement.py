"""T-02: when header, path, query and body name different organizations, none but the object's own counts."""

import pytest
from harness import check_refusal, data, new_email, unique
from scenes import JWT_HEADER, MEMBER_HEADER, Tenant, unchanged

TENANCY = ((403,), "session_authorization_tenancy_error")


@pytest.fixture(scope="module")
def a(project):
    return Tenant(project).with_member()


@pytest.fixture(scope="module")
def b(project):
    return Tenant(project).with_member()


@pytest.mark.parametrize("header", [MEMBER_HEADER, JWT_HEADER])
@pytest.mark.parametrize("by", ["org", "slug", "external_id"])
def test_t02_session_of_b_with_the_path_of_a(a, b, header, by):
    credential = b.admin_login.session_token if header == MEMBER_HEADER else b.admin_login.session_jwt
    path = f"/v1/b2b/organizations/{getattr(a, by)}"
    with unchanged(a, b):
        for method, tail, body in (
            ("PUT", "", {"organization_name": "X", "organization_id": b.org}),
            ("DELETE", "", None),
            ("POST", "/members", {"email_address": new_email(), "organization_id": b.org}),
            ("PUT", f"/members/{a.member.member_id}", {"name": "X", "organization_id": b.org, "member_id": b.member.member_id}),
        ):
            answer = a.project.raw(method, path + tail, body, headers={header: credential}, params={"organization_id": b.org})
            check_refusal(answer, *TENANCY)


def test_t02_the_path_wins_over_query_and_body(a, b):
    """Acting as the backend, which may do everything, so only precedence decides."""
    api = a.project
    with unchanged(b):
        name = f"Renamed {unique()}"
        path = f"/v1/b2b/organizations/{a.org}"
        answer = api.raw("PUT", path, {"organization_name": name, "organization_id": b.org}, params={"organization_id": b.org})
        assert answer.json()["organization"]["organization_id"] == a.org
        path += f"/members/{a.member.member_id}"
        answer = api.raw("PUT", path, {"name": name, "member_id": b.member.member_id, "organization_id": b.org}, params={"member_id": b.member.member_id})
        assert (answer.json()["member_id"], answer.json()["organization"]["organization_id"]) == (a.member.member_id, a.org)


def test_t02_a_member_of_one_behind_the_path_of_the_other(a, b):
    with unchanged(a, b):
        for credentials in ({}, {MEMBER_HEADER: b.admin_login.session_token}):
            for reference in (a.member.member_id, a.member.external_id):
                path = f"/v1/b2b/organizations/{b.org}/members/{reference}"
                check_refusal(a.project.raw("PUT", path, {"name": "X"}, headers=credentials), 404, "member_not_found")
                check_refusal(a.project.raw("DELETE", path, headers=credentials), 404, "member_not_found")


@pytest.mark.parametrize("query", [False, True])
def test_t02_in_a_browser_the_session_says_which_organization(a, b, query):
    """What the request says of it is refused."""
    named = {"organization_id": a.org, "organization_ids": [a.org], "member_id": a.member.member_id}

    def call(method, path, body=None):
        for name, value in named.items():
            said = {"params": {name: value}, "json": body or {}} if query else {"json": (body or {}) | {name: value}}
            refusal = b.project.browser(method, path, session_token=b.admin_login.session_token, **said)
            check_refusal(refusal, 400, "bad_request")
        options = {} if body is None else {"json": body}
        return data(b.project.browser(method, path, session_token=b.admin_login.session_token, **options))

    with unchanged(a):
        assert call("GET", "/b2b/organizations/me")["organization"]["organization_id"] == b.org
        assert call("GET", "/b2b/organizations/members/me")["member_id"] == b.admin.member_id
        assert call("PUT", "/b2b/organizations/me", {"organization_name": "Mine"})["organization"]["organization_id"] == b.org
        assert call("PUT", "/b2b/organizations/members/update", {"name": "Me"})["member_id"] == b.admin.member_id
        assert call("POST", "/b2b/organizations/members", {"email_address": new_email()})["member"]["organization_id"] == b.org
        found = call("POST", "/b2b/organizations/me/members/search", {})
        assert set(found["organizations"]) == {b.org}
        assert call("POST", "/b2b/magic_links/email/invite", {"email_address": new_email()})["member"]["organization_id"] == b.org


def test_t02_headers_do_not_choose_a_tenant(a, b, neighbour):
    """Names that other servers take a tenant from mean nothing here."""
    headers = {
        name: value
        for value in (a.org,)
        for name in ("X-Organization-Id", "X-Org-Id", "X-Tenant-Id", "X-Zitadel-Orgid", "X-Stytch-Organization-Id", "X-Forwarded-User")
    } | {"X-Project-Id": neighbour.project_id, "X-Original-URL": f"/v1/b2b/organizations/{a.org}", "X-Rewrite-URL": f"/v1/b2b/organizations/{a.org}", "X-HTTP-Method-Override": "DELETE"}
    with unchanged(a, b):
        answer = b.project.raw("GET", f"/v1/b2b/organizations/{b.org}", headers=headers)
        assert answer.json()["organization"]["organization_id"] == b.org
        answer = b.project.browser("GET", "/b2b/organizations/me", session_token=b.admin_login.session_token, headers=headers)
        assert data(answer)["organization"]["organization_id"] == b.org
        assert b.project.raw("GET", "/v1/debug/whoami", headers=headers).json()["project_id"] == b.project.project_id


def test_t02_a_member_header_means_nothing_to_a_browser(a, b):
    """In the browser API the session comes with the page. Whoever names another hears that it is not heard."""
    for header, value in ((MEMBER_HEADER, a.admin_login.session_token), (JWT_HEADER, a.admin_login.session_jwt), (MEMBER_HEADER, "")):
        with unchanged(a, b):
            for login in (b.member_login, b.admin_login):
                answer = b.project.browser("PUT", "/b2b/organizations/me", {"organization_name": "X"}, session_token=login.session_token, headers={header: value})
                check_refusal(answer, 400, "bad_request")
            check_refusal(b.project.browser("GET", "/b2b/organizations/me", headers={header: value}), 400, "bad_request")


def test_t02_two_sessions_in_one_request(a, b):
    headers = {MEMBER_HEADER: a.admin_login.session_token, JWT_HEADER: b.admin_login.session_jwt}
    with unchanged(a, b):
        answer = a.project.raw("PUT", f"/v1/b2b/organizations/{a.org}", {"organization_name": "X"}, headers=headers)
        check_refusal(answer, 400, "too_many_session_arguments")
        both = {"session_token": a.admin_login.session_token, "session_jwt": b.admin_login.session_jwt}
        check_refusal(a.project.raw("POST", "/v1/b2b/sessions/authenticate", both), 400, "too_many_session_arguments")


def test_t02_authorization_check_of_another_organization(a, b):
    body = {"session_token": b.admin_login.session_token}
    for reference in (a.org, a.slug, a.external_id, "nope"):
        check = {"organization_id": reference, "resource_id": "stytch.member", "action": "search"}
        answer = a.project.raw("POST", "/v1/b2b/sessions/authenticate", body | {"authorization_check": check})
        check_refusal(answer, *TENANCY)
