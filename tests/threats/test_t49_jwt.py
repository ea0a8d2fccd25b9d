"""T-49: a session JWT is believed only when this server signed it, for this project, in the one way it does."""

import base64
import hashlib
import hmac
import http.client
import json
import time
import urllib.parse

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from harness import check_refusal, login, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER, b64, jwt_parts, unb64, unsigned

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def rs256(text, key=KEY):
    return text + "." + b64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))


def public_jwk(key=KEY):
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": b64(numbers.n.to_bytes(256, "big")), "e": "AQAB", "alg": "RS256", "use": "sig"}


@pytest.fixture(scope="module")
def scene(project):
    org = project.organization().organization_id
    _, session = verified_member(project, org, roles=["stytch_admin"])
    jwks = requests.get(f"{project.server.url}/v1/b2b/sessions/jwks/{project.project_id}", timeout=30).json()["keys"]
    return org, session, jwks


def refused_everywhere(project, org, jwt):
    """By every door that takes a JWT."""
    wanted = ((400, 404), ("unable_to_parse_session_jwt", "session_not_found"))
    for path, more in (("sessions/authenticate", {}), ("sessions/exchange", {"organization_id": org}), ("sessions/revoke", {}), ("discovery/organizations", {})):
        check_refusal(project.raw("POST", f"/v1/b2b/{path}", {"session_jwt": jwt} | more), *wanted)
    check_refusal(project.browser("POST", "/b2b/sessions/authenticate", {"session_jwt": jwt}), 400, "bad_request")
    if jwt.isascii() and jwt.isprintable():
        answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "X"}, headers={JWT_HEADER: jwt})
        check_refusal(answer, *wanted)


def forgeries(project, session, jwks):
    header, body, signature = jwt_parts(session.session_jwt)
    signed = session.session_jwt.rsplit(".", 1)[0]
    head, middle, _ = session.session_jwt.split(".")
    numbers = rsa.RSAPublicNumbers(int.from_bytes(unb64(jwks[0]["e"]), "big"), int.from_bytes(unb64(jwks[0]["n"]), "big")).public_key()
    pems = [
        numbers.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        numbers.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        numbers.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1), json.dumps(jwks[0]).encode(), unb64(jwks[0]["n"]), b"", b"secret",
    ]
    for alg in ("none", "None", "NONE", "nOnE", ""):
        text = unsigned(header | {"alg": alg}, body)
        yield f"alg {alg!r}", text + "."
        yield f"alg {alg!r}, signature kept", f"{text}.{b64(signature)}"
    yield "no alg", unsigned({k: v for k, v in header.items() if k != "alg"}, body) + "."
    for i, key in enumerate(pems):
        for alg, digest in (("HS256", "sha256"), ("HS512", "sha512"), ("RS256", "sha256")):
            text = unsigned(header | {"alg": alg}, body)
            yield f"{alg} with public key {i}", f"{text}.{b64(hmac.new(key, text.encode(), getattr(hashlib, digest)).digest())}"
    for alg in ("RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 "):
        yield f"own key as {alg}", rs256(unsigned(header | {"alg": alg}, body))
    text = unsigned(header | {"alg": "PS256"}, body)
    yield "PS256", f"{text}.{b64(KEY.sign(text.encode(), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()))}"
    text = unsigned(header | {"alg": "ES256"}, body)
    yield "ES256", f"{text}.{b64(ec.generate_private_key(ec.SECP256R1()).sign(text.encode(), ec.ECDSA(hashes.SHA256())))}"
    yield "own key", rs256(unsigned(header, body))
    for kid in ("", "x", "jwk-test-00000000-0000-4000-8000-000000000000", "../../dev/null", "' OR '1'='1", "*", None, 7, [header["kid"]], header["kid"].upper(), header["kid"] + "\0"):
        yield f"kid {kid!r}", rs256(unsigned(header | {"kid": kid}, body))
    yield "no kid", rs256(unsigned({k: v for k, v in header.items() if k != "kid"}, body))
    for name, value in {
        "jku": "http://127.0.0.1:1/jwks.json", "x5u": "http://127.0.0.1:1/cert.pem", "jwk": public_jwk(), "x5c": [base64.b64encode(b"x").decode()],
        "crit": ["exp"], "b64": False, "zip": "DEF", "cty": "JWT", "iss": "x",
    }.items():
        yield f"header {name}", rs256(unsigned(header | {name: value}, body))
        yield f"header {name}, no kid", rs256(unsigned({"alg": "RS256", "typ": "JWT", name: value}, body))
        yield f"header {name}, signature kept", f"{unsigned(header | {name: value}, body)}.{b64(signature)}"
    for typ in ("at+jwt", "JWE", "jwt", "dpop+jwt", None, ""):
        yield f"typ {typ!r}", f"{unsigned(header | {'typ': typ}, body)}.{b64(signature)}"
    for name, value in {
        "iss": "stytch.com/other", "aud": ["project-test-00000000-0000-4000-8000-000000000000"], "sub": "member-test-x", "exp": 99999999999, "nbf": 0,
        "https://stytch.com/session": {"id": "member-session-test-x"}, "https://stytch.com/organization": {"organization_id": "organization-test-x", "slug": "x"}, "roles": ["stytch_admin"],
    }.items():
        yield f"claim {name}, signature kept", f"{unsigned(header, body | {name: value})}.{b64(signature)}"
    for i in (0, 100, len(signature) - 1):
        yield f"signature bit {i}", f"{signed}.{b64(signature[:i] + bytes([signature[i] ^ 1]) + signature[i + 1 :])}"
    yield "signature of zeros", f"{signed}.{b64(bytes(256))}"
    yield "no signature", f"{signed}."
    yield "two parts", signed
    yield "four parts", f"{session.session_jwt}.x"
    yield "five parts", f"{head}.{middle}.x.y.z"
    yield "signature of something else", f"{head}.{b64(b'{}')}.{b64(signature)}"
    yield "padding", "=.".join(session.session_jwt.split("."))
    yield "a space", session.session_jwt[:50] + " " + session.session_jwt[50:]
    yield "body is a list", rs256(f"{head}.{b64(b'[]')}")
    yield "header is a list", rs256(f"{b64(b'[]')}.{middle}")
    yield "deep", f"{b64(b'[' * 9000)}.{middle}.x"
    yield "dots", "." * 50
    yield "long", "a" * 100_000
    yield "emoji", "💥.💥.💥"
    yield "the session token", session.session_token


def test_t49_forged_jwts_are_refused_by_every_door(project, scene):
    org, session, jwks = scene
    cases = list(forgeries(project, session, jwks))
    assert len(cases) > 90
    for name, jwt in cases:
        if name == "long":
            check_refusal(project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt}), 400, "unable_to_parse_session_jwt")
            continue
        try:
            refused_everywhere(project, org, jwt)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
    assert project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": session.session_jwt}).status_code == 200
    assert project.api.organizations.get(org).organization.organization_name == "Acme"


def test_t49_a_jwt_of_another_project_is_none(project, neighbour, scene):
    """Signed by the same server, with another project's key, for another audience."""
    org, _, _ = scene
    _, foreign = verified_member(neighbour, neighbour.organization().organization_id, roles=["stytch_admin"])
    refused_everywhere(project, org, foreign.session_jwt)


def test_t49_a_jwt_of_another_server_is_none(project, scene, start_server):
    other = start_server().project()
    _, foreign = verified_member(other, other.organization().organization_id)
    refused_everywhere(project, scene[0], foreign.session_jwt)


def test_t49_published_keys_are_public_keys_of_the_project_alone(project, neighbour, scene):
    for key in scene[2]:
        assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
        assert len(unb64(key["n"])) >= 256
    theirs = requests.get(f"{project.server.url}/v1/b2b/sessions/jwks/{neighbour.project_id}", timeout=30).json()["keys"]
    assert not {k["kid"] for k in theirs} & {k["kid"] for k in scene[2]}
    check_refusal(requests.get(f"{project.server.url}/v1/b2b/sessions/jwks/project-test-00000000-0000-4000-8000-000000000000", timeout=30), 404, "project_not_found")


def test_t49_jwts_are_short_and_of_one_kind(project, scene):
    header, claims, _ = jwt_parts(scene[1].session_jwt)
    assert header == {"alg": "RS256", "typ": "JWT", "kid": header["kid"]} and header["kid"] in {k["kid"] for k in scene[2]}
    assert claims["exp"] - claims["iat"] <= 300 and abs(claims["iat"] - time.time()) < 120
    assert (claims["iss"], claims["aud"]) == (f"stytch.com/{project.project_id}", [project.project_id])
    assert scene[1].session_token not in json.dumps(claims)


def test_t49_custom_claims_do_not_replace_the_servers(project, scene):
    """What the app adds cannot change whose token it is."""
    org = scene[0]
    names = {"iss": "evil", "aud": ["evil"], "sub": "member-test-x", "exp": 99999999999, "iat": 1, "nbf": 1}
    member, session = verified_member(project, org)
    answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token, "session_custom_claims": names})
    assert answer.status_code == 200, answer.text
    _, claims, _ = jwt_parts(answer.json()["session_jwt"])
    assert (claims["iss"], claims["aud"], claims["sub"]) == (f"stytch.com/{project.project_id}", [project.project_id], member.member_id)
    assert claims["exp"] - claims["iat"] <= 300 and abs(claims["iat"] - time.time()) < 120
    for name in ("https://stytch.com/session", "https://stytch.com/organization"):
        answer = project.raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": session.session_token, "session_custom_claims": {name: {}}})
        check_refusal(answer, 400, "stytch_claims_in_custom_claims")


AUTHORIZATION = [
    "", " ", "Basic", "Basic ", "basic", "Basic =", "Basic ====", "Basic !!!!", "Basic " + "A" * 7000, "Basic Og==", "Basic Ojo6", "Basic YQ==", "Basic /w==", "Basic //79/A==",
    "Basic " + base64.b64encode(b"\0:\0").decode(), "Basic " + base64.b64encode(b"a\r\nb:c").decode(), "Basic " + base64.b64encode("ü:💥".encode()).decode(),
    "Basic " + base64.b64encode(b"project-test-:").decode(), "Basic " + base64.b64encode(b"project-test-x:y").decode(), "Basic  a b c", "Basic a,Basic b",
    "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Digest username=x", "Negotiate", "\t", "x" * 7000, "Basic\tYQ==", "BasicYTpi", ":", "Basic: YTpi",
]


@pytest.mark.parametrize("value", AUTHORIZATION, ids=lambda v: ascii(v[:24]))
@pytest.mark.parametrize("path", ["/v1/debug/whoami", "/v1/b2b/sessions/authenticate", "/sdk/v1/b2b/organizations/me", "/sdk/v1/b2b/sessions/authenticate"])
def test_t49_a_malformed_authorization_header_is_a_plain_refusal(server, path, value):
    method = "POST" if path.endswith("authenticate") else "GET"
    options = {"json": {}} if method == "POST" else {}
    request = requests.Request(method, server.url + path, **options).prepare()
    request.headers["Authorization"] = value
    answer = requests.Session().send(request, timeout=30)
    check_refusal(answer, (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"))


@pytest.mark.parametrize("header", [MEMBER_HEADER, JWT_HEADER, "Cookie", "Origin", "X-SDK-Client"])
@pytest.mark.parametrize("value", [b"\xff\xfe", b"\xc3\xbc", b"a" * 7000, b"=;=;;", b",,,", b"\xf0\x9f\x92\xa5", b"__Host-guildhall_session=\xff"], ids=repr)
def test_t49_odd_bytes_in_credential_headers(project, scene, header, value):
    for method, path, auth in (("PUT", f"/v1/b2b/organizations/{scene[0]}", (project.project_id, project.secret)), ("GET", "/sdk/v1/b2b/organizations/me", (project.public_token, project.public_token))):
        answer = requests.request(method, project.server.url + path, json={} if method == "PUT" else None, auth=auth, headers={header: value}, timeout=30)
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("header", [MEMBER_HEADER, JWT_HEADER])
@pytest.mark.parametrize("value", [b"\xff\xfe", b"\xc3\xbc", b"\xf0\x9f\x92\xa5", b"x\x80", b"a\tb", b",", b"null", b"undefined", b"0"], ids=repr)
def test_t49_an_unreadable_member_credential_is_not_as_good_as_none(project, scene, header, value):
    """A backend hands on what its user sent. If that cannot be read the call is refused, not made as the backend."""
    answer = project.raw("PUT", f"/v1/b2b/organizations/{scene[0]}", {"organization_name": "Acme"}, headers={header: value})
    check_refusal(answer, (400, 401, 404), ("session_not_found", "invalid_session_token", "unable_to_parse_session_jwt", "bad_request"))


@pytest.mark.parametrize("header", [MEMBER_HEADER, JWT_HEADER])
def test_t49_a_second_member_credential_does_not_hide_behind_the_first(project, scene, header):
    """The same header twice: refused, or the first one counts; never the more powerful one by its place."""
    _, plain = verified_member(project, scene[0])
    values = [getattr(plain, "session_token" if header == MEMBER_HEADER else "session_jwt"), getattr(scene[1], "session_token" if header == MEMBER_HEADER else "session_jwt")]
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(project.server.url).netloc, timeout=30)
    body = b'{"organization_name": "Taken over"}'
    connection.putrequest("PUT", f"/v1/b2b/organizations/{scene[0]}")
    credentials = base64.b64encode(f"{project.project_id}:{project.secret}".encode()).decode()
    for name, value in (("Authorization", f"Basic {credentials}"), ("Content-Type", "application/json"), ("Content-Length", str(len(body))), *((header, v) for v in values)):
        connection.putheader(name, value)
    connection.endheaders(body)
    assert connection.getresponse().status in (400, 401, 403)
    assert project.api.organizations.get(scene[0]).organization.organization_name == "Acme"


# ---------------------------------------------------------------- a JWT is shown around: five minutes are five minutes


@pytest.fixture
def later(start_server):
    """A server whose clock can be moved, a session of an administrator, and its JWT, which has ended."""
    server = start_server(clock=True)
    project = server.project()
    org = project.organization().organization_id
    member, session = verified_member(project, org, roles=["stytch_admin"])
    server.clock.forward(minutes=6)
    return project, org, member, session


def test_t49_an_ended_jwt_counts_only_in_a_backends_check(later):
    project, org, member, session = later
    jwt, other = session.session_jwt, project.organization().organization_id
    project.member(other, member.email_address)
    for answer in (
        project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "X"}, headers={JWT_HEADER: jwt}),
        project.raw("POST", "/v1/b2b/sessions/exchange", {"session_jwt": jwt, "organization_id": other}),
        project.raw("POST", "/v1/b2b/sessions/exchange", {"session_jwt": jwt, "organization_id": org}),
        project.raw("POST", "/v1/b2b/discovery/organizations", {"session_jwt": jwt}),
        project.raw("POST", "/v1/b2b/sessions/revoke", {"session_jwt": jwt}),
    ):
        check_refusal(answer, 400, "unable_to_parse_session_jwt")
        assert "has ended" in answer.json()["error_message"]
    # Nor does it add a proof to the session.
    again = login(project, org, member.email_address, session_jwt=jwt)
    assert again.member_session.member_session_id != session.member_session.member_session_id
    # The backend's check renews it, and the new one counts everywhere.
    fresh = project.api.sessions.authenticate(session_jwt=jwt)
    assert fresh.member_session.member_session_id == session.member_session.member_session_id
    answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": "Y"}, headers={JWT_HEADER: fresh.session_jwt})
    assert answer.status_code == 200, answer.text
    # Also when the server has just verified the one that has ended.
    check_refusal(project.raw("POST", "/v1/b2b/discovery/organizations", {"session_jwt": jwt}), 400, "unable_to_parse_session_jwt")


def test_t49_no_browser_makes_a_session_of_a_jwt(project, scene):
    """Neither in a body, nor in the place of the session token, nor in a cookie."""
    _, session, _ = scene
    for path in ("sessions/authenticate", "sessions/exchange", "discovery/organizations", "magic_links/authenticate"):
        for body in ({"session_jwt": session.session_jwt}, {"session_token": session.session_token}):
            check_refusal(project.browser("POST", f"/b2b/{path}", body), 400, "bad_request")
    cookies = {name: session.session_jwt for name in ("stytch_session_jwt", "__Host-guildhall_session_jwt")}
    for options in ({"session_token": session.session_jwt}, {"cookies": cookies}):
        answer = project.browser("POST", "/b2b/sessions/authenticate", {"session_duration_minutes": 527_040}, **options)
        check_refusal(answer, (401, 404), ("user_unauthenticated", "session_not_found"))
