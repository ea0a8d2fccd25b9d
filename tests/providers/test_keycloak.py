"""Keycloak as an identity provider, by SAML and by OpenID Connect."""

import pathlib
import shutil

import keycloak
import pytest
import requests
from harness import free_port, new_email, unique
from identity_providers import Key
from logins import Connection, Oidc, Person, Program, Saml

if keycloak.missing():
    pytest.skip(keycloak.missing(), allow_module_level=True)


class Keycloak:
    """A Keycloak, with one realm."""

    realm = "company"

    def __init__(self, directory: pathlib.Path):
        shutil.copytree(keycloak.DATABASE, directory / "database")
        port = free_port()
        command = keycloak.command(directory / "database", port)
        self._program = Program(command, port, "/realms/master", directory / "log", env=keycloak.ENVIRONMENT)
        self.url = f"{self._program.url}/realms/{self.realm}"
        name, password = keycloak.ADMINISTRATOR
        form = {"grant_type": "password", "client_id": "admin-cli", "username": name, "password": password}
        answer = requests.post(f"{self._program.url}/realms/master/protocol/openid-connect/token", data=form, timeout=60)
        self._headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        # Its token is good for a minute, which is soon over.
        self.do("PUT", "/admin/realms/master", json={"accessTokenLifespan": 3600})
        answer = requests.post(f"{self._program.url}/realms/master/protocol/openid-connect/token", data=form, timeout=60)
        self._headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        self.do("POST", "/admin/realms", json={"realm": self.realm, "enabled": True, "sslRequired": "none"})
        self._groups = {name: self.make("/groups", name=name) for name in ("staff", "admins")}

    def stop(self):
        self._program.stop()

    def do(self, method: str, path: str, **options) -> requests.Response:
        answer = requests.request(method, self._program.url + path, headers=self._headers, timeout=60, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def make(self, path: str, **fields) -> str:
        """The id of something new in the realm."""
        return self.do("POST", f"/admin/realms/{self.realm}{path}", json=fields).headers["location"].rpartition("/")[2]

    def somebody(self) -> tuple[str, str]:
        """A new person there: their id and their address, which is their name too. Their password is `secret`."""
        email = new_email()
        credentials = [{"type": "password", "value": "secret", "temporary": False}]
        return self.make("/users", username=email, email=email, emailVerified=True, enabled=True, firstName="Ada", lastName="Lovelace",
                         credentials=credentials), email

    def put_in(self, person: str, *groups: str):
        """In these groups, and no others."""
        for name, group in self._groups.items():
            method = "PUT" if name in groups else "DELETE"
            self.do(method, f"/admin/realms/{self.realm}/users/{person}/groups/{group}")

    def log_in(self, connection: Connection, email: str) -> requests.Response:
        """Our answer to somebody who has logged in there."""
        person = Person(connection.project.server)
        return person.back(person.send(person.go(connection.start(person)), username=email, password="secret"))

    def exchange_keys(self) -> str:
        """Signs with another key from now on."""
        config = {name: [value] for name, value in {"priority": "1000", "active": "true", "enabled": "true", "keySize": "2048"}.items()}
        return self.make("/components", name=unique(), providerId="rsa-generated", providerType="org.keycloak.keys.KeyProvider", config=config)

    def sign_as_before(self, key: str):
        self.do("DELETE", f"/admin/realms/{self.realm}/components/{key}")


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    provider = Keycloak(tmp_path_factory.mktemp("keycloak"))
    yield provider
    provider.stop()


def mapper(protocol: str, kind: str, **config) -> dict:
    return {"name": unique(), "protocol": protocol, "protocolMapper": kind, "config": {name.replace("_", "."): value for name, value in config.items()}}


def by_saml(project, provider, encrypts: bool = False, **attributes) -> Saml:
    """A connection by SAML. Keycloak reads our metadata, and we read its."""
    key = {"saml_encryption_private_key": Key.new().private} if encrypts else {}
    mapping = {"email": "NameID", "first_name": "givenName", "last_name": "surname", "groups": "groups"}
    connection = Saml(project, attribute_mapping=mapping, **key)
    client = provider.do("POST", f"/admin/realms/{provider.realm}/client-description-converter", data=connection.metadata()).json()
    assert client["clientId"] == connection.callback_url and client["attributes"]["saml.client.signature"] == "true"
    property_of = [mapper("saml", "saml-user-property-mapper", attribute_name=name, user_attribute=of)
                   for name, of in (("givenName", "firstName"), ("surname", "lastName"))]
    client["protocolMappers"] = [*property_of, mapper("saml", "saml-group-membership-mapper", attribute_name="groups", full_path="false")]
    client["attributes"] |= {"saml.encrypt": str(encrypts).lower()} | attributes
    provider.make("/clients", **client)
    connection.by_url(f"{provider.url}/protocol/saml/descriptor")
    return connection


def by_oidc(project, provider, **settings) -> Oidc:
    connection = Oidc(project)
    mappers = [mapper("openid-connect", "oidc-group-membership-mapper", claim_name="groups", full_path="false", userinfo_token_claim="true")]
    provider.make("/clients", clientId=connection.connection_id, secret="of the client", redirectUris=[connection.callback_url],
                  attributes={"pkce.code.challenge.method": "S256"}, protocolMappers=mappers)
    connection.update(issuer=provider.url, client_id=connection.connection_id, client_secret="of the client", **settings)
    return connection


@pytest.mark.parametrize(("encrypts", "attributes"), [
    pytest.param(False, {}, id="as_our_metadata_says"),
    pytest.param(False, {"saml.assertion.signature": "true", "saml.server.signature": "false"}, id="assertion_signed"),
    pytest.param(False, {"saml.assertion.signature": "false", "saml.server.signature": "true"}, id="response_signed"),
    pytest.param(True, {"saml.server.signature": "true"}, id="encrypted"),
])
def test_a_member_logs_in_by_saml(project, provider, encrypts, attributes):
    connection = by_saml(project, provider, encrypts, **attributes)
    _, email = provider.somebody()
    login = connection.finish(provider.log_in(connection, email))
    assert (login.member.email_address, login.member.name) == (email, "Ada Lovelace")
    assert ("EncryptedAssertion" in connection.last_exchange()["response"]) == encrypts


def test_a_member_logs_in_by_openid_connect(project, provider):
    connection = by_oidc(project, provider)
    _, email = provider.somebody()
    login = connection.finish(provider.log_in(connection, email))
    assert (login.member.email_address, login.member.name) == (email, "Ada Lovelace")


def test_groups_give_roles_until_the_next_login(project, provider):
    assignments = [{"role_id": "stytch_admin", "group": "admins"}]
    saml = by_saml(project, provider)
    saml.update(saml_group_implicit_role_assignments=assignments)
    oidc = by_oidc(project, provider, attribute_mapping={"groups": "groups"}, oidc_group_implicit_role_assignments=assignments)
    person, email = provider.somebody()
    for groups in (("staff", "admins"), ("staff",), ("admins",), ()):
        provider.put_in(person, *groups)
        expected = {"stytch_admin"} if "admins" in groups else set()
        for connection in (saml, oidc):
            assert connection.roles(connection.finish(provider.log_in(connection, email)).member) == expected, groups


def test_keys_are_exchanged(project, provider):
    saml, oidc = by_saml(project, provider), by_oidc(project, provider)
    _, email = provider.somebody()
    for connection in (saml, oidc):
        connection.finish(provider.log_in(connection, email))
    key = provider.exchange_keys()
    try:
        oidc.finish(provider.log_in(oidc, email))
        saml.check_refused(provider.log_in(saml, email), "saml_certificate_mismatch")
        assert len(saml.by_url(f"{provider.url}/protocol/saml/descriptor").verification_certificates) == 2
        saml.finish(provider.log_in(saml, email))
    finally:
        provider.sign_as_before(key)
