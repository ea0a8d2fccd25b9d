"""T-38: a change of address ends what the old address opened, and the old address is told."""

import threading

import pytest
from harness import check_refusal, discover, discovery_token, intermediate, login, magic_token, new_email, query_of, race, token_from, verified_member

DEAD = ((400, 401, 404), ("unable_to_auth_magic_link", "magic_link_not_found", "unable_to_verify_member_email_update"))


def authenticate(project, token, **fields):
    return project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token} | fields)


def change(project, org, member, how, session=None):
    """Changes the address in one of its ways; answers the new address."""
    new = new_email()
    if how == "backend":
        project.api.organizations.members.update(org, member.member_id, email_address=new)
    else:
        project.api.organizations.members.start_email_update(org, member.member_id, email_address=new)
        fields = {"session_token": session.session_token} if session else {}
        assert authenticate(project, token_from(project.mailbox.wait(new)), **fields).status_code == 200
    return new


@pytest.mark.parametrize("how", ["backend", "self-serve"])
def test_t38_everything_of_the_old_address_ends(project, org, how):
    member, session = verified_member(project, org)
    old = member.email_address
    second = login(project, org, old)
    link, pending = magic_token(project, org, old), new_email()
    found = intermediate(project, old)
    if how == "backend":
        project.api.organizations.members.start_email_update(org, member.member_id, email_address=pending)
        pending_token = token_from(project.mailbox.wait(pending))
    new = change(project, org, member, how)
    notice = project.mailbox.wait(old)
    assert "changed" in notice.subject.lower()
    assert "token=" not in notice.text and new not in notice.text + notice.html

    for old_session in (session, second):
        for body in ({"session_token": old_session.session_token}, {"session_jwt": old_session.session_jwt}):
            check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", body), 404, "session_not_found")
    check_refusal(authenticate(project, link), *DEAD)
    if how == "backend":
        check_refusal(authenticate(project, pending_token), *DEAD)
    answer = project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", {"intermediate_session_token": found, "organization_id": org})
    assert answer.status_code in (400, 404), answer.text
    assert discover(project, old).discovered_organizations == []
    assert [d.organization.organization_id for d in discover(project, new).discovered_organizations] == [org]

    now = project.api.organizations.members.get(org, member_id=member.member_id).member
    assert (now.email_address, now.email_address_verified) == (new, how == "self-serve")


def test_t38_a_newer_change_replaces_an_older_one(project, org):
    member, _ = verified_member(project, org)
    tokens = []
    for _ in range(2):
        new = new_email()
        project.api.organizations.members.start_email_update(org, member.member_id, email_address=new)
        tokens.append((new, token_from(project.mailbox.wait(new))))
    check_refusal(authenticate(project, tokens[0][1]), *DEAD)
    assert authenticate(project, tokens[1][1]).json()["member"]["email_address"] == tokens[1][0]


def test_t38_a_pending_change_does_not_survive(project, org):
    """Deleted, or changed in another way: the pending change is gone. Nothing is taken over by waiting."""
    member, _ = verified_member(project, org)
    new = new_email()
    project.api.organizations.members.start_email_update(org, member.member_id, email_address=new)
    token = token_from(project.mailbox.wait(new))
    project.api.organizations.members.delete(org, member.member_id)
    check_refusal(authenticate(project, token), *DEAD)
    project.api.organizations.members.reactivate(org, member.member_id)
    check_refusal(authenticate(project, token), *DEAD)
    again = project.api.organizations.members.get(org, member_id=member.member_id).member
    assert again.email_address == member.email_address


def test_t38_the_change_needs_the_new_address(project, org):
    """Starting a change changes nothing, and the link goes to the new address alone."""
    member, session = verified_member(project, org)
    new = new_email()
    project.api.organizations.members.start_email_update(org, member.member_id, email_address=new)
    mail = project.mailbox.wait(new)
    assert mail.recipients == [new] and query_of(mail.link)["token"]
    assert project.mailbox.waiting(member.email_address) == 0
    assert project.api.organizations.members.get(org, member_id=member.member_id).member.email_address == member.email_address
    assert project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token}).status_code == 200
    answer = project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": new})
    check_refusal(answer, 400, "email_jit_provisioning_not_allowed")


def test_t38_the_session_that_confirms_goes_on_and_others_end(project, org):
    member, mine = verified_member(project, org)
    theirs = login(project, org, member.email_address)
    change(project, org, member, "self-serve", mine)
    assert project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": mine.session_token}).status_code == 200
    check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": theirs.session_token}), 404, "session_not_found")


def test_t38_an_unproven_address_opens_nothing_yet(project, org):
    """After the backend has set another address, only its owner gets in."""
    member, _ = verified_member(project, org)
    new = change(project, org, member, "backend")
    assert "changed" in project.mailbox.wait(member.email_address).subject
    assert login(project, org, new).member.email_address_verified is True
    answer = project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": member.email_address})
    check_refusal(answer, 400, "inactive_email")
    assert discovery_token(project, member.email_address)


ENDINGS = {
    "changed": lambda project, org, member: project.api.organizations.members.update(org, member.member_id, email_address=new_email()),
    "deleted": lambda project, org, member: project.api.organizations.members.delete(org, member.member_id),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_t38_sessions_that_are_being_made_meanwhile_end_too(project, org, ending):
    """Someone with a session elsewhere enters again and again while the address changes or the member is deleted."""
    for _ in range(3):
        member, _ = verified_member(project, org)
        elsewhere = project.organization().organization_id
        project.member(elsewhere, member.email_address)
        session = login(project, elsewhere, member.email_address).session_token
        made, busy, over = [], threading.Barrier(5, timeout=20), threading.Event()

        def enter():
            answer = project.raw("POST", "/v1/b2b/sessions/exchange", {"organization_id": org, "session_token": session})
            if answer.status_code == 200:
                made.append(answer.json()["session_token"])

        def work(i):
            if i == 0:
                busy.wait()
                ENDINGS[ending](project, org, member)
                over.set()
                return
            enter()
            busy.wait()
            while not over.is_set():
                enter()

        assert race(5, work) == [None] * 5
        assert len(made) >= 4
        if ending == "deleted":
            project.api.organizations.members.reactivate(org, member.member_id)
        for token in made:
            check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token}), 404, "session_not_found")
        assert project.api.sessions.get(organization_id=org, member_id=member.member_id).member_sessions == []
