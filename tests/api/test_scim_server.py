"""The SCIM server under a connection's base URL, spoken to as directories do: their dialogues, each rule, and each refusal."""

import re
import time

import pytest
from directory import GROUP, PATCH, USER, Directory
from harness import Server, login, new_domain, new_email, race, request, unique, until

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@pytest.fixture
def d(project):
    return Directory(project)


def roles(member):
    return {role.role_id for role in member.roles}


def audited(d, *actions):
    return [event for event in d.project.audit(d.org) if event["action"] in actions]


# ---------------------------------------------------------------- what it does to members


def test_a_user_is_a_member(project, d):
    email = new_email()
    answer = d("POST", "/Users", {"schemas": [USER], "userName": email.upper(), "externalId": "00u1", "name": {"givenName": "Ada", "familyName": "Lovelace"},
                                  "emails": [{"value": email, "type": "work", "primary": True}]}, 201)
    user = answer.json()
    assert answer.headers["location"] == f"{d.base}/Users/{user['id']}" == user["meta"]["location"]
    assert answer.headers["etag"] == user["meta"]["version"] == 'W/"1"' and user["meta"]["resourceType"] == "User"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", user["meta"]["created"]) and user["userName"] == email.upper() and user["active"] is True
    member = d.member(user["id"])
    assert (member.email_address, member.name, member.status, member.email_address_verified) == (email, "Ada Lovelace", "active", False)
    known = member.scim_registration
    assert (known.connection_id, known.external_id, known.scim_attributes.id) == (d.id, "00u1", user["id"])
    assert known.scim_attributes.name.family_name == "Lovelace" and known.scim_attributes.groups == []
    [event] = audited(d, "member.create")
    assert (event["actor"], event["member_id"]) == ({"type": "scim", "id": d.id}, user["id"])

    other = new_email()
    changed = d.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"userName": other, "name.givenName": "Augusta"}}).json()
    assert (changed["userName"], changed["meta"]["version"]) == (other, 'W/"2"')
    member = d.member(user["id"])
    assert (member.email_address, member.name) == (other, "Augusta Lovelace")
    assert audited(d, "scim_user.update")[0]["actor"]["type"] == "scim"


def test_rules_for_those_who_join_by_themselves_do_not_count(project):
    domain = new_domain()
    org = project.organization(email_jit_provisioning="NOT_ALLOWED", email_invites="ALL_ALLOWED", sso_jit_provisioning="NOT_ALLOWED").organization_id
    project.api.organizations.update(org, rbac_email_implicit_role_assignments=[{"domain": domain, "role_id": "stytch_admin"}])
    d = Directory(project, org)
    assert "stytch_admin" in roles(d.member(d.user(f"ada@{domain}")["id"]))
    # What the directory calls roles are none here (T-61).
    assert roles(d.member(d.user(roles=[{"value": "stytch_admin", "primary": True}])["id"])) == {"stytch_member"}


def test_an_account_that_comes_closed_is_closed(project, d):
    email = new_email()
    user = d.user(email, active=False)
    assert user["active"] is False and d.member(user["id"]).status == "deleted"
    assert d("GET", f"/Users/{user['id']}").json()["active"] is False
    d.patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "True"})
    assert d.member(user["id"]).status == "active"


def test_t63_sessions_end_with_the_account(project, d):
    email = new_email()
    user = d.user(email)
    for close in ({"op": "Replace", "path": "active", "value": "False"}, {"op": "replace", "value": {"active": False}}):
        token = login(project, d.org, email).session_token
        assert project.api.sessions.authenticate(session_token=token)
        began = time.monotonic()
        d.patch(f"/Users/{user['id']}", close)
        answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token})
        assert answer.status_code == 404 and time.monotonic() - began < 1
        member = d.member(user["id"])
        assert member.status == "deleted" and d("GET", f"/Users/{user['id']}").json()["active"] is False
        # Nothing happens twice.
        version = d.patch(f"/Users/{user['id']}", close).json()["meta"]["version"]
        assert d("GET", f"/Users/{user['id']}").json()["meta"]["version"] == version
        d.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True})
        assert d.member(user["id"]).status == "active"
    token = login(project, d.org, email).session_token
    d("DELETE", f"/Users/{user['id']}", status=204)
    assert project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token}).status_code == 404


def test_t63_concurrent_changes_are_all_made(project, d):
    user, users = d.user(), [d.user()["id"] for _ in range(6)]
    race(6, lambda i: d.patch(f"/Users/{user['id']}", {"op": "add", "path": "phoneNumbers", "value": [{"value": f"+1{i}", "type": f"t{i}"}]}))
    now = d("GET", f"/Users/{user['id']}").json()
    assert len(now["phoneNumbers"]) == 6 and now["meta"]["version"] == 'W/"7"'
    group = d.group()
    race(6, lambda i: d.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": users[i]}]}))
    assert {m["value"] for m in d("GET", f"/Groups/{group['id']}").json()["members"]} == set(users)


def test_t71_who_is_deleted_here_comes_back_only_when_the_directory_opens_the_account(project, d):
    email = new_email()
    user = d.user(email)
    project.api.organizations.members.delete(d.org, user["id"])
    d.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "Countess"})
    assert d.member(user["id"]).status == "deleted"
    for active in (False, True):
        d.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": active})
    assert d.member(user["id"]).status == "active"


def test_who_is_deleted_by_the_directory_may_come_again(project, d):
    email = new_email()
    user = d.user(email)
    member = project.api.organizations.members.update(d.org, user["id"], roles=["stytch_admin"], is_breakglass=True).member
    assert "stytch_admin" in roles(member)
    project.admin(d.org)
    d("DELETE", f"/Users/{user['id']}", status=204)
    for method in ("GET", "DELETE", "PATCH", "PUT"):
        body = {"GET": None, "DELETE": None, "PUT": {"userName": email}, "PATCH": {"Operations": [{"op": "add", "path": "title", "value": "x"}]}}[method]
        d.refuses(method, f"/Users/{user['id']}", 404, json=body)
    assert d.find("Users", f'userName eq "{email}"')["totalResults"] == 0
    again = d.user(email)
    member = d.member(again["id"])
    # What was given by hand is not given again.
    assert again["id"] == user["id"] and member.status == "active" and roles(member) == {"stytch_member"} and not member.is_breakglass


def test_the_last_administrator_stays(project, d):
    user, other = d.user(), d.user()
    group = d.group(members=[user["id"]])
    d.give(group["id"])
    for path, body in (("DELETE", None), ("PATCH", {"Operations": [{"op": "replace", "path": "active", "value": False}]}), ("PUT", {"userName": user["userName"], "active": False})):
        d.refuses(path, f"/Users/{user['id']}", 403, json=body)
    assert d.member(user["id"]).status == "active"
    d.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": other["id"]}]})
    d("DELETE", f"/Users/{user['id']}", status=204)
    project.admin(d.org)
    d("DELETE", f"/Users/{other['id']}", status=204)


def test_t61_who_was_there_before_is_taken_over_by_rule_only(project, d):
    domain = new_domain()
    before = project.member(d.org, f"ada@{domain}", name="Ada")
    body = {"userName": before.email_address, "active": True}
    d.refuses("POST", "/Users", 409, "uniqueness", body)
    d.refuses("GET", f"/Users/{before.member_id}", 404)
    d.refuses("PATCH", f"/Users/{before.member_id}", 404, json={"Operations": [{"op": "replace", "path": "active", "value": False}]})
    d.refuses("DELETE", f"/Users/{before.member_id}", 404)
    assert d.find("Users", f'id eq "{before.member_id}"')["totalResults"] == 0 == d("GET", "/Users").json()["totalResults"]
    d.refuses("POST", "/Groups", 400, "invalidValue", {"displayName": "g", "members": [{"value": before.member_id}]})
    user = d.user()
    d.refuses("PATCH", f"/Users/{user['id']}", 409, "uniqueness", {"Operations": [{"op": "replace", "path": "userName", "value": before.email_address}]})
    assert d.member(before.member_id).status == "active"

    project.api.organizations.update(d.org, email_allowed_domains=[domain])
    adopted = d("POST", "/Users", body, 201).json()
    assert adopted["id"] == before.member_id and d.member(before.member_id).scim_registration.connection_id == d.id
    [event] = audited(d, "member.adopt")
    assert event["actor"] == {"type": "scim", "id": d.id} and event["member_id"] == before.member_id
    d.refuses("POST", "/Users", 409, "uniqueness", {"userName": "ada", "emails": [{"value": before.email_address}]})


def test_t60_a_token_is_good_for_its_connection_only(project, d):
    other, stranger = Directory(project), Directory(project.server.project())
    user, group = d.user(), d.group()
    for foreign in (other, stranger):
        for path in ("/Users", f"/Users/{user['id']}", f"/Groups/{group['id']}", "/ServiceProviderConfig"):
            assert d("GET", path, status=401, token=foreign.token).headers["www-authenticate"] == 'Bearer realm="SCIM"'
        # What is another's is nobody's.
        made_up = user["id"][:-12] + "0" * 12
        for method, json in (("GET", None), ("DELETE", None), ("PUT", {"userName": "x"}), ("PATCH", {"Operations": [{"op": "remove", "path": "title"}]})):
            assert foreign.refuses(method, f"/Users/{user['id']}", 404, json=json) == foreign.refuses(method, f"/Users/{made_up}", 404, json=json)
            foreign.refuses(method, f"/Groups/{group['id']}", 404, json=json and json | {"displayName": "x"})
        foreign.refuses("POST", "/Groups", 400, "invalidValue", {"displayName": "x", "members": [{"value": user["id"]}]})
        assert foreign("GET", "/Users").json()["totalResults"] == 0
    for token in ("x", d.token[:-1] + ("A" if d.token[-1] != "A" else "B"), project.secret):
        d.refuses("GET", "/Users", 401, token=token)
    assert request("GET", d.base + "/Users").status_code == 401
    assert request("GET", d.base + "/Users", auth=(project.project_id, project.secret)).status_code == 401
    next_token = project.api.scim.connection.rotate_start(d.org, d.id).connection.next_bearer_token
    d("GET", "/Users", token=next_token), d("GET", "/Users")
    project.api.scim.connection.rotate_complete(d.org, d.id)
    d("GET", "/Users", token=next_token), d("GET", "/Users", status=401)
    project.api.scim.connection.delete(d.org, d.id)
    d.refuses("GET", "/Users", 401, token=next_token)


def test_t60_nobody_takes_an_address_of_another_organization(project, d):
    domain = new_domain()
    project.organization(claimed_email_domains=[domain], email_allowed_domains=[])
    d.refuses("POST", "/Users", 400, "invalidValue", {"userName": f"ada@{domain}"})


# ---------------------------------------------------------------- groups and roles


def test_groups_give_roles_at_once(project, d):
    email = new_email()
    user = d.user(email)
    group = d.group("Admins")
    d.give(group["id"])
    assert "members" not in group and group["meta"]["resourceType"] == "Group"
    session = login(project, d.org, email).session_token

    def has_role():
        return "stytch_admin" in project.api.sessions.authenticate(session_token=session).member_session.roles

    assert not has_role()
    for add, remove in (
        ({"op": "add", "path": "members", "value": [{"value": user["id"]}]}, {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}),
        ({"op": "Add", "path": "members", "value": [{"value": user["id"], "display": email}]}, {"op": "Remove", "path": "members", "value": [{"value": user["id"]}]}),
        ({"op": "add", "value": {"members": [{"value": user["id"]}]}}, {"op": "replace", "path": "members", "value": []}),
        ({"op": "replace", "path": "members", "value": [{"value": user["id"]}]}, {"op": "remove", "path": f'members[display eq "{email}"]'}),
        ({"op": "add", "path": "members", "value": user["id"]}, {"op": "remove", "path": "members"}),
    ):
        changed = d.patch(f"/Groups/{group['id']}", add).json()
        assert [m["value"] for m in changed["members"]] == [user["id"]] and has_role()
        [shown] = d("GET", f"/Users/{user['id']}").json()["groups"]
        assert (shown["value"], shown["display"], shown["$ref"]) == (group["id"], "Admins", f"{d.base}/Groups/{group['id']}")
        assert [g.value for g in d.member(user["id"]).scim_registration.scim_attributes.groups] == [group["id"]]
        # Twice is once.
        assert d.patch(f"/Groups/{group['id']}", add).json()["meta"] == changed["meta"]
        assert "members" not in d.patch(f"/Groups/{group['id']}", remove).json() and not has_role()
    d("PUT", f"/Groups/{group['id']}", {"displayName": "Admins", "members": [{"value": user["id"]}]})
    assert has_role()
    d.patch(f"/Groups/{group['id']}", {"op": "replace", "value": {"id": group["id"], "displayName": "Chiefs"}})
    assert d.member(user["id"]).scim_registration.scim_attributes.groups[0].display == "Chiefs" and has_role()
    project.admin(d.org)
    d("DELETE", f"/Groups/{group['id']}", status=204)
    assert not has_role() and "groups" not in d("GET", f"/Users/{user['id']}").json()
    d.refuses("GET", f"/Groups/{group['id']}", 404)
    assert {e["action"] for e in audited(d, "scim_group.create", "scim_group.update", "scim_group.delete")} == {"scim_group.create", "scim_group.update", "scim_group.delete"}


def test_groups_come_back_with_the_account(project, d):
    user = d.user()
    group = d.group(members=[user["id"]])
    d.give(group["id"])
    project.admin(d.org)
    for active in (False, True):
        d.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": active})
    member = d.member(user["id"])
    assert member.status == "active" and "stytch_admin" in roles(member)


def test_members_are_read_only_when_asked_for(d):
    user = d.user()
    group = d.group(members=[user["id"]])
    [listed] = d("GET", "/Groups").json()["Resources"]
    assert listed == group
    assert "members" not in d("GET", f"/Groups/{group['id']}", params={"excludedAttributes": "members"}).json()
    assert set(d("GET", f"/Groups/{group['id']}", params={"attributes": "displayName"}).json()) == {"schemas", "id", "displayName"}
    assert d.find("Groups", f'members.value eq "{user["id"]}"')["totalResults"] == 1
    assert d.find("Groups", f'id eq "{group["id"]}" and members[value eq "{user["id"]}"]')["totalResults"] == 1
    assert d.find("Groups", f'displayName eq "{group["displayName"].upper()}"')["totalResults"] == 1
    assert d.find("Groups", 'displayName eq "nobody"')["Resources"] == []


# ---------------------------------------------------------------- the manners of directories


def test_okta(project):
    d, email = Directory(project), new_email()
    assert d.find("Users", f'userName eq "{email}"', startIndex=1, count=100) == {
        "schemas": [LIST], "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []}
    body = {"schemas": [USER], "userName": email, "name": {"givenName": "Ada", "familyName": "King"}, "locale": "en-US", "externalId": "00u9", "groups": [],
            "emails": [{"primary": True, "value": email, "type": "work"}], "displayName": "Ada King", "password": "1mz050nq", "active": True}
    user = d("POST", "/Users", body, 201, headers={"Content-Type": "application/scim+json; charset=utf-8"}).json()
    assert "password" not in user and "groups" not in user and "1mz050nq" not in str(project.server.contents())
    d.refuses("POST", "/Users", 409, "uniqueness", body | {"userName": email.upper()})
    assert d.find("Users", f'userName eq "{email.upper()}"')["Resources"] == [user]
    put = d("PUT", f"/Users/{user['id']}", user | {"title": "Countess"}, headers={"Content-Type": "application/json"}).json()
    assert put["title"] == "Countess" and put["meta"]["version"] == 'W/"2"'
    assert d("PUT", f"/Users/{user['id']}", put).json()["meta"] == put["meta"]
    d.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"active": False}})
    assert d.member(user["id"]).status == "deleted"
    group = d.group("Everyone", members=[user["id"]])
    d.patch(f"/Groups/{group['id']}", {"op": "replace", "value": {"id": group["id"], "displayName": "All"}},)
    assert d.find("Groups", 'displayName eq "All"')["totalResults"] == 1


def test_entra(project):
    d, email = Directory(project, provider="microsoft-entra"), new_email()
    mark = "?aadOptscim062020"
    probe = d("GET", f'/Users{mark}&filter=userName+eq+"{unique()}"').json()
    assert probe["totalResults"] == 0 and probe["Resources"] == []
    user = d("POST", f"/Users{mark}", {"schemas": [USER, ENTERPRISE], "externalId": "ada", "userName": email, "active": "True", "displayName": "Ada",
             "meta": {"resourceType": "User"}, "roles": [], ENTERPRISE: {"department": "Engines"}}, 201).json()
    assert user["active"] is True and mark not in user["meta"]["location"] and user[ENTERPRISE] == {"department": "Engines"}
    assert d.find("Users", 'externalId eq "ada"')["Resources"] == [user]
    d.patch(f"/Users/{user['id']}", {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": None}, {"op": "Add", "path": 'emails[type eq "work"].value', "value": email},
            {"op": "Replace", "path": "name.givenName", "value": "Ada"})
    now = d("GET", f"/Users/{user['id']}").json()
    assert ENTERPRISE not in now and now["emails"] == [{"type": "work", "value": email}] and now["name"] == {"givenName": "Ada"}
    assert d.find("Users", f'emails[type eq "work"].value eq "{email}"')["totalResults"] == 1
    d.patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert d.find("Users", f'userName eq "{email}"')["Resources"][0]["active"] is False
    group, others = d.group("G", externalId="g1"), [d.user()["id"] for _ in range(3)]
    d.patch(f"/Groups/{group['id']}", *({"op": "Add", "path": "members", "value": [{"$ref": None, "value": id}]} for id in others))
    assert len(d("GET", f"/Groups/{group['id']}").json()["members"]) == 3
    d.patch(f"/Groups/{group['id']}", {"op": "Remove", "path": "members", "value": [{"value": id} for id in others[:2]]})
    assert [m["value"] for m in d("GET", f"/Groups/{group['id']}").json()["members"]] == others[2:]
    d.refuses("GET", f"/Users/{mark}".replace("/?", "/made-up?"), 404)


def test_google_onelogin_jumpcloud_rippling(project, d):
    email, second = new_email(), new_email()
    odd = {"urn:scim:schemas:extension:custom:1.0": {"shoeSize": 38, "Nested": {"a": [1, None]}}, "customField": "kept", "X-y_z": [{"k": True}]}
    user = d("POST", "/Users", {"schemas": [USER], "userName": f"ada-{unique()}", "emails": [{"value": second, "type": "home"}, {"value": email, "type": "work"}],
                                "connection_id": "theirs"} | odd, 201).json()
    assert d.member(user["id"]).email_address == email and user["connection_id"] == "theirs"
    assert {name: user[name] for name in odd} == {"urn:scim:schemas:extension:custom:1.0": {"shoeSize": 38, "Nested": {"a": [1]}}, "customField": "kept", "X-y_z": [{"k": True}]} \
        or {name: user[name] for name in odd} == odd
    # OneLogin and JumpCloud replace all of it, with the id; Rippling looks by userName and writes the primary address.
    third = new_email()
    put = d("PUT", f"/Users/{user['id']}", {"id": user["id"], "userName": user["userName"], "emails": [{"value": third, "primary": True}], "active": True}).json()
    assert d.member(user["id"]).email_address == third and "customField" not in put
    d.patch(f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": "renamed-" + unique()})
    assert d.member(user["id"]).email_address == third
    d.refuses("POST", "/Users", 400, "invalidValue", {"userName": "nobody"})
    d.refuses("PATCH", f"/Users/{user['id']}", 400, "invalidValue", {"Operations": [{"op": "remove", "path": "emails"}]})
    # A PUT that does not say whether the account is open leaves it as it is.
    d.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    assert d("PUT", f"/Users/{user['id']}", {"userName": user["userName"], "emails": [{"value": third}]}).json()["active"] is False


def test_scim2_tester(project):
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    d = Directory(project)
    with httpx2.Client(base_url=d.base, headers={"Authorization": f"Bearer {d.token}"}) as http:
        results = check_server(SyncSCIMClient(http))
    assert len(results) > 50
    bad = [f"{r.title}: {r.reason}" for r in results if r.status not in (Status.SUCCESS, Status.SKIPPED, Status.ACCEPTABLE)]
    assert not bad, "\n".join(bad)


# ---------------------------------------------------------------- finding


def test_lists(project, d):
    users = [d.user(displayName=name, title=str(i)) for i, name in enumerate(("Cara", "ada", "Bob", "dora", "Eve"))]
    ids = [user["id"] for user in users]

    def found(**query):
        body = d("GET", "/Users", params=query).json()
        assert body["schemas"] == [LIST] and body["itemsPerPage"] == len(body["Resources"])
        return body["totalResults"], [user["id"] for user in body["Resources"]]

    assert found() == (5, ids) and found(startIndex=2, count=2) == (5, ids[1:3]) and found(startIndex=9) == (5, []) and found(count=0) == (5, [])
    assert found(startIndex=-4, count=-1) == (5, []) and found(startIndex=5, count=5) == (5, ids[4:])
    by_name = [ids[i] for i in (1, 2, 0, 3, 4)]
    assert found(sortBy="displayName") == (5, by_name) and found(sortBy="displayName", sortOrder="descending") == (5, by_name[::-1])
    assert found(sortBy="displayName", startIndex=2, count=2) == (5, by_name[1:3])
    assert found(filter='displayName co "A" and not (displayName sw "d")') == (2, ids[:2])
    assert found(filter='(title gt "1" or displayName eq "ADA") and active eq true', count=1, startIndex=2) == (4, [ids[2]])
    assert found(filter=f'meta.created ge "{users[3]["meta"]["created"]}"')[0] >= 2
    assert found(filter=f'id eq "{ids[2]}"') == (1, [ids[2]]) and found(filter='id eq "x"') == (0, [])
    assert found(filter=f'emails.value eq "{users[1]["emails"][0]["value"]}"') == (1, [ids[1]])
    assert set(d("GET", "/Users", params={"attributes": "userName", "count": 1}).json()["Resources"][0]) == {"schemas", "id", "userName"}
    group = d.group(members=[ids[0]])
    assert found(filter=f'groups.value eq "{group["id"]}"') == (1, [ids[0]])
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": 'displayName eq "bob"', "attributes": ["userName"]}
    assert [u["id"] for u in d("POST", "/Users/.search", search).json()["Resources"]] == [ids[2]]
    assert d("POST", "/Groups/.search", {"count": 1}).json()["Resources"][0]["id"] == group["id"]
    both = d("POST", "/.search", {"startIndex": 5, "count": 2}).json()
    assert (both["totalResults"], [r["id"] for r in both["Resources"]]) == (6, [ids[4], group["id"]])


def test_t62_filters_are_bounded(project, d):
    for filter in ("(" * 50 + 'userName eq "x"' + ")" * 50, " or ".join(['userName eq "x"'] * 101), "x" * 9000, 'userName xx "y"', "userName eq", 'userName co true', "userName eq \"x"):
        d.refuses("POST", "/Users/.search", 400, "invalidFilter", {"filter": filter})
    for path, kind in (("emails[type eq", "invalidPath"), ("[", "invalidPath"), ('emails[type eq "none"].value', None)):
        if kind:
            d.refuses("PATCH", f"/Users/{d.user()['id']}", 400, kind, {"Operations": [{"op": "replace", "path": path, "value": "x"}]})
    d.refuses("GET", "/Users", 400, "invalidFilter", params={"filter": "userName"})
    d.refuses("GET", "/Users", 400, "invalidValue", params={"attributes": "a b"})
    d.refuses("GET", "/Groups", 400, "invalidFilter", params={"filter": "("})
    d.refuses("GET", "/Groups", 400, "invalidValue", params={"sortBy": "a b"})
    for path in ("/.search", "/Groups/.search", "/Users/.search"):
        d.refuses("POST", path, 400, "invalidFilter", {"filter": "("})
        d.refuses("POST", path, 400, "invalidValue", {"count": "many"})
        d.refuses("POST", path, 400, "invalidSyntax", data="[", headers={"Content-Type": "application/scim+json"})


def test_t62_what_one_request_may_change_is_bounded(project, d):
    d.refuses("PATCH", f"/Groups/{d.group()['id']}", 400, "tooMany",
              {"Operations": [{"op": "add", "path": "members", "value": [{"value": f"member-{i}"} for i in range(10_001)]}]})
    d.refuses("POST", "/Groups", 400, "tooMany", {"displayName": "x", "members": [{"value": str(i)} for i in range(10_001)]})
    d.refuses("PUT", f"/Groups/{d.group()['id']}", 400, "tooMany", {"displayName": "x", "members": [{"value": str(i)} for i in range(10_001)]})
    d.refuses("POST", "/Bulk", 400, "tooMany", {"Operations": [{"method": "DELETE", "path": "/Users/x"}] * 501})
    d.refuses("POST", "/Users", 413, data="x" * (1 << 20) + "x", headers={"Content-Type": "application/scim+json"})


# ---------------------------------------------------------------- versions, errors, description


def test_versions(d):
    user, group = d.user(), d.group()
    for path, body in ((f"/Users/{user['id']}", {"userName": user["userName"], "title": "x"}), (f"/Groups/{group['id']}", {"displayName": "other"})):
        etag = d("GET", path).headers["etag"]
        assert d("GET", path, headers={"If-None-Match": etag}, status=304).content == b""
        patch = {"Operations": [{"op": "add", "path": "externalId", "value": "x"}]}
        for method, json in (("PUT", body), ("PATCH", patch), ("DELETE", None)):
            d.refuses(method, path, 412, json=json, headers={"If-Match": 'W/"77"'})
        assert d("PUT", path, body, headers={"If-Match": etag}).headers["etag"] == 'W/"2"'
        d("GET", path, headers={"If-None-Match": etag})
        changed = d("PATCH", path, patch, headers={"If-Match": '"2", "9"'})
        assert changed.headers["etag"] == 'W/"3"'
        assert d("PATCH", path, patch).json() == changed.json()
        d("DELETE", path, headers={"If-Match": "*"}, status=204)


def test_what_is_wrong_is_said(d):
    user, group = d.user(), d.group()
    for path in (f"/Users/{user['id']}", f"/Groups/{group['id']}"):
        def patch(*operations):
            return {"Operations": list(operations)}

        d.refuses("PATCH", path, 400, "invalidSyntax", {"Operations": []})
        d.refuses("PATCH", path, 400, "invalidSyntax", patch({"op": "move", "path": "title"}))
        d.refuses("PATCH", path, 400, "invalidPath", patch({"op": "add", "path": "a b", "value": "x"}))
        d.refuses("PATCH", path, 400, "noTarget", patch({"op": "remove"}))
        d.refuses("PATCH", path, 400, "mutability", patch({"op": "replace", "path": "id", "value": "x"}))
        d.refuses("PATCH", path, 400, "invalidValue", patch({"op": "replace", "value": "x"}))
        d.refuses("PUT", path, 400, "invalidValue", {})
        d.refuses("PUT", path, 400, "invalidSyntax", data="{", headers={"Content-Type": "application/json"})
        d.refuses("GET", path, 400, "invalidValue", params={"attributes": "a b"})
    d.refuses("PUT", f"/Users/{user['id']}", 409, "uniqueness", {"userName": d.user()["userName"]})
    for path in ("/Users", "/Groups"):
        d.refuses("POST", path, 400, "invalidValue", {})
        d.refuses("POST", path, 400, "invalidSyntax", data="{", headers={"Content-Type": "application/json"})
        d.refuses("POST", path, 400, "invalidSyntax", data="[]", headers={"Content-Type": "application/json"})
        d.refuses("GET", path + "/x", 404)
        d.refuses("GET", path, 400, "invalidValue", params={"count": "many"})
    d.refuses("GET", "/Nothing", 404)
    d.refuses("PUT", "/Users", 405)


def test_the_description(d):
    provider = d("GET", "/ServiceProviderConfig").json()
    assert all(provider[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag")) and not provider["changePassword"]["supported"]
    assert [s["id"] for s in d("GET", "/Schemas").json()["Resources"]] == [USER, ENTERPRISE, GROUP]
    assert d("GET", f"/Schemas/{USER}").json()["name"] == "User" and d("GET", "/ResourceTypes/Group").json()["endpoint"] == "/Groups"
    assert [t["id"] for t in d("GET", "/ResourceTypes").json()["Resources"]] == ["User", "Group"]
    for path in ("/Schemas/urn:made:up", "/ResourceTypes/Device"):
        d.refuses("GET", path, 404)
    for path in ("/ServiceProviderConfig", "/Schemas", f"/Schemas/{USER}", "/ResourceTypes", "/ResourceTypes/User"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            d.refuses(method, path, 405, json={})


def test_bulk(project, d):
    email, gone = new_email(), d.user()
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "failOnErrors": 2, "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "ada", "data": {"userName": email}},
        {"method": "post", "path": "/Groups", "bulkId": "g", "data": {"displayName": "G", "members": [{"value": "bulkId:ada"}]}},
        {"method": "PATCH", "path": "/Users/bulkId:ada", "data": {"Operations": [{"op": "add", "path": "title", "value": "x"}]}},
        {"method": "PATCH", "path": "/Groups/bulkId:g", "data": {"Operations": [{"op": "add", "path": "externalId", "value": "x"}]}},
        {"method": "PUT", "path": "/Groups/bulkId:g", "data": {"displayName": "H", "members": [{"value": "bulkId:ada"}]}},
        {"method": "DELETE", "path": f"/Users/{gone['id']}", "version": 'W/"9"'},
        {"method": "DELETE", "path": f"/Users/{gone['id']}", "version": 'W/"1"'},
        {"method": "POST", "path": "/Users", "bulkId": "again", "data": {"userName": email}},
        {"method": "PUT", "path": "/Users/bulkId:again", "data": {"userName": "never"}},
    ]}
    done = d("POST", "/Bulk", body).json()
    assert [o["status"] for o in done["Operations"]] == ["201", "201", "200", "200", "200", "412", "204", "409"]
    assert done["Operations"][7]["response"]["scimType"] == "uniqueness" and done["Operations"][2]["version"] == 'W/"2"'
    user = d.find("Users", f'userName eq "{email}"')["Resources"][0]
    assert done["Operations"][0]["location"] == user["meta"]["location"] and user["title"] == "x" and user["groups"][0]["display"] == "H"
    more = d("POST", "/Bulk", {"Operations": [{"method": "PUT", "path": f"/Users/{user['id']}", "data": {"userName": email, "nickName": "bulkId:none"}},
             {"method": "GET", "path": "/Users"}, "x", {"method": "DELETE", "path": f"/Groups/{user['groups'][0]['value']}"}]}).json()
    assert [o["status"] for o in more["Operations"]] == ["400", "400", "400", "204"]
    d.refuses("POST", "/Bulk", 400, "invalidSyntax", {"Operations": "x"})


# ---------------------------------------------------------------- how fast


def test_who_asks_too_fast_waits_and_nobody_else_does(postgres):
    server = Server(postgres=postgres, arguments=["--scim-rate", "1"], smtp=False).start()
    try:
        project = server.project()
        hasty, other = Directory(project), Directory(project)
        began = time.monotonic()
        answers = []
        until(lambda: answers.append(request("GET", hasty.base + "/ServiceProviderConfig", headers={"Authorization": f"Bearer {hasty.token}"}))
              or answers[-1].status_code == 429, every=0)
        assert 40 <= len(answers) <= 45 + (time.monotonic() - began)
        assert answers[-1].headers["retry-after"] == "1" and answers[-1].json()["status"] == "429"
        other("GET", "/Users")
    finally:
        server.stop()


def test_a_large_group_costs_no_more_than_a_small_one(project, d):
    """A change of one member touches a few rows, however many there are."""
    user = d.user()
    large = d.group("large")
    columns = "active, document, version, created_at, modified_at"
    project.server.rows(f"""INSERT INTO scim_users (organization_id, connection_id, member_id, user_name, folded_user_name, {columns})
        SELECT u.organization_id, u.connection_id, 'member-test-' || n.n, u.user_name || n.n, u.folded_user_name || n.n, {columns}
        FROM scim_users u CROSS JOIN ({numbers(20_000)}) n WHERE u.member_id = '{user["id"]}'""")
    project.server.rows(f"""INSERT INTO scim_memberships (organization_id, connection_id, group_id, member_id)
        SELECT organization_id, connection_id, '{large["id"]}', member_id FROM scim_users
        WHERE connection_id = '{d.id}' AND member_id <> '{user["id"]}'""")
    best = {}
    for group in (large, d.group("small")):
        took = []
        for operation in ("add", "remove") * 5:
            began = time.monotonic()
            d.patch(f"/Groups/{group['id']}", {"op": operation, "path": "members", "value": [{"value": user["id"]}]},
                    status=204 if group is large else 200)
            took.append(time.monotonic() - began)
        best[group["displayName"]] = min(took)
    listed = d.find("Users", f'userName eq "{user["userName"]}"')
    assert listed["totalResults"] == 1 and d("GET", "/Users", params={"startIndex": 20_000, "count": 3}).json()["itemsPerPage"] == 2
    assert len(d("GET", f"/Groups/{large['id']}").json()["members"]) == 20_000
    assert best["large"] < 5 * best["small"] + 0.005, best


def numbers(most):
    """A query of the numbers up to this one, for both engines."""
    return f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {most}) SELECT n FROM c"


