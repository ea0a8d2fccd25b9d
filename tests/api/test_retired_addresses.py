"""Addresses that a member had are reserved for them, the latest twenty. Whoever changes theirs all the time does not make
everybody's answers grow.
"""

import pytest
from harness import login, magic_token, new_domain, refused, token_from, unique, verified_member

KEPT, CHANGES = 20, 30


@pytest.fixture(scope="module")
def project(server):
    return server.project()


@pytest.fixture
def org(project):
    return project.organization().organization_id


def addresses(count):
    domain = new_domain()
    return [f"address-{i:03}-{unique()}@{domain}" for i in range(count)]


def move(project, org, member_id, email):
    return project.api.organizations.members.update(org, member_id, email_address=email).member


def retired(member):
    return [r.email_address for r in member.retired_email_addresses]


def test_thirty_changes_keep_the_twenty_latest(project, org):
    had = addresses(CHANGES + 1)
    member, _ = verified_member(project, org, had[0])
    for i, email in enumerate(had[1:], 1):
        member = move(project, org, member.member_id, email)
        assert retired(member) == had[max(0, i - KEPT):i]
    found = project.api.organizations.members.get(org, email_address=had[-1]).member
    assert retired(found) == had[CHANGES - KEPT:CHANGES]
    # Those are nobody else's.
    for email in (had[CHANGES - KEPT], had[-2], had[-1]):
        with refused(400, "duplicate_member_email"):
            project.member(org, email)
    with refused((400, 403, 404), "inactive_email"):
        magic_token(project, org, had[CHANGES - KEPT])
    # The older ones are free: for new members, for others who change, and for links.
    for email in had[:CHANGES - KEPT - 2]:
        assert project.member(org, email).email_address == email
    other = project.member(org)
    assert move(project, org, other.member_id, had[CHANGES - KEPT - 2]).email_address == had[CHANGES - KEPT - 2]
    newcomer, _ = verified_member(project, org, had[CHANGES - KEPT - 1])
    assert newcomer.member_id != member.member_id


def test_who_had_an_address_before_the_latest_twenty_is_nobody_special(project, org):
    """It comes back like any other, if it is free, and not if it is not."""
    had = addresses(KEPT + 3)
    member, _ = verified_member(project, org, had[0])
    for email in had[1:]:
        move(project, org, member.member_id, email)
    taken = project.member(org, had[0])
    with refused(400, "duplicate_member_email"):
        move(project, org, member.member_id, had[0])
    again = move(project, org, member.member_id, had[1])
    assert again.email_address == had[1] and retired(again) == had[3:]
    assert project.api.organizations.members.get(org, email_address=had[0]).member_id == taken.member_id


def test_an_address_that_comes_back_takes_no_place(project, org):
    had = addresses(3)
    member, _ = verified_member(project, org, had[0])
    for _ in range(CHANGES // 2):
        for email in (had[1], had[2], had[0]):
            member = move(project, org, member.member_id, email)
    assert retired(member) == had[1:]


def test_the_answer_to_a_check_does_not_grow(project, org):
    def size_of_an_answer(member):
        session = login(project, org, member.email_address)
        answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token})
        assert answer.status_code == 200
        return len(answer.json()["session_jwt"]), len(answer.content)

    had = addresses(2 * CHANGES + 1)
    member, _ = verified_member(project, org, had[0])
    sizes = []
    for i, email in enumerate(had[1:], 1):
        member = move(project, org, member.member_id, email)
        if i in (KEPT, CHANGES, 2 * CHANGES):
            sizes.append(size_of_an_answer(member))
    # All addresses are as long as each other; what differs is how many digits a time has.
    (first_jwt, first), *later = sizes
    for jwt, size in later:
        assert abs(jwt - first_jwt) < 100 and abs(size - first) < 200, sizes


def test_changes_by_links_keep_the_twenty_latest_too(project, org):
    had = addresses(KEPT + 3)
    member, session = verified_member(project, org, had[0])
    for email in had[1:]:
        project.api.organizations.members.start_email_update(org, member.member_id, email_address=email)
        session = project.api.magic_links.authenticate(
            magic_links_token=token_from(project.mailbox.wait(email)), session_token=session.session_token
        )
    assert retired(session.member) == had[2:-1]
    # The session was kept all the time, and what was proven in it does not grow without end either.
    assert len(session.member_session.authentication_factors) <= KEPT
    answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": session.session_jwt})
    assert answer.status_code == 200, answer.text
