"""What the server tells of its API: the reference, the error types, and the first steps for whoever is at its machine."""

import html
import json
import re

import pytest
from doors import catalogue
from harness import REPOSITORY, Server

DESCRIPTION = json.loads((REPOSITORY / "docs/openapi.json").read_text())
OPERATIONS = {
    operation["operationId"]: operation["tags"][0] for methods in DESCRIPTION["paths"].values() for operation in methods.values()
}
GROUPS = sorted(set(OPERATIONS.values()))
# A door that nobody can pass has no example.
WITHOUT_EXAMPLE = {"sso_external.create_connection.browser"}


def page(server: Server, path: str, status: int = 200, **headers) -> str:
    answer = server.get(path, headers=headers)
    assert answer.status_code == status and answer.headers["content-type"].startswith("text/html"), (path, answer.status_code)
    assert "unsafe" not in answer.headers["content-security-policy"]
    return html.unescape(answer.text)


def links(text: str) -> set[str]:
    return set(re.findall(r'href="(/(?:reference|errors)[^"]*)"', text))


# ---------------------------------------------------------------- the reference


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_has_all_of_its_operations(server, group):
    told = page(server, f"/reference/{group}")
    articles = re.split(r'<article id="', told)[1:]
    assert [article.split('"')[0] for article in articles] == [name for name, its in OPERATIONS.items() if its == group]
    for article in articles:
        name = article.split('"')[0]
        assert ("curl " in article) == (name not in WITHOUT_EXAMPLE), name
        assert ('class="side browser"' in article) == ("<code>/sdk/" in article), name
    # The address of this server, and not that of the one that was recorded.
    assert server.url in told and "127.0.0.1:7400" not in told
    anchors = set(re.findall(r'href="#([^"]+)"', told)) - {"main"}
    assert anchors <= set(re.findall(r'id="([^"]+)"', told))


def test_the_index_leads_to_every_operation(server):
    told = page(server, "/reference")
    assert {f"/reference/{group}#{name}" for name, group in OPERATIONS.items()} <= links(told)
    # How to ask, at the address that this server has, and the errors of all.
    assert f"curl '{server.url}/v1/debug/whoami'" in told and "/errors/too_many_requests" in told


@pytest.mark.parametrize(("wanted", "found"), [
    ("sessions.exchange", {"sessions.exchange", "sessions.exchange.browser"}),
    ("WHOSE credentials", {"projects.whoami"}),
    ("no+such+operation", set()),
    ("%3Cscript%3E", set()),
])
def test_operations_are_found_without_a_script(server, wanted, found):
    told = page(server, f"/reference?q={wanted}")
    assert {link.partition("#")[2] for link in links(told) if "#" in link} == found
    assert "<script>" not in server.get(f"/reference?q={wanted}").text


def test_there_is_no_other_group(server):
    assert "no such group" in page(server, "/reference/nonsense", 404)


# ---------------------------------------------------------------- error types


def test_an_error_type_leads_to_what_answers_with_it(server):
    told = page(server, "/errors/session_too_old_to_reset_password")
    assert "Have the person prove a factor again" in told and '"error_type": "session_too_old_to_reset_password"' in told
    [link] = [link for link in links(told) if link.endswith("#passwords.session_reset")]
    assert f'id="{link.partition("#")[2]}"' in page(server, link.partition("#")[0])
    assert "Any operation" in page(server, "/errors/too_many_requests")
    # Two errors of one type are told together.
    assert "larger than 1 MiB" in page(server, "/errors/bad_request")


def test_every_error_that_a_door_declares_has_a_page(server):
    types = {error for door in catalogue() if door.dialect in ("backend", "browser") for error in door.errors}
    told = links(page(server, "/errors"))
    assert {f"/errors/{error}" for error in types} <= told


def test_what_is_mistyped_is_guessed(server):
    told = page(server, "/errors/sesion_not_found", 404)
    assert re.search(r"Did you mean\s+<a href=\"/errors/session_not_found\">", told)
    assert "Did you mean" not in page(server, "/errors/banana", 404)


# ---------------------------------------------------------------- first steps


def test_the_developer_at_the_machine_is_told_the_first_steps(server, own_project):
    told = page(server, "/")
    for value in (own_project.project_id, own_project.public_token, own_project.secret[-4:], f'environment="{server.url}/"'):
        assert value in told, value
    assert own_project.secret not in told
    for stranger in ({"X-Forwarded-For": "203.0.113.7"}, {"Host": "auth.example.com"}, {"Forwarded": "for=203.0.113.7"}):
        hidden = page(server, "/", **stranger)
        assert "project-test-" not in hidden and "public-token-" not in hidden and "/reference" in hidden


def test_a_server_with_a_name_tells_nobody(start_server):
    server = start_server(arguments=["--public-url", "https://auth.example.com"])
    project = server.project()
    told = page(server, "/")
    assert project.project_id not in told and project.public_token not in told and "/outbox" not in told
    assert "https://auth.example.com" in page(server, "/reference")
