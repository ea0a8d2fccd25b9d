"""Authenticator apps and recovery codes: each operation and each refusal. The codes are made by pyotp."""

import base64
import hmac
import re
import struct

import pyotp
import pytest
from harness import (
    as_member, check_refusal, data, discover, discovery_token, login, magic_token, new_domain, new_email, refused, unique, verified_member,
)
from stytch.b2b.models.organizations_members import DeleteTOTPRequestOptions

RECOVERY_CODE = re.compile(r"([a-z2-9]{4}-){2}[a-z2-9]{4}")


@pytest.fixture(scope="module")
def project(traveller):
    """No code is accepted twice, and one lasts half a minute: time is moved on to the next."""
    return traveller.project()


@pytest.fixture
def org(project):
    return project.organization().organization_id


class App:
    """An authenticator app with this secret."""

    def __init__(self, project, secret: str):
        self.clock, self.totp = project.server.clock, pyotp.TOTP(secret)

    def shown(self) -> str:
        return self.totp.at(int(self.clock.now()))

    def next(self) -> str:
        """The next code."""
        self.clock.forward(seconds=30)
        return self.shown()

    def wrong(self) -> str:
        """Neither the code of now nor of the time around it."""
        near = {self.totp.at(int(self.clock.now()) + 30 * step) for step in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777") if code not in near)


class Enrolled:
    """A member with an authenticator app, who is asked for it."""

    def __init__(self, project, org, **fields):
        self.project, self.org = project, org
        self.member, self.login = verified_member(project, org, **fields)
        made = project.api.totps.create(org, self.member.member_id)
        self.secret, self.codes, self.app = made.secret, made.recovery_codes, App(project, made.secret)
        self.ids = {"organization_id": org, "member_id": self.member.member_id}
        self.session = self.prove(session_token=self.login.session_token, set_mfa_enrollment="enroll")

    def prove(self, code=None, **fields):
        return self.project.api.totps.authenticate(**self.ids, code=code or self.app.next(), **fields)

    def half(self) -> str:
        """Half a login of theirs."""
        answer = login(self.project, self.org, self.member.email_address)
        assert not answer.member_authenticated and answer.mfa_required
        return answer.intermediate_session_token


def factors(answer):
    return [(factor.type.value, factor.delivery_method.value) for factor in answer.member_session.authentication_factors]


BOTH = [("magic_link", "email"), ("totp", "authenticator_app")]


def picture(url: str) -> tuple[int, int]:
    """Width and height of the PNG in a data: URL."""
    kind, _, encoded = url.partition(",")
    png = base64.b64decode(encoded)
    assert kind == "data:image/png;base64" and png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def test_enrolment_during_the_first_login(project):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL", email_invites="ALL_ALLOWED").organization_id
    invited = project.api.magic_links.email.invite(org, new_email()).member
    token = magic_token(project, org, project.member(org).email_address)
    answer = login(project, org, invited.email_address)
    assert (answer.member_authenticated, answer.member.status) == (False, "invited")
    assert (answer.mfa_required.member_options, answer.mfa_required.secondary_auth_initiated) == (None, None)
    ids, half = {"organization_id": org, "member_id": invited.member_id}, answer.intermediate_session_token
    made = project.api.totps.create(**ids, intermediate_session_token=half)
    assert re.fullmatch("[A-Z2-7]{32}", made.secret) and made.totp_registration_id.startswith("totp-test-")
    assert len(set(made.recovery_codes)) == 10 and all(RECOVERY_CODE.fullmatch(code) for code in made.recovery_codes)
    width, height = picture(made.qr_code)
    assert 150 < width == height <= 248
    # Until a code was accepted there is no factor.
    assert (made.member.totp_registration_id, made.member.mfa_enrolled) == ("", False)
    app = App(project, made.secret)
    done = project.api.totps.authenticate(**ids, code=app.shown(), intermediate_session_token=half, set_mfa_enrollment="unenroll", session_duration_minutes=30)
    assert done.session_token and factors(done) == BOTH
    member = done.member
    assert (member.status, member.mfa_enrolled, member.default_mfa_method) == ("active", True, "totp")
    assert member.totp_registration_id == made.totp_registration_id
    assert done.member_session.authentication_factors[1].authenticator_app_factor.totp_id == made.totp_registration_id
    with refused(404, "intermediate_session_not_found"):
        project.api.totps.authenticate(**ids, code=app.next(), intermediate_session_token=half)
    assert project.api.magic_links.authenticate(magic_links_token=token).mfa_required is not None


def test_a_login_with_a_code(project, org):
    enrolled = Enrolled(project, org)
    answer = login(project, org, enrolled.member.email_address)
    assert answer.mfa_required.member_options.totp_registration_id == answer.member.totp_registration_id != ""
    half = answer.intermediate_session_token
    with refused(401, "unable_to_authenticate_totp"):
        enrolled.prove(enrolled.app.wrong(), intermediate_session_token=half)
    for odd in ("12345", "1234567", "12345x", ""):
        with refused(400, "invalid_totp_code"):
            enrolled.prove(odd or "-", intermediate_session_token=half)
    with refused(400, "recovery_code_used_as_totp_code"):
        enrolled.prove(enrolled.codes[0], intermediate_session_token=half)
    code = enrolled.app.next()
    done = enrolled.prove(f"{code[:3]} {code[3:]}", intermediate_session_token=half, session_custom_claims={"plan": "pro"})
    assert factors(done) == BOTH and done.member_session.custom_claims == {"plan": "pro"}
    with refused(400, "totp_code_already_authenticated"):
        enrolled.prove(code, intermediate_session_token=enrolled.half())


def test_step_up_and_what_becomes_of_the_enrolment(project, org):
    enrolled = Enrolled(project, org)
    assert enrolled.session.member.mfa_enrolled is True and factors(enrolled.session) == BOTH
    assert enrolled.session.member_session.member_session_id == enrolled.login.member_session.member_session_id
    session = {"session_jwt": enrolled.session.session_jwt}
    assert enrolled.prove(**session).member.mfa_enrolled is True
    assert enrolled.prove(**session, set_mfa_enrollment="unenroll").member.mfa_enrolled is False
    done = enrolled.prove(**session, set_default_mfa=True)
    assert done.member.default_mfa_method == "totp"
    with refused(400, "invalid_argument"):
        enrolled.prove(**session, set_mfa_enrollment="maybe")
    large = {"session_custom_claims": {"a": "x" * 5000}}
    with refused(400, "custom_claims_too_large"):
        enrolled.prove(**session, **large)
    with refused(400, "custom_claims_too_large"):
        project.api.recovery_codes.recover(**enrolled.ids, recovery_code=enrolled.codes[0], **session, **large)
    # A request that is refused uses up nothing.
    assert enrolled.codes[0] in project.api.recovery_codes.get(**enrolled.ids).recovery_codes
    # Nobody is asked for it any more.
    assert login(project, org, enrolled.member.email_address).member_authenticated is True


def test_recovery_codes(project, org):
    enrolled, recover = Enrolled(project, org), project.api.recovery_codes.recover
    half = enrolled.half()
    with refused(400, "totp_code_used_as_recovery_code"):
        recover(**enrolled.ids, recovery_code="123456", intermediate_session_token=half)
    with refused(401, "unable_to_authenticate_recovery_code"):
        recover(**enrolled.ids, recovery_code="aaaa-bbbb-cccc", intermediate_session_token=half)
    first, second = enrolled.codes[:2]
    done = recover(**enrolled.ids, recovery_code=first, intermediate_session_token=half)
    assert done.recovery_codes_remaining == 9
    assert factors(done) == [BOTH[0], ("recovery_codes", "recovery_code")]
    with refused(401, "unable_to_authenticate_recovery_code"):
        recover(**enrolled.ids, recovery_code=first, session_token=done.session_token)
    done = recover(**enrolled.ids, recovery_code=second.upper().replace("-", " "), session_token=done.session_token)
    assert done.recovery_codes_remaining == 8
    assert project.api.recovery_codes.get(**enrolled.ids).recovery_codes == enrolled.codes[2:]
    rotated = project.api.recovery_codes.rotate(**enrolled.ids)
    assert len(rotated.recovery_codes) == 10 and not set(rotated.recovery_codes) & set(enrolled.codes)
    with refused(401, "unable_to_authenticate_recovery_code"):
        recover(**enrolled.ids, recovery_code=enrolled.codes[5], session_token=done.session_token)
    assert project.api.recovery_codes.get(**enrolled.ids).recovery_codes == rotated.recovery_codes


def test_who_has_no_app_has_no_recovery_codes(project, org):
    member, session = verified_member(project, org)
    ids = {"organization_id": org, "member_id": member.member_id}
    for call in (project.api.recovery_codes.get, project.api.recovery_codes.rotate):
        with refused(404, "recovery_codes_not_found"):
            call(**ids)
        with refused(404, "organization_not_found"):
            call(organization_id=f"acme-{unique()}", member_id=member.member_id)
        with refused(404, "member_not_found"):
            call(organization_id=org, member_id=f"nobody-{unique()}")
    with refused(400, "no_active_recovery_code_backed_factor"):
        project.api.recovery_codes.recover(**ids, recovery_code="aaaa-bbbb-cccc", session_token=session.session_token)
    with refused(404, "totp_not_found"):
        project.api.totps.authenticate(**ids, code="123456", session_token=session.session_token)
    # The codes of a registration that is not complete are good for nothing.
    made = project.api.totps.create(**ids)
    with refused(400, "no_active_recovery_code_backed_factor"):
        project.api.recovery_codes.recover(**ids, recovery_code=made.recovery_codes[0], session_token=session.session_token)
    with refused(404, "recovery_codes_not_found"):
        project.api.recovery_codes.get(**ids)


def test_a_registration_is_completed_in_time(project, org, traveller):
    member, session = verified_member(project, org)
    ids = {"organization_id": org, "member_id": member.member_id}
    for minutes in (4, 1441):
        with refused(400, "invalid_argument"):
            project.api.totps.create(**ids, expiration_minutes=minutes)
    first = project.api.totps.create(**ids, expiration_minutes=5)
    with refused(400, "pending_totp_exists"):
        project.api.totps.create(**ids)
    # Whoever has the member's session begins anew, as after closing the page.
    again = project.api.totps.create(**ids, expiration_minutes=5, session_token=session.session_token)
    assert again.secret != first.secret
    traveller.clock.forward(minutes=5)
    with refused(400, "expired_totp"):
        project.api.totps.authenticate(**ids, code=App(project, again.secret).shown(), session_token=session.session_token)
    last = project.api.totps.create(**ids)
    done = project.api.totps.authenticate(**ids, code=App(project, last.secret).shown(), session_token=session.session_token)
    assert done.member.totp_registration_id == last.totp_registration_id
    with refused(400, "active_totp_exists"):
        project.api.totps.create(**ids, session_token=done.session_token)


def test_only_active_members_are_set_up_by_a_backend(project, org):
    pending = project.member(org, create_member_as_pending=True)
    with refused(400, "action_available_only_for_active_members"):
        project.api.totps.create(org, pending.member_id)
    with refused(400, "action_available_only_for_active_members"):
        project.api.totps.migrate(org, pending.member_id, secret=pyotp.random_base32(), recovery_codes=[])


def shown_by_an_old_app(secret: str, now: float) -> str:
    """RFC 6238 by hand: pyotp takes no secret of 80 bits any more."""
    tag = hmac.digest(base64.b32decode(secret), struct.pack(">q", int(now) // 30), "sha1")
    at = tag[-1] & 15
    return f"{(struct.unpack('>I', tag[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def test_an_app_that_is_brought_along(project, org):
    member = project.member(org, mfa_enrolled=True)
    ids = {"organization_id": org, "member_id": member.member_id}
    for secret in ("", "GEZDGNBV", "not base32!", "0189" * 8):
        with refused(400, "invalid_argument"):
            project.api.totps.migrate(**ids, secret=secret, recovery_codes=[])
    for codes in (["short"], ["abcd-efgh-ijkl"] * 2):
        with refused(400, "invalid_recovery_code"):
            project.api.totps.migrate(**ids, secret=pyotp.random_base32(), recovery_codes=codes)
    with refused(404, "organization_not_found"):
        project.api.totps.migrate(f"acme-{unique()}", member.member_id, pyotp.random_base32(), [])
    with refused(404, "member_not_found"):
        project.api.totps.migrate(org, f"nobody-{unique()}", pyotp.random_base32(), [])
    # 80 bits, as apps have had them for years, and written as people write it.
    secret = "gezd gnbv gy3t qojq"
    made = project.api.totps.migrate(**ids, secret=secret, recovery_codes=["OLD-1234-5678"])
    assert made.recovery_codes == ["OLD-1234-5678"]
    assert (made.member.totp_registration_id, made.member.default_mfa_method) == (made.totp_registration_id, "totp")
    half = login(project, org, member.email_address).intermediate_session_token
    code = shown_by_an_old_app("GEZDGNBVGY3TQOJQ", project.server.clock.now())
    assert project.api.totps.authenticate(**ids, code=code, intermediate_session_token=half).session_token
    half = login(project, org, member.email_address).intermediate_session_token
    assert project.api.recovery_codes.recover(**ids, recovery_code="old12345678", intermediate_session_token=half).recovery_codes_remaining == 0
    with refused(400, "active_totp_exists"):
        project.api.totps.migrate(**ids, secret=pyotp.random_base32(), recovery_codes=[])
    other = project.member(org)
    assert len(project.api.totps.migrate(org, other.member_id, secret=pyotp.random_base32(), recovery_codes=[]).recovery_codes) == 10


def test_deletion(project, org):
    enrolled = Enrolled(project, org)
    gone = project.api.organizations.members.delete_totp(**enrolled.ids).member
    assert (gone.totp_registration_id, gone.default_mfa_method, gone.mfa_enrolled) == ("", "", True)
    with refused(404, "totp_not_found"):
        project.api.organizations.members.delete_totp(**enrolled.ids)
    with refused(404, "member_phone_number_not_found"):
        project.api.organizations.members.delete_mfa_phone_number(**enrolled.ids)
    for call in (project.api.organizations.members.delete_totp, project.api.organizations.members.delete_mfa_phone_number):
        with refused(404, "organization_not_found"):
            call(f"acme-{unique()}", enrolled.member.member_id)
        with refused(404, "member_not_found"):
            call(org, f"nobody-{unique()}")
    # Sessions stay, and the next login sets up another.
    assert project.api.sessions.authenticate(session_token=enrolled.session.session_token)
    half = login(project, org, enrolled.member.email_address)
    assert half.mfa_required.member_options is None
    assert project.api.totps.create(**enrolled.ids, intermediate_session_token=half.intermediate_session_token).secret != enrolled.secret


def test_t38_the_person_is_told_of_their_factors(project, org):
    enrolled = Enrolled(project, org)

    def told():
        mail = project.mailbox.wait(enrolled.member.email_address, of_factors=True)
        assert "token=" not in mail.text and enrolled.secret not in mail.text
        return mail.subject

    assert told() == "A second factor was added"
    project.api.recovery_codes.recover(**enrolled.ids, recovery_code=enrolled.codes[0], session_token=enrolled.session.session_token)
    assert told() == "A recovery code was used"
    project.api.organizations.members.delete_totp(**enrolled.ids)
    assert told() == "A second factor was removed"
    # An address that was never proven hears of nothing.
    member = project.member(org, mfa_phone_number="+14155550123")
    project.api.organizations.members.delete_mfa_phone_number(org, member.member_id)
    project.api.magic_links.email.login_or_signup(org, member.email_address)
    project.mailbox.wait(member.email_address)
    assert project.mailbox.waiting(member.email_address) == 0


def test_a_phone_number_is_removed(project, org):
    member = project.member(org, mfa_phone_number="+14155550123")
    project.api.organizations.members.update(org, member.member_id, default_mfa_method="sms_otp")
    gone = project.api.organizations.members.delete_mfa_phone_number(org, member.member_id).member
    assert (gone.mfa_phone_number, gone.mfa_phone_number_verified, gone.default_mfa_method) == ("", False, "")


def test_what_a_browser_does(project):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org)
    ids = {"organization_id": org, "member_id": member.member_id}
    token = magic_token(project, org, member.email_address)
    half = data(project.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 60}))
    ist = {"intermediate_session_token": half["intermediate_session_token"]}
    made = data(project.browser("POST", "/b2b/totp", ids | ist))
    app = App(project, made["secret"])
    body = ids | ist | {"code": app.next(), "session_duration_minutes": 60}
    done = data(project.browser("POST", "/b2b/totp/authenticate", body))
    session = done["session_token"]
    assert session and done["member_authenticated"] is True
    assert data(project.browser("GET", "/b2b/recovery_codes", session_token=session))["recovery_codes"] == made["recovery_codes"]
    rotated = data(project.browser("POST", "/b2b/recovery_codes/rotate", {}, session_token=session))["recovery_codes"]
    assert len(rotated) == 10
    used = data(project.browser("POST", "/b2b/recovery_codes/recover", ids | {"recovery_code": rotated[0], "session_duration_minutes": 60}, session_token=session))
    assert used["recovery_codes_remaining"] == 9
    gone = data(project.browser("DELETE", "/b2b/organizations/members/deleteTOTP", session_token=session))
    assert gone["member"]["totp_registration_id"] == ""
    check_refusal(project.browser("DELETE", "/b2b/organizations/members/deletePhoneNumber", session_token=session), 404, "member_phone_number_not_found")
    # Who has nothing to go on with learns nothing of whom they name.
    for named in (ids, ids | {"member_id": f"nobody-{unique()}"}, ids | {"organization_id": f"acme-{unique()}"}):
        for path, more in (("/totp", {}), ("/totp/authenticate", {"code": "123456"}), ("/recovery_codes/recover", {"recovery_code": "a"})):
            answer = project.browser("POST", f"/b2b{path}", named | more)
            check_refusal(answer, 400, "missing_intermediate_session_token")
    strange = data(project.browser("POST", "/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": discovery_token(project, new_email())}))
    for named in (ids, ids | {"member_id": f"nobody-{unique()}"}, ids | {"organization_id": f"acme-{unique()}"}):
        answer = project.browser("POST", "/b2b/totp", named | {"intermediate_session_token": strange["intermediate_session_token"]})
        check_refusal(answer, 400, "invalid_intermediate_session_token_for_organization")


# ---------------------------------------------------------------- what one has to go on with

OPERATIONS = {
    "totps.create": ("/v1/b2b/totp", {}),
    "totps.authenticate": ("/v1/b2b/totp/authenticate", {"code": "123456"}),
    "recovery_codes.recover": ("/v1/b2b/recovery_codes/recover", {"recovery_code": "aaaa-bbbb-cccc"}),
    "otps.sms.send": ("/v1/b2b/otps/sms/send", {"mfa_phone_number": "+12025550147"}),
    "otps.sms.authenticate": ("/v1/b2b/otps/sms/authenticate", {"code": "123456"}),
}


@pytest.fixture(params=OPERATIONS)
def operation(request, project):
    path, more = OPERATIONS[request.param]
    return lambda ids, **fields: project.raw("POST", path, ids | more | fields)


def test_what_a_request_goes_on_with(project, org, operation):
    domain = new_domain()
    member, session = verified_member(project, org, new_email(domain))
    ids = {"organization_id": org, "member_id": member.member_id}
    other, strange = verified_member(project, org)
    half = discover(project, member.email_address).intermediate_session_token
    for fields, status, kind in [
        ({"session_token": session.session_token, "session_jwt": session.session_jwt}, 400, "too_many_session_arguments"),
        ({"session_token": session.session_token, "intermediate_session_token": half}, 400, "too_many_session_arguments"),
        ({"session_token": "x"}, 400, "invalid_session_token"),
        ({"session_jwt": "x"}, 400, "unable_to_parse_session_jwt"),
        ({"session_token": "AQ" * 22}, 404, "session_not_found"),
        ({"intermediate_session_token": "x"}, 404, "intermediate_session_not_found"),
        ({"session_token": strange.session_token}, 400, "session_on_code_does_not_match_session_passed_in"),
        ({"session_token": strange.session_token, "organization_id": project.organization().organization_id}, 400, "session_on_code_does_not_match_session_passed_in"),
        ({"intermediate_session_token": discover(project, other.email_address).intermediate_session_token}, 400, "invalid_intermediate_session_token_for_organization"),
        ({"intermediate_session_token": half, "organization_id": f"acme-{unique()}"}, 404, "organization_not_found"),
        ({"intermediate_session_token": half, "member_id": f"nobody-{unique()}"}, 404, "member_not_found"),
    ]:
        check_refusal(operation(ids | fields), status, kind)
    # The first factors come first.
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    for fields in ({"intermediate_session_token": half}, {"session_token": session.session_token}):
        check_refusal(operation(ids | fields), 400, "action_available_only_once_primary_authentication_is_met")
    project.api.organizations.update(org, auth_methods="ALL_ALLOWED")
    # What keeps an address out of an organization keeps out half a login of it, too.
    project.api.organizations.members.update(org, member.member_id, email_address=new_email(domain))
    check_refusal(operation(ids, intermediate_session_token=half), 400, "inactive_email")
    claimant = project.organization(claimed_email_domains=[domain]).organization_id
    check_refusal(operation(ids, intermediate_session_token=half), 400, "action_not_allowed_email_domain_is_claimed")
    project.api.organizations.delete(claimant)


@pytest.mark.parametrize("name", ["totps.authenticate", "recovery_codes.recover", "otps.sms.authenticate"])
def test_a_proof_needs_something_to_go_on_with(project, org, name):
    path, more = OPERATIONS[name]
    ids = {"organization_id": org, "member_id": project.member(org).member_id}
    check_refusal(project.raw("POST", path, ids | more), 400, "no_session_arguments")
    for fields, kind in [
        ({"session_duration_minutes": 4}, "invalid_session_duration_minutes"),
        ({"session_custom_claims": {"https://stytch.com/x": 1}}, "stytch_claims_in_custom_claims"),
    ]:
        check_refusal(project.raw("POST", path, ids | more | fields), 400, kind)


def test_methods_that_the_organization_does_not_allow(project, org):
    enrolled = Enrolled(project, org)
    project.api.organizations.update(org, mfa_methods="RESTRICTED", allowed_mfa_methods=["sms_otp"])
    fresh, session = verified_member(project, org)
    with refused(400, "operation_restricted_by_organization_mfa_methods"):
        project.api.totps.create(org, fresh.member_id, session_token=session.session_token)
    # It counts for nothing, but shows whose it is.
    answer = project.raw("POST", "/v1/b2b/totp/authenticate", enrolled.ids | {"code": enrolled.app.next(), "intermediate_session_token": enrolled.half()})
    assert (answer.status_code, answer.json()["session_token"]) == (200, "") and answer.json()["mfa_required"]
    # Who has one that counts proves that.
    project.api.organizations.members.update(org, enrolled.member.member_id, mfa_phone_number="+14155550177")
    half = enrolled.half()
    with refused(400, "operation_restricted_by_organization_mfa_methods"):
        enrolled.prove(intermediate_session_token=half)
    with refused(400, "operation_restricted_by_organization_mfa_methods"):
        project.api.recovery_codes.recover(**enrolled.ids, recovery_code=enrolled.codes[0], intermediate_session_token=half)
    # Breakglass members may use what they like.
    project.api.organizations.members.update(org, enrolled.member.member_id, is_breakglass=True)
    assert enrolled.prove(intermediate_session_token=half).session_token


def test_half_a_login_of_discovery(project, org):
    enrolled = Enrolled(project, org)
    found = discover(project, enrolled.member.email_address)
    mine = next(one for one in found.discovered_organizations if one.organization.organization_id == org)
    assert mine.mfa_required.member_options.totp_registration_id and mine.mfa_required.secondary_auth_initiated is None
    done = enrolled.prove(intermediate_session_token=found.intermediate_session_token)
    assert factors(done) == BOTH
    # It is used up, and was for this organization.
    with refused(404, "intermediate_session_not_found"):
        project.api.discovery.intermediate_sessions.exchange(found.intermediate_session_token, org)


def test_an_app_is_of_one_organization(project, org):
    """T-39: what was proven as one member is no second factor of another."""
    enrolled = Enrolled(project, org)
    elsewhere = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    there = project.member(elsewhere, enrolled.member.email_address)
    answer = project.api.sessions.exchange(elsewhere, session_token=enrolled.session.session_token)
    assert answer.member_authenticated is False and answer.mfa_required.member_options is None
    with refused(404, "totp_not_found"):
        project.api.totps.authenticate(elsewhere, there.member_id, enrolled.app.next(), intermediate_session_token=answer.intermediate_session_token)


# ---------------------------------------------------------------- removing one


def removal(login):
    return as_member(DeleteTOTPRequestOptions, login)


def test_t39_removing_a_factor_takes_a_fresh_one(project, org, traveller):
    enrolled = Enrolled(project, org)
    members, ids = project.api.organizations.members, enrolled.ids
    project.api.organizations.members.update(org, enrolled.member.member_id, mfa_enrolled=False)
    plain = login(project, org, enrolled.member.email_address)
    token = {"session_token": plain.session_token}
    with refused(401, "insufficient_factors"):
        members.delete_totp(**ids, method_options=removal(plain))
    for method, path in (("GET", "/b2b/recovery_codes"), ("POST", "/b2b/recovery_codes/rotate"), ("DELETE", "/b2b/organizations/members/deleteTOTP"),
                         ("DELETE", "/b2b/organizations/members/deletePhoneNumber"), ("DELETE", "/b2b/oauth/registrations/x")):
        check_refusal(project.browser(method, path, **token), 401, "insufficient_factors")
    for fields in ({"mfa_enrolled": False}, {"mfa_phone_number": "+14155550123"}):
        check_refusal(project.browser("PUT", "/b2b/organizations/members/update", fields, **token), 401, "insufficient_factors")
    stale = enrolled.prove(session_token=plain.session_token, session_duration_minutes=600)
    traveller.clock.forward(minutes=61)
    for method, path in (("GET", "/b2b/recovery_codes"), ("POST", "/b2b/recovery_codes/rotate"), ("DELETE", "/b2b/organizations/members/deleteTOTP"),
                         ("DELETE", "/b2b/organizations/members/deletePhoneNumber"), ("DELETE", "/b2b/oauth/registrations/x")):
        check_refusal(project.browser(method, path, **token), 401, "stale_factors")
    check_refusal(project.browser("PUT", "/b2b/organizations/members/update", {"mfa_enrolled": False}, **token), 401, "stale_factors")
    enrolled.prove(session_token=plain.session_token)
    assert members.delete_totp(**ids, method_options=removal(stale)).member.totp_registration_id == ""


def test_t39_others_remove_a_factor_with_the_permission(project, org):
    enrolled = Enrolled(project, org)
    _, nobody = verified_member(project, org)
    _, admin = verified_member(project, org, roles=["stytch_admin"])
    for call in (project.api.organizations.members.delete_totp, project.api.organizations.members.delete_mfa_phone_number):
        with refused(403, "unauthorized_action"):
            call(**enrolled.ids, method_options=removal(nobody))
    for member, session in ((enrolled.member, admin), (enrolled.member, nobody)):
        answer = project.raw("GET", f"/v1/b2b/recovery_codes/{org}/{member.member_id}", headers={"X-Stytch-Member-Session": session.session_token})
        check_refusal(answer, 403, "unauthorized_action")
    gone = data(project.browser("DELETE", f"/b2b/organizations/members/totp/{enrolled.member.member_id}", session_token=admin.session_token))
    assert gone["member"]["totp_registration_id"] == ""


def test_t39_nobody_sets_up_a_factor_beside_another(project, org):
    """Whoever has got hold of the mailbox only."""
    enrolled = Enrolled(project, org)
    members = project.api.organizations.members
    members.delete_totp(**enrolled.ids)
    members.update(org, enrolled.member.member_id, mfa_phone_number="+14155550143")
    half = enrolled.half()
    for credential in ({"intermediate_session_token": half}, {}):
        with refused(401, "insufficient_factors"):
            project.api.totps.create(**enrolled.ids, **credential)
    # Nor is one that was begun before completed around it.
    members.delete_mfa_phone_number(**enrolled.ids)
    begun = project.api.totps.create(**enrolled.ids, intermediate_session_token=half)
    members.update(org, enrolled.member.member_id, mfa_phone_number="+14155550143")
    with refused(401, "insufficient_factors"):
        enrolled.prove(App(project, begun.secret).shown(), intermediate_session_token=half)


def test_the_audit_log_tells(project, org):
    enrolled = Enrolled(project, org)
    project.api.recovery_codes.rotate(**enrolled.ids)
    project.api.recovery_codes.recover(**enrolled.ids, recovery_code=project.api.recovery_codes.get(**enrolled.ids).recovery_codes[0],
                                       session_token=enrolled.session.session_token)
    project.api.organizations.members.delete_totp(**enrolled.ids)
    events = [event for event in project.audit(org) if event["member_id"] == enrolled.member.member_id]
    actions = [event["action"] for event in events]
    for action in ("totp_registration.create", "totp_registration.activate", "recovery_codes.rotate", "recovery_codes.recover", "totp_registration.delete"):
        assert actions.count(action) == 1, (action, actions)
    told = str(events)
    assert enrolled.secret not in told and not any(code in told for code in enrolled.codes)
    used = next(event for event in events if event["action"] == "recovery_codes.recover")
    assert used["changes"]["recovery_codes_remaining"] == {"before": 10, "after": 9}
