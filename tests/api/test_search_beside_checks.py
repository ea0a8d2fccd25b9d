"""Searches that read much have a class of their own: however many ask for them, they get an answer or are told when to come
again, and whoever else asks is served.
"""

import subprocess
import threading

import pytest
from harness import ENGINE, check_refusal, login, new_email, race, unique

SEARCHERS = 8
# Of each of them.
SEARCHES = 15


@pytest.fixture(scope="module")
def project(server):
    """Some thousand organizations, so that a search has something to go through."""
    project = server.project()
    server.command("project", "seed", "--project", project.project_id, "--organizations", "3000", "--members", "6000")
    return project


def fuzzy(name: str, text: str) -> dict:
    return {"query": {"operator": "AND", "operands": [{"filter_name": name, "filter_value": text}]}, "limit": 100}


# What looks for a part of a text, which no index finds.
KINDS = {
    "names of organizations": ("/v1/b2b/organizations/search", lambda _: fuzzy("organization_name_fuzzy", f"zzz{unique()}")),
    "slugs": ("/v1/b2b/organizations/search", lambda _: fuzzy("organization_slug_fuzzy", f"zzz{unique()}")),
    "addresses of members": ("/v1/b2b/organizations/search", lambda _: fuzzy("member_email_fuzzy", f"zzz{unique()}")),
    "members": ("/v1/b2b/organizations/members/search", lambda org: {"organization_ids": [org]} | fuzzy("member_email_fuzzy", f"zzz{unique()}")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_many_who_search_keep_nobody_from_being_checked(project, kind):
    path, body = KINDS[kind]
    org = project.organization().organization_id
    session = login(project, org, project.member(org).email_address)
    searching, over = [], threading.Event()

    def search():
        try:
            return [project.raw("POST", path, body(org)) for _ in range(SEARCHES)]
        finally:
            searching.append(1)
            if len(searching) == SEARCHERS:
                over.set()

    def check():
        answers = []
        while not over.is_set():
            answers.append(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token}))
            answers.append(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": session.session_jwt, "session_duration_minutes": 60}))
            answers.append(project.raw("GET", f"/v1/b2b/organizations/{org}"))
            answers.append(project.raw("POST", f"/v1/b2b/organizations/{org}/members", {"email_address": new_email()}))
        return answers

    *found, checked = race(SEARCHERS + 1, lambda i: search() if i < SEARCHERS else check())
    assert not [error for error in (*found, checked) if isinstance(error, Exception)], (found, checked)
    for answer in sum(found, []):
        if answer.status_code == 200:
            assert answer.json()["results_metadata"]["total"] == 0
        else:
            check_refusal(answer, 429, "too_many_requests")
            assert int(answer.headers["retry-after"]) >= 1
    assert any(answer.status_code == 200 for answer in sum(found, []))
    assert {answer.status_code for answer in checked} == {200}, [answer.text for answer in checked if answer.status_code != 200]


@pytest.mark.skipif(ENGINE != "postgres", reason="on SQLite nobody can make a reader wait")
def test_searches_that_do_not_come_to_an_end(server, project):
    """The worst of them: none ends by itself. Three times as many as there are connections keep no check waiting."""
    org = project.organization().organization_id
    session = login(project, org, project.member(org).email_address)
    permission = {"organization_id": org, "resource_id": "stytch.self", "action": "update.info.name"}
    asked = (
        {"session_token": session.session_token}, {"session_jwt": session.session_jwt},
        {"session_token": session.session_token, "authorization_check": permission},
    )
    over = threading.Event()

    def check():
        return [project.raw("POST", "/v1/b2b/sessions/authenticate", body) for body in asked]

    def keep_checking():
        answers = check()
        while not over.wait(0.05):
            answers += check()
        return answers

    searched = []

    def search():
        answer = project.raw("POST", "/v1/b2b/organizations/search", fuzzy("organization_name_fuzzy", "zzz"))
        searched.append(answer)
        if len(searched) == 24:
            over.set()
        return answer

    assert {answer.status_code for answer in check()} == {200}
    with subprocess.Popen(["psql", server.database_url, "-qAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        holder.stdin.write("BEGIN; LOCK TABLE organizations; SELECT 'held';\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        *found, checked = race(25, lambda i: search() if i < 24 else keep_checking())
        holder.stdin.close()
    for answer in found:
        check_refusal(answer, 429, "too_many_requests")
        assert int(answer.headers["retry-after"]) >= 1
    assert isinstance(checked, list), checked
    assert {answer.status_code for answer in checked} == {200}, [answer.text for answer in checked if answer.status_code != 200]
    assert project.raw("POST", "/v1/b2b/organizations/search", fuzzy("organization_name_fuzzy", "zzz")).status_code == 200
