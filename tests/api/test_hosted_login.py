"""The hosted login: what an app gets for its token, and what it is worth. The pages are walked through in tests/browser."""

import html
import json
import pathlib
import re
import socket
import threading
import urllib.parse

import fastapi
import harness
import pytest
import requests
import uvicorn
from doors import catalogue
from fastapi.responses import RedirectResponse
from harness import REDIRECT_URL, query_of, refused
from visitor import Visitor

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def visitor(project, organization):
    return Visitor(project, organization=organization.organization_slug, redirect_url=REDIRECT_URL)


@pytest.fixture
def email(project, organization):
    return project.member(organization.organization_id).email_address


def take(project, token, **fields):
    return project.api.magic_links.authenticate(magic_links_token=token, **fields)


def test_the_lines_of_the_documentation_make_an_app(project, organization, email):
    """The route that docs/hosted-login.md shows, as it is, in an app of FastAPI."""
    (route,) = re.findall(r"<!-- not run: test_hosted_login.py does -->\n```python\n(.*?)```", (DOCS / "hosted-login.md").read_text(), re.DOTALL)
    app = fastapi.FastAPI()
    exec(route, {"app": app, "guildhall": project.api, "RedirectResponse": RedirectResponse})
    listener = socket.create_server(("127.0.0.1", 0))
    here = f"http://localhost:{listener.getsockname()[1]}/authenticate"
    project.server.command("project", "update", project.project_id, "--add-redirect-url", here)
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        visitor = Visitor(project, organization=organization.organization_slug, redirect_url=here)
        # What is registered now is known within a second.
        page = harness.until(lambda: (p := visitor.sign_in(email)).ok and p, what="the sign-in")
        answer = requests.get(visitor.target(page), allow_redirects=False, timeout=30)
        assert answer.status_code == 303 and "HttpOnly" in answer.headers["set-cookie"]
        found = project.api.sessions.authenticate(session_jwt=answer.cookies["session"])
        assert found.member.email_address == email
    finally:
        running.should_exit = True
        thread.join()


def test_a_token_stands_for_the_session_of_the_pages(project, visitor, email):
    target = visitor.target(visitor.sign_in(email))
    assert target.startswith(f"{REDIRECT_URL}?") and query_of(target)["slug"] == visitor.way["organization"]
    token = query_of(target)["token"]
    # It is good for nothing else (T-32).
    with refused(404, "magic_link_not_found"):
        project.api.magic_links.discovery.authenticate(discovery_magic_links_token=token)
    with refused(401, "unable_to_auth_password_reset_token"):
        project.api.passwords.email.reset(password_reset_token=token, password="violet-harbor-sings-tonight")
    answers = harness.race(8, lambda _: project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token}))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert [factor["type"] for factor in won["member_session"]["authentication_factors"]] == ["email_otp"]

    # The next one is for an app that has a session of the same member already; each is an app's own.
    second = take(project, query_of(visitor.target(visitor.see("/login/step/done")))["token"], session_duration_minutes=30)
    assert second.session_token != won["session_token"]
    unused = query_of(visitor.target(visitor.see("/login/step/done")))["token"]
    # Whoever signs out on the pages has signed out of what came of it.
    assert visitor.submit("/login/step/sign-out").ok
    for session_token in (won["session_token"], second.session_token):
        with refused(404, "session_not_found"):
            project.api.sessions.authenticate(session_token=session_token)
    with refused(401, "unable_to_auth_magic_link"):
        take(project, unused)
    assert "Sign in to" in visitor.see("/login/step/done").text


def test_the_pages_have_a_session_of_their_own(project, visitor, email):
    visitor.sign_in(email)
    (name,) = [name for name in visitor.cookies if name.startswith("__Host-guildhall_account_")]
    kept = visitor.cookies[name]
    assert kept["secure"] and kept["httponly"] and kept["samesite"] == "Lax" and kept["path"] == "/"
    account = visitor.see("/account")
    assert email in account.text and account.headers["cache-control"] == "no-store"
    # Each browser has its own, and in another project it is nobody's (T-46).
    visitor.cookies = {}
    visitor.sign_in(email)
    assert visitor.cookies[name].value != kept.value
    elsewhere = Visitor(project.server.project())
    elsewhere.cookies = dict(visitor.cookies)
    assert "Sign in to" in elsewhere.see("/account").text


def test_an_old_proof_is_not_enough_where_a_young_one_is_wanted(traveller):
    project = traveller.project()
    organization = project.organization()
    email = project.member(organization.organization_id).email_address
    visitor = Visitor(project, organization=organization.organization_slug, redirect_url=REDIRECT_URL, max_age_minutes=5)
    assert visitor.target(visitor.sign_in(email))
    assert "Continue to" in visitor.see("/login").text
    traveller.clock.forward(minutes=6)
    asked = visitor.see("/login/step/done")
    assert "asks you to show once more" in asked.text and email in asked.text
    token = query_of(visitor.target(visitor.sign_in(email)))["token"]
    traveller.clock.forward(minutes=6)
    with refused(401, "unable_to_auth_magic_link"):
        take(project, token)


def test_an_invitation_leads_to_the_pages(project, organization):
    email = harness.new_email()
    arrival = f"{project.server.url}/login/step/arrive?" + urllib.parse.urlencode({"public_token": project.public_token})
    project.api.magic_links.email.invite(organization_id=organization.organization_id, email_address=email, invite_redirect_url=arrival)
    visitor = Visitor(project)
    link = project.mailbox.wait(email).link
    opened = visitor.ask("GET", link)
    assert opened.url.startswith(arrival)
    came = query_of(opened.url)
    entered = visitor.submit("/login/step/arrive", token=came["token"], stytch_token_type=came["stytch_token_type"])
    assert entered.url.startswith(f"{project.server.url}/account") and organization.organization_name in entered.text


def test_an_organization_that_is_not_there(project):
    nowhere = Visitor(project).see("/login/no-such-organization")
    assert nowhere.status_code == 404 and "no such organization" in nowhere.text


def test_no_page_without_its_project(project, server):
    """Which project it is, no page guesses where there are several."""
    server.project()
    for door in catalogue():
        if door.operation.startswith("hosted.") and door.dialect == "page":
            for way, status, error_type in (({}, 400, "bad_request"), ({"public_token": "public-token-test-x"}, 404, "public_token_not_found")):
                answer = requests.request(door.method, server.url + door.path.replace("{slug}", "x"), params=way, timeout=30)
                assert (answer.status_code, error_type in answer.text) == (status, True), (str(door), answer.text)
