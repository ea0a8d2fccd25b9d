"""Logging in by SSO: SAML and OpenID Connect, from the start to the session, and everybody who comes in or does not."""

import html
import json
import re

import pytest
from harness import REDIRECT_URL, check_refusal, login, new_domain, new_email, query_of, refused, unique, verified_member
from identity_providers import Browser, Key, OpenIdProvider, SamlProvider


@pytest.fixture(scope="module")
def server(start_sso_server):
    return start_sso_server


@pytest.fixture(scope="module")
def start_sso_server(postgres):
    import harness

    server = harness.Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.1"]).start()
    yield server
    server.stop()


class Saml:
    """An organization with a SAML connection, and its identity provider."""

    def __init__(self, project, provider: SamlProvider | None = None, organization: dict | None = None, **settings):
        self.project, self.provider = project, provider or SamlProvider()
        self.org = project.organization(**(organization or {})).organization_id
        made = project.api.sso.saml.create_connection(self.org, display_name="Okta", identity_provider="okta").connection
        self.connection_id, self.acs_url = made.connection_id, made.acs_url
        self.path = f"/v1/b2b/sso/callback/{self.connection_id}"
        self.connection = self.update(**self.provider.settings(**settings))
        assert self.connection.status == "active"

    def update(self, **settings):
        return self.project.api.sso.saml.update_connection(self.org, self.connection_id, **settings).connection

    def start(self, browser: Browser, **query):
        query = {"connection_id": self.connection_id} | query
        answer = browser.start(self.project.public_token, **query)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def respond(self, browser: Browser, url: str, name_id: str, **response):
        request_id = self.provider.request_in(url).get("ID")
        fields = {"acs_url": self.acs_url, "name_id": name_id, "request_id": request_id} | response
        return browser.post(self.path, SAMLResponse=self.provider.response(**fields), RelayState=query_of(url)["RelayState"])

    def token(self, name_id: str, browser: Browser | None = None, start: dict | None = None, **response) -> str:
        """Logs somebody in at the identity provider: the token that the app is given."""
        browser = browser or Browser(self.project.server)
        answer = self.respond(browser, self.start(browser, **(start or {})), name_id, **response)
        assert answer.status_code == 303, reason(answer)
        query = query_of(answer.headers["location"])
        assert query["stytch_token_type"] == "sso"
        return query["token"]

    def login(self, name_id: str, fields: dict | None = None, **response):
        return self.project.api.sso.authenticate(sso_token=self.token(name_id, **response), **(fields or {}))

    def exchanges(self) -> list[dict]:
        answer = self.project.raw("GET", f"/v1/b2b/sso/{self.org}/connections/{self.connection_id}/exchanges")
        assert answer.status_code == 200, answer.text
        return answer.json()["exchanges"]


def reason(answer) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def test_a_member_logs_in_by_saml(project):
    saml = Saml(project)
    email = new_email()
    attributes = {"firstName": ["Ada"], "lastName": ["Lovelace"]}
    answer = saml.login(email, attributes=attributes)
    assert answer.member_authenticated and answer.session_token and answer.session_jwt
    member = answer.member
    assert (member.email_address, member.name, member.status) == (email, "Ada Lovelace", "active")
    [registration] = member.sso_registrations
    assert registration.connection_id == saml.connection_id and registration.external_id == email
    assert registration.sso_attributes == {"firstName": ["Ada"], "lastName": ["Lovelace"]}
    [factor] = answer.member_session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("sso", "sso_saml")
    assert factor.saml_sso_factor.provider_id == saml.connection_id
    assert factor.saml_sso_factor.external_id == email
    again = saml.login(email)
    assert again.member_id == answer.member_id
    assert [e["verdict"] for e in saml.exchanges()] == ["accepted", "accepted"]


def test_a_member_logs_in_by_oidc(project):
    with OpenIdProvider() as provider:
        org = project.organization().organization_id
        connection = project.api.sso.oidc.create_connection(org, display_name="OIDC").connection
        updated = project.api.sso.oidc.update_connection(org, connection.connection_id, **provider.settings())
        assert updated.connection.status == "active", updated
        browser = Browser(project.server)
        url = browser.start(project.public_token, connection_id=connection.connection_id, provider_prompt="login").headers["location"]
        assert query_of(url)["prompt"] == "login"
        email = new_email()
        back = provider.log_in(url, "sub-1", email=email, email_verified=True, name="Ada Lovelace")
        answer = browser.get(f"/v1/b2b/sso/callback/{connection.connection_id}", **back)
        assert answer.status_code == 302, reason(answer)
        token = query_of(answer.headers["location"])["token"]
        login = project.api.sso.authenticate(sso_token=token)
        assert login.member_authenticated and login.member.email_address == email and login.member.name == "Ada Lovelace"
        assert login.member.sso_registrations[0].external_id == "sub-1"
