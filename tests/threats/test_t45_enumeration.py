"""T-45: nobody can find out who has an account: not by the status, not by the body, not by the work behind it."""

import secrets
import time

import pytest
from harness import Server, check_refusal, code_from, data, email_code, new_domain, new_email, verified_member, wrong
from scenes import MAGIC_LINK, b64, made_up, stripped, verdict

SHOWN = {"date", "content-length", "x-request-id"}


def headers_of(answer):
    return {k.lower(): v for k, v in answer.headers.items() if k.lower() not in SHOWN}


def same(real, fake):
    assert verdict(real) == verdict(fake), f"known: {real.text}\nunknown: {fake.text}"
    assert stripped(real) == stripped(fake)
    assert headers_of(real) == headers_of(fake)
    assert len(real.content) == len(fake.content)


@pytest.fixture(scope="module")
def known(project):
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    return org, member, session


@pytest.mark.parametrize("extra", [{}, {"locale": "fr"}, {"login_expiration_minutes": 5}, {"locale": "xx"}, {"login_template_id": "x"}, {"login_redirect_url": "https://evil.example"}, {"login_expiration_minutes": 1}, {"pkce_code_challenge": "bad"}], ids=str)
def test_t45_login_in_a_browser(project, known, extra):
    org, member, _ = known

    def ask(email):
        return project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email} | extra)

    for unknown in (new_email(), new_email(member.email_address.split("@")[1])):
        same(ask(member.email_address), ask(unknown))


@pytest.mark.parametrize("surface", ["backend", "browser"])
def test_t45_discovery(project, known, surface):
    _, member, _ = known

    def ask(email):
        body = {"email_address": email}
        if surface == "browser":
            return project.browser("POST", "/b2b/magic_links/email/discovery/send", body)
        return project.raw("POST", "/v1/b2b/magic_links/email/discovery/send", body)

    same(ask(member.email_address), ask(new_email()))


@pytest.mark.parametrize("state", ["pending", "invited", "deleted", "retired"])
def test_t45_whatever_became_of_the_member(project, org, state):
    email = new_email()
    if state == "invited":
        project.api.magic_links.email.invite(organization_id=org, email_address=email)
    else:
        member = project.member(org, email, create_member_as_pending=state == "pending")
        if state == "deleted":
            project.api.organizations.members.delete(org, member.member_id)
        if state == "retired":
            project.api.organizations.members.update(org, member.member_id, email_address=new_email())
    for path, more in ((f"{path}/{operation}", more) for path, _ in MAILED.values() for operation, more in (("login_or_signup", {"organization_id": org}), ("discovery/send", {}))):
        same(project.browser("POST", path, {"email_address": email} | more), project.browser("POST", path, {"email_address": new_email()} | more))


def test_t45_how_many_mails_an_address_may_get_is_the_same(project, known):
    """The bound on mails counts for strangers as for members, and at the same number."""
    org, _, _ = known
    counts = []
    for email in (new_email(), project.member(org).email_address):
        sent = 0
        while sent < 60:
            body = {"organization_id": org, "email_address": email}
            answer = project.browser("POST", "/b2b/magic_links/email/login_or_signup", body)
            if answer.status_code == 429:
                break
            assert answer.status_code == 200
            sent += 1
        counts.append(sent)
    assert counts[0] and abs(counts[0] - counts[1]) <= 2, counts


def test_t45_a_made_up_link_tells_nothing_of_its_organization(project):
    org = project.organization().organization_id
    verified_member(project, org)
    empty = project.organization().organization_id
    answers = []
    for tenant in (org, empty):
        token = b64(bytes([MAGIC_LINK]) + bytes.fromhex(tenant[-36:].replace("-", "")) + secrets.token_bytes(16))
        body = {"magic_links_token": token}
        answers.append(project.browser("POST", "/b2b/magic_links/authenticate", body | {"session_duration_minutes": 60}))
    same(*answers)


# ---------------------------------------------------------------- work
#
# How long a request takes is what it does. Milliseconds drown that in noise; what is done can be counted exactly: the
# rows that are written, and on PostgreSQL the statements that are run, in their order.

STATES = ["active", "pending", "invited", "deleted", "retired"]


def known_address(project, org, state, domain):
    """An address that somebody has, or had."""
    email = new_email(domain)
    if state == "invited":
        project.api.magic_links.email.invite(organization_id=org, email_address=email)
        return email
    member = project.member(org, email, create_member_as_pending=state == "pending")
    if state == "deleted":
        project.api.organizations.members.delete(org, member.member_id)
    if state == "retired":
        project.api.organizations.members.update(org, member.member_id, email_address=new_email(domain))
    return email


SENDING = {
    "login_or_signup": lambda org, email: {"organization_id": org, "email_address": email},
    "discovery/send": lambda org, email: {"email_address": email},
}


# What is mailed, with the path that it is asked for at, and the table that it goes to.
MAILED = {"link": ("/b2b/magic_links/email", "one_time_tokens"), "code": ("/b2b/otps/email", "email_codes")}


def ask_for(project, operation, org, email, mailed="link"):
    data(project.browser("POST", f"{MAILED[mailed][0]}/{operation}", SENDING[operation](org, email)))


def shapes(before, after):
    """The rows that came: their tables, and how long each of their values is that is not of the member."""
    # A link of nobody has no member, a mail to nobody will not be delivered, its event is about nobody.
    whose = {"member_id", "object_id", "object_type", "status"}
    # The worker delivers meanwhile.
    whose |= {"attempts", "sealed_body", "due_at", "last_error"}
    # Counted for the dashboard's pictures, and written now and then, for all requests together.
    counted = {"latency_counts", "login_counts", "active_members"}
    return sorted(
        (table, sorted((column, len(str(value))) for column, value in row.items() if column not in whose and not column.endswith("_at")))
        for table in set(after) - counted
        for row in after[table]
        if row not in before[table]
    )


@pytest.mark.parametrize("mailed", MAILED)
@pytest.mark.parametrize("operation", SENDING)
@pytest.mark.parametrize("state", STATES)
def test_t45_the_same_rows_are_written(silent, operation, state, mailed):
    """For strangers as for members; also a mail of the same size, which is not delivered."""
    domain = new_domain()
    org = silent.organization(organization_name="Acme").organization_id
    written, mails = [], []
    for email in (known_address(silent, org, state, domain), new_email(domain)):
        before = silent.server.contents()
        ask_for(silent, operation, org, email, mailed)
        after = silent.server.contents()
        written.append(shapes(before, after))
        [mail] = [row for row in after["outbox"] if row not in before["outbox"]]
        mails.append(len(mail["sealed_body"]))
    counts = ["mail_counts"] * (0 if "discovery" in operation else 2)
    assert [table for table, _ in written[0]] == sorted(["audit_events", *counts, MAILED[mailed][1], "outbox"])
    assert written[0] == written[1]
    # A link for signing up is mailed with another template, whose name has a letter more.
    assert abs(mails[0] - mails[1]) <= 2, mails


@pytest.fixture(scope="module")
def silent(postgres):
    """The project of a server that delivers no mail, so that the messages stay as they were written."""
    server = Server(postgres=postgres, smtp=False).start()
    yield server.project()
    server.stop()


@pytest.fixture(scope="module")
def logged(postgres):
    """The project of a server whose statements are logged, and whose clock travels: nothing needs be remembered."""
    if postgres is None:
        pytest.skip("SQLite logs no statements")
    server = Server(postgres=postgres, clock=True)
    postgres.log_statements(server.database_url.rsplit("/", 1)[1])
    server.start()
    yield server.project()
    server.stop()


def statements(project, postgres, work, containing):
    """What a request asks the database when nothing is remembered of earlier ones."""
    # A credential is believed for a second, by a clock that nothing moves.
    time.sleep(1.1)
    with postgres.transactions() as all_of_them:
        work()
    [mine] = [t for t in all_of_them if any(containing in statement for statement in t)]
    return [s for s in mine if "set_config" not in s]


@pytest.mark.parametrize("mailed", MAILED)
@pytest.mark.parametrize("operation", SENDING)
@pytest.mark.parametrize("state", STATES)
def test_t45_the_same_statements_are_run(logged, postgres, operation, state, mailed):
    domain = new_domain()
    org = logged.organization(organization_name="Acme").organization_id
    known, unknown = known_address(logged, org, state, domain), new_email(domain)
    [for_known, for_unknown] = [
        statements(logged, postgres, lambda email=email: ask_for(logged, operation, org, email, mailed), f"INSERT INTO {MAILED[mailed][1]}")
        for email in (known, unknown)
    ]
    assert len(for_unknown) > 5
    assert for_known == for_unknown


def test_t45_a_wrong_secret_is_as_much_work_wherever_it_is_wrong(logged, postgres):
    """Right to the last character, all wrong, or of a project that does not exist. (That what is compared is a keyed
    hash, and in constant time, is T-51.)"""
    near = logged.secret[:-2] + ("A=" if logged.secret[-2:] != "A=" else "B=")
    far = "secret-test-" + "x" * (len(logged.secret) - 12)
    asked = []
    for auth in ((logged.project_id, near), (logged.project_id, far), (made_up("project"), logged.secret), (made_up("project"), far)):
        def ask(auth=auth):
            check_refusal(logged.raw("GET", "/v1/debug/whoami", auth=auth), 401, "unauthorized_credentials")

        asked.append(statements(logged, postgres, ask, "secret_hash"))
    assert asked[0] == asked[1] == asked[2] == asked[3] and len(asked[0]) >= 2


ENTERING = {"authenticate": {"organization_id": "{org}", "session_duration_minutes": 60}, "discovery/authenticate": {}}


def enter(project, operation, org, email, code):
    body = {key: org if value == "{org}" else value for key, value in ENTERING[operation].items()}
    return project.browser("POST", f"/b2b/otps/email/{operation}", body | {"email_address": email, "code": code})


@pytest.mark.parametrize("operation", ENTERING)
def test_t45_a_wrong_code_tells_nothing(server, operation):
    """Not who has the address, not whether a code was asked for, nor whether one may be; up to the lock, which comes at the same time."""
    # How many tries of one client may fail is counted by project.
    project = server.project()
    org = project.organization().organization_id
    links_only = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"]).organization_id
    member, never, nobody, asked, elsewhere = project.member(org).email_address, project.member(org).email_address, new_email(), new_email(), project.member(links_only).email_address
    for email, where in ((member, org), (asked, org), (elsewhere, links_only)):
        for what, more in (("login_or_signup", {"organization_id": where}), ("discovery/send", {})):
            data(project.browser("POST", f"/b2b/otps/email/{what}", {"email_address": email} | more))
    code = code_from(project.mailbox.wait(member))
    tries = [wrong(code), "000000", *["999999"] * 9]
    answers = [[enter(project, operation, where, email, guess) for guess in tries]
               for email, where in ((member, org), (never, org), (nobody, org), (asked, org), (elsewhere, links_only))]
    for others in answers[1:]:
        for known, unknown in zip(answers[0], others):
            same(known, unknown)
    assert [answer.status_code for answer in answers[0]] == [404] * 10 + [429]


@pytest.mark.parametrize("operation", ENTERING)
def test_t45_entering_a_wrong_code_is_the_same_work(logged, postgres, operation):
    org = logged.organization().organization_id
    member = logged.member(org).email_address
    code = wrong(email_code(logged, org, member))
    logged.api.otps.email.discovery.send(email_address=member)
    asked = [
        statements(logged, postgres, lambda email=email: check_refusal(enter(logged, operation, org, email, code), 404, "otp_code_not_found"), "INSERT INTO failed_attempts")
        for email in (member, new_email())
    ]
    assert asked[0] == asked[1] and len(asked[0]) > 3
