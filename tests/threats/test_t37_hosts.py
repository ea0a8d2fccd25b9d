"""T-37: no header of a request decides where links lead, who issues tokens, or for which host cookies are."""

import base64
import http.server
import json
import re
import socket
import threading
import urllib.parse

import pytest
import requests
from harness import REDIRECT_URL, data, magic_token, new_email, token_from, verified_member
from scenes import jwt_parts

# Of no other test: the page at / names projects of all.
EVIL = "rebound.evil.example"
HEADERS = [
    {"Host": EVIL},
    {"Host": f"{EVIL}:443"},
    {"Host": f"127.0.0.1:80@{EVIL}"},
    {"Forwarded": f"for=1.2.3.4;host={EVIL};proto=https"},
    {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"},
    {"X-Forwarded-Proto": "javascript"},
    {"X-Forwarded-Server": EVIL, "X-Host": EVIL, "X-Original-Host": EVIL, "X-HTTP-Host-Override": EVIL, "X-Forwarded-Prefix": f"//{EVIL}"},
    {"X-Original-URL": f"https://{EVIL}/", "X-Rewrite-URL": f"https://{EVIL}/", "Referer": f"https://{EVIL}/"},
]


def whole(mail):
    return mail.raw.decode(errors="replace") + mail.text + mail.html


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_t37_links_in_mails(project, org, headers):
    member, _ = verified_member(project, org)
    pending, update, invited = new_email(), new_email(), new_email()
    for email, path, body in (
        (member.email_address, "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": member.email_address}),
        (pending, "/v1/b2b/magic_links/email/discovery/send", {"email_address": pending}),
        (invited, "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": invited}),
        (update, f"/v1/b2b/organizations/{org}/members/{member.member_id}/start_email_update", {"email_address": update}),
    ):
        answer = project.raw("POST", path, body, headers=headers)
        assert answer.status_code == 200, answer.text
        mail = project.mailbox.wait(email)
        assert mail.link.startswith(project.server.url + "/v1/magic_links/redirect?")
        assert EVIL not in whole(mail)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_t37_issuer_errors_pages_and_cookies(project, cookies, org, headers):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    public = project.server.get("/v1/magic_links/redirect", params={"token": token, "public_token": project.public_token}, headers=headers, allow_redirects=False)
    assert public.status_code == 200 and EVIL not in public.text
    [target] = re.findall(r'id="continue"[^>]*href="([^"]+)"', public.text)
    assert target.startswith(REDIRECT_URL)
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token}, headers=headers)
    _, claims, _ = jwt_parts(answer.json()["session_jwt"])
    assert claims["iss"] == f"stytch.com/{project.project_id}" and claims["aud"] == [project.project_id]
    assert EVIL not in answer.text
    error = project.raw("GET", "/v1/b2b/organizations/nope", headers=headers)
    assert error.json()["error_url"].startswith(project.server.url + "/errors/")
    for path in ("/", "/openapi.json", "/reference", "/errors/bad_request", "/no/such/page", f"/v1/b2b/sessions/jwks/{project.project_id}"):
        answer = project.server.get(path, headers=headers, allow_redirects=False)
        assert EVIL not in answer.text and EVIL not in str(answer.headers), path
        assert "location" not in answer.headers
    email = new_email()
    data(cookies.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": email}, headers=headers))
    token = token_from(cookies.mailbox.wait(email))
    answer = cookies.browser("POST", "/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": token}, headers=headers)
    assert data(answer) and "set-cookie" in answer.headers
    assert "domain" not in answer.headers["set-cookie"].lower() and EVIL not in str(answer.headers)


@pytest.mark.parametrize("url", [f"https://{EVIL}/", f"http://localhost:3000@{EVIL}/authenticate", f"//{EVIL}", f"{REDIRECT_URL}/../../x", f"{REDIRECT_URL}.{EVIL}",
    f"http://localhost:3000.{EVIL}/authenticate", "http://localhost:3001/authenticate", "https://localhost:3000/authenticate", f"{REDIRECT_URL}/more", f"{REDIRECT_URL}%2f..",
    "javascript:alert(1)//localhost:3000/authenticate", "data:text/html,x", f"http://localhost:3000\\@{EVIL}/authenticate", f"{REDIRECT_URL}\r\nX: y", " " + REDIRECT_URL])
def test_t37_links_lead_only_to_registered_urls(project, org, url):
    member = project.member(org)
    for path, body in (
        ("/magic_links/email/login_or_signup", {"organization_id": org, "email_address": member.email_address, "login_redirect_url": url}),
        ("/magic_links/email/login_or_signup", {"organization_id": org, "email_address": member.email_address, "signup_redirect_url": url}),
        ("/magic_links/email/discovery/send", {"email_address": member.email_address, "discovery_redirect_url": url}),
    ):
        for answer in (project.raw("POST", "/v1/b2b" + path, body), project.browser("POST", "/b2b" + path, body)):
            assert answer.status_code == 400, (url, answer.text)
            assert "redirect_url" in answer.json()["error_type"] or answer.json()["error_type"] == "no_match_for_provided_magic_link_url"
    body = {"organization_id": org, "email_address": new_email(), "invite_redirect_url": url}
    assert project.raw("POST", "/v1/b2b/magic_links/email/invite", body).status_code == 400
    assert project.mailbox.waiting(member.email_address) == 0


def test_t37_the_configured_url_is_what_counts(start_server):
    """Behind a proxy, whatever address the request came to."""
    server = start_server(arguments=["--public-url", "https://auth.example.test/base/"])
    project = server.project()
    org = project.organization().organization_id
    member = project.member(org)
    for headers in ({}, {"Host": EVIL}, {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "http"}):
        body = {"organization_id": org, "email_address": member.email_address}
        assert project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body, headers=headers).status_code == 200
        mail = project.mailbox.wait(member.email_address)
        assert mail.link.startswith("https://auth.example.test/base/v1/magic_links/redirect?")
        assert "127.0.0.1" not in mail.text + mail.html
        error = project.raw("GET", "/v1/b2b/organizations/nope", headers=headers).json()
        assert error["error_url"].startswith("https://auth.example.test/base/errors/")


def test_t37_the_outbox_is_hidden_from_rebound_names(start_server):
    """Without SMTP the local outbox shows links; a page elsewhere must not read it by pointing its name here."""
    server = start_server(smtp=False)
    project = server.project()
    project.api.magic_links.email.discovery.send(email_address=new_email())
    assert requests.get(server.url + "/outbox", timeout=30).status_code == 200
    [message] = set(re.findall(r'href="(/outbox/[^"]+)"', requests.get(server.url + "/outbox", timeout=30).text))
    for headers in (*HEADERS[:2], HEADERS[3], {"X-Forwarded-For": "1.2.3.4"}, {"Host": f"localhost.{EVIL}"}, {"Host": f"{EVIL}:127.0.0.1"}, {"Host": ""},
                    {"Host": f"127.0.0.1.{EVIL}"}, {"Host": f"localhost@{EVIL}"}, {"Host": "0.0.0.0"}, {"Host": "127.0.0.1.nip.example:80"}):
        for path in ("/outbox", message):
            answer = requests.get(server.url + path, headers=headers, timeout=30)
            assert answer.status_code in (400, 404), (headers, path, answer.status_code)


def exchange(server, head: str, body: bytes = b"") -> tuple[int, str]:
    """One request written by hand; the status, and all that came back."""
    address = urllib.parse.urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer.decode(errors="replace")


LINES = {
    "no host": ("{method} {path} HTTP/1.0", ""),
    "an empty host": ("{method} {path} HTTP/1.1", "Host: "),
    "another host": ("{method} {path} HTTP/1.1", f"Host: {EVIL}"),
    "two hosts": ("{method} {path} HTTP/1.1", f"Host: {{host}}\nHost: {EVIL}"),
    "a whole address": (f"{{method}} http://{EVIL}{{path}} HTTP/1.1", "Host: {host}"),
    "a whole address, and its host": (f"{{method}} http://{EVIL}{{path}} HTTP/1.1", f"Host: {EVIL}"),
}


@pytest.mark.parametrize("line", LINES)
def test_t37_hosts_that_no_client_would_send(project, org, line):
    """Also as HTTP/1.0, twice, or in the request line: no answer, link or error names what was sent."""
    server = project.server
    member = project.member(org)
    credentials = base64.b64encode(f"{project.project_id}:{project.secret}".encode()).decode()
    first, host = LINES[line]

    def send(method, path, body=b""):
        head = f"{first}\n{host}".format(method=method, path=path, host=urllib.parse.urlsplit(server.url).netloc).strip()
        return exchange(server, f"{head}\nAuthorization: Basic {credentials}\nContent-Type: application/json\nContent-Length: {len(body)}\nConnection: close", body)

    body = json.dumps({"organization_id": org, "email_address": member.email_address}).encode()
    status, answer = send("POST", "/v1/b2b/magic_links/email/login_or_signup", body)
    assert EVIL not in answer
    if line == "two hosts" and status == 400:
        assert project.mailbox.waiting(member.email_address) == 0
    else:
        assert status == 200, answer
        mail = project.mailbox.wait(member.email_address)
        assert mail.link.startswith(server.url + "/v1/magic_links/redirect?") and EVIL not in whole(mail)
    for path in ("/v1/b2b/organizations/nope", "/errors/bad_request", "/reference", "/", "/no/such/page", "//" + EVIL, f"/v1/magic_links/redirect?token=x&public_token={project.public_token}"):
        status, answer = send("GET", path)
        assert status < 500 and EVIL not in answer.replace("//" + EVIL if path == "//" + EVIL else "\0", ""), (path, answer)
        assert "\nlocation:" not in answer.lower(), (path, answer)


class SilentProxy:
    """Hands requests on as nginx does with a bare `proxy_pass`: its own Host, and not a word about where they came from."""

    def __init__(self, target):
        self.target = target
        self._proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._proxy.server_port}"
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()

    def _handler(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = requests.get(proxy.target() + self.path, timeout=30, allow_redirects=False)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_):
                pass

        return Handler

    def stop(self):
        self._proxy.shutdown()
        self._proxy.server_close()


def test_t37_the_outbox_is_hidden_behind_a_proxy_that_says_nothing(start_server):
    """To the server it looks as if somebody on its own machine asked. Only the public URL tells that others can."""
    server = start_server(smtp=False, arguments=["--public-url", "https://auth.example.test"])
    proxy = SilentProxy(lambda: server.url)
    try:
        email = new_email()
        server.project().api.magic_links.email.discovery.send(email_address=email)
        for path in ("/", "/outbox"):
            assert email not in requests.get(proxy.url + path, timeout=30).text
        assert requests.get(proxy.url + "/outbox", timeout=30).status_code == 404
        assert requests.get(server.url + "/outbox", timeout=30).status_code == 404
    finally:
        proxy.stop()
