"""T-34 and T-35: a code by mail cannot be guessed, and nobody sees it but whoever reads the mail."""

import json
import re

import pytest
from harness import Server, check_refusal, code_from, data, email_code, magic_token, new_email, race, wrong

ENTER = "/v1/b2b/otps/email/authenticate"
TRIES = 10


def body(org, email, code):
    return {"organization_id": org, "email_address": email, "code": code}


def test_t34_the_budget_survives_new_codes_and_other_doors(project, org):
    """Ten wrong codes in all, by whichever door and of whichever code; then even the right one is not looked at, and a link is."""
    member = project.member(org)
    email = member.email_address
    for attempt in range(TRIES):
        code = email_code(project, org, email)
        guess = body(org, email, wrong(code))
        if attempt % 2:
            answer = project.browser("POST", "/b2b/otps/email/authenticate", guess | {"session_duration_minutes": 60})
        else:
            answer = project.raw("POST", ENTER, guess)
        check_refusal(answer, 404, "otp_code_not_found")
    answer = project.raw("POST", ENTER, body(org, email, code))
    check_refusal(answer, 429, "user_lock_limit_reached")
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert "locked" in project.mailbox.wait(email).subject
    # Whoever locks somebody keeps them out of nothing that cannot be guessed.
    assert project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, email)).member_authenticated
    assert project.raw("POST", f"/v1/b2b/organizations/{org}/members/{member.member_id}/unlock", {}).status_code == 200
    assert project.raw("POST", ENTER, body(org, email, code)).status_code == 200


def test_t34_the_budget_holds_against_many_at_once(project, org):
    email = project.member(org).email_address
    code = email_code(project, org, email)
    answers = race(40, lambda i: project.raw("POST", ENTER, body(org, email, wrong(code))))
    kinds = [answer.json()["error_type"] for answer in answers]
    assert kinds.count("otp_code_not_found") == TRIES and kinds.count("user_lock_limit_reached") == 40 - TRIES


def test_t34_who_gets_in_has_all_tries_again(project, org):
    email = project.member(org).email_address
    for _ in range(2):
        code = email_code(project, org, email)
        for _ in range(TRIES - 1):
            check_refusal(project.raw("POST", ENTER, body(org, email, wrong(code))), 404, "otp_code_not_found")
        assert project.raw("POST", ENTER, body(org, email, code)).status_code == 200


def test_t34_discovery_has_a_budget_of_its_own(project):
    email = new_email()
    project.api.otps.email.discovery.send(email_address=email)
    code = code_from(project.mailbox.wait(email))
    path = "/v1/b2b/otps/email/discovery/authenticate"
    for _ in range(TRIES):
        check_refusal(project.raw("POST", path, {"email_address": email, "code": wrong(code)}), 404, "otp_code_not_found")
    check_refusal(project.raw("POST", path, {"email_address": email, "code": code}), 429, "user_lock_limit_reached")


@pytest.fixture(scope="module")
def silent(postgres):
    """A server that delivers no mail: nothing but answers, rows and the log can have the code."""
    server = Server(postgres=postgres, smtp=False, arguments=["--log-level", "debug"]).start()
    yield server
    server.stop()


def test_t35_a_code_is_in_no_answer_no_row_and_no_log(silent):
    project = silent.project()
    org = project.organization().organization_id
    email = project.member(org).email_address
    answers = []
    for _ in range(3):
        answers.append(project.browser("POST", "/b2b/otps/email/login_or_signup", {"organization_id": org, "email_address": email}))
        answers.append(project.browser("POST", "/b2b/otps/email/discovery/send", {"email_address": email}))
        assert all(set(data(answer)) == {"request_id", "status_code"} for answer in answers[-2:])
        answers.append(project.raw("POST", "/v1/b2b/otps/email/login_or_signup", {"organization_id": org, "email_address": email}))
    codes = [json.loads(line)["code"] for line in silent.command("outbox", "--json", "--limit", "9").stdout.splitlines()]
    assert len(codes) == 9 and all(len(code) == 6 for code in codes)
    answers.append(project.browser("POST", "/b2b/otps/email/authenticate", body(org, email, wrong(codes[0])) | {"session_duration_minutes": 60}))
    rows = [str(value) for rows in silent.contents().values() for row in rows for value in row.values()]
    # Six digits that are no part of a longer number, such as a time.
    seen = {found for text in (silent.log(), *(answer.text for answer in answers), *rows) for found in re.findall(r"(?<![\w.-])\d{6}(?![\w.-])", text)}
    assert not seen & set(codes)
