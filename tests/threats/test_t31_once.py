"""T-31: of a hundred requests that redeem one token at once, exactly one gets a session."""

import pytest
import requests
from harness import code_from, discovery_token, email_code, intermediate, magic_token, new_email, race, token_from, verified_member
from scenes import stripped

COUNT = 100


def redeem(project, path, body, count=COUNT):
    sessions = [requests.Session() for _ in range(count)]
    answers = race(count, lambda i: sessions[i].post(project.server.url + path, json=body, auth=(project.project_id, project.secret), timeout=60))
    for answer in answers:
        assert isinstance(answer, requests.Response), answer
    return answers


def exactly_one(answers, *errors):
    good = [a for a in answers if a.status_code == 200]
    bad = {a.json()["error_type"] for a in answers if a.status_code != 200}
    assert len(good) == 1, [(a.status_code, a.text[:80]) for a in answers]
    assert bad <= set(errors), bad
    return stripped(good[0])


def sessions_of(project, org, member_id):
    return project.api.sessions.get(organization_id=org, member_id=member_id).member_sessions


def test_t31_many_passwords_set_with_one_link(project, org):
    """The passwords are hashed before the link is used up. More than wait for that are told to come back."""
    member = project.member(org)
    project.api.passwords.email.reset_start(organization_id=org, email_address=member.email_address)
    body = {"password_reset_token": token_from(project.mailbox.wait(member.email_address)), "password": "violet-harbor-sings-tonight"}
    answers = redeem(project, "/v1/b2b/passwords/email/reset", body, 20)
    exactly_one(answers, "unable_to_auth_password_reset_token", "too_many_requests")
    assert len(sessions_of(project, org, member.member_id)) == 1


@pytest.mark.parametrize("kind", ["login", "invite"])
def test_t31_a_hundred_redemptions_of_a_link(project, org, kind):
    if kind == "login":
        member = project.member(org)
        token = magic_token(project, org, member.email_address)
    else:
        member = project.api.magic_links.email.invite(organization_id=org, email_address=new_email()).member
        token = token_from(project.mailbox.wait(member.email_address))
    answers = redeem(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
    won = exactly_one(answers, "unable_to_auth_magic_link")
    [session] = sessions_of(project, org, member.member_id)
    assert session.member_session_id == won["member_session"]["member_session_id"]


def test_t31_a_hundred_redemptions_of_a_discovery_link(project):
    token = discovery_token(project, new_email())
    answers = redeem(project, "/v1/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": token})
    assert exactly_one(answers, "unable_to_auth_magic_link")["intermediate_session_token"]


def test_t31_a_hundred_redemptions_of_a_code(project, org):
    member = project.member(org)
    body = {"organization_id": org, "email_address": member.email_address, "code": email_code(project, org, member.email_address)}
    won = exactly_one(redeem(project, "/v1/b2b/otps/email/authenticate", body), "unable_to_auth_otp_code")
    [session] = sessions_of(project, org, member.member_id)
    assert session.member_session_id == won["member_session"]["member_session_id"]


def test_t31_a_hundred_redemptions_of_a_discovery_code(project):
    email = new_email()
    project.api.otps.email.discovery.send(email_address=email)
    body = {"email_address": email, "code": code_from(project.mailbox.wait(email))}
    answers = redeem(project, "/v1/b2b/otps/email/discovery/authenticate", body, 40)
    assert exactly_one(answers, "unable_to_auth_otp_code")["intermediate_session_token"]


def test_t31_a_link_and_the_code_beside_it_are_one(start_server):
    """Whoever uses both at once gets in once."""
    server = start_server()
    project = server.project()
    server.command("project", "update", project.project_id, "--code-in-magic-link-mails")
    org = project.organization().organization_id
    member = project.member(org)
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    mail = project.mailbox.wait(member.email_address)
    of_code = {"organization_id": org, "email_address": member.email_address, "code": code_from(mail)}
    ways = [("/v1/b2b/magic_links/authenticate", {"magic_links_token": token_from(mail)}), ("/v1/b2b/otps/email/authenticate", of_code)]
    answers = race(40, lambda i: project.raw("POST", *ways[i % 2]))
    exactly_one(answers, "unable_to_auth_otp_code", "unable_to_auth_magic_link")


def test_t31_a_hundred_exchanges_of_an_intermediate_session(project, org):
    member, _ = verified_member(project, org)
    project.api.sessions.revoke(member_id=member.member_id)
    token = intermediate(project, member.email_address)
    answers = redeem(project, "/v1/b2b/discovery/intermediate_sessions/exchange", {"intermediate_session_token": token, "organization_id": org})
    exactly_one(answers, "intermediate_session_not_found")
    assert len(sessions_of(project, org, member.member_id)) == 1


def test_t31_a_hundred_organizations_from_one_intermediate_session(project):
    email = new_email()
    token = intermediate(project, email)
    answers = redeem(project, "/v1/b2b/discovery/organizations/create", {"intermediate_session_token": token}, 40)
    exactly_one(answers, "intermediate_session_not_found", "organization_slug_already_used")
    filters = {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": [email]}]}
    assert project.api.organizations.search(query=filters).results_metadata.total == 1


def test_t31_a_hundred_confirmations_of_an_address(project, org):
    member, _ = verified_member(project, org)
    new = new_email()
    project.api.organizations.members.start_email_update(org, member.member_id, email_address=new)
    token = token_from(project.mailbox.wait(new))
    answers = redeem(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token}, 40)
    won = exactly_one(answers, "unable_to_auth_magic_link", "magic_link_not_found")
    assert won["member"]["email_address"] == new
    assert [r["email_address"] for r in won["member"]["retired_email_addresses"]] == [member.email_address]


def test_t31_a_used_token_stays_used(project, org):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    for attempt in range(5):
        answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
        assert answer.status_code == (200 if attempt == 0 else 401)
