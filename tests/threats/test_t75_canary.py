"""T-75: at the most talkative log level, and in the metrics, nothing stands that opens anything."""

import base64
import hashlib
import json
import re
import secrets

import pytest
import requests
from harness import (
    REDIRECT_URL, Project, as_member, discovery_token, magic_token, new_email, query_of, refused, token_from, unique, until, verified_member,
)
from scenes import JWT_HEADER, MEMBER_HEADER
from stytch.b2b.models.organizations import UpdateRequestOptions


class Canaries:
    """Everything that must not be seen again, by name."""

    def __init__(self):
        self.texts = {}

    def add(self, name, value):
        if value:
            assert len(str(value)) >= 8, (name, value)
            self.texts[f"{name} {len(self.texts)}"] = str(value)
        return value

    def session(self, answer):
        answer = answer if isinstance(answer, dict) else json.loads(answer.model_dump_json())
        for name in ("session_token", "session_jwt", "intermediate_session_token"):
            self.add(name, answer.get(name))
        if answer.get("session_jwt"):
            self.add("JWT signature", answer["session_jwt"].split(".")[2])
            self.add("JWT body", answer["session_jwt"].split(".")[1])

    def mail(self, mail):
        self.add("token in a mail", token_from(mail))
        self.add("link in a mail", mail.link)
        for line in mail.text.splitlines():
            if len(line) > 30 and "token=" not in line:
                self.add("line of a mail", line)

    def seen_in(self, text):
        return {name: value[:60] for name, value in self.texts.items() if value in text}


def walk(server, project, canaries, cookies):
    """Logging in, inviting, discovering, changing, failing: each with what it hands out written down."""
    add, api = canaries.add, project.api
    add("project secret", project.secret)
    add("Basic credential", base64.b64encode(f"{project.project_id}:{project.secret}".encode()).decode())
    org = project.organization(organization_name=add("organization name", f"Canary Org {unique()}")).organization_id
    member = project.member(org, name=add("member name", f"Canary Member {unique()}"), untrusted_metadata={"note": add("metadata", f"canary-{unique()}")})
    email = add("address", member.email_address)

    # A login by link: the mail, the page behind it, the session.
    api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
    mail = project.mailbox.wait(email)
    canaries.mail(mail)
    requests.get(mail.link, timeout=30)
    session = api.magic_links.authenticate(magic_links_token=token_from(mail), session_custom_claims={"claim": add("claim", f"canary-claim-{unique()}")})
    canaries.session(session)
    with refused(401, "unable_to_auth_magic_link"):
        api.magic_links.authenticate(magic_links_token=token_from(mail))

    # Sessions: by token, by JWT, acting as the member, exchanged.
    canaries.session(api.sessions.authenticate(session_token=session.session_token, session_duration_minutes=60))
    canaries.session(api.sessions.authenticate(session_jwt=session.session_jwt))
    other = project.organization().organization_id
    project.member(other, email)
    canaries.session(api.sessions.exchange(organization_id=other, session_token=session.session_token))
    for jwt in (False, True):
        with refused(403, "unauthorized_action"):
            api.organizations.update(org, organization_name="X", method_options=as_member(UpdateRequestOptions, session, jwt))

    # An invitation.
    invited = add("invited address", new_email())
    api.magic_links.email.invite(organization_id=org, email_address=invited)
    mail = project.mailbox.wait(invited)
    canaries.mail(mail)
    canaries.session(api.magic_links.authenticate(magic_links_token=token_from(mail)))

    # Discovery with PKCE, from a browser, and an organization of one's own.
    verifier = add("PKCE verifier", secrets.token_urlsafe(48))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    person = add("discovered address", new_email())
    project.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": person, "pkce_code_challenge": add("PKCE challenge", challenge)})
    mail = project.mailbox.wait(person)
    canaries.mail(mail)
    body = {"discovery_magic_links_token": token_from(mail)}
    project.browser("POST", "/b2b/magic_links/discovery/authenticate", body)
    proven = project.browser("POST", "/b2b/magic_links/discovery/authenticate", body | {"pkce_code_verifier": verifier}).json()["data"]
    canaries.session(proven)
    made = project.browser("POST", "/b2b/discovery/organizations/create", {"intermediate_session_token": proven["intermediate_session_token"], "session_duration_minutes": 60}).json()["data"]
    canaries.session(made)
    project.browser("GET", "/b2b/organizations/me", session_token=made["session_token"])

    # Cookies.
    name = cookies.organization().organization_id
    token = add("token in a mail", magic_token(cookies, name, cookies.member(name).email_address))
    answer = cookies.browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": token, "session_duration_minutes": 60})
    for line in answer.raw.headers.getlist("set-cookie"):
        value = line.split(";")[0].split("=", 1)[1]
        add("cookie", value)
    cookies.browser("GET", "/b2b/organizations/me", headers={"Cookie": answer.raw.headers.getlist("set-cookie")[0].split(";")[0]})

    # A change of address.
    new = add("new address", new_email())
    api.organizations.members.start_email_update(org, member.member_id, email_address=new)
    mail = project.mailbox.wait(new)
    canaries.mail(mail)
    canaries.session(api.magic_links.authenticate(magic_links_token=token_from(mail)))

    # Errors of every kind, with something in each that must not be repeated.
    def wrong(name):
        return add(f"wrong {name}", f"canary-{name.replace(' ', '-')}-{unique()}")

    project.raw("GET", "/v1/debug/whoami", auth=(project.project_id, wrong("secret")))
    project.raw("GET", "/v1/debug/whoami", auth=(wrong("project"), "x"))
    project.raw("GET", f"/v1/{wrong('path')}?session_token={wrong('query')}")
    project.raw("GET", f"/v1/b2b/organizations/{wrong('organization')}")
    project.raw("POST", "/v1/b2b/organizations", data=f'{{"organization_name": {wrong("body")}'.encode())
    project.raw("POST", "/v1/b2b/organizations", {"organization_name": [wrong("type")]})
    project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": wrong("token")})
    project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": f"a.{wrong('jwt')}.c"})
    project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": wrong("link"), "pkce_code_verifier": wrong("verifier")})
    project.raw("PUT", f"/v1/b2b/organizations/{org}", {}, headers={MEMBER_HEADER: wrong("member header")})
    project.raw("PUT", f"/v1/b2b/organizations/{org}", {}, headers={JWT_HEADER: wrong("jwt header")})
    project.raw("GET", "/v1/debug/whoami", headers={"X-Canary": wrong("header"), "User-Agent": wrong("agent"), "Cookie": f"x={wrong('cookie')}"})
    project.raw("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": wrong("address")})
    project.raw("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": person, "discovery_redirect_url": f"https://{wrong('redirect')}.example"})
    project.raw("POST", "/v1/b2b/organizations/search", {"cursor": wrong("cursor")})
    project.raw("POST", "/v1/b2b/organizations/members/search", {"organization_ids": [org], "query": {"operator": "AND", "operands": [{"filter_name": wrong("filter"), "filter_value": "x"}]}})
    project.browser("POST", "/b2b/sessions/authenticate", {}, session_token=wrong("browser session"))
    project.browser("GET", "/b2b/organizations/me", origin=f"https://example.com/{wrong('origin')}")
    requests.post(server.url + "/sdk/v1/events", json=[{"event": wrong("event")}], timeout=30)
    requests.get(server.url + f"/v1/magic_links/redirect?token={wrong('opened token')}&public_token={project.public_token}", timeout=30)
    project.raw("POST", "/v1/b2b/magic_links/authenticate", data=b"\xff" + wrong("bytes").encode(), headers={"Content-Type": "application/json"})
    api.sessions.revoke(session_token=made["session_token"])
    api.organizations.members.delete(org, member.member_id)
    return org


@pytest.mark.parametrize("format_", ["text", "json"])
def test_t75_logs_and_metrics_hold_no_canary(start_server, format_):
    server = start_server(arguments=["--log-level", "trace", "--log-format", format_])
    project = server.project()
    made = json.loads(server.command("project", "create", "--name", "Cookies", "--redirect-url", REDIRECT_URL, "--http-only-cookies", "--json").stdout)
    cookies = Project(server, made["project_id"], made["secret"], made["public_token"], made["environment"])
    canaries = Canaries()
    canaries.add("project secret", cookies.secret)
    walk(server, project, canaries, cookies)
    # What no request ever shows.
    for name in ("master.key",):
        if (server.directory / name).exists():
            canaries.add(name, (server.directory / name).read_text().strip())
    metrics = server.get("/metrics").text
    # The mail server goes away and comes back: what cannot be delivered is not put into the log.
    server.mailbox.stop()
    address = canaries.add("undelivered address", new_email())
    project.api.magic_links.email.discovery.send(email_address=address)
    until(lambda: any(row["recipient"] == address and row["last_error"] for row in server.contents()["outbox"]), what="a delivery that failed")
    server.mailbox.start()
    assert server.terminate() == 0
    log = server.log()
    assert log.count("request_id") > 40 and len(canaries.texts) > 70
    assert not canaries.seen_in(log), f"in the log: {canaries.seen_in(log)}"
    assert not canaries.seen_in("\n".join(server.stdout)), "on stdout"
    assert not canaries.seen_in(metrics), f"in the metrics: {canaries.seen_in(metrics)}"
    for pattern in (r"eyJ[\w-]{10,}\.", r"secret-(test|live)-[\w-]{8}", r"[?&]token=", r"Basic [A-Za-z0-9+/]{8}", r"BEGIN [A-Z ]*PRIVATE KEY", r"[\w.+-]+@corp-[0-9a-f]{8}"):
        assert not re.search(pattern, log), (pattern, re.search(f".*{pattern}.*", log)[0][:300])
        assert not re.search(pattern, metrics), pattern


def test_t75_no_secret_on_the_command_line_of_commands(server, project):
    """Nor in what they print, other than the one secret that was asked for."""
    listed = server.command("project", "list").stdout
    assert project.project_id in listed and project.secret not in listed
    audit = server.command("audit", project.project_id, check=False)
    assert project.secret not in audit.stdout + audit.stderr


def test_t75_answers_of_others_calls_and_the_audit_log_hold_no_token(project, org):
    """T-35 as well: what opens something is told to whom it is for, and to nobody else."""
    member, session = verified_member(project, org)
    link, discovery = magic_token(project, org, member.email_address), discovery_token(project, member.email_address)
    events = json.dumps(project.audit())
    answers = [
        project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": member.email_address}).text,
        project.raw("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": member.email_address}).text,
        project.raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": new_email()}).text,
        project.raw("GET", "/v1/b2b/sessions", params={"organization_id": org, "member_id": member.member_id}).text,
    ]
    fresh = [query_of(project.mailbox.wait(member.email_address).link)["token"] for _ in range(2)]
    for token in (link, discovery, session.session_token, session.session_jwt, project.secret, *fresh):
        assert token not in events
        assert not [a for a in answers if token in a]


# {} stands for a password.
MISTAKES = {
    "an open quote": 'smtp-url = "smtp://user:{}@mail.example.com',
    "a list": 'smtp-url = ["smtp://user:{}@mail.example.com"]',
    "a table": 'sms-url = {{ url = "https://user:{}@sms.example.com" }}',
    "something after it": 'database-url = "postgres://user:{}@db.example.com/x" x',
    "a name that is not known": 'smtp-urll = "smtp://user:{}@mail.example.com"',
    "the same twice": 'database-url = "postgres://user:{}@db.example.com/x"\ndatabase-url = "x"',
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_t75_a_mistake_in_the_configuration_does_not_print_what_stands_there(server, tmp_path, mistake):
    """It names the file and the line; in the line there may be a password."""
    canary = f"canary{unique()}"
    file = tmp_path / "guildhall.toml"
    file.write_text("# The first line.\n" + MISTAKES[mistake].format(canary) + "\n")
    for command in (["serve", "--listen", "127.0.0.1:0"], ["doctor"], ["migrate"], ["project", "list"]):
        done = server.command(*command, "--config", str(file), check=False, database=False)
        said = done.stdout + done.stderr
        assert done.returncode != 0 and "listening" not in said, (command, said)
        assert canary not in said, (command, said)
        assert "guildhall.toml" in said and "line " in said, (command, said)
