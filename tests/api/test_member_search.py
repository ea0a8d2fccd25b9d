"""Member search: every filter, AND and OR, pages, refusals."""

import pytest
from harness import check_refusal, new_domain, new_email, refused, unique


@pytest.fixture
def world(project):
    """One organization with members ada, bob, cy (pending), dee (invited) and eve (deleted)."""
    org = project.organization(
        rbac_email_implicit_role_assignments=[{"domain": "implicit-corp.com", "role_id": "stytch_admin"}]
    ).organization_id
    domain = new_domain()

    def email(name):
        return f"{name}.{unique()}@{domain}"

    members = project.api.organizations.members
    ada = project.member(org, email("ada"), is_breakglass=True, roles=["stytch_admin"], external_id=f"ext-{unique()}")
    bob = project.member(org, email("bob"), mfa_phone_number="+14155550123")
    cy = project.member(org, email("cy"), create_member_as_pending=True)
    dee = project.api.magic_links.email.invite(organization_id=org, email_address=email("dee")).member
    eve = project.member(org, email("eve"))
    members.delete(org, eve.member_id)

    class World:
        pass

    world = World()
    world.org, world.ada, world.bob, world.cy, world.dee, world.eve = org, ada, bob, cy, dee, eve
    return world


@pytest.fixture
def found(project, world):
    """Searches and answers with first names."""

    def search(*operands, operator="AND", **fields):
        query = {"operator": operator, "operands": [{"filter_name": n, "filter_value": v} for n, v in operands]}
        answer = project.api.organizations.members.search(organization_ids=[world.org], query=query, **fields)
        return {m.email_address.split(".")[0] for m in answer.members}

    return search


def test_empty_query_finds_all_that_are_not_deleted(project, world):
    answer = project.api.organizations.members.search(organization_ids=[world.org])
    assert {m.member_id for m in answer.members} == {m.member_id for m in (world.ada, world.bob, world.cy, world.dee)}
    assert answer.results_metadata.total == 4
    assert not answer.results_metadata.next_cursor
    assert list(answer.organizations) == [world.org]
    assert answer.organizations[world.org] == project.api.organizations.get(world.org).organization
    assert next(m for m in answer.members if m.member_id == world.ada.member_id) == world.ada


def test_member_ids(found, world):
    assert found(("member_ids", [world.ada.member_id, world.cy.member_id])) == {"ada", "cy"}
    assert found(("member_ids", [world.ada.external_id])) == {"ada"}
    assert found(("member_ids", ["member-test-00000000-0000-4000-8000-000000000000"])) == set()


def test_member_ids_may_not_be_mixed(found, world):
    with refused(400, "member_search_cannot_mix_internal_and_external_member_ids"):
        found(("member_ids", [world.ada.external_id, world.bob.member_id]))


def test_member_emails(found, world):
    assert found(("member_emails", [world.bob.email_address.upper()])) == {"bob"}
    assert found(("member_emails", [new_email()])) == set()
    assert found(("member_emails", [world.eve.email_address])) == set()


@pytest.mark.parametrize(("text", "expected"), [("ada.", {"ada"}), ("ADA.", {"ada"}), ("@corp-", {"ada", "bob", "cy", "dee"}), ("zzz", set()), ("a%a.", set()), ("a_a.", set())])
def test_member_email_fuzzy(found, text, expected):
    assert found(("member_email_fuzzy", text)) == expected


def test_is_breakglass(found):
    assert found(("member_is_breakglass", True)) == {"ada"}
    assert found(("member_is_breakglass", False)) == {"bob", "cy", "dee"}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["active"], {"ada", "bob"}),
        (["pending"], {"cy"}),
        (["invited"], {"dee"}),
        (["deleted"], {"eve"}),
        (["pending", "invited"], {"cy", "dee"}),
        (["active", "pending", "invited", "deleted"], {"ada", "bob", "cy", "dee", "eve"}),
    ],
    ids=lambda v: ",".join(v) if isinstance(v, list) else "",
)
def test_statuses(found, statuses, expected):
    assert found(("statuses", statuses)) == expected


def test_phone_numbers(found):
    assert found(("member_mfa_phone_numbers", ["+14155550123", "+14155550199"])) == {"bob"}
    assert found(("member_mfa_phone_number_fuzzy", "5550123")) == {"bob"}
    assert found(("member_mfa_phone_number_fuzzy", "9999")) == set()


def test_password_exists(found):
    assert found(("member_password_exists", True)) == set()
    assert found(("member_password_exists", False)) == {"ada", "bob", "cy", "dee"}


def test_roles(project, world, found):
    assert found(("member_roles", ["stytch_admin"])) == {"ada"}
    assert found(("member_roles", ["stytch_member"])) == {"ada", "bob", "cy", "dee"}
    assert found(("member_roles", ["nobody"])) == set()
    project.member(world.org, f"fay.{unique()}@implicit-corp.com")
    assert found(("member_roles", ["stytch_admin"])) == {"ada", "fay"}


def test_and_or(found, world):
    ada = ("member_emails", [world.ada.email_address])
    bob = ("member_emails", [world.bob.email_address])
    active = ("statuses", ["active"])
    assert found(ada, bob) == set()
    assert found(ada, active) == {"ada"}
    assert found(ada, bob, operator="OR") == {"ada", "bob"}
    assert found(ada, ("statuses", ["pending"]), operator="OR") == {"ada", "cy"}


def test_several_organizations(project, world):
    other = project.organization(organization_slug=f"other-{unique()}")
    member = project.member(other.organization_id)
    third = project.organization().organization_id
    project.member(third)
    answer = project.api.organizations.members.search(organization_ids=[world.org, other.organization_slug])
    assert answer.results_metadata.total == 5
    assert member.member_id in {m.member_id for m in answer.members}
    assert set(answer.organizations) == {world.org, other.organization_id}
    assert {m.organization_id for m in answer.members} == {world.org, other.organization_id}


def test_organization_ids_are_required(project):
    with refused(400, ("member_search_organization_ids_empty", "member_search_missing_organization_id")):
        project.api.organizations.members.search(organization_ids=[])
    answer = project.raw("POST", "/v1/b2b/organizations/members/search", {})
    check_refusal(answer, 400, ("member_search_organization_ids_empty", "member_search_missing_organization_id", "bad_request"))


def test_foreign_organization_is_unknown(server, project, world):
    other = server.project()
    for key in (world.org, "organization-test-00000000-0000-4000-8000-000000000000"):
        with refused(404, "organization_not_found"):
            other.api.organizations.members.search(organization_ids=[key])


def test_pages(project, organization):
    org = organization.organization_id
    ids = {project.member(org).member_id for _ in range(5)}
    seen, sizes, cursor = [], [], None
    while True:
        answer = project.api.organizations.members.search(organization_ids=[org], limit=2, cursor=cursor)
        seen += [m.member_id for m in answer.members]
        sizes.append(len(answer.members))
        assert answer.results_metadata.total in (5, -1)
        cursor = answer.results_metadata.next_cursor
        if not cursor:
            break
    assert sizes == [2, 2, 1]
    assert len(seen) == 5
    assert set(seen) == ids


def test_cursor_does_not_open_another_organization(project):
    first, second = project.organization().organization_id, project.organization().organization_id
    for org in (first, second):
        for _ in range(3):
            project.member(org)
    cursor = project.api.organizations.members.search(organization_ids=[first], limit=1).results_metadata.next_cursor
    body = {"organization_ids": [second], "limit": 10, "cursor": cursor}
    answer = project.raw("POST", "/v1/b2b/organizations/members/search", body)
    assert answer.status_code == 200, answer.text
    assert {m["organization_id"] for m in answer.json()["members"]} == {second}
    for bad in ("garbage", "'; DROP TABLE members; --"):
        with refused(400, ("bad_request", "invalid_argument")):
            project.api.organizations.members.search(organization_ids=[first], cursor=bad)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_limit_bounds(project, organization, limit):
    body = {"organization_ids": [organization.organization_id], "limit": limit}
    check_refusal(project.raw("POST", "/v1/b2b/organizations/members/search", body), 400, ("bad_request", "invalid_argument"))


PREFIX = "member_search_"


@pytest.mark.parametrize(
    ("operand", "error"),
    [
        ({"filter_name": "no_such_filter", "filter_value": ["a"]}, "filter_name_not_recognized"),
        ({"filter_value": ["a"]}, "missing_filter_name"),
        ({"filter_name": 7, "filter_value": ["a"]}, "filter_name_must_be_string"),
        ({"filter_name": "member_ids"}, ("missing_filter_value", "missing_member_ids")),
        ({"filter_name": "member_emails"}, ("missing_filter_value", "missing_member_emails")),
        ({"filter_name": "member_is_breakglass"}, ("missing_filter_value", "missing_is_breakglass")),
        ({"filter_name": "statuses"}, ("missing_filter_value", "missing_statuses", "missing_status")),
        *(
            ({"filter_name": name, "filter_value": value}, "expected_array_of_strings")
            for name in ("member_ids", "member_emails", "statuses", "member_mfa_phone_numbers", "member_roles")
            for value in ("text", [1], True)
        ),
        *(
            ({"filter_name": name, "filter_value": ["x"]}, "expected_string")
            for name in ("member_email_fuzzy", "member_mfa_phone_number_fuzzy")
        ),
        *(
            ({"filter_name": name, "filter_value": "true"}, "expected_boolean")
            for name in ("member_is_breakglass", "member_password_exists")
        ),
        ({"filter_name": "member_email_fuzzy", "filter_value": "ab"}, "member_email_fuzzy_too_short"),
        ({"filter_name": "member_mfa_phone_number_fuzzy", "filter_value": "12"}, "member_mfa_phone_number_fuzzy_too_short"),
    ],
    ids=str,
)
def test_bad_operands(project, organization, operand, error):
    errors = error if isinstance(error, tuple) else (error,)
    body = {"organization_ids": [organization.organization_id], "query": {"operator": "AND", "operands": [operand]}}
    check_refusal(project.raw("POST", "/v1/b2b/organizations/members/search", body), 400, tuple(PREFIX + e for e in errors))


def test_unknown_status(project, organization):
    query = {"operator": "AND", "operands": [{"filter_name": "statuses", "filter_value": ["asleep"]}]}
    with refused(400, "search_invalid_status_filter"):
        project.api.organizations.members.search(organization_ids=[organization.organization_id], query=query)


# ---------------------------------------------------------------- large queries


def query_of(*operands, operator="AND"):
    return {"operator": operator, "operands": [{"filter_name": name, "filter_value": value} for name, value in operands]}


def test_values_of_a_query_are_bounded_together(project, world):
    """Each filter takes 200, and a query 50 filters; ten thousand in all would be a second's work for one request."""
    full = ("member_emails", [f"{i}@example.com" for i in range(200)])
    body = {"organization_ids": [world.org], "query": query_of(*[full] * 5, operator="OR")}
    assert project.raw("POST", "/v1/b2b/organizations/members/search", body).status_code == 200
    body["query"]["operands"].append({"filter_name": "member_emails", "filter_value": ["a@example.com"]})
    check_refusal(project.raw("POST", "/v1/b2b/organizations/members/search", body), 400, "invalid_argument")
    organizations = query_of(*[("member_emails", full[1])] * 6, operator="OR")
    answer = project.raw("POST", "/v1/b2b/organizations/search", {"query": organizations})
    check_refusal(answer, 400, "invalid_argument")


def test_values_that_mean_something_in_a_list(found, world):
    odd = ['"', "\\", "{}", "NULL", "a,b", "'", "$1", "", "ä"]
    assert found(("member_ids", [*odd, world.ada.external_id])) == {"ada"}
    assert found(("member_roles", odd)) == set()


def test_an_implicit_role_is_one_of_its_organization_only(project):
    """The same domain leads to a role in one organization, and to none in the other."""
    domain = new_domain()
    with_role = project.organization(rbac_email_implicit_role_assignments=[{"domain": domain, "role_id": "stytch_admin"}]).organization_id
    without = project.organization().organization_id
    member = project.member(with_role, new_email(domain))
    project.member(without, new_email(domain))
    query = query_of(("member_roles", ["stytch_admin"]))
    answer = project.api.organizations.members.search(organization_ids=[with_role, without], query=query)
    assert [m.member_id for m in answer.members] == [member.member_id]


def test_what_tenants_have_set_overflows_no_search(project):
    """Fifty filters by a role that a hundred organizations give to two hundred domains each."""
    assignments = [{"domain": f"{i}.example", "role_id": "stytch_admin"} for i in range(200)]
    made = [project.organization(rbac_email_implicit_role_assignments=assignments).organization_id for _ in range(100)]
    member = project.member(made[7], "someone@7.example")
    query = query_of(*[("member_roles", ["stytch_admin", f"role-{i}"]) for i in range(50)])
    body = {"organization_ids": made, "query": query}
    answer = project.raw("POST", "/v1/b2b/organizations/members/search", body)
    # So much may take longer than a search is given.
    if answer.status_code != 429:
        assert answer.status_code == 200, answer.text
        assert [m["member_id"] for m in answer.json()["members"]] == [member.member_id]
    body["query"] = query_of(("member_roles", ["stytch_admin"]))
    found = project.raw("POST", "/v1/b2b/organizations/members/search", body)
    assert [m["member_id"] for m in found.json()["members"]] == [member.member_id]
