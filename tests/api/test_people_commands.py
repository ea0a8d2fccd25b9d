"""`guildhall organization`, `member` and `session`: what an operator finds, and ends."""

import json

import pytest
from harness import login, new_domain, new_email, refused, unique


def lines(done) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def people(project):
    """Runs one of the commands, of this project."""

    def run(*arguments, of=project, check=True):
        return project.server.command(*arguments, "--project", of.project_id, check=check)

    return run


def test_organizations_are_found_by_whatever_is_known_of_them(people, project):
    domain, mark = new_domain(), unique()
    org = project.organization(organization_name=f"Größe {mark} 株式会社", email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED")
    other = project.organization(organization_name="Other")
    member = project.member(org.organization_id)
    for text in (f"größe {mark}", mark, org.organization_slug, org.organization_slug[2:], org.organization_id, domain, domain.split(".")[0], member.email_address):
        found = [row["organization_id"] for row in lines(people("organization", "search", text, "--json"))]
        assert org.organization_id in found and other.organization_id not in found, text
    assert people("organization", "search", "zz", "--json").stdout == ""
    nothing = people("organization", "search", "nobody-has-this")
    assert nothing.stdout == "" and "there are none" in nothing.stderr
    [head, row] = people("organization", "search", mark).stdout.splitlines()
    assert head.split() == ["ORGANIZATION", "SLUG", "NAME", "DOMAINS", "CREATED"]
    assert row.startswith(org.organization_id) and domain in row and "株式会社" in row
    for name in (org.organization_id, org.organization_slug):
        shown = json.loads(people("organization", "show", name, "--json").stdout)
        api = project.raw("GET", f"/v1/b2b/organizations/{org.organization_id}").json()["organization"]
        assert shown == api
    told = people("organization", "show", org.organization_slug).stdout
    assert f"organization_name  " not in told.splitlines()[0] and f"Größe {mark}" in told and "trusted_metadata" not in told


def test_a_list_is_as_long_as_wanted(people, own_project):
    for number in range(5):
        own_project.organization(organization_name=f"Number {number}")
    names = lambda done: [row["organization_name"] for row in lines(done)]  # noqa: E731
    every = [f"Number {number}" for number in range(5)]
    assert names(people("organization", "list", "--json", of=own_project)) == every
    some = people("organization", "list", "--json", "--limit", "3", of=own_project)
    assert names(some) == every[:3] and "these are 3 of 5; --limit N shows more, --all shows all" in some.stderr
    assert people("organization", "list", "--json", "--limit", "5", of=own_project).stderr == ""
    done = people("organization", "list", "--json", "--limit", "3", "--all", of=own_project, check=False)
    assert done.returncode == 2 and "--all" in done.stderr


def test_long_lists_go_on_from_part_to_part(people, own_project):
    """More than are read at once."""
    project = own_project
    project.server.command("project", "seed", "--project", project.project_id, "--organizations", "230", "--members", "460", "--sessions", "460")
    seen = [row["organization_id"] for row in lines(people("organization", "list", "--all", "--json", of=project))]
    assert len(seen) == len(set(seen)) == 230
    plain = people("organization", "list", "--all", of=project).stdout.splitlines()
    assert len(plain) == 231 and [line.split()[0] for line in plain[1:]] == seen
    # Two hundred and thirty organizations have somebody at this domain, or two.
    everybody = lines(people("member", "search", "@", "--all", "--json", of=project, check=False))
    assert everybody == []
    domain = lines(people("member", "list", "--organization", seen[0], "--json", of=project))[0]["email_address"].split("@")[1]
    top = domain.rsplit(".", 1)[1]
    found = [row["member_id"] for row in lines(people("member", "search", f".{top}", "--all", "--json", of=project))]
    assert len(found) == len(set(found)) == 460
    assert len(lines(people("member", "search", f".{top}", "--limit", "250", "--json", of=project))) == 250


def test_members_are_listed_and_found_in_all_organizations(people, project):
    email, mark = new_email(), unique()
    orgs = [project.organization() for _ in range(3)]
    members = [project.member(org.organization_id, email, name=f"Ada {mark}") for org in orgs[:2]]
    stranger = project.member(orgs[2].organization_id, new_email())
    project.api.organizations.members.create(organization_id=orgs[0].organization_id, email_address=f"{mark}@late.example", create_member_as_pending=True)
    for text in (email, email.upper(), email.split("@")[0]):
        found = lines(people("member", "search", text, "--json"))
        assert [(row["organization_id"], row["member_id"]) for row in found] == [(m.organization_id, m.member_id) for m in members], text
    assert lines(people("member", "search", mark, "--json"))[0]["email_address"] == f"{mark}@late.example"
    short = people("member", "search", "ab", check=False)
    assert short.returncode == 1 and "three characters" in short.stderr.lower() or "3" in short.stderr, short
    listed = lines(people("member", "list", "--organization", orgs[0].organization_slug, "--json"))
    assert [row["email_address"] for row in listed] == [email, f"{mark}@late.example"]
    pending = lines(people("member", "list", "--organization", orgs[0].organization_id, "--status", "pending", "--json"))
    assert [row["email_address"] for row in pending] == [f"{mark}@late.example"]
    both = people("member", "list", "--organization", orgs[0].organization_id, "--status", "pending", "--status", "active", "--json")
    assert len(lines(both)) == 2
    admin = project.admin(orgs[2].organization_id)
    admins = lines(people("member", "list", "--organization", orgs[2].organization_id, "--role", "stytch_admin", "--json"))
    assert [row["member_id"] for row in admins] == [admin.member_id] and stranger.member_id != admin.member_id
    [head, row] = people("member", "search", email, "--limit", "1").stdout.splitlines()
    assert head.split() == ["MEMBER", "ADDRESS", "STATUS", "NAME", "ROLES", "ORGANIZATION"]
    assert row.split("  ")[0] == members[0].member_id and f"Ada {mark}" in row and "stytch_member" in row
    for arguments in ([members[0].member_id], ["--organization", orgs[0].organization_slug, email], ["--organization", orgs[0].organization_id, members[0].member_id]):
        assert json.loads(people("member", "show", *arguments, "--json").stdout)["member_id"] == members[0].member_id
    elsewhere = people("member", "show", "--organization", orgs[2].organization_id, members[0].member_id, check=False)
    assert elsewhere.returncode == 3 and "member_not_found" in elsewhere.stderr


def test_one_project_finds_nothing_of_another(people, project, own_project):
    org = project.organization()
    member = project.member(org.organization_id)
    session = login(project, org.organization_id, member.email_address).member_session.member_session_id
    for arguments in (["organization", "show", org.organization_id], ["member", "show", member.member_id], ["session", "show", session],
                      ["member", "list", "--organization", org.organization_id], ["session", "list", "--member", member.member_id],
                      ["session", "revoke", session], ["session", "revoke", "--member", member.member_id],
                      ["session", "revoke", "--organization", org.organization_id, "--yes"]):
        assert people(*arguments, of=own_project, check=False).returncode == 3, arguments
    for arguments in (["organization", "search", org.organization_slug], ["member", "search", member.email_address]):
        assert people(*arguments, "--json", of=own_project).stdout == ""
    assert json.loads(people("session", "show", session, "--json").stdout)["member_id"] == member.member_id


def test_sessions_are_listed_and_shown_without_their_tokens(people, project):
    org = project.organization()
    first, second = (project.member(org.organization_id) for _ in range(2))
    logins = [login(project, org.organization_id, first.email_address) for _ in range(2)] + [login(project, org.organization_id, second.email_address)]
    ids = [each.member_session.member_session_id for each in logins]
    of_first = people("session", "list", "--member", first.member_id, "--json")
    assert [row["member_session_id"] for row in lines(of_first)] == ids[:2]
    of_all = people("session", "list", "--organization", org.organization_slug, "--json")
    assert sorted(row["member_session_id"] for row in lines(of_all)) == sorted(ids)
    assert len(lines(people("session", "list", "--organization", org.organization_slug, "--json", "--limit", "2"))) == 2
    shown = people("session", "show", ids[2], "--json")
    assert json.loads(shown.stdout)["member_id"] == second.member_id
    plain = people("session", "list", "--member", first.member_id)
    assert plain.stdout.splitlines()[0].startswith("SESSION ") and "magic_link" in plain.stdout
    for done in (of_first, of_all, shown, plain, people("session", "show", ids[2])):
        for each in logins:
            assert each.session_token not in done.stdout and each.session_jwt not in done.stdout


def test_what_is_revoked_is_refused_at_once(people, project):
    """The server has the sessions in its memory, and is not told."""
    api, org = project.api, project.organization().organization_id
    first, second, third = (project.member(org) for _ in range(3))
    logins = [login(project, org, member.email_address) for member in (first, first, first, second, third)]

    def stands(number):
        return [api.sessions.authenticate(session_token=logins[number].session_token)]

    def ended(number):
        for credential in ({"session_token": logins[number].session_token}, {"session_jwt": logins[number].session_jwt}):
            with refused(404, "session_not_found"):
                api.sessions.authenticate(**credential)

    assert all(stands(number) for number in range(5))
    one = logins[0].member_session.member_session_id
    assert people("session", "revoke", one).stdout == "1 session ended\n"
    ended(0)
    again = people("session", "revoke", one, check=False)
    assert again.returncode == 3 and "session_not_found" in again.stderr
    assert stands(1) and stands(2)
    done = json.loads(people("session", "revoke", "--member", first.member_id, "--json").stdout)
    assert done == {"member_id": first.member_id, "sessions": 2}
    ended(1), ended(2)
    assert stands(3) and stands(4)
    asked = people("session", "revoke", "--organization", org, check=False)
    assert asked.returncode == 1 and "nothing was ended" in asked.stderr and stands(3)
    done = json.loads(people("session", "revoke", "--organization", org, "--yes", "--json").stdout)
    assert done == {"organization_id": org, "members": 2, "sessions": 2}
    ended(3), ended(4)
    assert people("session", "list", "--organization", org, "--json").stdout == ""
    events = [event for event in project.audit(org) if event["action"].startswith("session.revoke")]
    assert {event["actor"]["type"] for event in events} == {"operator"}
    assert sorted(event["action"] for event in events) == ["session.revoke"] + ["session.revoke_all"] * 3


def test_all_of_a_large_organization_end(people, own_project):
    """More members than one transaction takes."""
    project = own_project
    project.server.command("project", "seed", "--project", project.project_id, "--organizations", "1", "--members", "45", "--sessions", "45")
    [org] = lines(people("organization", "list", "--json", of=project))
    done = people("session", "revoke", "--organization", org["organization_id"], "--yes", "--json", of=project)
    assert json.loads(done.stdout) == {"organization_id": org["organization_id"], "members": 45, "sessions": 45}


def test_without_a_server(postgres, start_server):
    """The database is enough."""
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    member = project.member(org)
    login(project, org, member.email_address)
    server.terminate()
    for arguments in (["organization", "list"], ["member", "search", member.email_address], ["session", "list", "--member", member.member_id],
                      ["session", "revoke", "--member", member.member_id]):
        assert server.command(*arguments, "--project", project.project_id, "--json").stdout.count("\n") == 1, arguments
