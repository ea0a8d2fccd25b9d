"""Which fields the doors of browsers take: those of the protocol's browser API, and no other.

Whoever has a public token and a session of their own may send what they like. What a backend may say besides, such as what
stands in a JWT, is not theirs to say.
"""

import re

import pytest
from doors import catalogue
from harness import check_refusal, verified_member

# Of each call of the protocol's browser API the fields that its SDK sends, beside those in the path, also of calls that
# are not built yet. Paths begin behind /sdk/v1.
PROTOCOL = """
GET /projects/bootstrap/{public_token}:
POST /events:
GET /b2b/admin_portal_config:
POST /b2b/magic_links/email/discovery/send: email_address discovery_redirect_url login_template_id locale discovery_expiration_minutes
    pkce_code_challenge dfp_telemetry_id captcha_token
POST /b2b/magic_links/email/login_or_signup: email_address organization_id login_redirect_url signup_redirect_url login_template_id signup_template_id
    locale login_expiration_minutes signup_expiration_minutes pkce_code_challenge
POST /b2b/magic_links/email/invite: email_address invite_redirect_url invite_template_id name untrusted_metadata locale roles
    invite_expiration_minutes
POST /b2b/magic_links/authenticate: magic_links_token session_duration_minutes locale pkce_code_verifier dfp_telemetry_id captcha_token
    intermediate_session_token
POST /b2b/magic_links/discovery/authenticate: discovery_magic_links_token pkce_code_verifier dfp_telemetry_id captcha_token
POST /b2b/otps/email/discovery/send: email_address login_template_id locale discovery_expiration_minutes dfp_telemetry_id captcha_token
POST /b2b/otps/email/discovery/authenticate: code email_address dfp_telemetry_id captcha_token
POST /b2b/otps/email/login_or_signup: organization_id email_address login_template_id signup_template_id locale login_expiration_minutes
    signup_expiration_minutes dfp_telemetry_id captcha_token
POST /b2b/otps/email/authenticate: code email_address organization_id session_duration_minutes locale intermediate_session_token dfp_telemetry_id
    captcha_token
POST /b2b/otps/sms/send: organization_id member_id mfa_phone_number locale enable_autofill autofill_session_duration_minutes dfp_telemetry_id
    captcha_token intermediate_session_token
POST /b2b/otps/sms/authenticate: organization_id member_id code session_duration_minutes set_mfa_enrollment dfp_telemetry_id captcha_token
    intermediate_session_token
POST /b2b/totp: organization_id member_id expiration_minutes dfp_telemetry_id captcha_token intermediate_session_token
POST /b2b/totp/authenticate: organization_id member_id code session_duration_minutes set_mfa_enrollment set_default_mfa dfp_telemetry_id captcha_token
    intermediate_session_token
POST /b2b/recovery_codes/recover: organization_id member_id recovery_code session_duration_minutes dfp_telemetry_id captcha_token
    intermediate_session_token
POST /b2b/recovery_codes/rotate: dfp_telemetry_id captcha_token
GET /b2b/recovery_codes:
POST /b2b/passwords/authenticate: organization_id email_address password session_duration_minutes locale code_verifier dfp_telemetry_id captcha_token
    intermediate_session_token
POST /b2b/passwords/email/reset/start: organization_id email_address login_redirect_url reset_password_redirect_url reset_password_expiration_minutes
    reset_password_template_id verify_email_template_id locale code_challenge dfp_telemetry_id captcha_token
POST /b2b/passwords/email/reset: password_reset_token password session_duration_minutes locale code_verifier dfp_telemetry_id captcha_token
    intermediate_session_token
POST /b2b/passwords/existing_password/reset: organization_id email_address existing_password new_password locale session_duration_minutes
    dfp_telemetry_id captcha_token
POST /b2b/passwords/session/reset: password dfp_telemetry_id captcha_token
POST /b2b/passwords/strength_check: email_address password
POST /b2b/passwords/discovery/authenticate: email_address password code_verifier dfp_telemetry_id captcha_token
POST /b2b/passwords/discovery/reset/start: email_address discovery_redirect_url reset_password_redirect_url reset_password_expiration_minutes
    reset_password_template_id verify_email_template_id locale pkce_code_challenge dfp_telemetry_id captcha_token
POST /b2b/passwords/discovery/reset: password_reset_token password pkce_code_verifier dfp_telemetry_id captcha_token intermediate_session_token
POST /b2b/discovery/organizations: intermediate_session_token
POST /b2b/discovery/organizations/create: session_duration_minutes organization_name organization_slug organization_logo_url sso_jit_provisioning
    email_allowed_domains email_jit_provisioning email_invites oauth_tenant_jit_provisioning allowed_oauth_tenants auth_methods allowed_auth_methods
    mfa_policy intermediate_session_token
POST /b2b/discovery/intermediate_sessions/exchange: organization_id session_duration_minutes locale intermediate_session_token
POST /b2b/oauth/authenticate: oauth_token session_duration_minutes locale pkce_code_verifier dfp_telemetry_id captcha_token intermediate_session_token
POST /b2b/oauth/discovery/authenticate: discovery_oauth_token pkce_code_verifier dfp_telemetry_id captcha_token
GET /b2b/oauth/google/onetap/start:
POST /b2b/oauth/google/onetap/submit: id_token organization_id signup_redirect_url login_redirect_url pkce_code_challenge
POST /b2b/oauth/google/onetap/discovery/submit: id_token discovery_redirect_url pkce_code_challenge
POST /b2b/sso/authenticate: sso_token session_duration_minutes locale pkce_code_verifier dfp_telemetry_id captcha_token intermediate_session_token
GET /b2b/sso:
GET /b2b/sso/discovery/connections: email_address
GET /b2b/sso/{connection_id}/exchanges:
DELETE /b2b/sso/{connection_id}:
POST /b2b/sso/saml: display_name identity_provider
PUT /b2b/sso/saml/{connection_id}: connection_id idp_entity_id display_name attribute_mapping idp_sso_url x509_certificate
    saml_connection_implicit_role_assignments saml_group_implicit_role_assignments identity_provider signing_private_key saml_encryption_private_key
PUT /b2b/sso/saml/{connection_id}/url: connection_id metadata_url
DELETE /b2b/sso/saml/{connection_id}/verification_certificates/{certificate_id}:
DELETE /b2b/sso/saml/{connection_id}/encryption_private_key/{private_key_id}:
DELETE /b2b/sso/saml/{connection_id}/encryption_private_keys/{private_key_id}:
POST /b2b/sso/oidc: display_name identity_provider
PUT /b2b/sso/oidc/{connection_id}: connection_id display_name issuer client_id client_secret authorization_url token_url userinfo_url jwks_url
    identity_provider custom_scopes attribute_mapping
POST /b2b/sso/external: display_name external_organization_id external_connection_id
PUT /b2b/sso/external/{connection_id}: connection_id display_name external_connection_implicit_role_assignments
    external_group_implicit_role_assignments
GET /b2b/scim:
POST /b2b/scim: display_name identity_provider
PUT /b2b/scim/{connection_id}: connection_id display_name identity_provider scim_group_implicit_role_assignments
DELETE /b2b/scim/{connection_id}:
POST /b2b/scim/groups: limit cursor
GET /b2b/scim/{connection_id}/exchanges:
POST /b2b/scim/rotate/start: connection_id
POST /b2b/scim/rotate/complete: connection_id
POST /b2b/scim/rotate/cancel: connection_id
POST /b2b/sessions/authenticate: session_duration_minutes
POST /b2b/sessions/revoke:
POST /b2b/sessions/revoke/{member_id}:
POST /b2b/sessions/exchange: organization_id session_duration_minutes locale
POST /b2b/sessions/exchange_access_token: access_token session_duration_minutes
POST /b2b/sessions/attest: organization_id profile_id token session_duration_minutes session_token session_jwt
POST /b2b/impersonation/authenticate: impersonation_token dfp_telemetry_id captcha_token
GET /b2b/organizations/members/me:
PUT /b2b/organizations/members/update: name untrusted_metadata mfa_enrolled mfa_phone_number default_mfa_method
DELETE /b2b/organizations/members/deletePhoneNumber:
DELETE /b2b/organizations/members/deleteTOTP:
DELETE /b2b/organizations/members/passwords/{password_id}:
POST /b2b/organizations/members/unlink_retired_email: email_id email_address
POST /b2b/organizations/members/start_email_update: email_address login_redirect_url login_template_id locale delivery_method
GET /b2b/organizations/members/connected_apps:
POST /b2b/organizations/members/connected_apps/{connected_app_id}/revoke:
GET /b2b/organizations/me:
PUT /b2b/organizations/me: organization_name organization_slug organization_logo_url sso_default_connection_id sso_jit_provisioning
    sso_jit_provisioning_allowed_connections email_allowed_domains email_jit_provisioning email_invites oauth_tenant_jit_provisioning
    allowed_oauth_tenants auth_methods allowed_auth_methods mfa_methods allowed_mfa_methods mfa_policy passkey_policy rbac_email_implicit_role_assignments
    first_party_connected_apps_allowed_type allowed_first_party_connected_apps third_party_connected_apps_allowed_type
    allowed_third_party_connected_apps
DELETE /b2b/organizations/me:
POST /b2b/organizations/search: organization_slug
GET /b2b/organizations/connected_apps:
GET /b2b/organizations/connected_apps/{connected_app_id}:
POST /b2b/organizations/members/search: email_address organization_id
POST /b2b/organizations/members: email_address name untrusted_metadata create_member_as_pending is_breakglass mfa_phone_number mfa_enrolled roles
POST /b2b/organizations/me/members/search: cursor limit query
PUT /b2b/organizations/members/{member_id}: member_id name untrusted_metadata is_breakglass mfa_phone_number mfa_enrolled roles
    preserve_existing_sessions default_mfa_method email_address unlink_email
DELETE /b2b/organizations/members/{member_id}:
PUT /b2b/organizations/members/{member_id}/reactivate:
DELETE /b2b/organizations/members/mfa_phone_numbers/{member_id}:
DELETE /b2b/organizations/members/totp/{member_id}:
POST /b2b/organizations/members/{member_id}/unlink_retired_email: email_id email_address
POST /b2b/organizations/members/{member_id}/start_email_update: email_address login_redirect_url login_template_id locale delivery_method
GET /b2b/organizations/members/{member_id}/connected_apps:
POST /b2b/organizations/members/{member_id}/connected_apps/{connected_app_id}/revoke:
POST /idp/b2b/oauth/authorize/start: client_id redirect_uri response_type scopes prompt code_challenge state nonce resources
POST /idp/b2b/oauth/authorize/submit: client_id redirect_uri response_type scopes state nonce code_challenge consent_granted prompt resources
POST /b2b/oauth/logout/start: client_id post_logout_redirect_uri state id_token_hint
"""

# Calls of our own, beside which there are fields of our own in those above.
OUR_OWN = """
POST /b2b/webauthn/register/start: organization_id member_id domain dfp_telemetry_id captcha_token intermediate_session_token
POST /b2b/webauthn/register: organization_id member_id public_key_credential name session_duration_minutes set_mfa_enrollment dfp_telemetry_id
    captcha_token intermediate_session_token
POST /b2b/webauthn/authenticate/start: organization_id member_id domain dfp_telemetry_id captcha_token intermediate_session_token
POST /b2b/webauthn/authenticate: public_key_credential session_duration_minutes locale dfp_telemetry_id captcha_token intermediate_session_token
GET /b2b/webauthn:
PUT /b2b/webauthn/{webauthn_registration_id}: name
DELETE /b2b/webauthn/{webauthn_registration_id}:
DELETE /b2b/oauth/registrations/{member_oauth_registration_id}:
DELETE /b2b/organizations/members/oauth_registrations/{member_id}/{member_oauth_registration_id}:
GET /b2b/organizations/me/branding:
PUT /b2b/organizations/me/branding: logo_url brand_color background_color
DELETE /b2b/organizations/members/webauthn_registrations/{member_id}/{webauthn_registration_id}:
"""

# What nobody looks at.
DROPPED = "/sdk/v1/events"
# What only backends say, at one door or another.
OF_BACKENDS = [
    "session_token", "session_jwt", "session_custom_claims", "organization_id", "member_id", "external_id", "trusted_metadata",
    "organization_external_id", "claimed_email_domains", "authorization_check", "invited_by_member_id",
]


def shape(path: str) -> str:
    """A path whatever its names are called."""
    return re.sub(r"\{\w+\}", "{}", path)


def listed(text: str) -> dict[tuple[str, str], set[str]]:
    calls = re.sub(r"\n    ", " ", text.strip()).splitlines()
    parsed = [re.fullmatch(r"(\w+) (\S+):(.*)", call).groups() for call in calls]
    return {(method, "/sdk/v1" + shape(path)): set(fields.split()) for method, path, fields in parsed}


def doors():
    return [door for door in catalogue() if door.dialect == "browser"]


def test_each_door_takes_what_the_protocol_says():
    known = listed(PROTOCOL)
    assert len(known) == 97 and len(doors()) >= 31
    known |= listed(OUR_OWN)
    for door in doors():
        if door.path != DROPPED:
            assert set(door.takes) == known[door.method, shape(door.path)], str(door)


def test_what_an_operation_takes_of_a_backend_is_known_by_all_its_doors():
    """The test below sends what is taken elsewhere; it would find nothing if nothing were."""
    by_function = {door.function: set(door.properties) for door in catalogue() if door.dialect == "backend"}
    more = {door.function for door in doors() if by_function.get(door.function, set()) - set(door.properties)}
    assert {"sessions.authenticate", "sessions.exchange", "magic_links.authenticate", "discovery.create", "members.update"} <= more


@pytest.fixture(scope="module")
def admin(project):
    return verified_member(project, project.organization().organization_id, roles=["stytch_admin"])


@pytest.mark.parametrize("door", [door for door in doors() if door.path != DROPPED], ids=str)
def test_t70_everything_else_is_refused(project, admin, door):
    member, session = admin
    path = re.sub(r"\{\w+\}", member.member_id, door.path.removeprefix("/sdk/v1"))
    elsewhere = {name for other in catalogue() if other.function == door.function for name in other.properties}
    refused = sorted((elsewhere | set(OF_BACKENDS)) - set(door.takes))
    assert len(refused) >= 8
    for name in refused:
        for value in ("x", None, {"role": "owner"}):
            answer = project.browser(door.method, path, {name: value}, session_token=session.session_token)
            check_refusal(answer, 400, "bad_request")
            assert name in answer.json()["error_message"]
        answer = project.browser(door.method, path, session_token=session.session_token, params={name: "x"})
        check_refusal(answer, 400, "bad_request")
    assert project.api.sessions.authenticate(session_token=session.session_token).member == project.api.organizations.members.get(
        member.organization_id, member_id=member.member_id
    ).member


def test_t70_nobody_puts_claims_into_their_own_jwt(project, admin):
    _, session = admin
    body = {"session_duration_minutes": 60, "session_custom_claims": {"role": "owner"}}
    check_refusal(project.browser("POST", "/b2b/sessions/authenticate", body, session_token=session.session_token), 400, "bad_request")
    checked = project.api.sessions.authenticate(session_token=session.session_token)
    assert checked.member_session.custom_claims in (None, {})


def test_t74_the_name_of_an_unknown_field_is_not_repeated_at_length(project):
    answer = project.browser("POST", "/b2b/organizations/search", {"x" * 100_000: 1})
    check_refusal(answer, 400, "bad_request")
    assert len(answer.content) < 1000


def test_a_browser_may_say_what_the_protocol_has_and_this_server_does_not_use(project):
    body = {"email_address": "ada@acme.example", "dfp_telemetry_id": "x", "captcha_token": "x"}
    assert project.browser("POST", "/b2b/magic_links/email/discovery/send", body).status_code == 200
