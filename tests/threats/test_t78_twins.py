"""T-78: the doors of a twin, which need no credential, from a page in a browser, from elsewhere, or in production."""

import contextlib
import json
import socket

import harness
import pytest
from doors import catalogue
from harness import check_refusal
from twin import Twin

pytestmark = pytest.mark.skipif(harness.ENGINE != "sqlite", reason="a twin has a database of its own, whatever the engine")

DOORS = [("GET", "/dev/clock"), ("POST", "/dev/clock"), ("GET", "/dev/mailbox"), ("DELETE", "/dev/mailbox"), ("POST", "/dev/sessions"),
         ("POST", "/dev/projects"), ("POST", "/dev/reset")]

# What browsers say when a page asks; no page can keep them from it.
PAGES = {
    "a page of others": {"Origin": "https://evil.example.com", "Sec-Fetch-Site": "cross-site"},
    "a page of others, in an old browser": {"Origin": "https://evil.example.com"},
    "a form or a picture of others": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    "a page on another port of this machine": {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"},
    "a sandboxed page": {"Origin": "null"},
    "a page of the twin itself": {"Origin": "self", "Sec-Fetch-Site": "same-origin"},
    "a name that was bound to this machine": {"Host": "evil.example.com"},
    "a name that looks like this machine": {"Host": "localhost.evil.example.com"},
    "through a proxy": {"X-Forwarded-For": "203.0.113.9"},
}


@pytest.fixture(scope="module")
def twin():
    with Twin() as twin:
        yield twin


@pytest.mark.parametrize("page", PAGES)
def test_t78_no_page_gets_through(twin, page):
    headers = {name: twin.url if value == "self" else value for name, value in PAGES[page].items()}
    before = twin.get("/dev/clock")["ahead_seconds"]
    for method, path in DOORS:
        body = json.dumps({"advance_seconds": 3600, "organization_id": "acme", "email_address": "ada@acme.example"})
        # A form sends what is no JSON by its name, and needs no leave for it.
        for media_type in ("application/json", "text/plain"):
            answer = twin.ask(method, path, data=body if method == "POST" else None, headers=headers | {"Content-Type": media_type})
            check_refusal(answer, 403, "unauthorized_action")
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    # Nor does anything allow a page to ask for more.
    leave = twin.ask("OPTIONS", "/dev/clock", headers=headers | {"Access-Control-Request-Method": "POST"})
    assert leave.status_code >= 400 and "access-control-allow-origin" not in leave.headers
    assert twin.get("/dev/clock")["ahead_seconds"] == before


def test_t78_the_same_from_a_program_does(twin):
    """So that what is refused above is refused for what the page is."""
    for method, path in DOORS:
        body = {"advance_seconds": 1, "organization_id": "acme", "email_address": "ada@acme.example"}
        answer = twin.ask(method, path, json=body if method == "POST" else None)
        assert answer.status_code == 200, (method, path, answer.text)


ODD = ["", "{", "[]", "null", "1", '{"advance_seconds": "x"}', '{"advance_seconds": 1.5}', '{"now": 1}', '{"now": "9999-12-31T23:59:59Z"}',
       '{"like": "\\u0000"}', '{"project_id": "\\u0000"}', '{"organization_id": 1, "email_address": []}', '{"organization_id": "\\u0000", "email_address": "a@acme.example"}',
       '{"organization_id": "acme", "member_id": "\\u0000"}', '{"organization_id": "acme", "email_address": "ada@acme.example", "session_custom_claims": {"sub": 1}}',
       "\xff"]


def test_t78_odd_input_is_refused_in_words(twin):
    """The attacks that are generated from the catalogue of doors do not come here."""
    for method, path in DOORS:
        for odd in ODD:
            sent = {"params": {"project_id": odd, "to": odd, "after": odd}} if method != "POST" else {"data": odd.encode("latin-1")}
            answer = twin.ask(method, path, **sent)
            assert answer.status_code in (200, 400, 404), (method, path, odd, answer.text)
            assert answer.headers["content-type"].startswith("application/json")


REAL = {
    "--listen 0.0.0.0:0": ["--listen", "0.0.0.0:0"],
    "--public-url https://auth.example.com": ["--public-url", "https://auth.example.com"],
    "--smtp-url": ["--smtp-url", "smtp://127.0.0.1:25"],
    "--sms-url": ["--sms-url", "https://gateway.example.com"],
    "--trusted-proxies": ["--trusted-proxies", "loopback"],
    "--metrics-listen": ["--metrics-listen", "127.0.0.1:0"],
}


@pytest.mark.parametrize("options", REAL)
def test_t78_no_twin_where_something_real_is_configured(options):
    told = Twin(*REAL[options]).refused()
    assert "leave --dev out" in told and options.split()[0] in told, told


def test_t78_nor_where_a_variable_or_a_file_says_so(tmp_path):
    (tmp_path / "guildhall.toml").write_text('smtp-url = "smtps://mail.example.com"\n')
    assert "--smtp-url" in Twin("--config", str(tmp_path / "guildhall.toml")).refused()
    assert "--public-url" in Twin(environment={"GUILDHALL_PUBLIC_URL": "https://auth.example.com"}).refused()


def test_t78_no_database_but_its_own_is_opened(tmp_path):
    """Whatever a flag or a variable says, as in the shell of somebody who tries things out."""
    real = tmp_path / "real.db"
    with harness_server(real) as project:
        pass
    before = real.read_bytes()
    for arguments, environment in ([["--database-url", f"sqlite:{real}"], {}],
                                   [[], {"GUILDHALL_DATABASE_URL": "postgres://guildhall@db.example.com/guildhall"}]):
        with Twin(*arguments, environment=environment) as twin:
            twin.post("/dev/reset")
            answer = twin.project(project).raw("GET", "/v1/debug/whoami")
            check_refusal(answer, 401, "unauthorized_credentials")
        assert "--database-url and --master-key-file are not looked at" in twin.log and "db.example.com" not in twin.log
    assert real.read_bytes() == before


@contextlib.contextmanager
def harness_server(file):
    """A real server, and a project of it."""
    server = harness.Server(smtp=False)
    server.database_url = f"sqlite:{file}"
    server.start()
    made = server.project()
    yield {"project_id": made.project_id, "secret": made.secret, "public_token": made.public_token}
    server.stop()


def test_t78_no_other_address_of_the_machine_answers(twin):
    """Only loopback is listened on."""
    port = int(twin.url.rsplit(":", 1)[1])
    own = {address[4][0] for address in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)} - {"127.0.0.1"}
    for address in own:
        if not address.startswith("127."):
            with pytest.raises(OSError):
                socket.create_connection((address, port), timeout=2)


def test_t78_a_twin_says_what_it_is():
    with Twin() as twin:
        pass
    assert "this is a twin for tests" in twin.log and "log in as anybody" in twin.log


def test_t78_no_other_server_has_these_doors(server):
    for method, path in [*DOORS, ("GET", "/dev"), ("GET", "/dev/")]:
        check_refusal(harness.request(method, server.url + path, json={}), 404, "route_not_found")
    assert "guildhall-dev" not in server.get("/healthz").headers
    assert not [door for door in catalogue() if door.path.startswith("/dev")]
    assert '"/dev' not in server.get("/openapi.json").text


@pytest.mark.parametrize("option", (["--dev-seed", "seed.toml"], ["--dev-random-seed", "7"]))
def test_t78_nothing_of_a_twin_without_the_word(server, option):
    """No option but `--dev` itself makes one, and no variable does."""
    done = server.command("serve", *option, check=False)
    assert done.returncode == 2 and "--dev" in done.stderr, done.stderr
