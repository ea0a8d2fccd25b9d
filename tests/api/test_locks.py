"""Failed proofs are counted, and too many in a row lock: a member, an address that is nobody's, a client.

T-34: the budget survives new codes, other methods and servers, and parallel attempts. T-45: a lock says nothing of who exists.
T-71: it holds wherever something is guessed. It keeps nobody out who has what cannot be guessed.
"""

import html
import re

import pyotp
import pytest
import requests
from harness import check_refusal, email_code, magic_token, new_email, query_of, race, refused, until, verified_member, wrong

THRESHOLD = 3
LOCK_MINUTES = 5


def strict(server, *more):
    project = server.project()
    server.command("project", "update", project.project_id, "--lock-threshold", str(THRESHOLD), "--lock-minutes", str(LOCK_MINUTES), *more)
    return project


@pytest.fixture
def project(traveller):
    return strict(traveller)


def enter(project, org, email, code):
    return project.raw("POST", "/v1/b2b/otps/email/authenticate", {"organization_id": org, "email_address": email, "code": code})


def guess(project, org, email, code, times=THRESHOLD):
    return [enter(project, org, email, wrong(code, n + 1)).status_code for n in range(times)]


def lock(project, org, email):
    code = email_code(project, org, email)
    assert guess(project, org, email, code) == [404] * THRESHOLD
    return code


def member_of(project, org, member_id):
    return project.api.organizations.members.get(org, member_id=member_id).member


def locked_link(project, email):
    mail = project.mailbox.wait(email)
    assert "locked" in mail.subject, mail.subject
    return html.unescape(re.search(r"https?://\S+/v1/unlock\?\S+", mail.text)[0])


def test_t34_too_many_failures_lock_whatever_is_tried_then(project, traveller):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    email = member.email_address
    code = email_code(project, org, email)
    # The last of them is answered like the first, so it tells nothing.
    assert guess(project, org, email, code) == [404] * THRESHOLD
    answer = enter(project, org, email, code)
    check_refusal(answer, 429, "user_lock_limit_reached")
    assert 1 <= int(answer.headers["retry-after"]) <= LOCK_MINUTES * 60 + 1
    locked_link(project, email)
    shown = member_of(project, org, member.member_id)
    assert shown.is_locked and shown.lock_created_at < shown.lock_expires_at
    # A new code is no new budget.
    assert enter(project, org, email, email_code(project, org, email)).status_code == 429
    # Nobody else is locked.
    colleague, _ = verified_member(project, org)
    assert enter(project, org, colleague.email_address, email_code(project, org, colleague.email_address)).status_code == 200
    # It ends by itself.
    traveller.clock.forward(minutes=LOCK_MINUTES, seconds=2)
    assert enter(project, org, email, email_code(project, org, email)).status_code == 200


def test_a_member_shows_no_lock_that_is_over(project, traveller):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    lock(project, org, member.email_address)
    traveller.clock.forward(minutes=LOCK_MINUTES, seconds=2)
    until(lambda: not member_of(project, org, member.member_id).is_locked, 20, 0.5, what="the lock to go")


def test_a_success_begins_the_count_anew(project):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    email = member.email_address
    for _ in range(3):
        code = email_code(project, org, email)
        assert guess(project, org, email, code, THRESHOLD - 1) == [404] * (THRESHOLD - 1)
        assert enter(project, org, email, code).status_code == 200


def test_t34_a_lock_keeps_nobody_out(project):
    """Sessions go on, and a mailed link lets its reader in, which ends the lock."""
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    token = magic_token(project, org, member.email_address)
    lock(project, org, member.email_address)
    locked_link(project, member.email_address)
    assert project.api.sessions.authenticate(session_token=session.session_token, session_duration_minutes=60).member.is_locked
    assert project.api.magic_links.authenticate(magic_links_token=token).member.is_locked is False
    assert enter(project, org, member.email_address, email_code(project, org, member.email_address)).status_code == 200


def test_t45_an_address_that_is_nobodys_locks_alike(project):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    stranger = new_email()
    code = email_code(project, org, member.email_address)

    def answers(email):
        told = []
        for n in range(THRESHOLD + 1):
            answer = project.browser("POST", "/b2b/otps/email/authenticate", {
                "organization_id": org, "email_address": email, "code": wrong(code, n + 1), "session_duration_minutes": 60})
            body = answer.json()
            told.append((answer.status_code, body["error_type"], body["error_message"], "retry-after" in answer.headers))
        return told

    known, unknown = answers(member.email_address), answers(stranger)
    assert known == unknown
    assert known[-1][:2] == (429, "user_lock_limit_reached")


def test_a_backend_ends_a_lock(project):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    code = lock(project, org, member.email_address)
    answer = project.raw("POST", f"/v1/b2b/organizations/{org}/members/{member.member_id}/unlock")
    assert answer.status_code == 200 and answer.json()["member"]["is_locked"] is False, answer.text
    assert enter(project, org, member.email_address, code).status_code == 200
    told = [event["action"] for event in project.audit(org)]
    assert {"member.lock", "member.unlock"} <= set(told)


def test_t34_the_mailed_link_ends_a_lock_at_its_button(project):
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    email = member.email_address
    code = lock(project, org, email)
    link = locked_link(project, email)
    # A scanner opens it, and nothing has changed (T-30).
    page = requests.get(link, timeout=30)
    assert page.status_code == 200 and "Unlock your account" in page.text, page.text
    assert enter(project, org, email, code).status_code == 429
    form = {"public_token": query_of(link)["public_token"], "token": query_of(link)["token"]}
    where = link.split("?")[0]
    done = requests.post(where, form, timeout=30)
    assert done.status_code == 200 and "is unlocked" in done.text, done.text
    assert [event["action"] for event in project.audit(org) if event["action"].endswith("lock")] in (
        ["member.lock", "member.unlock"], ["member.unlock", "member.lock"])
    assert enter(project, org, email, code).status_code == 200
    # Once.
    assert requests.post(where, form, timeout=30).status_code == 404
    # And it logs nobody in (T-32).
    with refused(404, "magic_link_not_found"):
        project.api.magic_links.authenticate(magic_links_token=form["token"])
    for nonsense in ({}, {"token": "x"}, {"public_token": "\0", "token": "\0"}, form | {"public_token": "x"}):
        assert requests.get(where, nonsense, timeout=30).status_code in (400, 404)
        assert requests.post(where, nonsense, timeout=30).status_code in (400, 404)


def test_no_link_is_mailed_where_the_project_wants_none(traveller):
    project = strict(traveller, "--lock-self-serve-enabled", "false")
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    lock(project, org, member.email_address)
    # The next mail is that of the next code.
    assert email_code(project, org, member.email_address)


def test_t34_parallel_attempts_have_one_budget_on_all_servers(start_server):
    first = start_server()
    project = strict(first)
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    code = email_code(project, org, member.email_address)
    answers = race(24, lambda n: enter(project, org, member.email_address, wrong(code, n + 1)).status_code)
    assert sorted(answers) == [404] * THRESHOLD + [429] * (24 - THRESHOLD)


def test_t34_one_client_fails_so_often_in_a_minute(project, traveller):
    """Whatever addresses it tries; a backend's address is everybody's, so it is not counted."""
    traveller.clock.stand()
    org = project.organization().organization_id

    def attempt():
        return project.browser("POST", "/b2b/otps/email/authenticate", {
            "organization_id": org, "email_address": new_email(), "code": "000000", "session_duration_minutes": 60})

    told = [attempt().status_code for _ in range(100)]
    assert set(told) == {404}
    answer = attempt()
    check_refusal(answer, 429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert enter(project, org, new_email(), "000000").status_code == 404
    traveller.clock.forward(seconds=60)
    assert attempt().status_code == 404


def test_t71_a_lock_of_second_factors_holds_for_all_of_them(project, traveller):
    """Of apps, recovery codes and text messages together; passwords and codes by mail are counted apart."""
    org = project.organization().organization_id
    member, session = verified_member(project, org)
    ids = {"organization_id": org, "member_id": member.member_id, "session_token": session.session_token}
    made = project.api.totps.create(**ids)
    ways = [("totp/authenticate", {"code": "000000"}), ("recovery_codes/recover", {"recovery_code": "aaaa-bbbb-cccc"}),
            ("otps/sms/authenticate", {"code": "000000"})]

    def prove(path, more):
        return project.raw("POST", f"/v1/b2b/{path}", ids | more)

    project.api.totps.authenticate(**ids, code=pyotp.TOTP(made.secret).at(int(traveller.clock.now())))
    wrong_code = "000000" if pyotp.TOTP(made.secret).at(int(traveller.clock.now())) != "000000" else "111111"
    for _ in range(THRESHOLD):
        assert prove("totp/authenticate", {"code": wrong_code}).status_code in (400, 401, 404)
    for path, more in ways:
        check_refusal(prove(path, more), 429, "user_lock_limit_reached")
    assert member_of(project, org, member.member_id).is_locked
    link = locked_link(project, member.email_address)
    assert enter(project, org, member.email_address, email_code(project, org, member.email_address)).status_code == 200
    # The link is for second factors, and there is one a day.
    query = query_of(link)
    assert requests.post(link.split("?")[0], {name: query[name] for name in ("public_token", "token")}, timeout=30).status_code == 200
    assert member_of(project, org, member.member_id).is_locked is False
    for _ in range(THRESHOLD):
        prove("totp/authenticate", {"code": wrong_code})
    check_refusal(prove(*ways[0]), 429, "user_lock_limit_reached")
    # The next mail is that of the next code.
    assert email_code(project, org, member.email_address)
