"""Connections to identity providers on several nodes: each remembers what it has read."""

import copy

import pytest
from harness import new_email, query_of, race
from identity_providers import Key
from machines import Node, on
from sso import Browser, Saml


@pytest.fixture(scope="module")
def projects(postgres, mailbox):
    """The same project, asked of two nodes."""
    url = postgres.new_database()
    # As behind a balancer, which nobody asks here.
    nodes = [Node(url, mailbox=mailbox, arguments=["--public-url", "http://127.0.0.1:9"]) for _ in range(2)]
    try:
        for node in nodes:
            node.start()
        first = nodes[0].project()
        yield first, on(first, nodes[1])
    finally:
        for node in nodes:
            node.stop()


def test_t09_t14_a_connection_that_was_changed_is_at_once_so_on_every_node(projects):
    here = Saml(projects[0])
    there = copy.copy(here)
    there.project = projects[1]
    email, new = new_email(), Key.new()
    before = there.login(email)
    assert there.unasked(email).status_code == 303

    old, = here.update(x509_certificate=new.certificate).verification_certificates[:-1]
    assert there.login(email, key=new).member_id == before.member_id
    assert there.login(email).member_id == before.member_id
    here.project.api.sso.saml.delete_verification_certificate(here.org, here.connection_id, old.certificate_id)
    there.refused(there.arrive(email), "saml_certificate_mismatch")
    assert there.login(email, key=new).member_id == before.member_id

    here.update(idp_initiated_auth_disabled=True)
    there.refused(there.unasked(email, key=new), "saml_idp_initiated_auth_disabled")
    here.project.api.sso.delete_connection(here.org, here.connection_id)
    assert there.unasked(email, key=new).status_code == 404


def test_t31_a_login_comes_back_to_one_node_only(projects):
    here = Saml(projects[0])
    browser = Browser(projects[0].server)
    url = here.start(browser)
    said = {"acs_url": here.acs_url, "name_id": new_email(), "request_id": here.provider.request_in(url).get("ID")}
    form = {"SAMLResponse": here.provider.response(**said), "RelayState": query_of(url)["RelayState"]}
    browsers = [Browser(project.server) for project in projects]
    for each in browsers:
        each.cookies = dict(browser.cookies)
    answers = race(20, lambda n: browsers[n % 2].post(here.path, **form))
    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 19
