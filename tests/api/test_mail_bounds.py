"""How many mails members and pages can have sent to people who have not asked for them. Backends are not bounded."""

import pytest
from harness import check_refusal, login, new_domain, new_email, until, verified_member


@pytest.fixture
def traveller(start_server):
    return start_server(clock=True)


@pytest.fixture
def project(traveller):
    traveller.clock.stand()
    return traveller.project()


def administrator(project, org):
    email = project.admin(org).email_address
    return login(project, org, email, session_duration_minutes=60 * 24).session_token


def invite(project, session_token, email=None):
    return project.browser("POST", "/b2b/magic_links/email/invite", {"email_address": email or new_email()}, session_token)


def counted(project, what):
    [(count,)] = project.server.rows(f"SELECT count(*) FROM mail_counts WHERE counted = '{what}'")
    return int(count)


def check_too_many(answer, minutes=60):
    check_refusal(answer, 429, "too_many_requests")
    assert (minutes - 1) * 60 < int(answer.headers["retry-after"]) <= minutes * 60 + 1


def test_a_member_invites_a_hundred_in_an_hour(traveller, project):
    org = project.organization().organization_id
    session = administrator(project, org)
    for _ in range(100):
        assert invite(project, session).status_code == 200
    email = new_email()
    check_too_many(invite(project, session, email))
    # Nothing of what was refused stays, and it does not count.
    assert project.raw("GET", f"/v1/b2b/organizations/{org}/member", params={"email_address": email}).status_code == 404
    assert counted(project, org) == 100
    # Nor does a backend get past it that acts for the member, while one that acts for itself does.
    check_too_many(project.raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": email},
                               headers={"X-Stytch-Member-Session": session}))
    assert project.raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": email}).status_code == 200
    # A colleague still can, as can the member in an hour; also after the server has begun anew.
    assert invite(project, administrator(project, org)).status_code == 200
    traveller.restart()
    check_too_many(invite(project, session))
    traveller.clock.forward(minutes=61)
    assert invite(project, session).status_code == 200


@pytest.mark.parametrize("whose, bound", [("organization", 200), ("project", 2000)])
def test_all_members_together_are_bounded_too(traveller, project, whose, bound):
    org = project.organization().organization_id
    session = administrator(project, org)
    assert invite(project, session).status_code == 200
    what = org if whose == "organization" else project.project_id
    with_bound = bound - 1 - counted(project, what)
    fill_many(project, what, with_bound)
    assert invite(project, session).status_code == 200
    check_too_many(invite(project, session))
    # What an organization has sent counts for the project when the organization is gone.
    elsewhere = project.organization().organization_id
    other = administrator(project, elsewhere)
    project.api.organizations.delete(org)
    answer = invite(project, other)
    if whose == "project":
        check_too_many(answer)
    else:
        assert answer.status_code == 200
        until(lambda: counted(project, org) == 0, what="the end of what was counted for the organization")


def fill_many(project, what, mails):
    """So many mails more, counted at the time of the last one."""
    server = project.server
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)" % mails
    server.rows(f"{numbers} INSERT INTO mail_counts SELECT '{project.project_id}', '{what}', "
                f"(SELECT max(sent_at) FROM mail_counts), 'filled-' || i FROM n")


def test_a_change_of_address_counts(project):
    """A plain member writes to strangers by naming their addresses as their own."""
    org = project.organization().organization_id
    session = login(project, org, project.member(org).email_address, session_duration_minutes=60).session_token
    for _ in range(5):
        assert project.browser("POST", "/b2b/organizations/members/start_email_update", {"email_address": new_email()}, session).status_code == 200
    check_too_many(project.browser("POST", "/b2b/organizations/members/start_email_update", {"email_address": new_email()}, session))
    # Of other members' addresses a backend knows more.
    other = verified_member(project, org)[0]
    for _ in range(6):
        project.api.organizations.members.start_email_update(org, other.member_id, email_address=new_email())


def test_t45_strangers_are_told_nothing_when_an_organization_has_written_to_many(project):
    """The mail stays; whether the address may join makes no difference to the answer."""
    domain = new_domain()
    org = project.organization(email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED").organization_id

    def ask(email):
        return project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email})

    first, second = new_email(domain), new_email(domain)
    assert ask(first).status_code == 200
    project.mailbox.wait(first)
    fill_many(project, org, 199)
    active = project.member(org).email_address
    answers = [ask(email) for email in (second, new_email(), active)]
    assert {(answer.status_code, tuple(sorted(answer.json()["data"]))) for answer in answers} == {(200, ("request_id", "status_code"))}
    # Members still log in.
    project.mailbox.wait(active)
    assert project.server.rows(f"SELECT status FROM outbox WHERE recipient = '{second}'") == [("suppressed",)]


def test_logging_in_is_not_bounded_by_it(project):
    org = project.organization().organization_id
    session = administrator(project, org)
    assert invite(project, session).status_code == 200
    fill_many(project, org, 200)
    fill_many(project, project.project_id, 2000)
    check_too_many(invite(project, session))
    assert login(project, org, project.member(org).email_address).member_authenticated is True
