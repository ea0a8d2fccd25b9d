"""The dashboard as an operator's browser has it."""

import html
import json
import re

from harness import REDIRECT_URL, request, unique, until

COOKIE = "__Host-guildhall_operator"


class Dashboard:
    """The dashboard as an operator's browser has it."""

    def __init__(self, server, email=None, password=None):
        self.server, self.token, self.language = server, None, "en"
        if email:
            answer = self.sign_in(email, password)
            assert answer.status_code == 303, answer.text

    def ask(self, method, path, site="same-origin", host=None, **options):
        headers = {"Sec-Fetch-Site": site, "Accept-Language": self.language} | ({"Host": host} if host else {}) | ({"Cookie": f"{COOKIE}={self.token}"} if self.token else {})
        return request(method, self.server.url + path, headers=headers, allow_redirects=False, **options)

    def sign_in(self, email, password):
        answer = self.ask("POST", "/dashboard/sign-in", data={"email": email, "password": password})
        if answer.status_code == 303:
            self.token = re.match(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])[1]
        return answer

    def page(self, path, status=200):
        answer = self.ask("GET", path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        assert "unsafe-inline" not in answer.headers["content-security-policy"] or "/outbox/" in path
        return html.unescape(answer.text)

    def post(self, path, **fields):
        answer = self.ask("POST", path, data=fields)
        assert answer.status_code == 303, (answer.status_code, re.sub(r"\s+", " ", answer.text)[-1500:])
        return answer.headers["location"]


class InTheirPlace:
    """An operator who may act in the place of a project's members."""

    def __init__(self, project, email=None):
        self.project = project
        project.server.command("project", "update", project.project_id, "--user-impersonation-enabled")
        self.dashboard = Dashboard(project.server, *make(project.server, email))
        token, path = {"impersonation_token": "x"}, "/b2b/impersonation/authenticate"
        for taken in (lambda: project.raw("POST", f"/v1{path}", token), lambda: project.browser("POST", path, json=token)):
            until(lambda: taken().status_code == 401, what="the setting, which is remembered for a second")

    def token(self, organization_id: str, member_id: str) -> str:
        path = f"/dashboard/projects/{self.project.project_id}/organizations/{organization_id}/members/{member_id}/impersonate"
        page = self.dashboard.ask("POST", path, data={"reason": "Ticket 4711", "redirect_url": REDIRECT_URL}).text
        return re.search(r"token=([\w-]{44})", page)[1]


def make(server, email=None):
    """An operator: address and password."""
    email = email or f"ops-{unique()}@example.com"
    made = json.loads(server.command("operator", "create", email, "--json").stdout)
    assert made["email_address"] == email
    return email, made["password"]
