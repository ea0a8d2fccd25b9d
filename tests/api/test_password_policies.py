"""Which passwords do, by the policies of a project; and a password that must be reset."""

import pytest
from harness import check_refusal, data, new_email, refused, token_from, until
from test_passwords import enter, good, reset_token, with_password

MD5_OF_PASSWORD = "5f4dcc3b5aa765d61d8327deb882cf99"


def configure(project, *flags):
    project.server.command("project", "update", project.project_id, *flags)


def strength(project, password, **fields):
    return project.api.passwords.strength_check(password=password, **fields)


def test_a_password_is_judged_by_how_many_guesses_it_takes(project):
    weak, strong = strength(project, "zebra-77"), strength(project, good())
    assert (weak.valid_password, weak.strength_policy, weak.score < 3) == (False, "zxcvbn", True)
    assert weak.zxcvbn_feedback.warning or weak.zxcvbn_feedback.suggestions
    assert (strong.valid_password, strong.score, strong.breached_password) == (True, 4, False)
    known = strength(project, "password123")
    assert (known.valid_password, known.breached_password, known.breach_detection_on_create) == (False, True, True)
    assert strength(project, "").valid_password is False
    own = "xkqvjzwpbg"
    assert strength(project, own, email_address=f"{own}@corp.example").score < strength(project, own).score
    with refused(400, "invalid_email"):
        strength(project, good(), email_address="nobody")
    page = data(project.browser("POST", "/b2b/passwords/strength_check", {"password": "zebra-77"}))
    assert page["luds_feedback"]["has_symbol"] is True and page["zxcvbn_feedback"]["suggestions"]


def test_a_password_is_judged_by_its_characters(own_project):
    flags = ["--password-policy", "luds", "--luds-min-password-length", "12", "--luds-min-password-complexity", "3", "--check-breach-on-creation", "false"]
    configure(own_project, *flags)
    weak = strength(own_project, "password")
    assert (weak.valid_password, weak.strength_policy, weak.breached_password, weak.breach_detection_on_create) == (False, "luds", False, False)
    assert (weak.luds_feedback.missing_characters, weak.luds_feedback.missing_complexity) == (4, 2)
    assert strength(own_project, "Aaaaaaaaaaa1").valid_password
    bootstrap = data(own_project.browser("GET", f"/projects/bootstrap/{own_project.public_token}"))
    assert bootstrap["password_config"] == {"luds_complexity": 3, "luds_minimum_count": 12}
    assert bootstrap["pkce_required_for_password_resets"] is False


def test_weak_and_known_passwords_are_not_set_and_leave_the_link_alone(project, organization):
    org = organization.organization_id
    member = project.member(org)
    token = reset_token(project, org, member.email_address)
    for password, error in [("zebra-77", "weak_password"), ("password123", "breached_password"), ("x" * 1025, "weak_password")]:
        with refused(400, error):
            project.api.passwords.email.reset(password_reset_token=token, password=password)
    answer, password = project.api.passwords.email.reset(password_reset_token=token, password=good()), None
    for error, password in [("weak_password", "zebra-77"), ("breached_password", "password123")]:
        with refused(400, error):
            project.api.passwords.sessions.reset(organization_id=org, password=password, session_token=answer.session_token)
    answer, password = with_password(project, org)
    with refused(400, "breached_password"):
        project.api.passwords.existing_password.reset(
            organization_id=org, email_address=answer.member.email_address, existing_password=password, new_password="password123")


def test_a_password_that_does_no_more_must_be_reset(own_project):
    """One that is known from breaches, and one that the policy would not let anybody set; either as the project says."""
    org, email = own_project.organization().organization_id, new_email()
    own_project.api.passwords.migrate(organization_id=org, email_address=email, hash=MD5_OF_PASSWORD, hash_type="md_5")
    replace = lambda: own_project.api.passwords.existing_password.reset(
        organization_id=org, email_address=email, existing_password="password", new_password=good())
    with refused(401, "member_reset_password"):
        enter(own_project, org, email, "password")
    with refused(401, "member_reset_password"):
        replace()
    with refused(401, "unauthorized_credentials"):
        enter(own_project, org, email, "Password")
    configure(own_project, "--check-breach-on-authentication", "false")
    with refused(401, "member_reset_password"):
        enter(own_project, org, email, "password")
    configure(own_project, "--validate-on-authentication", "false")
    # A server may have known the project as it was for a second.
    body = {"organization_id": org, "email_address": email, "password": "password"}
    until(lambda: own_project.raw("POST", "/v1/b2b/passwords/authenticate", body).status_code == 200, what="the login")


def test_a_browser_begins_a_reset_with_a_challenge_where_the_project_says_so(own_project):
    configure(own_project, "--pkce-required-for-password-resets")
    org = own_project.organization().organization_id
    member = own_project.member(org)
    body = {"organization_id": org, "email_address": member.email_address}
    check_refusal(own_project.browser("POST", "/b2b/passwords/email/reset/start", body), 400, "pkce_expected_code_verifier")
    own_project.api.passwords.email.reset_start(organization_id=org, email_address=member.email_address)
    assert token_from(own_project.mailbox.wait(member.email_address))


def test_a_login_page_is_told_the_same_of_everybody(project, organization):
    org, member = organization.organization_id, project.member(organization.organization_id)
    ask = lambda email: data(project.browser("POST", "/b2b/organizations/members/search", {"email_address": email, "organization_id": org}))["member"]
    assert ask(member.email_address) == ask(new_email()) == {"status": "active", "name": "", "member_password_id": ""}
