"""Codes by mail: login_or_signup, authenticate, discovery; changes of address by code; a code beside a link."""

import json

import pytest
from harness import (
    Server, check_refusal, code_from, data, email_code, login, new_domain, new_email, refused, token_from, verified_member, wrong,
)


@pytest.fixture
def org(organization):
    return organization.organization_id


def enter(project, org, email, code, **fields):
    return project.api.otps.email.authenticate(organization_id=org, email_address=email, code=code, **fields)


# ---------------------------------------------------------------- logging in


def test_login(project, organization, org):
    member = project.member(org)
    sent = project.api.otps.email.login_or_signup(organization_id=org, email_address=member.email_address)
    assert (sent.member_id, sent.member_created, sent.member, sent.organization) == (member.member_id, False, member, organization)
    mail = project.mailbox.wait(member.email_address)
    code = code_from(mail)
    assert mail.subject == f"Your code for {organization.organization_name}" and code in mail.html and "href" not in mail.html
    assert "10 minutes" in mail.text and "will ever ask you for it" in mail.text
    with refused(400, "custom_claims_too_large"):
        enter(project, org, member.email_address, code, session_custom_claims={"k": "x" * 5000})
    answer = enter(project, org, member.email_address, code, session_duration_minutes=30, session_custom_claims={"a": 1})
    assert answer.member_authenticated is True and answer.member_id == member.member_id
    assert answer.method_id.startswith("email-test-") and answer.member.email_address_verified is True
    [factor] = answer.member_session.authentication_factors
    assert (factor.type, factor.delivery_method) == ("email_otp", "email")
    assert factor.email_factor.email_id == answer.method_id and factor.email_factor.email_address == member.email_address
    assert answer.member_session.custom_claims == {"a": 1}
    assert project.api.sessions.authenticate(session_token=answer.session_token).member.member_id == member.member_id
    events = [event["action"] for event in project.audit(org)]
    assert "email_code.send" in events


def test_signup_creates_a_pending_member_who_becomes_active(project):
    domain = new_domain()
    org = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    email = new_email(domain)
    sent = project.api.otps.email.login_or_signup(organization_id=org, email_address=email, locale="fr")
    assert sent.member_created is True and sent.member.status == "pending"
    mail = project.mailbox.wait(email)
    assert "Saisissez ce code pour créer votre compte" in mail.text
    answer = enter(project, org, email, code_from(mail))
    assert (answer.member.status, answer.member.email_address_verified) == ("active", True)


def test_in_a_browser_nobody_is_a_member_until_the_code_is_entered(project):
    domain = new_domain()
    org = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    email = new_email(domain)
    sent = data(project.browser("POST", "/b2b/otps/email/login_or_signup", {"organization_id": org, "email_address": email}))
    assert set(sent) == {"request_id", "status_code"}
    code = code_from(project.mailbox.wait(email))
    search = project.api.organizations.members.search
    assert search(organization_ids=[org]).results_metadata.total == 0
    body = {"organization_id": org, "email_address": email, "code": code, "session_duration_minutes": 60}
    answer = data(project.browser("POST", "/b2b/otps/email/authenticate", body))
    assert answer["member"]["status"] == "active" and answer["member_authenticated"]
    assert answer["method_id"] == answer["member_session"]["authentication_factors"][0]["email_factor"]["email_id"]
    assert search(organization_ids=[org]).results_metadata.total == 1


def test_only_the_newest_code_counts_and_once(project, org):
    member = project.member(org)
    first = email_code(project, org, member.email_address)
    second = email_code(project, org, member.email_address)
    if first != second:
        with refused(404, "otp_code_not_found"):
            enter(project, org, member.email_address, first)
    assert enter(project, org, member.email_address, second).member_authenticated
    with refused(401, "unable_to_auth_otp_code"):
        enter(project, org, member.email_address, second)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "123 456", "１２３４５６"])
def test_what_is_not_six_digits_is_no_code(project, org, code):
    with refused(400, ("invalid_code", "bad_request")):
        enter(project, org, new_email(), code)
    with refused(400, ("invalid_code", "bad_request")):
        project.api.otps.email.discovery.authenticate(email_address=new_email(), code=code)


def test_what_is_asked_for_has_to_be_possible(project, org):
    member = project.member(org)
    send = project.api.otps.email.login_or_signup
    for minutes in (1, 16):
        for field in ("login_expiration_minutes", "signup_expiration_minutes"):
            with refused(400, "invalid_expiration"):
                send(organization_id=org, email_address=member.email_address, **{field: minutes})
        with refused(400, "invalid_expiration"):
            project.api.otps.email.discovery.send(email_address=new_email(), discovery_expiration_minutes=minutes)
    for field in ("login_template_id", "signup_template_id"):
        with refused(400, "invalid_template_id"):
            send(organization_id=org, email_address=member.email_address, **{field: "no-such"})
    with refused(400, "invalid_template_id"):
        project.api.otps.email.discovery.send(email_address=new_email(), login_template_id="no-such")
    for refusal in (refused(400, "invalid_locale"),):
        with refusal:
            send(organization_id=org, email_address=member.email_address, locale="tlh")
    with refused(400, "invalid_locale"):
        project.api.otps.email.discovery.send(email_address=new_email(), locale="tlh")
    for call in (lambda: send(organization_id=org, email_address="nonsense"), lambda: enter(project, org, "nonsense", "123456"),
                 lambda: project.api.otps.email.discovery.send(email_address="nonsense"),
                 lambda: project.api.otps.email.discovery.authenticate(email_address="nonsense", code="123456")):
        with refused(400, "invalid_email"):
            call()
    for call in (lambda: send(organization_id="no-such", email_address=new_email()), lambda: enter(project, "no-such", new_email(), "123456")):
        with refused(404, "organization_not_found"):
            call()


def test_who_may_not_log_in_by_code(project):
    links_only = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"]).organization_id
    member = project.member(links_only)
    with refused(400, "operation_restricted_by_organization_auth_methods"):
        project.api.otps.email.login_or_signup(organization_id=links_only, email_address=member.email_address)
    closed = project.organization().organization_id
    with refused(400, "email_jit_provisioning_not_allowed"):
        project.api.otps.email.login_or_signup(organization_id=closed, email_address=new_email())
    narrow = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[new_domain()]).organization_id
    with refused(400, "invalid_email_for_jit_provisioning"):
        project.api.otps.email.login_or_signup(organization_id=narrow, email_address=new_email())
    retired, _ = verified_member(project, closed)
    project.api.organizations.members.update(closed, retired.member_id, email_address=new_email())
    with refused(400, "inactive_email"):
        project.api.otps.email.login_or_signup(organization_id=closed, email_address=retired.email_address)
    domain = new_domain()
    project.organization(claimed_email_domains=[domain], email_allowed_domains=[domain])
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        project.api.otps.email.login_or_signup(organization_id=closed, email_address=new_email(domain))


def test_a_method_that_was_restricted_meanwhile_is_not_enough(project, org):
    member = project.member(org)
    code = email_code(project, org, member.email_address)
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    answer = enter(project, org, member.email_address, code)
    assert answer.member_authenticated is False and answer.primary_required.allowed_auth_methods == ["magic_link"]
    token = answer.intermediate_session_token
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    link = token_from(project.mailbox.wait(member.email_address))
    done = project.api.magic_links.authenticate(magic_links_token=link, intermediate_session_token=token)
    assert sorted(factor.type for factor in done.member_session.authentication_factors) == ["email_otp", "magic_link"]


def test_a_code_is_added_to_a_living_session(project, org):
    member, session = verified_member(project, org)
    code = email_code(project, org, member.email_address)
    answer = enter(project, org, member.email_address, code, session_jwt=session.session_jwt)
    assert answer.member_session.member_session_id == session.member_session.member_session_id
    assert sorted(factor.type for factor in answer.member_session.authentication_factors) == ["email_otp", "magic_link"]
    code = email_code(project, org, member.email_address)
    with refused(400, "too_many_session_arguments"):
        enter(project, org, member.email_address, code, session_token=session.session_token, session_jwt=session.session_jwt)
    # A refusal uses nothing up.
    assert enter(project, org, member.email_address, code).member_authenticated


def test_half_a_login_goes_on_with_a_code(project):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org)
    half = enter(project, org, member.email_address, email_code(project, org, member.email_address))
    assert half.member_authenticated is False and half.session_token == "" and half.mfa_required is not None
    code = email_code(project, org, member.email_address)
    again = enter(project, org, member.email_address, code, intermediate_session_token=half.intermediate_session_token)
    assert again.intermediate_session_token == half.intermediate_session_token
    other = project.organization().organization_id
    stranger = project.member(other)
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        code = email_code(project, other, stranger.email_address)
        enter(project, other, stranger.email_address, code, intermediate_session_token=half.intermediate_session_token)
    with refused(404, "intermediate_session_not_found"):
        enter(project, other, stranger.email_address, code, intermediate_session_token="x" * 44)


def test_what_ends_codes(project, org):
    """A deleted member's code is nobody's, and revoking all sessions of a member ends what was mailed to them."""
    member = project.member(org)
    code = email_code(project, org, member.email_address)
    project.api.sessions.revoke(member_id=member.member_id)
    with refused((401, 404), ("otp_code_not_found", "unable_to_auth_otp_code")):
        enter(project, org, member.email_address, code)
    code = email_code(project, org, member.email_address)
    project.api.organizations.members.delete(org, member.member_id)
    with refused((401, 404), ("otp_code_not_found", "unable_to_auth_otp_code")):
        enter(project, org, member.email_address, code)


def test_bounds_of_sessions_hold_here_too(project, org):
    member = project.member(org)
    with refused(400, "invalid_session_duration_minutes"):
        enter(project, org, member.email_address, "123456", session_duration_minutes=1)


def test_too_many_mails_are_refused(project, org):
    member = project.member(org)
    ways = {
        "/v1/b2b/otps/email/login_or_signup": {"organization_id": org, "email_address": member.email_address},
        "/v1/b2b/otps/email/discovery/send": {"email_address": new_email()},
    }
    for path, body in ways.items():
        answers = [project.raw("POST", path, body) for _ in range(31)]
        assert [answer.status_code for answer in answers[:30]] == [200] * 30
        check_refusal(answers[30], 429, "too_many_requests")


# ---------------------------------------------------------------- discovery


@pytest.mark.parametrize("surface", ["backend", "browser"])
def test_discovery(project, organization, org, surface):
    member, _ = verified_member(project, org)
    email = member.email_address
    if surface == "backend":
        project.api.otps.email.discovery.send(email_address=email, discovery_expiration_minutes=2, locale="es")
    else:
        body = {"email_address": email, "discovery_expiration_minutes": 2, "locale": "es"}
        assert set(data(project.browser("POST", "/b2b/otps/email/discovery/send", body))) == {"request_id", "status_code"}
    mail = project.mailbox.wait(email)
    assert "elegir tu organización" in mail.text and "2 minutos" in mail.text
    code = code_from(mail)
    if surface == "backend":
        with refused(404, "otp_code_not_found"):
            project.api.otps.email.discovery.authenticate(email_address=email, code=wrong(code))
        found = json.loads(project.api.otps.email.discovery.authenticate(email_address=email, code=code).json())
        with refused(401, "unable_to_auth_otp_code"):
            project.api.otps.email.discovery.authenticate(email_address=email, code=code)
    else:
        found = data(project.browser("POST", "/b2b/otps/email/discovery/authenticate", {"email_address": email, "code": code}))
    assert found["email_address"] == email
    [discovered] = found["discovered_organizations"]
    assert discovered["organization"]["organization_id"] == org and discovered["member_authenticated"] is True
    exchanged = project.api.discovery.intermediate_sessions.exchange(
        intermediate_session_token=found["intermediate_session_token"], organization_id=org)
    assert exchanged.member_authenticated and exchanged.member_session.authentication_factors[0].type == "email_otp"


def test_an_organization_is_created_with_a_code(project):
    email = new_email()
    project.api.otps.email.discovery.send(email_address=email)
    found = project.api.otps.email.discovery.authenticate(email_address=email, code=code_from(project.mailbox.wait(email)))
    made = project.api.discovery.organizations.create(intermediate_session_token=found.intermediate_session_token)
    assert made.member_authenticated and made.member.email_address == email and made.member.email_address_verified


# ---------------------------------------------------------------- changing one's address


def start(project, org, member, email, **fields):
    return project.api.organizations.members.start_email_update(org, member.member_id, email_address=email, **fields)


def test_an_address_is_changed_by_code(project, org):
    member, session = verified_member(project, org)
    new = new_email()
    start(project, org, member, new, delivery_method="EMAIL_OTP")
    mail = project.mailbox.wait(new)
    assert "5 minutes" in mail.text and f"Enter this code to use the address {new}" in mail.text
    code = code_from(mail)
    with refused(404, "otp_code_not_found"):
        enter(project, org, member.email_address, code)
    done = enter(project, org, new, code, session_token=session.session_token)
    assert done.member_id == member.member_id and done.member.email_address == new and done.member.email_address_verified
    assert [retired.email_address for retired in done.member.retired_email_addresses] == [member.email_address]
    assert done.method_id != done.member.retired_email_addresses[0].email_id
    assert login(project, org, new).member_id == member.member_id


def test_in_a_browser_an_address_is_changed_by_who_asked_for_it(project, org):
    """Somebody else who reads mail there waits for a code of their own, and must not land in another's account."""
    member, session = verified_member(project, org)
    other, of_other = verified_member(project, org)
    new = new_email()
    start(project, org, member, new, delivery_method="EMAIL_OTP")
    body = {"organization_id": org, "email_address": new, "code": code_from(project.mailbox.wait(new)), "session_duration_minutes": 60}
    for token in (None, of_other.session_token):
        answer = project.browser("POST", "/b2b/otps/email/authenticate", body, session_token=token)
        check_refusal(answer, 400, "unable_to_verify_member_email_update")
    done = data(project.browser("POST", "/b2b/otps/email/authenticate", body, session_token=session.session_token))
    assert done["member"]["email_address"] == new and done["member_id"] == member.member_id


def test_a_code_for_a_new_address_is_one_members_and_the_newest_of_them(project, org):
    member, _ = verified_member(project, org)
    other, _ = verified_member(project, org)
    first, second = new_email(), new_email()
    start(project, org, member, first, delivery_method="EMAIL_OTP")
    with refused(400, "desired_email_updating_for_different_member"):
        start(project, org, other, first)
    code = code_from(project.mailbox.wait(first))
    start(project, org, member, second)
    with refused(404, "otp_code_not_found"):
        enter(project, org, first, code)
    with refused(400, "invalid_argument"):
        start(project, org, member, second, delivery_method="EMAIL_PIGEON")


def test_what_stands_in_the_way_of_a_new_address(project, org):
    member, _ = verified_member(project, org)
    new = new_email()
    start(project, org, member, new, delivery_method="EMAIL_OTP")
    code = code_from(project.mailbox.wait(new))
    taken = project.member(org, new)
    with refused(400, "duplicate_member_email"):
        enter(project, org, new, code)
    project.api.organizations.members.update(org, taken.member_id, email_address=new_email())
    project.api.organizations.members.unlink_retired_email(org, taken.member_id, email_address=new)
    project.organization(claimed_email_domains=[new.split("@")[1]], email_allowed_domains=[new.split("@")[1]])
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        enter(project, org, new, code)


# ---------------------------------------------------------------- a code beside a link


@pytest.fixture(scope="module")
def both(postgres):
    """A project whose links come with a code."""
    server = Server(postgres=postgres).start()
    project = server.project()
    server.command("project", "update", project.project_id, "--code-in-magic-link-mails")
    yield project
    server.stop()


def mailed(project, org, email):
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
    mail = project.mailbox.wait(email)
    return token_from(mail), code_from(mail)


def test_using_one_uses_up_the_other(both):
    org = both.organization().organization_id
    member = both.member(org)
    link, code = mailed(both, org, member.email_address)
    assert both.api.magic_links.authenticate(magic_links_token=link).member_authenticated
    with refused(401, "unable_to_auth_otp_code"):
        enter(both, org, member.email_address, code)
    link, code = mailed(both, org, member.email_address)
    answer = enter(both, org, member.email_address, code)
    assert [factor.type for factor in answer.member_session.authentication_factors] == ["email_otp"]
    with refused(401, "unable_to_auth_magic_link"):
        both.api.magic_links.authenticate(magic_links_token=link)


def test_using_one_of_discovery_uses_up_the_other(both):
    email = new_email()
    for first in ("link", "code"):
        both.api.magic_links.email.discovery.send(email_address=email)
        mail = both.mailbox.wait(email)
        ways = {
            "link": lambda mail=mail: both.api.magic_links.discovery.authenticate(discovery_magic_links_token=token_from(mail)),
            "code": lambda mail=mail: both.api.otps.email.discovery.authenticate(email_address=email, code=code_from(mail)),
        }
        assert ways.pop(first)().email_address == email
        [other] = ways.values()
        with refused(401, ("unable_to_auth_otp_code", "unable_to_auth_magic_link")):
            other()


def test_a_link_used_leaves_a_newer_code_alone(both):
    org = both.organization().organization_id
    member = both.member(org)
    link, _ = mailed(both, org, member.email_address)
    newer = email_code(both, org, member.email_address)
    assert both.api.magic_links.authenticate(magic_links_token=link).member_authenticated
    assert enter(both, org, member.email_address, newer).member_authenticated


def test_where_codes_are_not_allowed_there_is_none_beside_the_link(both):
    links_only = {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["magic_link"]}
    org = both.organization(email_invites="ALL_ALLOWED", **links_only).organization_id
    member = both.member(org)
    both.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    mail = both.mailbox.wait(member.email_address)
    assert token_from(mail) and "code" not in mail.text
    invited = new_email()
    both.api.magic_links.email.invite(organization_id=org, email_address=invited)
    assert "code" not in both.mailbox.wait(invited).text


# ---------------------------------------------------------------- where the developer reads them


def test_the_outbox_shows_the_code(postgres):
    server = Server(postgres=postgres, smtp=False).start()
    try:
        project = server.project()
        email = new_email()
        project.api.otps.email.discovery.send(email_address=email)
        [message] = map(json.loads, server.command("outbox", "--json").stdout.splitlines())
        assert message["code"] in message["text"] and len(message["code"]) == 6 and message["link"] == ""
        assert f"\n    {message['code']}\n" in server.command("outbox").stdout
        page = project.raw("GET", f"/outbox/{message['id']}").text
        assert f'<code class="code">{message["code"]}</code>' in page
        assert project.api.otps.email.discovery.authenticate(email_address=email, code=message["code"]).email_address == email
    finally:
        server.stop()
