"""T-47: an intermediate session opens no member route, ends after ten minutes, and is bound to what was proven."""

import pytest
from doors import behind
from harness import check_refusal, data, discover, intermediate, magic_token, new_email, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER
from test_t01_isolation import OPERATIONS

# Operations whose security names a member's session, and what an intermediate session may be used for.
MEMBER_ROUTES = [name for name, (_, path, operation) in OPERATIONS.items() if any("memberSession" in way for way in operation.get("security", []))]
# Ways to log in, or to go on with it.
LOGINS = ("/otps/", "sso/authenticate", "b2b/totp", "webauthn/authenticate", "webauthn/register", "recovery_codes/recover", "passwords/authenticate", "passwords/email", "passwords/existing", "passwords/strength", "oauth/authenticate", "oauth/google/onetap", "impersonation/authenticate")
OWN_ROUTES = [
    name for name, (_, path, _) in OPERATIONS.items()
    if path.startswith("/sdk/") and not any(word in path for word in ("magic_links/authenticate", "magic_links/discovery", "discovery", "login_or_signup", "bootstrap", "organizations/search", "organizations/members/search", "/events", *LOGINS))
]
REFUSED = ((400, 401, 404), ("session_not_found", "user_unauthenticated", "invalid_session_token", "unable_to_parse_session_jwt"))


@pytest.fixture(scope="module")
def half(project):
    """Two kinds: of discovery, and of a login that misses a second factor."""
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org, roles=["stytch_admin"])
    missing = project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, member.email_address))
    assert missing.mfa_required and not missing.session_token and not missing.session_jwt
    found = discover(project, member.email_address)
    return org, member, [missing.intermediate_session_token, found.intermediate_session_token]


@pytest.mark.parametrize("name", MEMBER_ROUTES)
def test_t47_opens_no_member_route_of_the_backend(project, half, name):
    org, member, tokens = half
    method, path, _ = OPERATIONS[name]
    path = path.replace("{organization_id}", org).replace("{member_id}", member.member_id)
    for token in tokens:
        for header in (MEMBER_HEADER, JWT_HEADER):
            answer = project.raw(method, path, {"organization_id": org} if method != "GET" else None, headers={header: token})
            check_refusal(answer, *REFUSED)


def cookie(project, kind):
    """What the project calls its cookie of a kind."""
    return f"{kind}_{project.project_id.removeprefix('project-test-').replace('-', '')}"


@pytest.mark.parametrize("name", OWN_ROUTES)
def test_t47_opens_no_route_of_a_session_in_a_browser(project, half, name):
    _, member, tokens = half
    method, path, _ = OPERATIONS[name]
    path = path.removeprefix("/sdk/v1").replace("{member_id}", member.member_id)
    for token in tokens:
        for options in ({"session_token": token}, {"headers": {"Cookie": f"{cookie(project, '__Host-guildhall_session')}={token}"}}, {"headers": {"Cookie": f"{cookie(project, '__Host-guildhall_intermediate_session')}={token}"}}):
            if method != "GET":
                takes = behind(method, OPERATIONS[name][1]).takes
                said = {"session_duration_minutes": 60, "organization_id": "x", "password": "x"}
                options = options | {"json": {field: value for field, value in said.items() if field in takes}}
            check_refusal(project.browser(method, path, **options), *REFUSED)


def test_t47_is_no_session(project, half):
    _, _, tokens = half
    for token in tokens:
        for path in ("sessions/authenticate", "sessions/exchange", "sessions/revoke"):
            for field in ("session_token", "session_jwt"):
                body = {field: token} | ({"organization_id": "x"} if path.endswith("exchange") else {})
                check_refusal(project.raw("POST", f"/v1/b2b/{path}", body), *REFUSED)


def test_t47_enters_only_what_the_address_opens(project, neighbour):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    closed = project.organization().organization_id
    project.member(closed)
    token = intermediate(project, member.email_address)
    path = "/v1/b2b/discovery/intermediate_sessions/exchange"

    def enter(where, **fields):
        return project.raw("POST", path, {"intermediate_session_token": token, "organization_id": where} | fields)

    check_refusal(enter(closed), 400, "email_jit_provisioning_not_allowed")
    check_refusal(enter(closed, email_address=member.email_address, member_id=member.member_id), 400, "email_jit_provisioning_not_allowed")
    check_refusal(enter(neighbour.organization().organization_id), 404, "organization_not_found")
    check_refusal(neighbour.raw("POST", path, {"intermediate_session_token": token, "organization_id": org}), 404, "intermediate_session_not_found")
    assert enter(org).json()["member_id"] == member.member_id
    check_refusal(enter(org), 404, "intermediate_session_not_found")


def test_t47_half_a_login_does_not_get_by_the_second_factor(project, half):
    """The organization asks for more; going round by discovery asks for the same."""
    org, _, tokens = half
    for token in tokens:
        body = {"intermediate_session_token": token, "organization_id": org}
        answer = project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", body).json()
        assert (answer["member_authenticated"], answer["session_token"], answer["session_jwt"]) == (False, "", "")
        assert answer["mfa_required"] is not None


def test_t47_a_session_elsewhere_does_not_get_by_the_second_factor(project, half):
    org, member, _ = half
    other = project.organization().organization_id
    _, session = verified_member(project, other, member.email_address)
    answer = project.raw("POST", "/v1/b2b/sessions/exchange", {"session_token": session.session_token, "organization_id": org}).json()
    assert (answer["member_authenticated"], answer["session_token"]) == (False, "")


def test_t47_ends_after_ten_minutes(start_server):
    server = start_server(clock=True)
    project = server.project()
    tokens = [intermediate(project, new_email()) for _ in range(2)]
    path = "/v1/b2b/discovery/organizations"
    server.clock.forward(seconds=10 * 60 - 20)
    assert project.raw("POST", path, {"intermediate_session_token": tokens[0]}).status_code == 200
    # Using it does not prolong it.
    server.clock.forward(seconds=21)
    for token in tokens:
        check_refusal(project.raw("POST", path, {"intermediate_session_token": token}), 404, "intermediate_session_not_found")
        check_refusal(project.raw("POST", path + "/create", {"intermediate_session_token": token}), 404, "intermediate_session_not_found")
    assert data(project.browser("GET", f"/projects/bootstrap/{project.public_token}"))
