"""Organization search: every filter, AND and OR, pages, cursors, refusals."""

import base64

import pytest
from harness import check_refusal, new_domain, new_email, refused, unique


def search(project, *operands, operator="AND", **fields):
    query = {"operator": operator, "operands": [{"filter_name": n, "filter_value": v} for n, v in operands]}
    return project.api.organizations.search(query=query, **fields)


def names(answer):
    return {o.organization_name for o in answer.organizations}


@pytest.fixture(scope="module")
def project(server):
    return server.project()


@pytest.fixture(scope="module")
def three(project):
    """Organizations Alpha, Beta and Gamma that differ in everything there is a filter for, and no others. Whoever makes
    more of them does so in a project of their own."""
    made = {}
    for name in ("Alpha", "Beta", "Gamma"):
        domain, claimed = f"{name.lower()}-{new_domain()}", f"claimed-{name.lower()}-{new_domain()}"
        organization = project.organization(
            organization_name=name,
            organization_slug=f"{name.lower()}-slug-{unique()}",
            email_allowed_domains=[domain],
            claimed_email_domains=[claimed],
        )
        member = project.member(organization.organization_id, f"person.{name.lower()}-{unique()}@mail-{unique()}.com")
        made[name] = organization, member
    return made


def test_no_query_finds_all(project, three):
    answer = project.api.organizations.search()
    assert names(answer) == {"Alpha", "Beta", "Gamma"}
    assert answer.results_metadata.total == 3
    assert not answer.results_metadata.next_cursor
    got = {o.organization_id: o for o in answer.organizations}
    for organization, _ in three.values():
        assert got[organization.organization_id] == organization


def test_no_operands_finds_all(project, three):
    assert names(search(project)) == {"Alpha", "Beta", "Gamma"}


def test_organization_ids(project, three):
    wanted = [three["Alpha"][0].organization_id, three["Gamma"][0].organization_id]
    answer = search(project, ("organization_ids", wanted))
    assert names(answer) == {"Alpha", "Gamma"}
    assert answer.results_metadata.total == 2
    assert names(search(project, ("organization_ids", ["organization-test-00000000-0000-4000-8000-000000000000"]))) == set()


def test_organization_slugs(project, three):
    assert names(search(project, ("organization_slugs", [three["Beta"][0].organization_slug, "nope"]))) == {"Beta"}


@pytest.mark.parametrize(("text", "expected"), [("Alph", {"Alpha"}), ("alpha", {"Alpha"}), ("lph", {"Alpha"}), ("zzz", set()), ("Al%a", set()), ("Al_ha", set())])
def test_organization_name_fuzzy(project, three, text, expected):
    assert names(search(project, ("organization_name_fuzzy", text))) == expected


@pytest.mark.parametrize("text", ["ΣΙΣ", "σισ", "ΦΟΣ", "φος", "φοσ"])
def test_organization_name_fuzzy_knows_one_sigma(server, text):
    """Which of its two small letters a capital becomes depends on where the word ends, and a part of a name ends elsewhere."""
    project = server.project()
    project.organization(organization_name="ΣΙΣΥΦΟΣ ΑΕ")
    assert names(search(project, ("organization_name_fuzzy", text))) == {"ΣΙΣΥΦΟΣ ΑΕ"}


@pytest.mark.parametrize(("text", "expected"), [("beta-sl", {"Beta"}), ("-slug-", {"Alpha", "Beta", "Gamma"}), ("b%a", set()), ("beta_slug", set())])
def test_organization_slug_fuzzy(project, three, text, expected):
    assert names(search(project, ("organization_slug_fuzzy", text))) == expected


def test_member_emails(project, three):
    email = three["Gamma"][1].email_address
    assert names(search(project, ("member_emails", [email]))) == {"Gamma"}
    assert names(search(project, ("member_emails", [email.upper(), three["Alpha"][1].email_address]))) == {"Gamma", "Alpha"}
    assert names(search(project, ("member_emails", [new_email()]))) == set()


def test_member_email_fuzzy(project, three):
    assert names(search(project, ("member_email_fuzzy", "person.beta"))) == {"Beta"}
    assert names(search(project, ("member_email_fuzzy", "person."))) == {"Alpha", "Beta", "Gamma"}


def test_deleted_members_do_not_count(project, three):
    org = three["Alpha"][0].organization_id
    member = project.member(org)
    assert names(search(project, ("member_emails", [member.email_address]))) == {"Alpha"}
    project.api.organizations.members.delete(org, member.member_id)
    assert names(search(project, ("member_emails", [member.email_address]))) == set()


def test_allowed_domains(project, three):
    domain = three["Alpha"][0].email_allowed_domains[0]
    assert names(search(project, ("allowed_domains", [domain]))) == {"Alpha"}
    assert names(search(project, ("allowed_domains", ["nobody.com"]))) == set()
    assert names(search(project, ("allowed_domain_fuzzy", "beta-corp"))) == {"Beta"}


def test_claimed_email_domains(project, three):
    domain = three["Beta"][0].claimed_email_domains[0]
    assert names(search(project, ("claimed_email_domains", [domain]))) == {"Beta"}
    assert names(search(project, ("claimed_email_domains", [three["Beta"][0].email_allowed_domains[0]]))) == set()


def test_sso_filters(project, three):
    assert names(search(project, ("has_active_sso_connection", False))) == {"Alpha", "Beta", "Gamma"}
    assert names(search(project, ("has_active_sso_connection", True))) == set()
    assert names(search(project, ("sso_connection_id", "saml-connection-test-00000000-0000-4000-8000-000000000000"))) == set()


def test_and_or(project, three):
    alpha = ("organization_name_fuzzy", "alpha")
    beta = ("organization_slug_fuzzy", "beta")
    slugs = ("organization_slug_fuzzy", "slug")
    assert names(search(project, alpha, beta)) == set()
    assert names(search(project, alpha, slugs)) == {"Alpha"}
    assert names(search(project, alpha, beta, operator="OR")) == {"Alpha", "Beta"}


def test_pages(own_project):
    ids = {own_project.organization(organization_name=f"Page {i}").organization_id for i in range(5)}
    seen, sizes, cursor = [], [], None
    while True:
        answer = search(own_project, ("organization_name_fuzzy", "page"), limit=2, cursor=cursor)
        seen += [o.organization_id for o in answer.organizations]
        sizes.append(len(answer.organizations))
        assert answer.results_metadata.total in (5, -1)
        cursor = answer.results_metadata.next_cursor
        if not cursor:
            break
    assert sizes == [2, 2, 1]
    assert len(seen) == 5
    assert set(seen) == ids


def test_a_page_is_stable_while_others_are_deleted(own_project):
    for i in range(4):
        own_project.organization(organization_name=f"Page {i}")
    first = own_project.api.organizations.search(limit=2)
    own_project.api.organizations.delete(first.organizations[0].organization_id)
    second = own_project.api.organizations.search(limit=2, cursor=first.results_metadata.next_cursor)
    assert len(second.organizations) == 2
    assert not {o.organization_id for o in first.organizations} & {o.organization_id for o in second.organizations}


@pytest.mark.parametrize("limit", [0, -1, 1001, 2**40])
def test_limit_bounds(project, limit):
    check_refusal(project.raw("POST", "/v1/b2b/organizations/search", {"limit": limit}), 400, ("bad_request", "invalid_argument"))


def test_limit_of_1000_is_allowed(own_project):
    own_project.organization()
    assert len(own_project.api.organizations.search(limit=1000).organizations) == 1


@pytest.mark.parametrize("cursor", ["garbage", "AAAA", "' OR 1=1 --", base64.urlsafe_b64encode(b'{"id":1}').decode(), "x" * 5000])
def test_made_up_cursor(project, cursor):
    check_refusal(project.raw("POST", "/v1/b2b/organizations/search", {"cursor": cursor}), 400, ("bad_request", "invalid_argument"))


def test_altered_or_foreign_cursor(server, own_project):
    organizations = [own_project.organization() for _ in range(3)]
    for _ in range(2):
        own_project.member(organizations[0].organization_id)
    cursor = own_project.api.organizations.search(limit=1).results_metadata.next_cursor
    middle = len(cursor) // 2
    altered = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    members = own_project.api.organizations.members.search(
        organization_ids=[organizations[0].organization_id], limit=1
    ).results_metadata.next_cursor
    for bad in (altered, members):
        with refused(400, ("bad_request", "invalid_argument")):
            own_project.api.organizations.search(cursor=bad)
    other = server.project()
    for _ in range(3):
        other.organization()
    with refused(400, ("bad_request", "invalid_argument")):
        other.api.organizations.search(cursor=cursor)
    assert len(own_project.api.organizations.search(limit=1, cursor=cursor).organizations) == 1


PREFIX = "organization_search_"


@pytest.mark.parametrize(
    ("operand", "error"),
    [
        ({"filter_name": "no_such_filter", "filter_value": ["a"]}, "filter_name_not_recognized"),
        ({"filter_value": ["a"]}, "missing_filter_name"),
        ({"filter_name": 7, "filter_value": ["a"]}, "filter_name_must_be_string"),
        *(
            ({"filter_name": name}, ("missing_filter_value", f"missing_{name}"))
            for name in (
                "organization_ids", "organization_slugs", "organization_name_fuzzy", "organization_slug_fuzzy", "member_emails",
                "member_email_fuzzy", "allowed_domains", "allowed_domain_fuzzy", "claimed_email_domains", "has_active_sso_connection",
                "sso_connection_id",
            )
        ),
        *(
            ({"filter_name": name, "filter_value": value}, "expected_array_of_strings")
            for name in ("organization_ids", "organization_slugs", "member_emails", "allowed_domains", "claimed_email_domains")
            for value in ("text", [1], {"a": 1})
        ),
        *(
            ({"filter_name": name, "filter_value": value}, "expected_string")
            for name in ("organization_name_fuzzy", "organization_slug_fuzzy", "member_email_fuzzy", "allowed_domain_fuzzy", "sso_connection_id")
            for value in (["text"], 1)
        ),
        ({"filter_name": "has_active_sso_connection", "filter_value": "true"}, "expected_boolean"),
        ({"filter_name": "organization_name_fuzzy", "filter_value": "ab"}, "organization_name_fuzzy_too_short"),
        ({"filter_name": "organization_slug_fuzzy", "filter_value": "ab"}, "organization_slug_fuzzy_too_short"),
        ({"filter_name": "member_email_fuzzy", "filter_value": "ab"}, "member_email_fuzzy_too_short"),
        ({"filter_name": "allowed_domain_fuzzy", "filter_value": "ab"}, "allowed_domain_fuzzy_too_short"),
    ],
    ids=str,
)
def test_bad_operands(project, operand, error):
    errors = error if isinstance(error, tuple) else (error,)
    answer = project.raw("POST", "/v1/b2b/organizations/search", {"query": {"operator": "AND", "operands": [operand]}})
    check_refusal(answer, 400, tuple(PREFIX + e for e in errors))


@pytest.mark.parametrize(
    "query",
    [
        {"operator": "XOR", "operands": []},
        {"operator": "AND", "operands": "x"},
        {"operator": "AND", "operands": ["x"]},
        "text",
        [],
    ],
    ids=str,
)
def test_bad_query(project, query):
    check_refusal(project.raw("POST", "/v1/b2b/organizations/search", {"query": query}), 400, ("bad_request", "invalid_argument"))
