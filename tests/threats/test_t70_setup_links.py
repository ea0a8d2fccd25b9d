"""T-01, T-02, T-30, T-70: a setup link reaches its own organization only, does what it is for and no more, and is not used up by
programs that look at links."""

import re

import pytest
import requests
from doors import catalogue
from harness import new_email, verified_member
from scenes import made_up
from setup_pages import Portal, setup_link
from sso import told

PARTS = {"sso": "/setup/sso", "domains": "/setup/domains", "scim": "/setup/scim", "members": "/setup/members", "audit": "/setup/audit"}
# What would be done there, if it were allowed.
DEEDS = {"sso": {"guide": "other_saml"}, "domains": {"action": "add", "domain": "example.com"}, "scim": {"action": "create", "identity_provider": "okta"},
         "members": {"action": "invite", "email_address": "ada@example.com"}}


@pytest.fixture(scope="module")
def other(project):
    """Another organization of the same project, with a connection, a member and an administrator."""
    organization = project.organization().organization_id
    connection = project.api.sso.saml.create_connection(organization).connection
    member, _ = verified_member(project, organization)
    return organization, connection.connection_id, member


@pytest.mark.parametrize("purpose", PARTS)
def test_t70_a_link_does_what_it_is_for_and_no_more(project, organization, purpose):
    org = organization.organization_id
    portal = Portal(project.server, setup_link(project, org, purpose)["url"])
    home = portal.send("GET", "/setup").text
    for part, path in PARTS.items():
        assert (f'href="{path}"' in home) == (part == purpose)
        answer = portal.send("GET", path)
        assert answer.status_code == (200 if part == purpose else 403), told(answer)
        if part != purpose and part in DEEDS:
            assert portal.send("POST", path, data=DEEDS[part]).status_code == 403
    if purpose != "sso":
        page = f"/setup/sso/{made_up('saml-connection')}"
        answers = [portal.send("GET", page), portal.send("GET", f"{page}/tests/x"), portal.send("POST", page, data={"action": "test"})]
        assert [answer.status_code for answer in answers] == [403] * 3
    after = project.raw("GET", f"/v1/b2b/sso/{org}").json()
    assert after["saml_connections"] == [] and project.api.organizations.get(org).organization.claimed_email_domains == []


def test_t01_a_link_finds_nothing_of_another_organization(project, organization, other):
    elsewhere, connection_id, member = other
    portal = Portal(project.server, setup_link(project, organization.organization_id, *PARTS)["url"])
    for connection in (connection_id, made_up("saml-connection")):
        page = f"/setup/sso/{connection}"
        answers = [portal.send("GET", page), portal.send("GET", f"{page}/tests/request-id-test-x")]
        answers += [portal.send("POST", page, data={"action": action, "idp_entity_id": "https://evil.example", "metadata": "<a/>", "organization_id": elsewhere})
                    for action in ("details", "metadata", "mapping", "test", "activate", "restore", "delete", "remove_certificate")]
        assert {answer.status_code for answer in answers} == {404}
        assert all("Set up" not in answer.text for answer in answers[1:2])
    for someone in (member.member_id, made_up("member")):
        for action in ("roles", "remove"):
            form = {"action": action, "member_id": someone, "organization_id": elsewhere}
            assert portal.send("POST", "/setup/members", data=form).status_code == 404
    # T-02: nothing in a form or an address says another organization than the link does.
    form = {"action": "invite", "email_address": (email := new_email()), "organization_id": elsewhere}
    portal.post("/setup/members", **form)
    found = lambda org: [one.email_address for one in project.api.organizations.members.search(organization_ids=[org]).members]  # noqa: E731
    assert email in found(organization.organization_id) and email not in found(elsewhere)
    assert member.email_address not in portal.get(f"/setup/members?organization_id={elsewhere}")
    assert project.api.organizations.members.get(elsewhere, member_id=member.member_id).member.status == "active"


def test_t70_a_link_gives_no_more_than_it_has(project, organization):
    org = organization.organization_id
    admin, login = verified_member(project, org, roles=["stytch_admin"])
    plain, _ = verified_member(project, org)
    portal = Portal(project.server, setup_link(project, org, "members", "sso")["url"])
    for form in (
        {"action": "invite", "email_address": new_email(), "role": "stytch_admin"}, {"action": "roles", "member_id": plain.member_id, "role": "stytch_admin"},
        {"action": "roles", "member_id": admin.member_id, "role": ""}, {"action": "remove", "member_id": admin.member_id},
        {"action": "invite", "email_address": admin.email_address, "role": ""},
    ):
        answer = portal.send("POST", "/setup/members", data=form)
        assert answer.status_code in (400, 403, 409), told(answer)
    assert "stytch_admin" not in [option for option in portal.send("GET", "/setup/members").text.split('"') if option == "stytch_admin"]
    assert project.api.sessions.authenticate(session_token=login.session_token).member.roles
    # What somebody set up who is no backend counts as theirs: its word about addresses is worth what theirs is (T-21).
    page = portal.post("/setup/sso", guide="other_saml").headers["location"]
    portal.send("POST", page, data={"action": "details", "saml_connection_implicit_role_assignments": "stytch_admin", "awaits_test_login": "false"})
    connection = project.raw("GET", f"/v1/b2b/sso/{org}").json()["saml_connections"][0]
    assert (connection["saml_connection_implicit_role_assignments"], connection["awaits_test_login"]) == ([], True)


def test_t30_programs_that_look_at_links_take_nothing_away(project, organization):
    link = setup_link(project, organization.organization_id, "sso")
    for method in ("HEAD", "GET", "GET"):
        answer = requests.request(method, link["url"], allow_redirects=False, timeout=30)
        assert answer.status_code == 303 and answer.headers["location"] == f"{project.server.url}/setup"
        assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["cache-control"] == "no-store"
    portal = Portal(project.server, link["url"])
    cookie = portal.opened.headers["set-cookie"]
    assert all(part in cookie for part in ("__Host-guildhall_setup=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"))
    # The token is good at its own door only, and the browser's is no token of a link (T-32).
    token, session = link["url"].split("token=")[1], next(iter(portal.cookies.values()))
    portal.get("/setup/sso")
    portal.cookies = {"__Host-guildhall_setup": token}
    portal.get("/setup", status=401)
    assert Portal(project.server, f"{project.server.url}/setup/open?token={session}").opened.status_code == 401
    for odd in ("", "x", token[:-1], token[:-4] + "AAAA"):
        assert Portal(project.server, f"{project.server.url}/setup/open?token={odd}").opened.status_code == 401


def test_t46_forms_of_other_sites_change_nothing(project, organization):
    portal = Portal(project.server, setup_link(project, organization.organization_id, *PARTS)["url"])
    forms = {PARTS[part]: deed for part, deed in DEEDS.items()} | {"/setup/end": {}, "/setup/sso/x": {"action": "delete"}}
    for path, deed in forms.items():
        answer = portal.send("POST", path, data=deed, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403, told(answer)
    assert "Make the connection" in portal.get("/setup/scim")
    # What cannot be read is refused like anywhere else.
    for door in catalogue():
        if door.path.startswith("/setup"):
            answer = portal.send(door.method, re.sub(r"\{\w+\}", "x", door.path) + "?odd=%00")
            assert answer.status_code == 400, f"{door}: {told(answer)}"
    portal.post("/setup/end")
    portal.get("/setup", status=401)
