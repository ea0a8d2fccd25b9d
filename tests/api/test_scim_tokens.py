"""The tokens that directories show: each of one connection, both while one replaces the other, none afterwards."""

import base64

import pytest
from harness import request


@pytest.fixture
def scim(project):
    return project.api.scim.connection


@pytest.fixture
def made(project, scim):
    return scim.create(project.organization().organization_id).connection


def status(connection, token: str, base_url: str | None = None) -> int:
    return request("GET", (base_url or connection.base_url) + "/Users?count=1", headers={"Authorization": f"Bearer {token}"}).status_code


def test_t60_a_token_is_good_for_its_own_connection(project, scim, made):
    other = scim.create(project.organization().organization_id).connection
    assert (status(made, made.bearer_token), status(other, other.bearer_token)) == (200, 200)
    assert (status(made, other.bearer_token), status(other, made.bearer_token)) == (401, 401)
    unknown = made.base_url.replace(made.connection_id, "scim-connection-test-00000000-0000-7000-8000-000000000000")
    assert status(made, made.bearer_token, unknown) == 401


def test_t60_a_bent_token_is_none(made):
    raw = base64.urlsafe_b64decode(made.bearer_token)
    for at in (0, 1, 16, 17, 32):
        bent = base64.urlsafe_b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:]).decode()
        assert status(made, bent) == 401
    for text in ("", "x", made.bearer_token[:-1], made.bearer_token + "A"):
        assert status(made, text) == 401


def test_both_are_good_while_one_replaces_the_other(scim, made):
    one = (made.organization_id, made.connection_id)
    first = scim.rotate_start(*one).connection.next_bearer_token
    assert (status(made, made.bearer_token), status(made, first)) == (200, 200)
    scim.rotate_cancel(*one)
    assert (status(made, made.bearer_token), status(made, first)) == (200, 401)
    second = scim.rotate_start(*one).connection.next_bearer_token
    scim.rotate_complete(*one)
    assert (status(made, made.bearer_token), status(made, second)) == (401, 200)


def test_t60_a_connection_that_is_gone_lets_nobody_in(project, scim, made):
    scim.delete(made.organization_id, made.connection_id)
    assert status(made, made.bearer_token) == 401
    again = scim.create(made.organization_id).connection
    assert (status(made, again.bearer_token), status(again, made.bearer_token), status(again, again.bearer_token)) == (401, 401, 200)
    project.api.organizations.delete(made.organization_id)
    assert status(again, again.bearer_token) == 401
