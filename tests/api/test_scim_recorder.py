"""What is recorded of a directory's requests, and what the settings of a connection let a directory do."""

import pytest
from harness import login, new_domain, new_email, request, until
from test_scim_server import PATCH, USER, Directory


@pytest.fixture
def d(project):
    return Directory(project)


def exchanges(d) -> list[dict]:
    answer = d.project.raw("GET", f"/v1/b2b/scim/{d.org}/connection/{d.id}/exchanges")
    assert answer.status_code == 200, answer.text
    return answer.json()["exchanges"]


def set_(d, **settings):
    answer = d.project.raw("PUT", f"/v1/b2b/scim/{d.org}/connection/{d.id}", settings)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()["connection"][name] for name in settings} == settings


def test_what_a_directory_does_is_recorded(project, d):
    email = new_email()
    user = d.user(email, name={"givenName": "Augusta"}, password="hunter2", externalId="00u-secret")
    d.patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"})
    d.patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"})
    group = d.group(members=[user["id"]])
    d.find("Users", f'userName eq "{email}"', count=1)
    d.refuses("POST", "/Users", 409, "uniqueness", {"schemas": [USER], "userName": email})
    bulk = [{"method": "POST", "path": "/Users", "bulkId": "1", "data": {"userName": new_email()}}, {"method": "DELETE", "path": "/Users/none"}]
    d("POST", "/Bulk", {"Operations": bulk})
    in_bulk, refused, found, grouped, again, closed, created = exchanges(d)

    domain = email.partition("@")[2]
    assert (created["method"], created["path"], created["status"], created["verdict"], created["error_type"]) == ("POST", "/Users", 201, "accepted", "")
    assert created["connection_id"] == d.id and f'"userName":"[masked]@{domain}"' in created["request"] and '"password":"[masked]"' in created["request"]
    assert [change["action"] for change in created["changes"]] == ["member.create"] and created["changes"][0]["object_id"] == user["id"]
    assert created["created_at"] < in_bulk["created_at"] and created["request_id"] in {event["request_id"] for event in project.audit(d.org)}
    assert closed["path"] == f"/Users/{user['id']}" and '"op":"Replace","path":"active","value":"False"' in closed["request"]
    assert {"scim_user.update", "member.delete"} <= {change["action"] for change in closed["changes"]} and "status" in closed["changes"][-1]["fields"] + closed["changes"][0]["fields"]
    assert (again["verdict"], again["changes"], again["reason"]) == ("accepted", [], "It changed nothing.")
    assert {change["object_id"] for change in grouped["changes"]} == {group["id"], user["id"]} and user["id"] in grouped["request"]
    assert found["path"] == f'/Users?filter=userName eq "[masked]@{domain}"&count=1' and found["reason"] == "It was answered." and found["request"] == ""
    assert (refused["status"], refused["verdict"], refused["error_type"]) == (409, "refused", "scim_uniqueness")
    assert "Another user of the directory" in refused["reason"] and "adopts_existing_members" in refused["remedy"]
    assert "1 of 2 operations were refused" in in_bulk["reason"] and [change["action"] for change in in_bulk["changes"]] == ["member.create"]
    whole = str(exchanges(d))
    for secret in (d.token, email, "hunter2", "Augusta", "00u-secret"):
        assert secret not in whole

    # Who may read it; and nobody else's.
    for roles, status in ((["stytch_admin"], 200), ([], 403)):
        member = project.member(d.org, roles=roles)
        session = login(project, d.org, member.email_address).session_token
        assert project.browser("GET", f"/b2b/scim/{d.id}/exchanges", session_token=session).status_code == status
    other = Directory(project)
    assert exchanges(other) == []
    assert project.raw("GET", f"/v1/b2b/scim/{other.org}/connection/{d.id}/exchanges").status_code == 404


def test_what_anybody_could_send_pushes_nothing_out(project, d):
    d.user()
    wrong = {"Authorization": "Bearer wrong"}
    for _ in range(25):
        assert request("GET", f"{d.base}/Users", headers=wrong).status_code == 401
    assert request("GET", f"{d.base}/scim/v2/Users", headers=wrong).status_code == 404
    assert request("POST", f"{d.base}/Users", headers=wrong, data="{").status_code == 400
    listed = exchanges(d)
    assert [each["verdict"] for each in listed] == ["refused"] * 20 + ["accepted"]
    assert [each["error_type"] for each in listed[:3]] == ["scim_invalid_syntax", "route_not_found", "scim_unauthorized"]
    assert listed[1]["path"] == "/scim/v2/Users" and "base_url" in listed[1]["remedy"] and "rotate" in listed[2]["remedy"]

    # A token that was replaced is one of them.
    connection = project.api.scim.connection
    connection.rotate_start(d.org, d.id)
    connection.rotate_complete(d.org, d.id)
    d.refuses("GET", "/Users", 401)
    assert exchanges(d)[0]["error_type"] == "scim_unauthorized"
    # With the connection all of it goes.
    connection.delete(d.org, d.id)
    assert project.server.rows(f"SELECT id FROM sso_exchanges WHERE connection_id = '{d.id}'") == []


def test_an_operator_asks_why(project, d):
    server, email = project.server, new_email()
    assert "has not asked anything yet" in server.command("scim", "explain", d.id).stdout
    d.user(email)
    d.refuses("POST", "/Users", 409, "uniqueness", {"userName": email})
    explain = lambda *options: server.command("scim", "explain", d.id, *options).stdout  # noqa: E731
    until(lambda: "409 refused scim_uniqueness" in explain())
    told = explain()
    assert "POST /Users  201 accepted" in told and "member.create member-test-" in told
    refused = explain("--refused")
    assert "201 accepted" not in refused and "Another user of the directory has this userName." in refused
    id = exchanges(d)[0]["request_id"]
    assert '{"userName":"[masked]@' in explain("--request", id) and id in explain("--json")
    for options in (("scim-connection-test-00000000-0000-7000-8000-000000000000",), (d.id, "--request", "none")):
        assert server.command("scim", "explain", *options, check=False).returncode == 3


# ---------------------------------------------------------------- settings


def test_t61_a_backend_lets_a_directory_take_over_members(project, d):
    member = project.member(d.org)
    body = {"schemas": [USER], "userName": member.email_address}
    d.refuses("POST", "/Users", 409, "uniqueness", body)
    set_(d, adopts_existing_members=True)
    assert d("POST", "/Users", body, 201).json()["id"] == member.member_id
    events = project.audit(d.org)
    assert [e["actor"]["type"] for e in events if e["action"] == "member.adopt"] == ["scim"]
    [told] = [e["changes"] for e in events if e["action"] == "scim_connection.update"]
    assert told == {"adopts_existing_members": {"before": False, "after": True}}
    # What is not said stays; what is set when a connection is made holds as well.
    project.api.scim.connection.update(d.org, d.id, display_name="Other")
    set_(d, adopts_existing_members=False)
    org = project.organization().organization_id
    made = project.raw("POST", f"/v1/b2b/scim/{org}/connection", {"may_remove_last_administrator": True}).json()["connection"]
    assert (made["adopts_existing_members"], made["may_remove_last_administrator"]) == (False, True)


def test_t61_the_last_administrator_stays_unless_told_otherwise(project, d):
    one = d.user()["id"]
    project.api.organizations.members.update(d.org, one, roles=["stytch_admin"])
    closing = {"op": "replace", "path": "active", "value": False}
    refuses = lambda id: d.refuses("PATCH", f"/Users/{id}", 403, json={"schemas": [PATCH], "Operations": [closing]})  # noqa: E731
    refuses(one)
    # Whoever is one by the domain of their address counts.
    domain = new_domain()
    other = project.api.organizations.members.create(d.org, f"ada@{domain}").member
    project.api.organizations.update(d.org, rbac_email_implicit_role_assignments=[{"domain": domain, "role_id": "stytch_admin"}])
    d.patch(f"/Users/{one}", closing)
    project.api.organizations.members.delete(d.org, other.member_id)
    last = d.user()["id"]
    project.api.organizations.members.update(d.org, last, roles=["stytch_admin"])
    refuses(last)
    set_(d, may_remove_last_administrator=True)
    d.patch(f"/Users/{last}", closing)
    assert d.member(last).status == "deleted"


def test_t70_a_member_cannot_let_a_directory_do_more_than_they_may(project, d):
    member = project.member(d.org, roles=["stytch_admin"])
    session = login(project, d.org, member.email_address).session_token
    path, header = f"/v1/b2b/scim/{d.org}/connection/{d.id}", {"X-Stytch-Member-Session": session}
    for field in ("adopts_existing_members", "may_remove_last_administrator"):
        answer = project.raw("PUT", path, {field: True}, headers=header)
        assert (answer.status_code, answer.json()["error_type"]) == (403, "unauthorized_action")
        # They may take it back.
        assert project.raw("PUT", path, {field: False}, headers=header).status_code == 200
        assert project.browser("PUT", f"/b2b/scim/{d.id}", {"connection_id": d.id, field: True}, session_token=session).status_code == 400
