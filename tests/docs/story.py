"""A day at a made-up app, in which every operation of the API is asked for once: the examples of the reference come from it.

Told with raw requests, so that an example has exactly the fields that teach something.
"""

import pyotp
import requests
from authenticator import Authenticator
from dashboard import InTheirPlace
from connections import Published, certificate, metadata, private_key
from harness import ORIGIN, REDIRECT_URL, code_from, data, query_of, token_from, until
from identity_providers import SamlProvider
from oauth import OauthProvider, of_google
from sso import Browser

BACKEND = "/v1/b2b"
PASSWORD, NEW_PASSWORD, LAST_PASSWORD = "correct horse battery staple", "seven wet socks on a line", "a lamp under the old bridge"
BCRYPT = "$2b$10$abcdefghijklmnopqrstuuKTYzXUMpGTPGCxZOqwRpZ9sGx2hxLcm"


class App:
    """An app with its backend and its pages."""

    def __init__(self, project, gateway):
        self.project, self.gateway = project, gateway
        self.clock = project.server.clock

    def backend(self, method: str, path: str, body: dict | None = None, query: dict | None = None) -> dict:
        more = {"json": body} if body is not None else {}
        answer = self.project.raw(method, path if path.startswith("/v1/") else BACKEND + path, params=query, **more)
        assert answer.status_code == 200, (method, path, answer.text)
        return answer.json()

    def page(self, method: str, path: str, body: dict | None = None, session: str | None = None, query: dict | None = None) -> dict:
        more = {"json": body} if body is not None else {}
        prefix = "" if path.startswith(("/projects", "/events")) else "/b2b"
        answer = self.project.browser(method, prefix + path, session_token=session, params=query, **more)
        assert answer.status_code == 200, (method, path, answer.text)
        return data(answer)

    def directory(self, connection: dict, name: str) -> str:
        """The id of a group that the directory sends."""
        schema = "urn:ietf:params:scim:schemas:core:2.0:Group"
        answer = requests.post(f"{connection['base_url']}/Groups", json={"schemas": [schema], "displayName": name},
                               headers={"authorization": f"Bearer {connection['bearer_token']}"}, timeout=30)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def link(self, email: str) -> str:
        """The token in the next mail that has one; others tell of what has happened."""
        while "token=" not in (mail := self.project.mailbox.wait(email)).text:
            pass
        return token_from(mail)

    def code(self, email: str) -> str:
        return code_from(self.project.mailbox.wait(email))

    def text(self, number: str, count: int) -> str:
        """The code of the last of so many text messages."""
        texts = until(lambda: (found := self.gateway.texts(number)) and len(found) >= count and found, what="a text message")
        return texts[-1].split()[0]

    def login(self, organization_id: str, email: str) -> dict:
        self.backend("POST", "/magic_links/email/login_or_signup", {"organization_id": organization_id, "email_address": email})
        return self.backend("POST", "/magic_links/authenticate", {"magic_links_token": self.link(email)})

    def intermediate(self, email: str) -> str:
        self.backend("POST", "/magic_links/email/discovery/send", {"email_address": email})
        proven = self.backend("POST", "/magic_links/discovery/authenticate", {"discovery_magic_links_token": self.link(email)})
        return proven["intermediate_session_token"]

    def authenticator(self, secret: str) -> str:
        """The next code of an authenticator app."""
        self.clock.forward(seconds=30)
        return pyotp.TOTP(secret).at(int(self.clock.now()))


def tell(app: App, other: App, provider):
    """All of it. `other` is an app whose passwords are of addresses, in all organizations."""
    org = a_tenant(app)
    ada = people(app, org)
    mails(app, org, ada)
    second_factors(app, org)
    passkeys(app, org)
    passwords(app, org)
    passwords_of_addresses(other)
    discovery(app)
    sessions(app, org, ada)
    roles(app, org)
    oauth(app, org, provider)
    connections(app, org, ada, provider)
    around(app, org, ada)
    directory(app, org)
    endings(app)


def a_tenant(app: App) -> str:
    made = app.backend("POST", "/organizations", {
        "organization_name": "Acme", "organization_slug": "acme", "organization_external_id": "customer-1042",
        "email_allowed_domains": ["acme.example"], "email_jit_provisioning": "RESTRICTED", "email_invites": "ALL_ALLOWED",
        "trusted_metadata": {"plan": "pro"},
    })
    org = made["organization"]["organization_id"]
    app.backend("GET", f"/organizations/{org}")
    app.backend("PUT", f"/organizations/{org}", {"organization_name": "Acme Inc.", "mfa_policy": "OPTIONAL"})
    app.backend("POST", "/organizations/search", {"limit": 10, "query": {
        "operator": "AND", "operands": [{"filter_name": "organization_slugs", "filter_value": ["acme"]}]}})
    app.page("POST", "/organizations/search", {"organization_slug": "acme"})
    return org


def people(app: App, org: str) -> dict:
    """Ada, who administers the organization and is logged in, and Grace, who comes and goes."""
    app.backend("POST", f"/organizations/{org}/members", {
        "email_address": "ada@acme.example", "name": "Ada Lovelace", "external_id": "user-7", "roles": ["stytch_admin"],
        "trusted_metadata": {"seat": 1}})
    ada = app.login(org, "ada@acme.example")
    session, ada_id = ada["session_token"], ada["member_id"]
    app.backend("GET", f"/organizations/{org}/member", query={"email_address": "ada@acme.example"})
    app.backend("GET", f"/organizations/members/dangerously_get/{ada_id}")
    app.backend("PUT", f"/organizations/{org}/members/{ada_id}", {"name": "Ada King", "untrusted_metadata": {"theme": "dark"}})
    app.backend("POST", "/organizations/members/search", {"organization_ids": [org], "limit": 10, "query": {
        "operator": "AND", "operands": [{"filter_name": "member_email_fuzzy", "filter_value": "ada"}]}})
    app.backend("GET", f"/organizations/{org}/metrics")
    app.backend("POST", f"/organizations/{org}/explain_login", {"email_address": "ada@acme.example", "auth_method": "magic_link"})
    app.backend("POST", f"/organizations/{org}/dry_run", {"mfa_policy": "REQUIRED_FOR_ALL"})
    app.page("GET", "/organizations/me", session=session)
    app.page("PUT", "/organizations/me", {"organization_name": "Acme"}, session)
    app.page("GET", "/organizations/members/me", session=session)
    app.page("PUT", "/organizations/members/update", {"name": "Ada Lovelace"}, session)
    app.page("POST", "/organizations/me/members/search", {"limit": 10}, session)
    app.page("POST", "/organizations/members/search", {"email_address": "ada@acme.example", "organization_id": org})
    app.backend("POST", f"/organizations/{org}/members/{ada_id}/unlock")

    grace = app.page("POST", "/organizations/members", {"email_address": "grace@acme.example", "name": "Grace Hopper"}, session)
    grace_id = grace["member_id"]
    app.page("PUT", f"/organizations/members/{grace_id}", {"name": "Grace B. Hopper"}, session)
    app.login(org, "grace@acme.example")
    app.page("DELETE", f"/organizations/members/{grace_id}", session=session)
    app.page("PUT", f"/organizations/members/{grace_id}/reactivate", session=session)
    app.backend("DELETE", f"/organizations/{org}/members/{grace_id}")
    app.backend("PUT", f"/organizations/{org}/members/{grace_id}/reactivate")
    app.backend("PUT", f"/organizations/{org}/members/{grace_id}", {"external_id": "user-8"})
    app.backend("DELETE", f"/organizations/{org}/members/{grace_id}/external_id")
    # Three times another address; what was retired is freed each time.
    for number, doors in enumerate(("backend", "page", "self"), 1):
        moved = f"grace{number}@acme.example"
        change(app, org, grace_id, moved, session, doors)
        free(app, org, grace_id, session, doors)
    return ada


def change(app: App, org: str, member: str, email: str, session: str, doors: str):
    """Has a member's address changed, by the member's own click."""
    start = {"email_address": email, "login_redirect_url": REDIRECT_URL}
    if doors == "backend":
        app.backend("POST", f"/organizations/{org}/members/{member}/start_email_update", start)
    elif doors == "page":
        app.page("POST", f"/organizations/members/{member}/start_email_update", start, session)
    else:
        present = app.backend("GET", f"/organizations/{org}/member", query={"member_id": member})["member"]["email_address"]
        own = app.login(org, present)["session_token"]
        app.page("POST", "/organizations/members/start_email_update", start, own)
    app.backend("POST", "/magic_links/authenticate", {"magic_links_token": app.link(email)})


def free(app: App, org: str, member: str, session: str, doors: str):
    found = app.backend("GET", f"/organizations/{org}/member", query={"member_id": member})["member"]
    which = {"email_id": found["retired_email_addresses"][0]["email_id"]}
    if doors == "backend":
        app.backend("POST", f"/organizations/{org}/members/{member}/unlink_retired_email", which)
    elif doors == "page":
        app.page("POST", f"/organizations/members/{member}/unlink_retired_email", which, session)
    else:
        own = app.login(org, found["email_address"])["session_token"]
        app.page("POST", "/organizations/members/unlink_retired_email", which, own)


def mails(app: App, org: str, ada: dict):
    """Links and codes, for members and for people who do not know yet where they belong."""
    email, session = "ada@acme.example", ada["session_token"]
    app.backend("POST", "/magic_links/email/invite", {
        "organization_id": org, "email_address": "linus@acme.example", "name": "Linus Example",
        "invited_by_member_id": ada["member_id"], "invite_redirect_url": REDIRECT_URL})
    app.page("POST", "/magic_links/email/invite", {"email_address": "margaret@acme.example", "invite_redirect_url": REDIRECT_URL}, session)
    app.page("POST", "/magic_links/email/login_or_signup", {
        "organization_id": org, "email_address": email, "login_redirect_url": REDIRECT_URL})
    app.page("POST", "/magic_links/authenticate", {"magic_links_token": app.link(email), "session_duration_minutes": 60})
    app.page("POST", "/magic_links/email/discovery/send", {"email_address": email, "discovery_redirect_url": REDIRECT_URL})
    app.page("POST", "/magic_links/discovery/authenticate", {"discovery_magic_links_token": app.link(email)})

    for ask, prefix in ((app.backend, "/otps/email"), (app.page, "/otps/email")):
        minutes = {} if ask == app.backend else {"session_duration_minutes": 60}
        ask("POST", f"{prefix}/login_or_signup", {"organization_id": org, "email_address": email})
        ask("POST", f"{prefix}/authenticate", {"organization_id": org, "email_address": email, "code": app.code(email)} | minutes)
        ask("POST", f"{prefix}/discovery/send", {"email_address": email})
        ask("POST", f"{prefix}/discovery/authenticate", {"email_address": email, "code": app.code(email)})


def second_factors(app: App, org: str):
    email = "barbara@acme.example"
    made = app.backend("POST", f"/organizations/{org}/members", {"email_address": email, "name": "Barbara Liskov"})
    who = {"organization_id": org, "member_id": made["member_id"]}
    admin = app.login(org, "ada@acme.example")["session_token"]
    number = "+12025550142"

    app.backend("POST", "/otps/sms/send", who | {"mfa_phone_number": number})
    session = app.login(org, email)["session_token"]
    app.backend("POST", "/otps/sms/authenticate", who | {"code": app.text(number, 1), "session_token": session})
    app.page("POST", "/otps/sms/send", who, session)
    app.page("POST", "/otps/sms/authenticate", who | {"code": app.text(number, 2), "session_duration_minutes": 60}, session)
    app.backend("DELETE", f"/organizations/{org}/members/mfa_phone_numbers/{who['member_id']}")
    app.backend("PUT", f"/organizations/{org}/members/{who['member_id']}", {"mfa_phone_number": number})
    app.page("DELETE", f"/organizations/members/mfa_phone_numbers/{who['member_id']}", session=admin)
    app.backend("PUT", f"/organizations/{org}/members/{who['member_id']}", {"mfa_phone_number": number})
    session = app.login(org, email)["session_token"]
    app.page("POST", "/otps/sms/send", who, session)
    app.page("POST", "/otps/sms/authenticate", who | {"code": app.text(number, 3), "session_duration_minutes": 60}, session)
    app.page("DELETE", "/organizations/members/deletePhoneNumber", session=session)

    session = app.login(org, email)["session_token"]
    first = app.backend("POST", "/totp", who | {"expiration_minutes": 60})
    app.backend("POST", "/totp/authenticate", who | {"code": app.authenticator(first["secret"]), "session_token": session})
    codes = app.backend("GET", f"/recovery_codes/{org}/{who['member_id']}")["recovery_codes"]
    app.backend("POST", "/recovery_codes/recover", who | {"recovery_code": codes[0], "session_token": session})
    app.page("POST", "/recovery_codes/recover", who | {"recovery_code": codes[1], "session_duration_minutes": 60}, session)
    app.backend("POST", "/recovery_codes/rotate", who)
    app.page("GET", "/recovery_codes", session=session)
    app.page("POST", "/recovery_codes/rotate", {}, session)
    app.backend("DELETE", f"/organizations/{org}/members/{who['member_id']}/totp")
    second = app.page("POST", "/totp", who, app.login(org, email)["session_token"])
    app.page("POST", "/totp/authenticate", who | {
        "code": app.authenticator(second["secret"]), "session_duration_minutes": 60}, app.login(org, email)["session_token"])
    app.page("DELETE", f"/organizations/members/totp/{who['member_id']}", session=admin)
    secret, session = pyotp.random_base32(32), app.login(org, email)["session_token"]
    app.backend("POST", "/totp/migrate", who | {"secret": secret, "recovery_codes": []})
    app.backend("POST", "/totp/authenticate", who | {"code": app.authenticator(secret), "session_token": session})
    app.page("DELETE", "/organizations/members/deleteTOTP", session=session)


def passkeys(app: App, org: str):
    email = "katherine@acme.example"
    made = app.backend("POST", f"/organizations/{org}/members", {"email_address": email, "name": "Katherine Johnson"})
    who = {"organization_id": org, "member_id": made["member_id"]}
    admin = app.login(org, "ada@acme.example")["session_token"]
    shown = {"session_token": app.login(org, email)["session_token"]}
    laptop, phone = Authenticator(ORIGIN), Authenticator(ORIGIN)
    created, requested = "public_key_credential_creation_options", "public_key_credential_request_options"

    options = app.backend("POST", "/webauthn/register/start", who | shown)[created]
    first = app.backend("POST", "/webauthn/register", who | shown | {"public_key_credential": laptop.create(options), "name": "Laptop"})
    options = app.backend("POST", "/webauthn/authenticate/start", {"organization_id": org})[requested]
    session = app.backend("POST", "/webauthn/authenticate", {"public_key_credential": laptop.get(options)})["session_token"]
    options = app.page("POST", "/webauthn/register/start", who, session)[created]
    app.page("POST", "/webauthn/register", who | {
        "public_key_credential": phone.create(options), "name": "Phone", "session_duration_minutes": 60}, session)
    options = app.page("POST", "/webauthn/authenticate/start", {})[requested]
    session = app.page("POST", "/webauthn/authenticate", {
        "public_key_credential": phone.get(options), "session_duration_minutes": 60})["session_token"]
    own = f"/organizations/{org}/members/{who['member_id']}/webauthn_registrations"
    app.backend("GET", own)
    second = app.page("GET", "/webauthn", session=session)["webauthn_registrations"][1]["webauthn_registration_id"]
    app.backend("PUT", f"{own}/{second}", {"name": "Work phone"})
    app.page("PUT", f"/webauthn/{second}", {"name": "Old phone"}, session)
    app.page("DELETE", f"/webauthn/{second}", session=session)
    app.backend("DELETE", f"{own}/{first['webauthn_registration']['webauthn_registration_id']}")
    shown = {"session_token": app.login(org, email)["session_token"]}
    options = app.backend("POST", "/webauthn/register/start", who | shown)[created]
    last = app.backend("POST", "/webauthn/register", who | shown | {"public_key_credential": laptop.create(options)})
    last = last["webauthn_registration"]["webauthn_registration_id"]
    app.page("DELETE", f"/organizations/members/webauthn_registrations/{who['member_id']}/{last}", session=admin)


def passwords(app: App, org: str):
    email = "ada@acme.example"
    who = {"organization_id": org, "email_address": email}
    app.backend("POST", "/passwords/strength_check", {"password": "acme2026", "email_address": email})
    app.page("POST", "/passwords/strength_check", {"password": "acme2026", "email_address": email})
    app.backend("POST", "/passwords/migrate", {
        "organization_id": org, "email_address": "edsger@acme.example", "name": "Edsger Dijkstra", "hash": BCRYPT, "hash_type": "bcrypt"})
    app.backend("POST", "/passwords/email/reset/start", who | {"reset_password_redirect_url": REDIRECT_URL})
    app.backend("POST", "/passwords/email/reset", {"password_reset_token": app.link(email), "password": PASSWORD})
    session = app.backend("POST", "/passwords/authenticate", who | {"password": PASSWORD})["session_token"]
    app.page("POST", "/passwords/authenticate", who | {"password": PASSWORD, "session_duration_minutes": 60})
    app.backend("POST", "/passwords/existing_password/reset", who | {"existing_password": PASSWORD, "new_password": NEW_PASSWORD})
    app.page("POST", "/passwords/existing_password/reset", who | {
        "existing_password": NEW_PASSWORD, "new_password": PASSWORD, "session_duration_minutes": 60})
    session = app.login(org, email)["session_token"]
    app.backend("POST", "/passwords/session/reset", {"organization_id": org, "password": NEW_PASSWORD, "session_token": session})
    app.page("POST", "/passwords/session/reset", {"password": LAST_PASSWORD}, app.login(org, email)["session_token"])
    app.page("POST", "/passwords/email/reset/start", who | {"reset_password_redirect_url": REDIRECT_URL})
    app.page("POST", "/passwords/email/reset", {
        "password_reset_token": app.link(email), "password": PASSWORD, "session_duration_minutes": 60})
    ada = app.login(org, email)
    app.page("DELETE", f"/organizations/members/passwords/{ada['member']['member_password_id']}", session=ada["session_token"])
    app.backend("POST", "/passwords/email/reset/start", who | {"reset_password_redirect_url": REDIRECT_URL})
    ada = app.backend("POST", "/passwords/email/reset", {"password_reset_token": app.link(email), "password": PASSWORD})
    app.backend("DELETE", f"/organizations/{org}/members/passwords/{ada['member']['member_password_id']}")


def passwords_of_addresses(app: App):
    email = "ada@acme.example"
    org = app.backend("POST", "/organizations", {"organization_name": "Acme", "organization_slug": "acme"})["organization"]["organization_id"]
    app.backend("POST", f"/organizations/{org}/members", {"email_address": email, "name": "Ada Lovelace"})
    app.login(org, email)
    for ask, start, path in ((app.backend, "/passwords/discovery/email/reset/start", "/passwords/discovery/email/reset"),
                             (app.page, "/passwords/discovery/reset/start", "/passwords/discovery/reset")):
        password = PASSWORD if ask == app.backend else NEW_PASSWORD
        ask("POST", start, {"email_address": email, "reset_password_redirect_url": REDIRECT_URL})
        ask("POST", path, {"password_reset_token": app.link(email), "password": password})
        ask("POST", "/passwords/discovery/authenticate", {"email_address": email, "password": password})
    app.backend("POST", "/passwords/email/require_reset", {"email_address": email})


def discovery(app: App):
    email = "ada@acme.example"
    app.backend("POST", "/discovery/organizations", {"intermediate_session_token": app.intermediate(email)})
    app.page("POST", "/discovery/organizations", {"intermediate_session_token": app.intermediate(email)})
    app.backend("POST", "/discovery/organizations/create", {
        "intermediate_session_token": app.intermediate(email), "organization_name": "Analytical Engines",
        "organization_slug": "analytical-engines"})
    app.page("POST", "/discovery/organizations/create", {
        "intermediate_session_token": app.intermediate(email), "organization_name": "Difference Engines",
        "organization_slug": "difference-engines", "session_duration_minutes": 60})
    app.backend("POST", "/discovery/intermediate_sessions/exchange", {
        "intermediate_session_token": app.intermediate(email), "organization_id": "acme"})
    app.page("POST", "/discovery/intermediate_sessions/exchange", {
        "intermediate_session_token": app.intermediate(email), "organization_id": "acme", "session_duration_minutes": 60})


def in_their_place(app: App, org: str, member: dict):
    """An operator acts in a member's place, once by the backend and once on a page."""
    operator = InTheirPlace(app.project, "support@example.com")
    app.backend("POST", "/impersonation/authenticate", {"impersonation_token": operator.token(org, member["member_id"])})
    app.page("POST", "/impersonation/authenticate", {"impersonation_token": operator.token(org, member["member_id"])})


def sessions(app: App, org: str, ada: dict):
    email = "ada@acme.example"
    login = app.login(org, email)
    session = login["session_token"]
    app.backend("GET", "/sessions", query={"organization_id": org, "member_id": ada["member_id"]})
    app.backend("POST", "/sessions/authenticate", {"session_token": session, "session_duration_minutes": 60, "authorization_check": {
        "organization_id": org, "resource_id": "stytch.member", "action": "create"}})
    app.page("POST", "/sessions/authenticate", {"session_duration_minutes": 60}, session)
    app.backend("POST", "/sessions/exchange", {"organization_id": "analytical-engines", "session_token": session})
    app.page("POST", "/sessions/exchange", {"organization_id": "difference-engines", "session_duration_minutes": 60}, session)
    app.backend("GET", f"/sessions/jwks/{app.project.project_id}")
    in_their_place(app, org, ada)
    app.backend("POST", "/sessions/revoke", {"member_session_id": login["member_session"]["member_session_id"]})
    app.page("POST", "/sessions/revoke", session=app.login(org, email)["session_token"])
    other = app.backend("GET", f"/organizations/{org}/member", query={"email_address": "barbara@acme.example"})["member"]
    app.page("POST", f"/sessions/revoke/{other['member_id']}", session=app.login(org, email)["session_token"])


def roles(app: App, org: str):
    app.backend("GET", "/rbac/policy")
    app.backend("PUT", f"/rbac/organizations/{org}", {"org_policy": {"roles": [{
        "role_id": "support", "description": "Looks after members.",
        "permissions": [{"resource_id": "stytch.member", "actions": ["search", "revoke-sessions"]}]}]}})
    app.backend("GET", f"/rbac/organizations/{org}")


def connections(app: App, org: str, ada: dict, provider):
    admin = app.login(org, "ada@acme.example")["session_token"]
    saml = SamlProvider(entity_id="https://idp.acme.example/metadata", sso_url="https://idp.acme.example/sso")
    names = {"display_name": "Acme's Okta", "identity_provider": "okta"}

    made = app.backend("POST", f"/sso/saml/{org}", names)["connection"]
    of_saml = made["connection_id"]
    setting = saml.settings() | {"saml_encryption_private_key": private_key()}
    updated = app.backend("PUT", f"/sso/saml/{org}/connections/{of_saml}", setting)["connection"]
    certificates = [saml.key.certificate, certificate("idp.acme.example")]
    published = Published()
    url = published.put(metadata("https://idp.acme.example/metadata", certificates, saml.sso_url), path="/metadata.xml")
    app.backend("PUT", f"/sso/saml/{org}/connections/{of_saml}/url", {"metadata_url": url})
    app.page("PUT", f"/sso/saml/{of_saml}/url", {"metadata_url": url}, admin)
    published.stop()
    app.page("PUT", f"/sso/saml/{of_saml}", {"display_name": "Okta"}, admin)
    known = app.backend("GET", f"/sso/{org}")["saml_connections"][0]["verification_certificates"]
    extra = [each["certificate_id"] for each in known if saml.key.certificate.split("\n")[3] not in each["certificate"]]
    app.backend("DELETE", f"/sso/saml/{org}/connections/{of_saml}/verification_certificates/{extra[0]}")
    app.page("PUT", f"/sso/saml/{of_saml}", {"x509_certificate": certificate("idp.acme.example")}, admin)
    known = app.page("GET", "/sso", session=admin)["saml_connections"][0]["verification_certificates"]
    extra = [each["certificate_id"] for each in known if saml.key.certificate.split("\n")[3] not in each["certificate"]]
    app.page("DELETE", f"/sso/saml/{of_saml}/verification_certificates/{extra[0]}", session=admin)
    key = updated["encryption_private_keys"][0]["private_key_id"]
    app.backend("DELETE", f"/sso/saml/{org}/connections/{of_saml}/encryption_private_keys/{key}")
    for spelling in ("encryption_private_key", "encryption_private_keys"):
        again = app.backend("PUT", f"/sso/saml/{org}/connections/{of_saml}", {"saml_encryption_private_key": private_key()})["connection"]
        app.page("DELETE", f"/sso/saml/{of_saml}/{spelling}/{again['encryption_private_keys'][0]['private_key_id']}", session=admin)

    minutes = {"session_duration_minutes": 60}
    for ask, more in ((app.backend, {}), (app.page, minutes)):
        ask("POST", "/sso/authenticate", {"sso_token": by_saml(app, saml, of_saml, made["acs_url"])} | more)
    link = app.backend("POST", f"/organizations/{org}/setup_links", {
        "purposes": ["sso", "domains"], "contact_email": "it@acme.example", "expiration_minutes": 10080})
    app.backend("GET", f"/organizations/{org}/setup_links")
    app.backend("PUT", "/branding", {"logo_url": "https://www.example.com/logo.png", "brand_color": "#7a1fa2", "background_color": "#f6effa"})
    app.backend("GET", "/branding")
    app.backend("PUT", f"/organizations/{org}/branding", {"brand_color": "#ffd400"})
    app.backend("GET", f"/organizations/{org}/branding")
    app.page("PUT", "/organizations/me/branding", {"background_color": "#eef6f1"}, admin)
    app.page("GET", "/organizations/me/branding", session=admin)
    app.backend("DELETE", f"/organizations/{org}/setup_links/{link['setup_link']['setup_link_id']}")
    app.backend("GET", f"/sso/{org}/connections/{of_saml}/exchanges")
    app.page("GET", f"/sso/{of_saml}/exchanges", session=admin)
    app.page("GET", "/sso/discovery/connections", query={"email_address": "ada@acme.example"})

    of_oidc = app.backend("POST", f"/sso/oidc/{org}", {"display_name": "Acme's Entra", "identity_provider": "microsoft-entra"})["connection"]
    app.backend("PUT", f"/sso/oidc/{org}/connections/{of_oidc['connection_id']}", provider.settings())
    second = app.page("POST", "/sso/oidc", {"display_name": "Keycloak", "identity_provider": "keycloak"}, admin)["connection"]
    app.page("PUT", f"/sso/oidc/{second['connection_id']}", {"display_name": "Acme's Keycloak"}, admin)

    other = app.backend("GET", "/organizations/analytical-engines")["organization"]["organization_id"]
    stands = {"external_organization_id": org, "external_connection_id": of_saml, "display_name": "Acme's Okta"}
    external = app.backend("POST", f"/sso/external/{other}", stands)["connection"]["connection_id"]
    app.backend("PUT", f"/sso/external/{other}/connections/{external}", {"display_name": "Okta of Acme"})
    third = app.backend("GET", "/organizations/difference-engines")["organization"]["organization_id"]
    of_third = app.login(third, "ada@acme.example")["session_token"]
    outside = app.backend("POST", f"/sso/external/{third}", stands)["connection"]["connection_id"]
    app.page("PUT", f"/sso/external/{outside}", {"display_name": "Okta of Acme"}, of_third)

    app.backend("DELETE", f"/sso/{org}/connections/{of_oidc['connection_id']}")
    app.page("DELETE", f"/sso/{second['connection_id']}", session=admin)
    app.page("POST", "/sso/saml", names, admin)


def oauth(app: App, org: str, provider):
    """Ada has an account at each provider; the same stands in for all."""
    email = "ada@acme.example"
    provider.documents = {
        "/user/emails": [{"email": email, "primary": True, "verified": True}], "/user": {"id": 583231, "name": "Ada Lovelace"},
        "/oauth/2026-03/token/introspect": {
            "active": True, "token_use": "access_token", "client_id": provider.client_id, "user": email, "user_id": 1234567, "hub_id": 4711,
        },
    }
    addresses = {"authorization": "/authorize", "token": "/token", "api": ""}
    elsewhere = [flag for name, path in addresses.items() for flag in (f"--{name}-url", provider.issuer + path)]
    said = of_google(email) | {"xms_edov": True, "https://slack.com/team_id": "T12345678", "name": "Ada Lovelace"}
    provider.given = {"refresh_token": "1//0gdyrsjUdRfIeCgYIARAAGBASNwF"}
    session = app.login(org, email)["session_token"]
    for name in ("google", "microsoft", "github", "slack", "hubspot"):
        at = OauthProvider(app.project, provider, name, *(elsewhere if name in ("github", "hubspot") else []))
        login = app.backend("POST", "/oauth/authenticate", {"oauth_token": at.token(org, "10769150350006150715113082367", **said), "session_token": session})
        assert login["member_authenticated"], login
        app.backend("GET", f"/organizations/{org}/members/{login['member_id']}/oauth_providers/{name}")
    google = OauthProvider(app.project, provider, "google")
    minutes = {"session_duration_minutes": 60}
    app.page("POST", "/oauth/authenticate", {"oauth_token": google.token(org, "10769150350006150715113082367", **said)} | minutes)
    for ask in (app.backend, app.page):
        ask("POST", "/oauth/discovery/authenticate", {"discovery_oauth_token": google.token(None, "10769150350006150715113082367", **said)})
    provider.given = {}
    app.page("GET", "/oauth/google/onetap/start")
    for what, more in (("submit", {"organization_id": org}), ("discovery/submit", {})):
        id_token = provider.credential(email, "10769150350006150715113082367")
        app.page("POST", f"/oauth/google/onetap/{what}", {"id_token": id_token} | more)
    member = app.backend("GET", f"/organizations/{org}/member", query={"email_address": email})["member"]
    one, another, third = (known["member_oauth_registration_id"] for known in member["oauth_registrations"][-3:])
    app.page("DELETE", f"/oauth/registrations/{one}", session=session)
    app.page("DELETE", f"/organizations/members/oauth_registrations/{member['member_id']}/{another}", session=session)
    app.backend("DELETE", f"/organizations/{org}/members/{member['member_id']}/oauth_registrations/{third}")


def directory(app: App, org: str):
    """A customer's directory is connected, by each spelling of the path, and by an administrator's page."""
    admin = app.login(org, "ada@acme.example")["session_token"]
    names = {"display_name": "Acme's Okta", "identity_provider": "okta"}
    for spelling in ("connection", "connections"):
        path = f"/scim/{org}/{spelling}"
        made = app.backend("POST", path, names)["connection"]
        group = app.directory(made, "Engineers")
        one = f"{path}/{made['connection_id']}"
        app.backend("PUT", one, {"scim_group_implicit_role_assignments": [{"role_id": "support", "group_id": group}]})
        app.backend("GET", path)
        app.backend("GET", one, query={"limit": "10"})
        if spelling == "connection":
            app.backend("GET", f"{one}/exchanges")
        for end in ("complete", "cancel"):
            app.backend("POST", f"{one}/rotate/start")
            app.backend("POST", f"{one}/rotate/{end}")
        app.backend("DELETE", one)
    made = app.page("POST", "/scim", names, admin)["connection"]
    group = app.directory(made, "Engineers")
    chosen = {"connection_id": made["connection_id"]}
    given = {"scim_group_implicit_role_assignments": [{"role_id": "support", "group_id": group}]}
    app.page("PUT", f"/scim/{made['connection_id']}", chosen | given, admin)
    app.page("GET", "/scim", session=admin)
    app.page("POST", "/scim/groups", {"limit": 10}, admin)
    app.page("GET", f"/scim/{made['connection_id']}/exchanges", session=admin)
    for end in ("complete", "cancel"):
        app.page("POST", "/scim/rotate/start", chosen, admin)
        app.page("POST", f"/scim/rotate/{end}", chosen, admin)
    app.page("DELETE", f"/scim/{made['connection_id']}", session=admin)


def by_saml(app: App, saml: SamlProvider, connection_id: str, acs_url: str) -> str:
    """Somebody logs in at the provider: the token that the app is given."""
    browser = Browser(app.project.server)
    url = browser.start(app.project, connection_id=connection_id).headers["location"]
    response = saml.response(acs_url=acs_url, name_id="ada@acme.example", request_id=saml.request_in(url).get("ID"),
                             attributes={"firstName": ["Ada"], "lastName": ["Lovelace"]})
    arrived = browser.post(f"/v1/b2b/sso/callback/{connection_id}", SAMLResponse=response, RelayState=query_of(url)["RelayState"])
    return query_of(arrived.headers["location"])["token"]


def around(app: App, org: str, ada: dict):
    app.backend("GET", "/audit/events", query={"organization_id": org, "limit": "3"})
    app.backend("GET", "/v1/debug/whoami")
    app.backend("GET", "/v1/projects/metrics")
    app.page("GET", f"/projects/bootstrap/{app.project.public_token}")
    app.page("GET", "/admin_portal_config", session=app.login(org, "ada@acme.example")["session_token"])
    app.page("POST", "/events", {})


def endings(app: App):
    app.backend("DELETE", "/organizations/acme/external_id")
    admin = app.login("difference-engines", "ada@acme.example")["session_token"]
    app.page("DELETE", "/organizations/me", session=admin)
    app.backend("DELETE", "/organizations/analytical-engines")
