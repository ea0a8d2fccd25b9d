"""T-76: every door runs the same checks, whatever it is called and however old it is.

Generated from the catalogue of doors (`doors.py`), so a new door is attacked without a line here: without a credential,
with one of the wrong kind, by a member with too few roles, and with odd values. A canary stands in everything secret
that is sent (T-75), and none of it may be in the log.
"""

import base64
import json
import os
import random
import re
import urllib.parse

import pytest
import requests
from dashboard import InTheirPlace
from doors import Door, catalogue
from harness import ENGINE, ORIGIN, REDIRECT_URL, Server, check_error_body, intermediate, new_email, request, unique, verified_member
from scenes import INTERMEDIATE, JWT_HEADER, MEMBER_HEADER, SESSION, Tenant, made_up, made_up_token, unchanged

SEED = int(os.environ.get("GUILDHALL_DOORS_SEED", random.randrange(1 << 32)))
# Of each door; half of them fit its schema. They are others in every run.
ODD = 8

DOORS = catalogue()
GUARDED = [door for door in DOORS if door.credential != "anyone"]


def each(doors):
    return pytest.mark.parametrize("door", doors, ids=str)


# ---------------------------------------------------------------- who asks


class World:
    """A server of its own that logs all it can; a tenant in it, a neighbour, and what was sent that must not be seen again."""

    def __init__(self, server):
        self.server = server
        self.project, self.neighbour = server.project(), server.project()
        self.tenant, self.stranger = Tenant(self.project).with_member(), Tenant(self.neighbour)
        self.other = Tenant(self.project)
        # The tenant that may be harmed, as long as it lives.
        self.victim = None
        # An operator, whose dashboard is there then.
        made = json.loads(server.command("operator", "create", "ops@example.com", "--json").stdout)
        form = {"email": made["email_address"], "password": made["password"]}
        signed_in = request("POST", f"{server.url}/dashboard/sign-in", data=form, allow_redirects=False)
        self.operator = signed_in.headers["set-cookie"].split(";")[0]
        # A session of the tenant that is over.
        _, self.over = verified_member(self.project, self.tenant.org)
        self.project.api.sessions.revoke(session_token=self.over.session_token)
        self.canaries = {self.project.secret, self.neighbour.secret}
        for tenant, logins in ((self.tenant, ("admin_login", "member_login")), (self.stranger, ("admin_login",))):
            for name in logins:
                login = getattr(tenant, name)
                self.canaries |= {login.session_token, login.session_jwt, login.session_jwt.split(".")[2]}
        self.canaries |= {made["password"], self.operator.split("=")[1]}

    def canary(self) -> str:
        """A secret that nobody has."""
        made = f"canary-{unique()}{unique()}"
        self.canaries.add(made)
        return made


@pytest.fixture(scope="module")
def world(postgres):
    server = Server(postgres=postgres, arguments=["--log-level", "trace"]).start()
    world = World(server)
    # Whatever is refused here changes nothing; looked at once, because that takes longer than the refusals.
    with unchanged(world.tenant):
        yield world
    assert server.terminate() == 0
    log = server.log()
    server.stop()
    assert "request_id" in log, "the log was not found"
    seen = [canary for canary in world.canaries if canary in log]
    assert not seen, f"{len(seen)} of {len(world.canaries)} secrets that were sent are in the log: {seen[:3]}"


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def rightful(world, door: Door, tenant=None) -> dict[str, str]:
    """The headers of who may: a backend, or the administrator's page."""
    tenant = tenant or world.tenant
    project = tenant.project
    if door.credential == "operator":
        return {"Cookie": world.operator, "Sec-Fetch-Site": "same-origin"}
    if door.dialect == "browser":
        return basic(project.public_token, tenant.admin_login.session_token) | {"Origin": ORIGIN}
    return basic(project.project_id, project.secret)


def send(world, door: Door, given: dict, headers: dict[str, str]) -> requests.Response:
    """A request of the door: what stands in its path goes there, the rest into the query or the body."""
    path = re.sub(r"\{(\w+)\}", lambda name: urllib.parse.quote(str(given[name[1]]), safe=""), door.path)
    rest = {name: value for name, value in given.items() if name not in door.names}
    if door.is_of_own_forms:
        headers = headers | {"Sec-Fetch-Site": "same-origin"}
    options = {"json": rest}
    if door.method in ("GET", "DELETE"):
        options = {"params": {name: value if isinstance(value, str) else json.dumps(value) for name, value in rest.items()}}
    return request(door.method, world.server.url + path, headers=headers, allow_redirects=False, **options)


def check_error(door: Door, answer: requests.Response, statuses=range(400, 500)) -> str:
    """The answer must be an error, in the words of the door's dialect; its type."""
    case = f"{answer.request.method} {answer.request.url[:300]} {str(answer.request.body)[:300]}: {answer.status_code} {answer.text[:500]}"
    assert answer.status_code in statuses, case
    kind = answer.headers.get("content-type", "")
    if door.dialect == "plain":
        assert kind.startswith("text/plain") and answer.text.strip(), case
        return ""
    if door.dialect in ("backend", "browser"):
        assert kind.startswith("application/json"), case
        check_error_body(answer.json(), answer.status_code)
        return answer.json()["error_type"]
    if door.dialect == "oauth":
        assert kind.startswith("application/json") and answer.json()["error"], case
        return answer.json()["error"]
    if door.dialect == "scim":
        body = answer.json()
        assert kind.startswith("application/scim+json") and body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"], case
        assert body["status"] == str(answer.status_code), case
        return body.get("scimType", "")
    # Pages, and what redirects to them.
    assert kind.startswith("text/html") and "<script>" not in answer.text, case
    return ""


# ---------------------------------------------------------------- values by schema


class Values:
    """Made-up input of a door, by its schema and against it."""

    SECRET = re.compile(r"token|jwt|secret|password|verifier|challenge|code")
    WORDS = ["", " ", "x", "Acme", "💥", "\u202e", "\u0000", "\ud7ff", "%s%n", "../../x", "' OR 1=1 --", "{{7*7}}", "a\r\nb: c", "x" * 5000, "true", "null", "0", "-1"]
    ANYTHING = [None, True, False, 0, -1, 1.5, 2**53, 2**63, -(2**63) - 1, 10**400, *WORDS, [], [None], [[]], ["x"] * 500, {}, {"": ""}, {"a": {"b": []}}, {"$ne": None}]

    def __init__(self, world, rng: random.Random, tenant):
        self.world, self.rng = world, rng
        self.known = {
            "organization_id": [tenant.org, tenant.slug, tenant.external_id, made_up("organization")],
            "organization_ids": [[tenant.org], [made_up("organization")]],
            "member_id": [tenant.member.member_id, tenant.admin.member_id, made_up("member")],
            "organization_slug": [tenant.slug, f"slug-{unique()}"],
            "email_address": [tenant.member.email_address, new_email()],
            "session_token": [tenant.member_login.session_token], "session_jwt": [tenant.member_login.session_jwt],
            "project_id": [tenant.project.project_id], "public_token": [tenant.project.public_token],
            "session_duration_minutes": [5, 60, 527040, 4], "roles": [["stytch_admin"], ["nope"]],
        } | dict.fromkeys(("login_redirect_url", "signup_redirect_url", "invite_redirect_url", "discovery_redirect_url"), [REDIRECT_URL])

    def fits(self, schema: dict, name: str = "", depth: int = 0):
        """A value that the schema allows; known names get something real half of the time."""
        rng = self.rng
        if not isinstance(schema, dict):
            return rng.choice(self.ANYTHING)
        if name in self.known and rng.random() < 0.6:
            return rng.choice(self.known[name])
        for choice in ("enum", "anyOf", "oneOf"):
            if schema.get(choice):
                picked = rng.choice(schema[choice])
                return picked if choice == "enum" else self.fits(picked, name, depth)
        if "const" in schema:
            return schema["const"]
        kinds = schema.get("type", "string")
        kind = rng.choice([k for k in ([kinds] if isinstance(kinds, str) else kinds) if k != "null"] or ["null"])
        if kind == "string":
            if self.SECRET.search(name) and rng.random() < 0.7:
                return self.world.canary()
            return rng.choice(self.WORDS)
        if kind == "array":
            return [self.fits(schema.get("items") or {}, name.removesuffix("s"), depth + 1) for _ in range(rng.randrange(4))] if depth < 4 else []
        if kind == "object":
            properties = schema.get("properties") or {}
            if not properties:
                return {f"k{i}": rng.choice(self.ANYTHING) for i in range(rng.randrange(3))}
            return self.some_of(properties, schema.get("required", []), depth)
        return {"integer": rng.choice([0, 1, 5, 60, -1, 2**31]), "number": 1.5, "boolean": rng.random() < 0.5, "null": None}[kind]

    def some_of(self, properties, required, depth=0):
        names = [name for name in properties if name in required or self.rng.random() < 0.4]
        return {name: self.fits(properties[name], name, depth + 1) for name in names}

    def of(self, door: Door) -> dict:
        return self.some_of(door.properties, [*door.input.get("required", []), *door.names]) | {
            name: self.fits({"type": "string"}, name) or "x" for name in door.names
        }

    def against(self, door: Door) -> dict:
        """As `of`, with something that the schema does not allow, something missing, or something that it does not know."""
        given, rng = self.of(door), self.rng
        for _ in range(rng.randrange(1, 4)):
            name = rng.choice([*door.properties, unique()])
            if name in door.names:
                given[name] = rng.choice([v for v in self.WORDS if v.strip()])
            elif rng.random() < 0.2:
                given.pop(name, None)
            else:
                given[name] = rng.choice(self.ANYTHING)
        return given


class Sensible(Values):
    """Values that nothing refuses before it asks who sends them."""

    WORDS = ANYTHING = ["Acme"]


def least(world, door: Door, tenant) -> dict:
    """The shortest input that names things of the tenant: what the door requires, and no more."""
    sure = {
        "organization_id": tenant.org, "organization_ids": [tenant.org], "member_id": tenant.admin.member_id, "email_address": new_email(),
        "project_id": tenant.project.project_id, "public_token": tenant.project.public_token, "organization_slug": tenant.slug,
        "org_policy": {"roles": []},
    }
    rng = random.Random(SEED)
    names = dict.fromkeys([*door.names, *door.input.get("required", [])])
    return {name: sure.get(name) or Sensible(world, rng, tenant).fits(door.properties.get(name, {}), name) for name in names}


# ---------------------------------------------------------------- credentials

NOBODY = ("unauthorized_credentials", "invalid_project_id_authentication", "user_unauthenticated", "invalid_client", "invalid_token", "")


@each(GUARDED)
def test_t76_nothing_without_a_credential(world, door):
    for headers in ({}, {"Origin": ORIGIN}, {MEMBER_HEADER: world.tenant.admin_login.session_token}, {"Cookie": f"stytch_session={world.tenant.admin_login.session_token}"}):
        answer = send(world, door, least(world, door, world.tenant), headers)
        # A form with somebody's cookies, or another site's, is refused as such.
        statuses = (401, 403) if door.is_of_own_forms and headers else (401,)
        assert check_error(door, answer, statuses) in NOBODY, answer.text


def wrong_kinds(world, door):
    """Credentials that are good, for something else."""
    project, neighbour, tenant = world.project, world.neighbour, world.tenant
    session, jwt = tenant.admin_login.session_token, tenant.admin_login.session_jwt
    bearers = [{"Authorization": f"Bearer {value}"} for value in (project.secret, session, jwt, project.public_token, world.canary())]
    garbage = [{"Authorization": value} for value in ("Basic", "Basic !", "Basic Og==", "Basic " + "A" * 500, f"Basic {project.secret}")]
    if door.dialect == "browser":
        pairs = [(project.project_id, project.secret), (project.secret, session), (neighbour.public_token, session) if "{public_token}" not in door.path else ("x", "y"),
                 (session, session), (world.canary(), session), (project.project_id, session)]
    else:
        pairs = [(project.project_id, neighbour.secret), (neighbour.project_id, project.secret), (project.project_id, project.public_token),
                 (project.public_token, project.public_token), (project.public_token, session), (project.project_id, session), (project.project_id, jwt),
                 (project.secret, project.project_id), (project.project_id, ""), ("", project.secret), (project.project_id, world.canary())]
    return [*bearers, *garbage, *(basic(*pair) for pair in pairs)]


# Doors of the browser that anybody's page may knock at: another project's public token is a good one there, and the
# session beside it is of no use.
OPEN_TO_PAGES = re.compile(r"magic_links\.|passwords\.(authenticate|email|existing|discovery|strength)|discovery\.|\.public|admin_portal|email_codes\.|otps\.sms\.|totp\.|webauthn\.(register|authenticate)|recovery_codes\.recover|impersonation\.|(sso|oauth)\.(authenticate|discover|one_tap)")


@each(GUARDED)
def test_t76_no_credential_of_another_kind_will_do(world, door):
    for headers in wrong_kinds(world, door):
        answer = send(world, door, least(world, door, world.tenant), headers)
        if headers == basic(world.neighbour.public_token, world.tenant.admin_login.session_token):
            # The neighbour's own page, with a session that is not the neighbour's.
            if OPEN_TO_PAGES.search(door.operation):
                assert answer.status_code < 500 and world.tenant.canary not in answer.text
            else:
                assert check_error(door, answer, (400, 401, 404)) in (*NOBODY, "session_not_found", "no_session_arguments"), answer.text
            continue
        assert check_error(door, answer, (400, 401)) in NOBODY, f"{headers}: {answer.text}"


@each([door for door in GUARDED if door.dialect == "browser"])
def test_t76_pages_of_other_origins_are_sent_away(world, door):
    for origin in ("https://evil.example", ORIGIN + ".evil.example", "null", "http://localhost:3001"):
        answer = send(world, door, least(world, door, world.tenant), rightful(world, door) | {"Origin": origin})
        assert check_error(door, answer, (401,)) == "bad_domain_for_stytch_sdk", answer.text


@each([door for door in GUARDED if door.credential == "project_or_member" and door.dialect == "backend"])
def test_t76_a_backend_hands_on_whatever_its_user_sent(world, door):
    """Sessions that are garbage, nobody's, over, or of another organization; and two at once."""
    token, jwt = world.tenant.admin_login.session_token, world.tenant.admin_login.session_jwt
    for headers, errors in (
        ({MEMBER_HEADER: world.canary()}, ("invalid_session_token",)),
        ({MEMBER_HEADER: made_up_token(SESSION)}, ("session_not_found",)),
        ({MEMBER_HEADER: world.over.session_token}, ("session_not_found",)),
        ({JWT_HEADER: world.canary()}, ("unable_to_parse_session_jwt",)),
        ({JWT_HEADER: world.over.session_jwt}, ("session_not_found",)),
        ({MEMBER_HEADER: token, JWT_HEADER: jwt}, ("too_many_session_arguments",)),
        ({MEMBER_HEADER: world.other.admin_login.session_token}, ("session_authorization_tenancy_error", "member_not_found", "unauthorized_action")),
    ):
        given = least(world, door, world.tenant)
        if door.operation == "sessions.revoke":
            given["member_id"] = world.tenant.admin.member_id
        answer = send(world, door, given, basic(world.project.project_id, world.project.secret) | headers)
        assert check_error(door, answer) in errors, f"{list(headers)}: {answer.text}"


# ---------------------------------------------------------------- types

# What no field of a door takes that takes none of these types.
OF_TYPE = {"string": lambda canary: canary, "array": lambda canary: [canary], "object": lambda canary: {canary: canary}}


def types_of(schema: dict) -> set[str]:
    """The JSON types that a schema allows; none where it allows all."""
    ways = schema.get("anyOf") or schema.get("oneOf")
    kinds = schema.get("type", [])
    own = {kinds} if isinstance(kinds, str) else set(kinds)
    return own.union(*map(types_of, ways)) if ways else own


@each([door for door in GUARDED if door.dialect in ("backend", "browser") and door.method not in ("GET", "DELETE")])
def test_t76_a_field_of_a_wrong_type_is_named_and_not_repeated(world, door):
    for name, schema in door.properties.items():
        kinds = types_of(schema)
        wrong = next((make(world.canary()) for kind, make in OF_TYPE.items() if kind not in kinds), None)
        if name in door.names or not kinds or wrong is None:
            continue
        answer = send(world, door, least(world, door, world.tenant) | {name: wrong}, rightful(world, door))
        error = check_error(door, answer, (400,))
        assert "canary-" not in answer.text, answer.text
        if error == "bad_request":
            assert answer.json()["error_message"].startswith(f"The request does not fit this endpoint: {name} has to be "), (name, answer.text)


# ---------------------------------------------------------------- roles

# Doors that every member may use, with why. `stytch.self` gives them what they need.
FOR_EVERY_MEMBER = {
    "organizations.get_own.browser": "every member sees the organization they are in",
    "members.get_self.self": "oneself", "members.update.self": "oneself", "members.unlink_retired_email.self": "oneself",
    "members.start_email_update.self": "oneself", "members.delete_mfa_phone_number.self": "oneself", "members.delete_totp.self": "oneself",
    "webauthn.list.self": "oneself", "webauthn.update.self": "oneself", "webauthn.delete.self": "oneself",
    "members.delete_oauth_registration.self": "oneself", "branding.get_of_organization": "every member sees how their organization looks",
    "branding.get_of_organization.browser": "every member sees how their organization looks",
    "recovery_codes.get.self": "oneself", "recovery_codes.rotate.self": "oneself", "sessions.revoke_own.browser": "one's own session",
    "sessions.exchange.browser": "one's own session", "sessions.authenticate.browser": "one's own session",
    "admin_portal.config.browser": "it shows what a member may do",
    "sessions.revoke": "ending sessions asks for permission unless they are one's own",
}
FOR_PAGES = re.compile(r"magic_links\.(login_or_signup|authenticate|send_discovery|authenticate_discovery)|discovery\.|\.public|bootstrap|admin_portal")
FOR_MEMBERS = [
    door for door in GUARDED
    if door.requires or (door.credential in ("project_or_member", "public_token", "member") and not FOR_PAGES.search(door.operation))
]
# What a change has to name before it asks for anything.
CHANGES = {
    "organizations.update": {"organization_name": "X"}, "branding.update_of_organization": {"brand_color": "#fd0"},
    "members.update": {"name": "X"}, "members.unlink_retired_email": {"email_id": made_up("email")},
}


@each([door for door in FOR_MEMBERS if door.operation not in FOR_EVERY_MEMBER])
def test_t76_too_few_roles(world, door):
    """A member who has no role but the one that everybody has."""
    tenant = world.tenant
    given = least(world, door, tenant) | next((change for name, change in CHANGES.items() if door.operation.startswith(name)), {})
    ways = [basic(world.project.public_token, tenant.member_login.session_token) | {"Origin": ORIGIN}]
    if door.dialect != "browser":
        backend = basic(world.project.project_id, world.project.secret)
        ways = [backend | {MEMBER_HEADER: tenant.member_login.session_token}, backend | {JWT_HEADER: tenant.member_login.session_jwt}]
    for headers in ways:
        answer = send(world, door, given, headers)
        assert check_error(door, answer, (403,)) == "unauthorized_action", answer.text


@each([door for door in FOR_MEMBERS if door.requires])
def test_t76_the_permission_that_the_catalogue_names_is_enough(world, door):
    """And is the one that counts: with it alone the door does not refuse for want of roles."""
    from scenes import with_permissions

    # Which it may delete, too.
    tenant = spare(world)
    _, login = with_permissions(world.project, tenant.org, door.requires)
    headers = basic(world.project.project_id, world.project.secret) | {MEMBER_HEADER: login.session_token}
    if door.dialect == "browser":
        headers = basic(world.project.public_token, login.session_token) | {"Origin": ORIGIN}
    answer = send(world, door, least(world, door, tenant) | ({"member_id": made_up("member")} if "member_id" in door.names else {}), headers)
    assert answer.status_code < 500 and answer.status_code != 403, answer.text


# ---------------------------------------------------------------- in a member's place (T-50)

# What an operator changes in an administrator's place, by function and field; of `None` all. Nobody gets in by any of it, and it ends
# nothing but sessions.
IN_THEIR_PLACE = {
    "organizations.update": {"organization_name", "organization_logo_url"},
    "branding.update_of_organization": {"logo_url", "brand_color", "background_color"},
    "members.update": {"name", "untrusted_metadata", "unlink_email", "preserve_existing_sessions"},
    "sessions.revoke": None, "sessions.revoke_own": None,
}
# What no member changes, or not of themselves, and is refused as such; of `None` all.
OF_NO_MEMBER = {
    "organizations.update": {"trusted_metadata", "organization_external_id", "claimed_email_domains"},
    "members.update": {"trusted_metadata", "external_id", "email_address"}, "sso_external.create_connection": None,
}
# What is not even looked at: somebody gets in by it.
UNSEEN = {"recovery_codes.get"}
OF_ACTORS = [door for door in DOORS if door.credential == "project_or_member" and IN_THEIR_PLACE.get(door.function, ()) is not None]
THEIRS = "An operator acts in this session"


@pytest.fixture(scope="module")
def acted(world):
    """A tenant that may be harmed, and the session of an operator in its administrator's place."""
    tenant = spare(world)
    token = InTheirPlace(world.project).token(tenant.org, tenant.admin.member_id)
    world.canaries.add(token)
    session = world.project.api.impersonation.authenticate(token).session_token
    world.canaries.add(session)
    return tenant, session


@each(OF_ACTORS)
def test_t50_nobody_is_let_in_in_an_administrators_place(world, acted, door):
    """Every door at which members act, and every field of those that ask for a permission by field."""
    tenant, session = acted
    headers = basic(world.project.project_id, world.project.secret) | {MEMBER_HEADER: session}
    if door.dialect == "browser":
        headers = basic(world.project.public_token, session) | {"Origin": ORIGIN}
    given = least(world, door, tenant)
    if not door.changes:
        refused = THEIRS in send(world, door, given, headers).text
        assert refused == (door.function in UNSEEN)
        return
    fields = [name for name in door.properties if name not in given] if not door.requires else []
    values = Sensible(world, random.Random(SEED), tenant)
    for name in fields or [None]:
        # What is null is not given.
        value = next(value for value in iter(lambda: values.fits(door.properties[name], name), ...) if value is not None) if name else None
        answer = send(world, door, given | ({name: value} if name else {}), headers)
        if name in IN_THEIR_PLACE.get(door.function, ()):
            assert answer.status_code < 500 and THEIRS not in answer.text, (name, answer.text)
        elif (of_nobody := OF_NO_MEMBER.get(door.function, ())) is None or name in of_nobody:
            check_error(door, answer)
        else:
            assert check_error(door, answer, (403,)) == "unauthorized_action" and THEIRS in answer.text, (name, answer.text)


def test_t50_what_is_done_in_their_place_is_there_to_be_done():
    known = {door.function: set(door.properties) for door in DOORS if door.dialect == "backend" or door.function == "sessions.revoke_own"}
    for function, fields in [*IN_THEIR_PLACE.items(), *OF_NO_MEMBER.items()]:
        assert function in known and (fields or set()) <= known[function], function


# ---------------------------------------------------------------- odd values


def spare(world) -> Tenant:
    """A tenant that may be harmed."""
    tenant = Tenant(world.project).with_member()
    for login in (tenant.admin_login, tenant.member_login):
        world.canaries |= {login.session_token, login.session_jwt}
    return tenant


def victim(world) -> Tenant:
    """One that was attacked before, if its administrator can still come in."""
    def lives(tenant) -> bool:
        return world.project.browser("GET", "/b2b/organizations/me", session_token=tenant.admin_login.session_token).status_code == 200

    if world.victim is None or not lives(world.victim):
        world.victim = spare(world)
    return world.victim


@each(DOORS)
def test_t76_odd_values(world, door):
    """Never a 5xx (in debug builds also: no error that the door does not declare), and always in its own words."""
    print(f"GUILDHALL_DOORS_SEED={SEED}")
    rng = random.Random(f"{SEED} {door}")
    tenant = victim(world)
    for turn in range(ODD):
        values = Values(world, rng, tenant)
        given = values.of(door) if turn % 2 else values.against(door)
        answer = send(world, door, given, rightful(world, door, tenant))
        case = f"GUILDHALL_DOORS_SEED={SEED}, turn {turn}: {door.method} {door.path} {str(given)[:600]}: {answer.status_code} {answer.text[:400]}"
        assert answer.status_code < 500, case
        if answer.status_code >= 400:
            try:
                check_error(door, answer)
            except AssertionError as error:
                raise AssertionError(f"{case}\n{error}") from error
        else:
            # A form that was taken leads on.
            assert answer.status_code in (*door.statuses, *([303] if door.dialect == "page" else [])), case
            # What was deleted or logged out by chance is made anew.
            tenant = victim(world)


@each([door for door in DOORS if door.dialect in ("backend", "browser") and "bad_request" in door.errors])
def test_t76_what_cannot_be_read(world, door):
    """Also a door that takes no input refuses what no door could."""
    address = re.sub(r"\{(\w+)\}", lambda name: str(least(world, door, world.tenant)[name[1]]), door.path)
    answer = request(door.method, f"{world.server.url}{address}?odd=%00", headers=rightful(world, door))
    assert check_error(door, answer, (400,)) == "bad_request", answer.text


# What can be wrong with a field, wherever it stands. More kinds of fields make more lines here.
LONG, MANY = {"k": "x" * 5000}, {f"k{i}": i for i in range(21)}
WRONG = {
    "organization_id": ["nope"], "organization_ids": [[], ["nope"]], "member_id": ["nope"], "email_address": ["x", "a@b", "x@gmail.com"],
    "session_token": ["x", made_up_token(SESSION)], "session_jwt": ["x"], "session_duration_minutes": [4, 527041],
    "intermediate_session_token": ["", "x", made_up_token(INTERMEDIATE)], "magic_links_token": ["x"], "discovery_magic_links_token": ["x"],
    "session_custom_claims": [{"https://stytch.com/x": 1}, LONG], "trusted_metadata": [LONG, MANY, "x"], "untrusted_metadata": [LONG, MANY, "x"],
    "locale": ["xx"], "pkce_code_challenge": ["x"], "pkce_code_verifier": ["x"], "roles": [["nope"]], "external_id": ["a b"],
    "mfa_phone_number": ["1"], "default_mfa_method": ["x", "totp", "sms_otp"], "limit": [0, 1001], "cursor": ["x"], "name": ["a\nb"],
    "login_template_id": ["x"], "signup_template_id": ["x"], "invite_template_id": ["x"], "login_expiration_minutes": [1],
    "signup_expiration_minutes": [1], "discovery_expiration_minutes": [1], "invite_expiration_minutes": [1], "delivery_method": ["x"],
    "login_redirect_url": ["nonsense", "https://evil.example/"], "signup_redirect_url": ["nonsense", "https://evil.example/"],
    "invite_redirect_url": ["nonsense", "https://evil.example/"], "discovery_redirect_url": ["nonsense", "https://evil.example/"],
    "organization_slug": ["!"], "organization_external_id": ["a b"], "organization_name": ["", "x" * 129], "organization_logo_url": ["x", "https://x.example/" + "x" * 2100],
    "email_allowed_domains": [["gmail.com"], ["x"], ["mailinator.com"], ["corp-a.com"] * 2, [f"d{i}.com" for i in range(1000)]],
    "claimed_email_domains": [["gmail.com"], ["x"], ["corp-a.com"] * 2], "invited_by_member_id": ["nope"], "member_session_id": ["nope"],
    "auth_methods": ["x", "RESTRICTED"], "allowed_auth_methods": [["x"]], "mfa_methods": ["x", "RESTRICTED"], "allowed_mfa_methods": [["x"]],
    "mfa_policy": ["x"], "passkey_policy": ["x"], "email_invites": ["x", "RESTRICTED"], "email_jit_provisioning": ["x", "RESTRICTED"], "sso_jit_provisioning": ["x", "RESTRICTED"],
    "oauth_tenant_jit_provisioning": ["x", "RESTRICTED"], "allowed_oauth_tenants": [{"gitlab": ["1"]}], "email_id": ["nope"],
    "sso_default_connection_id": ["nope"], "sso_jit_provisioning_allowed_connections": [["nope"]],
    "rbac_email_implicit_role_assignments": [[{"domain": "x", "role_id": "stytch_admin"}], [{"domain": "gmail.com", "role_id": "stytch_admin"}], [{"domain": "corp-a.com", "role_id": "nope"}]],
    "authorization_check": [{"organization_id": "nope", "resource_id": "x", "action": "x"}],
    "organization_slug_fuzzy": ["x"],
}


@pytest.mark.skipif(ENGINE != "sqlite", reason="what a field may be does not depend on the engine")
@each(DOORS)
def test_t76_what_can_be_wrong_with_each_field(world, door):
    """One at a time, so that each error that a door declares for a field is seen."""
    # Each proof is a mail, and an address gets no more than so many.
    takes_proof = "intermediate_session_token" in door.properties
    tenant = spare(world) if takes_proof else victim(world)
    headers = rightful(world, door, tenant)

    def proof():
        """What takes half a login gets a good one, or nothing else of the request would be looked at."""
        return {"intermediate_session_token": intermediate(world.project, tenant.member.email_address)} if takes_proof else {}

    good = proof()
    for name in door.properties:
        for value in WRONG.get(name, []):
            answer = send(world, door, least(world, door, tenant) | good | {name: value}, headers)
            assert answer.status_code < 500, f"{name}: {value}: {answer.text[:500]}"
            if answer.status_code >= 400:
                check_error(door, answer)
            elif takes_proof:
                good = proof()
            else:
                # What was deleted or logged out is made anew.
                tenant = victim(world)
                headers = rightful(world, door, tenant)
    if door.dialect not in ("backend", "browser") or not door.properties:
        return
    # Whatever the method, a body that is there is looked at.
    given = least(world, door, tenant)
    path = re.sub(r"\{(\w+)\}", lambda found: str(given[found[1]]), door.path)
    answer = request(door.method, world.server.url + path, data=b"{", headers=headers | {"Content-Type": "application/json"})
    assert check_error(door, answer, (400,)) == "bad_request"


def test_t76_the_catalogue_is_whole():
    """Each door once, and those that everybody uses among them."""
    assert len(DOORS) > 60
    assert len({(door.method, door.path) for door in DOORS}) == len(DOORS)
    assert {"/v1/b2b/sessions/authenticate", "/sdk/v1/b2b/organizations/me"} <= {door.path for door in DOORS}
    # What is excused from a check is there to be excused.
    assert not set(FOR_EVERY_MEMBER) - {door.operation for door in DOORS}
