"""The browsers of IT people who were given a setup link."""

import html
import re

import requests
from harness import Project
from sso import told


def setup_link(project: Project, organization: str, *purposes: str, **fields) -> dict:
    """A new one, as the API answers."""
    answer = project.raw("POST", f"/v1/b2b/organizations/{organization}/setup_links", {"purposes": purposes} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


class Portal:
    """A browser in which a link was opened: it follows redirects within the server, and keeps its cookies."""

    def __init__(self, server, url: str):
        self.server, self.cookies = server, {}
        self.opened = self.send("GET", url)

    def send(self, method: str, path: str, **options) -> requests.Response:
        url = path if path.startswith("http") else self.server.url + path
        headers = {"sec-fetch-site": "same-origin", "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = requests.request(method, url, headers=headers | options.pop("headers", {}), allow_redirects=False, timeout=60, **options)
        self.cookies |= {cookie.name: cookie.value for cookie in answer.cookies}
        return answer

    def get(self, path: str = "/setup", status: int = 200) -> str:
        """What a page says."""
        answer = self.send("GET", path)
        assert answer.status_code == status, told(answer)
        return told(answer)

    def post(self, path: str, status: int = 303, **form) -> requests.Response:
        answer = self.send("POST", path, data=form)
        assert answer.status_code == status, told(answer)
        return answer

    def values(self, path: str) -> list[str]:
        """What stands there to be copied."""
        found = re.findall(r'<code id="[^"]*" tabindex="0"[^>]*>([^<]*)</code>', self.send("GET", path).text)
        return [html.unescape(value) for value in found]
