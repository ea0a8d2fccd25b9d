"""Sessions: get, authenticate, revoke, exchange, JWTs and their key set."""

import base64
import hashlib
import json
import re
import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import load_der_x509_certificate
from harness import check_refusal, login, new_domain, new_email, race, refused, unique, verified_member
from stytch.b2b.models.sessions import AuthorizationCheck

SESSION_CLAIM = "https://stytch.com/session"
ORGANIZATION_CLAIM = "https://stytch.com/organization"


@pytest.fixture
def org(organization):
    return organization.organization_id


@pytest.fixture
def session(project, org):
    """A login of a fresh member."""
    return verified_member(project, org)[1]


def authenticate(project, **fields):
    return project.api.sessions.authenticate(**fields)


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


# ---------------------------------------------------------------- authenticate


@pytest.mark.parametrize("kind", ["session_token", "session_jwt"])
def test_authenticate(project, organization, session, kind):
    answer = authenticate(project, **{kind: getattr(session, kind)})
    before, after = session.member_session, answer.member_session
    assert after.member_session_id == before.member_session_id
    assert after.member_id == session.member_id
    assert (after.organization_id, after.organization_slug) == (organization.organization_id, organization.organization_slug)
    assert after.started_at == before.started_at
    assert after.expires_at == before.expires_at  # not extended unless asked
    assert after.last_accessed_at >= before.last_accessed_at
    assert after.roles == ["stytch_member"]
    assert [f.type.value for f in after.authentication_factors] == ["magic_link"]
    assert answer.member.member_id == session.member_id
    assert answer.organization == organization
    assert answer.verdict is None
    assert claims_of(answer.session_jwt)[SESSION_CLAIM]["id"] == before.member_session_id
    if kind == "session_token":
        assert answer.session_token == session.session_token
    assert re.fullmatch(r"(member-)?session-test-[0-9a-f-]{36}", before.member_session_id)


def test_extension(project, session):
    answer = authenticate(project, session_token=session.session_token, session_duration_minutes=1000)
    left = answer.member_session.expires_at - answer.member_session.last_accessed_at
    assert abs(left.total_seconds() - 60_000) < 10
    # Asking for less shortens: expiry becomes now + value.
    answer = authenticate(project, session_token=session.session_token, session_duration_minutes=5)
    left = answer.member_session.expires_at - answer.member_session.last_accessed_at
    assert abs(left.total_seconds() - 300) < 10


def test_an_end_that_comes_nearer_just_after_it_has_moved_away(project, org, session):
    """What was promised last is nearer than what was promised before, though further away than what is stored."""
    for minutes in (50, 60, 55):
        authenticate(project, session_token=session.session_token, session_duration_minutes=minutes)
    # What was promised is written within half a second.
    for _ in range(6):
        [stored] = project.api.sessions.get(organization_id=org, member_id=session.member_id).member_sessions
        left = stored.expires_at - stored.last_accessed_at
        assert 54.5 < left.total_seconds() / 60 < 55.5
        time.sleep(0.25)


@pytest.mark.parametrize("minutes", [0, 4, 527041, -1])
def test_duration_bounds(project, session, minutes):
    with refused(400, ("invalid_session_duration_minutes", "invalid_session_duration")):
        authenticate(project, session_token=session.session_token, session_duration_minutes=minutes)
    assert authenticate(project, session_token=session.session_token).member_session.expires_at == session.member_session.expires_at


def test_longest_duration(project, session):
    answer = authenticate(project, session_token=session.session_token, session_duration_minutes=527040)
    left = answer.member_session.expires_at - answer.member_session.last_accessed_at
    assert abs(left.total_seconds() - 527040 * 60) < 10


def test_arguments(project, session):
    with refused(400, "no_session_arguments"):
        authenticate(project)
    with refused(400, "too_many_session_arguments"):
        authenticate(project, session_token=session.session_token, session_jwt=session.session_jwt)


@pytest.mark.parametrize("token", ["A" * 44, "x", "", "A" * 10_000, "a.b.c", "💥", "../.."])
def test_unknown_token(project, token):
    with refused((400, 404), ("session_not_found", "invalid_session_token", "no_session_arguments")):
        authenticate(project, session_token=token)


def test_altered_token(project, session):
    token = session.session_token
    for i in range(0, len(token) - 1, 9):
        altered = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :]
        with refused((400, 404), ("session_not_found", "invalid_session_token")):
            authenticate(project, session_token=altered)


# ---------------------------------------------------------------- custom claims


def test_custom_claims(project, session):
    def claims(value, **fields):
        answer = authenticate(project, session_token=session.session_token, session_custom_claims=value, **fields)
        top = {k: v for k, v in claims_of(answer.session_jwt).items() if k in answer.member_session.custom_claims}
        assert top == answer.member_session.custom_claims
        return answer.member_session.custom_claims

    assert claims({"plan": "gold", "nested": {"a": 1, "b": 2}}) == {"plan": "gold", "nested": {"a": 1, "b": 2}}
    assert claims({"seats": 5}) == {"plan": "gold", "nested": {"a": 1, "b": 2}, "seats": 5}
    assert claims({"nested": {"b": 3, "c": 4}}) == {"plan": "gold", "nested": {"a": 1, "b": 3, "c": 4}, "seats": 5}
    assert claims({"nested": {"a": None}, "plan": None}) == {"nested": {"b": 3, "c": 4}, "seats": 5}
    answer = authenticate(project, session_token=session.session_token)
    assert answer.member_session.custom_claims == {"nested": {"b": 3, "c": 4}, "seats": 5}


def test_reserved_claims_are_ignored(project, session):
    reserved = {"iss": "evil", "sub": "member-test-0", "aud": "x", "exp": 1, "nbf": 1, "iat": 1, "jti": "x"}
    answer = authenticate(project, session_token=session.session_token, session_custom_claims=reserved | {"ok": 1})
    assert answer.member_session.custom_claims == {"ok": 1}
    claims = claims_of(answer.session_jwt)
    assert claims["sub"] == session.member_id
    assert claims["exp"] > time.time()


@pytest.mark.parametrize("claims, error", [
    ({SESSION_CLAIM: {}}, "stytch_claims_in_custom_claims"), ({"large": "x" * 5000}, "custom_claims_too_large"),
])
def test_an_exchange_refuses_the_claims_that_a_check_does(project, session, claims, error):
    body = {"session_token": session.session_token, "organization_id": session.organization.organization_id, "session_custom_claims": claims}
    check_refusal(project.raw("POST", "/v1/b2b/sessions/exchange", body), 400, error)


def test_platform_claims_are_refused(project, session):
    for name in (SESSION_CLAIM, ORGANIZATION_CLAIM, "https://stytch.com/anything"):
        with refused(400, ("stytch_claims_in_custom_claims", "reserved_claims_in_custom_claims")):
            authenticate(project, session_token=session.session_token, session_custom_claims={name: {"roles": ["stytch_admin"]}})


def test_claims_of_more_than_4_kb(project, session):
    with refused(400, "custom_claims_too_large"):
        authenticate(project, session_token=session.session_token, session_custom_claims={"big": "x" * 4200})
    authenticate(project, session_token=session.session_token, session_custom_claims={"a": "x" * 3000})
    with refused(400, "custom_claims_too_large"):
        authenticate(project, session_token=session.session_token, session_custom_claims={"b": "x" * 2000})
    assert authenticate(project, session_token=session.session_token).member_session.custom_claims == {"a": "x" * 3000}


# ---------------------------------------------------------------- authorization_check


def check(project, session, organization_id, resource_id, action):
    return authenticate(
        project,
        session_token=session.session_token,
        authorization_check=AuthorizationCheck(organization_id=organization_id, resource_id=resource_id, action=action),
    )


def test_authorization_check(project, organization, org):
    _, plain = verified_member(project, org)
    _, admin = verified_member(project, org, roles=["stytch_admin"])
    verdict = check(project, admin, org, "stytch.member", "create").verdict
    assert (verdict.authorized, verdict.granting_roles) == (True, ["stytch_admin"])
    verdict = check(project, plain, org, "stytch.self", "update.info.name").verdict
    assert (verdict.authorized, verdict.granting_roles) == (True, ["stytch_member"])
    assert check(project, admin, organization.organization_slug, "stytch.member", "create").verdict.authorized is True
    for resource, action in (("stytch.member", "create"), ("no.such.resource", "create"), ("stytch.organization", "delete")):
        with refused(403, "session_authorization_error"):
            check(project, plain, org, resource, action)


def test_authorization_check_in_another_organization(project, org):
    _, admin = verified_member(project, org, roles=["stytch_admin"])
    other = project.organization().organization_id
    with refused(403, "session_authorization_tenancy_error"):
        check(project, admin, other, "stytch.member", "create")


def test_a_failed_check_does_not_extend(project, org):
    _, plain = verified_member(project, org)
    with refused(403, "session_authorization_error"):
        authenticate(
            project,
            session_token=plain.session_token,
            session_duration_minutes=5000,
            authorization_check={"organization_id": org, "resource_id": "stytch.member", "action": "create"},
        )
    assert authenticate(project, session_token=plain.session_token).member_session.expires_at == plain.member_session.expires_at


# ---------------------------------------------------------------- JWTs


def test_jwt(project, organization, session):
    header = jwt.get_unverified_header(session.session_jwt)
    assert (header["alg"], header["typ"]) == ("RS256", "JWT")
    assert re.fullmatch(r"jwk-test-[0-9a-f-]{36}", header["kid"])
    claims = claims_of(session.session_jwt)
    assert claims["iss"] in (f"stytch.com/{project.project_id}", project.server.url)
    assert project.project_id in claims["aud"]
    assert claims["sub"] == session.member_id
    assert claims["exp"] - claims["iat"] == 300
    # Clocks of those who check it may be a little behind.
    assert claims["nbf"] == claims["iat"] - 10
    assert claims[ORGANIZATION_CLAIM] == {"organization_id": organization.organization_id, "slug": organization.organization_slug}
    inner = claims[SESSION_CLAIM]
    assert inner["id"] == session.member_session.member_session_id
    assert inner["attributes"] == {"ip_address": "", "user_agent": ""}
    assert inner["roles"] == ["stytch_member"]
    assert [f["type"] for f in inner["authentication_factors"]] == ["magic_link"]
    assert {"started_at", "last_accessed_at", "expires_at"} <= set(inner)


def test_sdk_accepts_the_jwt_locally(project, session):
    local = project.api.sessions.authenticate_jwt_local(session.session_jwt)
    assert local is not None
    assert local.member_session_id == session.member_session.member_session_id
    assert local.roles == ["stytch_member"]
    assert project.api.sessions.authenticate_jwt(session.session_jwt).member_session.member_id == session.member_id
    # Forced over the network.
    fresh = project.api.sessions.authenticate_jwt(session.session_jwt, max_token_age_seconds=0)
    assert fresh.member_session.member_session_id == session.member_session.member_session_id


def test_sdk_checks_permissions_locally(project, org):
    _, admin = verified_member(project, org, roles=["stytch_admin"])
    _, plain = verified_member(project, org)
    allowed = AuthorizationCheck(organization_id=org, resource_id="stytch.member", action="create")
    assert project.api.sessions.authenticate_jwt_local(admin.session_jwt, authorization_check=allowed) is not None
    with pytest.raises(Exception, match="(?i)permission|authoriz"):
        project.api.sessions.authenticate_jwt_local(plain.session_jwt, authorization_check=allowed)


def test_key_set(project, session):
    answer = project.api.sessions.get_jwks(project.project_id)
    kid = jwt.get_unverified_header(session.session_jwt)["kid"]
    key = next(k for k in answer.keys if k.kid == kid)
    assert (key.kty, key.use, key.alg) == ("RSA", "sig", "RS256")
    assert key.key_ops == ["verify"]
    public = jwt.PyJWK({"kty": "RSA", "n": key.n, "e": key.e, "alg": "RS256"}).key
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size >= 2048
    jwt.decode(session.session_jwt, public, algorithms=["RS256"], audience=project.project_id)
    if key.x5c:
        certificate = base64.b64decode(key.x5c[0])
        assert load_der_x509_certificate(certificate).public_key().public_numbers() == public.public_numbers()
        thumbprint = base64.urlsafe_b64encode(hashlib.sha256(certificate).digest()).decode().rstrip("=")
        assert key.x5tS256.rstrip("=") == thumbprint
    private = {"d", "p", "q", "dp", "dq", "qi"}
    raw = requests.get(project.server.url + f"/v1/b2b/sessions/jwks/{project.project_id}", timeout=30)  # no credentials
    assert raw.status_code == 200
    assert all(not private & set(k) for k in raw.json()["keys"])


def test_key_sets_are_apart(server, project):
    other = server.project()
    ours = {k.kid for k in project.api.sessions.get_jwks(project.project_id).keys}
    theirs = {k.kid for k in other.api.sessions.get_jwks(other.project_id).keys}
    assert ours
    assert not ours & theirs
    unknown = requests.get(server.url + "/v1/b2b/sessions/jwks/project-test-00000000-0000-4000-8000-000000000000", timeout=30)
    check_refusal(unknown, 404, "project_not_found")
    check_refusal(requests.get(server.url + "/v1/b2b/sessions/jwks/nonsense", timeout=30), (400, 404), ("project_not_found", "bad_request", "invalid_project_id"))


def forged(project, session, **changes):
    """The session's JWT with other headers or claims and a signature that is not ours."""
    header = jwt.get_unverified_header(session.session_jwt) | changes.pop("header", {})
    claims = claims_of(session.session_jwt) | changes
    key = rsa.generate_private_key(65537, 2048)
    algorithm = header.pop("alg", "RS256")
    if algorithm == "none":
        return jwt.encode(claims, None, algorithm="none", headers=header)
    if algorithm == "HS256":
        jwk = project.api.sessions.get_jwks(project.project_id).keys[0]
        return jwt.encode(claims, base64.urlsafe_b64decode(jwk.n + "=="), algorithm="HS256", headers=header)
    return jwt.encode(claims, key, algorithm=algorithm, headers=header)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"header": {"alg": "none"}},
        {"header": {"alg": "HS256"}},
        {"header": {"alg": "RS512"}},
        {"header": {"alg": "PS256"}},
        {"header": {"kid": "jwk-test-00000000-0000-4000-8000-000000000000"}},
        {"header": {"kid": "../../etc/passwd"}},
        {"header": {"kid": "' OR 1=1 --"}},
        {"header": {"jku": "https://evil.example/jwks"}},
        {"sub": "member-test-00000000-0000-4000-8000-000000000000"},
        {"exp": 9_999_999_999},
    ],
    ids=str,
)
def test_forged_jwt(project, session, changes):
    """T-49."""
    with refused((400, 401, 404), ("unable_to_parse_session_jwt", "session_not_found", "invalid_session_token")):
        authenticate(project, session_jwt=forged(project, session, **changes))


def test_damaged_jwt(project, session):
    """T-49."""
    head, body, signature = session.session_jwt.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims[SESSION_CLAIM]["roles"] = ["stytch_admin"]
    edited = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    for bad in (
        f"{head}.{edited}.{signature}", f"{head}.{body}.", f"{head}.{body}", "..", "", "a.b.c", f"{head}.{body}.{signature}.x",
        f"{head}.{body}.{'A' * len(signature)}", "é" * 100, f".{body}.{signature}", session.session_jwt[:-10],
    ):
        with refused((400, 401, 404), ("unable_to_parse_session_jwt", "session_not_found", "invalid_session_token", "no_session_arguments")):
            authenticate(project, session_jwt=bad)
    assert authenticate(project, session_jwt=session.session_jwt).member.member_id == session.member_id


def test_roles_reach_the_jwt(project, org):
    member, session = verified_member(project, org)
    project.api.organizations.members.update(org, member.member_id, roles=["stytch_admin"])
    answer = authenticate(project, session_token=session.session_token)
    assert sorted(answer.member_session.roles) == ["stytch_admin", "stytch_member"]
    assert sorted(claims_of(answer.session_jwt)[SESSION_CLAIM]["roles"]) == ["stytch_admin", "stytch_member"]
    project.api.organizations.members.update(org, member.member_id, roles=[])
    answer = authenticate(project, session_token=session.session_token)
    assert answer.member_session.roles == ["stytch_member"]
    assert claims_of(answer.session_jwt)[SESSION_CLAIM]["roles"] == ["stytch_member"]


def test_slug_reaches_session_and_jwt(project, org, session):
    slug = f"new-{unique()}"
    project.api.organizations.update(org, organization_slug=slug)
    answer = authenticate(project, session_token=session.session_token)
    assert answer.member_session.organization_slug == slug
    assert claims_of(answer.session_jwt)[ORGANIZATION_CLAIM]["slug"] == slug


# ---------------------------------------------------------------- get, revoke


def test_get_lists_the_sessions_of_one_member(project, organization, org):
    member, first = verified_member(project, org, external_id=f"ext-{unique()}")
    second = login(project, org, member.email_address)
    verified_member(project, org)
    wanted = {first.member_session.member_session_id, second.member_session.member_session_id}
    assert len(wanted) == 2
    for o, m in ((org, member.member_id), (organization.organization_slug, member.external_id)):
        found = project.api.sessions.get(o, m).member_sessions
        assert {s.member_session_id for s in found} == wanted
    assert project.api.sessions.get(org, project.member(org).member_id).member_sessions == []
    with refused(404, "organization_not_found"):
        project.api.sessions.get("nope", member.member_id)
    with refused(404, "member_not_found"):
        project.api.sessions.get(project.organization().organization_id, member.member_id)


@pytest.mark.parametrize("by", ["member_session_id", "session_token", "session_jwt", "member_id"])
def test_revoke(project, org, by):
    member, first = verified_member(project, org)
    second = login(project, org, member.email_address)
    _, stranger = verified_member(project, org)
    key = {
        "member_session_id": first.member_session.member_session_id,
        "session_token": first.session_token,
        "session_jwt": first.session_jwt,
        "member_id": member.member_id,
    }[by]
    answer = project.api.sessions.revoke(**{by: key})
    assert answer.status_code == 200
    with refused(404, "session_not_found"):
        authenticate(project, session_token=first.session_token)
    with refused(404, "session_not_found"):
        authenticate(project, session_jwt=first.session_jwt)
    if by == "member_id":
        with refused(404, "session_not_found"):
            authenticate(project, session_token=second.session_token)
        assert project.api.sessions.get(org, member.member_id).member_sessions == []
    else:
        assert authenticate(project, session_token=second.session_token).member.member_id == member.member_id
    assert authenticate(project, session_token=stranger.session_token).member.member_id == stranger.member_id


def test_revoke_arguments(project, session):
    with refused(400, "no_session_revoke_arguments"):
        project.api.sessions.revoke()
    with refused(400, "too_many_session_revoke_arguments"):
        project.api.sessions.revoke(session_token=session.session_token, member_id=session.member_id)
    assert authenticate(project, session_token=session.session_token).member.member_id == session.member_id


@pytest.mark.parametrize(
    "key",
    [
        {"member_session_id": "member-session-test-00000000-0000-4000-8000-000000000000"},
        {"member_session_id": "nonsense"},
        {"session_token": "A" * 44},
        {"session_jwt": "a.b.c"},
        {"member_id": "member-test-00000000-0000-4000-8000-000000000000"},
    ],
    ids=str,
)
def test_revoke_unknown(project, key):
    with refused((400, 404), ("session_not_found", "invalid_session_token", "unable_to_parse_session_jwt", "member_not_found", "bad_request")):
        project.api.sessions.revoke(**key)


def test_revoke_of_another_project(server, project, session):
    other = server.project()
    for key in (
        {"member_session_id": session.member_session.member_session_id},
        {"session_token": session.session_token},
        {"session_jwt": session.session_jwt},
        {"member_id": session.member_id},
    ):
        with refused((400, 404), ("session_not_found", "unable_to_parse_session_jwt", "member_not_found")):
            other.api.sessions.revoke(**key)
    assert authenticate(project, session_token=session.session_token).member.member_id == session.member_id


def test_revoke_twice(project, session):
    project.api.sessions.revoke(session_token=session.session_token)
    with refused(404, "session_not_found"):
        project.api.sessions.revoke(session_token=session.session_token)


# ---------------------------------------------------------------- exchange


def exchange(project, org, **fields):
    return project.api.sessions.exchange(organization_id=org, **fields)


@pytest.mark.parametrize("kind", ["session_token", "session_jwt"])
def test_exchange(project, org, kind):
    member, session = verified_member(project, org)
    target = project.organization()
    there = project.member(target.organization_id, member.email_address)
    answer = exchange(
        project, target.organization_slug, session_duration_minutes=30, session_custom_claims={"a": 1}, locale="en",
        **{kind: getattr(session, kind)},
    )
    assert answer.member_authenticated is True
    assert answer.member_id == there.member_id
    assert answer.organization == target
    assert (answer.intermediate_session_token, answer.mfa_required, answer.primary_required) == ("", None, None)
    assert answer.session_token != session.session_token
    new = answer.member_session
    assert new.member_session_id != session.member_session.member_session_id
    assert new.organization_id == target.organization_id
    assert new.custom_claims == {"a": 1}
    assert abs((new.expires_at - new.started_at).total_seconds() - 1800) < 5
    assert [f.type.value for f in new.authentication_factors] == ["magic_link"]
    assert answer.member.email_address_verified is True
    assert authenticate(project, session_token=answer.session_token).member.member_id == there.member_id
    # The session it came from lives on.
    assert authenticate(project, session_token=session.session_token).member.member_id == member.member_id


def test_exchange_accepts_an_invitation(project, org):
    member, session = verified_member(project, org)
    target = project.organization().organization_id
    invited = project.api.magic_links.email.invite(organization_id=target, email_address=member.email_address).member
    answer = exchange(project, target, session_token=session.session_token)
    assert (answer.member_id, answer.member.status) == (invited.member_id, "active")


def test_exchange_does_not_join_by_domain(project, org):
    domain = new_domain()
    member, session = verified_member(project, org, new_email(domain))
    target = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    project.api.organizations.update(target, email_invites="ALL_ALLOWED")
    verified_member(project, target, new_email(domain))
    with refused((400, 401, 403, 404), ("member_not_found", "email_jit_provisioning_not_allowed", "insufficient_factors_for_session_exchange", "member_does_not_exist_in_organization")):
        exchange(project, target, session_token=session.session_token)
    assert project.api.organizations.metrics(target).member_count == 1


def test_exchange_into_an_organization_with_more_rules(project, org):
    """T-04."""
    member, session = verified_member(project, org)
    sso = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"]).organization_id
    mfa = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    project.member(sso, member.email_address)
    project.member(mfa, member.email_address)
    answer = exchange(project, sso, session_token=session.session_token)
    assert answer.member_authenticated is False
    assert answer.primary_required.allowed_auth_methods == ["sso"]
    assert (answer.session_token, answer.session_jwt, answer.member_session) == ("", "", None)
    assert answer.intermediate_session_token
    answer = exchange(project, mfa, session_token=session.session_token)
    assert answer.member_authenticated is False
    assert answer.mfa_required is not None
    assert answer.primary_required is None
    assert answer.intermediate_session_token


def test_exchange_arguments(project, org, session):
    with refused(400, "no_session_arguments"):
        exchange(project, org)
    with refused(400, "too_many_session_arguments"):
        exchange(project, org, session_token=session.session_token, session_jwt=session.session_jwt)
    with refused(404, "organization_not_found"):
        exchange(project, "no-such-organization", session_token=session.session_token)
    with refused((400, 404), ("session_not_found", "invalid_session_token")):
        exchange(project, org, session_token="A" * 44)


def test_exchange_of_a_strangers_session(project, org, session):
    target = project.organization().organization_id
    project.member(target)
    with refused((400, 401, 403, 404), ("member_not_found", "email_jit_provisioning_not_allowed", "insufficient_factors_for_session_exchange", "member_does_not_exist_in_organization")):
        exchange(project, target, session_token=session.session_token)


def test_exchange_with_a_revoked_session(project, org, session):
    project.api.sessions.revoke(session_token=session.session_token)
    with refused(404, "session_not_found"):
        exchange(project, org, session_token=session.session_token)


# ---------------------------------------------------------------- many at once


def test_concurrent_checks_of_one_session(project, session):
    answers = race(10, lambda _: project.sdk().sessions.authenticate(session_token=session.session_token))
    assert not [a for a in answers if isinstance(a, Exception)], answers
    assert {a.member_session.member_session_id for a in answers} == {session.member_session.member_session_id}


def test_changes_are_seen_by_the_next_check(project, org):
    member, session = verified_member(project, org)
    token = session.session_token
    check = lambda: authenticate(project, session_token=token)
    first = check()
    assert check().session_jwt == first.session_jwt  # nothing has changed, so the answer is remembered

    project.api.organizations.members.update(organization_id=org, member_id=member.member_id, name="Renamed", trusted_metadata={"plan": 7})
    answer = check()
    assert (answer.member.name, answer.member.trusted_metadata) == ("Renamed", {"plan": 7})
    project.api.organizations.members.update(organization_id=org, member_id=member.member_id, roles=["stytch_admin"])
    answer = check()
    assert "stytch_admin" in answer.member_session.roles and answer.member.is_admin
    assert "stytch_admin" in claims_of(answer.session_jwt)[SESSION_CLAIM]["roles"]
    project.api.organizations.update(organization_id=org, organization_name="Another name", trusted_metadata={"tier": "gold"})
    answer = check()
    assert (answer.organization.organization_name, answer.organization.trusted_metadata) == ("Another name", {"tier": "gold"})
    domain = member.email_address.partition("@")[2]
    project.api.organizations.update(
        organization_id=org, email_allowed_domains=[domain], rbac_email_implicit_role_assignments=[{"domain": domain, "role_id": "stytch_admin"}]
    )
    project.api.organizations.members.update(organization_id=org, member_id=member.member_id, roles=[])
    answer = check()
    assert [s.type for role in answer.member.roles if role.role_id == "stytch_admin" for s in role.sources] == ["email_assignment"]
    authenticate(project, session_token=token, session_custom_claims={"color": "red"})
    answer = check()
    assert answer.member_session.custom_claims == {"color": "red"} == {"color": claims_of(answer.session_jwt)["color"]}
    longer = authenticate(project, session_token=token, session_duration_minutes=500)
    assert check().member_session.expires_at == longer.member_session.expires_at

    project.api.organizations.members.delete(organization_id=org, member_id=member.member_id)
    with refused(404, "session_not_found"):
        check()


def test_values_that_look_like_the_answer_itself(project, org):
    """What a client has stored is data in the answer, wherever the answer is cut to be put together again."""
    member, session = verified_member(project, org)
    answer_like = {
        "last_accessed_at": session.member_session.last_accessed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "session_jwt": session.session_jwt,
        "organization": {"organization_id": org},
        "verdict": {"authorized": False},
        "}": '","last_accessed_at":"2026-01-01T00:00:00Z","session_jwt":"","verdict":null}',
    }
    organization = project.api.organizations.update(organization_id=org, organization_name='","verdict":null}', trusted_metadata=answer_like)
    member = project.api.organizations.members.update(organization_id=org, member_id=member.member_id, trusted_metadata=answer_like).member
    claims = {key: value for key, value in answer_like.items() if key != "session_jwt"}
    authenticate(project, session_token=session.session_token, session_custom_claims=claims)
    for _ in range(2):
        answer = authenticate(project, session_token=session.session_token)
        assert answer.member == member
        assert answer.organization == organization.organization
        assert answer.member_session.custom_claims == claims
        assert claims_of(answer.session_jwt)[SESSION_CLAIM]["id"] == session.member_session.member_session_id
        assert answer.member_session.last_accessed_at > session.member_session.last_accessed_at


def test_a_deleted_organization_ends_its_sessions(project):
    org = project.organization().organization_id
    session = verified_member(project, org)[1]
    authenticate(project, session_token=session.session_token)
    project.api.organizations.delete(organization_id=org)
    with refused(404, "session_not_found"):
        authenticate(project, session_token=session.session_token)


def test_a_remembered_session_stays_in_its_project(server, project, session):
    authenticate(project, session_token=session.session_token)
    with refused(404, "session_not_found"):
        authenticate(server.project(), session_token=session.session_token)
    authenticate(project, session_token=session.session_token)


@pytest.mark.parametrize("mebibytes", [0, 1])
def test_sessions_that_are_not_remembered(start_server, mebibytes):
    """More than there is room for: each is checked all the same, and revoked."""
    project = start_server(arguments=["--session-memory", str(mebibytes)]).project()
    org = project.organization().organization_id
    member = project.member(org)
    tokens = [login(project, org, member.email_address).session_token for _ in range(25)]
    for token in tokens * 2:
        assert project.api.sessions.authenticate(session_token=token).member.member_id == member.member_id
    project.api.sessions.revoke(member_id=member.member_id)
    for token in tokens:
        with refused(404, "session_not_found"):
            project.api.sessions.authenticate(session_token=token)


def test_revocation_is_seen_at_once(project, org):
    """T-48 on one node: after the answer to revoke, no check passes."""
    for _ in range(5):
        _, session = verified_member(project, org)
        authenticate(project, session_token=session.session_token)
        project.api.sessions.revoke(session_token=session.session_token)
        for key in ({"session_token": session.session_token}, {"session_jwt": session.session_jwt}):
            with refused(404, "session_not_found"):
                authenticate(project, **key)


@pytest.mark.parametrize("path", ["attest", "migrate", "exchange_access_token"])
def test_not_built_yet(project, path):
    check_refusal(project.raw("POST", f"/v1/b2b/sessions/{path}", {}), 404, "route_not_found")
