"""T-32: a token is good for one purpose, in one place, for one address."""

import pytest
from doors import behind
from harness import check_refusal, code_from, discover, discovery_token, email_code, magic_token, new_email, token_from, verified_member
from scenes import DISCOVERY, INTERMEDIATE, JWT_HEADER, MAGIC_LINK, MEMBER_HEADER, SESSION, Tenant, b64, unb64

# Beside a link that sets one.
PASSWORD = {"password": "violet-harbor-sings-tonight"}
KINDS = ["link", "invitation", "update", "discovery", "reset", "session", "intermediate", "jwt", "public token", "secret"]
REFUSED = ((400, 401, 404), (
    "magic_link_not_found", "session_not_found", "invalid_session_token", "unable_to_parse_session_jwt", "intermediate_session_not_found",
    "user_unauthenticated", "unable_to_auth_password_reset_token",
))
# What takes a token, as (field, path), and which kinds it takes.
SLOTS = {
    ("magic_links_token", "/b2b/magic_links/authenticate"): {"link", "invitation", "update"},
    ("discovery_magic_links_token", "/b2b/magic_links/discovery/authenticate"): {"discovery"},
    ("password_reset_token", "/b2b/passwords/email/reset"): {"reset"},
    ("session_token", "/b2b/sessions/authenticate"): {"session"},
    ("session_jwt", "/b2b/sessions/authenticate"): {"jwt"},
    ("session_token", "/b2b/sessions/exchange"): {"session"},
    ("session_jwt", "/b2b/sessions/exchange"): {"jwt"},
    ("session_token", "/b2b/discovery/organizations"): {"session"},
    ("intermediate_session_token", "/b2b/discovery/organizations"): {"intermediate"},
    ("intermediate_session_token", "/b2b/discovery/organizations/create"): {"intermediate"},
    ("intermediate_session_token", "/b2b/discovery/intermediate_sessions/exchange"): {"intermediate"},
    ("session_token", "/b2b/sessions/revoke"): {"session"},
    ("session_jwt", "/b2b/sessions/revoke"): {"jwt"},
}


class World:
    def __init__(self, project):
        self.tenant = Tenant(project).with_member()
        t = self.tenant
        invited, new = new_email(), new_email()
        project.api.magic_links.email.invite(organization_id=t.org, email_address=invited)
        project.api.organizations.members.start_email_update(t.org, t.member.member_id, email_address=new)
        project.api.passwords.email.reset_start(organization_id=t.org, email_address=t.member.email_address)
        reset = token_from(project.mailbox.wait(t.member.email_address))
        self.tokens = {
            "reset": reset,
            "link": magic_token(project, t.org, t.admin.email_address), "invitation": token_from(project.mailbox.wait(invited)),
            "update": token_from(project.mailbox.wait(new)), "discovery": discovery_token(project, t.admin.email_address),
            "session": t.admin_login.session_token, "jwt": t.admin_login.session_jwt,
            "intermediate": discover(project, t.admin.email_address).intermediate_session_token,
            "public token": project.public_token, "secret": project.secret,
        }


@pytest.fixture(scope="module")
def world(project):
    return World(project)


@pytest.mark.parametrize("surface", ["backend", "browser"])
@pytest.mark.parametrize(("field", "path"), SLOTS, ids=lambda v: v.rsplit("/", 2)[-1])
def test_t32_every_token_in_every_wrong_place(world, project, field, path, surface):
    if surface == "browser" and path.endswith("revoke"):
        pytest.skip("the browser revokes by member id")
    takes = behind("POST", "/sdk/v1" + path).takes if surface == "browser" else None
    for kind in KINDS:
        if kind in SLOTS[(field, path)]:
            continue
        body = {field: world.tokens[kind], "organization_id": world.tenant.org, "session_duration_minutes": 60, "password": "violet-harbor-sings-tonight"}
        body = {k: v for k, v in body.items() if k == field or "revoke" not in path}
        if surface == "backend":
            check_refusal(project.raw("POST", "/v1" + path, body), *REFUSED)
            continue
        body = {k: v for k, v in body.items() if k == field or k in takes}
        check_refusal(project.browser("POST", path, body), *(REFUSED if field in takes else (400, "bad_request")))


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("session", "jwt")])
def test_t32_no_other_token_acts_as_a_member(world, project, kind):
    token = world.tokens[kind]
    for headers in ({MEMBER_HEADER: token}, {JWT_HEADER: token}):
        check_refusal(project.raw("DELETE", f"/v1/b2b/organizations/{world.tenant.org}", headers=headers), *REFUSED)
    if token != project.public_token:
        check_refusal(project.browser("DELETE", "/b2b/organizations/me", session_token=token), *REFUSED)


@pytest.mark.parametrize("kind", ["link", "discovery", "reset", "session", "intermediate"])
def test_t32_the_kind_and_the_tenant_cannot_be_edited(world, project, neighbour, kind):
    """Every byte of a token counts."""
    raw = unb64(world.tokens[kind])
    assert len(raw) == 33
    slot = {"link": ("magic_links_token", "/v1/b2b/magic_links/authenticate"), "discovery": ("discovery_magic_links_token", "/v1/b2b/magic_links/discovery/authenticate"), "reset": ("password_reset_token", "/v1/b2b/passwords/email/reset"),
            "session": ("session_token", "/v1/b2b/sessions/authenticate"), "intermediate": ("intermediate_session_token", "/v1/b2b/discovery/organizations")}
    bent = [raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1 :] for i in range(33)]
    bent += [raw[:-1], raw + b"\0", bytes(33), raw[::-1]]
    for token in bent:
        check_refusal(project.raw("POST", slot[kind][1], {slot[kind][0]: b64(token)} | PASSWORD), *REFUSED)
    other = project.organization().organization_id
    for number in (SESSION, INTERMEDIATE, MAGIC_LINK, DISCOVERY):
        for tenant in (raw[1:17], bytes.fromhex(other[-36:].replace("-", "")), bytes.fromhex(project.project_id[-36:].replace("-", ""))):
            token = bytes([number]) + tenant + raw[17:]
            if token == raw:
                continue
            for field, path in slot.values():
                check_refusal(project.raw("POST", path, {field: b64(token)} | PASSWORD), *REFUSED)
    # And in another project it is nothing at all.
    check_refusal(neighbour.raw("POST", slot[kind][1], {slot[kind][0]: world.tokens[kind]} | PASSWORD), *REFUSED)


def test_t32_a_link_belongs_to_its_address(project, org):
    """After a change of address the link mailed to the old one is dead."""
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    project.api.organizations.members.update(org, member.member_id, email_address=new_email())
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
    check_refusal(answer, (401, 404), ("unable_to_auth_magic_link", "magic_link_not_found"))


def test_t32_a_link_of_a_former_member_is_not_their_successors(project, org):
    email = new_email()
    first = project.member(org, email)
    token = magic_token(project, org, email)
    project.api.organizations.members.delete(org, first.member_id)
    second, _ = verified_member(project, org, email)
    assert second.member_id != first.member_id
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
    check_refusal(answer, (401, 404), ("unable_to_auth_magic_link", "magic_link_not_found"))


def test_t32_half_a_login_belongs_to_its_address_and_organization(project):
    """An intermediate session begun in one organization proves nothing about another person or elsewhere."""
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    one, two = project.member(org), project.member(org)
    half = project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, one.email_address))
    assert half.mfa_required is not None and half.session_token == ""
    body = {"magic_links_token": magic_token(project, org, two.email_address), "intermediate_session_token": half.intermediate_session_token}
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", body)
    check_refusal(answer, 400, "invalid_intermediate_session_token_for_organization")
    other = project.organization().organization_id
    third = project.member(other)
    body = {"magic_links_token": magic_token(project, other, third.email_address), "intermediate_session_token": half.intermediate_session_token}
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/authenticate", body), 400, "invalid_intermediate_session_token_for_organization")


def test_t32_a_session_of_another_member_does_not_go_on(project, org):
    """A login never adds its proof to somebody else's session."""
    one, session = verified_member(project, org)
    two = project.member(org)
    token = magic_token(project, org, two.email_address)
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token, "session_token": session.session_token})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["member_id"] == two.member_id
    assert body["member_session"]["member_session_id"] != session.member_session.member_session_id
    assert len(body["member_session"]["authentication_factors"]) == 1
    [only] = project.api.sessions.get(organization_id=org, member_id=one.member_id).member_sessions
    assert only.member_session_id == session.member_session.member_session_id


def test_t32_a_code_is_good_for_its_organization_its_address_and_its_purpose(project, neighbour):
    """The same digits open nothing elsewhere; nor does the stored row, wherever it is copied to."""
    here, there = project.organization().organization_id, project.organization().organization_id
    member, other = project.member(here), project.member(here)
    twin = project.member(there, member.email_address)
    code = email_code(project, here, member.email_address)
    project.api.otps.email.login_or_signup(organization_id=there, email_address=twin.email_address)
    project.mailbox.wait(twin.email_address)
    enter = "/v1/b2b/otps/email/authenticate"
    places = [
        (enter, {"organization_id": there, "email_address": member.email_address}), (enter, {"organization_id": here, "email_address": other.email_address}),
        ("/v1/b2b/otps/email/discovery/authenticate", {"email_address": member.email_address}),
    ]
    for path, body in places:
        check_refusal(project.raw("POST", path, body | {"code": code}), 404, "otp_code_not_found")
    check_refusal(neighbour.raw("POST", enter, {"organization_id": here, "email_address": member.email_address, "code": code}), 404, "organization_not_found")
    server, mine = project.server, f"scope = '{here}' AND email_address = '{member.email_address}'"
    for column, value in (("scope", f"'{there}'"), ("email_address", f"'{other.email_address}'"), ("purpose", "'email_update'")):
        [(before,)] = server.rows(f"SELECT {column} FROM email_codes WHERE {mine}")
        moved = {"scope": here, "email_address": member.email_address} | ({column: value.strip("'")} if column != "purpose" else {})
        where = f"scope = '{moved['scope']}' AND email_address = '{moved['email_address']}'"
        server.rows(f"DELETE FROM email_codes WHERE {where} AND NOT ({mine})")
        server.rows(f"UPDATE email_codes SET {column} = {value} WHERE {mine}")
        check_refusal(project.raw("POST", enter, {"organization_id": moved["scope"], "email_address": moved["email_address"], "code": code}), 404, "otp_code_not_found")
        server.rows(f"UPDATE email_codes SET {column} = '{before}' WHERE {where}")
    good = project.raw("POST", enter, {"organization_id": here, "email_address": member.email_address, "code": code})
    assert good.status_code == 200 and good.json()["member_id"] == member.member_id


def test_t32_a_code_of_discovery_is_no_code_of_an_organization(project, org):
    member = project.member(org)
    project.api.otps.email.discovery.send(email_address=member.email_address)
    code = code_from(project.mailbox.wait(member.email_address))
    body = {"organization_id": org, "email_address": member.email_address, "code": code}
    check_refusal(project.raw("POST", "/v1/b2b/otps/email/authenticate", body), 404, "otp_code_not_found")


def test_t32_a_code_of_a_former_member_is_not_their_successors(project, org):
    email = new_email()
    first = project.member(org, email)
    code = email_code(project, org, email)
    project.api.organizations.members.delete(org, first.member_id)
    project.member(org, email)
    body = {"organization_id": org, "email_address": email, "code": code}
    check_refusal(project.raw("POST", "/v1/b2b/otps/email/authenticate", body), (401, 404), ("unable_to_auth_otp_code", "otp_code_not_found"))
