"""oauth2-mock-server as an OpenID provider that makes mistakes: each ends on a page, and in one sentence of the recorder."""

import node
import pytest
import requests
from harness import free_port, new_email, unique
from logins import Oidc, Person

node.need("oauth2-mock-server")


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    port = free_port()
    program = node.start("faulty_provider.mjs", port, str(port), ready="/.well-known/openid-configuration",
                         directory=tmp_path_factory.mktemp("oauth2-mock-server"))
    yield program
    program.stop()


@pytest.fixture
def connection(project, provider):
    connection = Oidc(project)
    settings = {"issuer": provider.url, "client_id": "guildhall", "client_secret": "secret"}
    assert connection.update(**settings)["status"] == "active"
    return connection


@pytest.fixture
def log_in(connection, provider):
    def log_in(mistake: str = "", email: str | None = None, subject: str | None = None):
        told = {"mistake": mistake, "email": email or new_email(), "subject": subject or unique()}
        assert requests.put(f"{provider.url}/mistake", json=told, timeout=60).status_code == 200
        person = Person(connection.project.server)
        return person.back(person.go(connection.start(person)))

    return log_in


def test_without_a_mistake_somebody_logs_in(connection, log_in):
    email = new_email()
    assert connection.finish(log_in(email=email)).member.email_address == email


@pytest.mark.parametrize(("mistake", "error", "told"), [
    ("audience", "oidc_invalid_id_token", "another-client"),
    ("issuer", "oidc_invalid_id_token", "https://elsewhere.example"),
    ("nonce", "oidc_invalid_id_token", "nonce"),
    ("no_nonce", "oidc_invalid_id_token", "nonce"),
    ("expired", "oidc_invalid_id_token", "expired"),
    ("future", "oidc_invalid_id_token", ""),
    ("no_subject", "oidc_invalid_id_token", "sub"),
    ("no_id_token", "oidc_invalid_id_token", "id_token"),
    ("unsigned", "oidc_invalid_id_token", "none"),
    ("wrong_signature", "oidc_invalid_id_token", "signature"),
    ("not_a_token", "oidc_invalid_id_token", ""),
    ("token_500", "oidc_auth_code_error", "server_error"),
    ("invalid_grant", "oidc_auth_code_error", "Too late"),
    ("another_issuer", "oidc_invalid_callback_request", "https://elsewhere.example"),
    ("denied", "oidc_auth_code_error", "access_denied"),
    ("another_subject", "oidc_response_subject_mismatch", "somebody-else"),
    ("userinfo_500", "oidc_invalid_userinfo", "500"),
    ("unverified", "oidc_response_unverified_email", "email_verified"),
    ("verified_as_text", "oidc_response_unverified_email", 'email_verified is "true"'),
    ("verified_unsaid", "oidc_response_unverified_email", "does not say"),
    ("no_email", "oidc_response_email_missing", "email"),
])
def test_a_mistake_is_told_in_a_sentence(connection, log_in, mistake, error, told):
    reason = connection.check_refused(log_in(mistake), error)
    assert told in reason, reason
    assert reason.count(". ") <= 1 and len(reason) < 400, reason
    # What was wrong once does no harm to the next login.
    connection.finish(log_in())


def test_who_is_registered_needs_no_address_any_more(connection, log_in):
    email, subject = new_email(), unique()
    member = connection.finish(log_in(email=email, subject=subject)).member_id
    for mistake in ("no_email", "unverified"):
        assert connection.finish(log_in(mistake, subject=subject)).member_id == member
