"""`guildhall serve --dev`: time, chance and mail are the tests'."""

import datetime
import fcntl
import os
import pathlib
import re
import threading
import time

import harness
import jwt
import pytest
from harness import check_refusal, until
from stytch.core.response_base import StytchError
from twin import Twin

pytestmark = pytest.mark.skipif(harness.ENGINE != "sqlite", reason="a twin has a database of its own, whatever the engine")

ADA, ALAN, GRACE = "ada@acme.example", "alan@acme.example", "grace@bolt.example"
PASSWORD = "an-organ-in-the-barn"


@pytest.fixture(scope="module")
def shared():
    with Twin() as twin:
        yield twin


@pytest.fixture
def twin(shared):
    """As it was at the start: with no mail, on time."""
    shared.post("/dev/reset")
    return shared


@pytest.fixture
def project(twin):
    return twin.project()


def refused(status: int, error_type: str, work):
    with pytest.raises(StytchError) as error:
        work()
    assert (error.value.details.status_code, error.value.details.error_type) == (status, error_type)


def test_what_was_seeded_is_there(twin, project):
    organization = project.api.organizations.get("customer-1").organization
    assert (organization.organization_slug, organization.trusted_metadata) == ("acme", {"plan": "business"})
    ada = project.api.organizations.members.get("acme", email_address=ADA).member
    assert (ada.name, ada.external_id, ada.email_address_verified) == ("Ada", "user-1", True)
    assert {role.role_id for role in ada.roles} == {"stytch_member", "stytch_admin", "payer"}
    alan = project.api.organizations.members.get("acme", email_address=ALAN).member
    assert (alan.mfa_phone_number, alan.email_address_verified) == ("+14155552671", False)
    resources = {resource.resource_id for resource in project.api.rbac.policy().policy.resources}
    assert "invoices" in resources
    # It is said in every answer what this is.
    assert twin.ask("GET", "/healthz").headers["guildhall-dev"] == "true"


def test_a_login_by_link_and_one_by_code(twin, project):
    project.api.magic_links.email.login_or_signup(organization_id="acme", email_address=ADA)
    mail = twin.mail(to=ADA)
    assert (mail["kind"], mail["template"], mail["to"]) == ("mail", "login", ADA)
    assert mail["link"].startswith(twin.url) and mail["link"] in mail["text"] and "<html" in mail["html"]
    assert project.api.magic_links.authenticate(magic_links_token=mail["token"]).member_authenticated

    project.api.otps.email.login_or_signup(organization_id="acme", email_address=ADA)
    coded = twin.mail(to=ADA.upper(), after=mail["message_id"])
    assert (coded["template"], coded["token"]) == ("login_code", "") and re.fullmatch(r"\d{6}", coded["code"])
    assert project.api.otps.email.authenticate(organization_id="acme", email_address=ADA, code=coded["code"]).member_authenticated


def test_a_text_message_has_its_code(twin, project):
    session = twin.post("/dev/sessions", {"organization_id": "acme", "email_address": ALAN})
    project.api.otps.sms.send(organization_id="acme", member_id=session["member_id"])
    message = twin.mail(kind="sms")
    assert (message["to"], message["template"], message["link"]) == ("+14155552671", "", "")
    answer = project.api.otps.sms.authenticate(organization_id="acme", member_id=session["member_id"], code=message["code"],
                                               session_token=session["session_token"])
    assert answer.member_session.authentication_factors[-1].type == "otp"


def test_the_mailbox_waits_for_a_mail_and_can_be_emptied(twin, project):
    assert twin.get("/dev/mailbox")["messages"] == []
    later = threading.Timer(0.2, lambda: project.api.magic_links.email.login_or_signup(organization_id="acme", email_address=ADA))
    later.start()
    assert [mail["to"] for mail in twin.mails(to=ADA, template="login", kind="mail")] == [ADA]
    later.join()
    assert twin.get("/dev/mailbox", params={"to": ALAN})["messages"] == []
    assert twin.get("/dev/mailbox", params={"template": "invite"})["messages"] == []
    assert twin.ask("DELETE", "/dev/mailbox", params={"to": ALAN}).status_code == 200
    assert len(twin.get("/dev/mailbox")["messages"]) == 1
    assert twin.ask("DELETE", "/dev/mailbox").status_code == 200
    assert twin.get("/dev/mailbox")["messages"] == []
    for wrong in ({"wait_seconds": 31}, {"wait_seconds": -1}, {"after": "x"}):
        check_refusal(twin.ask("GET", "/dev/mailbox", params=wrong), 400, ("invalid_argument", "bad_request"))
    check_refusal(twin.ask("GET", "/dev/mailbox", params={"project_id": "x"}), 404, "project_not_found")


def test_an_address_gets_only_so_many_mails_a_minute_and_emptying_its_mailbox_makes_room(twin, project):
    def send():
        return project.api.magic_links.email.login_or_signup(organization_id="acme", email_address=ADA)

    for _ in range(30):
        send()
    refused(429, "too_many_requests", send)
    twin.ask("DELETE", "/dev/mailbox", params={"to": ADA})
    send()


def test_a_session_ends_by_time_travel(twin, project):
    session = twin.post("/dev/sessions", {"organization_id": "acme", "member_id": "user-1", "session_duration_minutes": 30})
    assert session["member_session"]["authentication_factors"][0]["delivery_method"] == "email"
    token = session["session_token"]
    twin.advance(minutes=29)
    assert project.api.sessions.authenticate(session_token=token).member.email_address == ADA
    twin.advance(minutes=2)
    refused(404, "session_not_found", lambda: project.api.sessions.authenticate(session_token=token))


def test_a_link_ends_by_time_travel(twin, project):
    project.api.magic_links.email.login_or_signup(organization_id="acme", email_address=ADA)
    token = twin.mail()["token"]
    twin.advance(minutes=61)
    refused(401, "unable_to_auth_magic_link", lambda: project.api.magic_links.authenticate(magic_links_token=token))


def test_a_lock_ends_by_time_travel(twin, project):
    def log_in(password):
        return project.api.passwords.authenticate(organization_id="acme", email_address=ADA, password=password)

    def ada():
        return project.api.organizations.members.get("acme", email_address=ADA).member

    assert log_in(PASSWORD).member_authenticated
    for _ in range(3):
        refused(401, "unauthorized_credentials", lambda: log_in("wrong"))
    refused(429, "user_lock_limit_reached", lambda: log_in(PASSWORD))
    assert ada().is_locked
    twin.advance(minutes=31)
    # What a worker would do by and by is done.
    assert not ada().is_locked
    assert log_in(PASSWORD).member_authenticated


def test_the_times_in_a_jwt_are_those_of_the_twin(twin):
    told = twin.advance(now="2031-05-04T03:02:01Z")
    assert told["now"].startswith("2031-05-04T03:02:0") and told["ahead_seconds"] > 0
    session = twin.post("/dev/sessions", {"organization_id": "acme", "email_address": ADA})
    claims = jwt.decode(session["session_jwt"], options={"verify_signature": False})
    at = datetime.datetime(2031, 5, 4, 3, 2, 1, tzinfo=datetime.UTC).timestamp()
    assert at <= claims["iat"] <= at + 60 and claims["exp"] == claims["iat"] + 300


def test_the_clock_goes_forward_only(twin):
    before = twin.advance(minutes=60)
    for wrong in ({"advance_seconds": -1}, {"now": "2020-01-01T00:00:00Z"}, {"advance_seconds": 4_000_000_000}, {},
                  {"advance_seconds": 9_223_372_036_854_775_807}, {"advance_seconds": 1, "now": "2031-05-04T03:02:01Z"}):
        check_refusal(twin.ask("POST", "/dev/clock", json=wrong), 400, "invalid_argument")
    check_refusal(twin.ask("POST", "/dev/clock", json={"now": "soon"}), 400, "bad_request")
    assert twin.get("/dev/clock")["ahead_seconds"] == 3600 and twin.get("/dev/clock")["now"] >= before["now"]
    assert twin.post("/dev/reset")["ahead_seconds"] == 0


def test_a_reset_leaves_nothing_and_takes_no_time(twin, project):
    session = twin.post("/dev/sessions", {"organization_id": "acme", "email_address": ADA})
    project.api.organizations.create(organization_name="New", organization_slug="new")
    project.api.organizations.members.delete("acme", project.api.organizations.members.get("acme", email_address=ALAN).member.member_id)
    project.api.magic_links.email.login_or_signup(organization_id="acme", email_address=ADA)
    twin.advance(minutes=5)
    began = time.monotonic()
    twin.post("/dev/reset")
    assert time.monotonic() - began < 2
    refused(404, "session_not_found", lambda: project.api.sessions.authenticate(session_token=session["session_token"]))
    refused(404, "organization_not_found", lambda: project.api.organizations.get("new"))
    assert project.api.organizations.members.get("acme", email_address=ALAN).member.status == "active"
    assert twin.get("/dev/mailbox")["messages"] == []
    assert twin.get("/dev/clock")["ahead_seconds"] == 0


def test_each_test_can_have_a_project_of_its_own(twin):
    made = [twin.post("/dev/projects") for _ in range(2)]
    first, second = (twin.project(each) for each in made)
    assert made[0]["organizations"][0]["organization_slug"] == "acme"
    ada = made[0]["organizations"][0]["members"][0]
    assert ada["email_address"] == ADA
    first.api.organizations.members.delete("acme", ada["member_id"])
    refused(404, "member_not_found", lambda: first.api.organizations.members.get("acme", email_address=ADA))
    assert second.api.organizations.members.get("acme", email_address=ADA).member.name == "Ada"
    # Each has its own mailbox.
    second.api.magic_links.email.login_or_signup(organization_id="acme", email_address=ADA)
    assert twin.mail(project_id=second.project_id)["to"] == ADA
    assert twin.get("/dev/mailbox", params={"project_id": first.project_id})["messages"] == []
    session = twin.post("/dev/sessions", {"project_id": second.project_id, "organization_id": "acme", "email_address": ADA})
    assert second.api.sessions.authenticate(session_token=session["session_token"]).member.email_address == ADA
    check_refusal(first.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session["session_token"]}), 404, "session_not_found")
    check_refusal(twin.ask("POST", "/dev/projects", json={"like": "project-test-x"}), 404, "project_not_found")


def test_a_session_is_no_way_around_what_the_organization_asks_for(twin):
    answer = twin.post("/dev/sessions", {"organization_id": "bolt", "email_address": GRACE})
    assert (answer["member_authenticated"], answer["session_token"]) == (False, "")
    assert answer["intermediate_session_token"] and answer["mfa_required"]
    for status, error, wrong in (
        (400, "invalid_member_get_fields", {}),
        (400, "invalid_member_get_fields", {"member_id": "user-1", "email_address": ADA}),
        (400, "invalid_email", {"email_address": "x"}),
        (400, "invalid_session_duration_minutes", {"email_address": ADA, "session_duration_minutes": 1}),
        (404, "member_not_found", {"email_address": "nobody@acme.example"}),
        (404, "organization_not_found", {"organization_id": "none", "email_address": ADA}),
        (404, "project_not_found", {"project_id": "none", "email_address": ADA}),
    ):
        check_refusal(twin.ask("POST", "/dev/sessions", json={"organization_id": "acme"} | wrong), status, error)


def story(twin: Twin) -> list:
    """Some requests, and what of their answers was drawn."""
    project = twin.project()
    organization = project.api.organizations.create(organization_name="Drawn").organization
    member = project.member(organization.organization_id, "a@drawn.example")
    project.api.magic_links.email.login_or_signup(organization_id="acme", email_address=ADA)
    project.api.otps.email.login_or_signup(organization_id="acme", email_address=ALAN)
    linked, coded = twin.mail(to=ADA), twin.mail(to=ALAN)
    session = project.api.magic_links.authenticate(magic_links_token=linked["token"])
    made = twin.post("/dev/projects")
    secrets = [project.api.totps.create(organization_id="acme", member_id=session.member_id).secret]
    return [organization.organization_id, member.member_id, linked["message_id"], linked["token"], coded["code"],
            session.member_session.member_session_id, session.session_token, made, secrets]


def without_request_id(value):
    if isinstance(value, dict):
        return {key: without_request_id(each) for key, each in value.items() if key != "request_id"}
    return [without_request_id(each) for each in value] if isinstance(value, list) else value


def test_the_same_number_gives_the_same_ids_tokens_and_codes():
    told = []
    for number in ("7", "7", "8"):
        with Twin("--dev-random-seed", number) as twin:
            told.append(without_request_id(story(twin)))
            if number == "7":
                # A test that begins anew meets the same again, too.
                twin.post("/dev/reset")
                assert without_request_id(story(twin)) == told[-1]
    assert told[0] == told[1]
    assert all(one != other for one, other in zip(told[0], told[2], strict=True))


def test_without_a_number_nothing_is_the_same(twin):
    first = without_request_id(story(twin))
    twin.post("/dev/reset")
    assert all(one != other for one, other in zip(first, without_request_id(story(twin)), strict=True))


def test_a_twin_that_is_given_nothing_has_a_project():
    with Twin(seed=None) as twin:
        made = {"project_id": "project-test-00000000-0000-4000-8000-000000000000", "secret": "secret-test-of-a-twin",
                "public_token": "public-token-test-00000000-0000-4000-8000-000000000000"}
        assert twin.project(made).api.organizations.search().organizations == []
        assert twin.project(made).browser("GET", f"/projects/bootstrap/{made['public_token']}").status_code == 200


MISTAKES = {
    "line 2: unknown field `nam`": "[[projects]]\nnam = 'x'",
    "there is no project": "projects = []",
    "projects[0]: secret: write secret-test-": "[[projects]]\nsecret = 'x'",
    "projects[0]: project_id: write project-test-": "[[projects]]\nproject_id = 'project-live-00000000-0000-4000-8000-00000000000a'",
    "projects[0]: settings.lock_threshold: write a whole number from 1 to 100": "[[projects]]\nsettings = { lock_threshold = 0 }",
    "projects[0]: organizations[1].organisation_slug: organizations.create of the API has no such field":
        "[[projects]]\norganizations = [{ organization_name = 'A' }, { organization_name = 'B', organisation_slug = 'b' }]",
    "projects[0]: organizations[0].members[0]: ":
        "[[projects]]\norganizations = [{ organization_name = 'A', members = [{ email_address = 'x' }] }]",
    "projects[0]: organizations[0].members[0].password: ":
        "[[projects]]\norganizations = [{ organization_name = 'A', members = [{ email_address = 'a@a.example', password = 'x' }] }]",
    "projects[0]: rbac_policy: ":
        "[[projects]]\nrbac_policy = { resources = [], roles = [{ role_id = 'x', permissions = [{ resource_id = 'y', actions = ['*'] }] }] }",
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_in_the_seed_is_told_with_its_place(words):
    told = Twin(seed=MISTAKES[words]).refused()
    assert "seed.toml" in told and words in told, told


def test_what_a_killed_twin_has_left_goes_with_the_next(tmp_path):
    left, held, other = (tmp_path / name for name in ("guildhall-twin-1-0", "guildhall-twin-2-0", "guildhall-twins"))
    for folder in (left, held, other):
        folder.mkdir()
        (folder / "seed.db").touch()
        os.utime(folder, (0, 0))
    with (held / "twin.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.utime(held, (0, 0))
        with Twin(seed=None, environment={"TMPDIR": str(tmp_path)}):
            assert not left.exists() and (held / "seed.db").exists() and (other / "seed.db").exists()


def test_its_folder_goes_with_it(tmp_path):
    def folders():
        return {path for place in ("/dev/shm", tmp_path) for path in pathlib.Path(place).glob("guildhall-twin-*")}

    before = folders()
    with Twin(environment={"TMPDIR": str(tmp_path)}) as twin:
        [folder] = [path for path in folders() - before if f"-{twin.process.pid}-" in path.name]
        assert folder.stat().st_mode & 0o777 == 0o700
        for _ in range(3):
            twin.post("/dev/reset")
        # Of what was there before a reset nothing is left.
        until(lambda: len(list(folder.glob("[0-9]*.db"))) == 1, what="one database")
    assert not folder.exists()
