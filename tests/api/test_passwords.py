"""Passwords: logging in with one, and the ways to set one."""

import pytest
from harness import (
    as_member,
    check_refusal,
    data,
    login,
    new_domain,
    new_email,
    query_of,
    refused,
    token_from,
    unique,
    verified_member,
)

GOOD = "violet-harbor-sings-{}"


def good() -> str:
    """A password that no policy objects to."""
    return GOOD.format(unique())


@pytest.fixture
def org(organization):
    return organization.organization_id


def reset_token(project, org, email, **fields) -> str:
    """Asks for a link to set a password, and reads the token from the mail."""
    project.api.passwords.email.reset_start(organization_id=org, email_address=email, **fields)
    return token_from(project.mailbox.wait(email))


def with_password(project, org, email=None, **fields):
    """A member who has set a password by mail: (the answer, the password)."""
    member, password = project.member(org, email, **fields), good()
    token = reset_token(project, org, member.email_address)
    return project.api.passwords.email.reset(password_reset_token=token, password=password), password


def enter(project, org, email, password, **fields):
    return project.api.passwords.authenticate(organization_id=org, email_address=email, password=password, **fields)


def kinds(answer) -> list[str]:
    return [factor.type for factor in answer.member_session.authentication_factors]


def test_a_password_is_set_by_mail_and_logs_in(project, org):
    member = project.member(org)
    started = project.api.passwords.email.reset_start(organization_id=org, email_address=member.email_address)
    assert (started.member_id, started.member_email_id[:6]) == (member.member_id, "email-") and started.member.member_password_id == ""
    mail = project.mailbox.wait(member.email_address)
    link = query_of(mail.link)
    assert link["stytch_token_type"] == "multi_tenant_passwords" and link["slug"]
    password = good()
    done = project.api.passwords.email.reset(password_reset_token=link["token"], password=password, session_duration_minutes=30)
    assert done.member_authenticated and done.member.email_address_verified and done.member_email_id == started.member_email_id
    assert done.member.member_password_id.startswith("member-password-test-")
    assert kinds(done) == ["password", "magic_link"]
    answer = enter(project, org, member.email_address.upper(), password)
    assert answer.member_id == member.member_id and answer.member_authenticated and kinds(answer) == ["password"]
    assert answer.member_session.authentication_factors[0].delivery_method == "knowledge"
    # The link that does without a password is in the same mail, and works only until the password was set.
    other = [line for line in mail.text.splitlines() if "multi_tenant_magic_links" in line]
    with refused(404, "magic_link_not_found"):
        project.api.magic_links.authenticate(magic_links_token=query_of(other[0])["token"])


def test_the_mail_logs_in_without_a_password_too(project, org):
    member = project.member(org)
    project.api.passwords.email.reset_start(organization_id=org, email_address=member.email_address)
    text = project.mailbox.wait(member.email_address).text
    [link] = [line for line in text.splitlines() if "multi_tenant_magic_links" in line]
    assert project.api.magic_links.authenticate(magic_links_token=query_of(link)["token"]).member_authenticated


def test_a_wrong_password_and_whoever_has_none_are_told_the_same(project, org):
    done, password = with_password(project, org)
    without, retired = project.member(org), done.member.email_address
    moved, _ = verified_member(project, org)
    project.api.organizations.members.update(org, moved.member_id, email_address=new_email())
    for email, tried in [(retired, "not " + password), (without.email_address, password), (new_email(), password), (moved.email_address, password)]:
        with refused(401, "unauthorized_credentials"):
            enter(project, org, email, tried)
    with refused(400, "invalid_email"):
        enter(project, org, "nobody", password)
    with refused(404, "organization_not_found"):
        enter(project, "organization-test-" + done.member_id[-36:], retired, password)


def test_a_session_and_half_a_login_go_on(project, org):
    done, password = with_password(project, org)
    email = done.member.email_address
    first = login(project, org, email)
    answer = enter(project, org, email, password, session_token=first.session_token)
    assert answer.member_session.member_session_id == first.member_session.member_session_id
    assert kinds(answer) == ["magic_link", "password"]
    with refused(400, "too_many_session_arguments"):
        enter(project, org, email, password, session_token=first.session_token, session_jwt=first.session_jwt)


def test_an_organization_that_takes_no_passwords_asks_for_something_else(project, org):
    done, password = with_password(project, org)
    email = done.member.email_address
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    answer = enter(project, org, email, password)
    assert not answer.member_authenticated and answer.primary_required.allowed_auth_methods == ["magic_link"]
    with refused(400, "operation_restricted_by_organization_auth_methods"):
        project.api.passwords.email.reset_start(organization_id=org, email_address=email)
    with refused(400, "operation_restricted_by_organization_auth_methods"):
        project.api.passwords.sessions.reset(organization_id=org, password=good(), session_token=login(project, org, email).session_token)


def test_a_password_proves_no_address(project, org):
    done, password = with_password(project, org)
    other = project.organization().organization_id
    project.member(other, done.member.email_address)
    answer = enter(project, org, done.member.email_address, password)
    with refused(400, "member_does_not_exist_in_organization"):
        project.api.sessions.exchange(organization_id=other, session_token=answer.session_token)


def test_a_reset_ends_sessions_and_what_was_mailed_and_tells_the_member(project, org):
    done, password = with_password(project, org)
    email = done.member.email_address
    first, second = reset_token(project, org, email), reset_token(project, org, email)
    project.api.passwords.email.reset(password_reset_token=second, password=good())
    for session in (done.session_token,):
        with refused(404, "session_not_found"):
            project.api.sessions.authenticate(session_token=session)
    for token in (first, second):
        with refused(401, "unable_to_auth_password_reset_token"):
            project.api.passwords.email.reset(password_reset_token=token, password=good())
    with refused(401, "unauthorized_credentials"):
        enter(project, org, email, password)
    assert project.mailbox.wait(email).subject == "Your password was changed"


def test_a_reset_asks_for_the_verifier_it_was_begun_with(project, org):
    import base64
    import hashlib

    member, verifier = project.member(org), "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    token = reset_token(project, org, member.email_address, code_challenge=challenge)
    reset = project.api.passwords.email.reset
    with refused(400, "pkce_expected_code_verifier"):
        reset(password_reset_token=token, password=good())
    with refused(401, "pkce_mismatch"):
        reset(password_reset_token=token, password=good(), code_verifier="w" * 64)
    with refused(401, "invalid_pkce_code_verifier"):
        reset(password_reset_token=token, password=good(), code_verifier="short")
    with refused(400, "weak_password"):
        reset(password_reset_token=token, password="", code_verifier=verifier)
    assert reset(password_reset_token=token, password=good(), code_verifier=verifier).member_authenticated
    token = reset_token(project, org, member.email_address)
    with refused(400, "pkce_did_not_expect_code_verifier"):
        reset(password_reset_token=token, password=good(), code_verifier=verifier)


def test_what_a_reset_cannot_be_asked_for(project, org):
    member = project.member(org)
    start = project.api.passwords.email.reset_start
    for fields, error in [
        ({"reset_password_redirect_url": "nowhere"}, "invalid_password_reset_redirect_url"),
        ({"reset_password_redirect_url": "https://evil.example/"}, "no_match_for_provided_magic_link_url"),
        ({"login_redirect_url": "nowhere"}, "invalid_login_redirect_url"),
        ({"reset_password_expiration_minutes": 4}, "invalid_expiration"),
        ({"locale": "tlh"}, "invalid_locale"),
        ({"reset_password_template_id": "mine"}, "invalid_template_id"),
        ({"code_challenge": "x"}, "invalid_pkce_code_challenge"),
    ]:
        check_refusal(project.raw("POST", "/v1/b2b/passwords/email/reset/start", {
            "organization_id": org, "email_address": member.email_address} | fields), 400, error)
    with refused(400, "invalid_email"):
        start(organization_id=org, email_address="nobody")
    with refused(400, "email_jit_provisioning_not_allowed"):
        start(organization_id=org, email_address=new_email())


def test_whoever_may_join_sets_a_first_password(project, org):
    domain = new_domain()
    project.api.organizations.update(org, email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain])
    email, other = new_email(domain), new_email(domain)
    # A backend is told of the member that it makes; for a browser nobody is one before they have set a password.
    token = reset_token(project, org, email)
    assert project.api.passwords.email.reset(password_reset_token=token, password=good()).member.status == "active"
    answer = project.browser("POST", "/b2b/passwords/email/reset/start", {"organization_id": org, "email_address": other})
    assert set(data(answer)) <= {"request_id", "status_code"}
    with refused(404, "member_not_found"):
        project.api.organizations.members.get(org, email_address=other)
    token = token_from(project.mailbox.wait(other))
    answer = project.browser("POST", "/b2b/passwords/email/reset", {
        "password_reset_token": token, "password": good(), "session_duration_minutes": 60})
    assert data(answer)["member"]["status"] == "active"


def test_a_browser_hears_nothing_of_who_is_a_member(project, org):
    member = project.member(org)
    ask = lambda email: project.browser("POST", "/b2b/passwords/email/reset/start", {"organization_id": org, "email_address": email})
    known, unknown = ask(member.email_address), ask(new_email())
    assert (known.status_code, set(known.json()["data"])) == (unknown.status_code, set(unknown.json()["data"]))
    project.mailbox.wait(member.email_address)


def test_a_password_is_set_in_a_session(project, org):
    member, answer = verified_member(project, org)
    other = login(project, org, member.email_address)
    password = good()
    done = project.api.passwords.sessions.reset(organization_id=org, password=password, session_token=answer.session_token)
    assert done.member_session.member_session_id == answer.member_session.member_session_id
    assert kinds(done) == ["magic_link", "password"]
    assert project.api.sessions.authenticate(session_token=answer.session_token).member_session
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=other.session_token)
    assert enter(project, org, member.email_address, password).member_authenticated
    assert project.mailbox.wait(member.email_address).subject == "Your password was changed"
    # In a browser the session comes along.
    changed = good()
    answer = project.browser("POST", "/b2b/passwords/session/reset", {"password": changed}, session_token=answer.session_token)
    assert data(answer)["member"]["member_password_id"] not in ("", done.member.member_password_id)
    with refused(401, "unauthorized_credentials"):
        enter(project, org, member.email_address, password)


def test_what_sets_no_password_in_a_session(project, org):
    member, answer = verified_member(project, org)
    reset = project.api.passwords.sessions.reset
    with refused(400, "no_session_arguments"):
        reset(organization_id=org, password=good())
    with refused(400, "too_many_session_arguments"):
        reset(organization_id=org, password=good(), session_token=answer.session_token, session_jwt=answer.session_jwt)
    with refused(400, "invalid_session_token"):
        reset(organization_id=org, password=good(), session_token="x")
    with refused(400, "unable_to_parse_session_jwt"):
        reset(organization_id=org, password=good(), session_jwt="x")
    with refused(404, "session_not_found"):
        reset(organization_id=project.organization().organization_id, password=good(), session_token=answer.session_token)
    with refused(400, "weak_password"):
        reset(organization_id=org, password="", session_token=answer.session_token)
    check_refusal(project.browser("POST", "/b2b/passwords/session/reset", {"password": good()}), 401, "user_unauthenticated")
    assert project.api.sessions.authenticate(session_token=answer.session_token).member.member_password_id == ""


def test_a_session_in_which_nothing_was_proven_lately_sets_no_password(start_server):
    server = start_server(clock=True)
    project = server.project()
    org = project.organization().organization_id
    _, answer = verified_member(project, org)
    server.clock.forward(minutes=6)
    with refused(401, "session_too_old_to_reset_password"):
        project.api.passwords.sessions.reset(organization_id=org, password=good(), session_token=answer.session_token)


def test_a_password_is_replaced_by_whoever_knows_it(project, org):
    done, password = with_password(project, org)
    email, changed = done.member.email_address, good()
    reset = lambda old, new: project.api.passwords.existing_password.reset(
        organization_id=org, email_address=email, existing_password=old, new_password=new)
    with refused(401, "unauthorized_credentials"):
        reset("not " + password, changed)
    with refused(400, "cannot_reset_password_with_existing_password"):
        reset(password, password)
    with refused(400, "weak_password"):
        reset(password, "")
    answer = reset(password, changed)
    assert answer.member_authenticated and kinds(answer) == ["password"]
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=done.session_token)
    with refused(401, "unauthorized_credentials"):
        enter(project, org, email, password)
    assert enter(project, org, email, changed).member_authenticated


def test_a_password_is_deleted_by_its_id(project, org):
    done, password = with_password(project, org)
    member, delete = done.member, project.api.organizations.members.delete_password
    search = lambda exists: {found.member_id for found in project.api.organizations.members.search(organization_ids=[org], query={
        "operator": "AND", "operands": [{"filter_name": "member_password_exists", "filter_value": exists}]}).members}
    assert member.member_id in search(True) and member.member_id not in search(False)
    with refused(404, "member_password_not_found"):
        delete(project.organization().organization_id, member.member_password_id)
    assert delete(org, member.member_password_id).member.member_password_id == ""
    assert member.member_id in search(False) and member.member_id not in search(True)
    for gone in (member.member_password_id, "x"):
        with refused(404, "member_password_not_found"):
            delete(org, gone)
    with refused(401, "unauthorized_credentials"):
        enter(project, org, member.email_address, password)
    assert project.api.sessions.authenticate(session_token=done.session_token).member_session


def test_members_delete_their_own_password_and_administrators_that_of_others(project, org):
    from stytch.b2b.models.organizations_members import DeletePasswordRequestOptions as Options

    mine, _ = with_password(project, org)
    other, _ = with_password(project, org)
    delete = project.api.organizations.members.delete_password
    with refused(403, "unauthorized_action"):
        delete(org, other.member.member_password_id, method_options=as_member(Options, mine))
    gone = project.browser("DELETE", f"/b2b/organizations/members/passwords/{mine.member.member_password_id}", session_token=mine.session_token)
    assert data(gone)["member"]["member_password_id"] == ""
    _, admin = verified_member(project, org, roles=["stytch_admin"])
    assert delete(org, other.member.member_password_id, method_options=as_member(Options, admin)).member.member_password_id == ""


def test_a_password_goes_with_the_address_and_with_the_account(project, org):
    done, password = with_password(project, org)
    members, moved = project.api.organizations.members, new_email()
    assert members.update(org, done.member_id, email_address=moved).member.member_password_id == ""
    with refused(401, "unauthorized_credentials"):
        enter(project, org, moved, password)
    done, password = with_password(project, org)
    members.delete(org, done.member_id)
    assert members.reactivate(org, done.member_id).member.member_password_id == ""
    with refused(401, "unauthorized_credentials"):
        enter(project, org, done.member.email_address, password)
