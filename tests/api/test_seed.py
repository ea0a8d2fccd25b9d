"""`guildhall project seed`: data to size hardware with, made by what the API calls."""

import json
import stat

import pytest
from harness import login


@pytest.fixture
def project(own_project):
    return own_project


def seed(server, project, *arguments, check=True):
    return server.command("project", "seed", "--project", project.project_id, *map(str, arguments), check=check)


def everything(project):
    """What search finds of the project: organizations with their members."""
    organizations, cursor = [], None
    while True:
        answer = project.api.organizations.search(cursor=cursor, limit=100)
        organizations += answer.organizations
        cursor = answer.results_metadata.next_cursor
        if not cursor:
            break
    found = []
    for organization in organizations:
        members = project.api.organizations.members.search(organization_ids=[organization.organization_id], limit=1000)
        found.append((organization, members.members))
    return found


def test_what_is_seeded_is_there_and_its_tokens_authenticate(server, project, tmp_path):
    file = tmp_path / "tokens"
    done = seed(server, project, "--organizations", 120, "--members", 300, "--sessions", 601, "--tokens", file, "--json")
    made = json.loads(done.stdout)
    assert made.pop("seconds") > 0
    assert made == {"project_id": project.project_id, "organizations": 120, "members": 300, "sessions": 601, "seed": 1}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    tokens = file.read_text().splitlines()
    assert len(set(tokens)) == 601

    found = everything(project)
    assert len(found) == 120 and {len(members) for _, members in found} == {2, 3}
    members = [member for _, members in found for member in members]
    assert len({m.email_address for m in members}) == 300
    assert all(m.status == "active" and m.email_address_verified and m.name and m.email_address.endswith(".example")
               for m in members)
    assert all(m.trusted_metadata and m.untrusted_metadata for m in members)
    assert 0 < sum(m.is_admin for m in members) < 150
    assert all(o.trusted_metadata and o.email_allowed_domains for o, _ in found)
    # About what members are like in earnest, so that sizes mean something.
    whole = project.raw("GET", f"/v1/b2b/organizations/{found[0][0].organization_id}/member",
                        params={"member_id": found[0][1][0].member_id}).json()
    assert 900 < len(json.dumps(whole["member"], separators=(",", ":"))) < 1800

    for token in (tokens[0], tokens[300], tokens[-1]):
        answer = project.api.sessions.authenticate(session_token=token)
        assert answer.member.member_id in {m.member_id for m in members}
        assert answer.member_session.authentication_factors[0].delivery_method == "email"
    # It is not only there: it works.
    organization, people = found[7]
    assert login(project, organization.organization_id, people[0].email_address).member_authenticated
    assert project.api.organizations.get(organization.organization_external_id).organization == organization
    made_events = [event["action"] for event in project.audit(organization.organization_id)]
    assert made_events.count("organization.create") == 1 and made_events.count("member.create") == len(people)


def test_the_same_number_gives_the_same_content(server):
    def content():
        project = server.project()
        seed(server, project, "--organizations", 3, "--members", 9, "--seed", 42)
        return [(o.organization_name, o.organization_slug, o.trusted_metadata, o.email_invites,
                 sorted((m.email_address, m.name, json.dumps(m.trusted_metadata), m.is_admin) for m in members))
                for o, members in sorted(everything(project), key=lambda pair: pair[0].organization_slug)]

    assert content() == content()


def test_a_project_is_seeded_with_a_number_once(server, project):
    arguments = ("--organizations", 2, "--members", 4)
    assert "made 2 organizations, 4 members and 0 sessions" in seed(server, project, *arguments).stdout
    again = seed(server, project, *arguments, check=False)
    assert again.returncode == 1 and "give another --seed" in again.stderr
    seed(server, project, *arguments, "--seed", 2)
    assert len(everything(project)) == 4


def test_more_sessions_than_members_and_organizations_without_members(server, project, tmp_path):
    file = tmp_path / "tokens"
    seed(server, project, "--organizations", 3, "--members", 2, "--sessions", 150, "--tokens", file)
    assert sorted(len(members) for _, members in everything(project)) == [0, 1, 1]
    first = project.api.sessions.authenticate(session_token=file.read_text().split()[0])
    sessions = project.api.sessions.get(first.organization.organization_id, first.member.member_id).member_sessions
    assert len(sessions) == 75


def test_a_live_project_is_refused(server, tmp_path):
    live = server.project(environment="live", redirect_urls=("https://app.example.com/authenticate",))
    file = tmp_path / "tokens"
    done = seed(server, live, "--organizations", 1, "--members", 1, "--sessions", 1, "--tokens", file, check=False)
    assert done.returncode == 1 and "this one is live" in done.stderr
    assert everything(live) == [] and not file.exists()


@pytest.mark.parametrize(
    "numbers, sentence",
    [((0, 0, 0), "1 to 10,000,000 organizations"), ((10_000_001, 0, 0), "1 to 10,000,000 organizations"),
     ((1, 100_000_001, 0), "100,000,000 members"), ((1, 1, 101), "100 sessions for each member"),
     ((1, 0, 1), "100 sessions for each member"), ((-1, 0, 0), "organizations"), ((1, "many", 0), "members")],
)
def test_absurd_numbers_are_refused_in_words(numbers, sentence, server, project):
    flags = [f"{flag}={number}" for flag, number in zip(("--organizations", "--members", "--sessions"), numbers)]
    done = seed(server, project, *flags, check=False)
    assert done.returncode != 0 and sentence in done.stderr
    assert everything(project) == []


def test_a_project_that_is_not_there_and_a_file_that_is(server, project, tmp_path):
    for unknown in ("project-test-00000000-0000-4000-8000-000000000000", "nonsense"):
        done = server.command("project", "seed", "--project", unknown, "--organizations", "1", "--members", "1", check=False)
        assert done.returncode == 3 and "no such project" in done.stderr
    (tmp_path / "tokens").write_text("mine")
    done = seed(server, project, "--organizations", 1, "--members", 1, "--tokens", tmp_path / "tokens", check=False)
    assert done.returncode == 1 and "cannot make" in done.stderr
    assert (tmp_path / "tokens").read_text() == "mine" and everything(project) == []
