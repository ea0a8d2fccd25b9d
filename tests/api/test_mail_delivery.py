"""What becomes of mails that cannot leave at once: they wait no longer than they are of use."""

import pytest
from harness import check_refusal, new_email, token_from, until


@pytest.fixture
def traveller(start_server):
    return start_server(clock=True)


@pytest.fixture
def project(traveller):
    return traveller.project()


@pytest.fixture
def org(project):
    return project.organization().organization_id


def ask(project, org, email, **fields):
    return project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email} | fields)


def outbox(server, email):
    """Status, attempts and whether there is still something in the messages to an address."""
    return server.rows(f"SELECT status, attempts, sealed_body IS NOT NULL FROM outbox WHERE recipient = '{email}'")


def attempts(server, email):
    return sum(int(made) for _, made, _ in outbox(server, email))


def nothing_waits(server):
    """Whatever was going to leave has left. What is being delivered is waiting, too."""
    until(lambda: server.rows("SELECT count(*) FROM outbox WHERE status = 'waiting'") == [("0",)], timeout=20, what="an empty outbox")


def works(project):
    """A mail that is asked for now arrives."""
    org = project.organization().organization_id
    email = project.member(org).email_address
    assert ask(project, org, email).status_code == 200
    assert project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(email))).member_authenticated is True


@pytest.mark.parametrize("what", ["login", "invite", "email update", "notice"])
def test_a_queued_mail_of_a_deleted_organization_does_not_leave(traveller, project, org, what):
    """Its link opens nothing any more, and its name would still be written in it."""
    api, mailbox = project.api, project.mailbox
    member = project.member(org, email_address=new_email())
    stays = project.organization().organization_id
    other = project.member(stays).email_address
    email = member.email_address
    if what in ("notice", "email update"):
        assert ask(project, org, email).status_code == 200
        assert api.magic_links.authenticate(magic_links_token=token_from(mailbox.wait(email))).member_authenticated is True
    mailbox.stop()
    match what:
        case "login":
            assert ask(project, org, email).status_code == 200
        case "invite":
            email = new_email()
            api.magic_links.email.invite(organization_id=org, email_address=email)
        case "email update":
            email = new_email()
            api.organizations.members.start_email_update(org, member.member_id, email_address=email)
        case "notice":
            api.organizations.members.update(org, member.member_id, email_address=new_email())
    assert ask(project, stays, other).status_code == 200
    # Both were tried, and refused.
    until(lambda: attempts(traveller, email) and attempts(traveller, other), what="attempts")
    api.organizations.delete(org)
    mailbox.start()
    traveller.clock.forward(minutes=2)
    assert mailbox.wait(other, timeout=20)
    nothing_waits(traveller)
    assert mailbox.waiting(email) == 0
    works(project)


def test_a_queued_mail_of_a_deleted_organization_is_gone_after_a_restart_too(traveller, project, org):
    email = project.member(org).email_address
    project.mailbox.stop()
    assert ask(project, org, email).status_code == 200
    until(lambda: attempts(traveller, email), what="an attempt")
    project.api.organizations.delete(org)
    traveller.restart()
    project.mailbox.start()
    traveller.clock.forward(minutes=2)
    works(project)
    nothing_waits(traveller)
    assert project.mailbox.waiting(email) == 0 and outbox(traveller, email) == []


@pytest.mark.parametrize("minutes", [5, 60])
def test_retries_end_with_the_life_of_the_link(traveller, project, org, minutes):
    email = project.member(org).email_address
    project.mailbox.stop()
    assert ask(project, org, email, login_expiration_minutes=minutes).status_code == 200
    until(lambda: attempts(traveller, email) == 1, what="the first attempt")
    # As long as it is good for something, it is tried again.
    traveller.clock.forward(minutes=minutes - 1)
    until(lambda: attempts(traveller, email) >= 2, what="an attempt within the life of the link")
    assert [(status, held) for status, _, held in outbox(traveller, email)] in ([("waiting", "1")], [("waiting", "t")])
    traveller.clock.forward(minutes=2)
    until(lambda: outbox(traveller, email)[0][0] == "failed", what="the end of the attempts")
    # Nothing of the link is kept.
    [(_, made, held)] = outbox(traveller, email)
    assert held in ("0", "f")
    project.mailbox.start()
    traveller.clock.forward(minutes=24 * 60)
    works(project)
    assert project.mailbox.waiting(email) == 0
    assert [made for _, made, _ in outbox(traveller, email)] == [made]


def test_a_mail_that_left_in_time_is_good(traveller, project, org):
    """A link that waited for its mail server is no shorter for it."""
    email = project.member(org).email_address
    project.mailbox.stop()
    assert ask(project, org, email).status_code == 200
    until(lambda: attempts(traveller, email), what="an attempt")
    project.mailbox.start()
    traveller.clock.forward(minutes=50)
    token = token_from(project.mailbox.wait(email, timeout=20))
    assert project.api.magic_links.authenticate(magic_links_token=token).member_authenticated is True


# ---------------------------------------------------------------- the bound

REFUSED = {
    "a link that would live too long": {"login_expiration_minutes": 100_000},
    "an address that the link may not lead to": {"login_redirect_url": "https://elsewhere.example.com/"},
    "a template that is not there": {"login_template_id": "none"},
    "a language that is not there": {"locale": "xx"},
    "a challenge that is none": {"pkce_code_challenge": "x"},
}


@pytest.mark.parametrize("surface", ["backend", "browser"])
def test_whoever_asks_for_what_is_refused_locks_nobody_out(project, org, surface):
    """Anybody can ask for an address that is not theirs."""
    email = project.member(org).email_address
    for fields in REFUSED.values():
        for _ in range(8):
            body = {"organization_id": org, "email_address": email} | fields
            if surface == "backend":
                answer = project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body)
            else:
                answer = project.browser("POST", "/b2b/magic_links/email/login_or_signup", body)
            assert answer.status_code == 400, answer.text
    for _ in range(30):
        assert ask(project, org, email).status_code == 200
    check_refusal(ask(project, org, email), 429, "too_many_requests")


def test_what_was_refused_for_being_too_much_does_not_count_either(traveller, project, org):
    """Whoever goes on asking locks the address out no longer than whoever stops."""
    email = project.member(org).email_address
    traveller.clock.stand()
    for _ in range(30):
        assert ask(project, org, email).status_code == 200
    for _ in range(3):
        for _ in range(20):
            check_refusal(ask(project, org, email), 429, "too_many_requests")
        traveller.clock.forward(seconds=15)
    answer = ask(project, org, email)
    check_refusal(answer, 429, "too_many_requests")
    assert int(answer.headers["retry-after"]) <= 16
    traveller.clock.forward(seconds=16)
    assert ask(project, org, email).status_code == 200


def test_the_bound_outlives_a_restart(traveller, project, org):
    email = project.member(org).email_address
    traveller.clock.stand()
    for _ in range(30):
        assert ask(project, org, email).status_code == 200
    traveller.restart()
    check_refusal(ask(project, org, email), 429, "too_many_requests")
    traveller.clock.forward(seconds=61)
    assert ask(project, org, email).status_code == 200
