"""T-37: where a request comes from is what a proxy says that the operator has listed, and what nobody else says."""

import base64
import http.client
import json
import re
import subprocess
import urllib.parse

import harness
import pytest
import requests
from harness import Server, new_email, until, verified_member

CLIENT, STRANGER, PEER = "203.0.113.9", "198.51.100.1", "127.0.0.1"
XFF, FORWARDED = "X-Forwarded-For", "Forwarded"


@pytest.fixture(scope="module")
def behind_proxies(postgres):
    """A server that trusts whoever is on its own machine, and a network."""
    server = Server(postgres=postgres, arguments=["--trusted-proxies", "loopback, 10.0.0.0/8", "--log-format", "json"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def proxied(behind_proxies):
    return behind_proxies.project()


def ask(project, method: str, path: str, body: dict, lines: list[tuple[str, str]], auth=None) -> dict:
    """One request with these header lines, each as often as it is there; the answer."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(project.server.url).netloc, timeout=30)
    content = json.dumps(body).encode()
    credentials = base64.b64encode(":".join(auth or (project.project_id, project.secret)).encode()).decode()
    connection.putrequest(method, path)
    for name, value in [("Authorization", f"Basic {credentials}"), ("Content-Type", "application/json"), ("Content-Length", str(len(content))), *lines]:
        connection.putheader(name, value)
    connection.endheaders(content)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert answer.status == 200, told
    return told.get("data", told)


def audited(project, request_id: str) -> str:
    return next(e for e in project.audit() if e["request_id"] == request_id)["ip_address"]


def logged(server, request_id: str) -> str:
    """The client in the log line of a request, in either format."""
    line = until(lambda: next((line for line in server.log().splitlines() if request_id in line and "client" in line), None), what="the log line")
    if line.startswith("{"):
        [client] = re.findall(r'"client":"([^"]*)"', line)
    else:
        [client] = re.findall(r"client=(\S+)", re.sub(r"\x1b\[[0-9;]*m", "", line))
    return client


def seen(project, *lines: tuple[str, str]) -> str:
    """Where a request with these header lines comes from. The audit event and the log line say the same."""
    request_id = ask(project, "POST", "/v1/b2b/organizations", {"organization_name": "Acme"}, list(lines))["request_id"]
    address = audited(project, request_id)
    assert logged(project.server, request_id) == address
    return address


SAID = {
    "one hop": ([(XFF, CLIENT)], CLIENT),
    "with a port": ([(XFF, f"{CLIENT}:4711")], CLIENT),
    "of IPv6": ([(XFF, "2001:db8::9")], "2001:db8::9"),
    "of IPv6 with a port": ([(XFF, "[2001:DB8::9]:4711")], "2001:db8::9"),
    "of IPv4 in IPv6": ([(XFF, f"::ffff:{CLIENT}")], CLIENT),
    "a second proxy that is listed": ([(XFF, f"{CLIENT}, 10.1.2.3")], CLIENT),
    "all of them listed": ([(XFF, "10.9.9.9, 10.1.2.3")], "10.9.9.9"),
    "in Forwarded": ([(FORWARDED, f"for={CLIENT}")], CLIENT),
    "in Forwarded with more": ([(FORWARDED, 'proto=https;For="[2001:db8::9]:4711";host=evil.example;by=_x')], "2001:db8::9"),
    "in Forwarded by two proxies": ([(FORWARDED, f"for={CLIENT}, for=10.1.2.3;proto=https")], CLIENT),
    "in both": ([(XFF, CLIENT), (FORWARDED, f"for={CLIENT}")], CLIENT),
    "in both, by two proxies": ([(XFF, f"{CLIENT}, 10.1.2.3"), (FORWARDED, f"for={CLIENT}, for=10.1.2.3")], CLIENT),
}

# What a client has sent itself, and its proxy handed on with an element of its own at the end.
SPOOFED = {
    "a hop": ([(XFF, f"{STRANGER}, {CLIENT}")], CLIENT),
    "this machine": ([(XFF, f"127.0.0.1, ::1, {CLIENT}")], CLIENT),
    "a proxy that is listed": ([(XFF, f"10.1.2.3, {CLIENT}")], CLIENT),
    "hops before two proxies": ([(XFF, f"{STRANGER}, 10.9.9.9, {CLIENT}, 10.1.2.3")], CLIENT),
    "a line of its own": ([(XFF, STRANGER), (XFF, CLIENT)], CLIENT),
    "many": ([(XFF, ", ".join([STRANGER] * 200 + [CLIENT]))], CLIENT),
    "rubbish": ([(XFF, f"\", , unknown, {CLIENT}")], CLIENT),
    "a hop in Forwarded": ([(FORWARDED, f"for={STRANGER}, for={CLIENT}")], CLIENT),
    "an open quote in Forwarded": ([(FORWARDED, f'for="{STRANGER}, for={CLIENT}')], CLIENT),
    "a line of its own in Forwarded": ([(FORWARDED, f"for={STRANGER}"), (FORWARDED, f"for={CLIENT}")], CLIENT),
}

# Nobody is taken for somebody else: it stays with whoever has connected.
DOUBTFUL = {
    "nothing": [],
    "empty": [(XFF, "")],
    "unknown": [(XFF, "unknown")],
    "hidden": [(FORWARDED, "for=_hidden")],
    "a name": [(XFF, "localhost.example")],
    "the last hop is empty": [(XFF, f"{CLIENT},")],
    "the last hop is no address": [(XFF, f"{CLIENT}, 999.1.1.1")],
    "the last hop has a zone": [(XFF, f"{CLIENT}, fe80::1%eth0")],
    "whom Forwarded is for twice": [(FORWARDED, f"for={CLIENT};for={CLIENT}")],
    "by whom only": [(FORWARDED, f"by={CLIENT}")],
    "both, which disagree": [(XFF, CLIENT), (FORWARDED, f"for={STRANGER}")],
    "both, one of which says nothing": [(XFF, CLIENT), (FORWARDED, "for=unknown")],
    "headers that are not read": [(name, CLIENT) for name in ("X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Cluster-Client-IP", "Via")],
}


@pytest.mark.parametrize("case", SAID)
def test_t37_what_a_listed_proxy_says_is_believed(proxied, case):
    lines, expected = SAID[case]
    assert seen(proxied, *lines) == expected


@pytest.mark.parametrize("case", SPOOFED)
def test_t37_what_a_client_says_of_itself_behind_a_proxy_is_not(proxied, case):
    lines, expected = SPOOFED[case]
    assert seen(proxied, *lines) == expected


@pytest.mark.parametrize("case", DOUBTFUL)
def test_t37_what_is_doubtful_leaves_the_proxy(proxied, case):
    assert seen(proxied, *DOUBTFUL[case]) == PEER


def test_t37_at_the_doors_for_pages_too(proxied):
    org = proxied.organization().organization_id
    _, session = verified_member(proxied, org, roles=["stytch_admin"])
    lines = [("Origin", harness.ORIGIN), (XFF, f"{STRANGER}, {CLIENT}")]
    told = ask(proxied, "PUT", "/sdk/v1/b2b/organizations/me", {"organization_name": "Renamed"}, lines, auth=(proxied.public_token, session.session_token))
    assert audited(proxied, told["request_id"]) == logged(proxied.server, told["request_id"]) == CLIENT


def test_t37_in_the_log_of_what_is_refused(proxied):
    """Whoever is looked for there has most often been refused."""
    for method, path, auth in (("GET", "/v1/b2b/organizations/nope", None), ("POST", "/v1/b2b/sessions/authenticate", ("x", "y")), ("GET", "/outbox", ("x", "y"))):
        answer = proxied.raw(method, path, headers={XFF: CLIENT}, auth=auth or (proxied.project_id, proxied.secret))
        assert answer.status_code >= 400
        if path == "/outbox":
            [request_id] = set(re.findall(r"request-id-[a-z]+-[0-9a-f-]{36}", answer.text))
        else:
            request_id = answer.json()["request_id"]
        assert logged(proxied.server, request_id) == CLIENT, path


@pytest.mark.parametrize("case", [*SAID, *SPOOFED, *DOUBTFUL])
def test_t37_without_a_list_nobody_is_believed(project, case):
    lines = DOUBTFUL[case] if case in DOUBTFUL else (SAID | SPOOFED)[case][0]
    assert seen(project, *lines) == PEER


# ---------------------------------------------------------------- how it is said


def configured(postgres, tmp_path, *, flag=None, variable=None, key=None):
    """A server that was told its proxies in these ways."""
    arguments = ["--trusted-proxies", flag] if flag is not None else []
    if key is not None:
        file = tmp_path / "guildhall.toml"
        file.write_text(f"trusted-proxies = {json.dumps(key)}\n")
        arguments += ["--config", str(file)]
    server = Server(postgres=postgres, arguments=arguments)
    usual = server.environment()
    server.environment = lambda: usual | ({"GUILDHALL_TRUSTED_PROXIES": variable} if variable is not None else {})
    return server


WAYS = {
    "the flag": ({"flag": "loopback"}, CLIENT),
    "the variable": ({"variable": "loopback"}, CLIENT),
    "the key": ({"key": "loopback"}, CLIENT),
    "addresses": ({"flag": "127.0.0.1 ::1"}, CLIENT),
    "the flag before the others": ({"flag": "10.0.0.0/8", "variable": "loopback", "key": "loopback"}, PEER),
    "the variable before the key": ({"variable": "10.0.0.0/8", "key": "loopback"}, PEER),
    "an empty flag": ({"flag": "", "key": "loopback"}, PEER),
    "another network": ({"flag": "10.0.0.0/8,192.168.0.0/16,fd00::/8"}, PEER),
}


@pytest.mark.parametrize("way", WAYS)
def test_t37_the_list_may_be_given_in_three_ways(postgres, tmp_path, way):
    how, expected = WAYS[way]
    server = configured(postgres, tmp_path, **how)
    try:
        project = server.start().project()
        assert seen(project, (XFF, CLIENT)) == expected
    finally:
        server.stop()


WRONG = ["localhost", "proxy.example.com", "10.0.0.0/33", "10.0.0.1/8", "0.0.0.0/0", "::/0", "10.0.0.0/8;loopback", "127.0.0.1:80", "all"]


@pytest.mark.parametrize("wrong", WRONG)
def test_t37_a_list_that_cannot_be_right_is_refused_at_the_start(server, tmp_path, wrong):
    """A server that trusted nobody after a slip of the pen, or everybody, would only be noticed after an attack."""
    (tmp_path / "guildhall.toml").write_text(f"trusted-proxies = {json.dumps(wrong)}\n")
    for arguments, variable in ((["--trusted-proxies", wrong], {}), ([], {"GUILDHALL_TRUSTED_PROXIES": wrong}), (["--config", str(tmp_path / "guildhall.toml")], {})):
        command = [server.binary, "serve", "--listen", "127.0.0.1:0", "--database-url", f"sqlite:{tmp_path}/none.db", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=server.environment() | variable, capture_output=True, text=True, timeout=60)
        assert done.returncode != 0 and "listening on" not in done.stdout
        assert "--trusted-proxies" in done.stderr and "panicked" not in done.stderr, done.stderr
        # It tells what was wrong, and nothing was begun.
        part = wrong if ";" not in wrong else wrong.split(",")[0]
        assert part in done.stderr, done.stderr
        assert not (tmp_path / "none.db").exists()
    done = server.command("doctor", "--json", "--database-url", f"sqlite:{tmp_path}/none.db", "--trusted-proxies", wrong, database=False, check=False)
    assert done.returncode != 0 and "--trusted-proxies" in done.stdout, done.stdout + done.stderr


# ---------------------------------------------------------------- the outbox


def mailed(server) -> str:
    """To whom the server has written a mail."""
    email = new_email()
    server.project().api.magic_links.email.discovery.send(email_address=email)
    return email


@pytest.fixture(scope="module")
def shown(postgres):
    """A server that trusts this machine and sends no mail, to whom it has written one, and the path of that."""
    server = Server(postgres=postgres, smtp=False, arguments=["--trusted-proxies", "loopback"]).start()
    email = mailed(server)
    page = server.get("/outbox")
    assert page.status_code == 200 and email in page.text
    yield server, email, re.findall(r'href="(/outbox/[^"]+)"', page.text)[0]
    server.stop()


@pytest.mark.parametrize("lines", [
    {XFF: CLIENT}, {XFF: f"127.0.0.1, {CLIENT}"}, {XFF: f"{CLIENT}, 127.0.0.1"}, {FORWARDED: f"for={CLIENT}"},
    {FORWARDED: f"for=127.0.0.1, for={CLIENT}"}, {XFF: "unknown"}, {XFF: "127.0.0.1", FORWARDED: f"for={CLIENT}"},
], ids=str)
def test_t37_the_outbox_is_hidden_from_whom_a_proxy_speaks_for(shown, lines):
    """The proxy is on this machine; who asks by way of it is not, or nobody knows."""
    server, email, message = shown
    for path in ("/", "/outbox", message):
        answer = requests.get(server.url + path, headers=lines, timeout=30)
        assert email not in answer.text and (path == "/" or answer.status_code == 404), (path, answer.status_code)
    # Whoever sits at this machine still gets to see it.
    assert email in server.get("/outbox").text and server.get(message).status_code == 200


PUBLIC = {
    "http://localhost:7400": True, "http://127.0.0.1:7400/base": True, "http://[::1]:7400": True,
    "https://localhost.evil.example": False, "https://127.0.0.1.nip.example": False, "http://localhost@evil.example": False,
    "https://localhost:x@evil.example/": False, "http://192.168.1.10:7400": False, "http://0.0.0.0:7400": False,
}


@pytest.mark.parametrize("url", PUBLIC)
def test_t37_the_outbox_opens_only_where_nobody_else_can_come(start_server, url):
    server = start_server(smtp=False, arguments=["--public-url", url])
    email = mailed(server)
    page = server.get("/outbox")
    assert (page.status_code, email in page.text) == ((200, True) if PUBLIC[url] else (404, False))
