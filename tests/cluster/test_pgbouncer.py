"""Two nodes behind a transaction-pooling PgBouncer: the main flows, with fewer connections than transactions."""

import machines
import pytest
from harness import discover, login, magic_token, new_email, race, refused
from machines import on, post


@pytest.fixture(scope="module")
def bouncer(postgres):
    bouncer = machines.PgBouncer(postgres)
    yield bouncer
    bouncer.stop()


@pytest.fixture
def nodes(start_node, bouncer, postgres):
    url = bouncer.through(postgres.new_database())
    return [start_node(url, common=("--database-unnamed-statements",)) for _ in range(2)]


def test_the_main_flows(nodes):
    project = nodes[0].project()
    there = on(project, nodes[1])
    org = project.organization().organization_id
    member = there.member(org, name="Ada", trusted_metadata={"level": 3})
    session = login(project, org, member.email_address, session_custom_claims={"team": "blue"})
    assert session.member.trusted_metadata == {"level": 3}
    again = there.api.sessions.authenticate(session_token=session.session_token, session_duration_minutes=60)
    assert again.member_session.custom_claims == {"team": "blue"}
    assert there.api.sessions.authenticate_jwt(again.session_jwt).member_session

    found = discover(there, new_email())
    made = project.api.discovery.organizations.create(intermediate_session_token=found.intermediate_session_token)
    assert made.member_authenticated is True

    updated = there.api.organizations.update(org, organization_name="Renamed").organization
    assert project.api.organizations.get(org).organization == updated
    query = {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": [member.email_address]}]}
    hits = there.api.organizations.members.search(organization_ids=[org], query=query).members
    assert [m.member_id for m in hits] == [member.member_id]
    with refused(400, "duplicate_member_email"):
        project.member(org, member.email_address)

    project.api.sessions.revoke(session_token=session.session_token)
    with refused(404, "session_not_found"):
        there.api.sessions.authenticate(session_token=session.session_token)
    there.api.organizations.members.delete(org, member.member_id)
    there.api.organizations.delete(org)
    with refused(404, "organization_not_found"):
        project.api.organizations.get(org)


def test_more_transactions_than_connections(nodes):
    """Statements of one transaction stay together, whatever runs beside them."""
    project = nodes[0].project()
    org = project.organization().organization_id
    emails = [new_email() for _ in range(30)]
    both = [project, on(project, nodes[1])]

    def work(i):
        body = {"email_address": emails[i], "name": f"Member {i}", "untrusted_metadata": {"number": i}}
        return post(both[i % 2], f"/v1/b2b/organizations/{org}/members", body)

    answers = race(len(emails), work)
    assert {getattr(a, "status_code", a) for a in answers} == {200}
    for i, answer in enumerate(answers):
        member = answer.json()["member"]
        assert (member["email_address"], member["untrusted_metadata"]) == (emails[i], {"number": i})

    token = magic_token(project, org, emails[0])
    body = {"magic_links_token": token}
    answers = race(20, lambda i: post(both[i % 2], "/v1/b2b/magic_links/authenticate", body))
    assert sorted(getattr(a, "status_code", a) for a in answers) == [200] + [401] * 19
