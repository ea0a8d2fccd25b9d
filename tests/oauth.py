"""Projects with OAuth providers, and the browsers of people who log in at them."""

import json
from urllib.parse import urlsplit

import requests
from harness import Project, query_of
from identity_providers import OpenIdProvider
from social import StandIn
from sso import Browser, told


class OauthProvider:
    """A provider of a project, whose part an OpenID provider of the tests plays, or a stand-in."""

    def __init__(self, project: Project, provider: OpenIdProvider | StandIn, name: str = "google", *flags: str):
        self.project, self.provider, self.name = project, provider, name
        shown = self.set(f"--client-id={provider.client_id}", f"--client-secret={provider.client_secret}", *provider.addresses, *flags)
        self.path = urlsplit(shown["callback_url"]).path

    def set(self, *flags: str) -> dict:
        command = self.project.server.command("provider", "set", self.project.project_id, self.name, "--json", *flags)
        return json.loads(command.stdout)

    def remove(self):
        self.project.server.command("provider", "remove", self.project.project_id, self.name)

    def begin(self, browser: Browser, org: str | None = None, **query) -> requests.Response:
        """To an organization, or for discovery."""
        query = {"public_token": self.project.public_token} | ({"organization_id": org} if org else {}) | query
        return browser.get(f"/v1/b2b/public/oauth/{self.name}/{'start' if org else 'discovery/start'}", **query)

    def start(self, browser: Browser, org: str | None = None, **query) -> str:
        answer = self.begin(browser, org, **query)
        assert answer.status_code == 302, told(answer)
        return answer.headers["location"]

    def arrive(self, org: str | None, subject: str, start: dict | None = None, **said) -> requests.Response:
        browser = Browser(self.project.server)
        return self.come_back(browser, self.provider.log_in(self.start(browser, org, **(start or {})), subject, **said))

    def come_back(self, browser: Browser, back: dict) -> requests.Response:
        return browser.get(self.path, **back)

    def token(self, org: str | None, subject: str, **said) -> str:
        answer = self.arrive(org, subject, **said)
        assert answer.status_code == 302, told(answer)
        query = query_of(answer.headers["location"])
        assert query["stytch_token_type"] == ("oauth" if org else "discovery_oauth")
        return query["token"]

    def login(self, org: str, subject: str, fields: dict | None = None, **said):
        return self.project.api.oauth.authenticate(oauth_token=self.token(org, subject, **said), **(fields or {}))

    def discover(self, subject: str, **said):
        return self.project.api.oauth.discovery.authenticate(discovery_oauth_token=self.token(None, subject, **said))

    def tokens(self, login, **query) -> requests.Response:
        path = f"/v1/b2b/organizations/{login.organization_id}/members/{login.member_id}/oauth_providers/{self.name}"
        return self.project.raw("GET", path, params=query)

    @staticmethod
    def refused(answer: requests.Response, status: int, error_type: str, *words: str):
        assert answer.status_code == status, told(answer)
        assert error_type in answer.text, told(answer)
        for word in words:
            assert word in told(answer), told(answer)


def of_google(email: str) -> dict:
    """What Google says of an account that an organization manages."""
    return {"email": email, "email_verified": True, "hd": email.partition("@")[2]}
