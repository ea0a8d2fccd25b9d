"""Somebody who goes through the pages of the hosted login, without scripts."""

import html
import http.cookies
import re
import urllib.parse

import requests
from harness import code_from


class Visitor:
    """A browser without scripts: it follows what a page leads on to, and sends its forms."""

    def __init__(self, project, **way):
        self.project, self.server = project, project.server
        self.way = {"public_token": project.public_token} | way
        # Cookies want a secure way; on this machine browsers send them all the same, and the client of these tests would not.
        self.cookies: dict[str, http.cookies.Morsel] = {}

    def ask(self, method: str, url: str, **options) -> requests.Response:
        for _ in range(8):
            kept = "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())
            headers = {"Cookie": kept, "Sec-Fetch-Site": "same-origin"}
            answer = requests.request(method, url, headers=headers, allow_redirects=False, timeout=30, **options)
            for line in answer.raw.headers.getlist("set-cookie"):
                for name, cookie in http.cookies.SimpleCookie(line).items():
                    self.cookies.pop(name, None)
                    if cookie.value:
                        self.cookies[name] = cookie
            if not answer.is_redirect:
                return answer
            method, url, options = "GET", urllib.parse.urljoin(url, answer.headers["location"]), {}
        raise AssertionError(f"it goes round in circles: {url}")

    def see(self, path: str, **query) -> requests.Response:
        return self.ask("GET", self.server.url + path, params=self.way | query)

    def submit(self, path: str, **fields) -> requests.Response:
        return self.ask("POST", self.server.url + path, params=self.way, data=fields)

    def sign_in(self, email: str) -> requests.Response:
        """By a code, in the organization of the way; the page that this ends at."""
        sent = self.submit("/login/step/email", email_address=email, by="code")
        assert sent.url.startswith(f"{self.server.url}/login/step/sent"), sent.text
        return self.submit("/login/step/code", code=code_from(self.project.mailbox.wait(email)))

    @staticmethod
    def target(page: requests.Response) -> str:
        """Where the page leads that goes on to the app."""
        return html.unescape(re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text).group(1))
