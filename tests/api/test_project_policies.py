"""What an operator asks of the browsers of a project."""

import base64
import hashlib
import secrets
from datetime import datetime

import pytest
from harness import check_refusal, data, intermediate, magic_token, new_email, token_from, verified_member


def set_policy(project, *flags):
    """Sets it before the server has heard of the project, which it remembers for a second."""
    project.server.command("project", "update", project.project_id, *flags)


def minutes(session: dict) -> float:
    begin, end = (datetime.fromisoformat(session[name]) for name in ("started_at", "expires_at"))
    return (end - begin).total_seconds() / 60


def by_magic_link(project, member, _):
    body = {"magic_links_token": magic_token(project, member.organization_id, member.email_address)}
    return project.browser("POST", "/b2b/magic_links/authenticate", body)


def by_discovery(project, member, _):
    body = {"intermediate_session_token": intermediate(project, member.email_address), "organization_id": member.organization_id}
    return project.browser("POST", "/b2b/discovery/intermediate_sessions/exchange", body)


def by_creating(project, _, __):
    return project.browser("POST", "/b2b/discovery/organizations/create", {"intermediate_session_token": intermediate(project, new_email())})


def by_switching(project, member, session):
    there = project.member(project.organization().organization_id, member.email_address)
    return project.browser("POST", "/b2b/sessions/exchange", {"organization_id": there.organization_id}, session_token=session.session_token)


@pytest.fixture(scope="module")
def short(server):
    """A project whose sessions last half an hour at most."""
    project = server.project()
    set_policy(project, "--max-session-duration-minutes", "30")
    return project


@pytest.mark.parametrize("way", [by_magic_link, by_discovery, by_creating, by_switching])
def test_the_longest_session_holds_where_no_duration_is_named(short, way):
    member, session = verified_member(short, short.organization().organization_id)
    begun = data(way(short, member, session))
    assert begun["member_authenticated"] and minutes(begun["member_session"]) == 30
    # A heartbeat that names none leaves it so, and no browser gets a longer one.
    checked = data(short.browser("POST", "/b2b/sessions/authenticate", {}, session_token=begun["session_token"]))
    assert checked["member_session"]["expires_at"] == begun["member_session"]["expires_at"]
    answer = short.browser("POST", "/b2b/sessions/authenticate", {"session_duration_minutes": 31}, session_token=begun["session_token"])
    check_refusal(answer, 400, "invalid_session_duration_minutes")


def test_a_backend_is_not_held_to_it(short):
    _, session = verified_member(short, short.organization().organization_id)
    assert minutes(session.member_session.model_dump(mode="json")) == 60


def test_a_longer_longest_session_is_not_the_usual_one(server):
    project = server.project()
    set_policy(project, "--max-session-duration-minutes", "600")
    member, session = verified_member(project, project.organization().organization_id)
    assert minutes(data(by_magic_link(project, member, session))["member_session"]) == 60


# ---------------------------------------------------------------- PKCE


@pytest.fixture(scope="module")
def careful(server):
    """A project whose browsers begin links with a code challenge."""
    project = server.project()
    set_policy(project, "--pkce-required-for-email-magic-links")
    return project


def test_every_link_that_a_browser_begins_has_a_challenge(careful):
    org = careful.organization().organization_id
    member = careful.member(org)
    for path, more in (("magic_links/email/login_or_signup", {"organization_id": org}), ("magic_links/email/discovery/send", {})):
        answer = careful.browser("POST", f"/b2b/{path}", {"email_address": member.email_address} | more)
        check_refusal(answer, 400, "pkce_expected_code_verifier")


def test_t38_a_change_of_address_ends_in_the_browser_that_began_it(careful):
    """The protocol has no field for a challenge there. What shows the browser is the session."""
    org = careful.organization().organization_id
    member, session = verified_member(careful, org)
    _, other = verified_member(careful, org)
    wanted = new_email()
    data(careful.browser("POST", "/b2b/organizations/members/start_email_update", {"email_address": wanted}, session_token=session.session_token))
    body = {"magic_links_token": token_from(careful.mailbox.wait(wanted))}
    # Who only has the link, or is somebody else, or invents a verifier, gets nothing, and does not use it up.
    verifier = secrets.token_hex(32)
    for more, options in (({}, {}), ({}, {"session_token": other.session_token}), ({"pkce_code_verifier": verifier}, {})):
        answer = careful.browser("POST", "/b2b/magic_links/authenticate", body | more, **options)
        check_refusal(answer, 400, "pkce_expected_code_verifier")
    assert careful.api.organizations.members.get(org, member_id=member.member_id).member.email_address == member.email_address
    done = data(careful.browser("POST", "/b2b/magic_links/authenticate", body, session_token=session.session_token))
    assert done["member"]["email_address"] == wanted
    assert done["member_session"]["member_session_id"] == session.member_session.member_session_id


def test_a_login_with_a_challenge_works(careful):
    org = careful.organization().organization_id
    member = careful.member(org)
    verifier = secrets.token_hex(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"email_address": member.email_address, "organization_id": org, "pkce_code_challenge": challenge}
    data(careful.browser("POST", "/b2b/magic_links/email/login_or_signup", asked))
    body = {"magic_links_token": token_from(careful.mailbox.wait(member.email_address)), "pkce_code_verifier": verifier}
    assert data(careful.browser("POST", "/b2b/magic_links/authenticate", body))["member_authenticated"]
