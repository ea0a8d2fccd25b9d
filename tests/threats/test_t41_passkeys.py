"""T-41: what a passkey has signed counts once, for what it was asked for, on the project's own pages. T-39: another factor is set up, and
removed, only by whoever has lately shown those that are there."""

import json

import pytest
from authenticator import MADE, PRESENT, VERIFIED, Authenticator, Key, decode, encode
from harness import ORIGIN, Server, check_refusal, data, login, race
from passkeys import WEBAUTHN, Person, authenticate, post, refuse, request

CHALLENGE, UNKNOWN, MALFORMED = (
    (401, "webauthn_challenge_not_found"), (401, "unable_to_authenticate_webauthn"), (400, "invalid_public_key_credential"),
)


@pytest.fixture(scope="module")
def server(postgres):
    """Its clock is moved."""
    server = Server(postgres=postgres, clock=True).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(server):
    return server.project()


@pytest.fixture(scope="module")
def org(project):
    return project.organization().organization_id


@pytest.fixture
def person(project, org):
    return Person(project, org)


def show(project, credential, refusal):
    return refuse(project, "authenticate", {"public_key_credential": credential}, *refusal)


def test_t41_a_challenge_is_answered_once(project, person):
    options = request(project)
    credential = person.authenticator.get(options)
    assert authenticate(project, credential)["member_authenticated"]
    show(project, credential, CHALLENGE)
    show(project, person.authenticator.get(options), CHALLENGE)
    options = request(project)
    credentials = [person.authenticator.get(options) for _ in range(8)]
    answers = race(8, lambda i: project.raw("POST", WEBAUTHN + "authenticate", {"public_key_credential": credentials[i]}).status_code)
    assert sorted(answers)[0] == 200 and answers.count(401) == 7, answers


def test_t41_a_challenge_is_good_for_what_it_was_asked_for(server, project, org, person):
    other_org = project.organization().organization_id
    stranger, elsewhere = Person(project, org), Person(project, other_org)
    # Of another call, another organization, another member, another project; of nobody; with a bit of it changed.
    creation = person.creation()
    show(project, person.authenticator.get(request(project), challenge=creation["challenge"]), CHALLENGE)
    made = Authenticator(ORIGIN).create(creation, challenge=request(project)["challenge"])
    refuse(project, "register", person.ids | person.shown | {"public_key_credential": made}, *CHALLENGE)
    show(project, person.authenticator.get(request(project, organization_id=other_org)), UNKNOWN)
    show(project, elsewhere.authenticator.get(request(project, organization_id=org)), UNKNOWN)
    show(project, person.authenticator.get(request(project), challenge=stranger.options()["challenge"]), UNKNOWN)
    show(project, person.authenticator.get(request(project), challenge=request(server.project())["challenge"]), CHALLENGE)
    made = Authenticator(ORIGIN).create(creation, challenge=stranger.creation()["challenge"])
    refuse(project, "register", person.ids | person.shown | {"public_key_credential": made}, *CHALLENGE)
    own = decode(request(project)["challenge"])
    said = json.loads(own[32:]) | {"e": "2099-01-01T00:00:00Z"}
    for odd in (encode(b"0123456789abcdef"), encode(bytes([own[0] ^ 1]) + own[1:]), encode(own[:32] + json.dumps(said).encode()), encode(own[:40])):
        show(project, person.authenticator.get(request(project), challenge=odd), CHALLENGE)
    old = request(project)
    server.clock.forward(minutes=5, seconds=1)
    show(project, person.authenticator.get(old), CHALLENGE)


def test_t41_what_was_signed_elsewhere_or_by_another_counts_for_nothing(project, org, person):
    stranger = Person(project, org)
    show(project, person.authenticator.get(request(project), key=Key()), UNKNOWN)
    # A credential belongs to its member, whoever is named beside it.
    show(project, person.authenticator.get(request(project), handle=stranger.authenticator.handle), UNKNOWN)
    show(project, person.authenticator.get(request(project), handle=encode(b"x" * 32)), UNKNOWN)
    show(project, person.authenticator.get(request(project), handle=encode(b"x")), UNKNOWN)
    for origin in ("https://localhost.evil.example", "http://localhost:3001", "https://evillocalhost", "null", "http://*.localhost:3000", "https://" + "a" * 300):
        show(project, person.authenticator.get(request(project), origin=origin), MALFORMED)
    show(project, person.authenticator.get(request(project), domain="evil.example"), MALFORMED)
    credential = person.authenticator.get(request(project))
    show(project, credential | {"rawId": encode(b"another")}, MALFORMED)
    show(project, credential | {"type": "password"}, MALFORMED)
    nameless = person.authenticator.get(request(project))
    nameless["response"]["userHandle"] = None
    show(project, nameless, UNKNOWN)
    assert authenticate(project, credential)["member_authenticated"], "none of it has spoiled the passkey"


def test_t41_the_person_is_verified_where_nothing_else_was(project, person):
    for flags in (PRESENT, VERIFIED, 0):
        refusal = MALFORMED if not flags & PRESENT else UNKNOWN
        show(project, person.authenticator.get(request(project), flags=flags), refusal)


def test_t41_a_counter_that_goes_back_is_refused_and_told(project, org, person):
    assert person.log_in()["member_authenticated"]
    before = person.authenticator.count
    person.authenticator.count = 0
    body = show(project, person.authenticator.get(options := request(project)), UNKNOWN)
    assert "counter" in body["error_message"]
    [told] = [event for event in project.audit(org) if event["object"]["id"] == person.id and event["action"].endswith("counter_refused")]
    assert told["changes"] == {"sign_count": {"before": before, "after": 1}} and told["member_id"] == person.member.member_id
    # The challenge is spent, and the passkey of its owner goes on.
    person.authenticator.count = before
    show(project, person.authenticator.get(options), CHALLENGE)
    person.authenticator.count = before
    assert person.log_in()["member_authenticated"]
    # Who has never counted need not begin to.
    silent = Person(project, org, authenticator=Authenticator(ORIGIN, counts=False))
    assert silent.log_in()["member_authenticated"] and silent.log_in()["member_authenticated"]


def test_t41_a_passkey_is_made_on_the_projects_pages_with_a_key_that_was_asked_for(project, org):
    person = Person(project, org, register=False)

    def refused(made, refusal):
        refuse(project, "register", person.ids | person.shown | {"public_key_credential": made}, *refusal)

    refused(Authenticator(ORIGIN).create(person.creation(), origin="https://evil.example"), MALFORMED)
    refused(Authenticator(ORIGIN).create(person.creation(), domain="evil.example"), MALFORMED)
    refused(Authenticator(ORIGIN).create(person.creation(), flags=MADE), MALFORMED)
    weak = Authenticator(ORIGIN)
    weak.key.cose = lambda: b"\xa1\x03\x39\xff\xfe"
    refused(weak.create(person.creation()), MALFORMED)
    options = person.creation()
    made = person.authenticator.create(options)
    post(project, "register", person.ids | person.shown | {"public_key_credential": made})
    refused(made, CHALLENGE)
    assert len(person.listed()) == 1


def test_t39_another_passkey_takes_those_that_are_there(server, project, org, person):
    session = login(project, org, person.member.email_address).session_token
    ids, shown = person.ids, {"session_token": session}
    refuse(project, "register/start", ids | shown, 401, "insufficient_factors")
    made = {"public_key_credential": Authenticator(ORIGIN).create(person.creation())}
    refuse(project, "register", ids | shown | made, 401, "insufficient_factors")
    # Nor does a backend make one for somebody who is not there, nor for somebody else.
    refuse(project, "register/start", ids, 400, "no_session_arguments")
    refuse(project, "register", ids | made, 400, "no_session_arguments")
    stranger = Person(project, org)
    refuse(project, "register/start", ids | stranger.shown, 400, "session_on_code_does_not_match_session_passed_in")
    # And an authenticator app takes the passkey.
    check_refusal(project.raw("POST", "/v1/b2b/totp", ids | shown), 401, "insufficient_factors")
    # What was proven an hour ago is too old for either.
    fresh = Person(project, org, register=False)
    fresh.shown = {"session_token": login(project, org, fresh.member.email_address, session_duration_minutes=240).session_token}
    refreshed = authenticate(project, person.authenticator.get(request(project)), session_duration_minutes=240)["session_token"]
    server.clock.forward(minutes=61)
    refuse(project, "register/start", ids | {"session_token": refreshed}, 401, "stale_factors")
    refuse(project, "register/start", fresh.ids | fresh.shown, 401, "stale_factors")
    check_refusal(project.browser("DELETE", f"/b2b/webauthn/{person.id}", session_token=refreshed), 401, "stale_factors")
    # The passkey itself makes the session fresh again.
    options = request(project, **ids, session_token=refreshed)
    authenticate(project, person.authenticator.get(options), session_token=refreshed)
    assert post(project, "register/start", ids | {"session_token": refreshed})


def test_t39_a_passkey_is_removed_with_a_second_factor_only(project, org, person):
    session = login(project, org, person.member.email_address).session_token
    check_refusal(project.browser("DELETE", f"/b2b/webauthn/{person.id}", session_token=session), 401, "insufficient_factors")
    assert data(project.browser("DELETE", f"/b2b/webauthn/{person.id}", session_token=person.log_in()["session_token"]))["member"]["has_passkey"] is False


def test_t45_what_passkeys_somebody_has_is_their_own_business(project, org, person):
    """A page that names a member hears the same whether they have passkeys, are there, or are not."""
    nobody = person.member.member_id[:-12] + "000000000000"
    for member in (person.member.member_id, project.member(org).member_id, nobody):
        answer = project.browser("POST", "/b2b/webauthn/authenticate/start", {"organization_id": org, "member_id": member})
        told = check_refusal(answer, 400, "missing_intermediate_session_token")["error_message"]
        assert "passkey" not in told
