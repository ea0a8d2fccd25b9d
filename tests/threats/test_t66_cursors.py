"""T-66: a cursor is opaque, signed with a key of this installation, and good for one listing of one project."""

import directory
import pytest
from harness import check_refusal, data, verified_member
from scenes import MEMBER_HEADER, b64, unb64


@pytest.fixture(scope="module")
def scene(project):
    organizations = [project.organization().organization_id for _ in range(3)]
    for _ in range(3):
        project.member(organizations[0])
    with_groups(project, organizations[0])
    return organizations


def with_groups(project, org):
    """Has an organization a directory with groups."""
    connection = project.api.scim.connection.create(org).connection
    for name in ("Engineers", "Others", "Admins"):
        directory.group(project.server, connection, name)


def connection_of(project, scene) -> str:
    return project.api.scim.connection.get(scene[0]).connection.connection_id


def listings(project, scene):
    return {
        "organizations": lambda cursor, limit=1: project.raw("POST", "/v1/b2b/organizations/search", {"limit": limit, "cursor": cursor}),
        "members": lambda cursor, limit=1: project.raw("POST", "/v1/b2b/organizations/members/search", {"organization_ids": [scene[0]], "limit": limit, "cursor": cursor}),
        "groups": lambda cursor, limit=1: project.raw("GET", f"/v1/b2b/scim/{scene[0]}/connection/{connection_of(project, scene)}",
                                                      params={"limit": limit} | ({"cursor": cursor} if cursor else {})),
        "audit": lambda cursor, limit=1: project.raw("GET", "/v1/b2b/audit/events", params={"limit": limit} | ({"cursor": cursor} if cursor else {})),
    }


def cursor_of(answer):
    assert answer.status_code == 200, answer.text
    cursor = answer.json().get("results_metadata", answer.json())["next_cursor"]
    assert cursor
    return cursor


KINDS = ["organizations", "members", "groups", "audit"]


@pytest.mark.parametrize("kind", KINDS)
def test_t66_tampering_is_refused(project, scene, kind):
    ask = listings(project, scene)[kind]
    cursor = cursor_of(ask(None))
    assert ask(cursor).status_code == 200
    raw = unb64(cursor)
    bent = [b64(raw[:i] + bytes([raw[i] ^ bit]) + raw[i + 1 :]) for i in range(len(raw)) for bit in (1, 0x80)]
    bent += [b64(raw[:-1]), b64(raw + b"0"), b64(raw[16:]), b64(raw[:16]), b64(bytes(16) + raw[16:]), b64(raw + raw), cursor[:-1], cursor + "A"]
    for text in bent:
        check_refusal(ask(text), 400, "invalid_argument")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("made", ["0", "1", "-1", "x", "MQ", "' OR 1=1 --", "1; DROP TABLE members", "%", "AAAA", "=" * 8, "x" * 5000, "💥", "eyJvZmZzZXQiOjB9", b64(bytes(100))], ids=lambda v: ascii(v[:16]))
def test_t66_made_up_cursors_are_refused(project, scene, kind, made):
    check_refusal(listings(project, scene)[kind](made), 400, "invalid_argument")


@pytest.mark.parametrize("kind", KINDS)
def test_t66_good_for_one_listing(project, scene, kind):
    asks = listings(project, scene)
    cursor = cursor_of(asks[kind](None))
    for other in KINDS:
        if other != kind:
            check_refusal(asks[other](cursor), 400, "invalid_argument")


@pytest.mark.parametrize("kind", KINDS)
def test_t66_good_for_one_project(project, neighbour, scene, kind):
    cursor = cursor_of(listings(project, scene)[kind](None))
    theirs = [neighbour.organization().organization_id]
    neighbour.member(theirs[0])
    with_groups(neighbour, theirs[0])
    check_refusal(listings(neighbour, theirs)[kind](cursor), 400, "invalid_argument")


def test_t66_good_for_one_server(project, scene, start_server):
    """The key is this installation's own: what one server signs is nothing to another."""
    other = start_server().project()
    theirs = [other.organization().organization_id for _ in range(2)]
    for _ in range(2):
        other.member(theirs[0])
    with_groups(other, theirs[0])
    for kind in KINDS:
        check_refusal(listings(other, theirs)[kind](cursor_of(listings(project, scene)[kind](None))), 400, "invalid_argument")
        check_refusal(listings(project, scene)[kind](cursor_of(listings(other, theirs)[kind](None))), 400, "invalid_argument")


class Three:
    """An administrator and, in the order of their making, members of one organization, of another, of the first again."""

    def __init__(self, project):
        self.one, self.two = (project.organization().organization_id for _ in range(2))
        self.admin, self.login = verified_member(project, self.one, roles=["stytch_admin"])
        self.members = [project.member(org).member_id for org in (self.one, self.two, self.one, self.two)]


@pytest.fixture(scope="module")
def three(project):
    return Three(project)


@pytest.mark.parametrize("by", ["backend", "member header", "browser"])
def test_t66_a_cursor_does_not_widen_whose_members_are_found(project, three, by):
    """A cursor given out for a listing of two organizations, used for one: what follows is that one's alone."""
    path = "/v1/b2b/organizations/members/search"
    cursor = cursor_of(project.raw("POST", path, {"organization_ids": [three.one, three.two], "limit": 1}))
    body = {"limit": 10, "cursor": cursor}
    if by == "browser":
        answer = data(project.browser("POST", "/b2b/organizations/me/members/search", body, session_token=three.login.session_token))
    else:
        headers = {MEMBER_HEADER: three.login.session_token} if by == "member header" else None
        answer = project.raw("POST", path, body | {"organization_ids": [three.one]}, headers=headers).json()
    # The administrator was on the page before.
    assert [m["member_id"] for m in answer["members"]] == three.members[0::2]
    assert set(answer["organizations"]) == {three.one} and answer["results_metadata"]["total"] == 3


def test_t66_a_cursor_does_not_widen_what_was_searched_for(project, three):
    """Given out for all members, used for one of them: the filter of the request counts."""
    path = "/v1/b2b/organizations/members/search"
    cursor = cursor_of(project.raw("POST", path, {"organization_ids": [three.one], "limit": 1}))
    only = {"operator": "AND", "operands": [{"filter_name": "member_ids", "filter_value": [three.members[2]]}]}
    answer = project.raw("POST", path, {"organization_ids": [three.one], "query": only, "cursor": cursor})
    assert [m["member_id"] for m in answer.json()["members"]] == [three.members[2]]
    path = "/v1/b2b/organizations/search"
    only = {"operator": "AND", "operands": [{"filter_name": "organization_ids", "filter_value": [three.one, three.two]}]}
    cursor = cursor_of(project.raw("POST", path, {"query": only, "limit": 1}))
    only["operands"][0]["filter_value"] = [three.two]
    answer = project.raw("POST", path, {"query": only, "cursor": cursor})
    assert [o["organization_id"] for o in answer.json()["organizations"]] == [three.two]


def test_t66_a_cursor_does_not_widen_whose_events_are_found(project, three):
    """Given out for the events of the whole project, used for one organization."""
    # The newest event is another organization's, so the cursor stands before all of this one's.
    project.organization()
    events = "/v1/b2b/audit/events"
    cursor = cursor_of(project.raw("GET", events, params={"limit": 1}))
    answer = project.raw("GET", events, params={"organization_id": three.two, "limit": 100, "cursor": cursor})
    found = [(e["action"], e["organization_id"]) for e in answer.json()["events"]]
    assert found == [("member.create", three.two), ("member.create", three.two), ("organization.create", three.two)]


@pytest.mark.parametrize("kind", KINDS)
def test_t66_carries_nothing_that_the_page_did_not_show(project, scene, kind):
    """No query, table, column or offset stands in it."""
    answer = listings(project, scene)[kind](None)
    raw = unb64(cursor_of(answer))
    for word in (b"SELECT", b"WHERE", b"ORDER", b"OFFSET", b"project", b"secret", project.project_id.encode()):
        assert word not in raw
    text = raw[16:].decode()
    for part in text.split():
        assert part.isdigit() or part in answer.text


def test_t66_all_pages_together_are_everything_once(project, scene):
    asks = listings(project, scene)
    seen, cursor = [], None
    while True:
        page = asks["members"](cursor, limit=2).json()
        seen += [m["member_id"] for m in page["members"]]
        cursor = page["results_metadata"]["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == page["results_metadata"]["total"]
