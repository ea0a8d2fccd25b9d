"""nginx and Caddy in front of the server, with the configurations of docs/proxies.md."""

import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys

import harness
import proxies
import pytest
from certificates import Authority

sys.path.insert(0, str(harness.REPOSITORY / "tests/docs"))
import markdown  # noqa: E402

DOCUMENT = harness.REPOSITORY / "docs/proxies.md"
NGINX = """{user}
daemon off;
pid {folder}/pid;
error_log {folder}/log info;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{blocks}
}}
"""
CADDY = """{{
    admin off
    http_port {plain}
    auto_https disable_redirects
}}
{blocks}
"""


def documented(chapter: str) -> str:
    """The configuration that the page has under a heading."""
    line = DOCUMENT.read_text().splitlines().index(f"## {chapter}")
    [block] = [block for block in markdown.blocks(DOCUMENT) if block.line > line and "test_proxies.py" in block.note][:1]
    return block.code


class Proxy:
    """A proxy with TLS on a free port, and the server behind it."""

    def __init__(self, name: str, folder: pathlib.Path):
        self.name = name
        self.authority = Authority(folder / "authority.pem")
        self.authority.pair().write(folder / "fullchain.pem", folder / "privkey.pem")
        self.port, self.plain = harness.free_port(), harness.free_port()
        self.log = folder / "log"
        # The server answers only those on this machine at `/outbox`: it is one whose URL names this machine, so that
        # nothing but the proxy keeps others out.
        self.server = harness.Server(smtp=False, arguments=["--trusted-proxies", "127.0.0.1", "--public-url", f"https://localhost:{self.port}"])
        self.server.start()
        code = documented({"nginx": "nginx", "caddy": "Caddy"}[name]).replace("127.0.0.1:7400", self.server.url.removeprefix("http://"))
        if name == "nginx":
            code = self._changed(code, r"listen 443", f"listen 127.0.0.1:{self.port}")
            code = self._changed(code, r"listen 80;", f"listen 127.0.0.1:{self.plain};")
            code = self._changed(code, r"/etc/letsencrypt/live/auth\.example\.com", str(folder)).replace("auth.example.com", "localhost")
            # Started by root its workers would be somebody else, whom pytest's folder is closed to.
            user = "user root;" if os.geteuid() == 0 else ""
            (folder / "nginx.conf").write_text(NGINX.format(user=user, folder=folder, blocks=code))
            command = ["-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
        else:
            code = self._changed(code, r"^auth\.example\.com \{", f"https://localhost:{self.port} {{\n    bind 127.0.0.1\n"
                                 f"    tls {folder}/fullchain.pem {folder}/privkey.pem")
            (folder / "Caddyfile").write_text(CADDY.format(plain=self.plain, blocks=code))
            command = ["run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([proxies.program(name), *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"})
        harness.until(self._answers, timeout=30, what=f"{name}, which says {self.log.read_text()[-2000:]}")

    @staticmethod
    def _changed(code: str, pattern: str, by: str) -> str:
        changed, count = re.subn(pattern, lambda _: by, code, flags=re.MULTILINE)
        assert count, f"the page has no {pattern}"
        return changed

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, path: str, *, method: str = "GET", headers: dict | None = None, body: bytes = b"", address: str = "127.0.0.1"):
        """The status, the head and the body of an answer, for a client with an address of its own."""
        context = ssl.create_default_context(cafile=self.authority.file)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=30, source_address=(address, 0))
        with context.wrap_socket(raw, server_hostname="localhost") as connection:
            lines = {"Host": f"localhost:{self.port}", "Connection": "close", "Content-Length": str(len(body))} | (headers or {})
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
            connection.sendall(body)
            answer = b""
            while part := connection.recv(1 << 16):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode().lower(), body

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.server.stop()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, tmp_path_factory):
    if not proxies.program(request.param):
        pytest.skip(f"there is no {request.param} here, and none could be fetched")
    folder = tmp_path_factory.mktemp(request.param)
    proxy = Proxy(request.param, folder)
    yield proxy
    proxy.stop()


def test_tls_ends_there(proxy):
    status, head, _ = proxy.ask("/readyz")
    assert status == 200 and "strict-transport-security: max-age=31536000" in head
    # What takes several answers over connections that are kept.
    assert {proxy.ask("/healthz")[0] for _ in range(5)} == {200}


def test_http_2_is_spoken(proxy):
    context = ssl.create_default_context(cafile=proxy.authority.file)
    context.set_alpn_protocols(["h2", "http/1.1"])
    raw = socket.create_connection(("127.0.0.1", proxy.port), timeout=30)
    with context.wrap_socket(raw, server_hostname="localhost") as connection:
        assert connection.selected_alpn_protocol() == "h2"


def test_the_client_is_who_the_proxy_says(proxy):
    made = json.loads(proxy.server.command("project", "create", "--name", "Proxied", "--json").stdout)
    basic = harness.base64.b64encode(f"{made['project_id']}:{made['secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    # What the client says of itself is not believed.
    lie = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    status, _, body = proxy.ask("/v1/b2b/organizations", method="POST", headers=headers | lie, address="127.0.0.9",
                                body=json.dumps({"organization_name": "Acme"}).encode())
    assert status == 200, body
    status, _, body = proxy.ask("/v1/b2b/audit/events", headers=headers)
    assert status == 200
    text = body.decode()
    assert "127.0.0.9" in text and "203.0.113.7" not in text
    # Links come from --public-url.
    _, _, body = proxy.ask("/v1/b2b/organizations/x", headers=headers | lie | {"Host": "localhost"})
    assert f"https://localhost:{proxy.port}/errors/".encode() in body and b"evil" not in body


def test_long_heads_and_large_bodies_reach_the_server(proxy):
    assert proxy.ask("/healthz", headers={"X-Session": "x" * 65_000})[0] == 200
    def post(length: int) -> tuple[int, bytes]:
        status, _, body = proxy.ask("/v1/b2b/organizations", method="POST", headers={"Content-Type": "application/json"}, body=b" " * length)
        return status, body

    # The largest that the server reads, to which it has something to say.
    status, body = post(1 << 20)
    assert status in (400, 401) and b"error_type" in body, body
    # And what it refuses, in its own words. Caddy ends the connection of who is still sending then.
    if proxy.name == "nginx":
        status, body = post(1_300_000)
        assert status == 413 and b"error_type" in body, body


def test_what_is_for_this_machine_is_not_shown(proxy):
    for path in ("/outbox", "/metrics"):
        # It is there for those on this machine, so the proxy is what makes the difference.
        direct = harness.request("GET", f"{proxy.server.url}{path}", headers={"Host": "localhost"})
        assert direct.status_code == 200, path
        assert proxy.ask(path)[0] == 404, path
        assert proxy.ask(path, headers={"Host": "localhost"})[0] == 404, path


def test_plain_http_is_sent_on(proxy):
    if proxy.name != "nginx":
        pytest.skip("here Caddy listens on no other port than that of the test")
    answer = harness.request("GET", f"http://127.0.0.1:{proxy.plain}/x?y", headers={"Host": "localhost"}, allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "https://localhost/x?y")
