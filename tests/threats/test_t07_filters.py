"""T-07: whatever is searched for, nothing of another tenant is found."""

import random

import pytest
from harness import data, new_domain, unique, verified_member
from scenes import MEMBER_HEADER

SEED = random.randrange(1 << 32)


class World:
    """Organizations in two projects that look alike in everything that can be searched for."""

    def __init__(self, project, neighbour):
        # A worker may set the scene more than once.
        self.word = f"shared{unique()}"
        self.domain = new_domain()
        self.rows = {}
        self.all = []
        for owner in (project, neighbour):
            for i in range(2):
                # A domain is claimed once in a project.
                claimed = {"claimed_email_domains": [self.domain]} if i == 0 else {}
                organization = owner.organization(
                    organization_name=f"{self.word} {i}", organization_slug=f"{self.word}-{i}", organization_external_id=f"{self.word}.{i}",
                    email_allowed_domains=[self.domain], email_jit_provisioning="RESTRICTED", **claimed,
                    rbac_email_implicit_role_assignments=[{"domain": self.domain, "role_id": "stytch_admin"}],
                )
                members = []
                if i == 0:
                    _, self.login = verified_member(owner, organization.organization_id, f"{self.word}-admin@{self.domain}", roles=["stytch_admin"])
                    members.append(self.login.member_id)
                    self.logins = getattr(self, "logins", {}) | {owner.project_id: (organization.organization_id, self.login)}
                for k in range(3):
                    where = self.domain if i == 0 else "corp-elsewhere.com"
                    member = owner.member(
                        organization.organization_id, f"{self.word}-{k}@{where}", external_id=f"{self.word}.{k}", mfa_phone_number=f"+1415555{k:04d}",
                        roles=["stytch_admin"] if k == 0 else [], is_breakglass=k == 1, create_member_as_pending=k == 2,
                    )
                    members.append(member.member_id)
                self.rows[organization.organization_id] = (owner.project_id, members)
                self.all += [organization.organization_id, *members]

    def orgs(self, project_id):
        return {org for org, (owner, _) in self.rows.items() if owner == project_id}

    def members(self, orgs):
        return {m for org in orgs for m in self.rows[org][1]}


@pytest.fixture(scope="module")
def world(project, neighbour):
    return World(project, neighbour)


INJECTIONS = ["' OR '1'='1", "%", "%%%", "___", "\\", "') OR TRUE --", "$1", "x' UNION SELECT * FROM members --", "\\%shared", "a]b[c", "[*]"]


def strings(rng, world):
    pool = [*world.all, world.word, f"{world.word}-0", f"{world.word}.0", f"{world.word}-0@{world.domain}", f"{world.word}-1@corp-elsewhere.com", world.domain, "+14155550000", *INJECTIONS]
    return [rng.choice(pool) for _ in range(rng.randrange(0, 5))]


def fuzzy(rng, world):
    return rng.choice([world.word, world.word[:6], "shared", "corp", "@corp", "555", world.domain, "%%%", "___", "' OR 1=1 --", "\\\\\\", "a%' OR '1'='1"])


MEMBER_FILTERS = {
    "member_ids": lambda r, w: r.sample(sorted(w.all), 3) if r.random() < 0.5 else [f"{w.word}.0", f"{w.word}.1"],
    "member_emails": strings, "member_email_fuzzy": fuzzy, "member_is_breakglass": lambda r, w: r.random() < 0.5,
    "statuses": lambda r, w: r.sample(["active", "pending", "invited", "deleted"], r.randrange(1, 5)),
    "member_mfa_phone_numbers": strings, "member_mfa_phone_number_fuzzy": fuzzy,
    "member_password_exists": lambda r, w: r.random() < 0.3,
    "member_roles": lambda r, w: r.choice([["stytch_member"], ["stytch_admin"], ["nope"], ["stytch_admin", "' OR 1=1 --"]]),
    "organization_slug_fuzzy": fuzzy,
}
ORGANIZATION_FILTERS = {
    "organization_ids": strings, "organization_slugs": strings, "organization_name_fuzzy": fuzzy, "organization_slug_fuzzy": fuzzy,
    "member_emails": strings, "member_email_fuzzy": fuzzy, "allowed_domains": strings, "allowed_domain_fuzzy": fuzzy,
    "claimed_email_domains": strings, "has_active_sso_connection": lambda r, w: r.random() < 0.3, "sso_connection_id": lambda r, w: "saml-connection-x",
}


def query(rng, world, filters):
    names = rng.choices(sorted(filters), k=rng.randrange(1, 5))
    return {"operator": rng.choice(["AND", "OR"]), "operands": [{"filter_name": n, "filter_value": filters[n](rng, world)} for n in names]}


def pages(ask, body, rng):
    """All pages of a search, small ones; a search that is refused finds nothing."""
    body = body | {"limit": rng.choice([1, 2, 5, 100])}
    found = []
    for _ in range(30):
        answer = ask(body)
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 400:
            return found, None
        page = answer.json()
        page = page.get("data", page)
        found.append(page)
        if not page["results_metadata"]["next_cursor"]:
            return found, page["results_metadata"]["total"]
        body = body | {"cursor": page["results_metadata"]["next_cursor"]}
    raise AssertionError("a listing without an end")


def test_t07_member_searches_stay_in_the_organizations_named(world, project):
    rng, hits = random.Random(SEED), 0
    mine = sorted(world.orgs(project.project_id))
    for round_ in range(120):
        orgs = rng.sample(mine, rng.randrange(1, 3))
        wanted = query(rng, world, MEMBER_FILTERS)
        case = f"seed {SEED}, round {round_}: {wanted}"
        got, total = pages(lambda body: project.raw("POST", "/v1/b2b/organizations/members/search", body), {"organization_ids": orgs, "query": wanted}, rng)
        ids = [m["member_id"] for page in got for m in page["members"]]
        assert set(ids) <= world.members(orgs), case
        assert all(m["organization_id"] in orgs for page in got for m in page["members"]), case
        assert all(set(page["organizations"]) <= set(orgs) for page in got), case
        assert total is None or total == len(ids) == len(set(ids)), case
        hits += len(ids)
    assert hits > 50, f"the searches of seed {SEED} find too little to prove anything"


def test_t07_organization_searches_stay_in_the_project(world, project, neighbour):
    rng, hits = random.Random(SEED + 1), 0
    for round_ in range(120):
        owner, other = rng.choice([(project, neighbour), (neighbour, project)])
        wanted = query(rng, world, ORGANIZATION_FILTERS)
        got, total = pages(lambda body: owner.raw("POST", "/v1/b2b/organizations/search", body), {"query": wanted}, LARGE)
        ids = [o["organization_id"] for page in got for o in page["organizations"]]
        assert not set(ids) & world.orgs(other.project_id), f"seed {SEED}, round {round_}: {wanted}"
        assert total is None or total == len(ids) == len(set(ids)), f"seed {SEED}, round {round_}: {wanted}"
        hits += len(set(ids) & world.orgs(owner.project_id))
    assert hits > 10, f"the searches of seed {SEED} find too little to prove anything"


class LargePages:
    """Other tests leave organizations in the project, so these listings are read in large pages."""

    @staticmethod
    def choice(_):
        return 1000


LARGE = LargePages()


@pytest.mark.parametrize("surface", ["browser", "member header"])
def test_t07_a_member_finds_only_their_own_organization(world, project, surface):
    rng, hits = random.Random(SEED + 2), 0
    org, login = world.logins[project.project_id]

    def ask(body):
        if surface == "browser":
            return project.browser("POST", "/b2b/organizations/me/members/search", body, session_token=login.session_token)
        return project.raw("POST", "/v1/b2b/organizations/members/search", body | {"organization_ids": [org]}, headers={MEMBER_HEADER: login.session_token})

    for round_ in range(60):
        wanted = query(rng, world, MEMBER_FILTERS)
        got, total = pages(ask, {"query": wanted}, rng)
        ids = [m["member_id"] for page in got for m in page["members"]]
        assert set(ids) <= world.members([org]), f"seed {SEED}, round {round_}: {wanted}"
        assert total is None or total == len(ids), f"seed {SEED}, round {round_}: {wanted}"
        hits += len(ids)
    assert hits > 20, f"the searches of seed {SEED} find too little to prove anything"


def test_t07_audit_events_stay_in_the_project_and_the_organization(world, project, neighbour):
    for owner in (project, neighbour):
        for org in world.orgs(owner.project_id):
            events = owner.audit(org)
            assert events and {e["organization_id"] for e in events} == {org}
    foreign = world.orgs(neighbour.project_id)
    assert not {e["organization_id"] for e in project.audit()} & foreign


def test_t07_answers_carry_the_rows_own_organization(world, project):
    org, login = world.logins[project.project_id]
    found = data(project.browser("POST", "/b2b/organizations/me/members/search", {}, session_token=login.session_token))
    assert {m["organization_id"] for m in found["members"]} == {org} == set(found["organizations"])
    assert {m["member_id"] for m in found["members"]} == world.members([org])
