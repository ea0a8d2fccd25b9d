"""Errors that doors declare and that no test provokes, with why. This list must shrink.

A test run with `--declared-errors` fails when one of them is seen all the same.
"""

from doors import Door

# At every door.
EVERYWHERE = {
    "internal_server_error": "a bug; none is known",
    "server_unavailable": "the tests in cluster/ stop databases, and look at some doors only",
    "request_timeout": "it takes half a minute of a client; api/test_slow_clients.py meets it at one door, by hand",
}

# What may be seen at one door or the other all the same: an excuse is for those where it is not.
HERE_AND_THERE = {*EVERYWHERE, "too_many_requests"}

# The doors that send mail, which is counted. What else is bounded (searches, hashing) takes seconds to be met.
BOUNDED = {"magic_links.invite", "magic_links.login_or_signup", "magic_links.send_discovery", "members.start_email_update",
           "email_codes.login_or_signup", "email_codes.send_discovery"}

# What the frame declares for all doors, whoever they are for.
OF_PAGES, OF_BACKENDS = "only a page has an origin and a session", "only a backend has a project id and hands on what a member sent"
BY_DIALECT = {
    "backend": {"bad_domain_for_stytch_sdk": OF_PAGES, "user_unauthenticated": OF_PAGES},
    "browser": dict.fromkeys(
        ("invalid_project_id_authentication", "too_many_session_arguments", "invalid_session_token", "unable_to_parse_session_jwt",
         "session_authorization_tenancy_error"), OF_BACKENDS,
    ),
}
OF_MEMBERS = {
    "invalid_session_token", "session_authorization_tenancy_error", "session_not_found", "too_many_session_arguments",
    "unable_to_parse_session_jwt", "unauthorized_action", "user_unauthenticated",
}
OF_CREDENTIALS = {"unauthorized_credentials", "invalid_project_id_authentication", "bad_domain_for_stytch_sdk"}

# Doors for pages of people who are not logged in: the session that comes along is not looked at.
OF_STRANGERS = {
    "magic_links.login_or_signup", "magic_links.send_discovery", "magic_links.authenticate", "magic_links.authenticate_discovery",
    "email_codes.login_or_signup", "email_codes.send_discovery", "email_codes.authenticate", "email_codes.authenticate_discovery",
    "oauth.authenticate", "oauth.authenticate_discovery", "oauth.one_tap_start", "oauth.one_tap_submit", "oauth.one_tap_discovery_submit", "sso.authenticate", "sso.discover_connections", "discovery.create", "discovery.exchange", "discovery.list", "members.public_search", "organizations.public.get_by_slug",
}

# SCIM has words for some errors only; api/test_scim_server.py reads the status of the others.
WITHOUT_A_WORD = {"scim_unauthorized", "scim_resource_not_found", "scim_version_mismatch", "scim_last_administrator", "bad_request",
                  "route_not_found", "method_not_allowed"}

# At one function: {(function, error): why}.
ALWAYS_A_DEFAULT = "the first redirect URL of a project is the default; a project without one is tried at one door"
ONESELF = "oneself may"
RACE = "only between two steps of one request: the session of who is not there is not there either"
AT_ONE = {
    **dict.fromkeys((
        ("magic_links.invite", "no_default_invite_redirect_url_set"), ("magic_links.login_or_signup", "no_default_login_redirect_url_set"),
        ("magic_links.login_or_signup", "no_default_signup_redirect_url_set"),
        ("members.start_email_update", "no_default_login_redirect_url_set"), ("sso.start", "no_default_login_redirect_url_set"),
        ("oauth.start", "no_default_login_redirect_url_set"), ("oauth.discovery_start", "no_default_discovery_redirect_url_set"),
        ("sso.saml_response", "no_default_login_redirect_url_set"),
        ("oauth.one_tap_submit", "no_default_login_redirect_url_set"),
        ("oauth.one_tap_discovery_submit", "no_default_discovery_redirect_url_set"),
    ), ALWAYS_A_DEFAULT),
    **dict.fromkeys((
        ("members.get_self", "unauthorized_action"), ("organizations.get_own", "unauthorized_action"), ("sessions.revoke_own", "unauthorized_action"),
        ("sessions.authenticate", "unauthorized_action"),
    ), ONESELF),
    **dict.fromkeys((
        ("members.get_self", "member_not_found"), ("members.get_self", "organization_not_found"), ("organizations.get_own", "organization_not_found"),
        ("admin_portal.config", "organization_not_found"),
        ("discovery.create", "member_not_found"), ("sessions.exchange", "member_not_found"),
        ("magic_links.authenticate", "member_not_found"), ("email_codes.authenticate", "member_not_found"), ("discovery.exchange", "invalid_email"),
        ("members.delete_password", "member_not_found"), ("passwords.migrate", "duplicate_member_email"),
        *(("passwords." + way, error) for error in ("member_not_found", "session_not_found")
          for way in ("authenticate", "email_reset", "existing_password_reset")),
        ("passwords.session_reset", "member_not_found"), ("sso.authenticate", "member_not_found"),
        ("oauth.authenticate", "member_not_found"),
        ("admin_portal.config", "organization_not_found"),
    ), RACE),
    **dict.fromkeys((("scim." + door, "scim_too_many") for door in ("users.list", "users.search", "groups.get", "groups.list", "groups.search", "search")),
                    "it takes 100,000 rows"),
    **dict.fromkeys((("oauth." + of, "unable_to_refresh_oauth_token") for of in ("google_tokens", "github_tokens", "slack_tokens", "hubspot_tokens")),
                    "they are refreshed like those of Microsoft"),
    ("sso.metadata", "sso_connection_not_found"): "a text, which api/test_sso_login.py reads",
    ("sso.authenticate", "invalid_saml_response_email"): "no response without an address leads to a token",
    ("sessions.exchange", "session_authorization_tenancy_error"): "switching to another organization is what it is for",
    ("sessions.revoke", "session_authorization_tenancy_error"): "what is another organization's is not found",
    ("admin_portal.config", "unauthorized_action"): ONESELF,
    ("branding.get_of_organization", "unauthorized_action"): "every member gets to see it",
    **dict.fromkeys((
        ("discovery.create", "organization_settings_claimed_domain_too_common"), ("discovery.create", "organization_settings_duplicate_claimed_domain"),
        ("discovery.create", "organization_settings_invalid_claimed_domain"),
        ("magic_links.invite", "invalid_id"), ("magic_links.invite", "duplicate_member_external_id"), ("magic_links.invite", "duplicate_member_phone_number"),
        ("magic_links.invite", "invalid_pkce_code_challenge"), ("magic_links.invite", "pkce_expected_code_verifier"),
        ("discovery.create", "duplicate_member_email"), ("discovery.create", "duplicate_member_external_id"),
        ("discovery.create", "duplicate_member_phone_number"), ("discovery.create", "invalid_id"),
        ("members.start_email_update", "invalid_expiration"), ("members.start_email_update", "invalid_pkce_code_challenge"),
        ("members.start_email_update", "pkce_expected_code_verifier"),
        *(("passwords." + way, error) for error in ("intermediate_session_not_found", "invalid_intermediate_session_token_for_organization")
          for way in ("existing_password_reset", "session_reset")),
        ("sessions.exchange", "intermediate_session_not_found"), ("sessions.exchange", "invalid_intermediate_session_token_for_organization"),
    ), "of a field that it does not take; the errors of a subject are declared as one"),
    ("magic_links.authenticate", "unable_to_verify_member_email_update"): "a member who can no longer change takes the link along",
    ("email_codes.authenticate", "desired_email_deactivated_by_different_member"): "duplicate_member_email says it",
    ("members.reactivate", "duplicate_member_email"): "reactivation_email_belongs_to_another_member says it",
    ("members.update", "desired_email_deactivated_by_different_member"): "duplicate_member_email says it",
    ("magic_links.authenticate", "desired_email_deactivated_by_different_member"): "duplicate_member_email says it",
}


# Those of them that take a session as a field say what is wrong with it.
OF_SESSIONS_GIVEN = {("discovery.list", error) for error in ("session_not_found", "invalid_session_token", "unable_to_parse_session_jwt", "too_many_session_arguments")} | {
    ("magic_links.authenticate", "too_many_session_arguments"), ("email_codes.authenticate", "too_many_session_arguments"),
    ("sso.authenticate", "too_many_session_arguments"), ("oauth.authenticate", "too_many_session_arguments"),
}


def takes_sessions(door: Door) -> bool:
    return door.function in ("sessions.authenticate", "sessions.exchange", "passwords.session_reset") or bool({"session_token", "session_jwt"} & set(door.properties))


# What is refused by an operation that other doors lead to, too, whose tests meet it. Here it is met by chance, or not at all.
MET_ELSEWHERE = {
    # The page says it in words.
    "dashboard.sign_in": {"user_lock_limit_reached"},
    # Twenty passkeys, and ten wrong passwords, take seconds.
    "dashboard.new_passkey": {"user_lock_limit_reached", "too_many_webauthn_registrations"},
    "dashboard.change_passkeys": {"user_lock_limit_reached", "too_many_webauthn_registrations"},
    # A login by a passkey ends as all do, and what is wrong with a new passkey is wrong with its form.
    "webauthn.authenticate": {"action_not_allowed_email_domain_is_claimed", "member_not_found", "session_not_found"},
    "webauthn.register": {"stale_factors", "unable_to_authenticate_webauthn"},
    # Tests are on the machine that may see it.
    "pages.components": {"route_not_found"},
}


def is_met_elsewhere(function: str, error: str) -> bool:
    if function == "organizations.dry_run_update":
        return error not in ("organization_not_found", "bad_request", "allowed_auth_methods_required_for_restricted")
    return error in MET_ELSEWHERE.get(function, ())


def reason(door: Door, error: str) -> str | None:
    """Why nobody has to see this error at this door."""
    if error == "too_many_requests" and door.function not in BOUNDED:
        return "the frame declares it; nothing is counted here"
    if door.dialect == "scim" and error in WITHOUT_A_WORD:
        return "its answer has no word for it"
    if door.dialect == "plain" and error in ("bad_request", "route_not_found") and (door.function, error) != ("probes.metrics", "route_not_found"):
        return "there is no input, or a text says it"
    if error in OF_CREDENTIALS and door.credential == "anyone" and door.function not in ("projects.bootstrap", "dashboard.sign_in"):
        return "the frame declares it; nobody says here who they are"
    if error in OF_MEMBERS and door.credential in ("anyone", "project") and not takes_sessions(door):
        return "the frame declares it; no member acts here"
    if error in OF_MEMBERS and door.function in OF_STRANGERS and (door.function, error) not in OF_SESSIONS_GIVEN:
        return "the frame declares it; nobody need be logged in here"
    if is_met_elsewhere(door.function, error):
        return "by an operation that another door leads to, which meets it"
    return AT_ONE.get((door.function, error)) or BY_DIALECT.get(door.dialect, {}).get(error) or EVERYWHERE.get(error)
