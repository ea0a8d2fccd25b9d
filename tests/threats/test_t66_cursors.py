"""T-66: a cursor is opaque, signed with a key of this installation, and good for one listing of one project."""

import pytest
from harness import check_refusal
from scenes import b64, unb64


@pytest.fixture(scope="module")
def scene(project):
    organizations = [project.organization().organization_id for _ in range(3)]
    for _ in range(3):
        project.member(organizations[0])
    return organizations


def listings(project, scene):
    return {
        "organizations": lambda cursor, limit=1: project.raw("POST", "/v1/b2b/organizations/search", {"limit": limit, "cursor": cursor}),
        "members": lambda cursor, limit=1: project.raw("POST", "/v1/b2b/organizations/members/search", {"organization_ids": [scene[0]], "limit": limit, "cursor": cursor}),
        "audit": lambda cursor, limit=1: project.raw("GET", "/v1/b2b/audit/events", params={"limit": limit} | ({"cursor": cursor} if cursor else {})),
    }


def cursor_of(answer):
    assert answer.status_code == 200, answer.text
    cursor = answer.json()["results_metadata"]["next_cursor"]
    assert cursor
    return cursor


KINDS = ["organizations", "members", "audit"]


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
    check_refusal(listings(neighbour, theirs)[kind](cursor), 400, "invalid_argument")


def test_t66_good_for_one_server(project, scene, start_server):
    """The key is this installation's own: what one server signs is nothing to another."""
    other = start_server().project()
    theirs = [other.organization().organization_id for _ in range(2)]
    for _ in range(2):
        other.member(theirs[0])
    for kind in KINDS:
        check_refusal(listings(other, theirs)[kind](cursor_of(listings(project, scene)[kind](None))), 400, "invalid_argument")
        check_refusal(listings(project, scene)[kind](cursor_of(listings(other, theirs)[kind](None))), 400, "invalid_argument")


def test_t66_a_cursor_does_not_widen_what_is_found(project, scene):
    """With the cursor of one organization's members, another's stay its own."""
    asks = listings(project, scene)
    cursor = cursor_of(asks["members"](None))
    empty = project.organization().organization_id
    answer = project.raw("POST", "/v1/b2b/organizations/members/search", {"organization_ids": [empty], "limit": 10, "cursor": cursor})
    assert answer.status_code == 400 or answer.json()["members"] == []


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
