"""T-68: what a newer program has stored, and this one does not know, fails closed.

While servers are updated one by one, the older reads what the newer wrote. Keys that it does not know are still there after
it has changed the row. Words that it does not know count as the strictest there are, and are no reason to fail.
"""

import json
import re

import pytest
import requests
from harness import (
    PASSWORD, REDIRECT_URL, check_refusal, data, factor, intermediate, login, magic_token, new_domain, new_email, proven_by, query_of, refused, token_from,
    unique, until, verified_member,
)

NEWS = {"since": "the next version", "of": ["a", {"b": [None, 1.5, True]}]}
WORD = "BY_APPOINTMENT"


class Scene:
    """An organization of a project, with a member who is logged in."""

    def __init__(self, project, **fields):
        self.project, self.server = project, project.server
        self.domain = new_domain()
        settings = {"email_allowed_domains": [self.domain], "email_jit_provisioning": "RESTRICTED", "email_invites": "ALL_ALLOWED"}
        self.org = project.organization(**(settings | fields)).organization_id
        self.member, self.login = verified_member(project, self.org, new_email(self.domain), roles=["stytch_admin"])
        self.of_organization = ("organizations", "settings", f"id = '{self.org}'")
        self.of_member = ("members", "profile", f"id = '{self.member.member_id}'")
        self.of_session = ("sessions", "factors", f"id = '{self.login.member_session.member_session_id}'")

    def add(self, row, path, value):
        """Puts a value into what is stored, at a path."""
        whole = self.server.stored(*row)
        at = whole
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = value
        self.server.store(*row, whole)

    def at(self, row, path):
        """What is stored at a path."""
        found = self.server.stored(*row)
        for part in path:
            found = found[part]
        return found

    def read_everywhere(self):
        """Asks for everything that reads these rows. None of it may fail, whatever the answer is."""
        raw, browser, org, member = self.project.raw, self.project.browser, self.org, self.member
        token, jwt = self.login.session_token, self.login.session_jwt
        answers = [
            raw("GET", f"/v1/b2b/organizations/{org}"),
            raw("POST", "/v1/b2b/organizations/search", {"query": {"operator": "AND", "operands": [{"filter_name": "organization_ids", "filter_value": [org]}]}}),
            raw("GET", f"/v1/b2b/organizations/{org}/member", params={"member_id": member.member_id}),
            raw("GET", f"/v1/b2b/organizations/members/dangerously_get/{member.member_id}?include_deleted=true"),
            raw("POST", "/v1/b2b/organizations/members/search", {"organization_ids": [org]}),
            raw("GET", "/v1/b2b/sessions", params={"organization_id": org, "member_id": member.member_id}),
            raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token}),
            raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt, "session_duration_minutes": 60}),
            raw("POST", "/v1/b2b/discovery/organizations", {"session_token": token}),
            raw("POST", "/v1/b2b/discovery/organizations", {"intermediate_session_token": self.half()}),
            self.send(),
            raw("GET", f"/v1/b2b/rbac/organizations/{org}"),
            raw("GET", "/v1/b2b/audit/events", params={"organization_id": org}),
            browser("GET", "/b2b/organizations/me", session_token=token),
            browser("GET", "/b2b/organizations/members/me", session_token=token),
            browser("POST", "/b2b/sessions/authenticate", {}, session_token=token),
            browser("POST", "/b2b/organizations/search", {"organization_slug": self.login.organization.organization_slug}),
        ]
        for answer in answers:
            assert answer.status_code < 500, f"{answer.request.method} {answer.request.url}: {answer.text}"

    def half(self) -> str:
        """An intermediate session of the member's address. The SDK would not take words that it does not know."""
        email = self.member.email_address
        self.project.api.magic_links.email.discovery.send(email_address=email)
        body = {"discovery_magic_links_token": token_from(self.project.mailbox.wait(email))}
        answer = self.project.raw("POST", "/v1/b2b/magic_links/discovery/authenticate", body)
        assert answer.status_code == 200, answer.text
        return answer.json()["intermediate_session_token"]

    def send(self):
        """Asks for a login link, and takes it from the mailbox."""
        body = {"organization_id": self.org, "email_address": self.member.email_address}
        answer = self.project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body)
        self.link = token_from(self.project.mailbox.wait(self.member.email_address)) if answer.status_code == 200 else None
        return answer

    def log_in(self, **fields) -> dict:
        assert self.send().status_code == 200
        answer = self.project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": self.link} | fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def change_everything(self):
        """Changes each of the rows through the API: the organization, the member, the session."""
        raw, name, path = self.project.raw, f"Name {unique()}", f"/v1/b2b/organizations/{self.org}"
        body = {"session_token": self.login.session_token, "session_custom_claims": {"x": unique()}}
        for answer in (
            raw("PUT", path, {"organization_name": name, "trusted_metadata": {"x": unique()}}),
            raw("PUT", f"{path}/members/{self.member.member_id}", {"name": name, "trusted_metadata": {"x": unique()}}),
            raw("POST", "/v1/b2b/sessions/authenticate", body),
        ):
            assert answer.status_code == 200, answer.text
        # It did change what was asked for.
        seen = answer.json()
        assert (seen["organization"]["organization_name"], seen["member"]["name"]) == (name, name)
        assert seen["member_session"]["custom_claims"] == body["session_custom_claims"]


@pytest.fixture
def scene(project):
    return Scene(project)


# ---------------------------------------------------------------- keys

ROLE = {"role_id": "editor", "description": "", "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}]}


def with_lists(scene):
    """Fills what has objects within it."""
    project, org = scene.project, scene.org
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [ROLE]})
    project.api.organizations.update(org, rbac_email_implicit_role_assignments=[{"domain": scene.domain, "role_id": "editor"}])
    moved = new_email(scene.domain)
    project.api.organizations.members.update(org, scene.member.member_id, email_address=moved)
    scene.login = login(project, org, moved)
    scene.member = scene.login.member
    scene.of_session = ("sessions", "factors", f"id = '{scene.login.member_session.member_session_id}'")


KEYS = {
    "settings of an organization": ("of_organization", ["passkeys"]),
    "a role": ("of_organization", ["custom_roles", 0, "inherits"]),
    "a permission": ("of_organization", ["custom_roles", 0, "permissions", 0, "until"]),
    "a role of a domain": ("of_organization", ["rbac_email_implicit_role_assignments", 0, "until"]),
    "a factor": ("of_session", [0, "device"]),
}


def check_key(scene, row, path):
    """Adds a key, and looks whether it lives through changes and hides nothing that stands beside it."""
    with_lists(scene)
    row = getattr(scene, row)
    scene.add(row, path, NEWS)
    scene.read_everywhere()
    scene.change_everything()
    assert scene.at(row, path) == NEWS
    # Twice, because the first change read what the newer program wrote, and the second what this one did.
    scene.change_everything()
    assert scene.at(row, path) == NEWS
    scene.read_everywhere()


@pytest.mark.parametrize("what", KEYS)
def test_t68_unknown_keys_are_still_there_after_a_change(scene, what):
    check_key(scene, *KEYS[what])


def test_t68_unknown_settings_are_still_there_after_a_change_on_behalf_of_a_member(scene):
    scene.add(scene.of_organization, ["passkeys"], NEWS)
    body = {"organization_name": "X", "mfa_policy": "OPTIONAL", "allowed_auth_methods": ["magic_link"], "auth_methods": "RESTRICTED"}
    assert data(scene.project.browser("PUT", "/b2b/organizations/me", body, session_token=scene.login.session_token))
    assert scene.at(scene.of_organization, ["passkeys"]) == NEWS


def test_t68_a_login_that_continues_a_session_leaves_what_it_does_not_know(scene):
    scene.add(scene.of_session, [0, "device"], NEWS)
    login(scene.project, scene.org, scene.member.email_address)
    again = login(scene.project, scene.org, scene.member.email_address, session_token=scene.login.session_token)
    assert again.member_session.member_session_id == scene.login.member_session.member_session_id
    # Proven again, it is a new proof: what was known of the old one may go, and the session may not.
    assert [f["type"] for f in scene.server.stored(*scene.of_session)] == ["magic_link"]
    scene.read_everywhere()


def test_t68_keys_that_a_client_sends_are_not_stored(scene):
    """What is kept for a newer program, only a newer program writes."""
    scene.project.raw("PUT", f"/v1/b2b/organizations/{scene.org}", {"organization_name": "X", "passkeys": NEWS})
    scene.project.raw("PUT", f"/v1/b2b/organizations/{scene.org}/members/{scene.member.member_id}", {"name": "X", "passkeys": NEWS})
    role = ROLE | {"inherits": NEWS, "permissions": [ROLE["permissions"][0] | {"until": NEWS}]}
    scene.project.raw("PUT", f"/v1/b2b/rbac/organizations/{scene.org}", {"org_policy": {"roles": [role]}})
    stored = [scene.server.stored(*row) for row in (scene.of_organization, scene.of_member)]
    assert NEWS["since"] not in json.dumps(stored)


# ---------------------------------------------------------------- words of an organization


def not_logged_in(scene):
    """The reason why the member does not get in with a link."""
    answer = scene.send()
    if answer.status_code != 200:
        return answer.json()["error_type"]
    done = scene.project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": scene.link}).json()
    assert done["member_authenticated"] is False, "the member got in"
    return "mfa_required" if done["mfa_required"] else "primary_required"


def needs_a_second_factor(scene):
    assert not_logged_in(scene) == "mfa_required"
    is_not_prolonged(scene)


def needs_a_method_that_is_listed(scene):
    assert not_logged_in(scene) == "operation_restricted_by_organization_auth_methods"
    is_not_prolonged(scene)


def is_not_prolonged(scene):
    def end(**asked):
        answer = scene.project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": scene.login.session_token} | asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["member_session"]["expires_at"]

    left = end()
    assert end(session_duration_minutes=24 * 60) == left


def has_no_second_factor_that_may_be_used(scene):
    totp = factor("totp", "authenticator_app", authenticator_app_factor={"totp_id": "totp-test-00000000-0000-4000-8000-000000000000"})
    scene.add(scene.of_organization, ["mfa_policy"], "REQUIRED_FOR_ALL")
    proven_by(scene.server, scene.login, *scene.server.stored(*scene.of_session), totp)
    is_not_prolonged(scene)


def lets_nobody_join(scene):
    body = {"organization_id": scene.org, "email_address": new_email(scene.domain)}
    check_refusal(scene.project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body), 400, "email_jit_provisioning_not_allowed")


def lets_nobody_be_invited(scene):
    body = {"organization_id": scene.org, "email_address": new_email(scene.domain)}
    answer = scene.project.raw("POST", "/v1/b2b/magic_links/email/invite", body)
    assert answer.status_code == 400 and "invit" in answer.json()["error_type"], answer.text


def nothing_else(_):
    """Nothing here depends on it yet."""


WORDS = {
    "mfa_policy": ("OPTIONAL", needs_a_second_factor),
    "auth_methods": ("ALL_ALLOWED", needs_a_method_that_is_listed),
    "mfa_methods": ("ALL_ALLOWED", has_no_second_factor_that_may_be_used),
    "passkey_policy": ("UNLESS_RESTRICTED", needs_a_second_factor),
    "email_jit_provisioning": ("RESTRICTED", lets_nobody_join),
    "email_invites": ("ALL_ALLOWED", lets_nobody_be_invited),
    "sso_jit_provisioning": ("ALL_ALLOWED", nothing_else),
    "first_party_connected_apps_allowed_type": ("ALL_ALLOWED", nothing_else),
    "third_party_connected_apps_allowed_type": ("ALL_ALLOWED", nothing_else),
}


def check_word(scene, field, value):
    """It stays when something else is changed, and goes when it is."""
    known, is_strict = WORDS[field]
    scene.add(scene.of_organization, [field], value)
    scene.read_everywhere()
    scene.change_everything()
    assert scene.at(scene.of_organization, [field]) == value
    is_strict(scene)
    # Whoever sets it anew means it.
    answer = scene.project.raw("PUT", f"/v1/b2b/organizations/{scene.org}", {field: known})
    assert answer.status_code == 200, answer.text
    assert scene.at(scene.of_organization, [field]) == known


ODD = {"a word": WORD, "an object": {"policy": WORD}, "a number": 7, "null": None}
DECIDING = [field for field, (_, is_strict) in WORDS.items() if is_strict is not nothing_else]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("field", DECIDING)
def test_t68_an_unknown_word_counts_as_the_strictest(scene, field, value):
    scene.add(scene.of_organization, [field], ODD[value])
    scene.read_everywhere()
    WORDS[field][1](scene)


@pytest.mark.parametrize("field", [field for field in WORDS if field not in ("auth_methods", "mfa_methods")])
def test_t68_an_unknown_word_stays(scene, field):
    check_word(scene, field, WORD)


def test_t68_a_method_that_is_not_known_is_none_that_may_be_used(scene):
    scene.project.api.organizations.update(scene.org, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    scene.add(scene.of_organization, ["allowed_auth_methods"], ["carrier_pigeon"])
    scene.read_everywhere()
    needs_a_method_that_is_listed(scene)


def test_t68_methods_beside_one_that_is_not_known_go_on(scene):
    methods = ["carrier_pigeon", "magic_link", {"method": "sso", "connection": "x"}, "password"]
    scene.project.api.organizations.update(scene.org, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    scene.add(scene.of_organization, ["allowed_auth_methods"], methods)
    assert scene.log_in()["member_authenticated"] is True
    scene.change_everything()
    assert scene.at(scene.of_organization, ["allowed_auth_methods"]) == methods
    scene.project.api.organizations.update(scene.org, allowed_auth_methods=["password"])
    assert scene.at(scene.of_organization, ["allowed_auth_methods"]) == ["password"]


@pytest.mark.parametrize("field", ["allowed_mfa_methods", "email_allowed_domains", "rbac_email_implicit_role_assignments", "custom_roles", "sso_active_connections", "claimed_email_domains"])
def test_t68_elements_of_any_list_that_are_not_known_stay(scene, field):
    before = scene.at(scene.of_organization, [field]) or []
    scene.add(scene.of_organization, [field], [*before, NEWS, WORD])
    scene.read_everywhere()
    scene.change_everything()
    assert scene.at(scene.of_organization, [field]) == [*before, NEWS, WORD]


# ---------------------------------------------------------------- words of a member and of a session


def test_t68_a_status_that_is_not_known_lets_nobody_in(scene):
    email, org, raw = scene.member.email_address, scene.org, scene.project.raw
    token = magic_token(scene.project, org, email)
    scene.server.rows(f"UPDATE members SET status = 'suspended', revision = revision + 1 WHERE id = '{scene.member.member_id}'")
    scene.read_everywhere()
    for body in ({"session_token": scene.login.session_token}, {"session_jwt": scene.login.session_jwt}):
        check_refusal(raw("POST", "/v1/b2b/sessions/authenticate", body), 404, "session_not_found")
    check_refusal(raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "X"}, headers={"X-Stytch-Member-Session": scene.login.session_token}), 404, "session_not_found")
    with refused(401, "unable_to_auth_magic_link"):
        scene.project.api.magic_links.authenticate(magic_links_token=token)
    found = intermediate(scene.project, email)
    listed = scene.project.api.discovery.organizations.list(intermediate_session_token=found)
    assert [d.organization.organization_id for d in listed.discovered_organizations if d.membership.type != "eligible_to_join_by_email_domain"] == []
    answer = raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", {"intermediate_session_token": found, "organization_id": org})
    assert 400 <= answer.status_code < 500, answer.text
    # A link asked for now opens nothing either.
    answer = raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email})
    assert answer.status_code < 500, answer.text
    if answer.status_code == 200:
        with refused((401, 404), ("unable_to_auth_magic_link", "member_not_found")):
            scene.project.api.magic_links.authenticate(magic_links_token=token_from(scene.project.mailbox.wait(email)))
    # Nobody takes the place, and it is still said.
    with refused(400, "duplicate_member_email"):
        scene.project.member(org, email)
    scene.project.api.organizations.update(org, organization_name="Changed")
    assert scene.server.rows(f"SELECT status FROM members WHERE id = '{scene.member.member_id}'") == [("suspended",)]


def test_t68_an_address_of_a_kind_that_is_not_known_opens_nothing(scene):
    alias = new_email(scene.domain)
    scene.server.rows(f"INSERT INTO member_emails (organization_id, email_address, member_id, kind) VALUES ('{scene.org}', '{alias}', '{scene.member.member_id}', 'alias')")
    answer = scene.project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": scene.org, "email_address": alias})
    assert answer.status_code < 500, answer.text
    if answer.status_code == 200:
        with refused(401, "unable_to_auth_magic_link"):
            scene.project.api.magic_links.authenticate(magic_links_token=token_from(scene.project.mailbox.wait(alias)))
    body = {"intermediate_session_token": intermediate(scene.project, alias), "organization_id": scene.org}
    answer = scene.project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", body)
    assert 400 <= answer.status_code < 500, answer.text
    with refused(400, "duplicate_member_email"):
        scene.project.member(scene.org, alias)


PASSKEY = factor("passkey", "device", passkey_factor={"passkey_id": "x", "of": NEWS})
UNKNOWN_FACTORS = {
    "of a kind that is not known": PASSKEY,
    "delivered in a way that is not known": factor("password", "telepathy"),
    "of a rank that is not known": factor(*PASSWORD) | {"sequence_order": "TERTIARY"},
    "with two identities": factor("sso", "sso_oidc", oidc_sso_factor={"id": "r", "provider_id": "c", "external_id": "e"}, device_factor=NEWS),
}


@pytest.mark.parametrize("what", UNKNOWN_FACTORS)
def test_t68_a_factor_that_is_not_known_proves_no_address_and_stays(scene, what):
    unknown = UNKNOWN_FACTORS[what]
    other = scene.project.organization().organization_id
    scene.project.member(other, scene.member.email_address)
    proven_by(scene.server, scene.login, unknown)
    scene.read_everywhere()
    answer = scene.project.raw("POST", "/v1/b2b/discovery/organizations", {"session_token": scene.login.session_token})
    assert [d["organization"]["organization_id"] for d in answer.json()["discovered_organizations"]] == [scene.org]
    body = {"session_token": scene.login.session_token, "organization_id": other}
    check_refusal(scene.project.raw("POST", "/v1/b2b/sessions/exchange", body), 400, "member_does_not_exist_in_organization")
    scene.change_everything()
    assert scene.server.stored(*scene.of_session) == [unknown]
    # A login adds to it.
    again = scene.log_in(session_token=scene.login.session_token)
    assert again["member_session"]["member_session_id"] == scene.login.member_session.member_session_id
    stored = scene.server.stored(*scene.of_session)
    assert unknown in stored and [f["type"] for f in stored if f != unknown] == ["magic_link"]


def test_t68_a_factor_that_is_not_known_is_no_login(scene):
    """The session lives, and is not prolonged: nothing in it is a method that may be used here."""
    proven_by(scene.server, scene.login, PASSKEY)
    is_not_prolonged(scene)
    scene.project.api.organizations.update(scene.org, mfa_policy="REQUIRED_FOR_ALL")
    is_not_prolonged(scene)


def test_t68_half_a_login_with_a_factor_that_is_not_known(scene):
    scene.project.api.organizations.update(scene.org, mfa_policy="REQUIRED_FOR_ALL")
    half = login(scene.project, scene.org, scene.member.email_address)
    [(before,)] = scene.server.rows(f"SELECT factors FROM intermediate_sessions WHERE organization_id = '{scene.org}'")
    assert json.loads(before)[0]["type"] == "magic_link"
    scene.server.rows(f"UPDATE intermediate_sessions SET factors = '{json.dumps([PASSKEY])}' WHERE organization_id = '{scene.org}'")
    body = {"intermediate_session_token": half.intermediate_session_token}
    answer = scene.project.raw("POST", "/v1/b2b/discovery/organizations", body)
    assert 400 <= answer.status_code < 500, answer.text
    for organization in (scene.org, scene.project.organization().organization_id):
        answer = scene.project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", body | {"organization_id": organization})
        assert answer.status_code < 500, answer.text
        assert answer.status_code != 200 or answer.json()["member_authenticated"] is False


# ---------------------------------------------------------------- words of a project


def of(project):
    return "projects", "settings", f"id = '{project.project_id}'"


def update(project, *flags):
    project.server.command("project", "update", project.project_id, *flags)


def begins_a_login(project, org, **fields):
    member = project.member(org)
    body = {"organization_id": org, "email_address": member.email_address} | fields
    return project.browser("POST", "/b2b/magic_links/email/login_or_signup", body)


def keeps_tokens_in_cookies(project, org):
    token = magic_token(project, org, project.member(org).email_address)
    answer = project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 5})
    assert (data(answer)["session_token"], data(answer)["session_jwt"]) == ("", "")
    assert "httponly" in answer.headers["set-cookie"].lower()


def lets_no_page_create_organizations(project, _):
    body = {"intermediate_session_token": intermediate(project, new_email()), "session_duration_minutes": 5}
    check_refusal(project.browser("POST", "/b2b/discovery/organizations/create", body), 401, "endpoint_not_authorized_for_sdk")


def requires_pkce(project, org):
    check_refusal(begins_a_login(project, org), 400, "pkce_expected_code_verifier")


def has_short_sessions(project, org):
    token = magic_token(project, org, project.member(org).email_address)
    body = {"magic_links_token": token}
    check_refusal(project.browser("POST", "/b2b/magic_links/authenticate", body | {"session_duration_minutes": 6}), 400, "invalid_session_duration_minutes")
    assert data(project.browser("POST", "/b2b/magic_links/authenticate", body | {"session_duration_minutes": 5}))


def mails_links_alone(project, org):
    email = project.member(org).email_address
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
    assert "Or enter this code" not in project.mailbox.wait(email).text


OF_PROJECTS = {
    "http_only_cookies": ("sometimes", keeps_tokens_in_cookies, ["--http-only-cookies", "false"], False),
    "create_organization_enabled": (WORD, lets_no_page_create_organizations, ["--create-organization-enabled", "true"], True),
    "pkce_required_for_email_magic_links": ("S512", requires_pkce, ["--pkce-required-for-email-magic-links", "false"], False),
    "code_in_magic_link_mails": ("beside", mails_links_alone, ["--code-in-magic-link-mails", "true"], True),
    "max_session_duration_minutes": ("a year", has_short_sessions, ["--max-session-duration-minutes", "600"], 600),
}


@pytest.mark.parametrize("field", OF_PROJECTS)
def test_t68_an_unknown_word_of_a_project_counts_as_the_strictest_and_stays(server, field):
    word, is_strict, flags, known = OF_PROJECTS[field]
    project = server.project()
    settings = server.stored(*of(project))
    # Before anybody has asked for the project, so that nobody remembers how it was.
    server.store(*of(project), settings | {field: word, "passkeys": NEWS})
    org = project.organization().organization_id
    for _ in range(2):
        is_strict(project, org)
        update(project, "--slug-pattern", "https://example.com/{{slug}}")
        assert server.stored(*of(project)) == settings | {field: word, "passkeys": NEWS, "slug_pattern": "https://example.com/{{slug}}"}
    update(project, *flags)
    assert server.stored(*of(project))[field] == known and server.stored(*of(project))["passkeys"] == NEWS


def test_t68_a_flow_that_is_not_known_leads_nowhere(server):
    project = server.project()
    server.rows(f"INSERT INTO redirect_urls (project_id, flow, url, is_default) VALUES ('{project.project_id}', 'pigeon', 'https://elsewhere.example.com/x', true)")
    org = project.organization().organization_id
    assert login(project, org, project.member(org).email_address).member_authenticated is True
    with refused(400, "no_match_for_provided_magic_link_url"):
        magic_token(project, org, project.member(org).email_address, login_redirect_url="https://elsewhere.example.com/x")
    assert project.browser("GET", f"/projects/bootstrap/{project.public_token}").status_code == 200


# ---------------------------------------------------------------- policies

POLICY = {
    "roles": [{"role_id": "writer", "description": "", "permissions": [{"resource_id": "documents", "actions": ["write"]}]}],
    "resources": [{"resource_id": "documents", "description": "", "actions": ["read", "write"]}],
}
IN_POLICIES = {
    "the policy": lambda policy: policy,
    "a role": lambda policy: next(r for r in policy["roles"] if r["role_id"] == "writer"),
    "a permission": lambda policy: next(r for r in policy["roles"] if r["role_id"] == "writer")["permissions"][0],
    "a resource": lambda policy: next(r for r in policy["resources"] if r["resource_id"] == "documents"),
}


@pytest.mark.parametrize("what", IN_POLICIES)
def test_t68_unknown_keys_of_a_policy(server, tmp_path, what):
    project = server.project()
    (tmp_path / "policy.json").write_text(json.dumps(POLICY))
    server.command("rbac", "set", "--project", project.project_id, str(tmp_path / "policy.json"))
    where = f"project_id = '{project.project_id}'"
    for column in ("policy", "given"):
        policy = server.stored("rbac_policies", column, where)
        IN_POLICIES[what](policy)["inherits"] = NEWS
        server.store("rbac_policies", column, where, policy)
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    project.api.organizations.members.update(org, member.member_id, roles=["writer"])

    def check(action):
        body = {"session_token": session.session_token, "authorization_check": {"organization_id": org, "resource_id": "documents", "action": action}}
        return project.raw("POST", "/v1/b2b/sessions/authenticate", body)

    assert check("write").status_code == 200
    check_refusal(check("read"), 403, "session_authorization_error")
    assert project.raw("GET", "/v1/b2b/rbac/policy", params={"project_id": project.project_id}).status_code == 200
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [{"role_id": "reader", "description": "", "permissions": [{"resource_id": "documents", "actions": ["read"]}]}]})
    project.api.organizations.members.update(org, member.member_id, roles=["reader", "writer"])
    assert check("read").status_code == 200
    for column in ("policy", "given"):
        assert IN_POLICIES[what](server.stored("rbac_policies", column, where))["inherits"] == NEWS


# ---------------------------------------------------------------- links and messages


@pytest.mark.parametrize("purpose", ["login", "invite", "email_update", "discovery"])
def test_t68_a_link_for_a_purpose_that_is_not_known_is_none(scene, purpose):
    """Not used up, so that the newer program can take it."""
    project, server, email = scene.project, scene.server, new_email(scene.domain)
    match purpose:
        case "login":
            email = scene.member.email_address
            project.api.magic_links.email.login_or_signup(organization_id=scene.org, email_address=email)
        case "invite":
            project.api.magic_links.email.invite(organization_id=scene.org, email_address=email)
        case "email_update":
            project.api.organizations.members.start_email_update(scene.org, scene.member.member_id, email_address=email)
        case "discovery":
            project.api.magic_links.email.discovery.send(email_address=email)
    mail = project.mailbox.wait(email)
    where = f"email_address = '{email}' AND used_at IS NULL"
    server.rows(f"UPDATE one_time_tokens SET purpose = 'recovery' WHERE {where} AND purpose = '{purpose}'")
    assert server.rows(f"SELECT purpose FROM one_time_tokens WHERE {where}") == [("recovery",)]

    path, field = ("magic_links/authenticate", "magic_links_token") if purpose != "discovery" else ("magic_links/discovery/authenticate", "discovery_magic_links_token")
    body = {field: token_from(mail)}
    check_refusal(project.raw("POST", f"/v1/b2b/{path}", body), 404, "magic_link_not_found")
    check_refusal(project.browser("POST", f"/b2b/{path}", body | ({} if purpose == "discovery" else {"session_duration_minutes": 5})), 404, "magic_link_not_found")
    page = requests.get(mail.link, allow_redirects=False, timeout=30)
    assert 400 <= page.status_code < 500 and REDIRECT_URL not in page.text
    assert server.rows(f"SELECT purpose FROM one_time_tokens WHERE {where}") == [("recovery",)]

    server.rows(f"UPDATE one_time_tokens SET purpose = '{purpose}' WHERE {where}")
    assert query_of(mail.link)["token"] == body[field]
    assert project.raw("POST", f"/v1/b2b/{path}", body).status_code == 200


def test_t68_a_message_of_a_kind_that_is_not_known_waits_for_who_knows_it(start_server):
    server = start_server(clock=True)
    project = server.project()
    org = project.organization().organization_id
    pigeon, mail = project.member(org).email_address, project.member(org).email_address
    server.mailbox.stop()
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=pigeon)
    [(key,)] = server.rows(f"SELECT id FROM outbox WHERE recipient = '{pigeon}'")

    def tried():
        return server.rows(f"SELECT attempts FROM outbox WHERE id = '{key}' AND last_error IS NOT NULL")

    until(tried, what="an attempt to deliver it, after which nobody holds it")
    server.rows(f"UPDATE outbox SET kind = 'pigeon' WHERE id = '{key}'")
    before = server.rows(f"SELECT kind, status, attempts, last_error FROM outbox WHERE id = '{key}'")
    server.mailbox.start()
    server.clock.forward(minutes=5)
    for _ in range(3):
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=mail)
        # What is due is taken in the order of its time: whoever mails this one has looked at the other.
        assert server.mailbox.wait(mail)
    assert server.mailbox.waiting(pigeon) == 0
    assert server.rows(f"SELECT kind, status, attempts, last_error FROM outbox WHERE id = '{key}'") == before
    # Whoever looks into the outbox sees that it is there.
    listed = [json.loads(line) for line in server.command("outbox", "--json").stdout.splitlines()]
    [found] = [message for message in listed if message["id"] == key]
    assert (found["kind"], found["to"], found["status"]) == ("pigeon", pigeon, "waiting")
    assert server.get("/metrics").status_code == 200
    assert not re.search(r"panicked|cannot be read", server.log())
    # And whoever knows the kind delivers it.
    server.rows(f"UPDATE outbox SET kind = 'mail' WHERE id = '{key}'")
    assert server.mailbox.wait(pigeon)
