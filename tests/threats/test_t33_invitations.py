"""T-33: an invitation lets in exactly whom it was mailed to, until exactly when it says."""

import pytest
import requests
from harness import check_refusal, login, new_email, query_of, token_from, verified_member
from scenes import b64, unb64

DEAD = ((401, 404), ("unable_to_auth_magic_link", "magic_link_not_found"))


def invite(project, org, email=None, **fields):
    email = email or new_email()
    member = project.api.magic_links.email.invite(organization_id=org, email_address=email, **fields).member
    return member, project.mailbox.wait(email)


def accept(project, token, **fields):
    return project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token} | fields)


def test_t33_only_the_invited_address_gets_in(project, org):
    member, mail = invite(project, org)
    other = project.organization().organization_id
    # Whoever redeems it cannot say who or where they are.
    answer = accept(project, token_from(mail), organization_id=other, email_address=new_email(), member_id="x")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["member_id"], body["organization_id"], body["member"]["email_address"]) == (member.member_id, org, member.email_address)
    assert body["member"]["email_address_verified"] is True


def test_t33_the_link_cannot_be_edited(project, org):
    _, mail = invite(project, org)
    other = project.organization()
    raw = unb64(token_from(mail))
    for i in range(len(raw)):
        check_refusal(accept(project, b64(raw[:i] + bytes([raw[i] ^ 0x80]) + raw[i + 1 :])), *DEAD)
    foreign = bytes.fromhex(other.organization_id[-36:].replace("-", ""))
    check_refusal(accept(project, b64(raw[:1] + foreign + raw[17:])), *DEAD)
    # The rest of the link is decoration: another slug or type in it opens nothing else.
    query = query_of(mail.link) | {"slug": other.organization_slug, "stytch_token_type": "discovery"}
    page = requests.get(mail.link.split("?")[0], params=query, timeout=30)
    assert other.organization_slug not in page.text
    assert accept(project, token_from(mail)).json()["organization_id"] == org


def test_t33_an_invitation_shows_and_proves_nothing_at_another_project(project, neighbour, org):
    _, mail = invite(project, org)
    check_refusal(accept(neighbour, token_from(mail)), *DEAD)
    query = query_of(mail.link) | {"public_token": neighbour.public_token}
    page = requests.get(mail.link.split("?")[0], params=query, timeout=30)
    assert page.status_code == 404 and token_from(mail) not in page.text
    assert accept(project, token_from(mail)).status_code == 200


def test_t33_revoked_with_the_member(project, org):
    member, mail = invite(project, org)
    project.api.organizations.members.delete(org, member.member_id)
    check_refusal(accept(project, token_from(mail)), *DEAD)
    # Inviting again does not bring the old invitation back.
    again, fresh = invite(project, org, member.email_address)
    check_refusal(accept(project, token_from(mail)), *DEAD)
    assert accept(project, token_from(fresh)).json()["member_id"] == again.member_id


def test_t33_gone_when_the_address_was_changed(project, org):
    member, mail = invite(project, org)
    project.api.organizations.members.update(org, member.member_id, email_address=new_email())
    check_refusal(accept(project, token_from(mail)), *DEAD)


def test_t33_an_unproven_member_has_no_session_and_no_verified_address(project, org):
    """Being invited is not being in: until the mail is answered, nothing opens."""
    member, _ = invite(project, org, roles=["stytch_admin"])
    seen = project.api.organizations.members.get(org, member_id=member.member_id).member
    assert (seen.status, seen.email_address_verified) == ("invited", False)
    assert project.api.sessions.get(organization_id=org, member_id=member.member_id).member_sessions == []


def test_t33_accepting_by_another_way_needs_the_address_too(project, org):
    """A session of somebody else does not accept an invitation to this address."""
    member, _ = invite(project, org)
    home = project.organization().organization_id
    _, session = verified_member(project, home)
    answer = project.raw("POST", "/v1/b2b/sessions/exchange", {"organization_id": org, "session_token": session.session_token})
    check_refusal(answer, 400, "member_does_not_exist_in_organization")
    project.member(home, member.email_address)
    session = login(project, home, member.email_address)
    answer = project.raw("POST", "/v1/b2b/sessions/exchange", {"organization_id": org, "session_token": session.session_token})
    assert answer.json()["member_id"] == member.member_id


def test_t33_no_invitation_where_the_organization_forbids_it(project):
    closed = project.organization(email_invites="NOT_ALLOWED", email_jit_provisioning="RESTRICTED", email_allowed_domains=["corp-x.com"]).organization_id
    some = project.organization(email_invites="RESTRICTED", email_allowed_domains=["corp-x.com"]).organization_id
    for org in (closed, some):
        for email in (new_email(), new_email("sub.corp-x.com"), new_email("corp-x.com.evil-corp.com")):
            answer = project.raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": email})
            check_refusal(answer, 400, "invalid_email_for_invites")
            assert project.mailbox.waiting(email) == 0


@pytest.mark.parametrize(("minutes", "said"), [(5, "5 minutes"), (61, "61 minutes"), (None, "7 days")])
def test_t33_expires_in_exactly_the_second_that_it_says(start_server, minutes, said):
    """The clock of the server stands, so the last second of an invitation and the one after it are told apart."""
    server = start_server(clock=True)
    project = server.project()
    org = project.organization().organization_id
    server.clock.stand()
    [first, last, late] = [invite(project, org, **({"invite_expiration_minutes": minutes} if minutes else {}))[1] for _ in range(3)]
    assert said in first.text, first.text
    server.clock.forward(minutes=minutes or 7 * 24 * 60, seconds=-1)
    assert accept(project, token_from(first)).status_code == 200
    # The page that the link leads to goes by the same second.
    assert requests.get(last.link, timeout=30).status_code == 200
    assert accept(project, token_from(last)).status_code == 200
    server.clock.forward(seconds=1)
    check_refusal(accept(project, token_from(late)), *DEAD)
    page = requests.get(late.link, timeout=30)
    assert page.status_code == 404 and token_from(late) not in page.text
