"""T-03: a lesser credential cannot write what belongs to a greater one, nor to one beside it."""

import json

import pytest
from harness import check_refusal, unique, until
from scenes import MEMBER_HEADER, Tenant, unchanged
from test_t01_isolation import OPERATIONS


@pytest.fixture(scope="module")
def tenant(project):
    return Tenant(project).with_member()


BACKEND = [name for name, (_, path, operation) in OPERATIONS.items() if path.startswith("/v1/") and operation.get("security")]


@pytest.mark.parametrize("name", BACKEND)
def test_t03_a_public_token_opens_nothing_of_the_backend(tenant, name):
    method, path, _ = OPERATIONS[name]
    path = path.replace("{organization_id}", tenant.org).replace("{member_id}", tenant.admin.member_id)
    token, session = tenant.project.public_token, tenant.admin_login.session_token
    with unchanged(tenant):
        for auth in ((token, token), (token, session), (tenant.project.project_id, token), (tenant.project.project_id, session)):
            # The server has just seen the token where it is good for something.
            assert tenant.project.browser("GET", f"/projects/bootstrap/{token}").status_code == 200
            answer = tenant.project.raw(method, path, {} if method != "GET" else None, auth=auth, headers={MEMBER_HEADER: session})
            check_refusal(answer, (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"))


def test_t03_a_public_token_without_a_secret_is_not_the_backend(project):
    """What the server remembers of a token from the browser API counts for nothing in the backend API."""
    tenant, auth = Tenant(project), (project.public_token, "")
    with unchanged(tenant):
        for _ in range(3):
            project.browser("GET", f"/projects/bootstrap/{project.public_token}")
            assert project.raw("GET", "/v1/debug/whoami", auth=auth).status_code in (400, 401)
            project.browser("GET", f"/projects/bootstrap/{project.public_token}")
            answer = project.raw("PUT", f"/v1/b2b/organizations/{tenant.org}", {"organization_name": "Taken over"}, auth=auth)
            check_refusal(answer, (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"))


def test_t03_a_secret_opens_nothing_of_the_browser_api(tenant):
    project = tenant.project
    for auth in ((project.project_id, project.secret), (project.secret, project.secret), (project.project_id, "")):
        assert project.raw("GET", "/v1/debug/whoami").status_code == 200
        answer = project.browser("GET", "/b2b/organizations/me", auth=auth)
        check_refusal(answer, (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"))


def test_t03_no_operation_over_http_reads_or_writes_credentials(tenant):
    """Secrets, public tokens, redirect URLs, signing keys and the project's policy are the operator's alone."""
    project = tenant.project
    for path in (
        "/v1/projects", f"/v1/projects/{project.project_id}", "/v1/projects/secrets", "/v1/secrets", "/v1/b2b/secrets", "/v1/public_tokens",
        "/v1/b2b/redirect_urls", "/v1/b2b/keys", "/v1/keys/rotate", "/pwa/v3/projects", "/admin", "/outbox",
    ):
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = project.raw(method, path, {} if method != "GET" else None)
            assert answer.status_code in (404, 405), (method, path, answer.status_code)
    check_refusal(project.raw("PUT", "/v1/b2b/rbac/policy", {"policy": {}}), 405, "method_not_allowed")


def test_t03_a_member_writes_no_policy_and_reads_no_neighbour(tenant):
    """The most powerful member is still only a member of one organization."""
    with unchanged(tenant):
        for method, path in (("PUT", "/b2b/rbac/policy"), ("PUT", f"/b2b/rbac/organizations/{tenant.org}"), ("GET", "/b2b/audit/events"), ("GET", "/b2b/sessions"), ("POST", "/b2b/organizations")):
            answer = tenant.project.browser(method, path, {} if method != "GET" else None, session_token=tenant.admin_login.session_token)
            check_refusal(answer, (404, 405), ("route_not_found", "method_not_allowed"))


def test_t03_a_secret_writes_only_in_its_own_project(server, project, neighbour, tenant):
    """Two secrets of two projects; the one cannot make, nor take away, anything under the other."""
    with unchanged(tenant):
        for method, path, body in (
            ("PUT", f"/v1/b2b/organizations/{tenant.org}", {"organization_name": "X"}),
            ("POST", f"/v1/b2b/organizations/{tenant.org}/members", {"email_address": f"x-{unique()}@corp-x.com", "roles": ["stytch_admin"]}),
            ("PUT", f"/v1/b2b/rbac/organizations/{tenant.org}", {"org_policy": {"roles": []}}),
        ):
            check_refusal(neighbour.raw(method, path, body), 404, "organization_not_found")


def test_t03_a_removed_secret_stops_working(server, project):
    secret = server.command("project", "add-secret", project.project_id).stdout.strip()
    auth = (project.project_id, secret)
    assert project.raw("GET", "/v1/debug/whoami", auth=auth).status_code == 200
    listed = [json.loads(line) for line in server.command("project", "list", "--json").stdout.splitlines()]
    [mine] = [p for p in listed if p["project_id"] == project.project_id]
    [secret_id] = [s["secret_id"] for s in mine["secrets"] if s["last_four"] == secret[-4:]]
    server.command("project", "remove-secret", project.project_id, secret_id)
    # What was checked is believed for a second.
    until(lambda: project.raw("GET", "/v1/debug/whoami", auth=auth).status_code != 200, what="the end of the secret")
    check_refusal(project.raw("GET", "/v1/debug/whoami", auth=auth), 401, "unauthorized_credentials")
    assert project.raw("GET", "/v1/debug/whoami").status_code == 200
