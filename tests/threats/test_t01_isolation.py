"""T-01: whoever holds credentials of B gets the same answer for an id of A as for an id that nobody has.

Generated from the API description: an operation that is not in the table below fails.
"""

import json
import re
import subprocess
from dataclasses import dataclass, field

import passkeys
import pytest
from authenticator import Authenticator
from connections import certificate, oidc_connection, private_key, saml_connection
from harness import BIN, ORIGIN, discovery_token, email_code, intermediate, magic_token, new_email, token_from, unique, verified_member
from scenes import (
    DISCOVERY, IMPERSONATION, INTERMEDIATE, MAGIC_LINK, MEMBER_HEADER, PASSWORD_RESET, SESSION, SSO, Tenant, made_up, made_up_token, unchanged, verdict,
)
from sso import Saml

DESCRIPTION = json.loads(subprocess.run([BIN, "openapi"], capture_output=True, check=True, text=True, timeout=60).stdout)
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
    if method in ("get", "post", "put", "delete", "patch")
}


@dataclass
class Attack:
    """`{placeholders}` are filled with names of A's things, then with made-up ones of the same form."""

    bodies: list = field(default_factory=lambda: [None])
    queries: list = field(default_factory=lambda: [None])
    # The organization part of the path may also be B's own, with somebody of A behind it.
    mixed: bool = False
    # Knocking at the door of another organization is what the operation is for, so only foreign projects count.
    entry: bool = False
    # The body names nothing of A when the request comes through a browser session; B's own things change.
    spends: bool = False


PASSWORD, MD5 = "violet-harbor-sings-tonight", "d41d8cd98f00b204e9800998ecf8427e"
SMUGGLED = {"organization_id": "{org}", "organization_ids": ["{org}"], "member_id": "{member}"}
NO_IDS = "it takes no identifier of an object"
PUBLIC = "its identifier is public, and so is the answer"
ID_TOKEN = "its only name of anything is a token that Google has made for one app, and test_one_tap.py hands in those of another"
OAUTH_TOKEN = "its only name of anything is a token of a provider's login, which test_t21_oauth.py takes to another project"

NAME = {"organization_name": "Taken over"}
EMAIL = {"email_address": "{fresh}"}
CODE = {"organization_id": "{org}", "email_address": "{email}", "code": "{code}"}
SEARCH = [{"organization_ids": ["{org}"]}, {"organization_ids": ["{slug}"]}, {"organization_ids": ["{own}", "{org}"]},
          {"organization_ids": ["{own}"], "query": {"operator": "OR", "operands": [{"filter_name": "member_ids", "filter_value": ["{member}"]}]}}]

# A second factor of a member, with what there is to go on with.
MEMBER = {"organization_id": "{org}", "member_id": "{member}"}
SECOND = [MEMBER | {"session_token": "{session}"}, MEMBER | {"session_token": "{own_session}"}, MEMBER | {"session_jwt": "{jwt}"},
          MEMBER | {"intermediate_session_token": "{intermediate}"}, MEMBER | {"intermediate_session_token": "{own_intermediate}"}]
SECOND_OF_PAGES = [MEMBER, MEMBER | {"intermediate_session_token": "{intermediate}"}, MEMBER | {"intermediate_session_token": "{own_intermediate}"}]

# Passkeys that were never made: test_t41_passkeys.py shows real ones elsewhere than where they belong.
MADE = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}
USED = MADE | {"response": {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA"}}

TABLE = {
    "organizations.create": NO_IDS,
    "organizations.search": Attack([{"query": {"operator": "OR", "operands": [
        {"filter_name": "organization_ids", "filter_value": ["{org}"]}, {"filter_name": "organization_slugs", "filter_value": ["{slug}"]},
        {"filter_name": "member_emails", "filter_value": ["{email}"]}]}}]),
    "organizations.get": Attack(),
    "organizations.update": Attack([NAME, {"trusted_metadata": {"a": 1}}, {"mfa_policy": "REQUIRED_FOR_ALL"}]),
    "organizations.explain_login": Attack([{"email_address": "{email}", "auth_method": "magic_link"}, {"email_address": "{email}", "auth_method": "password"}]),
    "organizations.dry_run_update": Attack([NAME, {"mfa_policy": "REQUIRED_FOR_ALL"}]),
    "organizations.delete": Attack(),
    "organizations.metrics": Attack(),
    "organizations.delete_external_id": Attack(),
    "organizations.get_own.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "organizations.update.browser": Attack([NAME | SMUGGLED], queries=[{"organization_id": "{org}"}]),
    "organizations.delete.browser": Attack([SMUGGLED], queries=[{"organization_id": "{org}"}], spends=True),
    "organizations.public.get_by_slug.browser": Attack([{"organization_slug": "{slug}"}, {"organization_slug": "{org}"}, {"organization_slug": "{ext}"}], entry=True),
    "members.create": Attack([EMAIL]),
    "members.create.browser": Attack([EMAIL | SMUGGLED]),
    "members.get": Attack(queries=[{"member_id": "{member}"}, {"member_id": "{member_ext}"}, {"email_address": "{email}"}], mixed=True),
    "members.get_self.self": Attack(queries=[SMUGGLED]),
    "members.dangerously_get": Attack(queries=[None, {"include_deleted": "true"}]),
    "members.update": Attack([{"name": "Taken over"}, {"roles": ["stytch_admin"]}, EMAIL], mixed=True),
    "members.update.browser": Attack([{"name": "Taken over"} | SMUGGLED, EMAIL]),
    "members.update.self": Attack([{"name": "Renamed"} | SMUGGLED], queries=[{"member_id": "{member}"}]),
    "members.delete": Attack(mixed=True),
    "members.delete.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "members.reactivate": Attack(mixed=True),
    "members.reactivate.browser": Attack([SMUGGLED]),
    "members.search": Attack(SEARCH),
    "members.search.browser": Attack([*SEARCH, SMUGGLED]),
    "members.public_search.browser": Attack([{"email_address": "{email}", "organization_id": "{org}"}], entry=True),
    "members.delete_external_id": Attack(mixed=True),
    "members.unlock": Attack(mixed=True),
    "members.unlink_retired_email": Attack([{"email_id": "{email_id}"}, {"email_address": "{email}"}], mixed=True),
    "members.unlink_retired_email.browser": Attack([{"email_id": "{email_id}"} | SMUGGLED, {"email_address": "{email}"}]),
    "members.unlink_retired_email.self": Attack([{"email_id": "{email_id}"} | SMUGGLED]),
    "members.delete_mfa_phone_number": Attack(mixed=True),
    "members.delete_mfa_phone_number.browser": Attack(),
    "members.delete_mfa_phone_number.self": Attack(queries=[SMUGGLED]),
    "members.delete_totp": Attack(mixed=True),
    "members.delete_totp.browser": Attack(),
    "members.delete_totp.self": Attack(queries=[SMUGGLED]),
    "otps.sms.send": Attack([body | {"mfa_phone_number": "+14155550123"} for body in SECOND], entry=True),
    "otps.sms.send.browser": Attack([body | {"mfa_phone_number": "+14155550123"} for body in SECOND_OF_PAGES], entry=True),
    "otps.sms.authenticate": Attack([body | {"code": "123456"} for body in SECOND], entry=True),
    "otps.sms.authenticate.browser": Attack([body | {"code": "123456"} for body in SECOND_OF_PAGES], entry=True),
    "totp.create": Attack(SECOND, entry=True),
    "totp.create.browser": Attack(SECOND_OF_PAGES, entry=True),
    "totp.authenticate": Attack([body | {"code": "123456"} for body in SECOND], entry=True),
    "totp.authenticate.browser": Attack([body | {"code": "123456"} for body in SECOND_OF_PAGES], entry=True),
    "totp.migrate": Attack([MEMBER | {"secret": "GEZDGNBVGY3TQOJQ", "recovery_codes": []}], entry=True),
    "webauthn.register_start": Attack(SECOND, entry=True),
    "webauthn.register_start.browser": Attack(SECOND_OF_PAGES, entry=True),
    "webauthn.register": Attack([body | {"public_key_credential": MADE} for body in SECOND], entry=True),
    "webauthn.register.browser": Attack([body | {"public_key_credential": MADE} for body in SECOND_OF_PAGES], entry=True),
    "webauthn.authenticate_start": Attack(SECOND, entry=True),
    "webauthn.authenticate_start.browser": Attack(SECOND_OF_PAGES, entry=True),
    "webauthn.authenticate": Attack([{"public_key_credential": USED}, {"public_key_credential": USED, "session_token": "{session}"}], entry=True),
    "webauthn.authenticate.browser": Attack([{"public_key_credential": USED}], entry=True),
    "webauthn.list": Attack(mixed=True),
    "webauthn.list.self": Attack(queries=[SMUGGLED]),
    "webauthn.update": Attack([{"name": "Taken over"}], mixed=True),
    "webauthn.update.self": Attack([{"name": "Taken over"} | SMUGGLED]),
    "webauthn.delete": Attack(mixed=True),
    "webauthn.delete.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "webauthn.delete.self": Attack(queries=[SMUGGLED]),
    "members.delete_oauth_registration": Attack(mixed=True),
    "members.delete_oauth_registration.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "members.delete_oauth_registration.self": Attack(queries=[SMUGGLED]),
    "recovery_codes.recover": Attack([body | {"recovery_code": "aaaa-bbbb-cccc"} for body in SECOND], entry=True),
    "recovery_codes.recover.browser": Attack([body | {"recovery_code": "aaaa-bbbb-cccc"} for body in SECOND_OF_PAGES], entry=True),
    "recovery_codes.get": Attack(mixed=True),
    "recovery_codes.get.self": Attack(queries=[SMUGGLED]),
    "recovery_codes.rotate": Attack([MEMBER]),
    "recovery_codes.rotate.self": Attack([SMUGGLED]),
    "members.start_email_update": Attack([EMAIL], mixed=True),
    "members.start_email_update.browser": Attack([EMAIL | SMUGGLED]),
    "members.start_email_update.self": Attack([EMAIL | SMUGGLED]),
    "magic_links.login_or_signup": Attack([{"organization_id": o, "email_address": "{email}"} for o in ("{org}", "{slug}", "{ext}")], entry=True),
    "magic_links.login_or_signup.browser": Attack([{"organization_id": o, "email_address": "{email}"} for o in ("{org}", "{slug}", "{ext}")], entry=True),
    "magic_links.invite": Attack([EMAIL | {"organization_id": "{org}"}, EMAIL | {"organization_id": "{own}", "invited_by_member_id": "{member}"}]),
    "magic_links.invite.browser": Attack([EMAIL | SMUGGLED, EMAIL | {"invited_by_member_id": "{member}"}]),
    "magic_links.authenticate": Attack([{"magic_links_token": "{link}"}, {"magic_links_token": "{link}", "session_token": "{session}"}], entry=True),
    "magic_links.authenticate.browser": Attack([{"magic_links_token": "{link}", "session_duration_minutes": 60}], entry=True),
    "magic_links.send_discovery": NO_IDS,
    "magic_links.send_discovery.browser": NO_IDS,
    "magic_links.authenticate_discovery": Attack([{"discovery_magic_links_token": "{discovery}"}], entry=True),
    "magic_links.authenticate_discovery.browser": Attack([{"discovery_magic_links_token": "{discovery}"}], entry=True),
    "passwords.authenticate": Attack([{"organization_id": o, "email_address": "{email}", "password": "x"} for o in ("{org}", "{slug}", "{ext}")], entry=True),
    "passwords.authenticate.browser": Attack([{"organization_id": "{org}", "email_address": "{email}", "password": "x"}], entry=True),
    "passwords.email_reset_start": Attack([{"organization_id": o, "email_address": "{email}"} for o in ("{org}", "{slug}", "{ext}")], entry=True),
    "passwords.email_reset_start.browser": Attack([{"organization_id": "{org}", "email_address": "{email}"}], entry=True),
    "passwords.email_reset": Attack([{"password_reset_token": "{reset}", "password": PASSWORD}], entry=True),
    "passwords.email_reset.browser": Attack([{"password_reset_token": "{reset}", "password": PASSWORD}], entry=True),
    "passwords.session_reset": Attack([{"organization_id": "{org}", "password": PASSWORD, "session_token": "{own_session}"},
        {"password": PASSWORD, "session_token": "{session}"}, {"password": PASSWORD, "session_jwt": "{jwt}"}], entry=True),
    "passwords.session_reset.browser": Attack([{"password": ""}], entry=True),
    "passwords.existing_password_reset": Attack([{"organization_id": "{org}", "email_address": "{email}", "existing_password": PASSWORD, "new_password": "x"}], entry=True),
    "passwords.existing_password_reset.browser": Attack([{"organization_id": "{org}", "email_address": "{email}", "existing_password": PASSWORD, "new_password": "x"}], entry=True),
    "passwords.require_reset": Attack([{"email_address": "{email}", "organization_id": "{org}"}]),
    "passwords.strength_check": NO_IDS,
    "passwords.strength_check.browser": NO_IDS,
    "passwords.migrate": Attack([{"organization_id": o, "email_address": "{email}", "hash": MD5, "hash_type": "md_5"} for o in ("{org}", "{slug}", "{ext}")]),
    "passwords.discovery_authenticate": Attack([{"email_address": "{email}", "password": PASSWORD}], entry=True),
    "passwords.discovery_authenticate.browser": Attack([{"email_address": "{email}", "password": PASSWORD}], entry=True),
    "passwords.discovery_reset_start": Attack([{"email_address": "{email}"}], entry=True),
    "passwords.discovery_reset_start.browser": Attack([{"email_address": "{email}"}], entry=True),
    "passwords.discovery_reset": Attack([{"password_reset_token": "{reset}", "password": PASSWORD}], entry=True),
    "passwords.discovery_reset.browser": Attack([{"password_reset_token": "{reset}", "password": PASSWORD}], entry=True),
    "members.delete_password": Attack(mixed=True),
    "members.delete_password.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "email_codes.login_or_signup": Attack([{"organization_id": o, "email_address": "{email}"} for o in ("{org}", "{slug}", "{ext}")], entry=True),
    "email_codes.login_or_signup.browser": Attack([{"organization_id": o, "email_address": "{email}"} for o in ("{org}", "{slug}", "{ext}")], entry=True),
    "email_codes.authenticate": Attack([CODE, CODE | {"session_token": "{session}"}, CODE | {"organization_id": "{own}"}], entry=True),
    "email_codes.authenticate.browser": Attack([CODE | {"session_duration_minutes": 60}], entry=True),
    "email_codes.send_discovery": NO_IDS,
    "email_codes.send_discovery.browser": NO_IDS,
    "email_codes.authenticate_discovery": Attack([{"email_address": "{email}", "code": "{code}"}], entry=True),
    "email_codes.authenticate_discovery.browser": Attack([{"email_address": "{email}", "code": "{code}"}], entry=True),
    "discovery.list": Attack([{"intermediate_session_token": "{intermediate}"}, {"session_token": "{session}"}, {"session_jwt": "{jwt}"}], entry=True),
    "discovery.list.browser": Attack([{"intermediate_session_token": "{intermediate}"}, {"session_token": "{session}"}], entry=True),
    "discovery.create": Attack([{"intermediate_session_token": "{intermediate}"}], entry=True),
    "discovery.create.browser": Attack([{"intermediate_session_token": "{intermediate}"}], entry=True),
    "discovery.exchange": Attack([{"intermediate_session_token": "{intermediate}", "organization_id": "{own}"}, {"intermediate_session_token": "{own_intermediate}", "organization_id": "{org}"}], entry=True),
    "discovery.exchange.browser": Attack([{"intermediate_session_token": "{own_intermediate}", "organization_id": "{slug}"}], entry=True),
    "sso.authenticate": Attack([{"sso_token": "{sso}"}, {"sso_token": "{sso}", "session_token": "{session}"}], entry=True),
    "sso.authenticate.browser": Attack([{"sso_token": "{sso}", "session_duration_minutes": 60}], entry=True),
    "impersonation.authenticate": Attack([{"impersonation_token": "{impersonation}"}], entry=True),
    "impersonation.authenticate.browser": Attack([{"impersonation_token": "{impersonation}"}], entry=True),
    "oauth.authenticate": OAUTH_TOKEN,
    "oauth.authenticate.browser": OAUTH_TOKEN,
    "oauth.authenticate_discovery": OAUTH_TOKEN,
    "oauth.authenticate_discovery.browser": OAUTH_TOKEN,
    "oauth.google_tokens": Attack(mixed=True),
    "oauth.microsoft_tokens": Attack(mixed=True),
    "oauth.github_tokens": Attack(mixed=True),
    "oauth.slack_tokens": Attack(mixed=True),
    "oauth.hubspot_tokens": Attack(mixed=True),
    "oauth.one_tap_start.browser": NO_IDS,
    "oauth.one_tap_submit.browser": Attack([{"organization_id": o, "id_token": "x"} for o in ("{org}", "{slug}", "{ext}")], entry=True),
    "oauth.one_tap_discovery_submit.browser": ID_TOKEN,
    "sso.exchanges": Attack(),
    "sso.exchanges.browser": Attack(),
    "sso.discover_connections.browser": NO_IDS,
    "sso.get_connections": Attack(),
    "sso.get_connections.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "sso.delete_connection": Attack(mixed=True),
    "sso.delete_connection.browser": Attack([None, SMUGGLED]),
    "sso_saml.create_connection": Attack([{"display_name": "Taken over"}]),
    "sso_saml.create_connection.browser": Attack([SMUGGLED]),
    "sso_saml.update_connection": Attack([{"display_name": "Taken over"}, {"idp_entity_id": "https://evil.example"}], mixed=True),
    "sso_saml.update_connection.browser": Attack([{"display_name": "Taken over"}, {"connection_id": "{saml}", "idp_entity_id": "evil"}, SMUGGLED]),
    "sso_saml.update_by_url": Attack([{"metadata_url": "https://evil.example"}], mixed=True),
    "sso_saml.update_by_url.browser": Attack([{"metadata_url": "https://evil.example"}, {"connection_id": "{saml}", "metadata_url": "https://evil.example"}]),
    "sso_saml.delete_verification_certificate": Attack(mixed=True),
    "sso_saml.delete_verification_certificate.browser": Attack([None, SMUGGLED]),
    "sso_saml.delete_encryption_private_key": Attack(mixed=True),
    "sso_saml.delete_encryption_private_key.browser": Attack([None, SMUGGLED]),
    "sso_saml.delete_encryption_private_key.browser.2": Attack([None, SMUGGLED]),
    "sso_oidc.create_connection": Attack([{"display_name": "Taken over"}]),
    "sso_oidc.create_connection.browser": Attack([SMUGGLED]),
    "sso_oidc.update_connection": Attack([{"display_name": "Taken over"}, {"issuer": "https://evil.example"}], mixed=True),
    "sso_oidc.update_connection.browser": Attack([{"display_name": "Taken over"}, {"connection_id": "{oidc}", "issuer": "https://evil.example"}, SMUGGLED]),
    # Within a project the backend may, and members may not (test_sso_connections.py).
    "sso_external.create_connection": Attack(
        [{"external_organization_id": o, "external_connection_id": c} for o in ("{org}", "{slug}", "{ext}") for c in ("{saml}", "{oidc}")], mixed=True),
    "sso_external.create_connection.browser": Attack(
        [{"external_organization_id": o, "external_connection_id": c} for o in ("{org}", "{slug}", "{ext}") for c in ("{saml}", "{oidc}")]),
    "sso_external.update_connection": Attack([{"display_name": "Taken over"}], mixed=True),
    "sso_external.update_connection.browser": Attack([{"display_name": "Taken over"}, {"connection_id": "{external}", "display_name": "Taken over"}, SMUGGLED]),
    **{f"scim_connection.{name}{way}": attack for way in ("", ".2") for name, attack in {
        "create": Attack([{"display_name": "Taken over"}]),
        "get": Attack(),
        "get_groups": Attack(mixed=True),
        "update": Attack([{"display_name": "Taken over"}, {"scim_group_implicit_role_assignments": []}], mixed=True),
        "delete": Attack(mixed=True),
        **{f"rotate_{what}": Attack([None, {"connection_id": "{scim}"}], mixed=True) for what in ("start", "complete", "cancel")},
    }.items()},
    "scim_connection.exchanges": Attack(),
    "scim_connection.exchanges.browser": Attack(),
    "scim_connection.create.browser": Attack([SMUGGLED]),
    "scim_connection.get.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "scim_connection.get_groups.browser": Attack([SMUGGLED, {"connection_id": "{scim}"}]),
    "scim_connection.update.browser": Attack([{"display_name": "Taken over"}, {"connection_id": "{scim}", "display_name": "Taken over"}, SMUGGLED]),
    "scim_connection.delete.browser": Attack([None, SMUGGLED]),
    **{f"scim_connection.rotate_{what}.browser": Attack([{"connection_id": "{scim}"}, {"connection_id": "{scim}"} | SMUGGLED])
       for what in ("start", "complete", "cancel")},
    "branding.get_of_project": NO_IDS,
    "branding.update_of_project": NO_IDS,
    "branding.get_of_organization": Attack(),
    "branding.get_of_organization.browser": Attack(queries=[{"organization_id": "{org}"}]),
    "branding.update_of_organization": Attack([{"brand_color": "#fd0"}]),
    "branding.update_of_organization.browser": Attack([{"brand_color": "#fd0"} | SMUGGLED], queries=[{"organization_id": "{org}"}]),
    "setup_links.create": Attack([{"purposes": ["sso"]}, {"purposes": ["members"], "roles": ["stytch_admin"]}]),
    "setup_links.list": Attack(),
    "setup_links.revoke": Attack(mixed=True),
    "sessions.get": Attack(queries=[{"organization_id": "{org}", "member_id": "{member}"}, {"organization_id": "{own}", "member_id": "{member}"}, {"organization_id": "{own}", "member_id": "{member_ext}"}]),
    "sessions.authenticate": Attack([{"session_token": "{session}"}, {"session_jwt": "{jwt}"},
        {"session_token": "{own_session}", "authorization_check": {"organization_id": "{org}", "resource_id": "stytch.member", "action": "search"}}], entry=True),
    "sessions.authenticate.browser": Attack([{"session_token": "{session}"}, {"session_jwt": "{jwt}"}], entry=True),
    "sessions.revoke": Attack([{"member_session_id": "{session_id}"}, {"member_id": "{member}"}, {"session_token": "{session}"}, {"session_jwt": "{jwt}"}]),
    "sessions.revoke.browser": Attack([None, SMUGGLED]),
    "sessions.revoke_own.browser": Attack([SMUGGLED | {"member_session_id": "{session_id}"}], spends=True),
    "sessions.exchange": Attack([{"organization_id": "{org}", "session_token": "{own_session}"}, {"organization_id": "{own}", "session_token": "{session}"}], entry=True),
    "sessions.exchange.browser": Attack([{"organization_id": "{org}", "session_duration_minutes": 60}], entry=True),
    "sessions.get_jwks": PUBLIC,
    "rbac.policy": NO_IDS,
    "rbac.get_org_policy": Attack(),
    "rbac.set_org_policy": Attack([{"org_policy": {"roles": [{"role_id": "evil", "description": "", "permissions": []}]}}]),
    "audit.list": Attack(queries=[{"organization_id": "{org}"}, {"organization_id": "{slug}"}]),
    "projects.whoami": NO_IDS,
    "projects.metrics": NO_IDS,
    "projects.bootstrap.browser": PUBLIC,
    "admin_portal.config.browser": NO_IDS,
    "telemetry.drop.browser": PUBLIC,
}

# Names of what stands in paths.
PATH = {"organization_id": ["{org}", "{slug}", "{ext}"], "member_id": ["{member}", "{member_ext}"], "member_password_id": ["{password}"],
        "connection_id": ["{saml}", "{oidc}", "{external}", "{scim}"], "certificate_id": ["{certificate}"], "private_key_id": ["{key}"],
        "webauthn_registration_id": ["{passkey}"], "member_oauth_registration_id": ["{account}"], "setup_link_id": ["{setup_link}"]}


class World:
    """Organization A, and B twice: as a neighbour in the same project and in a project of its own."""

    def __init__(self, project, neighbour):
        self.a = Tenant(project).with_member()
        a = self.a
        project.api.organizations.members.update(a.org, a.member.member_id, email_address=f"new-{unique()}@{a.domain}")
        current = project.api.organizations.members.get(a.org, member_id=a.member.member_id).member
        # A JWT that nobody can act with, signed as well as a living one: its session has ended.
        _, ended = verified_member(project, a.org)
        project.api.sessions.revoke(session_token=ended.session_token)
        self.dead_jwt = ended.session_jwt
        self.link = magic_token(project, a.org, a.admin.email_address)
        self.discovery = discovery_token(project, a.admin.email_address)
        self.code = email_code(project, a.org, a.admin.email_address)
        self.intermediate = intermediate(project, a.admin.email_address)
        started = project.api.passwords.email.reset_start(organization_id=a.org, email_address=current.email_address)
        reset = token_from(project.mailbox.wait(current.email_address))
        own = project.api.passwords.email.reset(password_reset_token=reset, password=PASSWORD)
        password = own.member.member_password_id
        ids = {"organization_id": a.org, "member_id": a.member.member_id, "session_token": own.session_token}
        made = Authenticator(ORIGIN).create(passkeys.post(project, "register/start", ids)["public_key_credential_creation_options"])
        passkey = passkeys.post(project, "register", ids | {"public_key_credential": made, "name": a.canary})["webauthn_registration"]
        project.api.passwords.email.reset_start(organization_id=a.org, email_address=a.admin.email_address)
        self.reset = token_from(project.mailbox.wait(a.admin.email_address))
        assert started.member_id == a.member.member_id
        saml = saml_connection(project, a.org, display_name=a.canary, saml_encryption_private_key=private_key())
        # Of two certificates one can be deleted.
        saml = project.api.sso.saml.update_connection(a.org, saml.connection_id, x509_certificate=certificate()).connection
        oidc = oidc_connection(project, a.org, display_name=a.canary)
        lender = saml_connection(project, elsewhere := project.organization().organization_id)
        external = project.api.sso.external.create_connection(a.org, elsewhere, lender.connection_id, display_name=a.canary).connection
        scim = project.api.scim.connection.create(a.org, display_name=a.canary).connection
        link = project.raw("POST", f"/v1/b2b/organizations/{a.org}/setup_links", {"purposes": ["sso"]}).json()["setup_link"]
        self.sso = Saml(project, org=a.org).token(a.admin.email_address)
        # An account elsewhere, as a login at its provider would leave it.
        account = {"provider_type": "Google", "provider_subject": unique(), "member_oauth_registration_id": made_up("oauth-registration")}
        where = f"organization_id = '{a.org}' AND id = '{a.member.member_id}'"
        profile = project.server.stored("members", "profile", where)
        project.server.store("members", "profile", where, profile | {"oauth_registrations": [account]})
        self.names = {
            "sso": self.sso, "saml": saml.connection_id, "oidc": oidc.connection_id, "external": external.connection_id, "scim": scim.connection_id,
            # A real one comes from the dashboard only: it is tried elsewhere in T-50.
            "account": account["member_oauth_registration_id"], "setup_link": link["setup_link_id"], "impersonation": made_up_token(IMPERSONATION, a.admin_login.session_token),
            "certificate": saml.verification_certificates[0].certificate_id, "key": saml.encryption_private_keys[0].private_key_id,
            "org": a.org, "slug": a.slug, "ext": a.external_id, "member": a.member.member_id, "member_ext": a.member.external_id,
            "email": a.admin.email_address, "email_id": current.retired_email_addresses[0].email_id,
            "session": a.admin_login.session_token, "jwt": a.admin_login.session_jwt,
            "session_id": a.admin_login.member_session.member_session_id,
            "link": self.link, "reset": self.reset, "password": password, "passkey": passkey["webauthn_registration_id"], "discovery": self.discovery, "intermediate": self.intermediate, "code": self.code,
        }
        self.inside, self.outside = Tenant(project), Tenant(neighbour)
        self.outside_intermediate = intermediate(neighbour, new_email())

    def nobody(self) -> dict:
        return {
            "sso": made_up_token(SSO), "saml": made_up("saml-connection"), "oidc": made_up("oidc-connection"), "external": made_up("external-connection"),
            "account": made_up("oauth-registration"), "scim": made_up("scim-connection"), "setup_link": made_up("setup-link"), "impersonation": made_up_token(IMPERSONATION),
            "certificate": made_up("saml-verification-key"), "key": made_up("saml-encryption-key"),
            "org": made_up("organization"), "slug": f"acme-{unique()}", "ext": f"ext-{unique()}", "member": made_up("member"),
            "member_ext": f"ext-{unique()}", "email": new_email(), "email_id": made_up("email"), "session": made_up_token(SESSION),
            "jwt": self.dead_jwt, "session_id": made_up("member-session"), "link": made_up_token(MAGIC_LINK),
            "reset": made_up_token(PASSWORD_RESET), "password": made_up("member-password"), "passkey": made_up("webauthn-registration"),
            "discovery": made_up_token(DISCOVERY), "intermediate": made_up_token(INTERMEDIATE), "code": "123456",
        }


    def still_works(self):
        """A's tokens were neither used up nor handed out by what was tried on them."""
        api, admin = self.a.project.api, self.a.admin
        assert api.sessions.authenticate(session_token=self.names["session"]).member.member_id == admin.member_id
        assert api.magic_links.discovery.authenticate(discovery_magic_links_token=self.discovery).email_address == admin.email_address
        assert api.discovery.organizations.list(intermediate_session_token=self.intermediate).email_address == admin.email_address
        code = {"organization_id": self.a.org, "email_address": admin.email_address, "code": self.code}
        assert api.otps.email.authenticate(**code).member_id == admin.member_id
        assert api.magic_links.authenticate(magic_links_token=self.link).member_id == admin.member_id
        assert api.sso.authenticate(sso_token=self.sso).member_id == admin.member_id
        assert api.passwords.email.reset(password_reset_token=self.reset, password=PASSWORD).member_id == admin.member_id


@pytest.fixture(scope="module")
def world(project, neighbour):
    """Whoever attacked it, in whatever order and on whichever worker: what was attacked still works afterwards."""
    world = World(project, neighbour)
    yield world
    world.still_works()


def fill(value, names):
    if value is None:
        return None
    return json.loads(re.sub(r"\{(\w+)\}", lambda found: names[found[1]], json.dumps(value)))


def paths(path, mixed):
    """The path with each way to name things."""
    made = [path]
    for name, ways in PATH.items():
        made = [p.replace("{" + name + "}", way) for p in made for way in (ways if "{" + name + "}" in p else ways[:1])]
    if mixed:
        made += paths(path.replace("{organization_id}", "{own}"), False)
    return list(dict.fromkeys(made))


def send(tenant, login, surface, method, path, body, query):
    options = {"params": query} if query else {}
    if body is not None:
        options["json"] = body
    if surface == "browser":
        return tenant.project.browser(method, path.removeprefix("/sdk/v1"), session_token=login.session_token, **options)
    headers = {MEMBER_HEADER: login.session_token} if surface == "member" else None
    return tenant.project.raw(method, path, headers=headers, **options)


def surfaces(world, path, operation, attack):
    """Who attacks: (B, through which door)."""
    if path.startswith("/sdk/"):
        yield world.outside, "browser"
        if not attack.entry:
            yield world.inside, "browser"
        return
    yield world.outside, "backend"
    if any("memberSession" in way for way in operation.get("security", [])):
        yield world.inside, "member"
        yield world.outside, "member"


def test_t01_every_operation_has_an_attack():
    assert set(TABLE) >= set(OPERATIONS), f"new route, no attack: {sorted(set(OPERATIONS) - set(TABLE))}"
    assert set(TABLE) <= set(OPERATIONS), f"these routes are gone: {sorted(set(TABLE) - set(OPERATIONS))}"


def test_t01_only_operations_without_ids_go_without_an_attack():
    """An identifier in the path, the query or the body calls for an attack."""
    for name, reason in TABLE.items():
        if reason is not NO_IDS or name not in OPERATIONS:
            continue
        _, path, operation = OPERATIONS[name]
        assert "{" not in path, name
        assert not [p["name"] for p in operation.get("parameters", []) if p["name"].endswith("_id")], name
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        ids = [f for f in schema.get("properties", {}) if re.search(r"(organization|member|session|email)_ids?$|_token$|_jwt$", f) and f != "captcha_token"]
        assert not ids, (name, ids)


@pytest.mark.parametrize("name", OPERATIONS)
def test_t01_foreign_ids_are_as_unknown_as_made_up_ones(world, name):
    attack = TABLE.get(name)
    assert attack, f"new route, no attack: {name}"
    if not isinstance(attack, Attack):
        pytest.skip(attack)
    method, path, operation = OPERATIONS[name]
    with unchanged(world.a):
        for tenant, surface in surfaces(world, path, operation, attack):
            for way in paths(path, attack.mixed):
                for body in attack.bodies:
                    for query in attack.queries:
                        answers = []
                        for names in (world.names, world.nobody()):
                            b = Tenant(tenant.project) if attack.spends else tenant
                            mine = {
                                "own": b.org, "own_session": b.admin_login.session_token, "fresh": new_email(),
                                "own_intermediate": world.outside_intermediate,
                            }
                            known = names | mine
                            answers.append(send(b, b.admin_login, surface, method, fill(way, known), fill(body, known), fill(query, known)))
                        case = f"{surface} {method} {way} {body} {query}"
                        real, fake = answers
                        assert verdict(real) == verdict(fake), f"{case}\nfor A: {real.text[:400]}\nmade up: {fake.text[:400]}"
                        for secret in (world.a.canary, world.a.domain):
                            assert secret not in real.text.replace(world.a.admin.email_address, ""), f"{case}: {real.text[:400]}"
    for address in (world.a.admin.email_address, world.a.member.email_address):
        assert world.a.project.mailbox.waiting(address) <= 1  # the note about the change of address, no more


def test_t01_a_secret_of_another_project_is_none(project, neighbour):
    mixed = [(project.project_id, neighbour.secret), (neighbour.project_id, project.secret), (project.project_id, "")]
    for auth in mixed:
        assert verdict(project.raw("GET", "/v1/b2b/rbac/policy", auth=auth)) == (401, "unauthorized_credentials")


def test_t01_session_of_a_does_not_act_in_b(world):
    """The session comes from project A, the credentials from project B."""
    b, a = world.outside, world.a
    real = b.project.raw("PUT", f"/v1/b2b/organizations/{b.org}", {"organization_name": "X"}, headers={MEMBER_HEADER: a.admin_login.session_token})
    fake = b.project.raw("PUT", f"/v1/b2b/organizations/{b.org}", {"organization_name": "X"}, headers={MEMBER_HEADER: made_up_token(SESSION)})
    assert verdict(real) == verdict(fake) == (404, "session_not_found")
    real = b.project.browser("GET", "/b2b/organizations/me", session_token=a.admin_login.session_token)
    fake = b.project.browser("GET", "/b2b/organizations/me", session_token=made_up_token(SESSION))
    assert verdict(real) == verdict(fake)
    assert real.status_code in (401, 404)
