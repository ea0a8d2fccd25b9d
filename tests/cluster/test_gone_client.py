"""A client that goes away in the middle of a request leaves all of it or nothing."""

import base64
import json
import random
import socket
import struct
import time
import urllib.parse

import pytest
from harness import magic_token, new_email
from machines import open_organization, post


def request_bytes(project, path: str, body: dict) -> bytes:
    content = json.dumps(body).encode()
    credentials = base64.b64encode(f"{project.project_id}:{project.secret}".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credentials}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def send_and_go(project, sent: bytes, after: float, reset: bool):
    address = urllib.parse.urlsplit(project.server.url)
    s = socket.create_connection((address.hostname, address.port), 5)
    if reset:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.sendall(sent)
    time.sleep(after)
    s.close()


def settled(project):
    """Nothing of what clients left behind is still running: the server finishes that before it ends."""
    assert project.server.terminate() == 0
    project.server.relaunch()


@pytest.fixture
def project(start_node, database_url):
    return start_node(database_url).project()


def test_the_rows_and_the_mail_come_together(project):
    """A sign-up makes a member, an audit event and a mail."""
    org, domain = open_organization(project)
    emails = [new_email(domain) for _ in range(40)]
    for i, email in enumerate(emails):
        body = {"organization_id": org, "email_address": email}
        sent = request_bytes(project, "/v1/b2b/magic_links/email/login_or_signup", body)
        # From at once to when the answer may be on its way.
        send_and_go(project, sent, random.uniform(0, 0.02) if i % 4 else 0, reset=i % 2 == 0)
    settled(project)
    there = set()
    for email in emails:
        answer = project.raw("GET", f"/v1/b2b/organizations/{org}/member", params={"email_address": email})
        assert answer.status_code in (200, 404), answer.text
        if answer.status_code == 200:
            there.add(email)
    for email in there:
        project.mailbox.wait(email)
    assert not [email for email in emails if email not in there and project.mailbox.waiting(email)]
    made = [event for event in project.audit(org) if event["action"] == "member.create"]
    assert len(made) == len(there)
    print(f"{len(there)} of {len(emails)} sign-ups happened")


def test_a_token_is_spent_only_with_a_session(project):
    org = project.organization().organization_id
    spent = 0
    for i in range(12):
        member = project.member(org)
        token = magic_token(project, org, member.email_address)
        sent = request_bytes(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
        send_and_go(project, sent, random.uniform(0, 0.01) if i % 3 else 0, reset=i % 2 == 0)
        settled(project)
        sessions = project.api.sessions.get(organization_id=org, member_id=member.member_id).member_sessions
        again = post(project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
        assert (len(sessions), again.status_code) in ((0, 200), (1, 401)), (sessions, again.text)
        spent += len(sessions)
    print(f"{spent} of 12 logins happened")


def test_half_a_request_does_nothing(project):
    slugs = [f"half-{i}" for i in range(10)]
    for i, slug in enumerate(slugs):
        sent = request_bytes(project, "/v1/b2b/organizations", {"organization_name": "Half", "organization_slug": slug})
        send_and_go(project, sent[: -1 - i], 0.002 * i, reset=i % 2 == 0)
    settled(project)
    for slug in slugs:
        project.organization(organization_slug=slug)  # nobody has it
