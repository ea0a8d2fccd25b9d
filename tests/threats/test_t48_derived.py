"""T-48: what was derived from a session ends with it, and what was proven before all sessions were ended counts no more.

Whoever has held somebody's session for a moment can carry its proof to an organization of their own, and would come back with
it after the revocation.
"""

from types import SimpleNamespace

import pytest
from harness import check_refusal, discover, intermediate, login, new_email, race, token_from, verified_member
from test_t48_revocation import GONE, WAYS, revoke

HALF_GONE = (404, "intermediate_session_not_found")
# An organization ends with all that is in it; what its people have elsewhere is theirs.
ENDS = [way for way in WAYS if way != "organization deleted"]


def exchange(project, token, org, **fields):
    return project.raw("POST", "/v1/b2b/sessions/exchange", {"session_token": token, "organization_id": org} | fields)


def carried(project, token, org) -> dict:
    """The session that came of another one."""
    answer = exchange(project, token, org)
    assert answer.status_code == 200, answer.text
    assert answer.json()["member_authenticated"] is True, answer.text
    return answer.json()


def check(project, token):
    return project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token})


def stands(project, token) -> bool:
    answer = check(project, token)
    if answer.status_code != 200:
        check_refusal(answer, *GONE)
    return answer.status_code == 200


def not_proven(answer):
    """The proof does not count: the login is not finished, and there is no session."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["member_authenticated"] is False and body["primary_required"] is not None
    assert body["session_token"] == "" and body["member_session"] is None


@pytest.fixture
def places(project):
    """The victim's organization, the attacker's, and a third, with the victim in each."""
    victim, session = verified_member(project, project.organization().organization_id)
    ours, third = (project.organization().organization_id for _ in range(2))
    for org in (ours, third):
        project.member(org, victim.email_address)
    return SimpleNamespace(victim=victim, session=session, token=session.session_token, home=victim.organization_id, ours=ours, third=third)


@pytest.mark.parametrize("way", ENDS)
def test_t48_what_was_derived_ends_too(project, places, way):
    there = carried(project, places.token, places.ours)
    further = carried(project, there["session_token"], places.third)
    back = carried(project, there["session_token"], places.home)
    again = carried(project, places.token, places.home)
    derived = [session["session_token"] for session in (there, further, back, again)]
    assert all(stands(project, token) for token in derived)
    revoke(project, way, places.home, places.victim, places.session)
    assert not any(stands(project, token) for token in [places.token, *derived])
    for token in derived:
        for org in (places.home, places.ours, places.third):
            check_refusal(exchange(project, token, org), *GONE)


def test_t48_what_it_was_derived_from_and_what_is_beside_it_stay(project, places):
    there, beside = carried(project, places.token, places.ours), carried(project, places.token, places.third)
    further = carried(project, there["session_token"], places.third)
    project.api.sessions.revoke(session_token=there["session_token"])
    assert not stands(project, there["session_token"]) and not stands(project, further["session_token"])
    assert stands(project, places.token) and stands(project, beside["session_token"])


def test_t48_ending_all_sessions_is_not_undone(project, places):
    """Not by a session elsewhere that was begun by a login of its own, either: the proof in it is older."""
    own = login(project, places.ours, places.victim.email_address)
    half = intermediate(project, places.victim.email_address)
    project.api.sessions.revoke(member_id=places.victim.member_id)
    assert stands(project, own.session_token)
    not_proven(exchange(project, own.session_token, places.home, session_duration_minutes=527_040))
    body = {"intermediate_session_token": half, "organization_id": places.home}
    not_proven(project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", body))
    # Discovery says so beforehand.
    listed = project.raw("POST", "/v1/b2b/discovery/organizations", {"session_token": own.session_token}).json()["discovered_organizations"]
    authenticated = {found["organization"]["organization_id"]: found["member_authenticated"] for found in listed}
    assert authenticated == {places.home: False, places.ours: True, places.third: True}
    # Whoever proves the address again is in.
    found = discover(project, places.victim.email_address)
    body = {"intermediate_session_token": found.intermediate_session_token, "organization_id": places.home}
    assert project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", body).json()["member_authenticated"] is True
    assert login(project, places.home, places.victim.email_address).member_authenticated


@pytest.mark.parametrize("way", ENDS)
def test_t48_half_a_login_ends_with_the_session_it_came_from(server, project, places, way):
    project.api.organizations.update(places.ours, mfa_policy="REQUIRED_FOR_ALL")
    half = exchange(project, places.token, places.ours).json()
    assert half["mfa_required"] is not None
    token = half["intermediate_session_token"]
    assert project.raw("POST", "/v1/b2b/discovery/organizations", {"intermediate_session_token": token}).status_code == 200
    revoke(project, way, places.home, places.victim, places.session)
    for path, more in (("organizations", {}), ("organizations/create", {}), ("intermediate_sessions/exchange", {"organization_id": places.third})):
        answer = project.raw("POST", f"/v1/b2b/discovery/{path}", {"intermediate_session_token": token} | more)
        check_refusal(answer, *HALF_GONE)


def test_t48_a_session_that_came_of_half_a_login_is_derived_too(project, places):
    project.api.organizations.update(places.ours, mfa_policy="REQUIRED_FOR_ALL")
    half = exchange(project, places.token, places.ours).json()["intermediate_session_token"]
    body = {"intermediate_session_token": half, "organization_id": places.third}
    made = project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", body).json()
    assert made["member_authenticated"] is True
    project.api.sessions.revoke(session_token=places.token)
    assert not stands(project, made["session_token"])


def test_t48_the_session_that_confirms_a_new_address_stays_though_it_is_derived(project, places):
    own = carried(project, places.token, places.home)
    wanted = new_email()
    project.api.organizations.members.start_email_update(places.home, places.victim.member_id, email_address=wanted)
    body = {"magic_links_token": token_from(project.mailbox.wait(wanted)), "session_token": own["session_token"]}
    assert project.raw("POST", "/v1/b2b/magic_links/authenticate", body).status_code == 200
    assert stands(project, own["session_token"]) and not stands(project, places.token)


def test_t48_of_a_switch_and_an_end_at_the_same_moment_nothing_stays(project):
    for _ in range(15):
        victim, session = verified_member(project, project.organization().organization_id)
        ours = [project.organization().organization_id for _ in range(3)]
        for org in ours:
            project.member(org, victim.email_address)

        def one(i, victim=victim, session=session, ours=ours):
            if i == 3:
                return project.raw("POST", "/v1/b2b/sessions/revoke", {"member_id": victim.member_id})
            return exchange(project, session.session_token, ours[i])

        *switched, ended = race(4, one)
        assert ended.status_code == 200, ended.text
        tokens = [answer.json()["session_token"] for answer in switched if answer.status_code == 200]
        assert not any(stands(project, token) for token in tokens)


# ---------------------------------------------------------------- in time


@pytest.fixture
def timed(start_server):
    server = start_server(clock=True)
    return server, server.project()


def long_session(project, org, minutes=60 * 24 * 30):
    member, _ = verified_member(project, org)
    return member, login(project, org, member.email_address, session_duration_minutes=minutes)


def test_t48_a_proof_is_carried_over_for_a_day(timed):
    server, project = timed
    home, there = (project.organization().organization_id for _ in range(2))
    victim, session = long_session(project, home)
    project.member(there, victim.email_address)
    server.clock.forward(minutes=24 * 60 - 5)
    carried(project, session.session_token, there)
    server.clock.forward(minutes=10)
    not_proven(exchange(project, session.session_token, there))
    listed = project.raw("POST", "/v1/b2b/discovery/organizations", {"session_token": session.session_token}).json()["discovered_organizations"]
    assert {found["organization"]["organization_id"]: found["member_authenticated"] for found in listed}[there] is False
    # In its own organization a session stands for itself.
    assert carried(project, session.session_token, home)["member_id"] == victim.member_id
    # What is proven anew is carried over anew.
    again = login(project, home, victim.email_address, session_token=session.session_token)
    assert again.member_session.member_session_id == session.member_session.member_session_id
    carried(project, session.session_token, there)


def test_t48_what_was_derived_outlives_the_end_of_its_source_but_no_revocation(timed):
    server, project = timed
    home, there = (project.organization().organization_id for _ in range(2))
    victim, session = verified_member(project, home)
    project.api.sessions.authenticate(session_token=session.session_token, session_duration_minutes=5)
    project.member(there, victim.email_address)
    derived = carried(project, session.session_token, there)["session_token"]
    server.clock.forward(minutes=6)
    assert not stands(project, session.session_token)
    assert stands(project, derived)
    project.api.sessions.revoke(member_id=victim.member_id)
    assert not stands(project, derived)


# ---------------------------------------------------------------- one login creates one organization


def create(project, token, **fields):
    return project.raw("POST", "/v1/b2b/discovery/organizations/create", {"intermediate_session_token": token} | fields)


def test_t47_half_a_login_creates_one_organization(project):
    """Also where the organization asks for a factor that nobody can prove, and the login goes on."""
    email = new_email()
    token = intermediate(project, email)
    made = create(project, token, mfa_policy="REQUIRED_FOR_ALL")
    assert made.status_code == 200 and made.json()["mfa_required"] is not None
    rest = made.json()["intermediate_session_token"]
    elsewhere = project.organization().organization_id
    project.member(elsewhere, email, mfa_enrolled=True)
    for half in {token, rest}:
        check_refusal(create(project, half, mfa_policy="REQUIRED_FOR_ALL"), *HALF_GONE)
        # Nor does it after a detour.
        body = {"intermediate_session_token": half, "organization_id": elsewhere}
        assert project.raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", body).json()["mfa_required"] is not None
        check_refusal(create(project, half), *HALF_GONE)
    assert len(discover(project, email).discovered_organizations) == 2


def test_t47_nor_does_what_came_out_of_a_session(project):
    """A session gives as many halves as one likes."""
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member, session = verified_member(project, project.organization().organization_id)
    project.member(org, member.email_address)
    half = exchange(project, session.session_token, org).json()
    assert half["mfa_required"] is not None
    check_refusal(create(project, half["intermediate_session_token"]), *HALF_GONE)


def test_t47_of_many_at_once_one_creates(project):
    email = new_email()
    token = intermediate(project, email)
    answers = race(8, lambda _: create(project, token, mfa_policy="REQUIRED_FOR_ALL"))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 7
    assert len(discover(project, email).discovered_organizations) == 1
