"""T-50: an operator acts in a member's place: everywhere it is said who, for an hour, with nothing that outlives it."""

import base64
import html
import json
import re
from datetime import datetime

import pytest
from dashboard import Dashboard, make
from doors import catalogue
from harness import REDIRECT_URL, Project, check_refusal, data, magic_token, query_of, race, refused, unique, until, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER

MINUTES, SESSION_MINUTES = 5, 60
REASON = "Ticket 4711: their list of invoices is <empty>"
PASSWORD = "violet-harbor-sings-tonight"


class World:
    def __init__(self, server):
        self.server = server
        made = json.loads(server.command("project", "create", "--name", "Acted in", "--redirect-url", REDIRECT_URL, "--json").stdout)
        self.project = Project(server, made["project_id"], made["secret"], made["public_token"], "test")
        self.operator, password = make(server)
        self.sign_in = lambda: Dashboard(server, self.operator, password)
        self.dashboard = self.sign_in()
        self.org = self.project.organization().organization_id
        # Of an organization that asks everybody for a second factor.
        self.member, self.login = verified_member(self.project, self.org, roles=["stytch_admin"])
        self.other, _ = verified_member(self.project, self.org)
        self.project.api.organizations.update(self.org, mfa_policy="REQUIRED_FOR_ALL")

    def page(self, member=None):
        return f"/dashboard/projects/{self.project.project_id}/organizations/{self.org}/members/{(member or self.member).member_id}"

    def ask(self, member=None, **fields):
        fields = {"reason": REASON, "redirect_url": REDIRECT_URL} | fields
        return self.dashboard.ask("POST", self.page(member) + "/impersonate", data=fields)

    def url(self, **fields):
        answer = self.ask(**fields)
        assert answer.status_code == 200, answer.text[-3000:]
        return html.unescape(re.search(r'<a class="button" href="([^"]+)" target="_blank" rel="noopener noreferrer"', answer.text)[1])

    def token(self):
        return query_of(self.url())["token"]

    def act(self):
        return self.project.api.impersonation.authenticate(self.token())

    def take(self, token):
        return self.project.raw("POST", "/v1/b2b/impersonation/authenticate", {"impersonation_token": token})

    def allow(self, whether):
        change = "allow_impersonation" if whether else "forbid_impersonation"
        self.dashboard.post(f"/dashboard/projects/{self.project.project_id}", change=change)
        # Settings are remembered for a second.
        until(lambda: (self.take("x").status_code == 401) == whether)


@pytest.fixture(scope="module")
def world(traveller):
    world = World(traveller)
    # Off from the start, and nobody gets around that.
    assert "does not allow it" in world.dashboard.page(world.page())
    answer = world.ask()
    assert answer.status_code == 400 and "does not allow it" in answer.text
    check_refusal(world.take("x"), 400, "member_impersonation_not_allowed")
    check_refusal(world.project.browser("POST", "/b2b/impersonation/authenticate", {"impersonation_token": "x"}), 400, "member_impersonation_not_allowed")
    world.allow(True)
    return world


def claims(jwt):
    body = jwt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def seconds(session):
    return round((session.expires_at - session.started_at).total_seconds())


def test_t50_who_acts_and_why_is_said_everywhere(world):
    url = world.url()
    query = query_of(url)
    assert url.startswith(REDIRECT_URL) and query["stytch_token_type"] == "multi_tenant_impersonation"
    login = world.project.api.impersonation.authenticate(query["token"])
    assert login.member_authenticated and login.intermediate_session_token == "" and login.mfa_required is None
    assert (login.member_id, login.organization_id) == (world.member.member_id, world.org)
    assert seconds(login.member_session) == SESSION_MINUTES * 60
    (factor,) = login.member_session.authentication_factors
    assert (factor.type, factor.delivery_method, factor.impersonated_factor.impersonator_email_address) == (
        "impersonated", "impersonation", world.operator)
    claim = claims(login.session_jwt)["https://stytch.com/session"]["authentication_factors"]
    assert [of["impersonated_factor"]["impersonator_email_address"] for of in claim] == [world.operator]
    # The organization reads in its log who began it, and why; what is done then is told with both.
    world.project.raw("PUT", f"/v1/b2b/organizations/{world.org}", {"organization_name": f"By {unique()}"},
                      headers={MEMBER_HEADER: login.session_token})
    events = world.project.audit(world.org)
    begun = next(event for event in events if event["action"] == "member.impersonate")
    assert begun["actor"] == {"type": "operator", "id": world.operator} and begun["member_id"] == world.member.member_id
    assert begun["changes"]["reason"]["after"] == REASON and query["token"] not in json.dumps(events)
    done = next(event for event in events if event["action"] == "organization.update")
    assert (done["actor"], done["impersonator"]) == ({"type": "member", "id": world.member.member_id}, world.operator)
    assert {event["impersonator"] for event in events if event["action"] != "organization.update"} == {None}
    page = world.dashboard.page(f"/dashboard/projects/{world.project.project_id}/audit?who={world.operator}")
    assert f"in whose place {world.operator} acted" in page and REASON in page
    # The member sees the session among theirs.
    own = world.project.api.sessions.get(organization_id=world.org, member_id=world.member.member_id).member_sessions
    assert [of.type for session in own for of in session.authentication_factors].count("impersonated") == 1


def test_t50_a_token_works_once_within_five_minutes_and_while_it_is_allowed(world):
    for fields, problem in (
        ({"reason": " "}, "One line of 1 to 500"), ({"reason": "x" * 501}, "One line of 1 to 500"), ({"reason": "a\nb"}, "One line of 1 to 500"),
        ({"redirect_url": "https://evil.example/"}, "no redirect URL"),
    ):
        answer = world.ask(**fields)
        assert answer.status_code == 400 and problem in answer.text, fields
    token = world.token()
    answers = race(10, lambda _: world.take(token))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    wrong = ["", "x", world.login.session_token, token, world.token()[:-1] + "!"]
    for value in wrong:
        check_refusal(world.take(value), 401, "unable_to_auth_impersonation_token")
    # It is no token of another kind, and of no other project.
    check_refusal(world.project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": world.token()}), 404, "magic_link_not_found")
    elsewhere = json.loads(world.server.command("project", "create", "--name", "Elsewhere", "--user-impersonation-enabled", "--json").stdout)
    elsewhere = Project(world.server, elsewhere["project_id"], elsewhere["secret"], elsewhere["public_token"], "test")
    check_refusal(elsewhere.browser("POST", "/b2b/impersonation/authenticate", {"impersonation_token": world.token()}), 401, "unable_to_auth_impersonation_token")
    late, in_time = world.token(), world.token()
    world.server.clock.forward(minutes=MINUTES, seconds=-5)
    assert data(world.project.browser("POST", "/b2b/impersonation/authenticate", {"impersonation_token": in_time}))["member_authenticated"]
    world.server.clock.forward(seconds=6)
    check_refusal(world.take(late), 401, "unable_to_auth_impersonation_token")
    # Signing the member out everywhere ends what was not taken, and turning it off as well.
    ended, off = world.token(), None
    world.dashboard.post(world.page(), change="sign_out")
    check_refusal(world.take(ended), 401, "unable_to_auth_impersonation_token")
    off = world.token()
    world.allow(False)
    check_refusal(world.take(off), 400, "member_impersonation_not_allowed")
    world.allow(True)
    # Who is not a member yet, or no more, has no place to act in.
    invited = world.project.api.organizations.members.create(world.org, email_address=f"{unique()}@example.com", create_member_as_pending=True).member
    assert world.ask(invited).status_code == 400
    gone, _ = verified_member(world.project, world.project.organization().organization_id)
    world.project.api.organizations.members.delete(gone.organization_id, gone.member_id)
    path = world.page(gone).replace(world.org, gone.organization_id)
    answer = world.dashboard.ask("POST", path + "/impersonate", data={"reason": REASON, "redirect_url": REDIRECT_URL})
    assert answer.status_code == 400


def test_t50_the_command_line_begins_it_as_the_dashboard_does(world):
    def begin(*more, check=True, **options):
        options = {"operator": world.operator, "reason": REASON} | options
        said = [part for name, value in options.items() if value for part in (f"--{name.replace('_', '-')}", value)]
        return world.server.command("member", "impersonate", "--project", world.project.project_id, *said, *more, "--json", check=check)

    member = world.member.member_id
    begun = json.loads(begin(member).stdout)
    assert (begun["impersonator_email_address"], begun["member_id"]) == (world.operator, member)
    assert query_of(begun["url"])["token"] == begun["impersonation_token"] and begun["url"].startswith(REDIRECT_URL)
    login = world.project.api.impersonation.authenticate(begun["impersonation_token"])
    assert seconds(login.member_session) == SESSION_MINUTES * 60
    [factor] = login.member_session.authentication_factors
    assert factor.impersonated_factor.impersonator_email_address == world.operator
    told = next(event for event in world.project.audit(world.org) if event["action"] == "member.impersonate")
    # Nobody says on the command line who they are; whom they have named stands there, too.
    assert told["actor"] == {"type": "operator", "id": "command line"} and told["changes"]["reason"]["after"] == REASON
    assert told["changes"]["impersonator_email_address"]["after"] == world.operator
    # The same limits; and a member that may be several is asked for.
    for status, word, options in (
        (1, "invalid_impersonation_reason", {"reason": "x" * 501}), (1, "no_match_for_provided_magic_link_url", {"redirect_url": "https://evil.example/"}),
        (3, "operator_not_found", {"operator": "nobody@example.com"}), (2, "--reason", {"reason": None}), (2, "--operator", {"operator": None}),
    ):
        done = begin(member, check=False, **options)
        assert (done.returncode, done.stdout) == (status, "") and word in done.stderr, done
    assert begin(world.member.email_address, check=False).returncode == 2
    assert json.loads(begin(world.member.email_address, "--organization", world.org).stdout)["member_id"] == member
    world.allow(False)
    done = begin(member, check=False)
    assert done.returncode == 1 and "member_impersonation_not_allowed" in done.stderr
    world.allow(True)


def test_t50_it_ends_after_an_hour_whatever_is_asked_and_takes_no_other_proof(world):
    login = world.act()
    again = world.project.api.sessions.authenticate(session_token=login.session_token, session_duration_minutes=43_200,
                                                    session_custom_claims={"theme": "dark"})
    assert again.member_session.expires_at == login.member_session.expires_at and again.member_session.custom_claims == {"theme": "dark"}
    browser = world.project.browser("POST", "/b2b/sessions/authenticate", {"session_duration_minutes": 600}, session_token=login.session_token)
    assert datetime.fromisoformat(data(browser)["member_session"]["expires_at"]) == login.member_session.expires_at
    # The member's own proof begins a session of theirs; it is not added to the operator's.
    world.project.api.organizations.update(world.org, mfa_policy="OPTIONAL")
    token = magic_token(world.project, world.org, world.member.email_address)
    theirs = world.project.api.magic_links.authenticate(token, session_token=login.session_token, session_duration_minutes=43_200)
    assert theirs.member_session.member_session_id != login.member_session.member_session_id
    assert [of.type for of in theirs.member_session.authentication_factors] == ["magic_link"]
    still = world.project.api.sessions.authenticate(session_token=login.session_token).member_session
    assert [of.type for of in still.authentication_factors] == ["impersonated"]
    world.server.clock.forward(minutes=SESSION_MINUTES, seconds=1)
    with refused(404, "session_not_found"):
        world.project.api.sessions.authenticate(session_token=login.session_token)
    world.dashboard = world.sign_in()


# What people get in with, and what leads to other sessions: each as a backend asks it and as a page does.
IN_THEIR_PLACE = {
    "exchange": ("POST", "/b2b/sessions/exchange", {"organization_id": "{org}"}, None),
    "password": ("POST", "/b2b/passwords/session/reset", {"password": PASSWORD}, None),
    "phone number": ("PUT", "/b2b/organizations/{org}/members/{member}", {"mfa_phone_number": "+14155550123"}, "/b2b/organizations/members/update"),
    "second factor": ("PUT", "/b2b/organizations/{org}/members/{member}", {"mfa_enrolled": False}, "/b2b/organizations/members/update"),
    "others' roles": ("PUT", "/b2b/organizations/{org}/members/{other}", {"roles": ["stytch_admin"]}, "/b2b/organizations/members/{other}"),
    "address": ("POST", "/b2b/organizations/{org}/members/{member}/start_email_update", {"email_address": "eve@example.com"},
                "/b2b/organizations/members/start_email_update"),
    "retired address": ("POST", "/b2b/organizations/{org}/members/{member}/unlink_retired_email", {"email_address": "eve@example.com"},
                        "/b2b/organizations/members/unlink_retired_email"),
    "no phone number": ("DELETE", "/b2b/organizations/{org}/members/mfa_phone_numbers/{member}", None, "/b2b/organizations/members/deletePhoneNumber"),
    "no app": ("DELETE", "/b2b/organizations/{org}/members/{member}/totp", None, "/b2b/organizations/members/deleteTOTP"),
    "no password": ("DELETE", "/b2b/organizations/{org}/members/passwords/{password}", None, "/b2b/organizations/members/passwords/{password}"),
    "passkey": ("PUT", "/b2b/organizations/{org}/members/{member}/webauthn_registrations/x", {"name": "Mine"}, "/b2b/webauthn/x"),
    "no passkey": ("DELETE", "/b2b/organizations/{org}/members/{member}/webauthn_registrations/x", None, "/b2b/webauthn/x"),
    "directory": ("POST", "/b2b/scim/{org}/connection/{scim}/rotate/start", {}, "/b2b/scim/rotate/start"),
}
# These look at what was proven first, and nothing was.
WITHOUT_PROOF = ["/b2b/totp", "/b2b/otps/sms/send", "/b2b/webauthn/register/start"]


def test_t50_nothing_that_people_get_in_with_is_changed_in_their_place(world):
    world.project.api.organizations.update(world.org, mfa_policy="OPTIONAL")
    password = world.project.api.passwords.migrate(organization_id=world.org, email_address=world.member.email_address,
                                                   hash="$2y$04$Vn1vmsBYT.mKDXyG6jCJCuhZ0lAYmqDI0jzDz8XGuMIiVBXz8lwjq", hash_type="bcrypt")
    scim = world.project.api.scim.connection.create(organization_id=world.org, identity_provider="generic").connection.connection_id
    names = {"org": world.org, "member": world.member.member_id, "other": world.other.member_id,
             "password": password.member.member_password_id, "scim": scim}
    before = world.project.raw("GET", f"/v1/b2b/organizations/{world.org}/member?member_id={world.member.member_id}").json()["member"]
    login = world.act()
    headers = {MEMBER_HEADER: login.session_token}
    for what, (method, path, body, own) in IN_THEIR_PLACE.items():
        path, own = path.format(**names), own and own.format(**names)
        if own is None:
            body = {key: value.format(**names) for key, value in body.items()}
            answer = world.project.raw(method, "/v1" + path, body | {"session_token": login.session_token})
            page = world.project.browser(method, path, body, session_token=login.session_token)
        else:
            given = {} if body is None else {"json": body}
            answer = world.project.raw(method, "/v1" + path, headers=headers, **given)
            given = {"json": body | {"connection_id": scim}} if what == "directory" else given
            page = world.project.browser(method, own, session_token=login.session_token, **given)
        for one in (answer, page):
            check_refusal(one, 403, "unauthorized_action")
            assert "An operator acts in this session" in one.json()["error_message"], what
    check_refusal(world.project.raw("DELETE", f"/v1/b2b/organizations/{world.org}/members/{names['member']}/totp", headers={JWT_HEADER: login.session_jwt}),
                  403, "unauthorized_action")
    for path in WITHOUT_PROOF:
        body = {"organization_id": world.org, "member_id": world.member.member_id, "session_token": login.session_token}
        check_refusal(world.project.raw("POST", "/v1" + path, body), 400, "action_available_only_once_primary_authentication_is_met")
    after = world.project.raw("GET", f"/v1/b2b/organizations/{world.org}/member?member_id={world.member.member_id}").json()["member"]
    assert {k: v for k, v in after.items() if k != "updated_at"} == {k: v for k, v in before.items() if k != "updated_at"}
    # What is not forbidden is not: they may see, and end it.
    data(world.project.browser("GET", "/b2b/organizations/members/me", session_token=login.session_token))
    data(world.project.browser("POST", "/b2b/sessions/revoke", {}, session_token=login.session_token))
    assert {door.function for door in catalogue() if "impersonat" in door.path} == {"impersonation.authenticate", "dashboard.impersonate"}
