"""Refusals of the operations on passwords that no way through the other tests meets."""

import pytest
from harness import check_refusal, discover, new_email, refused, token_from, verified_member
from test_passwords import enter, good, reset_token, with_password

CHALLENGE, VERIFIER = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def org(organization):
    return organization.organization_id


def ways(project, org):
    """A body for each way to log in with a password, and its path."""
    done, password = with_password(project, org)
    email = done.member.email_address
    yield "/v1/b2b/passwords/authenticate", {"organization_id": org, "email_address": email, "password": password}
    yield "/v1/b2b/passwords/existing_password/reset", {
        "organization_id": org, "email_address": email, "existing_password": password, "new_password": good()}
    member = project.member(org)
    _, session = verified_member(project, org)
    yield "/v1/b2b/passwords/session/reset", {"organization_id": org, "session_token": session.session_token, "password": good()}
    yield "/v1/b2b/passwords/email/reset", {"password_reset_token": reset_token(project, org, member.email_address), "password": good()}


def test_terms_and_halves_of_logins_that_do_not_fit(project, org):
    other = discover(project, new_email()).intermediate_session_token
    for path, body in ways(project, org):
        for fields, status, error in [
            ({"session_duration_minutes": 4}, 400, "invalid_session_duration_minutes"),
            ({"session_custom_claims": {"k": "x" * 5000}}, 400, "custom_claims_too_large"),
            ({"session_custom_claims": {"https://stytch.com/x": 1}}, 400, "stytch_claims_in_custom_claims"),
            ({"intermediate_session_token": "x"}, 404, "intermediate_session_not_found"),
            ({"intermediate_session_token": other}, 400, "invalid_intermediate_session_token_for_organization"),
        ]:
            if "intermediate_session_token" not in fields or path.endswith(("authenticate", "email/reset")):
                check_refusal(project.raw("POST", path, body | fields), status, error)


def test_a_domain_that_another_organization_has_claimed(project, org):
    done, password = with_password(project, org)
    email = done.member.email_address
    project.organization(claimed_email_domains=[email.split("@")[1]])
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        enter(project, org, email, password)
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        project.api.passwords.existing_password.reset(organization_id=org, email_address=email, existing_password=password, new_password=good())
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        project.api.passwords.email.reset_start(organization_id=org, email_address=email)


def test_whoever_is_not_there_is_not_found(project, org):
    start = project.api.passwords.email.reset_start
    retired, _ = verified_member(project, org)
    project.api.organizations.members.update(org, retired.member_id, email_address=new_email())
    with refused(400, "inactive_email"):
        start(organization_id=org, email_address=retired.email_address)
    with refused(404, "organization_not_found"):
        start(organization_id="nobody", email_address=new_email())
    with refused(404, "organization_not_found"):
        project.api.organizations.members.delete_password("nobody", "x")
    _, session = verified_member(project, org)
    with refused(404, "organization_not_found"):
        project.api.passwords.sessions.reset(organization_id="nobody", password=good(), session_token=session.session_token)
    replace = {"email_address": "nobody", "existing_password": "x", "new_password": "y"}
    path = "/v1/b2b/passwords/existing_password/reset"
    check_refusal(project.raw("POST", path, replace | {"organization_id": org}), 400, "invalid_email")
    check_refusal(project.raw("POST", path, replace | {"organization_id": "nobody", "email_address": new_email()}), 404, "organization_not_found")
    project.api.organizations.update(org, email_jit_provisioning="RESTRICTED", email_allowed_domains=["corp-allowed.com"])
    with refused(400, "invalid_email_for_jit_provisioning"):
        start(organization_id=org, email_address=new_email())


def test_t34_too_many_wrong_passwords_lock(server):
    project = server.project()
    server.command("project", "update", project.project_id, "--lock-threshold", "2", "--cross-org-passwords-enabled")
    org = project.organization().organization_id
    done, password = with_password(project, org)
    email = done.member.email_address
    for _ in range(2):
        with refused(401, "unauthorized_credentials"):
            enter(project, org, email, "wrong")
        with refused(401, "unauthorized_credentials"):
            project.api.passwords.discovery.authenticate(email_address=email, password="wrong")
    # Also the right one, in whatever way it is shown; an address that is nobody's locks as well.
    with refused(429, "user_lock_limit_reached"):
        enter(project, org, email, password)
    with refused(429, "user_lock_limit_reached"):
        project.api.passwords.existing_password.reset(organization_id=org, email_address=email, existing_password=password, new_password=good())
    with refused(429, "user_lock_limit_reached"):
        project.api.passwords.discovery.authenticate(email_address=email, password=password)
    nobody = new_email()
    for error in (401, 401, 429):
        with refused(error, ("unauthorized_credentials", "user_lock_limit_reached")):
            enter(project, org, nobody, "wrong")


def test_what_a_reset_by_discovery_cannot_be_asked_for(server):
    project = server.project()
    server.command("project", "update", project.project_id, "--cross-org-passwords-enabled", "--pkce-required-for-password-resets")
    answer = project.browser("POST", "/b2b/passwords/discovery/reset/start", {"email_address": new_email()})
    check_refusal(answer, 400, "pkce_expected_code_verifier")
    path, email = "/v1/b2b/passwords/discovery/email/reset/start", new_email()
    for fields, error in [
        ({"email_address": "nobody"}, "invalid_email"), ({"reset_password_expiration_minutes": 4}, "invalid_expiration"),
        ({"locale": "tlh"}, "invalid_locale"), ({"verify_email_template_id": "mine"}, "invalid_template_id"),
        ({"discovery_redirect_url": "nowhere"}, "invalid_discovery_redirect_url"),
        ({"reset_password_redirect_url": "nowhere"}, "invalid_password_reset_redirect_url"),
        ({"reset_password_redirect_url": "https://evil.example/"}, "no_match_for_provided_magic_link_url"),
        ({"pkce_code_challenge": "x"}, "invalid_pkce_code_challenge"),
    ]:
        check_refusal(project.raw("POST", path, {"email_address": email} | fields), 400, error)
    project.api.passwords.discovery.email.reset_start(email_address=email, pkce_code_challenge=CHALLENGE)
    token, reset = token_from(project.mailbox.wait(email)), project.api.passwords.discovery.email.reset
    for status, verifier, error in [(400, None, "pkce_expected_code_verifier"), (401, "v" * 64, "pkce_mismatch"), (401, "v", "invalid_pkce_code_verifier")]:
        with refused(status, error):
            reset(password_reset_token=token, password=good(), pkce_code_verifier=verifier)
    assert reset(password_reset_token=token, password=good(), pkce_code_verifier=VERIFIER).email_address == email
    project.api.passwords.discovery.email.reset_start(email_address=email)
    while "token=" not in (mail := project.mailbox.wait(email)).text:
        pass
    with refused(400, "pkce_did_not_expect_code_verifier"):
        reset(password_reset_token=token_from(mail), password=good(), pkce_code_verifier=VERIFIER)


def test_a_project_in_which_no_link_to_set_a_password_leads_anywhere(server):
    project = server.project()
    server.command("project", "update", project.project_id, "--flow", "reset_password", "--remove-redirect-url", "http://localhost:3000/authenticate",
                   "--cross-org-passwords-enabled")
    org = project.organization().organization_id
    with refused(400, "no_password_reset_redirect_url"):
        project.api.passwords.email.reset_start(organization_id=org, email_address=project.member(org).email_address)
    with refused(400, "no_password_reset_redirect_url"):
        project.api.passwords.discovery.email.reset_start(email_address=new_email())
