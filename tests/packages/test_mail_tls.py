"""Mails over TLS: a mail server elsewhere must prove its name, one on this machine need not."""

import contextlib
import ssl

import harness
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from certificates import Authority
from harness import token_from, until


class SecureMailbox(harness.Mailbox):
    """With TLS from the start and a password, or with STARTTLS."""

    def __init__(self, pair, folder, from_the_start: bool):
        super().__init__()
        pair.write(folder / "mail.pem", folder / "mail.key")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "mail.pem", folder / "mail.key")
        self.logins = []
        # The server of aiosmtpd does not see that TLS was there before it.
        self.options = ({"ssl_context": context, "authenticator": self._log_in, "auth_require_tls": False}
                        if from_the_start else {"tls_context": context, "require_starttls": True})

    def _log_in(self, _server, _session, _envelope, _mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=True)

    def start(self):
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self.options)
        self._controller.start()


class Server(harness.Server):
    """One that trusts an authority."""

    trusts = None

    def environment(self):
        return super().environment() | ({"SSL_CERT_FILE": str(self.trusts)} if self.trusts else {})


@contextlib.contextmanager
def sending_to(mailbox, url, trusts=None):
    mailbox.start()
    server = Server(smtp=False, arguments=["--smtp-url", url])
    server.trusts = trusts
    try:
        server.start()
        yield server
    finally:
        server.stop()
        mailbox.stop()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority.pem")


def ask(project, count=1):
    org = project.organization().organization_id
    emails = [project.member(org).email_address for _ in range(count)]
    for email in emails:
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
    return emails


def test_a_server_with_tls_from_the_start_is_trusted_with_the_password_if_it_proves_its_name(authority, tmp_path):
    mailbox = SecureMailbox(authority.pair(), tmp_path, from_the_start=True)
    url = f"smtps://ada:hu%2Fsh@localhost:{mailbox.port}"
    with sending_to(mailbox, url, trusts=authority.file) as server:
        for email in ask(server.project(), 2):
            assert token_from(mailbox.wait(email))
        assert set(mailbox.logins) == {(b"ada", b"hu/sh")}
    mailbox.logins.clear()
    with sending_to(mailbox, url) as server:
        (email,) = ask(server.project())
        until(lambda: "invalid peer certificate: UnknownIssuer" in server.log(), what="a refusal")
        assert not mailbox.logins and mailbox.waiting(email) == 0


def test_a_server_on_this_machine_needs_no_certificate_that_anyone_trusts(authority, tmp_path):
    mailbox = SecureMailbox(authority.pair(name="another.example"), tmp_path, from_the_start=False)
    with sending_to(mailbox, f"smtp://127.0.0.1:{mailbox.port}") as server:
        (email,) = ask(server.project())
        assert token_from(mailbox.wait(email))
