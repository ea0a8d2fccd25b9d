"""T-46: cookies that no script, sub-domain or planted value can get at; a session planted in a browser is not adopted."""

import pytest
from harness import REDIRECT_URL, check_refusal, data, discovery_token, magic_token, new_email, verified_member
from scenes import INTERMEDIATE, SESSION, made_up_token

KINDS = SESSION_COOKIE, JWT_COOKIE, INTERMEDIATE_COOKIE = (
    "__Host-guildhall_session", "__Host-guildhall_session_jwt", "__Host-guildhall_intermediate_session",
)


def named(project, kind):
    """What a project calls its cookie of a kind."""
    return f"{kind}_{project.project_id.removeprefix(f'project-{project.environment}-').replace('-', '')}"


def set_cookies(answer, project=None):
    """The cookies that an answer sets: kind, as this project calls it, or else name, to (value, attributes)."""
    kinds = {named(project, kind): kind for kind in KINDS} if project else {}
    found = {}
    for line in answer.raw.headers.getlist("set-cookie"):
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, value = pair.split("=", 1)
        name = kinds.get(name, name)
        assert name not in found, f"{name} is set twice"
        found[name] = (value, {a.split("=")[0].lower(): a.partition("=")[2] for a in attributes})
    return found


def check(cookies):
    for name, (_, attributes) in cookies.items():
        assert name.startswith("__Host-")
        assert "httponly" in attributes and "secure" in attributes
        assert attributes["samesite"] in ("Lax", "Strict")
        # What the prefix demands, or a browser would drop the cookie (RFC 6265bis, section 4.1.3.2).
        assert attributes["path"] == "/" and "domain" not in attributes
        assert int(attributes["max-age"]) >= 0


@pytest.fixture
def org(cookies):
    return cookies.organization().organization_id


def browse(cookies, method, path, body=None, jar=None, **options):
    """From a browser with these cookies; what is a kind is called as the project calls it."""
    pairs = [f"{named(cookies, k) if k in KINDS else k}={v}" for k, v in (jar or {}).items()]
    headers = {"Cookie": "; ".join(pairs)} if jar else {}
    if body is not None:
        options["json"] = body
    return cookies.browser(method, path, headers=headers, **options)


def log_in(cookies, org, email, jar=None):
    """In a browser with these cookies; the answer."""
    body = {"magic_links_token": magic_token(cookies, org, email), "session_duration_minutes": 60}
    return browse(cookies, "POST", "/b2b/magic_links/authenticate", body, jar)


def test_t46_a_login_sets_cookies_and_shows_scripts_nothing(cookies, org):
    answer = log_in(cookies, org, cookies.member(org).email_address)
    body = data(answer)
    assert (body["session_token"], body["session_jwt"], body["intermediate_session_token"]) == ("", "", "")
    found = set_cookies(answer, cookies)
    check(found)
    assert found[SESSION_COOKIE][0] and found[JWT_COOKIE][0]
    assert 3500 < int(found[SESSION_COOKIE][1]["max-age"]) <= 3600
    for name in (SESSION_COOKIE, JWT_COOKIE):
        assert found[name][0] not in answer.text
    jar = {SESSION_COOKIE: found[SESSION_COOKIE][0]}
    again = browse(cookies, "POST", "/b2b/sessions/authenticate", {}, jar)
    assert data(again)["member_id"] == body["member_id"]
    check(set_cookies(again, cookies))
    assert found[SESSION_COOKIE][0] not in again.text and data(again)["session_jwt"] == ""


def test_t46_discovery_sets_a_cookie_that_ends_with_the_login(cookies):
    token = discovery_token(cookies, new_email())
    answer = browse(cookies, "POST", "/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": token})
    assert data(answer)["intermediate_session_token"] == ""
    found = set_cookies(answer, cookies)
    check(found)
    assert 0 < int(found[INTERMEDIATE_COOKIE][1]["max-age"]) <= 600
    jar = {INTERMEDIATE_COOKIE: found[INTERMEDIATE_COOKIE][0]}
    made = browse(cookies, "POST", "/b2b/discovery/organizations/create", {"session_duration_minutes": 60}, jar)
    assert data(made)["session_token"] == ""
    found = set_cookies(made, cookies)
    check(found)
    assert found[SESSION_COOKIE][0] and found[INTERMEDIATE_COOKIE] == ("", found[INTERMEDIATE_COOKIE][1])
    assert found[INTERMEDIATE_COOKIE][1]["max-age"] == "0"


@pytest.mark.parametrize("planted", ["the attacker's", "made up", "garbage", "ended"])
def test_t46_a_planted_session_is_never_adopted(cookies, org, planted):
    """Somebody else's session sits in the browser; after the login it is the victim's own, and a new one."""
    attacker, session = verified_member(cookies, org)
    value = {"the attacker's": session.session_token, "made up": made_up_token(SESSION, session.session_token), "garbage": "x", "ended": session.session_token}[planted]
    if planted == "ended":
        cookies.api.sessions.revoke(session_token=session.session_token)
    victim = cookies.member(org)
    jar = {SESSION_COOKIE: value, JWT_COOKIE: session.session_jwt, INTERMEDIATE_COOKIE: made_up_token(INTERMEDIATE)}
    answer = log_in(cookies, org, victim.email_address, jar)
    body = data(answer)
    assert body["member_id"] == victim.member_id
    new = set_cookies(answer, cookies)[SESSION_COOKIE][0]
    assert new not in (value, session.session_token)
    assert body["member_session"]["member_session_id"] != session.member_session.member_session_id
    # What was planted is still only the attacker's, or nothing.
    answer = cookies.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": value})
    assert answer.status_code in (400, 404) or answer.json()["member"]["member_id"] == attacker.member_id


def test_t46_a_planted_intermediate_session_is_never_adopted(cookies, org):
    """The attacker's half-finished login does not become part of the victim's."""
    attacker, victim = new_email(), cookies.member(org)
    proven = cookies.api.magic_links.discovery.authenticate(discovery_magic_links_token=discovery_token(cookies, attacker))
    jar = {INTERMEDIATE_COOKIE: proven.intermediate_session_token}
    body = data(log_in(cookies, org, victim.email_address, jar))
    assert body["member_id"] == victim.member_id
    emails = {f["email_factor"]["email_address"] for f in body["member_session"]["authentication_factors"]}
    assert emails == {victim.email_address}


def test_t46_cookies_without_the_prefix_mean_nothing(cookies, org):
    """Any host of the domain could set those."""
    _, session = verified_member(cookies, org)
    for name in ("guildhall_session", "stytch_session", "__Secure-guildhall_session", "__host-guildhall_session", SESSION_COOKIE + "2", named(cookies, "__Secure-guildhall_session")):
        answer = browse(cookies, "GET", "/b2b/organizations/me", jar={name: session.session_token})
        check_refusal(answer, 401, "user_unauthenticated")


def test_t46_a_switch_of_organization_begins_a_new_session(cookies, org):
    member, session = verified_member(cookies, org)
    other = cookies.organization().organization_id
    cookies.member(other, member.email_address)
    answer = browse(cookies, "POST", "/b2b/sessions/exchange", {"organization_id": other, "session_duration_minutes": 60}, {SESSION_COOKIE: session.session_token})
    body = data(answer)
    assert body["organization_id"] == other and body["session_token"] == ""
    new = set_cookies(answer, cookies)[SESSION_COOKIE][0]
    assert new != session.session_token
    check(set_cookies(answer, cookies))


def test_t46_half_a_login_gives_another_token_than_the_session(cookies):
    """From one factor to enough of them: the token changes with the privilege."""
    strict = cookies.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = cookies.member(strict)
    half = log_in(cookies, strict, member.email_address)
    found = set_cookies(half, cookies)
    check(found)
    assert data(half)["member_authenticated"] is False and found[INTERMEDIATE_COOKIE][0]
    assert found[SESSION_COOKIE] == ("", found[SESSION_COOKIE][1])
    cookies.api.organizations.update(strict, mfa_policy="OPTIONAL")
    jar = {INTERMEDIATE_COOKIE: found[INTERMEDIATE_COOKIE][0]}
    answer = browse(cookies, "POST", "/b2b/discovery/intermediate_sessions/exchange", {"organization_id": strict, "session_duration_minutes": 60}, jar)
    assert data(answer)["member_authenticated"] is True
    assert set_cookies(answer, cookies)[SESSION_COOKIE][0] != found[INTERMEDIATE_COOKIE][0]


def test_t46_logging_out_clears_the_cookies(cookies, org):
    _, session = verified_member(cookies, org)
    jar = {SESSION_COOKIE: session.session_token, JWT_COOKIE: session.session_jwt}
    answer = browse(cookies, "POST", "/b2b/sessions/revoke", jar=jar)
    cleared = set_cookies(answer, cookies)
    check(cleared)
    assert {name: value for name, (value, _) in cleared.items()} == {SESSION_COOKIE: "", JWT_COOKIE: "", INTERMEDIATE_COOKIE: ""}
    assert all(attributes["max-age"] == "0" for _, attributes in cleared.values())
    check_refusal(browse(cookies, "GET", "/b2b/organizations/me", jar=jar), (401, 404), ("session_not_found", "user_unauthenticated"))


def test_t46_cookies_work_for_registered_pages_only(cookies, org):
    """A page elsewhere cannot use them, nor read what they open."""
    _, session = verified_member(cookies, org)
    jar = {SESSION_COOKIE: session.session_token}
    for origin in ("https://evil.example", "null", REDIRECT_URL.replace("localhost", "localhost.evil.example").rsplit("/", 1)[0]):
        answer = browse(cookies, "PUT", "/b2b/organizations/me", {"organization_name": "X"}, jar, origin=origin)
        check_refusal(answer, 401, "bad_domain_for_stytch_sdk")
        assert not set_cookies(answer)
    assert cookies.api.organizations.get(org).organization.organization_name != "X"


def test_t46_other_projects_set_no_cookies(project):
    """Where the page keeps the tokens, nothing is kept for it."""
    org = project.organization().organization_id
    answer = log_in(project, org, project.member(org).email_address)
    assert data(answer)["session_token"] and not set_cookies(answer)


def second(cookies):
    """Another project that keeps cookies, on the same host."""
    other = cookies.server.project("Second")
    cookies.server.command("project", "update", other.project_id, "--http-only-cookies", "true")
    return other


def test_t46_two_projects_on_one_host_keep_their_sessions_apart(cookies, org):
    """Cookies know no ports and no projects: each project has names of its own."""
    other = second(cookies)
    place = other.organization().organization_id
    first = set_cookies(log_in(cookies, org, cookies.member(org).email_address))
    member = other.member(place)
    second_login = log_in(other, place, member.email_address, first)
    jar = first | set_cookies(second_login)
    jar = {name: value for name, (value, _) in jar.items() if value}
    assert len(jar) == 4, "neither login touched the other's cookies"
    assert data(browse(cookies, "GET", "/b2b/organizations/me", jar=jar))["organization"]["organization_id"] == org
    assert data(browse(other, "GET", "/b2b/organizations/me", jar=jar))["organization"]["organization_id"] == place
    # Whoever logs out of the one is still logged in to the other.
    ended = set_cookies(browse(other, "POST", "/b2b/sessions/revoke", jar=jar))
    assert set(ended) == {named(other, kind) for kind in KINDS}
    assert data(browse(cookies, "POST", "/b2b/sessions/authenticate", {}, jar))["member_id"]
    # And what is over there ends no cookie here.
    refusal = browse(other, "POST", "/b2b/sessions/authenticate", {}, jar)
    check_refusal(refusal, (401, 404), ("session_not_found", "user_unauthenticated"))
    assert set(set_cookies(refusal)) == {named(other, SESSION_COOKIE), named(other, JWT_COOKIE)}


def test_t46_a_cookie_of_another_project_opens_nothing(cookies, org):
    other = second(cookies)
    _, session = verified_member(cookies, org)
    for name in (named(cookies, SESSION_COOKIE), named(other, SESSION_COOKIE)):
        answer = browse(other, "GET", "/b2b/organizations/me", jar={name: session.session_token})
        check_refusal(answer, (401, 404), ("session_not_found", "user_unauthenticated"))


def test_t46_a_failed_logout_ends_no_cookie(cookies, org):
    """What was refused has ended nothing, and what is over was another session than the cookie's."""
    _, session = verified_member(cookies, org)
    _, over = verified_member(cookies, org)
    cookies.api.sessions.revoke(session_token=over.session_token)
    jar = {SESSION_COOKIE: session.session_token, JWT_COOKIE: session.session_jwt}
    for options in (
        {"origin": "https://evil.example"}, {"auth": ("public-token-test-x", "public-token-test-x")}, {"data": "{"},
        {"session_token": over.session_token}, {"session_token": made_up_token(SESSION)},
    ):
        answer = browse(cookies, "POST", "/b2b/sessions/revoke", jar=jar, **options)
        assert answer.status_code >= 400 and not set_cookies(answer), (options, answer.text)
        assert data(browse(cookies, "GET", "/b2b/organizations/me", jar=jar))["organization"]["organization_id"] == org


def test_t46_a_login_that_goes_on_outlives_an_ended_session(cookies, org):
    """The page asks for its session when it begins; that there is none is no reason to forget the proven address."""
    proven = cookies.api.magic_links.discovery.authenticate(discovery_magic_links_token=discovery_token(cookies, new_email()))
    jar = {SESSION_COOKIE: made_up_token(SESSION), INTERMEDIATE_COOKIE: proven.intermediate_session_token}
    answer = browse(cookies, "POST", "/b2b/sessions/authenticate", {}, jar)
    check_refusal(answer, 404, "session_not_found")
    assert set(set_cookies(answer, cookies)) == {SESSION_COOKIE}
