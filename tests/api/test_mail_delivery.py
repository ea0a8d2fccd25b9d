"""What becomes of mails that cannot leave at once: they wait no longer than they are of use."""

import asyncio
import contextlib

import pytest
from harness import Mailbox, check_refusal, new_domain, new_email, token_from, until


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


class Moody(Mailbox):
    """A mail server that hangs over some recipients, as one does that asks their own servers first, and refuses others."""

    def __init__(self):
        super().__init__()
        self.hangs_over, self.refuses = set(), set()
        self.hanging = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.hangs_over:
            self.hanging += 1
            while address in self.hangs_over:
                await asyncio.sleep(0.05)
        if address in self.refuses:
            return f"550 5.1.1 <{address}> has moved away"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@contextlib.contextmanager
def moody(start_server):
    """Such a mail server, and a server that sends through it."""
    mailbox = Moody()
    mailbox.start()
    try:
        server = start_server(clock=True, smtp=False, arguments=["--smtp-url", mailbox.url])
        server.mailbox, server.arguments = mailbox, []
        yield server, mailbox
    finally:
        mailbox.hangs_over.clear()
        mailbox.stop()


@pytest.mark.parametrize("domains", ["one domain", "forty domains"])
def test_recipients_whose_mail_server_hangs_hold_up_nobody_else(start_server, domains):
    """Forty conversations that do not go on, of which an attempt waits for a minute."""
    with moody(start_server) as (server, mailbox):
        project = server.project()
        org = project.organization().organization_id
        domain = new_domain()
        slow = [new_email(domain if domains == "one domain" else None) for _ in range(40)]
        mailbox.hangs_over.update(slow)
        for email in slow:
            project.api.magic_links.email.invite(organization_id=org, email_address=email)
        until(lambda: mailbox.hanging, what="a mail that hangs")
        waiting = project.member(org).email_address
        assert ask(project, org, waiting).status_code == 200
        mailbox.wait(waiting, timeout=40)
        assert mailbox.hangs_over == set(slow) and all(mailbox.waiting(email) == 0 for email in slow)
        mailbox.hangs_over.clear()
        for email in slow:
            mailbox.wait(email, timeout=40)


def test_what_was_refused_is_kept_and_can_be_tried_again_while_its_link_works(start_server):
    with moody(start_server) as (server, mailbox):
        project = server.project()
        org = project.organization().organization_id
        invited, asking = new_email(), project.member(org).email_address
        mailbox.refuses.update([invited, asking])
        project.api.magic_links.email.invite(organization_id=org, email_address=invited)
        assert ask(project, org, asking).status_code == 200
        until(lambda: not server.rows("SELECT id FROM outbox WHERE status = 'waiting'"), what="refusals")
        for email in (invited, asking):
            assert outbox(server, email) == [("failed", "1", "1" if "sqlite" in server.database_url else "t")]
        # Why is in the table and in the log, which names no address.
        shown = server.command("outbox").stdout
        assert "after 1 attempt: " in shown and f"<{invited}> has moved away" in shown, shown
        assert "<the recipient> has moved away" in server.log() and invited not in server.log()
        # A login works for an hour, an invitation for a week.
        server.clock.forward(minutes=24 * 60)
        mailbox.refuses.clear()
        assert "1 message is tried again now" in server.command("outbox", "retry").stdout
        assert project.api.magic_links.authenticate(magic_links_token=token_from(mailbox.wait(invited))).member_authenticated is True
        assert mailbox.waiting(asking) == 0
        until(lambda: outbox(server, invited)[0][0] == "delivered", what="a delivery that is written down")
        assert server.command("outbox", "retry").stdout.startswith("Nothing ")
        # What is of no use any more is erased.
        server.restart()
        until(lambda: outbox(server, asking)[0][2] in ("0", "f"), timeout=20, what="an empty message")


def test_a_mail_server_that_was_away_is_met_soon_when_the_operator_says_so(traveller, project, org):
    """After five days the next attempt is a quarter of an hour away."""
    mailbox, email = project.mailbox, new_email()
    mailbox.stop()
    project.api.magic_links.email.invite(organization_id=org, email_address=email)
    for _ in range(12):
        before = attempts(traveller, email)
        traveller.clock.forward(minutes=10 * 60)

        def tried():
            # An attempt that was going on just then waits from the new time on.
            traveller.clock.forward(minutes=3)
            return attempts(traveller, email) > before

        until(tried, what="another attempt")
    # Once the last attempt has failed; the first after that is made at once, and others soon.
    until(lambda: "1 message is tried again now" in traveller.command("outbox", "retry").stdout, what="a message that waits")
    mailbox.start()
    mail = mailbox.wait(email, timeout=20)
    assert project.api.magic_links.authenticate(magic_links_token=token_from(mail)).member_authenticated is True
