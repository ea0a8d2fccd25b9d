"""oidc-provider, with its own pages, as an OpenID provider."""

import json
import pathlib
from types import SimpleNamespace

import jwt
import node
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from harness import free_port, new_email, query_of, unique, verified_member
from logins import Oidc, Person, words
from oauth import OauthProvider

node.need("oidc-provider")


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def in_jwk(key, **others) -> dict:
    """With key_ops "sign" or "verify"; oidc-provider publishes its keys with the former."""
    algorithm = jwt.algorithms.RSAAlgorithm if isinstance(key, (rsa.RSAPrivateKey, rsa.RSAPublicKey)) else jwt.algorithms.ECAlgorithm
    return json.loads(algorithm.to_jwk(key)) | {"kid": unique(), "use": "sig"} | others


class Provider:
    def __init__(self, directory: pathlib.Path):
        self._directory, self._file = directory, directory / "settings.json"
        self.port = free_port()
        self._settings = {"port": self.port, "clients": [], "people": {}, "jwks": {"keys": [in_jwk(new_key())]}}
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._start()

    def _start(self):
        self._write()
        self._program = node.start("oidc_provider.mjs", self.port, str(self._file), ready="/.well-known/openid-configuration",
                                   directory=self._directory)

    def _write(self):
        self._file.write_text(json.dumps(self._settings))

    def stop(self):
        self._program.stop()

    def rotate(self):
        """Has another key from now on, and does not know the one before."""
        self._program.stop()
        self._settings["jwks"] = {"keys": [in_jwk(new_key())]}
        self._start()

    def give_secret(self, client_id: str, secret: str):
        self._program.stop()
        [client] = [client for client in self._settings["clients"] if client["client_id"] == client_id]
        client["client_secret"] = secret
        self._start()

    def register(self, callback_url: str, **fields) -> dict:
        fields = {"redirect_uris": [callback_url], "grant_types": ["authorization_code"], "response_types": ["code"]} | fields
        answer = requests.post(f"{self.issuer}/reg", json=fields, timeout=60)
        assert answer.status_code == 201, answer.text
        made = {name: value for name, value in answer.json().items() if not name.startswith("registration_")}
        self._settings["clients"].append(made)
        return made

    def has(self, name: str, **claims):
        """Somebody who can log in, with any password."""
        self._settings["people"][name] = {"email_verified": True, "name": "Ada Lovelace"} | claims
        self._write()

    def log_in(self, person: Person, url: str, name: str):
        """The answer with which it sends somebody back, who has given their name and agreed."""
        page = person.go(url)
        while not page.is_redirect:
            page = person.send(page, login=name, password="secret") if "password" in page.text else person.send(page)
        return page


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    provider = Provider(tmp_path_factory.mktemp("oidc-provider"))
    yield provider
    provider.stop()


def connect(project, provider, registered: dict | None = None, secret: str = "", **settings) -> Oidc:
    connection = Oidc(project)
    client = provider.register(connection.callback_url, **(registered or {}))
    settings = {"issuer": provider.issuer, "client_id": client["client_id"], "client_secret": secret or client["client_secret"]} | settings
    assert connection.update(**settings)["status"] == "active"
    return connection


def somebody(provider, **claims) -> tuple[str, str]:
    name, email = f"p{unique()}", new_email()
    provider.has(name, email=email, **claims)
    return name, email


def log_in(connection, provider, name):
    person = Person(connection.project.server)
    return person.back(provider.log_in(person, connection.start(person), name))


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_member_logs_in(project, provider, method):
    connection = connect(project, provider, {"token_endpoint_auth_method": method})
    name, email = somebody(provider)
    login = connection.finish(log_in(connection, provider, name))
    assert (login.member.email_address, login.member.name) == (email, "Ada Lovelace")
    [registration] = login.member.sso_registrations
    assert registration.external_id == name
    assert connection.finish(log_in(connection, provider, name)).member_id == login.member_id


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_secret_may_have_any_visible_characters(project, provider, method):
    """RFC 6749, appendix A.2."""
    connection = connect(project, provider, {"token_endpoint_auth_method": method})
    secret = "a+b/c=%20d e&f:g;~\""
    client_id = connection.update(client_secret=secret)["client_id"]
    provider.give_secret(client_id, secret)
    name, email = somebody(provider)
    assert connection.finish(log_in(connection, provider, name)).member.email_address == email


@pytest.mark.parametrize(("key", "algorithm"), [(new_key(), "RS256"), (ec.generate_private_key(ec.SECP256R1()), "ES256")], ids=["rsa", "ec"])
def test_a_private_key_for_a_secret_signs(project, provider, key, algorithm):
    jwks = {"keys": [in_jwk(key.public_key(), alg=algorithm)]}
    registered = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": algorithm, "jwks": jwks}
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    connection = connect(project, provider, registered, secret=pem)
    name, email = somebody(provider)
    assert connection.finish(log_in(connection, provider, name)).member.email_address == email


def test_a_wrong_secret_is_told(project, provider):
    connection = connect(project, provider, secret="wrong")
    name, _ = somebody(provider)
    assert "invalid_client" in connection.check_refused(log_in(connection, provider, name), "oidc_auth_code_error")


def test_it_wants_pkce_and_gets_it(project, provider):
    connection = connect(project, provider)
    url = connection.start(Person(project.server))
    asked = query_of(url)
    assert asked["code_challenge_method"] == "S256" and asked["code_challenge"]
    person = Person(project.server)
    url = "&".join(part for part in connection.start(person).split("&") if not part.startswith("code_challenge"))
    answer = person.back(person.go(url))
    assert "PKCE" in connection.check_refused(answer, "oidc_auth_code_error")


def test_somebody_who_declines_is_told(project, provider):
    connection = connect(project, provider)
    person = Person(project.server)
    page = person.go(connection.start(person))
    abort = next(url for url in page.text.split('"') if url.endswith("/abort"))
    answer = person.back(person.go(abort))
    assert "access_denied" in connection.check_refused(answer, "oidc_auth_code_error")


def test_new_keys_are_asked_for(project, provider):
    connection = connect(project, provider)
    name, _ = somebody(provider)
    login = connection.finish(log_in(connection, provider, name))
    provider.rotate()
    assert connection.finish(log_in(connection, provider, name)).member_id == login.member_id


def test_groups_give_roles_until_the_next_login(project, provider):
    connection = connect(project, provider, custom_scopes="openid email profile groups", attribute_mapping={"groups": "groups"},
                         oidc_group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "admins"}])
    name, email = somebody(provider, groups=["staff", "admins"])
    assert connection.roles(connection.finish(log_in(connection, provider, name)).member) == {"stytch_admin"}
    provider.has(name, email=email, groups=["staff"])
    assert connection.roles(connection.finish(log_in(connection, provider, name)).member) == set()
    provider.has(name, email=email, groups=["admins"])
    assert connection.roles(connection.finish(log_in(connection, provider, name)).member) == {"stytch_admin"}
    provider.has(name, email=email)
    assert connection.roles(connection.finish(log_in(connection, provider, name)).member) == set()


def test_a_code_counts_once(project, provider):
    connection = connect(project, provider)
    name, _ = somebody(provider)
    person = Person(project.server)
    answer = provider.log_in(person, connection.start(person), name)
    connection.finish(person.back(answer))
    connection.check_refused(person.back(answer), "expired_oidc_response")


@pytest.mark.parametrize(("ahead", "error"), [(100, ""), (-100, ""), (4000, "oidc_invalid_id_token"), (-300, "oidc_invalid_id_token")])
def test_clocks_may_differ_by_two_minutes(traveller, provider, ahead, error):
    """An ID token of oidc-provider is valid for an hour."""
    traveller.clock.forward(seconds=ahead)
    try:
        connection = connect(traveller.project(), provider)
        name, _ = somebody(provider)
        answer = log_in(connection, provider, name)
        if error:
            connection.check_refused(answer, error)
        else:
            connection.finish(answer)
    finally:
        traveller.clock.forward(seconds=-ahead)


@pytest.mark.parametrize(("name", "proof"), [("google", {"hd": "acme.example"}), ("microsoft", {"xms_edov": True, "tid": "t", "oid": "o"})])
def test_it_stands_in_for_a_provider_of_oauth(project, provider, name, proof):
    """As Google and Microsoft are asked: the whole way, to an organization and for discovery."""
    client = provider.register(f"{project.server.url}/v1/b2b/oauth/callback/oauth-callback-{project.project_id.removeprefix('project-')}")
    oauth = OauthProvider(project, SimpleNamespace(addresses=["--issuer", provider.issuer], **client), name)
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    subject = f"p{unique()}"

    def arrive(org: str | None) -> dict:
        person = Person(project.server)
        answer = person.back(provider.log_in(person, oauth.start(person.here, org), subject))
        assert answer.status_code == 302, words(answer)
        return query_of(answer.headers["location"])

    provider.has(subject, email=member.email_address)
    assert not project.api.oauth.authenticate(oauth_token=arrive(org)["token"]).member_authenticated
    provider.has(subject, email=member.email_address, **proof)
    login = project.api.oauth.authenticate(oauth_token=arrive(org)["token"])
    assert login.member_authenticated and login.member_id == member.member_id and login.provider_subject == subject
    assert [known.provider_subject for known in login.member.oauth_registrations] == [subject]
    found = project.api.oauth.discovery.authenticate(discovery_oauth_token=arrive(None)["token"])
    assert [one.organization.organization_id for one in found.discovered_organizations] == [org]
