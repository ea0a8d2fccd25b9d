"""Organizations with a connection to an identity provider, and the browsers of people who log in by it."""

import html
import re

import requests
from harness import Project, as_member, query_of
from identity_providers import OpenIdProvider, SamlProvider
from stytch.b2b.models import sso_oidc, sso_saml


class Browser:
    """A browser as far as a login by SSO is concerned: it follows nothing by itself, and keeps the cookie of the login."""

    def __init__(self, server):
        self.server = server
        self.cookies: dict[str, str] = {}

    def _send(self, method: str, path: str, **options) -> requests.Response:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        answer = requests.request(method, self.server.url + path, headers=headers, allow_redirects=False, timeout=60, **options)
        self.cookies |= {cookie.name: cookie.value for cookie in answer.cookies}
        return answer

    def get(self, path: str, **query) -> requests.Response:
        return self._send("GET", path, params=query)

    def post(self, path: str, **form) -> requests.Response:
        return self._send("POST", path, data={name: value for name, value in form.items() if value is not None})

    def start(self, project: Project, **query) -> requests.Response:
        return self.get("/v1/public/sso/start", **{"public_token": project.public_token} | query)


def told(answer: requests.Response) -> str:
    """What a page says."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


class Connection:
    """An organization of a project with one connection, which is active."""

    project: Project
    org: str
    connection_id: str

    @property
    def path(self) -> str:
        return f"/v1/b2b/sso/callback/{self.connection_id}"

    def start(self, browser: Browser, **query) -> str:
        """Where the browser is sent to."""
        answer = browser.start(self.project, **{"connection_id": self.connection_id} | query)
        assert answer.status_code == 302, told(answer)
        return answer.headers["location"]

    def token(self, *who, browser: Browser | None = None, start: dict | None = None, **said) -> str:
        """Somebody logs in at the identity provider: the token that the app is given."""
        answer = self.arrive(*who, browser=browser, start=start, **said)
        assert answer.status_code in (302, 303), told(answer)
        query = query_of(answer.headers["location"])
        assert query["stytch_token_type"] == "sso"
        return query["token"]

    def arrive(self, *who, browser: Browser | None = None, start: dict | None = None, **said) -> requests.Response:
        browser = browser or Browser(self.project.server)
        return self.respond(browser, self.start(browser, **(start or {})), *who, **said)

    def respond(self, browser: Browser, url: str, *who, **said) -> requests.Response:
        raise NotImplementedError

    def authenticate(self, token: str, **fields):
        return self.project.api.sso.authenticate(sso_token=token, **fields)

    def login(self, *who, fields: dict | None = None, **said):
        return self.authenticate(self.token(*who, **said), **(fields or {}))

    def exchanges(self) -> list[dict]:
        """What the flight recorder has of it, the newest first."""
        answer = self.project.raw("GET", f"/v1/b2b/sso/{self.org}/connections/{self.connection_id}/exchanges")
        assert answer.status_code == 200, answer.text
        return answer.json()["exchanges"]

    def refused(self, answer: requests.Response, error_type: str, *words: str) -> str:
        """Checks that a person was turned away with this error, and that the recorder knows why: in which sentence."""
        assert answer.status_code == 400, told(answer)
        assert error_type in answer.text, told(answer)
        newest = self.exchanges()[0]
        assert (newest["verdict"], newest["error_type"]) == ("refused", error_type)
        assert newest["request_id"] == answer.headers["x-request-id"]
        for word in words:
            assert word in newest["reason"], newest["reason"]
        assert newest["reason"] in told(answer)
        return newest["reason"]

    def organization(self):
        return self.project.api.organizations.get(self.org).organization

    def change_organization(self, **fields):
        return self.project.api.organizations.update(self.org, **fields).organization


class Saml(Connection):
    """By SAML. `by` is the login of a member on whose behalf it is set up; without one the app's backend does it."""

    def __init__(self, project: Project, provider: SamlProvider | None = None, org: str | None = None, by=None, **settings):
        self.project, self.provider = project, provider or SamlProvider()
        self.org = org or project.organization().organization_id
        self.options = {"method_options": as_member(sso_saml.UpdateConnectionRequestOptions, by)} if by else {}
        creating = {"method_options": as_member(sso_saml.CreateConnectionRequestOptions, by)} if by else {}
        made = project.api.sso.saml.create_connection(self.org, display_name="Okta", identity_provider="okta", **creating)
        self.connection_id, self.acs_url = made.connection.connection_id, made.connection.acs_url
        connection = self.update(**self.provider.settings(**settings))
        assert connection.status == "active", connection

    def update(self, **settings):
        return self.project.api.sso.saml.update_connection(self.org, self.connection_id, **settings, **self.options).connection

    def set(self, **settings):
        """Fields that the SDK does not know."""
        answer = self.project.raw("PUT", f"/v1/b2b/sso/saml/{self.org}/connections/{self.connection_id}", json=settings)
        assert answer.status_code == 200, answer.text
        return answer.json()["connection"]

    def respond(self, browser: Browser, url: str, name_id: str, **said) -> requests.Response:
        request_id = self.provider.request_in(url).get("ID")
        said = {"acs_url": self.acs_url, "name_id": name_id, "request_id": request_id} | said
        return browser.post(self.path, SAMLResponse=self.provider.response(**said), RelayState=query_of(url)["RelayState"])

    def unasked(self, name_id: str, relay_state: str | None = None, **said) -> requests.Response:
        """The identity provider begins by itself."""
        said = {"acs_url": self.acs_url, "name_id": name_id} | said
        return Browser(self.project.server).post(self.path, SAMLResponse=self.provider.response(**said), RelayState=relay_state)


class Oidc(Connection):
    """By OpenID Connect."""

    def __init__(self, project: Project, provider: OpenIdProvider, org: str | None = None, by=None, **settings):
        self.project, self.provider = project, provider
        self.org = org or project.organization().organization_id
        self.options = {"method_options": as_member(sso_oidc.UpdateConnectionRequestOptions, by)} if by else {}
        creating = {"method_options": as_member(sso_oidc.CreateConnectionRequestOptions, by)} if by else {}
        made = project.api.sso.oidc.create_connection(self.org, display_name="Provider", **creating)
        self.connection_id = made.connection.connection_id
        updated = self.update(**provider.settings(**settings))
        assert updated.connection.status == "active", updated

    def update(self, **settings):
        return self.project.api.sso.oidc.update_connection(self.org, self.connection_id, **settings, **self.options)

    def respond(self, browser: Browser, url: str, subject: str = "subject", **said) -> requests.Response:
        return self.come_back(browser, self.provider.log_in(url, subject, **said))

    def come_back(self, browser: Browser, back: dict) -> requests.Response:
        return browser.get(self.path, **back)
