"""Text messages as a second factor: codes as a gateway of the operator's gets them, as Twilio's API would, and in the outbox."""

import base64
import json
import re
import urllib.parse

import pytest
from gateway import Gateway
from harness import (
    Server, check_refusal, data, discover, login, magic_token, new_email, race, refused, unique, until, verified_member, wrong,
)


@pytest.fixture(scope="module")
def gateway():
    gateway = Gateway()
    yield gateway
    gateway.server.shutdown()


@pytest.fixture(scope="module")
def traveller(postgres, gateway):
    server = Server(postgres=postgres, clock=True, arguments=["--sms-url", f"http://user:pass@{gateway.address}/texts"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(traveller):
    return traveller.project()


@pytest.fixture
def org(project):
    return project.organization().organization_id


@pytest.fixture
def number():
    return next_number()


NUMBERS = iter(range(10_000))


def next_number() -> str:
    """A number that nobody has yet."""
    n = next(NUMBERS)
    return f"+1415{200 + n // 100 % 700}{1000 + n % 100}"


class Phone:
    def __init__(self, gateway, number: str):
        self.gateway, self.number, self.read = gateway, number, 0

    def text(self) -> str:
        """The next text message."""
        until(lambda: len(self.gateway.texts(self.number)) > self.read, what=f"a text message to {self.number}")
        self.read += 1
        return self.gateway.texts(self.number)[self.read - 1]

    def code(self) -> str:
        return re.match(r"\d{6}", self.text())[0]


@pytest.fixture
def phone(gateway, number):
    return Phone(gateway, number)


def enrolled(project, org, phone, **fields):
    """A member who has proven a phone number, and is asked for codes: (ids, login)."""
    member, session = verified_member(project, org, **fields)
    ids = {"organization_id": org, "member_id": member.member_id}
    project.api.otps.sms.send(**ids, mfa_phone_number=phone.number, session_token=session.session_token)
    done = project.api.otps.sms.authenticate(**ids, code=phone.code(), session_token=session.session_token, set_mfa_enrollment="enroll")
    return ids, done


def test_enrolment_during_the_first_login(project, gateway, phone):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org, create_member_as_pending=True)
    ids = {"organization_id": org, "member_id": member.member_id}
    answer = login(project, org, member.email_address)
    assert answer.mfa_required.secondary_auth_initiated is None
    half = {"intermediate_session_token": answer.intermediate_session_token}
    with refused(404, "member_phone_number_not_found"):
        project.api.otps.sms.send(**ids, **half)
    sent = project.api.otps.sms.send(**ids, **half, mfa_phone_number=phone.number)
    # Until a code is proven it may be anybody's, or a slip of the finger.
    assert (sent.member.mfa_phone_number, sent.member.mfa_phone_number_verified) == ("", False)
    assert phone.text().endswith("It works for 2 minutes.")
    _, headers, body = next(got for got in gateway.got if phone.number in got[2])
    assert json.loads(body).keys() == {"to", "body"}
    assert headers["authorization"] == "Basic " + base64.b64encode(b"user:pass").decode()
    # Another code, to the same number.
    project.api.otps.sms.send(**ids, **half)
    done = project.api.otps.sms.authenticate(**ids, **half, code=phone.code())
    member = done.member
    assert (member.mfa_phone_number, member.mfa_phone_number_verified) == (phone.number, True)
    assert (member.status, member.mfa_enrolled, member.default_mfa_method) == ("active", True, "sms_otp")
    proven = done.member_session.authentication_factors[1]
    assert (proven.type.value, proven.delivery_method.value, proven.phone_number_factor.phone_number) == ("otp", "sms", phone.number)
    assert proven.phone_number_factor.phone_id.startswith("phone-number-test-")


def test_a_login_sends_a_code_by_itself(project, org, phone):
    ids, first = enrolled(project, org, phone)
    token = magic_token(project, org, first.member.email_address)
    answer = project.api.magic_links.authenticate(magic_links_token=token, locale="fr")
    assert answer.mfa_required.secondary_auth_initiated == "sms_otp"
    assert answer.mfa_required.member_options.mfa_phone_number == phone.number
    text = phone.text()
    code, half = text[:6], {"intermediate_session_token": answer.intermediate_session_token}
    assert "est votre code" in text
    for odd in ("12345", "1234567", "12345x"):
        with refused(400, "invalid_code"):
            project.api.otps.sms.authenticate(**ids, **half, code=odd)
    with refused(404, "otp_code_not_found"):
        project.api.otps.sms.authenticate(**ids, **half, code=wrong(code))
    with refused(400, "custom_claims_too_large"):
        project.api.otps.sms.authenticate(**ids, **half, code=code, session_custom_claims={"k": "x" * 5000})
    done = project.api.otps.sms.authenticate(**ids, **half, code=f"{code[:3]} {code[3:]}")
    assert done.session_token
    assert done.member_session.authentication_factors[1].phone_number_factor == first.member_session.authentication_factors[1].phone_number_factor
    with refused(401, "unable_to_auth_otp_code"):
        project.api.otps.sms.authenticate(**ids, code=code, session_token=done.session_token)
    # Discovery only says what would be missing.
    found = discover(project, first.member.email_address)
    [mine] = [one for one in found.discovered_organizations if one.organization.organization_id == org]
    assert mine.mfa_required.secondary_auth_initiated is None
    entered = project.api.discovery.intermediate_sessions.exchange(found.intermediate_session_token, org, locale="de-DE")
    assert entered.mfa_required.secondary_auth_initiated == "sms_otp" and "Ihr Code" in phone.text()


def test_only_the_newest_code_counts_and_for_two_minutes(project, org, phone, traveller):
    ids, session = enrolled(project, org, phone)
    go_on = {"session_token": session.session_token}
    project.api.otps.sms.send(**ids, **go_on)
    older = phone.code()
    project.api.otps.sms.send(**ids, **go_on, locale="ja")
    newer = phone.code()
    if older != newer:
        with refused(404, "otp_code_not_found"):
            project.api.otps.sms.authenticate(**ids, **go_on, code=older)
    traveller.clock.forward(minutes=2)
    with refused(401, "unable_to_auth_otp_code"):
        project.api.otps.sms.authenticate(**ids, **go_on, code=newer)
    with refused(400, "invalid_locale"):
        project.api.otps.sms.send(**ids, **go_on, locale="tlh")


def test_the_default_method_decides_what_is_sent(project, org, phone):
    import pyotp

    ids, session = enrolled(project, org, phone)
    made = project.api.totps.create(**ids, session_token=session.session_token)
    code = pyotp.TOTP(made.secret).at(int(project.server.clock.now()))
    project.api.totps.authenticate(**ids, code=code, session_token=session.session_token)
    assert login(project, org, session.member.email_address).mfa_required.secondary_auth_initiated == "sms_otp"
    project.api.organizations.members.update(org, ids["member_id"], default_mfa_method="totp")
    assert login(project, org, session.member.email_address).mfa_required.secondary_auth_initiated is None
    project.api.organizations.update(org, mfa_methods="RESTRICTED", allowed_mfa_methods=["sms_otp"])
    assert login(project, org, session.member.email_address).mfa_required.secondary_auth_initiated == "sms_otp"


@pytest.mark.parametrize(("given", "kind"), [
    ("4155550123", "invalid_phone_number"), ("+1555", "invalid_phone_number"), ("+10000000000", "invalid_phone_number"),
    ("+4915123456789", "invalid_phone_number_country_code"), ("+12684641234", "invalid_phone_number_country_code"),
])
def test_numbers_that_get_nothing(project, org, given, kind):
    member = project.member(org)
    with refused(400, kind):
        project.api.otps.sms.send(org, member.member_id, mfa_phone_number=given)


def test_the_countries_of_a_project(traveller, org):
    project = traveller.project()
    assert json.loads(traveller.command("project", "show", project.project_id, "--json").stdout)["settings"]["sms_countries"] == ["CA", "US"]
    traveller.command("project", "update", project.project_id, "--sms-countries", "de,us")
    member = project.member(project.organization().organization_id)
    body = {"organization_id": member.organization_id, "member_id": member.member_id, "mfa_phone_number": "+4915123456789"}
    until(lambda: project.raw("POST", "/v1/b2b/otps/sms/send", body).status_code == 200, what="the settings to be read")
    assert "two letters" in traveller.command("project", "update", project.project_id, "--sms-countries", "Germany", check=False).stderr


def test_whose_number_it_is(project, org, phone):
    ids, session = enrolled(project, org, phone)
    other, strange = verified_member(project, org)
    with refused(400, "duplicate_member_phone_number"):
        project.api.otps.sms.send(org, other.member_id, mfa_phone_number=phone.number)
    with refused(400, "duplicate_member_phone_number_for_member"):
        project.api.otps.sms.send(**ids, mfa_phone_number=next_number())
    with refused(400, "action_available_only_for_active_members"):
        pending = project.member(org, create_member_as_pending=True)
        project.api.otps.sms.send(org, pending.member_id, mfa_phone_number=next_number())
    # Two who try for the same number at once: the one who proves it first has it.
    number, sessions = next_number(), [strange, verified_member(project, org)[1]]
    same = Phone(phone.gateway, number)
    codes = []
    for one in sessions:
        project.api.otps.sms.send(org, one.member_id, mfa_phone_number=number, session_token=one.session_token)
        codes.append(same.code())
    prove = lambda n: project.sdk().otps.sms.authenticate(org, sessions[n].member_id, codes[n], session_token=sessions[n].session_token)
    prove(0)
    with refused(400, "duplicate_member_phone_number"):
        prove(1)


def test_a_number_that_is_removed_takes_its_code_along(project, org, phone):
    ids, session = enrolled(project, org, phone)
    project.api.otps.sms.send(**ids)
    code = phone.code()
    gone = project.api.organizations.members.delete_mfa_phone_number(**ids).member
    assert (gone.mfa_phone_number, gone.mfa_phone_number_verified, gone.default_mfa_method) == ("", False, "")
    with refused(404, "otp_code_not_found"):
        project.api.otps.sms.authenticate(**ids, code=code, session_token=session.session_token)


def test_methods_that_the_organization_does_not_allow(project, org, phone):
    ids, session = enrolled(project, org, phone)
    project.api.organizations.update(org, mfa_methods="RESTRICTED", allowed_mfa_methods=["totp"])
    fresh, go_on = verified_member(project, org)
    with refused(400, "operation_restricted_by_organization_mfa_methods"):
        project.api.otps.sms.send(org, fresh.member_id, mfa_phone_number=next_number())
    with refused(400, "operation_restricted_by_organization_mfa_methods"):
        project.api.otps.sms.authenticate(org, fresh.member_id, "123456", session_token=go_on.session_token)
    # Whoever has no other one shows with it whose the next one is.
    answer = login(project, org, session.member.email_address)
    assert answer.mfa_required.secondary_auth_initiated is None
    half = {"intermediate_session_token": answer.intermediate_session_token}
    with refused(401, "insufficient_factors"):
        project.api.totps.create(**ids, **half)
    project.api.otps.sms.send(**ids, **half)
    shown = project.raw("POST", "/v1/b2b/otps/sms/authenticate", ids | half | {"code": phone.code()}).json()
    assert (shown["session_token"], shown["intermediate_session_token"]) == ("", half["intermediate_session_token"])
    assert project.api.totps.create(**ids, **half).secret


def test_t39_nobody_sets_up_a_number_beside_another_factor(project, org):
    member, session = verified_member(project, org)
    ids = {"organization_id": org, "member_id": member.member_id}
    import pyotp

    project.api.totps.migrate(**ids, secret=pyotp.random_base32(), recovery_codes=[])
    for credential in ({}, {"session_token": session.session_token}):
        with refused(401, "insufficient_factors"):
            project.api.otps.sms.send(**ids, **credential, mfa_phone_number=next_number())
    with refused(401, "insufficient_factors"):
        project.api.otps.sms.authenticate(**ids, session_token=session.session_token, code="123456")


def test_a_proven_number_counts_where_it_is_proven_too(project, org, phone):
    """A phone is one person's, wherever; an authenticator app belongs to one organization."""
    _, session = enrolled(project, org, phone)
    strict = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    there = project.member(strict, session.member.email_address, mfa_phone_number=phone.number)
    answer = project.api.sessions.exchange(strict, session_token=session.session_token)
    assert answer.member_authenticated is False, "nobody has proven the number there"
    half = {"intermediate_session_token": answer.intermediate_session_token}
    project.api.otps.sms.authenticate(strict, there.member_id, phone.code(), **half)
    answer = project.api.sessions.exchange(strict, session_token=session.session_token)
    assert answer.member_authenticated is True
    assert [factor.type.value for factor in answer.member_session.authentication_factors] == ["magic_link", "otp"]


def test_t34_text_messages_are_bounded(project, org, traveller):
    traveller.clock.stand()
    number, sent = next_number(), 0
    for n in range(3):
        member = project.member(org)
        for _ in range(5):
            answer = project.raw("POST", "/v1/b2b/otps/sms/send", {"organization_id": org, "member_id": member.member_id, "mfa_phone_number": number})
            sent += answer.status_code == 200
        traveller.clock.forward(seconds=61)
    check_refusal(answer, 429, "too_many_requests")
    assert sent == 10 and 3000 < int(answer.headers["retry-after"]) <= 3601
    # A login goes on without one, and says so.
    member = project.member(org, mfa_phone_number=number, mfa_enrolled=True)
    assert login(project, org, member.email_address).mfa_required.secondary_auth_initiated is None


def test_t31_a_code_is_good_once(project, org, phone):
    ids, session = enrolled(project, org, phone)
    project.api.otps.sms.send(**ids)
    code = phone.code()
    answers = race(12, lambda _: project.raw("POST", "/v1/b2b/otps/sms/authenticate", ids | {"code": code, "session_token": session.session_token}))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 11


def test_t34_guesses_are_counted_over_codes_and_methods(project, org, phone):
    ids, session = enrolled(project, org, phone)
    go_on = {"session_token": session.session_token}
    for n in range(10):
        if n == 5:
            project.api.otps.sms.send(**ids)
            code = phone.code()
        with refused(404, "otp_code_not_found"):
            project.api.otps.sms.authenticate(**ids, **go_on, code="000000" if n < 5 else wrong(code))
    for call in (lambda: project.api.otps.sms.authenticate(**ids, **go_on, code=code), lambda: project.api.otps.sms.authenticate(**ids, **go_on, code=wrong(code))):
        with refused(429, "user_lock_limit_reached"):
            call()


def test_t40_nothing_but_the_code_goes_on(project, org, phone):
    """An empty request, a missing field, another kind of body, a field twice: the login stays where it is."""
    ids, session = enrolled(project, org, phone)
    answer = login(project, org, session.member.email_address)
    code, half = phone.code(), answer.intermediate_session_token
    whole = ids | {"intermediate_session_token": half, "code": code}
    path, post = "/v1/b2b/otps/sms/authenticate", project.raw
    tries = [post("POST", path), post("POST", path, {}), post("POST", path, [whole]), post("POST", path, data=json.dumps(whole)[:-1])]
    tries += [post("POST", path, {name: value for name, value in whole.items() if name != left_out}) for left_out in whole]
    tries += [post("POST", path, whole | {"code": odd}) for odd in (None, "", [], {}, True, [code], int(code), {"$ne": ""})]
    tries += [post("POST", path, ids | {"intermediate_session_token": half}, params={"code": [code, "000000"]})]
    twice = json.dumps(whole)[:-1] + ', "code": "000000"}'
    tries += [post("POST", path, data=twice, headers={"content-type": "application/json"})]
    for answer in tries:
        assert 400 <= answer.status_code < 500, answer.text
    assert project.api.otps.sms.authenticate(**whole).session_token


def test_what_a_browser_does(project, phone):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org)
    ids = {"organization_id": org, "member_id": member.member_id}
    token = magic_token(project, org, member.email_address)
    half = data(project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 60}))
    ist = {"intermediate_session_token": half["intermediate_session_token"]}
    data(project.browser("POST", "/b2b/otps/sms/send", ids | ist | {"mfa_phone_number": phone.number, "locale": "es", "enable_autofill": True}))
    text = phone.text()
    assert "tu código" in text
    done = data(project.browser("POST", "/b2b/otps/sms/authenticate", ids | ist | {"code": text[:6], "session_duration_minutes": 60}))
    assert done["session_token"] and done["member"]["mfa_phone_number"] == phone.number
    gone = data(project.browser("DELETE", "/b2b/organizations/members/deletePhoneNumber", session_token=done["session_token"]))
    assert gone["member"]["mfa_phone_number"] == ""
    for path, more in (("send", {"mfa_phone_number": phone.number}), ("authenticate", {"code": "123456"})):
        for named in (ids, ids | {"member_id": f"nobody-{unique()}"}):
            check_refusal(project.browser("POST", f"/b2b/otps/sms/{path}", named | more), 400, "missing_intermediate_session_token")


def test_the_page_that_knows_phone_numbers(traveller):
    page = traveller.get("/clientside-services/index.html")
    assert page.status_code == 200 and "frame-ancestors" not in page.headers["content-security-policy"] and "x-frame-options" not in page.headers
    asked = lambda **query: traveller.get("/clientside-services/phone_number", params=query).json()
    assert asked(number="(415) 555-0123", country="US") == {"isValid": True, "number": "+14155550123", "national": "(415) 555-0123"}
    assert asked(number="+49 151 23456789", country="US")["number"] == "+4915123456789"
    assert asked(number="555", country="US")["isValid"] is False
    assert asked(number="9" * 5000)["isValid"] is False
    assert asked(country="DE")["isValid"] is True


@pytest.mark.parametrize(("sender", "field"), [("+14155550100", ("From", "+14155550100")), ("MG0123", ("MessagingServiceSid", "MG0123"))])
def test_twilio(start_server, sender, field):
    gateway = Gateway()
    url = f"twilio+http://AC0123:the%20token@{gateway.address}?from={urllib.parse.quote(sender)}"
    server = start_server(arguments=["--sms-url", url])
    project = server.project()
    member = project.member(project.organization().organization_id)
    ids = {"organization_id": member.organization_id, "member_id": member.member_id}
    # What may pass is tried again; what is refused is not.
    gateway.answers = [(503, {}), (429, {"code": 20429, "message": "Too Many Requests", "status": 429}), (201, {"sid": "SM1"})]
    project.api.otps.sms.send(**ids, mfa_phone_number="+14155550123")
    until(lambda: len(gateway.got) == 3, timeout=20, what="three attempts")
    path, headers, body = gateway.got[-1]
    assert path == "/2010-04-01/Accounts/AC0123/Messages.json"
    assert headers["authorization"] == "Basic " + base64.b64encode(b"AC0123:the token").decode()
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    form = dict(urllib.parse.parse_qsl(body))
    assert form.keys() == {"To", "Body", field[0]} and (form["To"], form[field[0]]) == ("+14155550123", field[1])
    assert re.match(r"\d{6} is your code", form["Body"])
    gateway.answers = [(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient +14155550124", "status": 400})]
    project.api.otps.sms.send(**ids, mfa_phone_number="+14155550124")
    listed = lambda: [json.loads(line) for line in server.command("outbox", "--json").stdout.splitlines()]
    failed = until(lambda: [text for text in listed() if text["status"] == "failed"], what="the refusal")
    assert "error 21610: the recipient has unsubscribed" in failed[0]["last_error"] and "+1415" not in failed[0]["last_error"]
    assert len(gateway.got) == 4
    # A code is in no log, whatever becomes of its message.
    assert form["Body"][:6] not in server.log() and "the token" not in server.log()


def test_t35_without_a_gateway_codes_are_in_the_outbox_only(start_server):
    server = start_server(arguments=["--log-level", "trace"])
    project = server.project()
    member, session = verified_member(project, project.organization().organization_id)
    ids = {"organization_id": member.organization_id, "member_id": member.member_id}
    answer = project.raw("POST", "/v1/b2b/otps/sms/send", ids | {"mfa_phone_number": "+14155550123"})
    [text] = [json.loads(line) for line in server.command("outbox", "--json").stdout.splitlines() if '"sms"' in line]
    code = text["text"][:6]
    assert (text["to"], text["status"], code.isdigit()) == ("+14155550123", "waiting", True)
    assert code not in answer.text and code not in server.log()
    assert project.api.otps.sms.authenticate(**ids, code=code, session_token=session.session_token).member.mfa_phone_number_verified
