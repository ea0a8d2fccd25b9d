"""Each page that adds login to a framework is made into an app, and people sign in to it."""

import html
import json
import os
import re
import shutil
import subprocess
import urllib.parse
from types import SimpleNamespace

import apps
import harness
import pytest
import requests
from visitor import Visitor

# What each app that is rendered on the server finds in its folder.
HTTP = {
    "express": apps.node_packages,
    "fastapi": apps.python_environment,
    "django": apps.python_environment,
    "go": apps.go_modules,
    "axum": apps.cargo,
}
# Those of which Chromium is a part.
BROWSER = ["react", "nextjs"]
PAGES = [*HTTP, *BROWSER]


@pytest.fixture(scope="module")
def server():
    server = harness.Server(smtp=False, clock=True).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def app(request, server, tmp_path_factory):
    if request.param == "go" and not shutil.which("go"):
        pytest.skip("there is no Go here")
    folder = tmp_path_factory.mktemp(request.param)
    made = apps.App(request.param, server, folder).assemble()
    HTTP[request.param](folder)
    made.start()
    yield made
    made.stop()


class Browser(requests.Session):
    """Follows mailed links, and fills in the one form of a page."""

    def __init__(self, app: apps.App):
        super().__init__()
        self.trust_env = False
        self.app = app

    def ask(self, path: str, **options) -> requests.Response:
        answer = self.get(urllib.parse.urljoin(self.app.url, path), timeout=30, **options)
        assert answer.status_code < 500, f"{answer.status_code} {answer.text}\n{self.app.log.read_text()}"
        return answer

    def submit(self, shown: requests.Response, **fields) -> requests.Response:
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown.text)
        action = re.search(r'<form[^>]* action="([^"]+)"', shown.text)
        where = urllib.parse.urljoin(shown.url, action.group(1) if action else "")
        answer = self.post(where, data=dict(hidden) | fields, headers={"Referer": shown.url}, timeout=30)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}\n{self.app.log.read_text()}"
        return answer

    def ask_for_link(self, address: str) -> str:
        assert "your mail" in self.submit(self.ask("/login"), email=address).text
        return self.app.newest_link(address)

    def open(self, link: str) -> requests.Response:
        """Opens a mailed link, and goes on from the server's page behind it."""
        between = requests.get(link, timeout=30).text
        way = html.unescape(re.search(r'id="continue"[^>]* href="([^"]+)"', between).group(1))
        assert way.startswith(f"{self.app.url}/authenticate?")
        return self.ask(way)

    def sign_in(self, address: str) -> requests.Response:
        return self.open(self.ask_for_link(address))


@pytest.mark.parametrize("app", HTTP, indirect=True)
def test_people_sign_in_and_out(app):
    browser, address = Browser(app), harness.new_email()
    assert browser.ask("/").url == f"{app.url}/login", "who has no session is led to the login"
    home = browser.sign_in(address)
    assert home.url == f"{app.url}/" and "Signed in to" in home.text
    (cookie,) = [cookie for cookie in browser.cookies if cookie.name not in ("csrftoken",)]
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite").lower() == "lax"

    # The next sign-in leads to the same organization.
    again = Browser(app)
    assert re.search("Signed in to .*", again.sign_in(address).text).group() == re.search("Signed in to .*", home.text).group()
    # One who is invited comes in without having asked.
    invited = Browser(app)
    assert "Signed in to" in invited.open(invitation(app, address)).text
    if app.page != "go":  # whose SDK has no roles in a session that it checked alone
        assert "stytch_admin" in again.ask("/").text and "stytch_admin" not in invited.ask("/").text

    out = browser.submit(browser.ask("/"))
    assert out.url == f"{app.url}/login" and browser.ask("/").url == f"{app.url}/login"
    assert "Signed in to" in again.ask("/").text, "only this session has ended"


def test_express_takes_people_back_from_the_hosted_login(server, tmp_path):
    """The route that docs/hosted-login.md shows, as it is, in an app of Express."""
    (route,) = apps.blocks("hosted-login", "not run: test_apps.py does")
    app = apps.App("hosted-login", server, tmp_path)
    apps.node_packages(tmp_path)
    credentials = {"project_id": app.project["project_id"], "secret": app.project["secret"], "env": server.url}
    lines = ['import express from "express";', 'import stytch from "stytch";', "const app = express();",
             f"const guildhall = new stytch.B2BClient({json.dumps(credentials)});", route.code, f"app.listen({app.port});"]
    (tmp_path / "server.mjs").write_text("\n".join(lines))
    app.process = subprocess.Popen(["node", "server.mjs"], cwd=tmp_path, env=app.environment(), start_new_session=True)
    try:
        visitor = Visitor(SimpleNamespace(public_token=app.project["public_token"], server=server), redirect_url=f"{app.url}/authenticate")
        address = harness.new_email()
        assert visitor.submit("/login/step/email", email_address=address, by="link").ok
        came = harness.query_of(visitor.ask("GET", app.newest_link(address)).url)
        visitor.submit("/login/step/arrive", token=came["token"], stytch_token_type=came["stytch_token_type"])
        target = visitor.target(visitor.submit("/login/step/create", organization_name="Hosted"))
        answer = harness.until(lambda: fetched(target), what="the app")
        assert answer.headers["location"] == "/" and "HttpOnly" in answer.headers["set-cookie"]
        found = api(app, "POST", "/sessions/authenticate", {"session_jwt": answer.cookies["session"]})
        assert found["member"]["email_address"] == address
    finally:
        app.stop()


def fetched(url: str) -> requests.Response | None:
    try:
        return requests.get(url, allow_redirects=False, timeout=30)
    except requests.ConnectionError:
        return None


@pytest.mark.parametrize("app", HTTP, indirect=True)
def test_what_does_not_work_is_told(app):
    asked, elsewhere, address = Browser(app), Browser(app), harness.new_email()
    link = asked.ask_for_link(address)
    for browser, opened in ((elsewhere, link),):
        refused = browser.open(opened)
        assert 400 <= refused.status_code < 500 and 'href="/login"' in refused.text, refused.text
        assert browser.ask("/").url == f"{app.url}/login"
    assert "Signed in to" in asked.open(link).text, "a link that was refused elsewhere is still good here"
    used = asked.ask("/authenticate?stytch_token_type=discovery&token=nothing")
    assert 400 <= used.status_code < 500 and 'href="/login"' in used.text

    # A cookie that is none, and one of a session that is over, lead to the login.
    (cookie,) = [cookie for cookie in asked.cookies if cookie.name not in ("csrftoken",)]
    for value in ("nothing", cookie.value[:-4] + "AAAA"):
        made_up = Browser(app)
        made_up.cookies.set(cookie.name, value, domain="localhost.local", path="/")
        assert made_up.ask("/").url == f"{app.url}/login"


@pytest.mark.parametrize("app", HTTP, indirect=True)
def test_a_jwt_that_is_over_is_renewed(app, server):
    """The server is a quarter of an hour behind, so what it signs is over for the app, which has to ask it."""
    server.clock.back(minutes=15)
    try:
        browser = Browser(app)
        assert "Signed in to" in browser.sign_in(harness.new_email()).text
        # A session that has ended is noticed then.
        answer = api(app, "POST", "/organizations/members/search", {"organization_ids": [organization_of(app, browser)], "limit": 10})
        for member in answer["members"]:
            api(app, "POST", "/sessions/revoke", {"member_id": member["member_id"]})
        assert browser.ask("/").url == f"{app.url}/login"
    finally:
        server.clock.forward(minutes=15)


@pytest.mark.parametrize("page", BROWSER)
def test_people_sign_in_in_chromium(page, server):
    # Bundlers take no links to packages, so the app stands beneath them.
    folder = apps.PACKAGES / "running" / page
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # As `npm install` leaves it where there was none: it says nothing of modules.
    (folder / "package.json").write_text('{ "private": true }\n')
    app = apps.App(page, server, folder).assemble()
    try:
        app.start()
        script = apps.PACKAGES.parent / "browse_app.mjs"
        done = subprocess.run(["node", str(script), page, f"{app.url}/", harness.new_email()], capture_output=True, text=True, timeout=240,
                              env=os.environ | {"GUILDHALL_OUTBOX": f"{server.url}/outbox"})
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{app.log.read_text()}"
    finally:
        app.stop()
        shutil.rmtree(folder)


def test_pages_name_the_versions_that_are_tested():
    package = json.loads((apps.PACKAGES / "package.json").read_text())["devDependencies"]
    python = dict(line.split("==") for line in (harness.REPOSITORY / "tests/requirements.txt").read_text().split() if "==" in line)
    go = (apps.PACKAGES / "go/go.mod").read_text()
    for page in PAGES:
        for block in apps.blocks(page, "installs: "):
            for name, version in re.findall(r"((?:@[\w-]+/)?[\w-]+)(?:==|@)(\d[\d.]*)", block.code) if "npm" in block.note or "pip" in block.note else ():
                assert (python if "pip" in block.note else package)[name] == version, f"{block}: {name}"
            for name, version in re.findall(r"(github\.com/\w+/[\w-]+/v\d+)\S*@(v\S+)", block.code):
                assert f"{name} {version}" in go, f"{block}: {name}"


def invitation(app, inviter: str) -> str:
    """The link that somebody new is mailed who is invited to where somebody is."""
    found = api(app, "POST", "/organizations/search", {})["organizations"]
    for organization in found:
        members = api(app, "POST", "/organizations/members/search", {"organization_ids": [organization["organization_id"]]})["members"]
        if inviter in [member["email_address"] for member in members]:
            address = harness.new_email()
            api(app, "POST", "/magic_links/email/invite", {"organization_id": organization["organization_id"], "email_address": address})
            return app.newest_link(address)
    raise AssertionError(f"{inviter} is in no organization")


def organization_of(app, browser: Browser) -> str:
    """The organization that is entered, by its slug or its id, which the page shows."""
    return re.search("Signed in to ([^<]+)", browser.ask("/").text).group(1)


def api(app, method: str, path: str, body: dict) -> dict:
    answer = requests.request(method, f"{app.server.url}/v1/b2b{path}", json=body, auth=(app.project["project_id"], app.project["secret"]), timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()
