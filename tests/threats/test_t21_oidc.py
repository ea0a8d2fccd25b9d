"""T-21 to T-24, T-28, T-29: what is wrong with OpenID providers' answers, and what their word about an address is worth."""

import base64
import json

import harness
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from harness import new_email, query_of, refused, verified_member
from identity_providers import OpenIdProvider
from sso import Browser, Oidc


@pytest.fixture(scope="module")
def server(postgres):
    server = harness.Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.1"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(server):
    return server.project()


@pytest.fixture
def provider():
    with OpenIdProvider() as provider:
        yield provider


@pytest.fixture
def oidc(project, provider):
    return Oidc(project, provider)


@pytest.mark.parametrize("said", [{}, {"email_verified": False}, {"email_verified": "true"}, {"email_verified": [True]}, {"email_verified": 1}],
                         ids=str)
def test_t22_an_address_that_is_not_verified_leads_to_nobody(oidc, said):
    member, _ = verified_member(oidc.project, oidc.org)
    with refused(400, "oidc_response_unverified_email"):
        oidc.login("sub", email=member.email_address, **said)
    oidc.refused(oidc.arrive("sub", email=new_email(), **said), "oidc_response_unverified_email")
    oidc.refused(oidc.arrive("sub", email_verified=True), "oidc_response_email_missing")


def test_t22_what_one_source_verifies_is_no_word_about_anothers_address(oidc):
    email = new_email()
    oidc.refused(oidc.arrive("sub", email=email, userinfo={"sub": "sub", "email_verified": True}), "oidc_response_unverified_email")
    assert oidc.login("sub", userinfo={"sub": "sub", "email": email, "email_verified": True}).member.email_address == email


def test_t24_another_members_session_links_nothing(oidc):
    victim, _ = verified_member(oidc.project, oidc.org)
    _, attacker = verified_member(oidc.project, oidc.org)
    with refused(400, "oidc_response_unverified_email"):
        oidc.login("sub", email=victim.email_address, fields={"session_token": attacker.session_token})


def test_t28_a_login_comes_back_to_its_browser_and_from_its_provider(project, oidc):
    with OpenIdProvider() as another:
        other = Oidc(project, another)
        browser = Browser(project.server)
        url = oidc.start(browser)
        said = {"email": new_email(), "email_verified": True}
        back = oidc.provider.log_in(url, **said)
        stranger = Browser(project.server)
        oidc.refused(oidc.come_back(stranger, back), "missing_oidc_csrf_cookie")
        oidc.start(stranger)
        oidc.refused(oidc.come_back(stranger, back), "oidc_csrf_cookie_mismatch")
        oidc.refused(oidc.come_back(browser, {"code": back["code"]}), "missing_oidc_state_param")
        oidc.refused(oidc.come_back(browser, back | {"state": "nonsense"}), "unsolicited_oidc_response")
        assert oidc.come_back(browser, back).status_code == 302
        oidc.refused(oidc.come_back(browser, back), "expired_oidc_response")
        back = oidc.provider.log_in(oidc.start(browser), **said)
        oidc.refused(oidc.come_back(browser, back | {"iss": another.issuer}), "oidc_invalid_callback_request", another.issuer, oidc.provider.issuer)
        back = oidc.provider.log_in(oidc.start(browser), **said)
        other.refused(other.come_back(browser, back), "oidc_invalid_callback_request", "another connection")
        assert not any(path == "/token" for path, *_ in another.asked)
        assert oidc.come_back(browser, back).status_code == 302


def test_t28_a_provider_that_always_says_who_it_is(project):
    with OpenIdProvider() as provider:
        provider.document = {"authorization_response_iss_parameter_supported": True}
        oidc, said = Oidc(project, provider), {"email": new_email(), "email_verified": True}
        browser = Browser(project.server)
        oidc.refused(oidc.come_back(browser, provider.log_in(oidc.start(browser), **said)), "oidc_invalid_callback_request", "nothing")
        back = provider.log_in(oidc.start(browser), **said) | {"iss": provider.issuer}
        assert oidc.come_back(browser, back).status_code == 302


def unsigned(token):
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()  # noqa: E731
    return f"{part({'alg': 'none'})}.{part(token)}."


# What is said in the place of what is right, and words of the sentence.
WRONG = {
    "for another client": ({"aud": "another"}, ("audience", "another")),
    "for several": ({"aud": ["guildhall", "another"]}, ("azp",)),
    "got by another": ({"azp": "another"}, ("azp", "another")),
    "by another issuer": ({"iss": "https://evil.example"}, ("issuer", "evil.example")),
    "of another login": ({"nonce": "another"}, ("nonce",)),
    "of no login": ({"nonce": None}, ("nonce", "missing")),
    "over": ({"exp": 1_000_000}, ("expired",)),
    "of the future": ({"iat": 4_000_000_000}, ("clock",)),
    "about nobody": ({"sub": None}, ("subject",)),
    "with the hash of another code": ({"c_hash": "x"}, ("c_hash",)),
}


@pytest.mark.parametrize("case", WRONG)
def test_t29_what_is_wrong_with_an_id_token_is_said(oidc, case):
    claims, words = WRONG[case]
    page = oidc.arrive("sub", **{"email": new_email(), "email_verified": True} | claims)
    oidc.refused(page, "oidc_invalid_id_token", *words)


def test_t29_an_id_token_is_signed_by_the_provider(oidc):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = oidc.provider.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    said = {"email": new_email(), "email_verified": True}
    signers = {
        "not": unsigned,
        "by another key": lambda token: jwt.encode(token, key, "RS256", headers={"kid": oidc.provider.key_id}),
        "by a key in its head": lambda token: jwt.encode(token, key, "RS256", headers={"jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))}),
        "by a key somewhere else": lambda token: jwt.encode(token, key, "RS256", headers={"jku": "https://evil.example/jwks", "kid": "evil"}),
        "with the client secret": lambda token: jwt.encode(token, oidc.provider.client_secret, "HS256"),
        "with the public key": lambda token: jwt.PyJWS().encode(json.dumps(token).encode(), base64.b64encode(public).decode(), "HS256"),
    }
    for how, sign in signers.items():
        page = oidc.arrive("sub", sign=sign, **said)
        assert page.status_code == 400, how
        oidc.refused(page, "oidc_invalid_id_token")
    assert oidc.arrive("sub", **said).status_code == 302


def test_a_provider_that_fails(oidc):
    browser, said = Browser(oidc.project.server), {"email": new_email(), "email_verified": True}
    url = oidc.start(browser)
    page = oidc.come_back(browser, {"state": query_of(url)["state"], "error": "access_denied", "error_description": "<b>not you</b>"})
    oidc.refused(page, "oidc_auth_code_error", "access_denied", "not you")
    assert "<b>not you" not in page.text
    url = oidc.start(browser)
    oidc.refused(oidc.come_back(browser, {"state": query_of(url)["state"], "code": "unknown"}), "oidc_auth_code_error", "invalid_grant")
    oidc.refused(oidc.come_back(browser, {"state": query_of(oidc.start(browser))["state"]}), "oidc_invalid_callback_request", "no code")
    oidc.refused(oidc.arrive("sub", userinfo={"sub": "another"}, **said), "oidc_response_subject_mismatch", "another")
    oidc.refused(oidc.arrive("sub", userinfo={}, **said), "oidc_response_subject_mismatch")
    oidc.update(userinfo_url=f"{oidc.provider.issuer}/nowhere")
    oidc.refused(oidc.arrive("sub", **said), "oidc_invalid_userinfo", "404")


def test_t75_the_recorder_has_no_codes_and_tokens(oidc):
    browser = Browser(oidc.project.server)
    back = oidc.provider.log_in(oidc.start(browser), email=new_email(), email_verified=True)
    tokens = dict(oidc.provider.codes[back["code"]])
    assert oidc.come_back(browser, back).status_code == 302
    [exchange] = oidc.exchanges()
    for secret in (back["code"], back["state"], tokens["access_token"], tokens["id_token"], oidc.provider.client_secret):
        assert secret not in json.dumps(exchange)
    assert oidc.provider.issuer in exchange["response"] and exchange["reason"] == "The answer was accepted."
    assert oidc.provider.client_secret not in oidc.project.server.log()


def test_t27_a_connection_that_changed_meanwhile(oidc):
    browser, said = Browser(oidc.project.server), {"email": new_email(), "email_verified": True}
    back = oidc.provider.log_in(oidc.start(browser), **said)
    token = oidc.token("sub", **said)
    oidc.update(client_id="")
    page = oidc.come_back(browser, back)
    assert page.status_code == 400 and "requires_active_sso_connection" in page.text
    with refused(400, "requires_active_sso_connection"):
        oidc.authenticate(token)


def test_a_provider_that_takes_no_way_to_show_who_we_are(oidc):
    """Who saves the connection is told; once it is mended there, saving again makes it count at once."""
    said = {"email": new_email(), "email_verified": True}
    oidc.provider.document = {"token_endpoint_auth_methods_supported": ["none"]}
    warning = oidc.update(issuer=oidc.provider.issuer).warning
    assert warning.startswith("Nobody can log in") and "client_secret_basic" in warning
    oidc.refused(oidc.arrive("sub", **said), "oidc_auth_code_error", "have it take client_secret_basic")
    oidc.provider.document = {}
    assert oidc.update(issuer=oidc.provider.issuer).warning is None
    assert oidc.arrive("sub", **said).status_code == 302


def test_the_recorder_says_when_an_address_alone_lets_nobody_in(oidc):
    member, _ = verified_member(oidc.project, oidc.org)
    assert oidc.arrive("sub", email=member.email_address, email_verified=False).status_code == 302
    [exchange] = oidc.exchanges()
    assert exchange["verdict"] == "accepted" and "lets nobody in who is not logged in as the member" in exchange["reason"]


def test_how_we_show_who_we_are(project):
    """By the way that the provider offers; with a private key in the place of the secret, by that."""
    said = {"email_verified": True}
    for methods, where in ((["client_secret_basic"], "header"), (["client_secret_post"], "body"), (["private_key_jwt"], "assertion")):
        with OpenIdProvider() as provider:
            provider.document = {"token_endpoint_auth_methods_supported": methods}
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
            oidc = Oidc(project, provider, **({"client_secret": pem} if where == "assertion" else {}))
            oidc.login("sub", email=new_email(), **said)
            [(_, headers, body)] = [asked for asked in provider.asked if asked[0] == "/token"]
            form = query_of(f"?{body}")
            assert len(form["code_verifier"]) == 43
            headers = {name.lower(): value for name, value in headers.items()}
            match where:
                case "header":
                    assert base64.b64decode(headers["authorization"].split()[1]).decode() == f"guildhall:{provider.client_secret}"
                    assert "client_secret" not in form
                case "body":
                    assert form["client_secret"] == provider.client_secret and "authorization" not in headers
                case _:
                    claims = jwt.decode(form["client_assertion"], key.public_key(), ["RS256"], audience=f"{provider.issuer}/token")
                    assert claims["iss"] == claims["sub"] == "guildhall" and "client_secret" not in form
