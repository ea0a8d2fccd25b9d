"""How much of what somebody sends the audit log keeps, and how much of it one answer holds: bounded, and nothing is lost.

`python3 -m pytest api/test_audit_bounds.py -s` prints what was measured.
"""

import json

import pytest
from doors import catalogue
from harness import ENGINE, unique

# Bytes that an event tells of what changed, with what PostgreSQL puts between the values of JSON.
OF_CHANGES = 4096 * 1.2
# Bytes of a page: one mebibyte, and what stands around the events.
OF_A_PAGE = (1 << 20) + 1000


def texts(count: int, length: int) -> list[str]:
    return [f"app-{n}-{unique()}".ljust(length, "x") for n in range(count)]


def domains(count: int) -> list[str]:
    return [f"{unique()}-{'long-' * 8}{n}.example.org" for n in range(count)]


# A long value for each setting of an organization that takes one.
LONG = {
    "allowed_first_party_connected_apps": lambda: texts(200, 100),
    "allowed_third_party_connected_apps": lambda: texts(200, 100),
    "allowed_oauth_tenants": lambda: {"slack": texts(190, 100)},
    "email_allowed_domains": lambda: domains(100),
    "claimed_email_domains": lambda: domains(100),
    "rbac_email_implicit_role_assignments": lambda: [{"domain": d, "role_id": "stytch_admin"} for d in domains(190)],
    "trusted_metadata": lambda: {"notes": texts(1, 3900)},
}
# Lists that hold no more than the few words there are, or connections, which nobody can make yet.
SHORT = {"allowed_auth_methods", "allowed_mfa_methods", "sso_jit_provisioning_allowed_connections"}


def test_every_list_is_measured():
    [door] = [door for door in catalogue() if door.operation == "organizations.update"]
    # What may be anything has no schema; `allowed_oauth_tenants` is an object of lists.
    schemas = {name: schema for name, schema in door.properties.items() if isinstance(schema, dict)}
    lists = {name for name, schema in schemas.items() if "items" in json.dumps(schema)}
    assert SHORT < lists
    assert lists - SHORT <= set(LONG), "a new list: give it a long value"


def told(server, org: str, action: str) -> list[str]:
    """What the events of an organization say that changed, as it is stored."""
    where = f"organization_id = '{org}' AND action = '{action}'"
    return ["|".join(row) for row in server.rows(f"SELECT CAST(changes AS TEXT) FROM audit_events WHERE {where}")]


def alternate(project, field: str, times: int) -> tuple[str, int]:
    """Gives an organization one long value after the other; its id, and the bytes that were sent."""
    org, sent = project.organization().organization_id, 0
    values = [LONG[field](), LONG[field]()]
    for n in range(times):
        answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", {field: values[n % 2]})
        assert answer.status_code == 200, answer.text
        sent += len(answer.request.body)
    return org, sent


@pytest.mark.parametrize("field", LONG)
def test_an_event_is_bounded_whatever_is_sent(server, project, field):
    org, sent = alternate(project, field, 6)
    changes = told(server, org, "organization.update")
    bytes_of = [len(text) for text in changes]
    print(f"\n{field}: {sum(bytes_of) / sent:.2f} bytes of changes for each byte sent, {max(bytes_of)} at most in an event")
    assert len(changes) == 6, "each change has its event"
    assert all(list(json.loads(text)) == [field] for text in changes)
    assert max(bytes_of) <= OF_CHANGES
    assert sum(bytes_of) <= sent / 2 or sent / 6 < 2 * OF_CHANGES


def test_the_roles_of_an_organization_are_bounded_too(server, project):
    org, sent = project.organization().organization_id, 0
    for n in range(4):
        roles = [{"role_id": f"role-{n}-{i}", "description": "x" * 200, "permissions": []} for i in range(90)]
        answer = project.raw("PUT", f"/v1/b2b/rbac/organizations/{org}", {"org_policy": {"roles": roles}})
        assert answer.status_code == 200, answer.text
        sent += len(answer.request.body)
    changes = told(server, org, "organization.roles.update")
    assert len(changes) == 4 and sum(map(len, changes)) < sent / 4
    for text in changes:
        assert json.loads(text)["custom_roles"]["omitted_bytes"] > 90 * 200


def test_what_is_too_long_says_how_long_it_is_and_the_rest_is_told(project):
    org = project.organization().organization_id
    project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "B", "allowed_third_party_connected_apps": texts(200, 100)})
    changes = project.audit(org)[0]["changes"]
    assert changes["organization_name"] == {"before": "Acme", "after": "B"}
    # The list, and around it `{"added":[],"removed":[]}`.
    assert changes["allowed_third_party_connected_apps"] == {"omitted_bytes": 200 * 103 - 1 + 25}


def test_lists_are_told_by_what_was_added_and_removed(project):
    org = project.organization(email_allowed_domains=["a.example.org", "b.example.org"]).organization_id
    project.api.organizations.update(org, email_allowed_domains=["b.example.org", "c.example.org"], trusted_metadata={"a": 1, "b": 1})
    project.api.organizations.update(org, trusted_metadata={"b": 2, "c": None})
    second, first = [event["changes"] for event in project.audit(org)[:2]]
    assert first["email_allowed_domains"] == {"added": ["c.example.org"], "removed": ["a.example.org"]}
    assert first["trusted_metadata"] == {"before": {}, "after": {"a": 1, "b": 1}}
    assert second == {"trusted_metadata": {"before": {"b": 1}, "after": {"b": 2}}}


def pages(project, **query):
    """Every page of the log: its bytes and its events."""
    cursor = None
    while True:
        answer = project.raw("GET", "/v1/b2b/audit/events", params=query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        yield len(answer.content), answer.json()["events"]
        cursor = answer.json()["results_metadata"]["next_cursor"]
        if not cursor:
            return


def test_a_page_is_bounded_and_nothing_is_lost(server, own_project):
    org = own_project.organization().organization_id
    # As long as an event tells it: half of it was added, half of it removed.
    values = [texts(19, 100), texts(19, 100)]
    for n in range(260):
        answer = own_project.raw("PUT", f"/v1/b2b/organizations/{org}", {"allowed_third_party_connected_apps": values[n % 2]})
        assert answer.status_code == 200, answer.text
    assert min(map(len, told(server, org, "organization.update"))) > 2000
    for query in ({"limit": 1000}, {"limit": 1000, "organization_id": org}):
        found = list(pages(own_project, **query))
        print(f"\n{max(size for size, _ in found)} bytes at most in one of {len(found)} pages")
        assert 2 <= len(found) <= 3
        assert max(size for size, _ in found) <= OF_A_PAGE
        small = [event for _, events in pages(own_project, **(query | {"limit": 50})) for event in events]
        assert [event for _, events in found for event in events] == small
    listed = own_project.server.command("audit", "--project", own_project.project_id, "--json", "--limit", "5000").stdout.splitlines()
    assert [json.loads(line)["event_id"] for line in listed] == [e["event_id"] for e in own_project.audit()]
    few = own_project.server.command("audit", "--project", own_project.project_id, "--json", "--limit", "257").stdout.splitlines()
    assert few == listed[:257]


def test_events_from_before_they_were_bounded_are_pages_of_their_own(server, own_project):
    """A version before wrote whole lists."""
    org = own_project.organization().organization_id
    for n in range(5):
        own_project.api.organizations.update(org, organization_name=f"Name {n}")
    ids = [event["event_id"] for event in own_project.audit(org)]
    for at, length in ((1, 700_000), (2, 700_000), (4, 1_500_000)):
        text, kind = (f"repeat('x', {length})", "JSONB") if ENGINE == "postgres" else (f"replace(hex(zeroblob({length})), '00', 'x')", "TEXT")
        changes = f"""'{{"custom_roles":{{"before":["' || {text} || '"],"after":[]}}}}'"""
        server.rows(f"UPDATE audit_events SET changes = CAST({changes} AS {kind}) WHERE id = '{ids[at]}'")
    found = [[event["event_id"] for event in events] for _, events in pages(own_project, organization_id=org)]
    assert found == [ids[:2], ids[2:4], ids[4:5], ids[5:]]
