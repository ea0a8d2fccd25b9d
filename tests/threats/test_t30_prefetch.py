"""T-30: a scanner that opens a mailed link, in whatever way, uses nothing up and gets no session."""

import base64
import hashlib
import re
import secrets

import pytest
import requests
from harness import REDIRECT_URL, check_refusal, data, new_email, query_of, token_from

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"]
SCANNERS = [
    {}, {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"},
    {"Accept": "*/*", "Range": "bytes=0-10"}, {"Cookie": "__Host-guildhall_session=x"},
]


def mails(project, org):
    """One mailed link of each kind: how to send it and how to use it."""
    member = project.member(org)
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    login = project.mailbox.wait(member.email_address)
    email = new_email()
    project.api.magic_links.email.invite(organization_id=org, email_address=email)
    invite = project.mailbox.wait(email)
    email = new_email()
    project.api.magic_links.email.discovery.send(email_address=email)
    discovery = project.mailbox.wait(email)
    project.api.magic_links.authenticate(magic_links_token=token_from(login))
    email = new_email()
    project.api.organizations.members.start_email_update(org, member.member_id, email_address=email)
    update = project.mailbox.wait(email)
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    login = project.mailbox.wait(member.email_address)
    return {"login": login, "invite": invite, "discovery": discovery, "update": update}


def use(project, kind, mail):
    if kind == "discovery":
        return project.raw("POST", "/v1/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": token_from(mail)})
    return project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token_from(mail)})


def test_t30_opening_a_link_uses_nothing_up(project, org):
    sent = mails(project, org)
    for mail in sent.values():
        for method in METHODS:
            for headers in SCANNERS:
                answer = requests.request(method, mail.link, headers=headers, allow_redirects=False, timeout=30)
                # A page of ours, never a redirect that a scanner would follow into the app.
                assert answer.status_code in (200, 204, 405), (method, answer.status_code)
                assert "location" not in answer.headers and "refresh" not in answer.headers
                assert "set-cookie" not in answer.headers
                assert "session" not in answer.text.lower().replace("stytch", "")
    order = ["login", "invite", "discovery", "update"]
    for kind in order:
        assert use(project, kind, sent[kind]).status_code == 200, kind
        check_refusal(use(project, kind, sent[kind]), (401, 404), ("unable_to_auth_magic_link", "magic_link_not_found"))


def test_t30_the_page_moves_on_only_by_script(project, org):
    """No meta refresh and no form; the address it leads to is not leaked by the Referer header, nor cached."""
    for kind, mail in mails(project, org).items():
        page = requests.get(mail.link, timeout=30)
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "no-store" in page.headers["cache-control"]
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.search(r"http-equiv|<form|<iframe|<img|prefetch|prerender|preconnect", page.text, re.I), kind
        [target] = re.findall(r'id="continue"[^>]*href="([^"]+)"', page.text)
        assert target.replace("&amp;", "&").startswith(REDIRECT_URL + "?")


def challenge():
    verifier = secrets.token_urlsafe(48)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize("kind", ["login", "discovery"])
def test_t30_with_pkce_a_scanner_that_acts_like_a_person_gets_no_session(project, org, kind):
    """The hard case: it runs the script, follows on to the app, and the app redeems the token for it."""
    verifier, code = challenge()
    email = project.member(org).email_address
    if kind == "login":
        path, name = "/b2b/magic_links/authenticate", "magic_links_token"
        data(project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email, "pkce_code_challenge": code}))
    else:
        path, name = "/b2b/magic_links/discovery/authenticate", "discovery_magic_links_token"
        data(project.browser("POST", "/b2b/magic_links/email/discovery/send", {"email_address": email, "pkce_code_challenge": code}))
    mail = project.mailbox.wait(email)
    body = {name: token_from(mail)} | ({"session_duration_minutes": 60} if kind == "login" else {})
    for guess in ({}, {"pkce_code_verifier": ""}, {"pkce_code_verifier": code}, {"pkce_code_verifier": challenge()[0]}, {"pkce_code_verifier": "x" * 43}, {"pkce_code_verifier": "short"}):
        for answer in (project.browser("POST", path, body | guess), project.raw("POST", "/v1" + path, body | guess)):
            check_refusal(answer, (400, 401), ("pkce_expected_code_verifier", "pkce_mismatch", "invalid_pkce_code_verifier"))
    # None of that used the link up.
    good = data(project.browser("POST", path, body | {"pkce_code_verifier": verifier}))
    assert good.get("session_token") or good.get("intermediate_session_token")
    assert "pkce" not in str(query_of(mail.link)) and verifier not in mail.text


def test_t30_a_verifier_without_a_challenge_is_refused_to_backends(project, org):
    """A downgrade is noticed: whoever holds a verifier began with a challenge."""
    member = project.member(org)
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    token = token_from(project.mailbox.wait(member.email_address))
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token, "pkce_code_verifier": challenge()[0]})
    check_refusal(answer, 400, "pkce_did_not_expect_code_verifier")


def test_t30_a_mail_with_a_link_says_how_long_it_works_and_carries_it_once(project, org):
    member = project.member(org)
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    mail = project.mailbox.wait(member.email_address)
    token = token_from(mail)
    assert mail.text.count(token) == 1
    assert "60 minutes" in mail.text or "1 hour" in mail.text
