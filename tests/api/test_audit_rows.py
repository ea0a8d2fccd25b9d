"""Nothing changes without an event that tells it: the rows before and after each operation are held against the audit log.

Generated from the list of doors: an operation that is not in one of the tables below fails. `told.py` says of each column of
each table what tells its changes.
"""

import json
import secrets
import time
import uuid
from dataclasses import dataclass, field

import directory
import passkeys
import pyotp
import pytest
import told
from authenticator import Authenticator
from connections import WITH_GROUPS, Published, certificate, metadata, oidc_connection, private_key, saml_connection
from dashboard import InTheirPlace
from doors import Door, catalogue
from harness import (
    ENGINE, ORIGIN, Server, code_from, email_code, intermediate, login, magic_token, new_domain, new_email, token_from, unique, verified_member,
)
from identity_providers import OpenIdProvider
from oauth import OauthProvider, of_google
from sso import Saml


class World:
    """An organization with an administrator and a plain member, both logged in."""

    def __init__(self, server, project):
        self.server, self.project = server, project
        self.domain = new_domain()
        self.organization = project.organization(
            organization_external_id=f"ext-{unique()}", email_allowed_domains=[self.domain], email_jit_provisioning="RESTRICTED",
            email_invites="ALL_ALLOWED", trusted_metadata={"plan": "free", "since": 1},
        )
        self.org = self.organization.organization_id
        self.admin, self.admin_login = verified_member(project, self.org, new_email(self.domain), roles=["stytch_admin"])
        self.email = new_email(self.domain)
        self.member, self.member_login = verified_member(
            project, self.org, self.email, name="Ada", external_id=f"ext-{unique()}", untrusted_metadata={"theme": "dark"})

    def elsewhere(self) -> str:
        """Another organization that the member is in; its id."""
        org = self.project.organization().organization_id
        self.project.member(org, self.email)
        return org

    def carry(self, session_token: str) -> dict:
        """A session elsewhere that is derived from this one."""
        body = {"session_token": session_token, "organization_id": self.elsewhere()}
        answer = self.project.raw("POST", "/v1/b2b/sessions/exchange", body)
        assert answer.json()["member_authenticated"], answer.text
        return answer.json()

    def retire(self):
        """Gives the member another address, and logs them in with it."""
        retired, self.email = self.email, new_email(self.domain)
        self.project.api.organizations.members.update(self.org, self.member.member_id, email_address=self.email)
        self.member_login = login(self.project, self.org, self.email)
        return retired


@dataclass
class Sent:
    """What is sent through the door, beside what stands in its path."""

    body: dict | None = None
    # Whose session comes along; otherwise the administrator's, or the member's own where the door is theirs.
    session_token: str | None = None
    path: dict = field(default_factory=dict)


CASES: dict[str, list] = {}


def changes(*functions: str):
    """A way to change something by these operations."""

    def note(case):
        for function in functions:
            CASES.setdefault(function, []).append(case)
        return case

    return note


# ---------------------------------------------------------------- organizations


@changes("organizations.create")
def new_organization(w):
    return Sent({"organization_name": "New", "organization_external_id": f"ext-{unique()}", "trusted_metadata": {"a": [1]},
                 "email_allowed_domains": [new_domain()], "claimed_email_domains": [new_domain()], "email_invites": "RESTRICTED"})


@changes("organizations.update")
def settings(w):
    domain = new_domain()
    return Sent({
        "organization_name": "B", "organization_slug": f"slug-{unique()}", "organization_external_id": f"ext-{unique()}",
        "organization_logo_url": "https://example.com/logo.png", "trusted_metadata": {"plan": "paid", "new": {"x": 1}},
        "email_allowed_domains": [self_domain := domain, new_domain()], "email_invites": "RESTRICTED", "auth_methods": "RESTRICTED",
        "allowed_auth_methods": ["magic_link"], "passkey_policy": "ALLOWED", "oauth_tenant_jit_provisioning": "RESTRICTED", "allowed_oauth_tenants": {"slack": ["T1"]},
        "rbac_email_implicit_role_assignments": [{"domain": self_domain, "role_id": "stytch_admin"}],
        "first_party_connected_apps_allowed_type": "RESTRICTED", "allowed_first_party_connected_apps": ["app-1"],
    })


@changes("organizations.update")
def claimed_domains(w):
    return Sent({"claimed_email_domains": [w.domain, new_domain()]})


@changes("organizations.delete", "organizations.delete_external_id", "members.delete_external_id")
def nothing_more(w):
    return Sent()


@changes("rbac.set_org_policy")
def roles_of_the_organization(w):
    roles = [{"role_id": "editor", "description": "Edits", "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}]}]
    return Sent({"org_policy": {"roles": roles}})


@changes("rbac.set_org_policy")
def a_role_that_somebody_has_is_gone(w):
    w.project.api.rbac.organizations.set_org_policy(w.org, org_policy=roles_of_the_organization(w).body["org_policy"])
    w.project.api.organizations.members.update(w.org, w.member.member_id, roles=["editor"])
    return Sent({"org_policy": {"roles": []}})


# ---------------------------------------------------------------- members


@changes("members.create")
def new_member(w):
    return Sent({"email_address": new_email(w.domain), "name": "Grace", "roles": ["stytch_admin"], "external_id": f"ext-{unique()}",
                 "mfa_phone_number": "+12025550143", "trusted_metadata": {"a": 1}, "untrusted_metadata": {"b": 2}, "is_breakglass": True})


@changes("members.update")
def facts(w):
    return Sent({"name": "Lovelace", "trusted_metadata": {"a": 1}, "untrusted_metadata": {"theme": None, "size": 2},
                 "mfa_phone_number": "+12025550144", "external_id": f"ext-{unique()}"})


@changes("members.update")
def roles(w):
    return Sent({"roles": ["stytch_admin"], "is_breakglass": True})


@changes("members.update")
def another_address(w):
    w.carry(w.member_login.session_token)
    return Sent({"email_address": new_email(w.domain)})


@changes("members.update")
def another_address_and_not_the_old_one(w):
    return Sent({"email_address": new_email(w.domain), "unlink_email": True})


@changes("members.delete")
def sessions_elsewhere(w):
    w.carry(w.member_login.session_token)
    return Sent()


@changes("members.reactivate")
def deleted(w):
    w.project.api.organizations.members.delete(w.org, w.member.member_id)
    return Sent()


@changes("members.unlink_retired_email")
def retired(w):
    return Sent({"email_address": w.retire()})


@changes("members.start_email_update")
def begin_another_address(w):
    return Sent({"email_address": new_email(w.domain)})


# ---------------------------------------------------------------- setup links


@changes("branding.update_of_project")
@changes("branding.update_of_organization")
def a_brand(w):
    return Sent({"logo_url": "https://example.com/logo.png", "brand_color": "#7a1fa2", "background_color": "#f6effa"})


@changes("setup_links.create")
def a_setup_link(w):
    return Sent({"purposes": ["sso", "members"], "roles": ["stytch_admin"], "contact_email": new_email(), "expiration_minutes": 60})


@changes("setup_links.revoke")
def a_link_that_was_made(w):
    made = w.project.raw("POST", f"/v1/b2b/organizations/{w.org}/setup_links", {"purposes": ["audit"]}).json()
    return Sent(path={"setup_link_id": made["setup_link"]["setup_link_id"]})


# ---------------------------------------------------------------- connections to identity providers


@changes("sso_saml.create_connection", "sso_oidc.create_connection")
def a_connection(w):
    return Sent({"display_name": "Okta", "identity_provider": "okta"})


def of(connection, **fields):
    """A change of a connection."""
    return Sent(fields or None, path={"connection_id": connection.connection_id})


@changes("sso_saml.update_connection")
def what_makes_it_active(w):
    made = saml_connection(w.project, w.org, active=False)
    return of(made, display_name="New", idp_entity_id="https://idp.example", idp_sso_url="https://idp.example/sso", attribute_mapping=WITH_GROUPS,
              x509_certificate=certificate(), saml_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "a"}])


@changes("sso_saml.update_connection")
def keys_and_switches(w):
    made = saml_connection(w.project, w.org)
    return of(made, signing_private_key=private_key(), saml_encryption_private_key=private_key(), allow_sha1=True, clock_skew_seconds=1)


@changes("sso_saml.update_by_url")
def metadata_at_an_address(w):
    url = w.published.put(metadata(certificates=[certificate()], binding="HTTP-POST"))
    return of(saml_connection(w.project, w.org), metadata_url=url)


@changes("sso_saml.update_connection")
def of_what_stands_for_it(w):
    lender = lent(w).external_connection_id
    return Sent({"idp_sso_url": "", "identity_provider": "duo"}, path={"connection_id": lender})


@changes("sso_saml.delete_verification_certificate")
def one_of_two_certificates(w):
    made = saml_connection(w.project, w.org)
    w.project.api.sso.saml.update_connection(w.org, made.connection_id, x509_certificate=certificate())
    return Sent(path={"connection_id": made.connection_id, "certificate_id": made.verification_certificates[0].certificate_id})


@changes("sso_saml.delete_encryption_private_key")
def the_only_key(w):
    made = saml_connection(w.project, w.org, saml_encryption_private_key=private_key())
    return Sent(path={"connection_id": made.connection_id, "private_key_id": made.encryption_private_keys[0].private_key_id})


@changes("sso_oidc.update_connection")
def a_provider(w):
    return of(oidc_connection(w.project, w.org, active=False), issuer=w.published.issuer(), client_id="a", client_secret="b", custom_scopes="email")


@changes("sso_oidc.update_connection")
def another_secret(w):
    return of(oidc_connection(w.project, w.org), client_secret="another")


def lent(w):
    """A connection of the organization for which another organization has one; that one."""
    lender = saml_connection(w.project, w.org)
    elsewhere = w.project.organization().organization_id
    return w.project.api.sso.external.create_connection(elsewhere, w.org, lender.connection_id).connection


@changes("sso_external.create_connection")
def of_another_organization(w):
    elsewhere = w.project.organization().organization_id
    lender = saml_connection(w.project, elsewhere)
    return Sent({"external_organization_id": elsewhere, "external_connection_id": lender.connection_id,
                 "group_implicit_role_assignments": [{"role_id": "stytch_admin", "group": "a"}]})


@changes("sso_external.update_connection")
def roles_of_another_organizations(w):
    elsewhere = w.project.organization().organization_id
    lender = saml_connection(w.project, elsewhere)
    made = w.project.api.sso.external.create_connection(w.org, elsewhere, lender.connection_id).connection
    return of(made, display_name="New", external_connection_implicit_role_assignments=[{"role_id": "stytch_admin"}])


@changes("sso.delete_connection")
def who_may_join_by_it(w):
    made = saml_connection(w.project, w.org)
    allowed = {"sso_jit_provisioning": "RESTRICTED", "sso_jit_provisioning_allowed_connections": [made.connection_id]}
    w.project.api.organizations.update(w.org, **allowed)
    return of(made)


@changes("sso.delete_connection")
def what_stands_for_it(w):
    return Sent(path={"connection_id": lent(w).external_connection_id})


@changes("scim_connection.create")
def a_directory(w):
    return Sent({"display_name": "Okta", "identity_provider": "okta"})


def directory_of(w):
    """A connection of a directory, with a group."""
    made = w.project.api.scim.connection.create(w.org, identity_provider="okta").connection
    return made, directory.group(w.server, made, "Engineers")


@changes("scim_connection.update")
def roles_of_a_group(w):
    made, group = directory_of(w)
    return of(made, display_name="New", identity_provider="microsoft-entra",
              scim_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group_id": group}])


@changes("scim_connection.rotate_start")
def another_token(w):
    made, _ = directory_of(w)
    return of(made, connection_id=made.connection_id)


@changes("scim_connection.rotate_complete", "scim_connection.rotate_cancel")
def the_other_token(w):
    made, _ = directory_of(w)
    w.project.api.scim.connection.rotate_start(w.org, made.connection_id)
    return of(made, connection_id=made.connection_id)


@changes("scim_connection.delete")
def with_members_in_groups(w):
    made, group = directory_of(w)
    directory.put_into(w.server, made, w.member, group)
    w.project.api.scim.connection.update(w.org, made.connection_id, scim_group_implicit_role_assignments=[
        {"role_id": "stytch_admin", "group_id": group}])
    return of(made)


@changes("rbac.set_org_policy")
def a_role_that_a_group_gives_is_gone(w):
    w.project.api.rbac.organizations.set_org_policy(w.org, org_policy=roles_of_the_organization(w).body["org_policy"])
    made, group = directory_of(w)
    w.project.api.scim.connection.update(w.org, made.connection_id, scim_group_implicit_role_assignments=[{"role_id": "editor", "group_id": group}])
    return Sent({"org_policy": {"roles": []}})


@changes("rbac.set_org_policy")
def a_role_that_a_connection_gives_is_gone(w):
    w.project.api.rbac.organizations.set_org_policy(w.org, org_policy=roles_of_the_organization(w).body["org_policy"])
    saml_connection(w.project, w.org, saml_connection_implicit_role_assignments=[{"role_id": "editor"}])
    return Sent({"org_policy": {"roles": []}})


@changes("organizations.delete")
def with_connections(w):
    lent(w)
    return Sent()


# ---------------------------------------------------------------- links


@changes("magic_links.login_or_signup")
def to_a_member(w):
    return Sent({"organization_id": w.org, "email_address": w.email})


@changes("magic_links.login_or_signup")
def to_somebody_who_may_join(w):
    return Sent({"organization_id": w.org, "email_address": new_email(w.domain)})


@changes("email_codes.login_or_signup")
def a_code_to_a_member(w):
    return Sent({"organization_id": w.org, "email_address": w.email})


@changes("email_codes.login_or_signup")
def a_code_to_somebody_who_may_join(w):
    return Sent({"organization_id": w.org, "email_address": new_email(w.domain)})


@changes("email_codes.authenticate")
def log_in_by_code(w):
    return Sent({"organization_id": w.org, "email_address": w.email, "code": email_code(w.project, w.org, w.email)})


@changes("email_codes.authenticate")
def join_by_code(w):
    email = new_email(w.domain)
    return Sent({"organization_id": w.org, "email_address": email, "code": email_code(w.project, w.org, email)})


@changes("email_codes.send_discovery")
def a_code_of_discovery(w):
    return Sent({"email_address": w.email})


@changes("email_codes.authenticate_discovery")
def prove_an_address_by_code(w):
    w.project.api.otps.email.discovery.send(email_address=w.email)
    return Sent({"email_address": w.email, "code": code_from(w.project.mailbox.wait(w.email))})


@changes("magic_links.invite")
def somebody_new(w):
    return Sent({"organization_id": w.org, "email_address": new_email(), "name": "Grace", "roles": ["stytch_admin"]})


@changes("magic_links.invite")
def somebody_again(w):
    email = new_email()
    w.project.api.magic_links.email.invite(organization_id=w.org, email_address=email)
    return Sent({"organization_id": w.org, "email_address": email, "name": "Grace", "roles": ["stytch_admin"]})


@changes("magic_links.authenticate")
def log_in(w):
    return Sent({"magic_links_token": magic_token(w.project, w.org, w.email), "session_custom_claims": {"a": 1}})


@changes("magic_links.authenticate")
def log_in_once_more_than_there_can_be(w):
    session = w.member_login.member_session.member_session_id
    bytes_of = "'\\x{}'" if ENGINE == "postgres" else "x'{}'"
    made = ", ".join(f"('member-session-test-{uuid.uuid4()}', {bytes_of.format(secrets.token_hex(32))})" for _ in range(100))
    same = "organization_id, project_id, member_id, started_at, last_accessed_at, expires_at, factors, custom_claims, generation"
    token_hash = "CAST(v.column2 AS BYTEA)" if ENGINE == "postgres" else "v.column2"
    w.server.rows(f"INSERT INTO sessions (id, token_hash, {same}) SELECT v.column1, {token_hash}, {same}"
                  f" FROM sessions, (VALUES {made}) AS v WHERE id = '{session}'")
    return Sent({"magic_links_token": magic_token(w.project, w.org, w.email)})


@changes("magic_links.authenticate")
def log_in_for_the_first_time(w):
    email = new_email()
    w.project.api.magic_links.email.invite(organization_id=w.org, email_address=email)
    return Sent({"magic_links_token": token_from(w.project.mailbox.wait(email))})


@changes("magic_links.authenticate")
def join_by_domain(w):
    return Sent({"magic_links_token": magic_token(w.project, w.org, new_email(w.domain))})


@changes("magic_links.authenticate")
def go_on(w):
    token = magic_token(w.project, w.org, w.email)
    return Sent({"magic_links_token": token, "session_token": w.member_login.session_token, "session_duration_minutes": 600,
                 "session_custom_claims": {"b": 2}}, session_token=w.member_login.session_token)


@changes("magic_links.authenticate")
def half_a_login(w):
    token = magic_token(w.project, w.org, w.email)
    w.project.api.organizations.update(w.org, mfa_policy="REQUIRED_FOR_ALL")
    return Sent({"magic_links_token": token})


@changes("magic_links.authenticate")
def prove_another_address(w):
    w.carry(w.member_login.session_token)
    email = new_email(w.domain)
    w.project.api.organizations.members.start_email_update(w.org, w.member.member_id, email)
    return Sent({"magic_links_token": token_from(w.project.mailbox.wait(email))})


@changes("magic_links.authenticate")
def prove_another_address_and_keep_the_session(w):
    sent = prove_another_address(w)
    return Sent(sent.body | {"session_token": w.member_login.session_token}, session_token=w.member_login.session_token)


# ---------------------------------------------------------------- second factors


def with_an_app(w, session=None):
    """The member registers an authenticator app, completes it in a session, and goes on from there; the recovery codes."""
    ids = {"organization_id": w.org, "member_id": w.member.member_id}
    made = w.project.api.totps.create(**ids)
    # Of the half minute before, so that the code of this one is still good.
    code = pyotp.TOTP(made.secret).at(int(time.time()) - 30)
    w.project.api.totps.authenticate(**ids, code=code, session_token=w.member_login.session_token)
    return ids, made


@changes("totp.create")
def an_app(w):
    session = w.member_login.session_token
    return Sent({"organization_id": w.org, "member_id": w.member.member_id, "session_token": session}, session_token=session)


@changes("totp.authenticate")
def the_first_code(w):
    ids = {"organization_id": w.org, "member_id": w.member.member_id}
    code = pyotp.TOTP(w.project.api.totps.create(**ids).secret).now()
    return Sent(ids | {"code": code, "session_token": w.member_login.session_token, "set_mfa_enrollment": "enroll"},
                session_token=w.member_login.session_token)


@changes("totp.authenticate")
def another_code(w):
    ids, made = with_an_app(w)
    return Sent(ids | {"code": pyotp.TOTP(made.secret).now(), "session_token": w.member_login.session_token}, session_token=w.member_login.session_token)


@changes("totp.migrate")
def an_app_from_elsewhere(w):
    return Sent({"organization_id": w.org, "member_id": w.member.member_id, "secret": pyotp.random_base32(), "recovery_codes": []})


@changes("recovery_codes.recover")
def a_recovery_code(w):
    ids, made = with_an_app(w)
    return Sent(ids | {"recovery_code": made.recovery_codes[0], "session_token": w.member_login.session_token}, session_token=w.member_login.session_token)


@changes("recovery_codes.rotate", "members.delete_totp")
def who_has_an_app(w):
    ids, _ = with_an_app(w)
    return Sent(ids)


def with_a_passkey(w):
    """The member has a passkey, and a session in which it was proven."""
    ids = {"organization_id": w.org, "member_id": w.member.member_id}
    shown, authenticator = {"session_token": w.member_login.session_token}, Authenticator(ORIGIN)
    options = passkeys.post(w.project, "register/start", ids | shown)["public_key_credential_creation_options"]
    return ids, shown, authenticator, authenticator.create(options)


def shown_by(w):
    token = w.member_login.session_token
    return Sent({"organization_id": w.org, "member_id": w.member.member_id, "session_token": token}, session_token=token)


@changes("webauthn.register")
def a_passkey(w):
    ids, shown, _, made = with_a_passkey(w)
    return Sent(ids | shown | {"public_key_credential": made, "name": "Laptop"}, **shown)


def registered(w):
    ids, shown, authenticator, made = with_a_passkey(w)
    known = passkeys.post(w.project, "register", ids | shown | {"public_key_credential": made})["webauthn_registration"]
    return {"webauthn_registration_id": known["webauthn_registration_id"]}, authenticator


@changes("webauthn.authenticate")
def a_passkey_that_is_used(w):
    _, authenticator = registered(w)
    return Sent({"public_key_credential": authenticator.get(passkeys.request(w.project))})


@changes("webauthn.update")
def a_passkey_that_is_named(w):
    return Sent({"name": "Key on my ring"}, path=registered(w)[0])


@changes("webauthn.delete")
def a_passkey_that_is_removed(w):
    return Sent(path=registered(w)[0])


def code_by_text(w, **fields):
    """Sends the member a code; what names them, and the code."""
    ids = {"organization_id": w.org, "member_id": w.member.member_id}
    w.project.api.otps.sms.send(**ids, **fields)
    texts = [json.loads(line) for line in w.server.command("outbox", "--json").stdout.splitlines() if '"sms"' in line]
    return ids, texts[0]["text"][:6]


@changes("otps.sms.send")
def a_code_by_text(w):
    session = w.member_login.session_token
    return Sent({"organization_id": w.org, "member_id": w.member.member_id, "mfa_phone_number": "+12025550144", "session_token": session},
                session_token=session)


@changes("otps.sms.authenticate")
def the_code_by_text(w):
    ids, code = code_by_text(w, mfa_phone_number="+12025550145")
    return Sent(ids | {"code": code, "session_token": w.member_login.session_token}, session_token=w.member_login.session_token)


@changes("members.delete_mfa_phone_number")
def who_has_a_phone(w):
    ids, code = code_by_text(w, mfa_phone_number="+12025550146")
    w.project.api.otps.sms.authenticate(**ids, code=code, session_token=w.member_login.session_token)
    return Sent(ids)
@changes("members.unlock")
def who_is_locked(w):
    guess = {"organization_id": w.org, "email_address": w.email, "code": "000000"}
    assert {w.project.raw("POST", "/v1/b2b/otps/email/authenticate", guess).status_code for _ in range(10)} == {404}
    return Sent()


# ---------------------------------------------------------------- passwords


def password_of(w) -> str:
    """Has the member set a password, and logs them in again."""
    password = f"violet-harbor-sings-{unique()}"
    w.project.api.passwords.email.reset_start(organization_id=w.org, email_address=w.email)
    token = token_from(w.project.mailbox.wait(w.email))
    w.member = w.project.api.passwords.email.reset(password_reset_token=token, password=password).member
    w.project.mailbox.wait(w.email)
    w.member_login = login(w.project, w.org, w.email)
    return password


def across_organizations(w):
    """The same in a project where passwords are of addresses."""
    project = w.server.project()
    w.server.command("project", "update", project.project_id, "--cross-org-passwords-enabled")
    w.__init__(w.server, project)


def one_elsewhere(w):
    """Another organization that the member has logged in to."""
    login(w.project, w.elsewhere(), w.email)


@changes("passwords.email_reset_start")
def ask_for_a_link(w):
    return Sent({"organization_id": w.org, "email_address": w.email})


@changes("passwords.email_reset_start")
def ask_for_a_link_to_join_with(w):
    return Sent({"organization_id": w.org, "email_address": new_email(w.domain)})


@changes("passwords.email_reset")
def set_a_first_password(w):
    w.carry(w.member_login.session_token)
    w.project.api.passwords.email.reset_start(organization_id=w.org, email_address=w.email)
    return Sent({"password_reset_token": token_from(w.project.mailbox.wait(w.email)), "password": "violet-harbor-sings-tonight"})


@changes("passwords.email_reset")
def set_another_password(w):
    password_of(w)
    return set_a_first_password(w)


@changes("passwords.email_reset")
def set_the_password_of_an_address(w):
    across_organizations(w)
    one_elsewhere(w)
    return set_another_password(w)


@changes("passwords.authenticate")
def log_in_with_a_password(w):
    return Sent({"organization_id": w.org, "email_address": w.email, "password": password_of(w)})


@changes("passwords.authenticate")
def log_in_with_the_password_of_an_address(w):
    across_organizations(w)
    sent = log_in_with_a_password(w)
    org = w.elsewhere()
    login(w.project, org, w.email)
    return Sent(sent.body | {"organization_id": org})


@changes("passwords.session_reset")
def set_a_password_in_a_session(w):
    token = w.member_login.session_token
    return Sent({"password": "violet-harbor-sings-tonight", "session_token": token}, session_token=token)


@changes("passwords.existing_password_reset")
def replace_a_password(w):
    return Sent({"organization_id": w.org, "email_address": w.email, "existing_password": password_of(w),
                 "new_password": "violet-harbor-sings-tonight"})


@changes("members.delete_password")
def its_id(w):
    password_of(w)
    return Sent(path={"member_password_id": w.member.member_password_id})


@changes("passwords.require_reset")
def the_only_member(w):
    across_organizations(w)
    password_of(w)
    return Sent({"email_address": w.email, "organization_id": w.org})


@changes("passwords.require_reset")
def one_of_two_members(w):
    across_organizations(w)
    one_elsewhere(w)
    password_of(w)
    return Sent({"email_address": w.email})


@changes("passwords.discovery_authenticate")
def show_a_password(w):
    across_organizations(w)
    return Sent({"email_address": w.email, "password": password_of(w)})


@changes("passwords.discovery_reset_start")
def ask_for_a_link_for_an_address(w):
    across_organizations(w)
    return Sent({"email_address": w.email})


@changes("passwords.discovery_reset")
def set_the_password_of_an_address_by_discovery(w):
    across_organizations(w)
    one_elsewhere(w)
    password_of(w)
    w.project.api.passwords.discovery.email.reset_start(email_address=w.email)
    return Sent({"password_reset_token": token_from(w.project.mailbox.wait(w.email)), "password": "violet-harbor-sings-tonight"})


MD5 = "5f4dcc3b5aa765d61d8327deb882cf99"


@changes("passwords.migrate")
def take_over_a_member(w):
    return Sent({"organization_id": w.org, "email_address": new_email(), "hash": MD5, "hash_type": "md_5", "name": "Grace",
                 "roles": ["stytch_admin"], "external_id": f"ext-{unique()}", "trusted_metadata": {"a": 1},
                 "mfa_phone_number": f"+1415555{secrets.randbelow(9000) + 1000}", "set_phone_number_verified": True})


@changes("passwords.migrate")
def take_over_a_password(w):
    return Sent({"organization_id": w.org, "email_address": w.email, "hash": MD5, "hash_type": "md_5"})


@changes("passwords.authenticate")
def log_in_with_a_password_that_was_taken_over(w):
    project = w.server.project()
    w.server.command("project", "update", project.project_id, "--check-breach-on-authentication", "false", "--validate-on-authentication", "false")
    w.__init__(w.server, project)
    w.project.api.passwords.migrate(organization_id=w.org, email_address=w.email, hash=MD5, hash_type="md_5")
    return Sent({"organization_id": w.org, "email_address": w.email, "password": "password"})


@changes("members.update", "members.delete", "organizations.delete")
def with_a_password(w):
    password_of(w)
    return Sent({"email_address": new_email(w.domain)})


# ---------------------------------------------------------------- discovery


@changes("magic_links.send_discovery")
def somebodys_address(w):
    return Sent({"email_address": new_email()})


@changes("magic_links.authenticate_discovery")
def prove_an_address(w):
    w.project.api.magic_links.email.discovery.send(email_address=w.email)
    return Sent({"discovery_magic_links_token": token_from(w.project.mailbox.wait(w.email))})


@changes("discovery.create")
def an_organization_of_ones_own(w):
    return Sent({"intermediate_session_token": intermediate(w.project, new_email()), "organization_name": "Mine"})


@changes("discovery.exchange")
def into_the_organization(w):
    return Sent({"intermediate_session_token": intermediate(w.project, w.email), "organization_id": w.org})


@changes("discovery.exchange")
def join_by_discovery(w):
    return Sent({"intermediate_session_token": intermediate(w.project, new_email(w.domain)), "organization_id": w.org})


# ---------------------------------------------------------------- single sign-on


@changes("sso.authenticate")
def somebody_new_by_sso(w):
    said = {"attribute_mapping": {"email": "NameID", "full_name": "name", "groups": "groups", "plan": "plan"}}
    attributes = {"name": ["Ada"], "groups": ["a"], "plan": ["gold"]}
    return Sent({"sso_token": Saml(w.project, org=w.org, **said).token(new_email(), attributes=attributes), "session_duration_minutes": 60})


@changes("sso.authenticate")
def a_member_by_sso(w):
    saml = Saml(w.project, org=w.org)
    saml.login(w.email)
    saml.change_organization(mfa_policy="REQUIRED_FOR_ALL")
    return Sent({"sso_token": saml.token(w.email), "session_duration_minutes": 60})


# ---------------------------------------------------------------- OAuth


def oauth_token(w, org: str | None, email: str, is_proven: bool = True) -> str:
    with OpenIdProvider() as provider:
        said = of_google(email) | {"name": "Ada"} if is_proven else {"email": email}
        return OauthProvider(w.project, provider).token(org, unique(), **said)


@changes("oauth.authenticate")
def somebody_new_by_oauth(w):
    return Sent({"oauth_token": oauth_token(w, w.org, new_email(w.domain)), "session_duration_minutes": 60})


@changes("oauth.authenticate")
def an_account_that_proves_nothing(w):
    return Sent({"oauth_token": oauth_token(w, w.org, w.email, is_proven=False), "session_duration_minutes": 60})


@changes("oauth.authenticate_discovery")
def discover_by_an_account(w):
    return Sent({"discovery_oauth_token": oauth_token(w, None, w.email)})


@changes("members.delete_oauth_registration")
def an_account_that_is_disconnected(w):
    w.project.api.oauth.authenticate(oauth_token(w, w.org, w.email), session_token=w.member_login.session_token)
    known = w.project.api.organizations.members.get(w.org, member_id=w.member.member_id).member.oauth_registrations[-1]
    return Sent(path={"member_oauth_registration_id": known.member_oauth_registration_id})


@changes("impersonation.authenticate")
def an_operator_in_their_place(w):
    return Sent({"impersonation_token": InTheirPlace(w.project).token(w.org, w.member.member_id)})


def by_one_tap(w, **fields):
    """What a page hands in of Google's script."""
    OauthProvider(w.project, w.google)
    return Sent({"id_token": w.google.credential(w.email, unique())} | fields)


# ---------------------------------------------------------------- sessions


@changes("sessions.authenticate")
def claims(w):
    return Sent({"session_token": w.member_login.session_token, "session_custom_claims": {"a": {"b": 1}}})


@changes("sessions.authenticate")
def a_nearer_end(w):
    token = w.member_login.session_token
    w.project.api.sessions.authenticate(session_token=token, session_duration_minutes=600)
    return Sent({"session_token": token, "session_duration_minutes": 5}, session_token=token)


@changes("sessions.exchange")
def another_organization(w):
    token = w.member_login.session_token
    return Sent({"session_token": token, "organization_id": w.elsewhere()}, session_token=token)


@changes("sessions.revoke")
def one_session(w):
    w.carry(w.carry(w.member_login.session_token)["session_token"])
    return Sent({"member_session_id": w.member_login.member_session.member_session_id})


@changes("sessions.revoke")
def by_its_token(w):
    return Sent({"session_token": w.member_login.session_token})


@changes("sessions.revoke")
def all_sessions(w):
    w.carry(w.carry(w.member_login.session_token)["session_token"])
    login(w.project, w.org, w.email)
    return Sent({"member_id": w.member.member_id}, path={"member_id": w.member.member_id})


@changes("sessions.revoke_own")
def ones_own_session(w):
    w.carry(w.member_login.session_token)
    return Sent({}, session_token=w.member_login.session_token)


# ---------------------------------------------------------------- the doors

# What comes through these doors changes nothing, though they do not say so by their method.
READS = {
    "organizations.search": lambda w: Sent({}),
    "organizations.explain_login": lambda w: Sent({"email_address": w.email, "auth_method": "magic_link"}),
    "organizations.dry_run_update": lambda w: Sent({"mfa_policy": "REQUIRED_FOR_ALL"}),
    "organizations.public.get_by_slug.browser": lambda w: Sent({"organization_slug": w.organization.organization_slug}),
    "members.search": lambda w: Sent({"organization_ids": [w.org]}),
    "members.search.browser": lambda w: Sent({}),
    "members.public_search.browser": lambda w: Sent({"organization_id": w.org, "email_address": w.email}),
    "scim_connection.get_groups.browser": lambda w: directory_of(w) and Sent({}),
    "discovery.list": lambda w: Sent({"session_token": w.member_login.session_token}),
    "discovery.list.browser": lambda w: Sent({"intermediate_session_token": intermediate(w.project, w.email)}),
    # That a session is used, and that its end moves away, is no change.
    "sessions.authenticate": lambda w: Sent({"session_token": w.member_login.session_token, "session_duration_minutes": 600}),
    "sessions.authenticate.browser": lambda w: Sent({"session_duration_minutes": 600}, session_token=w.member_login.session_token),
    "passwords.strength_check": lambda w: Sent({"password": "violet-harbor"}),
    "passwords.strength_check.browser": lambda w: Sent({"password": "violet-harbor"}),
    "telemetry.drop.browser": lambda w: Sent({}),
    # Somebody has shown an account, as they do at the provider's own page: the login that its token finishes is told.
    "oauth.one_tap_submit.browser": lambda w: by_one_tap(w, organization_id=w.org),
    "oauth.one_tap_discovery_submit.browser": by_one_tap,
    # A challenge is no row: that it was answered will be.
    **dict.fromkeys(("webauthn.register_start", "webauthn.register_start.browser"), shown_by),
    **dict.fromkeys(("webauthn.authenticate_start", "webauthn.authenticate_start.browser"), lambda w: Sent({"organization_id": w.org})),
}


# The page whose button ends a lock does what members.unlock does: see test_locks.py. What the setup pages do, they do by the
# operations of the API, as test_setup_links.py sees in the audit log. What directories do test_scim_server.py tells.
DOORS = [door for door in catalogue() if door.method != "GET" and door.dialect not in ("page", "scim")]
# Of these, what was shown is kept until the login is finished.
ARRIVING = {"oauth.one_tap_submit.browser", "oauth.one_tap_discovery_submit.browser"}
# Members are refused there: one organization's connections are not another's members'.
REFUSED = {"sso_external.create_connection.browser"}
ALL = [(door, case) for door in DOORS if door.operation not in REFUSED for case in CASES.get(door.function, ())]


def test_every_door_has_a_case():
    assert {door.operation for door in DOORS if door.operation not in READS and door.function not in CASES} == set()
    assert set(CASES) <= {door.function for door in DOORS}
    assert set(READS) <= {door.operation for door in DOORS}


@pytest.fixture(scope="module")
def own_server(postgres):
    """Nobody else changes rows of it meanwhile."""
    server = Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.0/8"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def published():
    published = Published()
    yield published
    published.stop()


@pytest.fixture(scope="module")
def google():
    with OpenIdProvider() as provider:
        yield provider


@pytest.fixture
def world(own_server, own_server_project, published, google):
    world = World(own_server, own_server_project)
    world.published, world.google = published, google
    return world


@pytest.fixture(scope="module")
def own_server_project(own_server):
    return own_server.project()


def knock(w: World, door: Door, sent: Sent):
    """Goes through the door."""
    names = {"organization_id": w.org, "member_id": w.member.member_id} | sent.path
    path = door.path.format(**names)
    body = sent.body
    if door.takes is not None and body is not None:
        body = {name: value for name, value in body.items() if name in door.takes}
    options = {} if body is None else {"json": body}
    if door.dialect == "backend":
        return w.project.raw(door.method, path, **options)
    token = sent.session_token
    if token is None and door.credential != "project":
        token = (w.member_login if door.operation.endswith(".self") else w.admin_login).session_token
    return w.project.browser(door.method, path.removeprefix("/sdk/v1"), session_token=token, **options)


@pytest.mark.parametrize("door, case", ALL, ids=[f"{door.operation}-{case.__name__}" for door, case in ALL])
def test_what_changes_is_told(world, door, case):
    sent = case(world)
    if door.takes is not None and sent.body and not set(sent.body) & set(door.takes):
        pytest.skip("this door takes none of it")
    before = world.server.contents()
    answer = knock(world, door, sent)
    after = world.server.contents()
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:500]}"
    body = answer.json().get("data", answer.json())
    written = told.events(before, after)
    assert written and {event["request_id"] for event in written} == {body["request_id"]}
    told.check_all(before, after, written, secrets_of(body))


def secrets_of(body: dict) -> list[str]:
    names = ("session_token", "session_jwt", "intermediate_session_token", "bearer_token", "next_bearer_token")
    return [each[name] for each in (body, body.get("connection") or {}) for name in names if each.get(name)]


@pytest.mark.parametrize("door", [door for door in DOORS if door.operation in READS], ids=lambda door: door.operation)
def test_what_only_reads_changes_nothing(world, door):
    sent = READS[door.operation](world)
    before = world.server.contents()
    answer = knock(world, door, sent)
    assert answer.status_code == 200, answer.text
    after = world.server.contents()
    assert told.events(before, after) == []
    for table, old, new in told.changed(before, after):
        differs = {column for column in new or old if (old or {}).get(column) != (new or {}).get(column)}
        if table == "oauth_arrivals" and door.operation in ARRIVING:
            continue
        assert table == "outbox" or (table == "sessions" and differs <= {"last_accessed_at", "expires_at", "expires_in_hour"}), (table, old, new)
