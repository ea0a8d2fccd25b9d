"""T-02: organizations and members have names of several kinds, and every place takes any of them. None of them leads to
somebody else, whoever gives themselves what name.

T-05: what is taken elsewhere, as a name of whatever kind, is free here.
"""

from types import SimpleNamespace

import pytest
from harness import ENGINE, check_refusal, intermediate, login, new_email, refused, token_from, unique, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER, made_up


class Named:
    """An organization with a name of every kind, an administrator, and somebody who is a member of all of them."""

    def __init__(self, project, person):
        tag = unique()
        self.project = project
        self.organization = project.organization(organization_slug=f"slug-{tag}", organization_external_id=f"ext-{tag}")
        self.id = self.organization.organization_id
        self.slug, self.external_id = f"slug-{tag}", f"ext-{tag}"
        self.admin, self.login = verified_member(project, self.id, roles=["stytch_admin"])
        self.person = project.member(self.id, person)


@pytest.fixture
def two(project):
    person = new_email()
    return SimpleNamespace(
        project=project, person=person, a=Named(project, person), b=Named(project, person),
    )


# ---------------------------------------------------------------- organizations


def places(two):
    """Every place that takes a name of an organization: a function from the name to the id of who answered."""
    project, person = two.project, two.person
    raw, browser = project.raw, project.browser
    org = "/v1/b2b/organizations"
    session = {o.id: login(project, o.id, person).session_token for o in (two.a, two.b)}
    # Somebody who has proven the address elsewhere, so that they may enter either.
    elsewhere = project.organization().organization_id
    project.member(elsewhere, person)
    outside = login(project, elsewhere, person).session_token

    def ok(answer):
        assert answer.status_code == 200, f"{answer.request.method} {answer.request.url}: {answer.text}"
        body = answer.json()
        return body.get("data", body)

    def checked(name):
        """Whose session passes a check of permission in the organization of that name."""
        check = {"organization_id": name, "resource_id": "stytch.self", "action": "update.info.name"}
        answers = {o: raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": s, "authorization_check": check}).status_code for o, s in session.items()}
        [passed] = [o for o, status in answers.items() if status == 200]
        return passed

    def mailed(answer):
        """Where the link leads that was mailed."""
        ok(answer)
        return project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(person))).organization_id

    def one(ids):
        [only] = set(ids)
        return only

    return {
        "get": lambda n: ok(raw("GET", f"{org}/{n}"))["organization"]["organization_id"],
        "update": lambda n: ok(raw("PUT", f"{org}/{n}", {"organization_name": f"Name {unique()}"}))["organization"]["organization_id"],
        "create a member": lambda n: ok(raw("POST", f"{org}/{n}/members", {"email_address": new_email()}))["member"]["organization_id"],
        "get a member": lambda n: ok(raw("GET", f"{org}/{n}/member", params={"email_address": person}))["organization"]["organization_id"],
        "update a member": lambda n: ok(raw("PUT", f"{org}/{n}/members/{(two.a if n in two.names['a'] else two.b).person.member_id}", {"name": "X"}))["organization"]["organization_id"],
        "search members": lambda n: one(ok(raw("POST", f"{org}/members/search", {"organization_ids": [n]}))["organizations"]),
        "audit": lambda n: one(e["organization_id"] for e in ok(raw("GET", "/v1/b2b/audit/events", params={"organization_id": n}))["events"]),
        "log in": lambda n: mailed(raw("POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": n, "email_address": person})),
        "log in, in a browser": lambda n: mailed(browser("POST", "/b2b/magic_links/email/login_or_signup", {"organization_id": n, "email_address": person})),
        "invite": lambda n: ok(raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": n, "email_address": new_email()}))["organization"]["organization_id"],
        "exchange a session": lambda n: ok(raw("POST", "/v1/b2b/sessions/exchange", {"organization_id": n, "session_token": outside}))["organization"]["organization_id"],
        "exchange a session in a browser": lambda n: ok(browser("POST", "/b2b/sessions/exchange", {"organization_id": n, "session_duration_minutes": 60}, session_token=outside))["organization"]["organization_id"],
        "enter after discovery": lambda n: ok(raw("POST", "/v1/b2b/discovery/intermediate_sessions/exchange", {"organization_id": n, "intermediate_session_token": intermediate(project, person)}))["organization"]["organization_id"],
        "check a permission": checked,
    }


# Which name of A is taken by B, as which kind of its own, in which spelling.
TAKEN = {
    "a slug that is an external id": ("organization_slug", lambda a: a.external_id),
    "a slug that is an external id in capitals": ("organization_slug", lambda a: a.external_id.upper()),
    "a slug that is a slug in capitals": ("organization_slug", lambda a: a.slug.upper()),
    "a slug that is an id": ("organization_slug", lambda a: a.id),
    "a slug that is an id in capitals": ("organization_slug", lambda a: a.id.upper()),
    "an external id that is a slug": ("organization_external_id", lambda a: a.slug),
    "an external id that is a slug in capitals": ("organization_external_id", lambda a: a.slug.upper()),
    "an external id that is an external id": ("organization_external_id", lambda a: a.external_id),
    "an external id that is an id": ("organization_external_id", lambda a: a.id),
    "a slug that looks like an id of nobody": ("organization_slug", lambda _: made_up("organization")),
    "an external id that looks like an id of nobody": ("organization_external_id", lambda _: made_up("organization")),
}


def check_every_place(two, only=None):
    """Each name leads to whose it is, in every place, or in `only` one."""
    two.names = {"a": [two.a.id, two.a.slug, two.a.external_id], "b": [two.b.id, two.b.slug, two.b.external_id]}
    for place, ask in places(two).items():
        if only and place != only:
            continue
        for whose, names in (("a", two.names["a"]), ("b", two.names["b"])):
            for name in names:
                assert ask(name) == getattr(two, whose).id, f"{place}: {name}, a name of {whose}, leads to somebody else"


def test_t02_every_name_of_an_organization_leads_to_it_everywhere(two):
    check_every_place(two)


@pytest.mark.parametrize("case", TAKEN)
def test_t02_nobody_takes_a_name_that_leads_to_another(two, case):
    """Refused, when it is made and when it is changed, by whoever may; or else it leads to nobody else."""
    field, of = TAKEN[case]
    name = of(two.a)
    path = f"/v1/b2b/organizations/{two.b.id}"
    # An administrator sets the slug; external ids are the backend's.
    headers = {MEMBER_HEADER: two.b.login.session_token} if field == "organization_slug" else None
    answers = [two.project.raw("PUT", path, {field: name}, headers=headers)]
    if field == "organization_slug" and answers[0].status_code == 400:
        answers.append(two.project.browser("PUT", "/b2b/organizations/me", {field: name}, session_token=two.b.login.session_token))
    answers.append(two.project.raw("POST", "/v1/b2b/organizations", {"organization_name": "Third", field: name}))
    if all(answer.status_code == 400 for answer in answers):
        check_every_place(two, only="get")
        return
    # Taken: then it has to lead to who has taken it, and A's names still to A.
    assert answers[0].status_code == 200 and answers[-1].status_code == 400, [answer.text for answer in answers]
    setattr(two.b, {"organization_slug": "slug", "organization_external_id": "external_id"}[field], name)
    check_every_place(two)


@pytest.mark.parametrize("kind", ["slug", "external_id", "id"])
def test_t02_a_slug_that_is_made_up_is_nobody_elses_name(two, kind):
    """From the name of the organization, when no slug is given."""
    name = getattr(two.a, kind)
    made = two.project.raw("POST", "/v1/b2b/organizations", {"organization_name": name}).json()["organization"]
    assert made["organization_slug"].lower() not in (two.a.slug, two.a.external_id, two.a.id)
    check_every_place(two)


def test_t02_an_organization_may_be_called_the_same_twice(project):
    """Its own slug as its external id is no other's name."""
    name = f"same-{unique()}"
    made = project.organization(organization_slug=name, organization_external_id=name)
    assert project.api.organizations.get(name).organization.organization_id == made.organization_id


@pytest.mark.parametrize("field", ["organization_slug", "organization_external_id"])
def test_t05_a_name_of_another_kind_is_free_in_another_project(two, neighbour, field):
    for name in (two.a.slug, two.a.external_id):
        made = neighbour.organization(**{field: name})
        assert neighbour.api.organizations.get(name).organization.organization_id == made.organization_id
    check_every_place(two)


# ---------------------------------------------------------------- who gives names


@pytest.mark.parametrize("how", ["renamed", "deleted"])
def test_t02_who_has_a_name_since_before_names_were_one_keeps_it_behind_the_older(project, how):
    """Both can be renamed; who gives it up leads to the other, and nobody new gets it."""
    get, update = project.api.organizations.get, project.api.organizations.update
    name = f"acme-{unique()}"
    older = project.organization(organization_slug=name).organization_id
    newer = project.organization(organization_external_id=f"ext-{unique()}").organization_id
    # As the migration leaves it that made names one space.
    project.server.rows(f"UPDATE organizations SET external_id = '{name}', revision = revision + 1 WHERE id = '{newer}'")
    shadowed = "TRUE" if ENGINE == "postgres" else "1"
    project.server.rows(f"UPDATE organization_locators SET name = '{name}', folded = '{name}', shadowed = {shadowed} "
                        f"WHERE organization_id = '{newer}' AND kind = 'external_id'")
    assert get(name).organization.organization_id == older
    # What it is called stays as it is when something else is changed, its other name too.
    update(newer, organization_name="Another")
    update(newer, organization_slug=f"other-{unique()}")
    assert (get(newer).organization.organization_external_id, get(name).organization.organization_id) == (name, older)
    if how == "renamed":
        update(older, organization_slug=f"older-{unique()}")
    else:
        project.api.organizations.delete(older)
    assert get(name).organization.organization_id == newer
    with refused(400, "organization_slug_already_used"):
        project.organization(organization_slug=name)
    with refused(400, "organization_slug_already_used"):
        update(project.organization().organization_id, organization_slug=name)
    update(newer, organization_external_id=f"new-{unique()}")
    with refused(404, "organization_not_found"):
        get(name)
    assert project.organization(organization_slug=name).organization_slug == name


def as_whom(project, org):
    """An administrator who may do everything, at the door of the backend and at that of pages."""
    role = {"role_id": "everything", "description": "", "permissions": [
        {"resource_id": resource, "actions": ["*"]} for resource in ("stytch.organization", "stytch.member", "stytch.self")]}
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [role]})
    member, session = verified_member(project, org, roles=["stytch_admin", "everything"])
    return member, session.session_token, session.session_jwt


def test_t02_only_a_backend_gives_external_ids_to_organizations(project):
    """Whatever a member's roles allow: the app's own ids are nothing that its users choose."""
    made = project.organization()
    _, token, jwt = as_whom(project, made.organization_id)
    for name in (f"ext-{unique()}", ""):
        body = {"organization_external_id": name}
        path = f"/v1/b2b/organizations/{made.organization_id}"
        for answer in (
            project.raw("PUT", path, body, headers={MEMBER_HEADER: token}),
            project.raw("PUT", path, body, headers={JWT_HEADER: jwt}),
            project.raw("PUT", path, body | {"organization_name": "Changed"}, headers={MEMBER_HEADER: token}),
        ):
            check_refusal(answer, 403, "unauthorized_action")
        for answer in (
            project.browser("PUT", "/b2b/organizations/me", body, session_token=token),
            project.browser("PUT", "/b2b/organizations/me", body | {"organization_name": "Changed"}, session_token=token),
        ):
            check_refusal(answer, 400, "bad_request")
    found = project.api.organizations.get(made.organization_id).organization
    assert (found.organization_external_id, found.organization_name) == (made.organization_external_id, "Acme")


def test_t02_no_page_gives_an_external_id_to_a_new_organization(two):
    """Anybody can make one there."""
    for name in (two.a.external_id, f"ext-{unique()}"):
        body = {"intermediate_session_token": intermediate(two.project, new_email()), "organization_external_id": name, "session_duration_minutes": 60}
        check_refusal(two.project.browser("POST", "/b2b/discovery/organizations/create", body), 400, "bad_request")
        # It is the external id that is refused, and a backend may.
        del body["organization_external_id"]
        assert two.project.browser("POST", "/b2b/discovery/organizations/create", body).status_code == 200
    body = {"intermediate_session_token": intermediate(two.project, new_email()), "organization_external_id": name}
    answer = two.project.raw("POST", "/v1/b2b/discovery/organizations/create", body)
    assert answer.status_code == 200, answer.text
    assert two.project.api.organizations.get(name).organization.organization_id == answer.json()["organization"]["organization_id"]


def test_t02_only_a_backend_gives_external_ids_to_members(project):
    org = project.organization().organization_id
    admin, token, jwt = as_whom(project, org)
    other, name = project.member(org), f"ext-{unique()}"
    path, body = f"/v1/b2b/organizations/{org}/members", {"external_id": name}
    for answer in (
        project.raw("PUT", f"{path}/{other.member_id}", body, headers={MEMBER_HEADER: token}),
        project.raw("PUT", f"{path}/{admin.member_id}", body | {"name": "Changed"}, headers={JWT_HEADER: jwt}),
        project.raw("POST", path, body | {"email_address": new_email()}, headers={MEMBER_HEADER: token}),
    ):
        check_refusal(answer, 403, "unauthorized_action")
    for answer in (
        project.browser("PUT", f"/b2b/organizations/members/{other.member_id}", body, session_token=token),
        project.browser("PUT", "/b2b/organizations/members/update", body | {"name": "Changed"}, session_token=token),
        project.browser("POST", "/b2b/organizations/members", body | {"email_address": new_email()}, session_token=token),
    ):
        check_refusal(answer, 400, "bad_request")
    members = project.api.organizations.members.search(organization_ids=[org]).members
    assert sorted((m.member_id, m.external_id, m.name) for m in members) == sorted((m.member_id, None, "") for m in (admin, other))


def test_t02_the_public_look_up_takes_slugs_only(two):
    """It tells strangers of an organization whose login page they know the address of. Ids are no such addresses."""
    def found(name):
        answer = two.project.browser("POST", "/b2b/organizations/search", {"organization_slug": name})
        assert answer.status_code == 200, answer.text
        organization = answer.json()["data"]["organization"]
        return organization and organization["organization_id"]

    for o in (two.a, two.b):
        assert found(o.slug) == found(o.slug.upper()) == o.id
        for name in (o.id, o.external_id, o.external_id.upper(), o.admin.member_id):
            assert found(name) is None, name


def test_t02_the_public_look_up_of_an_external_id_finds_nobody_else(two):
    """Nor is it free for others to be found by."""
    made = two.project.raw("POST", "/v1/b2b/organizations", {"organization_name": "Third", "organization_slug": two.a.external_id})
    assert made.status_code == 400, made.text
    answer = two.project.browser("POST", "/b2b/organizations/search", {"organization_slug": two.a.external_id})
    assert answer.json()["data"]["organization"] is None


# ---------------------------------------------------------------- members


@pytest.fixture
def pair(project):
    """Two members of one organization, each with an external id."""
    org = project.organization().organization_id
    made = [verified_member(project, org, external_id=f"ext-{unique()}")[0] for _ in range(2)]
    return SimpleNamespace(project=project, org=org, one=made[0], two=made[1])


def member_places(pair):
    """Every place that takes a name of a member, as a function to the id of who answered."""
    raw, org = pair.project.raw, f"/v1/b2b/organizations/{pair.org}"

    def ok(answer):
        assert answer.status_code == 200, f"{answer.request.method} {answer.request.url}: {answer.text}"
        return answer.json()

    def only(sessions):
        [member] = {s["member_id"] for s in sessions}
        return member

    def deleted(name):
        """Brought back by the id, because what is deleted has no other name."""
        gone = ok(raw("DELETE", f"{org}/members/{name}"))["member_id"]
        external_id = {m.member_id: m.external_id for m in (pair.one, pair.two)}[gone]
        ok(raw("PUT", f"{org}/members/{gone}/reactivate", {}))
        ok(raw("PUT", f"{org}/members/{gone}", {"external_id": external_id}))
        return gone

    return {
        "get": lambda n: ok(raw("GET", f"{org}/member", params={"member_id": n}))["member_id"],
        "update": lambda n: ok(raw("PUT", f"{org}/members/{n}", {"name": f"Name {unique()}"}))["member_id"],
        "change the address": lambda n: ok(raw("POST", f"{org}/members/{n}/start_email_update", {"email_address": new_email()}))["member_id"],
        "sessions": lambda n: only(ok(raw("GET", "/v1/b2b/sessions", params={"organization_id": pair.org, "member_id": n}))["member_sessions"]),
        "delete": deleted,
    }


def check_every_member_place(pair):
    for place, ask in member_places(pair).items():
        for member in (pair.one, pair.two):
            for name in (member.member_id, member.external_id):
                assert ask(name) == member.member_id, f"{place}: {name} leads to another member"


def test_t02_every_name_of_a_member_leads_to_them_everywhere(pair):
    check_every_member_place(pair)


MEMBER_TAKEN = {
    "an external id that is an external id": lambda one: one.external_id,
    "an external id that is an id": lambda one: one.member_id,
    "an external id that looks like an id of nobody": lambda _: made_up("member"),
}


@pytest.mark.parametrize("case", MEMBER_TAKEN)
def test_t02_no_member_gets_a_name_that_leads_to_another(pair, case):
    name = MEMBER_TAKEN[case](pair.one)
    path = f"/v1/b2b/organizations/{pair.org}/members"
    changed = pair.project.raw("PUT", f"{path}/{pair.two.member_id}", {"external_id": name})
    made = pair.project.raw("POST", path, {"email_address": new_email(), "external_id": name})
    assert (changed.status_code, made.status_code) == (400, 400), (changed.text, made.text)
    check_every_member_place(pair)


@pytest.mark.parametrize("where", ["another organization", "another project"])
def test_t05_a_members_name_is_free_elsewhere(pair, neighbour, where):
    project = pair.project if where == "another organization" else neighbour
    org = project.organization().organization_id
    made = project.member(org, pair.one.email_address, external_id=pair.one.external_id)
    found = project.api.organizations.members.get(org, member_id=pair.one.external_id).member
    assert found.member_id == made.member_id != pair.one.member_id
    check_every_member_place(pair)
