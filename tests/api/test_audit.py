"""The audit log: every change, who made it, and what it changed."""

import json
import re

import pytest
from harness import as_member, check_refusal, login, new_email, refused, token_from, unique, verified_member
from stytch.b2b.models.organizations import UpdateRequestOptions as OrgUpdate


@pytest.fixture
def org(organization):
    return organization.organization_id


def test_shape(project, org):
    answer = project.api.organizations.update(org, organization_name="Changed", mfa_policy="REQUIRED_FOR_ALL")
    event = next(e for e in project.audit(org) if e["request_id"] == answer.request_id)
    assert set(event) >= {"event_id", "occurred_at", "action", "actor", "organization_id", "object", "changes", "request_id", "ip_address"}
    assert event["event_id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", event["occurred_at"])
    assert event["action"]
    assert event["actor"]["type"]
    assert event["actor"]["id"] != project.secret
    assert event["organization_id"] == org
    assert event["object"] == {"type": "organization", "id": org}
    assert event["ip_address"] == "127.0.0.1"
    assert event["changes"]["organization_name"] == {"before": "Acme", "after": "Changed"}
    assert event["changes"]["mfa_policy"] == {"before": "OPTIONAL", "after": "REQUIRED_FOR_ALL"}
    assert set(event["changes"]) <= {"organization_name", "mfa_policy", "updated_at"}


def test_every_change_is_written(project):
    """After each call there is an event with its request id that names the object."""
    api, members = project.api.organizations, project.api.organizations.members
    made = api.create(organization_name="Acme", organization_slug=f"acme-{unique()}", organization_external_id=f"e-{unique()}")
    org = made.organization.organization_id
    calls = [("organization", org, made.request_id)]

    def done(kind, key, answer):
        calls.append((kind, key, answer.request_id))
        return answer

    done("organization", org, api.update(org, organization_name="B"))
    done("organization", org, api.delete_external_id(org))
    member = done("member", None, members.create(org, new_email(), external_id=f"m-{unique()}")).member
    calls[-1] = ("member", member.member_id, calls[-1][2])
    done("member", member.member_id, members.update(org, member.member_id, name="Ada"))
    done("member", member.member_id, members.delete_external_id(org, member.member_id))
    email = new_email()
    invited = project.api.magic_links.email.invite(organization_id=org, email_address=email)
    done("member", invited.member_id, invited)
    session = project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(email)))
    calls.append((None, None, session.request_id))
    revoked = project.api.sessions.revoke(session_token=session.session_token)
    calls.append((None, None, revoked.request_id))
    verified, _ = verified_member(project, org)
    retired = members.update(org, verified.member_id, email_address=new_email())
    done("member", verified.member_id, retired)
    done("member", verified.member_id, members.unlink_retired_email(org, verified.member_id, email_address=verified.email_address))
    login(project, org, retired.member.email_address)
    done("member", verified.member_id, members.start_email_update(org, verified.member_id, new_email()))
    done("member", verified.member_id, members.delete(org, verified.member_id))
    done("member", verified.member_id, members.reactivate(org, verified.member_id))
    calls.append((None, None, project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [{"role_id": "editor", "description": "", "permissions": []}]}).request_id))
    done("organization", org, api.delete(org))

    events = {}
    for event in project.audit():
        events.setdefault(event["request_id"], []).append(event)
    # Nobody could look up any more what it was.
    [deleted] = events[calls[-1][2]]
    assert deleted["changes"]["organization_name"] == {"before": "B", "after": None}
    for kind, key, request_id in calls:
        assert request_id in events, (kind, key)
        assert all(e["organization_id"] == org for e in events[request_id])
        if kind:
            assert {"type": kind, "id": key} in [e["object"] for e in events[request_id]], events[request_id]


def test_reading_is_no_change(project, org):
    before = len(project.audit(org))
    project.api.organizations.get(org)
    project.api.organizations.search()
    project.api.organizations.members.search(organization_ids=[org])
    assert len(project.audit(org)) == before


def test_refused_calls_change_nothing(project, org):
    before = len(project.audit(org))
    with refused(400, "invalid_organization_slug"):
        project.api.organizations.update(org, organization_slug="!")
    with refused(400, "invalid_email"):
        project.member(org, "nonsense")
    assert len(project.audit(org)) == before


def test_the_actor_is_the_member(project, org):
    member, session = verified_member(project, org, roles=["stytch_admin"])
    answer = project.api.organizations.update(org, organization_name="X", method_options=as_member(OrgUpdate, session))
    event = next(e for e in project.audit(org) if e["request_id"] == answer.request_id)
    assert event["actor"] == {"type": "member", "id": member.member_id}


def test_the_browsers_actor_is_the_member(project, org):
    member, session = verified_member(project, org)
    answer = project.browser("PUT", "/b2b/organizations/members/update", {"name": "Ada"}, session_token=session.session_token)
    event = next(e for e in project.audit(org) if e["request_id"] == answer.json()["data"]["request_id"])
    assert event["actor"] == {"type": "member", "id": member.member_id}
    assert event["object"] == {"type": "member", "id": member.member_id}
    assert event["changes"]["name"] == {"before": "", "after": "Ada"}


def test_no_secret_is_audited(project, org):
    member, session = verified_member(project, org)
    text = json.dumps(project.audit(org))
    for secret in (project.secret, session.session_token, session.session_jwt):
        assert secret not in text


def test_organizations_and_projects_are_apart(server, project, org):
    other = project.organization().organization_id
    project.member(other)
    assert {e["organization_id"] for e in project.audit(org)} == {org}
    stranger = server.project()
    assert {e["actor"]["type"] for e in stranger.audit()} == {"operator"}, "only its own creation"
    answer = stranger.raw("GET", "/v1/b2b/audit/events", params={"organization_id": org})
    check_refusal(answer, 404, "organization_not_found")


def test_pages(project, org):
    for _ in range(4):
        project.member(org)
    everything = [e["event_id"] for e in project.audit(org)]
    assert len(everything) == len(set(everything)) >= 5
    seen, cursor = [], None
    while True:
        query = {"organization_id": org, "limit": "2"} | ({"cursor": cursor} if cursor else {})
        body = project.raw("GET", "/v1/b2b/audit/events", params=query).json()
        assert len(body["events"]) <= 2
        assert body["status_code"] == 200
        seen += [e["event_id"] for e in body["events"]]
        cursor = body["results_metadata"]["next_cursor"]
        if not cursor:
            break
    assert seen == everything


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"limit": "100000"}, {"cursor": "garbage"}], ids=str)
def test_bad_queries(project, org, query):
    check_refusal(project.raw("GET", "/v1/b2b/audit/events", params=query), 400, ("bad_request", "invalid_argument"))


def test_needs_the_projects_credentials(project, org):
    check_refusal(project.raw("GET", "/v1/b2b/audit/events", auth=None), (400, 401), "unauthorized_credentials")
    check_refusal(
        project.raw("GET", "/v1/b2b/audit/events", auth=(project.public_token, project.public_token)),
        (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"),
    )


def test_command_line(server):
    # What it lists is the latest only, and other tests go on in a project that is shared.
    project = server.project()
    project.member(project.organization().organization_id)
    lines = server.command("audit", "--project", project.project_id, "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert len(events) >= 2
    assert {e["event_id"] for e in events} == {e["event_id"] for e in project.audit()}
    for event in events:
        assert set(event) >= {"event_id", "occurred_at", "action", "actor", "organization_id", "object", "changes", "request_id", "ip_address"}


def test_command_line_of_an_unknown_project(server):
    done = server.command("audit", "--project", "project-test-00000000-0000-4000-8000-000000000000", "--json", check=False)
    assert done.returncode != 0 or done.stdout == ""
    assert "panicked" not in done.stderr


def test_what_the_command_line_changes_is_written_too(server):
    project = server.project()
    server.command("project", "add-secret", project.project_id)
    server.command("project", "update", project.project_id, "--slug-pattern", "{{slug}}.example.com")
    kid = server.command("keys", "rotate", "--project", project.project_id).stdout.strip()
    listed = server.command("audit", "--project", project.project_id, "--json").stdout.splitlines()
    events = [json.loads(line) for line in listed]
    assert [e["action"] for e in events] == [
        "signing_key.create", "project.update", "project.secret.create", "project.create", "project.secret.create",
    ]
    assert {e["actor"]["type"] for e in events} == {"operator"}
    assert events[0]["object"] == {"type": "jwk", "id": kid}
    assert events[1]["changes"] == {"slug_pattern": {"before": None, "after": "{{slug}}.example.com"}}
    assert project.secret not in "".join(listed)
