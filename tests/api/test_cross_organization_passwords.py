"""Passwords of addresses: one for all organizations of a project."""

import pytest
from harness import as_member, check_refusal, data, login, new_domain, new_email, query_of, refused, token_from, verified_member
from test_passwords import enter, good, reset_token


@pytest.fixture(scope="module")
def project(server):
    project = server.project()
    server.command("project", "update", project.project_id, "--cross-org-passwords-enabled")
    return project


@pytest.fixture
def orgs(project):
    return [project.organization().organization_id for _ in range(2)]


def discovery_reset(project, email, password):
    project.api.passwords.discovery.email.reset_start(email_address=email)
    # What tells of a change comes in between.
    while "token=" not in (mail := project.mailbox.wait(email)).text:
        pass
    assert query_of(mail.link)["stytch_token_type"] == "discovery"
    return project.api.passwords.discovery.email.reset(password_reset_token=token_from(mail), password=password)


def person(project, orgs):
    """Somebody who has logged in to both organizations, and has set a password in the first: (email, password, answer)."""
    email, password = new_email(), good()
    for org in orgs:
        verified_member(project, org, email)
    token = reset_token(project, orgs[0], email)
    answer = project.api.passwords.email.reset(password_reset_token=token, password=password)
    assert project.mailbox.wait(email).subject == "Your password was changed"
    return email, password, answer


def test_one_password_opens_all_organizations(project, orgs):
    email, password, _ = person(project, orgs)
    for org in orgs:
        answer = enter(project, org, email, password)
        assert answer.member_authenticated and answer.member.member_password_id.startswith("member-password-")
    switched = project.api.sessions.exchange(organization_id=orgs[0], session_token=answer.session_token)
    assert switched.member_authenticated
    found = project.api.passwords.discovery.authenticate(email_address=email, password=password)
    assert {entry.organization.organization_id for entry in found.discovered_organizations} == set(orgs)
    entered = project.api.discovery.intermediate_sessions.exchange(
        intermediate_session_token=found.intermediate_session_token, organization_id=orgs[1])
    assert entered.member_authenticated
    for wrong in (email, new_email()):
        with refused(401, "unauthorized_credentials"):
            project.api.passwords.discovery.authenticate(email_address=wrong, password="not " + password)
    with refused(400, "invalid_email"):
        project.api.passwords.discovery.authenticate(email_address="nobody", password=password)


def test_a_password_alone_lets_nobody_into_anything_new(project, orgs):
    email, password, _ = person(project, orgs)
    domain = email.split("@")[1]
    third = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    verified_member(project, third, new_email(domain))
    found = project.api.passwords.discovery.authenticate(email_address=email, password=password)
    assert third not in {entry.organization.organization_id for entry in found.discovered_organizations}
    half = found.intermediate_session_token
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        project.api.discovery.intermediate_sessions.exchange(intermediate_session_token=half, organization_id=third)
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        project.api.discovery.organizations.create(intermediate_session_token=half)
    # Where somebody has merely written the address down, it must be proven first.
    fourth = project.organization().organization_id
    project.member(fourth, email)
    answer = project.api.discovery.intermediate_sessions.exchange(intermediate_session_token=half, organization_id=fourth)
    assert not answer.member_authenticated and "magic_link" in answer.primary_required.allowed_auth_methods
    assert project.api.organizations.members.get(fourth, email_address=email).member.member_password_id == ""


def test_a_reset_by_discovery_proves_the_address_and_ends_sessions_everywhere(project, orgs):
    email, password, answer = person(project, orgs)
    sessions = [answer.session_token, login(project, orgs[1], email).session_token]
    changed = good()
    with refused(400, "weak_password"):
        discovery_reset(project, email, "zebra-77")
    with refused(400, "breached_password"):
        discovery_reset(project, email, "password123")
    project.api.passwords.email.reset_start(organization_id=orgs[1], email_address=email)
    while "multi_tenant_passwords" not in (mail := project.mailbox.wait(email)).text:
        pass
    pending = token_from(mail)
    found = discovery_reset(project, email, changed)
    assert {entry.organization.organization_id for entry in found.discovered_organizations} == set(orgs)
    assert all(entry.member_authenticated for entry in found.discovered_organizations)
    for session in sessions:
        with refused(404, "session_not_found"):
            project.api.sessions.authenticate(session_token=session)
    with refused(401, "unable_to_auth_password_reset_token"):
        project.api.passwords.email.reset(password_reset_token=pending, password=good())
    with refused(401, "unauthorized_credentials"):
        enter(project, orgs[0], email, password)
    assert enter(project, orgs[1], email, changed).member_authenticated
    made = project.api.discovery.organizations.create(intermediate_session_token=found.intermediate_session_token)
    assert made.member_authenticated


def test_t04_what_an_organization_says_itself_sets_no_password_for_others(project, orgs):
    """Somebody logs in to their own organization as anybody, by a sign-on of its own: no mail was read, and no password known."""
    from harness import factor, proven_by

    email, password, _ = person(project, orgs)
    mine = project.organization().organization_id
    _, answer = verified_member(project, mine, email)
    account = {"id": "r", "provider_id": "c", "external_id": "e"}
    proven_by(project.server, answer, factor("sso", "sso_saml", saml_sso_factor=account))
    with refused(401, "session_too_old_to_reset_password"):
        project.api.passwords.sessions.reset(organization_id=mine, password=good(), session_token=answer.session_token)
    # Nor does a member's own password lead anywhere, however it came to be in a session.
    proven_by(project.server, answer, factor("password", "knowledge"))
    with refused(400, "member_does_not_exist_in_organization"):
        project.api.sessions.exchange(organization_id=orgs[0], session_token=answer.session_token)
    assert enter(project, orgs[0], email, password).member_authenticated


def test_a_password_that_must_be_reset_opens_nothing(project, orgs):
    from stytch.b2b.models.passwords_email import RequireResetRequestOptions as Options

    email, password, answer = person(project, orgs)
    require = project.api.passwords.email.require_reset
    with refused(403, "unauthorized_action"):
        require(email_address=email, organization_id=orgs[0], method_options=as_member(Options, answer))
    _, admin = verified_member(project, orgs[0], roles=["stytch_admin"])
    with refused(403, "session_authorization_tenancy_error"):
        require(email_address=email, method_options=as_member(Options, admin))
    with refused(404, "member_not_found"):
        require(email_address=email, organization_id=orgs[0], member_id=admin.member_id)
    with refused(400, "invalid_email"):
        require(email_address="x")
    done = require(email_address=email, organization_id=orgs[0], method_options=as_member(Options, admin))
    assert done.member_id == answer.member_id and done.organization.organization_id == orgs[0]
    for attempt in (lambda: enter(project, orgs[1], email, password),
                    lambda: project.api.passwords.discovery.authenticate(email_address=email, password=password)):
        with refused(401, "member_reset_password"):
            attempt()
    with refused(404, "member_password_not_found"):
        require(email_address=new_email())
    # A member does not hear whether there is a password.
    nobody = project.member(orgs[0])
    assert require(email_address=nobody.email_address, organization_id=orgs[0], method_options=as_member(Options, admin)).member_id == nobody.member_id
    assert discovery_reset(project, email, good()).email_address == email


def test_what_is_for_the_other_kind_of_project_is_refused(project, orgs, server):
    _, _, answer = person(project, orgs)
    with refused(400, "cross_org_passwords_enabled"):
        project.api.organizations.members.delete_password(orgs[0], answer.member.member_password_id)
    toggled = server.command("project", "update", project.project_id, "--cross-org-passwords-enabled", "false", check=False)
    assert toggled.returncode != 0 and "There are passwords" in toggled.stderr
    other = server.project()
    for call in (
        lambda: other.api.passwords.discovery.authenticate(email_address=new_email(), password="x"),
        lambda: other.api.passwords.discovery.email.reset_start(email_address=new_email()),
        lambda: other.api.passwords.discovery.email.reset(password_reset_token="x", password="x"),
        lambda: other.api.passwords.email.require_reset(email_address=new_email()),
    ):
        with refused(400, "cross_org_passwords_not_enabled"):
            call()


def test_a_browser_goes_the_same_ways(project, orgs):
    email = new_email()
    verified_member(project, orgs[0], email)
    start = project.browser("POST", "/b2b/passwords/discovery/reset/start", {"email_address": email})
    assert set(data(start)) <= {"request_id", "status_code"}
    assert start.json()["data"].keys() == project.browser("POST", "/b2b/passwords/discovery/reset/start", {"email_address": new_email()}).json()["data"].keys()
    password, token = good(), token_from(project.mailbox.wait(email))
    done = data(project.browser("POST", "/b2b/passwords/discovery/reset", {"password_reset_token": token, "password": password}))
    assert done["organization_id_hint"] is None and len(done["discovered_organizations"]) == 1
    found = data(project.browser("POST", "/b2b/passwords/discovery/authenticate", {"email_address": email, "password": password}))
    assert found["email_address"] == email and found["intermediate_session_token"]
    check_refusal(project.browser("POST", "/b2b/passwords/discovery/reset", {"password_reset_token": token, "password": good()}),
                  401, "unable_to_auth_password_reset_token")


def test_a_person_is_taken_over_once_in_each_organization(project, orgs):
    email, hashed = new_email(new_domain()), "5f4dcc3b5aa765d61d8327deb882cf99"
    for org in orgs:
        assert project.api.passwords.migrate(organization_id=org, email_address=email, hash=hashed, hash_type="md_5").member_created
    with refused(401, "member_reset_password"):
        project.api.passwords.discovery.authenticate(email_address=email, password="password")
