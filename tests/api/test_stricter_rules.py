"""What a rule that has become stricter does to living sessions.

They live on, so that nobody is thrown out in the middle of their work. They are not prolonged, so that nobody works on for
ever with less than is asked for. What ends somebody's right altogether ends the sessions at once.
"""

import pytest
from harness import PASSWORD, check_refusal, factor, login, magic_token, proven_by, refused, verified_member

TOTP = factor("totp", "authenticator_app", authenticator_app_factor={"totp_id": "totp-test-00000000-0000-4000-8000-000000000000"})
SSO = factor("sso", "sso_oidc", oidc_sso_factor={"id": "registration", "provider_id": "connection", "external_id": "ada"})

# What an organization or a backend comes to ask for, and how it is taken back.
RULES = {
    "a second factor of everybody": (
        lambda project, org, _: project.api.organizations.update(org, mfa_policy="REQUIRED_FOR_ALL"),
        lambda project, org, _: project.api.organizations.update(org, mfa_policy="OPTIONAL"),
    ),
    "single sign-on": (
        lambda project, org, _: project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["sso"]),
        lambda project, org, _: project.api.organizations.update(org, auth_methods="ALL_ALLOWED"),
    ),
    "a second factor of this member": (
        lambda project, org, member: project.api.organizations.members.update(org, member.member_id, mfa_enrolled=True),
        lambda project, org, member: project.api.organizations.members.update(org, member.member_id, mfa_enrolled=False),
    ),
}
# What a session has to stand on for each of them.
MET_BY = {"a second factor of everybody": TOTP, "single sign-on": SSO, "a second factor of this member": TOTP}
KEYS = ["session_token", "session_jwt"]
DAY = 24 * 60


@pytest.fixture
def org(organization):
    return organization.organization_id


def end(project, session, minutes=None, key="session_token") -> str:
    """The end of the session that is answered, asked for one or not."""
    asked = {} if minutes is None else {"session_duration_minutes": minutes}
    answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {key: getattr(session, key)} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["member_session"]["expires_at"]


def end_in_a_browser(project, session, minutes) -> str:
    body = {"session_duration_minutes": minutes}
    answer = project.browser("POST", "/b2b/sessions/authenticate", body, session_token=session.session_token)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["member_session"]["expires_at"]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("key", KEYS)
def test_a_session_that_does_not_meet_it_lives_on_and_is_not_prolonged(project, org, rule, key):
    member, session = verified_member(project, org)
    before = end(project, session)
    RULES[rule][0](project, org, member)
    assert end(project, session, DAY, key) == before
    # Nor the next time, when all of it is remembered.
    assert end(project, session, 366 * DAY, key) == before
    assert end_in_a_browser(project, session, DAY) == before
    assert end(project, session, key=key) == before
    # What is listed is what is stored.
    [listed] = project.raw("GET", "/v1/b2b/sessions", params={"organization_id": org, "member_id": member.member_id}).json()["member_sessions"]
    assert listed["expires_at"] == before


@pytest.mark.parametrize("rule", RULES)
def test_a_session_that_was_prolonged_all_the_time_keeps_the_end_it_has(project, org, rule):
    """What was promised before the rule stays promised, though it may not be written yet."""
    member, session = verified_member(project, org)
    promised = end(project, session, DAY)
    RULES[rule][0](project, org, member)
    assert end(project, session, 2 * DAY) == promised


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("key", KEYS)
def test_it_can_still_be_shortened(project, org, rule, key):
    member, session = verified_member(project, org)
    before = end(project, session)
    RULES[rule][0](project, org, member)
    shorter = end(project, session, 5, key)
    assert shorter < before
    assert end(project, session, 10, key) == shorter


@pytest.mark.parametrize("rule", RULES)
def test_it_is_prolonged_again_once_the_rule_is_lifted(project, org, rule):
    member, session = verified_member(project, org)
    before = end(project, session)
    require, lift = RULES[rule]
    require(project, org, member)
    assert end(project, session, DAY) == before
    lift(project, org, member)
    assert end(project, session, DAY) > before


@pytest.mark.parametrize("rule", RULES)
def test_it_is_prolonged_again_once_the_rule_is_met(server, project, org, rule):
    member, session = verified_member(project, org)
    before = end(project, session)
    RULES[rule][0](project, org, member)
    assert end(project, session, DAY) == before
    kept = server.stored("sessions", "factors", f"id = '{session.member_session.member_session_id}'")
    proven_by(server, session, *kept, MET_BY[rule])
    for key in KEYS:
        assert end(project, session, DAY, key) > before


@pytest.mark.parametrize("rule", RULES)
def test_whoever_meets_it_already_is_not_concerned(server, project, org, rule):
    member, session = verified_member(project, org)
    before = end(project, session)
    proven_by(server, session, *server.stored("sessions", "factors", f"id = '{session.member_session.member_session_id}'"), MET_BY[rule])
    RULES[rule][0](project, org, member)
    assert end(project, session, DAY) > before


@pytest.mark.parametrize("rule", ["a second factor of everybody", "a second factor of this member"])
@pytest.mark.parametrize("key", KEYS)
def test_a_login_that_continues_the_session_is_one_and_does_not_move_the_end(project, org, rule, key):
    """The session is proof enough to add to it, and none for a longer life."""
    member, session = verified_member(project, org)
    before = end(project, session)
    RULES[rule][0](project, org, member)
    token = magic_token(project, org, member.email_address)
    body = {"magic_links_token": token, "session_duration_minutes": DAY, key: getattr(session, key)}
    answer = project.raw("POST", "/v1/b2b/magic_links/authenticate", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["member_authenticated"] is True and answer.json()["mfa_required"] is None
    assert answer.json()["member_session"]["member_session_id"] == session.member_session.member_session_id
    assert answer.json()["member_session"]["expires_at"] == before
    assert end(project, session, DAY) == before
    # Without the session it is no login.
    alone = login(project, org, member.email_address)
    assert alone.member_authenticated is False and alone.mfa_required is not None


def test_who_may_always_get_in_is_exempt_from_methods(project, org):
    """Breakglass is for when single sign-on is broken."""
    _, session = verified_member(project, org, is_breakglass=True)
    before = end(project, session)
    RULES["single sign-on"][0](project, org, None)
    for minutes, key in ((DAY, "session_token"), (2 * DAY, "session_jwt")):
        longer = end(project, session, minutes, key)
        assert longer > before
        before = longer


def test_who_may_always_get_in_is_not_exempt_from_a_second_factor(project, org):
    _, session = verified_member(project, org, is_breakglass=True)
    before = end(project, session)
    RULES["a second factor of everybody"][0](project, org, None)
    assert end(project, session, DAY) == before


def test_who_is_no_longer_exempt_is_held_to_the_rule(project, org):
    member, session = verified_member(project, org, is_breakglass=True)
    RULES["single sign-on"][0](project, org, None)
    before = end(project, session, DAY)
    project.api.organizations.members.update(org, member.member_id, is_breakglass=False)
    assert end(project, session, 2 * DAY) == before


def test_a_method_that_is_still_allowed_suffices(server, project, org):
    """One of the factors of a session has to be allowed, not all of them."""
    member, session = verified_member(project, org)
    proven_by(server, session, *server.stored("sessions", "factors", f"id = '{session.member_session.member_session_id}'"), factor(*PASSWORD))
    before = end(project, session)
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    longer = end(project, session, DAY)
    assert longer > before
    project.api.organizations.update(org, allowed_auth_methods=["sso"])
    assert end(project, session, 2 * DAY) == longer


@pytest.mark.parametrize("ended", ["member", "organization"])
@pytest.mark.parametrize("rule", RULES)
def test_deletion_ends_it_at_once_all_the_same(project, org, rule, ended):
    member, session = verified_member(project, org)
    RULES[rule][0](project, org, member)
    end(project, session, DAY)
    if ended == "member":
        project.api.organizations.members.delete(org, member.member_id)
    else:
        project.api.organizations.delete(org)
    for key in KEYS:
        for body in ({}, {"session_duration_minutes": 5}, {"session_duration_minutes": DAY}):
            answer = project.raw("POST", "/v1/b2b/sessions/authenticate", body | {key: getattr(session, key)})
            check_refusal(answer, 404, "session_not_found")
    with refused(404, ("member_not_found", "organization_not_found")):
        project.api.sessions.get(org, member.member_id)


# ---------------------------------------------------------------- a claimed domain


def claim(project, member):
    """Another organization claims the domain of the member's address: a login would be refused from here on."""
    made = project.organization(claimed_email_domains=[member.email_address.split("@")[1]])
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        login(project, member.organization_id, member.email_address)
    return made


@pytest.mark.parametrize("key", KEYS)
def test_whom_a_claim_shuts_out_is_not_prolonged(project, org, key):
    member, session = verified_member(project, org)
    before = end(project, session)
    claimed_by = claim(project, member).organization_id
    for minutes in (DAY, 366 * DAY):
        assert end(project, session, minutes, key) == before
        assert end_in_a_browser(project, session, minutes) == before
    project.api.organizations.update(claimed_by, claimed_email_domains=[])
    assert end(project, session, DAY, key) > before


@pytest.mark.parametrize("key", KEYS)
def test_whose_claim_it_is_goes_on(project, org, key):
    member, session = verified_member(project, org)
    before = end(project, session)
    project.api.organizations.update(org, claimed_email_domains=[member.email_address.split("@")[1]])
    longer = end(project, session, DAY, key)
    assert longer > before
    # Taking it over shuts them out, and giving it up lets them in again.
    project.api.organizations.update(org, claimed_email_domains=[])
    other = claim(project, member)
    assert end(project, session, 2 * DAY, key) == longer
    project.api.organizations.delete(other.organization_id)
    assert end(project, session, 2 * DAY, key) > longer


def test_a_claim_concerns_who_was_never_seen(project, org):
    """The server that is asked has not remembered the session."""
    member, session = verified_member(project, org)
    claim(project, member)
    before = session.model_dump(mode="json")["member_session"]["expires_at"]
    assert end(project, session, DAY)[:19] == before[:19]


def test_a_claim_in_another_project_concerns_nobody(project, own_project, org):
    member, session = verified_member(project, org)
    before = end(project, session)
    own_project.organization(claimed_email_domains=[member.email_address.split("@")[1]])
    assert end(project, session, DAY) > before
