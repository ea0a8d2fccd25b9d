"""A JWT that is given out is one that is accepted back, however much stands in it.

Roles, custom claims, factors and names have bounds of their own; whoever reaches all of them at once has a session like
anybody else.
"""

import json

import jwt
import pytest
from harness import check_refusal, factor, login, new_domain, proven_by, unique, verified_member

HEADER = "X-Stytch-Member-SessionJWT"
LONGEST_ROLE, MOST_ROLES, CLAIM_BYTES, MOST_FACTORS = 128, 100, 4096, 20


def role_ids(prefix, length=LONGEST_ROLE):
    return [f"{prefix}-{i:03}-{unique()}-".ljust(length, "x") for i in range(MOST_ROLES)]


def role(role_id):
    return {"role_id": role_id, "description": "", "permissions": [{"resource_id": "stytch.organization", "actions": ["update.info.name"]}]}


def claims_of(size):
    """So many bytes of JSON, in a character that takes more room in other spellings of it."""
    claims = {"plan": "", "nested": {"ü": [1, None, True]}}
    left = size - len(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode())
    claims["plan"] = "ü" * (left // 2) + "x" * (left % 2)
    return claims


@pytest.fixture(scope="module")
def rich(server, tmp_path_factory):
    """A project with as many and as long roles as it may have, and an organization with as many of its own."""
    project = server.project()
    of_project = role_ids("project")
    file = tmp_path_factory.mktemp("policy") / "policy.json"
    # The two default roles count too.
    file.write_text(json.dumps({"roles": [role(role_id) for role_id in of_project[2:]], "resources": []}))
    server.command("rbac", "set", "--project", project.project_id, str(file))
    # As long as the bound of an organization's settings lets a hundred be, beside the rules.
    domain, of_organization = new_domain(), role_ids("own", 80)
    made = project.organization(organization_slug=f"s-{unique()}-".ljust(128, "x"), organization_name="ü" * 128)
    org = made.organization_id
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [role(role_id) | {"permissions": []} for role_id in of_organization]})
    assignments = [{"domain": domain, "role_id": role_id} for role_id in of_project[2:]]
    project.api.organizations.update(org, rbac_email_implicit_role_assignments=assignments)
    address = f"{'x' * 50}-{unique()}@{domain}"
    member, _ = verified_member(project, org, address, roles=of_organization, name="ü" * 256)
    return project, org, member, {"stytch_member", *of_organization, *of_project[2:]}


@pytest.fixture
def session(server, rich):
    """A session with all that a session can have."""
    project, org, member, _ = rich
    made = login(project, org, member.email_address, session_custom_claims=claims_of(CLAIM_BYTES))
    where = f"id = '{made.member_session.member_session_id}'"
    [kept] = server.stored("sessions", "factors", where)
    email_id = kept["email_factor"]["email_id"]
    others = [factor("magic_link", "email", email_factor={"email_id": email_id, "email_address": f"{'x' * 60}-{i:02}@{'y' * 60}.{'z' * 60}.example.com"})
              for i in range(MOST_FACTORS - 1)]
    proven_by(server, made, kept, *others)
    return project.api.sessions.authenticate(session_token=made.session_token)


def test_it_has_all_of_it(rich, session):
    """Or the rest would prove nothing."""
    claims = jwt.decode(session.session_jwt, options={"verify_signature": False})
    assert set(claims["https://stytch.com/session"]["roles"]) == rich[3]
    assert len(claims["https://stytch.com/session"]["authentication_factors"]) == MOST_FACTORS
    assert claims["plan"] == claims_of(CLAIM_BYTES)["plan"]
    assert len(session.session_jwt) > 30_000
    print(f"{len(session.session_jwt)} bytes")


def test_a_larger_one_cannot_be_made(rich, session):
    project, org, member, _ = rich
    body = {"session_token": session.session_token, "session_custom_claims": {"more": 1}}
    check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", body), 400, "custom_claims_too_large")
    body = {"roles": [*(r.role_id for r in member.roles if r.role_id != "stytch_member"), "stytch_admin"]}
    check_refusal(project.raw("PUT", f"/v1/b2b/organizations/{org}/members/{member.member_id}", body), 400, "invalid_rbac_role_assignment")


def test_it_is_accepted_back(rich, session):
    project, org, member, roles = rich
    token = session.session_jwt
    for body in ({}, {"session_duration_minutes": 120}, {"authorization_check": {"organization_id": org, "resource_id": "stytch.organization", "action": "update.info.name"}}):
        answer = project.raw("POST", "/v1/b2b/sessions/authenticate", body | {"session_jwt": token})
        assert answer.status_code == 200, answer.text
        assert answer.json()["member_id"] == member.member_id
        # The one that is given for it, too.
        token = answer.json()["session_jwt"]
    assert set(answer.json()["verdict"]["granting_roles"]) == {role_id for role_id in roles if role_id.startswith("project-")}
    assert project.api.sessions.authenticate_jwt_local(token)


def test_it_is_accepted_where_a_member_acts(rich, session):
    """In a header: of the longest head that a client sends, it is nearly all."""
    project, org, _, _ = rich
    answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": f"Name {unique()}"}, headers={HEADER: session.session_jwt})
    assert answer.status_code == 200, answer.text


def test_it_is_accepted_wherever_a_session_is(rich, session):
    project, org, member, _ = rich
    body = {"session_jwt": session.session_jwt}
    assert project.raw("POST", "/v1/b2b/discovery/organizations", body).status_code == 200
    answer = project.raw("POST", "/v1/b2b/sessions/exchange", body | {"organization_id": org})
    assert answer.status_code == 200, answer.text
    again = login(project, org, member.email_address, session_jwt=session.session_jwt)
    assert again.member_session.member_session_id == session.member_session.member_session_id
    assert project.raw("POST", "/v1/b2b/sessions/revoke", body).status_code == 200
    check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", body), 404, "session_not_found")
