"""The page behind a mailed link says why it leads nowhere, and leads back to the app."""

import base64
import hashlib

import pytest
import requests
from harness import ORIGIN, new_email, query_of, token_from

BACK = f'href="{ORIGIN}/"'
PAGE = {"Accept": "text/html"}


@pytest.fixture
def traveller(start_server):
    return start_server(clock=True)


@pytest.fixture
def project(traveller):
    return traveller.project("Acme Cloud")


@pytest.fixture
def org(project):
    return project.organization(organization_name="Blue Team").organization_id


def opened(mail, status=404):
    answer = requests.get(mail.link, timeout=30)
    assert answer.status_code == status
    if status == 404:
        # Nothing of the token is on a page that leads nowhere, and something leads on.
        assert token_from(mail) not in answer.text and BACK in answer.text and "Go to Acme Cloud" in answer.text
    return answer.text


def use(project, mail):
    assert project.api.magic_links.authenticate(magic_links_token=token_from(mail)).status_code == 200


def ask(project, org, **fields):
    email = project.member(org).email_address
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email, **fields)
    return project.mailbox.wait(email)


def invite(project, org):
    email = new_email()
    project.api.magic_links.email.invite(organization_id=org, email_address=email)
    return project.mailbox.wait(email)


def test_a_link_that_was_used(project, org):
    mail = ask(project, org)
    assert BACK not in opened(mail, 200)
    use(project, mail)
    page = opened(mail)
    assert "<h1>This link has been used</h1>" in page and "<title>This link has been used</title>" in page


def test_a_link_that_is_late(traveller, project, org):
    mail = ask(project, org)
    traveller.clock.forward(minutes=61)
    assert "<h1>This link has expired</h1>" in opened(mail)


def test_an_invitation_that_its_member_opens_again(traveller, project, org):
    mail = invite(project, org)
    use(project, mail)
    for _ in range(2):
        page = opened(mail)
        assert "<h1>You are a member already</h1>" in page and "The invitation to Blue Team is accepted" in page
        assert "invited you" not in page
        traveller.clock.forward(minutes=8 * 24 * 60)


def test_an_invitation_that_nobody_has_accepted_in_time(traveller, project, org):
    mail = invite(project, org)
    traveller.clock.forward(minutes=7 * 24 * 60 + 1)
    page = opened(mail)
    assert "<h1>This invitation has expired</h1>" in page and "send the invitation again" in page


def test_a_link_of_discovery(project):
    email = new_email()
    project.api.magic_links.email.discovery.send(email_address=email)
    mail = project.mailbox.wait(email)
    project.api.magic_links.discovery.authenticate(discovery_magic_links_token=token_from(mail))
    assert "<h1>This link has been used</h1>" in opened(mail)


@pytest.mark.parametrize("token", ["", "x", "cut"])
def test_a_link_that_was_not_copied_completely(project, org, token):
    mail = ask(project, org)
    query = query_of(mail.link) | {"token": token_from(mail)[:-3] if token == "cut" else token}
    page = requests.get(mail.link.split("?")[0], params=query, timeout=30)
    assert page.status_code == 404 and "<h1>This link no longer works</h1>" in page.text and BACK in page.text


def test_nobody_is_led_anywhere_for_an_unknown_project(traveller, project, org):
    page = requests.get(traveller.url + "/v1/magic_links/redirect", params={"public_token": "x", "token": "x"}, timeout=30)
    assert page.status_code == 404 and "<h1>This link no longer works</h1>" in page.text and 'class="button"' not in page.text


def test_a_link_with_pkce_says_where_it_works(project, org):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    mail = ask(project, org, pkce_code_challenge=challenge)
    assert "On another device, ask for a new one there" in opened(mail, 200)
    assert "On another device" not in opened(ask(project, org), 200)
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token_from(mail)})
    assert answer.status_code == 400 and "on another device" in answer.json()["error_message"]
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token_from(mail), "pkce_code_verifier": "w" * 43})
    assert answer.status_code == 401 and "the browser that asked for it" in answer.json()["error_message"]


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/v1/magic_links/redirekt", "/v1/b2b/members"])
def test_a_wrong_path_is_a_page_for_a_browser(server, path):
    page = server.get(path, headers=PAGE)
    assert page.status_code in (404, 405) and page.headers["content-type"].startswith("text/html")
    answer = server.get(path)
    assert answer.status_code == page.status_code and answer.json()["error_type"] in ("route_not_found", "method_not_allowed")


def test_the_health_card_asks_the_database(server):
    assert 'href="/readyz"' in server.get("/").text and 'href="/healthz"' not in server.get("/").text
    assert server.get("/readyz").text == "ready\n"
