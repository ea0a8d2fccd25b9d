"""Mails of nodes that share a database: what is bounded is bounded for all of them together."""

import pytest
from harness import check_refusal, until
from machines import Node, on, post

PER_MINUTE = 30


@pytest.fixture(scope="module")
def nodes(postgres, mailbox):
    url = postgres.new_database()
    nodes = [Node(url, mailbox=mailbox) for _ in range(2)]
    try:
        yield [node.start() for node in nodes]
    finally:
        for node in nodes:
            node.stop()


@pytest.fixture(scope="module")
def projects(nodes):
    first = nodes[0].project()
    return [on(first, node) for node in nodes]


def ask(project, org, email):
    return post(project, "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email})


def discover(project, email):
    return post(project, "/v1/b2b/magic_links/email/discovery/send", {"email_address": email})


def test_the_bound_is_one_for_all_nodes(projects):
    org = projects[0].organization().organization_id
    email = projects[0].member(org).email_address
    for i in range(PER_MINUTE):
        project = projects[i % 2]
        answer = ask(project, org, email) if i % 3 else discover(project, email)
        assert answer.status_code == 200, answer.text
    for project in projects:
        check_refusal(ask(project, org, email), 429, "too_many_requests")
        answer = discover(project, email)
        check_refusal(answer, 429, "too_many_requests")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    # Nobody got more, and others get theirs.
    until(lambda: projects[0].mailbox.waiting(email) == PER_MINUTE, what="all mails")
    other = projects[0].member(org).email_address
    assert all(ask(project, org, other).status_code == 200 for project in projects)


def test_a_node_that_has_just_come_knows_what_was_sent(projects, start_node, nodes):
    org = projects[0].organization().organization_id
    email = projects[0].member(org).email_address
    for _ in range(PER_MINUTE):
        assert ask(projects[0], org, email).status_code == 200
    check_refusal(ask(on(projects[0], start_node(nodes[0].database_url)), org, email), 429, "too_many_requests")


def test_a_queued_mail_does_not_leave_by_another_node(projects, nodes, start_node, postgres):
    """The node that took it has no mail server; the organization is deleted at it before the other one looks."""
    url = postgres.new_database()
    mute = start_node(url, smtp=False)
    project = mute.project()
    org, stays = (project.organization().organization_id for _ in range(2))
    gone, other = project.member(org).email_address, project.member(stays).email_address
    assert ask(project, org, gone).status_code == 200
    assert ask(project, stays, other).status_code == 200
    assert project.raw("DELETE", f"/v1/b2b/organizations/{org}").status_code == 200
    node = start_node(url)
    assert node.mailbox.wait(other)
    until(lambda: node.rows("SELECT count(*) FROM outbox WHERE status = 'waiting'") == [("0",)], what="an empty outbox")
    assert node.mailbox.waiting(gone) == 0
