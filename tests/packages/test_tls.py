"""A server that speaks TLS itself, and its certificate, which is replaced while it runs."""

import datetime
import json
import os
import re
import socket
import ssl
import subprocess

import harness
import pytest
import requests
from certificates import Authority
from cryptography import x509


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority") / "authority.pem")


@pytest.fixture(scope="module")
def secured(authority, tmp_path_factory):
    """A server with TLS, and the files of its certificate."""
    folder = tmp_path_factory.mktemp("live")
    authority.pair().write(folder / "fullchain.pem", folder / "privkey.pem")
    server = harness.Server(smtp=False, arguments=["--tls-cert", f"{folder}/fullchain.pem", "--tls-key", f"{folder}/privkey.pem"])
    server.start()
    server.files = folder
    yield server
    server.stop()


def address(server) -> tuple[str, int]:
    host, port = server.url.removeprefix("https://").split(":")
    return host, int(port)


def connect(server, authority, **options) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=authority.file)
    for name, value in options.items():
        setattr(context, name, value)
    return context.wrap_socket(socket.create_connection(address(server), timeout=20), server_hostname="localhost")


def serial(connection: ssl.SSLSocket) -> int:
    return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True)).serial_number


def ask(connection: ssl.SSLSocket, path: str = "/healthz") -> bytes:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection.recv(1 << 16)


def served(server, authority) -> int:
    with connect(server, authority) as connection:
        return serial(connection)


def test_requests_over_tls(secured, authority):
    assert secured.url.startswith("https://127.0.0.1:")
    answer = requests.get(f"{secured.url}/readyz", verify=str(authority.file), timeout=20)
    assert answer.status_code == 200
    made = json.loads(secured.command("project", "create", "--name", "Secured", "--json").stdout)
    credentials = (made["project_id"], made["secret"])
    answer = requests.post(f"{secured.url}/v1/b2b/organizations", auth=credentials, verify=str(authority.file), timeout=20,
                           json={"organization_name": "Acme"})
    assert answer.status_code == 200, answer.text
    # Where it is not said otherwise, links begin with the address.
    refused = requests.get(f"{secured.url}/v1/b2b/organizations/x", auth=credentials, verify=str(authority.file), timeout=20)
    assert refused.json()["error_url"].startswith(f"{secured.url}/errors/")
    # The client's address is the connection's, as without TLS.
    events = requests.get(f"{secured.url}/v1/b2b/audit/events", auth=credentials, verify=str(authority.file), timeout=20).json()
    assert "127.0.0.1" in json.dumps(events)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_and_no_older_one(secured, authority, version):
    with connect(secured, authority, minimum_version=version, maximum_version=version) as connection:
        assert ask(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_version_before_is_refused(secured):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    # Without it OpenSSL would not even ask.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="ALERT"):
        context.wrap_socket(socket.create_connection(address(secured), timeout=20))


def test_http_where_https_is_spoken_is_told_so(secured):
    with socket.create_connection(address(secured), timeout=20) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b"".join(iter(lambda: plain.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 400") and b"https://" in answer


def test_https_where_http_is_spoken_is_told_in_the_log(authority):
    server = harness.Server(smtp=False).start()
    try:
        server.url = server.url.replace("http://", "https://")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            connect(server, authority)
        harness.until(lambda: "it is TLS, which is not spoken at this address" in server.log(), what="a word in the log")
    finally:
        server.stop()


def test_who_does_not_trust_the_certificate_is_heard_of(secured):
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(socket.create_connection(address(secured), timeout=20), server_hostname="localhost")
    harness.until(lambda: "TLS with a client did not come about" in secured.log(), what="a word in the log")


def test_a_certificate_that_is_renamed_into_place_is_taken(secured, authority):
    old = connect(secured, authority)
    assert ask(old).startswith(b"HTTP/1.1 200")
    renewed = authority.pair()
    renewed.write(secured.files / "new.crt", secured.files / "new.key")
    # One after the other, as programs do it.
    os.replace(secured.files / "new.crt", secured.files / "fullchain.pem")
    os.replace(secured.files / "new.key", secured.files / "privkey.pem")
    harness.until(lambda: served(secured, authority) == renewed.serial, what="the new certificate")
    # Who is there goes on with what was agreed.
    assert ask(old).startswith(b"HTTP/1.1 200")
    old.close()


def test_a_link_that_is_turned_is_followed(authority, tmp_path):
    """As Kubernetes does it: the files are links through a link to a folder, which is turned to another."""
    first, second = authority.pair(), authority.pair()
    for name, pair in (("..1", first), ("..2", second)):
        (tmp_path / name).mkdir()
        pair.write(tmp_path / name / "tls.crt", tmp_path / name / "tls.key")
    (tmp_path / "..data").symlink_to("..1")
    for name in ("tls.crt", "tls.key"):
        (tmp_path / name).symlink_to(f"..data/{name}")
    server = harness.Server(smtp=False, arguments=["--tls-cert", f"{tmp_path}/tls.crt", "--tls-key", f"{tmp_path}/tls.key"]).start()
    try:
        assert served(server, authority) == first.serial
        (tmp_path / "..new").symlink_to("..2")
        os.replace(tmp_path / "..new", tmp_path / "..data")
        harness.until(lambda: served(server, authority) == second.serial, what="the new certificate")

        # A pair that does not belong together is not taken, said once, and got over.
        (tmp_path / "..2/tls.crt").write_bytes(first.certificate)
        harness.until(lambda: "the certificate from before is kept" in server.log(), what="a word in the log")
        (tmp_path / "..2/tls.crt").unlink()
        harness.until(lambda: server.log().count("the certificate from before is kept") == 2, what="a word about the file that is gone")
        assert served(server, authority) == second.serial
        third = authority.pair()
        third.write(tmp_path / "..2/tls.crt", tmp_path / "..2/tls.key")
        harness.until(lambda: served(server, authority) == third.serial, what="the new certificate")
        assert server.log().count("the certificate from before is kept") == 2
        assert "PRIVATE KEY" not in server.log()
    finally:
        server.stop()


def serve(*arguments, **variables) -> str:
    """What a server says that does not start."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
    done = subprocess.run([harness.BIN, "serve", "--listen", "127.0.0.1:0", *map(str, arguments)], env=clean | variables,
                          capture_output=True, text=True, timeout=30, cwd="/")
    assert done.returncode in (1, 2) and not done.stdout, done
    return done.stderr


def test_what_is_wrong_with_the_files_is_said(authority, tmp_path):
    certificate, key, other = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "other.pem"
    authority.pair().write(tmp_path / "unused.pem", other)
    authority.pair().write(certificate, key)
    (tmp_path / "empty.pem").touch()
    assert "--tls-cert needs the key of the certificate: give --tls-key too" in serve("--tls-cert", certificate)
    assert "--tls-key needs the certificate" in serve(GUILDHALL_TLS_KEY=str(key))
    both = [("--tls-cert", tmp_path / "none.pem", "--tls-key", key), ("--tls-cert", certificate, "--tls-key", tmp_path / "none.pem"),
            ("--tls-cert", tmp_path / "empty.pem", "--tls-key", key), ("--tls-cert", certificate, "--tls-key", tmp_path / "empty.pem"),
            ("--tls-cert", certificate, "--tls-key", other), ("--tls-cert", key, "--tls-key", key)]
    words = [f"--tls-cert: cannot read {tmp_path}/none.pem: No such file", f"--tls-key: cannot read {tmp_path}/none.pem: No such file",
             f"--tls-cert {tmp_path}/empty.pem: there is no certificate", f"--tls-key {tmp_path}/empty.pem: there is no private key",
             f"--tls-key {other}: the key does not belong to the first certificate", f"--tls-cert {key}: there is no certificate"]
    for arguments, said in zip(both, words, strict=True):
        assert said in serve(*arguments), arguments


def doctor(*arguments) -> list[dict]:
    done = subprocess.run([harness.BIN, "doctor", "--json", *map(str, arguments)], capture_output=True, text=True, timeout=30)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_doctor_looks_at_the_certificate(authority, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    given = ("--database-url", f"sqlite:{tmp_path}/none.db", "--tls-cert", certificate, "--tls-key", key)
    day = datetime.timedelta(days=1)

    def found(*more) -> tuple[str, str]:
        [said] = [line for line in doctor(*given, *more) if line["check"] == "certificate"]
        return said["status"], said["message"]

    authority.pair("auth.example.com").write(certificate, key)
    assert found("--public-url", "https://auth.example.com")[0] == "ok"
    status, words = found("--public-url", "https://other.example.com")
    assert status == "fail" and "not for other.example.com" in words
    for life, begun, expected, said in [(10 * day, 80 * day, "warn", "ends soon"), (-day, 80 * day, "fail", "has ended"),
                                        (2 * day, 4 * day, "ok", "valid until"), (80 * day, -day, "fail", "valid from")]:
        authority.pair(life=life, begun=begun).write(certificate, key)
        status, words = found()
        assert (status, said in words) == (expected, True), words
    key.chmod(0o644)
    open_ones = [line for line in doctor(*given) if line["check"] == "permissions" and str(key) in line["message"]]
    assert [line["status"] for line in open_ones] == ["fail"]


def test_a_key_that_everybody_may_read_is_warned_of(authority, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    authority.pair().write(certificate, key)
    key.chmod(0o644)
    server = harness.Server(smtp=False, arguments=["--tls-cert", str(certificate), "--tls-key", str(key)]).start()
    try:
        assert re.search(rf"WARN.*everybody on this machine may read {key}", server.log())
    finally:
        server.stop()


def test_health_asks_the_server_on_this_machine(secured):
    """By TLS and without, whatever name the certificate is for."""
    port = address(secured)[1]
    tls = ["--tls-cert", f"{secured.files}/fullchain.pem", "--tls-key", f"{secured.files}/privkey.pem"]

    def health(*arguments):
        return subprocess.run([harness.BIN, "health", *arguments], capture_output=True, text=True, timeout=30)

    done = health("--listen", f"0.0.0.0:{port}", *tls)
    assert (done.returncode, done.stdout) == (0, "ready\n"), done
    done = health("--listen", f"127.0.0.1:{port}")
    assert done.returncode == 1 and "is not ready: it answers 400" in done.stderr
    done = health("--listen", f"127.0.0.1:{harness.free_port()}")
    assert done.returncode == 1 and "does not answer" in done.stderr
    plain = harness.Server(smtp=False).start()
    try:
        assert health("--listen", plain.url.removeprefix("http://")).stdout == "ready\n"
    finally:
        plain.stop()
