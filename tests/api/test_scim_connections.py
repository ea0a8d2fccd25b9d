"""Connections of directories by SCIM: their whole life, each rule, and each refusal."""

import datetime
import re
from types import SimpleNamespace

import directory
import pytest
from harness import as_member, check_refusal, data, race, refused, unique, verified_member, with_permissions
from stytch.b2b.models import scim_connection as options

PRODUCTS = ["okta", "microsoft-entra", "cyberark", "jumpcloud", "onelogin", "pingfederate", "rippling", "generic"]
TOKEN = r"[A-Za-z0-9_-]{44}"


@pytest.fixture
def scim(project):
    return project.api.scim.connection


@pytest.fixture
def org(project):
    return project.organization().organization_id


@pytest.fixture
def made(scim, org):
    return scim.create(org, display_name="Okta", identity_provider="okta").connection


def body(answer) -> dict:
    assert answer.status_code == 200, answer.text
    return answer.json()


def admin(project, org):
    _, answer = verified_member(project, org, roles=["stytch_admin"])
    return answer


def active(project, org):
    return project.api.organizations.get(org).organization.scim_active_connection


def sources(member, role):
    return [source.model_dump() for each in member.roles if each.role_id == role for source in each.sources]


def test_a_connection_lives(project, org, scim):
    assert active(project, org) is None
    made = scim.create(org, display_name="Okta", identity_provider="okta").connection
    assert re.fullmatch(r"scim-connection-test-[0-9a-f-]{36}", made.connection_id) and re.fullmatch(TOKEN, made.bearer_token)
    assert (made.organization_id, made.status, made.display_name, made.identity_provider) == (org, "active", "Okta", "okta")
    assert made.base_url == f"{project.server.url}/v1/b2b/scim/{made.connection_id}" and made.scim_group_implicit_role_assignments == []
    years = (made.bearer_token_expires_at - datetime.datetime.now(datetime.UTC)).days / 365
    assert 4.99 < years < 5.01
    shown = scim.get(org).connection
    assert shown.bearer_token_last_four == made.bearer_token[-4:] and shown.bearer_token_expires_at == made.bearer_token_expires_at
    assert (shown.next_bearer_token_last_four, shown.next_bearer_token_expires_at) == ("", None)
    known = active(project, org)
    assert (known.connection_id, known.display_name, known.bearer_token_last_four) == (made.connection_id, "Okta", made.bearer_token[-4:])
    assert known.bearer_token_expires_at == made.bearer_token_expires_at

    changed = scim.update(org, made.connection_id, display_name="Entra", identity_provider="microsoft-entra").connection
    assert (changed.display_name, changed.identity_provider) == ("Entra", "microsoft-entra") and active(project, org).display_name == "Entra"
    assert changed.base_url == made.base_url + "?aadOptscim062020" and scim.get(org).connection == changed
    assert scim.update(org, made.connection_id).connection == changed

    assert scim.delete(org, made.connection_id).connection_id == made.connection_id
    assert active(project, org) is None
    with refused(400, "no_active_scim_connection"):
        scim.get(org)
    for call in (scim.delete, scim.update, scim.get_groups, scim.rotate_start, scim.rotate_complete, scim.rotate_cancel):
        with refused(404, "scim_connection_not_found"):
            call(org, made.connection_id)
    again = scim.create(org).connection
    assert again.connection_id != made.connection_id and (again.display_name, again.identity_provider) == ("", "generic")


def test_t64_the_token_is_shown_once(project, org, scim, made):
    rotating = scim.rotate_start(org, made.connection_id).connection
    shown = [project.raw("GET", f"/v1/b2b/scim/{org}/connection").text, project.raw("GET", f"/v1/b2b/organizations/{org}").text,
             project.raw("PUT", f"/v1/b2b/scim/{org}/connection/{made.connection_id}", {}).text,
             project.raw("POST", f"/v1/b2b/scim/{org}/connection/{made.connection_id}/rotate/complete", {}).text, str(project.audit(org))]
    stored = str(project.server.contents())
    for token in (made.bearer_token, rotating.next_bearer_token):
        assert not [text for text in [*shown, stored, project.server.log()] if token in text]


def test_one_at_a_time(scim, org, made):
    with refused(400, "active_scim_connection_exists"):
        scim.create(org, display_name="Another")
    assert scim.get(org).connection.connection_id == made.connection_id


def test_one_of_many_who_create_it_at_once_does(project, org):
    made = race(8, lambda _: project.raw("POST", f"/v1/b2b/scim/{org}/connection", {}))
    assert sorted(answer.status_code for answer in made) == [200] + [400] * 7
    [one] = [body(answer) for answer in made if answer.status_code == 200]
    assert active(project, org).connection_id == one["connection"]["connection_id"]


def test_the_organization_may_be_called_by_its_slug(project, scim):
    organization = project.organization()
    made = scim.create(organization.organization_slug).connection
    assert made.organization_id == organization.organization_id
    assert scim.get_groups(organization.organization_slug, made.connection_id).scim_groups == []


def test_paths_of_other_clients(project, org):
    """The Rust SDK's first module spells them in the plural."""
    path = f"/v1/b2b/scim/{org}/connections"
    made = body(project.raw("POST", path, {"identity_provider": "okta"}))["connection"]
    own = f"{path}/{made['connection_id']}"
    assert body(project.raw("GET", path))["connection"]["connection_id"] == made["connection_id"]
    assert body(project.raw("PUT", own, {"display_name": "New"}))["connection"]["display_name"] == "New"
    assert body(project.raw("GET", own))["scim_groups"] == []
    for step in ("start", "cancel", "start", "complete"):
        assert project.raw("POST", f"{own}/rotate/{step}", {}).status_code == 200
    assert body(project.raw("DELETE", own))["connection_id"] == made["connection_id"]


@pytest.mark.parametrize("product", PRODUCTS + [""])
def test_whose_product_it_is(project, org, scim, product):
    made = body(project.raw("POST", f"/v1/b2b/scim/{org}/connection", {"identity_provider": product}))["connection"]
    assert made["identity_provider"] == product
    assert made["base_url"].endswith("?aadOptscim062020") == (product == "microsoft-entra")
    assert scim.update(org, made["connection_id"], identity_provider="generic").connection.identity_provider == "generic"


@pytest.mark.parametrize("wrong, error", [({"identity_provider": "acme"}, "invalid_scim_idp"), ({"display_name": "x" * 129}, "invalid_display_name"),
                                          ({"display_name": "a\nb"}, "invalid_display_name")])
def test_names_and_products_are_known_ones(project, org, scim, made, wrong, error):
    other = project.organization().organization_id
    check_refusal(project.raw("POST", f"/v1/b2b/scim/{other}/connection", wrong), 400, error)
    check_refusal(project.raw("PUT", f"/v1/b2b/scim/{org}/connection/{made.connection_id}", wrong), 400, error)
    assert scim.get(org).connection.display_name == "Okta" and active(project, other) is None


# ---------------------------------------------------------------- tokens


def test_a_token_is_replaced(project, org, scim, made):
    for step in (scim.rotate_complete, scim.rotate_cancel):
        with refused(400, "scim_connection_not_rotating_token"):
            step(org, made.connection_id)
    last_four = made.bearer_token[-4:]
    first = scim.rotate_start(org, made.connection_id).connection
    assert re.fullmatch(TOKEN, first.next_bearer_token) and first.next_bearer_token != made.bearer_token
    assert first.bearer_token_last_four == last_four and first.next_bearer_token_expires_at > first.bearer_token_expires_at
    shown = scim.get(org).connection
    assert (shown.bearer_token_last_four, shown.next_bearer_token_last_four) == (last_four, first.next_bearer_token[-4:])
    assert shown.next_bearer_token_expires_at == first.next_bearer_token_expires_at

    kept = scim.rotate_cancel(org, made.connection_id).connection
    assert (kept.bearer_token_last_four, kept.next_bearer_token_last_four, kept.next_bearer_token_expires_at) == (last_four, "", None)
    scim.rotate_start(org, made.connection_id)
    second = scim.rotate_start(org, made.connection_id).connection
    done = scim.rotate_complete(org, made.connection_id).connection
    assert (done.bearer_token_last_four, done.next_bearer_token_last_four) == (second.next_bearer_token[-4:], "")
    assert done.bearer_token_expires_at == second.next_bearer_token_expires_at and scim.get(org).connection == done
    assert active(project, org).bearer_token_last_four == second.next_bearer_token[-4:]
    with refused(400, "scim_connection_not_rotating_token"):
        scim.rotate_complete(org, made.connection_id)


# ---------------------------------------------------------------- groups and their roles


def test_groups_page_by_page(project, org, scim, made):
    server = project.server
    groups = {directory.group(server, made, f"Group {n}"): f"Group {n}" for n in range(5)}
    other = scim.create(project.organization().organization_id).connection
    directory.group(server, other, "Not ours")
    found, cursor, pages = {}, None, 0
    while pages == 0 or cursor:
        page = scim.get_groups(org, made.connection_id, cursor=cursor, limit=2)
        cursor, pages = page.next_cursor, pages + 1
        assert {(each.organization_id, each.connection_id) for each in page.scim_groups} == {(org, made.connection_id)}
        found |= {each.group_id: each.group_name for each in page.scim_groups}
    assert found == groups and pages == 3 and cursor is None
    assert len(scim.get_groups(org, made.connection_id, limit=1000).scim_groups) == 5
    for limit in (0, 1001):
        with refused(400, "invalid_argument"):
            scim.get_groups(org, made.connection_id, limit=limit)
    for cursor in ("x", "AAAA" * 20):
        with refused(400, "invalid_argument"):
            scim.get_groups(org, made.connection_id, cursor=cursor)


def test_t66_a_cursor_is_of_its_listing(project, org, scim, made):
    for n in range(2):
        directory.group(project.server, made, f"Group {n}")
        project.member(org)
    of_groups = scim.get_groups(org, made.connection_id, limit=1).next_cursor
    of_members = project.api.organizations.members.search(organization_ids=[org], limit=1).results_metadata.next_cursor
    with refused(400, "invalid_argument"):
        scim.get_groups(org, made.connection_id, cursor=of_members)
    with refused(400, "invalid_argument"):
        project.api.organizations.members.search(organization_ids=[org], cursor=of_groups)


def test_groups_give_roles(project, org, scim, made):
    members, server = project.api.organizations.members, project.server
    member, login = verified_member(project, org)
    engineers, others = directory.group(server, made, "Engineers"), directory.group(server, made, "Others")
    directory.put_into(server, made, member, engineers)
    registration = members.get(org, member_id=member.member_id).member.scim_registration
    assert (registration.connection_id, registration.external_id) == (made.connection_id, "00u1")
    assert registration.registration_id.startswith("scim-registration-test-")
    assert [group.value for group in registration.scim_attributes.groups] == [engineers]

    rules = [{"role_id": "stytch_admin", "group_id": engineers}] * 2
    changed = scim.update(org, made.connection_id, scim_group_implicit_role_assignments=rules).connection
    assert [each.model_dump() for each in changed.scim_group_implicit_role_assignments] == [
        {"role_id": "stytch_admin", "group_id": engineers, "group_name": "Engineers"}]
    expected = [{"type": "scim_connection_group", "details": {"connection_id": made.connection_id, "group_id": engineers}}]
    answer = project.api.sessions.authenticate(session_token=login.session_token)
    assert sources(answer.member, "stytch_admin") == expected and answer.member.is_admin
    assert "stytch_admin" in answer.member_session.roles
    [found] = members.search(organization_ids=[org]).members
    assert sources(found, "stytch_admin") == expected
    [found] = members.search(organization_ids=[org], query={"operator": "AND", "operands": [
        {"filter_name": "member_roles", "filter_value": ["stytch_admin"]}]}).members
    assert found.member_id == member.member_id
    # Of another group they have none.
    rules = [{"role_id": "stytch_admin", "group_id": others}]
    scim.update(org, made.connection_id, scim_group_implicit_role_assignments=rules)
    assert not project.api.sessions.authenticate(session_token=login.session_token).member.is_admin


def test_what_a_connection_gave_is_gone_with_it(project, org, scim, made):
    server = project.server
    member, login = verified_member(project, org)
    group = directory.group(server, made, "Admins")
    directory.put_into(server, made, member, group)
    scim.update(org, made.connection_id, scim_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group_id": group}])
    assert project.api.sessions.authenticate(session_token=login.session_token).member.is_admin
    scim.delete(org, made.connection_id)
    answer = project.api.sessions.authenticate(session_token=login.session_token)
    assert not answer.member.is_admin and answer.member.scim_registration is None and answer.member.status == "active"
    assert "stytch_admin" not in answer.member_session.roles


@pytest.mark.parametrize("rule, error", [
    ({"role_id": "stytch_admin"}, "scim_group_role_assignment_does_not_contain_group_id"),
    ({"role_id": "stytch_admin", "group_id": ""}, "scim_group_role_assignment_does_not_contain_group_id"),
    ({"role_id": "stytch_admin", "group_id": "Engineers"}, "scim_group_role_assignment_group_does_not_exist"),
    ({"role_id": "stytch_admin", "group_id": "scim-group-test-00000000-0000-7000-8000-000000000000"}, "scim_group_role_assignment_group_does_not_exist"),
    ({"role_id": "stytch_admin", "group_id": "{foreign}"}, "scim_group_role_assignment_group_does_not_exist"),
    ({"role_id": "nobody", "group_id": "{group}"}, "invalid_rbac_role_assignment"),
])
def test_rules_name_groups_and_roles_that_exist(project, org, scim, made, rule, error):
    elsewhere = scim.create(project.organization().organization_id).connection
    names = {"{group}": directory.group(project.server, made, "Ours"), "{foreign}": directory.group(project.server, elsewhere, "Theirs")}
    rule = {key: names.get(value, value) for key, value in rule.items()}
    path = f"/v1/b2b/scim/{org}/connection/{made.connection_id}"
    check_refusal(project.raw("PUT", path, {"scim_group_implicit_role_assignments": [rule]}), 400, error)
    assert scim.get(org).connection.scim_group_implicit_role_assignments == []


def test_rules_are_bounded(project, org, made):
    rules = [{"role_id": "stytch_admin", "group_id": "x"}] * 101
    path = f"/v1/b2b/scim/{org}/connection/{made.connection_id}"
    check_refusal(project.raw("PUT", path, {"scim_group_implicit_role_assignments": rules}), 400, "invalid_argument")


def test_t70_a_role_that_is_gone_is_given_by_no_group(project, org, scim, made):
    """Nor by one of the next role of that name."""
    editor = {"role_id": "editor", "description": "", "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}]}
    set_roles = lambda *roles: project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": list(roles)})  # noqa: E731
    set_roles(editor)
    group = directory.group(project.server, made, "Editors")
    rules = [{"role_id": "editor", "group_id": group}, {"role_id": "stytch_admin", "group_id": group}]
    scim.update(org, made.connection_id, scim_group_implicit_role_assignments=rules)
    set_roles()
    set_roles(editor)
    assert [rule.role_id for rule in scim.get(org).connection.scim_group_implicit_role_assignments] == ["stytch_admin"]


# ---------------------------------------------------------------- on behalf of members


def test_members_need_the_permission_for_each(project, org, scim):
    def calls(answer, id):
        said = lambda kind: {"method_options": as_member(kind, answer)}  # noqa: E731
        return [
            ("get", lambda: scim.get(org, **said(options.GetRequestOptions))),
            ("get", lambda: scim.get_groups(org, id, **said(options.GetGroupsRequestOptions))),
            ("update", lambda: scim.update(org, id, display_name=unique(), **said(options.UpdateRequestOptions))),
            ("update", lambda: scim.rotate_start(org, id, **said(options.RotateStartRequestOptions))),
            ("update", lambda: scim.rotate_cancel(org, id, **said(options.RotateCancelRequestOptions))),
            ("update", lambda: scim.rotate_start(org, id, **said(options.RotateStartRequestOptions))),
            ("update", lambda: scim.rotate_complete(org, id, **said(options.RotateCompleteRequestOptions))),
            ("delete", lambda: scim.delete(org, id, **said(options.DeleteRequestOptions))),
            ("create", lambda: scim.create(org, **said(options.CreateRequestOptions))),
        ]

    id = scim.create(org).connection.connection_id
    _, plain = verified_member(project, org)
    for _, call in calls(plain, id):
        with refused(403, "unauthorized_action"):
            call()
    for action in ("get", "update", "delete", "create"):
        _, allowed = with_permissions(project, org, ("stytch.scim", action))
        for needed, call in calls(allowed, id):
            if needed == action:
                assert call().status_code == 200
            else:
                with refused(403, "unauthorized_action"):
                    call()
    _, stranger = verified_member(project, project.organization().organization_id, roles=["stytch_admin"])
    for _, call in calls(stranger, scim.get(org).connection.connection_id):
        with refused(403, "session_authorization_tenancy_error"):
            call()


def test_t70_roles_are_given_by_whoever_has_them(project, org, scim, made):
    group = directory.group(project.server, made, "Admins")
    rules = {"scim_group_implicit_role_assignments": [{"role_id": "stytch_admin", "group_id": group}]}
    _, may_set_up = with_permissions(project, org, ("stytch.scim", "*"))
    _, may_rule = with_permissions(project, org, ("stytch.scim", "*"), ("stytch.organization", "update.settings.implicit-roles"))
    said = lambda answer, kind=options.UpdateRequestOptions: {"method_options": as_member(kind, answer)}  # noqa: E731
    for answer in (may_set_up, may_rule):
        with refused(403, "unauthorized_action"):
            scim.update(org, made.connection_id, **rules, **said(answer))
    own = {"scim_group_implicit_role_assignments": [{"role_id": "stytch_member", "group_id": group}]}
    with refused(403, "unauthorized_action"):
        scim.update(org, made.connection_id, **own, **said(may_set_up))
    scim.update(org, made.connection_id, **own, **said(may_rule))
    administrator = admin(project, org)
    scim.update(org, made.connection_id, **rules, **said(administrator))
    # The same again is no change.
    scim.update(org, made.connection_id, **rules, display_name="B", **said(may_set_up))
    # Nor do they take them away, nor get a token by which they could put themselves into the group.
    with refused(403, "unauthorized_action"):
        scim.update(org, made.connection_id, scim_group_implicit_role_assignments=[], **said(may_rule))
    with refused(403, "unauthorized_action"):
        scim.delete(org, made.connection_id, **said(may_rule, options.DeleteRequestOptions))
    with refused(403, "unauthorized_action"):
        scim.rotate_start(org, made.connection_id, **said(may_rule, options.RotateStartRequestOptions))
    assert re.fullmatch(TOKEN, scim.rotate_start(org, made.connection_id, **said(administrator, options.RotateStartRequestOptions)).connection.next_bearer_token)


# ---------------------------------------------------------------- pages


def test_an_administrator_sets_everything_up_in_a_page(project, org):
    session = admin(project, org).session_token
    browser = lambda *request: data(project.browser(*request, session_token=session))  # noqa: E731
    assert browser("GET", "/b2b/admin_portal_config")["scim_config"] == {"scim_enabled": True}
    check_refusal(project.browser("GET", "/b2b/scim", session_token=session), 400, "no_active_scim_connection")
    check_refusal(project.browser("POST", "/b2b/scim/groups", {"limit": 1000}, session_token=session), 400, "no_active_scim_connection")
    made = browser("POST", "/b2b/scim", {"display_name": "Entra", "identity_provider": "microsoft-entra"})["connection"]
    id = made["connection_id"]
    assert re.fullmatch(TOKEN, made["bearer_token"]) and made["base_url"].endswith(f"/{id}?aadOptscim062020")
    assert browser("GET", "/b2b/organizations/me")["organization"]["scim_active_connection"]["connection_id"] == id
    group = directory.group(project.server, SimpleNamespace(**made), "Admins")
    listed = browser("POST", "/b2b/scim/groups", {"limit": 1000})
    assert [each["group_id"] for each in listed["scim_groups"]] == [group] and not listed["next_cursor"]
    rules = [{"role_id": "stytch_admin", "group_id": group}]
    changed = browser("PUT", f"/b2b/scim/{id}", {"connection_id": id, "scim_group_implicit_role_assignments": rules})["connection"]
    assert changed["scim_group_implicit_role_assignments"] == [{**rules[0], "group_name": "Admins"}]
    started = browser("POST", "/b2b/scim/rotate/start", {"connection_id": id})["connection"]
    assert started["bearer_token_last_four"] == made["bearer_token"][-4:] and re.fullmatch(TOKEN, started["next_bearer_token"])
    assert browser("POST", "/b2b/scim/rotate/cancel", {"connection_id": id})["connection"]["next_bearer_token_last_four"] == ""
    started = browser("POST", "/b2b/scim/rotate/start", {"connection_id": id})["connection"]
    done = browser("POST", "/b2b/scim/rotate/complete", {"connection_id": id})["connection"]
    assert done["bearer_token_last_four"] == started["next_bearer_token"][-4:] and browser("GET", "/b2b/scim")["connection"] == done
    assert browser("DELETE", f"/b2b/scim/{id}")["connection_id"] == id


# ---------------------------------------------------------------- the audit log


def test_the_audit_log_tells_of_tokens_by_their_ends(project, org, scim, made):
    rotating = scim.rotate_start(org, made.connection_id).connection
    scim.rotate_complete(org, made.connection_id)
    scim.delete(org, made.connection_id)
    events = {event["action"]: event for event in project.audit(org) if event["object"]["type"] == "scim-connection"}
    assert set(events) == {f"scim_connection.{what}" for what in ("create", "rotate_start", "rotate_complete", "delete")}
    completed = events["scim_connection.rotate_complete"]["changes"]
    assert completed["bearer_token_last_four"] == {"before": made.bearer_token[-4:], "after": rotating.next_bearer_token[-4:]}
    assert events["scim_connection.create"]["actor"] == {"type": "project", "id": project.project_id}
