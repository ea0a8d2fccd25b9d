"""Connections to identity providers: their whole life, each rule, and each refusal."""

import datetime
import re

import pytest
from connections import (
    MAPPING, PKCS8, SSO_URL, WITH_GROUPS, Published, active, base64_of, certificate, elliptic_key, loaded, metadata, oidc_connection,
    private_key, rsa_key, saml_connection,
)
from doors import catalogue
from harness import Server, as_member, check_refusal, data, race, refused, unique, verified_member, with_permissions
from stytch.b2b.models.sso import DeleteConnectionRequestOptions, GetConnectionsRequestOptions
from stytch.b2b.models.sso_external import CreateConnectionRequestOptions as CreateExternal
from stytch.b2b.models.sso_external import UpdateConnectionRequestOptions as UpdateExternal
from stytch.b2b.models.sso_oidc import UpdateConnectionRequestOptions as UpdateOidc
from stytch.b2b.models.sso_saml import (
    CreateConnectionRequestOptions, DeleteVerificationCertificateRequestOptions, UpdateByURLRequestOptions, UpdateConnectionRequestOptions,
)

PROVIDERS = ["classlink", "cyberark", "duo", "google-workspace", "jumpcloud", "keycloak", "miniorange", "microsoft-entra", "okta", "onelogin",
             "pingfederate", "rippling", "salesforce", "shibboleth", "generic"]
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


@pytest.fixture(scope="module")
def published():
    published = Published()
    yield published
    published.stop()


@pytest.fixture(scope="module")
def server(postgres):
    server = Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.0/8"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def project(server):
    return server.project()


@pytest.fixture
def org(project):
    return project.organization().organization_id


@pytest.fixture
def saml(project):
    return project.api.sso.saml


@pytest.fixture
def oidc(project):
    return project.api.sso.oidc


def all_of(project, org):
    return project.api.sso.get_connections(org)


def ids(connections):
    return [connection.connection_id for connection in connections]


def admin(project, org):
    _, answer = verified_member(project, org, roles=["stytch_admin"])
    return answer


# ---------------------------------------------------------------- SAML


def test_a_saml_connection_lives(project, org, saml):
    made = saml.create_connection(org, display_name="Okta", identity_provider="okta").connection
    assert re.fullmatch(r"saml-connection-test-[0-9a-f-]{36}", made.connection_id)
    assert (made.organization_id, made.status, made.display_name, made.identity_provider) == (org, "pending", "Okta", "okta")
    assert made.acs_url == made.audience_uri == f"{project.server.url}/v1/b2b/sso/callback/{made.connection_id}"
    assert made.idp_entity_id == made.idp_sso_url == made.alternative_acs_url == made.alternative_audience_uri == ""
    assert made.nameid_format == EMAIL_ADDRESS and not made.idp_initiated_auth_disabled and not made.allow_gateway_callback
    assert made.attribute_mapping == {} and made.verification_certificates == [] and made.encryption_private_keys == []
    assert made.saml_connection_implicit_role_assignments == [] == made.saml_group_implicit_role_assignments
    [signing] = made.signing_certificates
    assert signing.certificate_id.startswith("saml-signing-key-test-") and signing.issuer == "Guildhall"
    assert "PRIVATE" not in signing.certificate
    read = loaded(signing.certificate)
    assert read.public_key().key_size == 2048 and read.issuer.rfc4514_string() == "CN=Guildhall"
    assert 3640 < (read.not_valid_after_utc - datetime.datetime.now(datetime.UTC)).days < 3660
    assert signing.expires_at == read.not_valid_after_utc and active(project, org) == []

    given = certificate("Okta Root")
    parts = [{"idp_entity_id": " http://www.okta.com/exk1 "}, {"idp_sso_url": SSO_URL}, {"x509_certificate": given}]
    for part in parts:
        assert saml.update_connection(org, made.connection_id, **part).connection.status == "pending"
    changed = saml.update_connection(org, made.connection_id, attribute_mapping=MAPPING).connection
    assert changed.status == "active" and changed.attribute_mapping == MAPPING
    assert changed.idp_entity_id == "http://www.okta.com/exk1" and changed.idp_sso_url == SSO_URL
    [known] = changed.verification_certificates
    assert known.certificate_id.startswith("saml-verification-key-test-") and known.issuer == "CN=Okta Root"
    assert loaded(known.certificate) == loaded(given) and known.expires_at == loaded(given).not_valid_after_utc
    shown = project.api.organizations.get(org).organization
    assert [connection.model_dump() for connection in shown.sso_active_connections] == [
        {"connection_id": made.connection_id, "display_name": "Okta", "identity_provider": "okta"}]
    assert shown.sso_default_connection_id == made.connection_id
    assert all_of(project, org).saml_connections == [changed]

    assert saml.update_connection(org, made.connection_id, idp_sso_url="").connection.status == "pending"
    assert active(project, org) == [] and project.api.organizations.get(org).organization.sso_default_connection_id is None
    assert project.api.sso.delete_connection(org, made.connection_id).connection_id == made.connection_id
    assert all_of(project, org).saml_connections == []
    with refused(404, "sso_connection_not_found"):
        project.api.sso.delete_connection(org, made.connection_id)
    with refused(404, "saml_connection_not_found"):
        saml.update_connection(org, made.connection_id, display_name="Gone")


def test_the_organization_may_be_called_by_its_slug(project, saml):
    organization = project.organization()
    made = saml.create_connection(organization.organization_slug).connection
    assert made.organization_id == organization.organization_id and made.display_name == "" and made.identity_provider == "generic"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_whose_product_it_is(project, org, oidc, provider):
    made = oidc.create_connection(org, identity_provider=provider).connection
    assert made.identity_provider == provider
    assert oidc.update_connection(org, made.connection_id, identity_provider="generic").connection.identity_provider == "generic"


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_names_and_products_are_known_ones(project, org, kind):
    api = getattr(project.api.sso, kind)
    made = api.create_connection(org).connection
    for wrong, error in [({"identity_provider": "acme"}, "invalid_sso_idp"), ({"display_name": "x" * 129}, "invalid_display_name"),
                         ({"display_name": "a\nb"}, "invalid_display_name")]:
        with refused(400, error):
            api.create_connection(org, **wrong)
        with refused(400, error):
            api.update_connection(org, made.connection_id, **wrong)
    with refused(404, "organization_not_found"):
        api.create_connection("organization-test-0f5c1b55-6f5c-4d14-8ee0-d4b39a4a8a11")
    with refused(404, "organization_not_found"):
        api.update_connection("nobody", made.connection_id)


def test_what_is_set_is_shown_and_what_is_empty_is_unset(project, org, saml):
    made = saml_connection(project, org)
    fields = {"alternative_audience_uri": "urn:old", "alternative_acs_url": "https://old.example/acs", "nameid_format": "urn:other",
              "idp_initiated_auth_disabled": True, "allow_gateway_callback": True, "display_name": "Old"}
    changed = saml.update_connection(org, made.connection_id, **fields).connection
    assert {name: getattr(changed, name) for name in fields} == fields
    changed = saml.update_connection(org, made.connection_id, alternative_audience_uri="", alternative_acs_url="", nameid_format="",
                                     x509_certificate="", idp_initiated_auth_disabled=False, display_name="").connection
    assert changed.alternative_acs_url == changed.alternative_audience_uri == changed.display_name == ""
    assert changed.nameid_format == EMAIL_ADDRESS and not changed.idp_initiated_auth_disabled
    assert changed.verification_certificates == made.verification_certificates


def raw(project, org, made, body):
    return project.raw("PUT", f"/v1/b2b/sso/saml/{org}/connections/{made.connection_id}", body)


def test_what_is_broken_is_allowed_by_switches(project, org):
    made = saml_connection(project, org, active=False)
    switches = ["allow_sha1", "allow_rsa_1_5", "allow_triple_des"]
    shown = project.raw("GET", f"/v1/b2b/sso/{org}").json()["saml_connections"][0]
    assert [shown[name] for name in switches] == [False] * 3 and shown["clock_skew_seconds"] == 120
    wanted = dict.fromkeys(switches, True) | {"clock_skew_seconds": 600}
    shown = raw(project, org, made, wanted).json()["connection"]
    assert {name: shown[name] for name in wanted} == wanted
    for wrong in (-1, 601):
        check_refusal(raw(project, org, made, {"clock_skew_seconds": wrong}), 400, "invalid_argument")


@pytest.mark.parametrize("wrong,error", [
    ({"idp_sso_url": "http://idp.example"}, "saml_connection_idp_sso_url_not_https"),
    ({"idp_sso_url": "idp.example"}, "saml_connection_idp_sso_url_invalid_format"),
    ({"idp_sso_url": "https://user@idp.example"}, "saml_connection_idp_sso_url_invalid_format"),
    ({"idp_entity_id": "x" * 1025}, "invalid_argument"),
    ({"alternative_audience_uri": "a\nb"}, "invalid_argument"),
    ({"alternative_acs_url": "http://idp.example"}, "invalid_argument"),
    ({"nameid_format": "a b"}, "invalid_argument"),
    ({"nameid_format": "x" * 257}, "invalid_argument"),
    ({"x509_certificate": "no certificate"}, "invalid_x509_certificate"),
    ({"attribute_mapping": {"full_name": "name"}}, "saml_connection_email_mapping_required"),
    ({"attribute_mapping": {"email": "", "full_name": "name"}}, "saml_connection_email_mapping_required"),
    ({"attribute_mapping": {"email": "NameID", "first_name": "a"}}, "saml_connection_name_mapping_required"),
    ({"attribute_mapping": {"email": {"a": "b"}}}, "saml_connection_no_nested_keys_in_attribute_mapping"),
    ({"attribute_mapping": MAPPING | {"plan": "x" * 513}}, "invalid_argument"),
    ({"attribute_mapping": {str(number): "x" for number in range(30)}}, "invalid_argument"),
    ({"signing_private_key": "x" * 17_000}, "private_key_too_long"),
    ({"signing_private_key": "no key"}, "saml_signing_private_key_invalid"),
    ({"saml_encryption_private_key": "no key"}, "saml_signing_private_key_invalid"),
    ({"saml_group_implicit_role_assignments": [{"role_id": "stytch_member", "group": "g"}]},
     "saml_connection_attribute_mapping_missing_groups_key"),
    ({"saml_group_implicit_role_assignments": [{"role_id": "stytch_member", "group": ""}]}, "invalid_argument"),
    ({"saml_connection_implicit_role_assignments": [{"role_id": "stytch_member"}] * 101}, "invalid_argument"),
    ({"saml_connection_implicit_role_assignments": [{"role_id": "nobody"}]}, "invalid_rbac_role_assignment"),
])
def test_what_a_saml_connection_does_not_take(project, org, wrong, error):
    made = saml_connection(project, org, active=False)
    check_refusal(raw(project, org, made, wrong), 400, error)
    assert all_of(project, org).saml_connections == [made]


def test_only_this_machine_is_asked_without_tls_and_only_for_a_test(project, org, saml, server):
    made = saml_connection(project, org, active=False)
    assert saml.update_connection(org, made.connection_id, idp_sso_url="http://localhost:1/sso").connection.idp_sso_url
    live = server.project(environment="live", redirect_urls=["https://app.example/authenticate"])
    org = live.organization().organization_id
    made = live.api.sso.saml.create_connection(org).connection
    assert made.connection_id.startswith("saml-connection-live-")
    with refused(400, "saml_connection_idp_sso_url_not_https"):
        live.api.sso.saml.update_connection(org, made.connection_id, idp_sso_url="http://localhost:1/sso")
    with refused(400, "invalid_saml_metadata_url"):
        live.api.sso.saml.update_by_url(org, made.connection_id, "http://127.0.0.1:1/")
    made = live.api.sso.oidc.create_connection(org).connection
    with refused(400, "oidc_connection_issuer_url_invalid_format"):
        live.api.sso.oidc.update_connection(org, made.connection_id, issuer="http://localhost:1")


def test_certificates_take_turns(project, org, saml):
    made = saml_connection(project, org)
    [first] = made.verification_certificates
    with refused(400, "cannot_delete_last_sso_verification_key"):
        saml.delete_verification_certificate(org, made.connection_id, first.certificate_id)
    # The same in another spelling.
    again = saml.update_connection(org, made.connection_id, x509_certificate=base64_of(first.certificate)).connection
    assert again == made
    for number in range(4):
        changed = saml.update_connection(org, made.connection_id, x509_certificate=certificate()).connection
        assert len(changed.verification_certificates) == number + 2
    with refused(400, "too_many_sso_verification_certificates"):
        saml.update_connection(org, made.connection_id, x509_certificate=certificate())
    with refused(404, "sso_verification_key_not_found"):
        saml.delete_verification_certificate(org, made.connection_id, "saml-verification-key-test-0f5c1b55-6f5c-4d14-8ee0-d4b39a4a8a11")
    answer = saml.delete_verification_certificate(org, made.connection_id, first.certificate_id)
    assert answer.certificate_id == first.certificate_id
    assert all_of(project, org).saml_connections[0].verification_certificates == changed.verification_certificates[1:]
    # Nobody logs in by a connection that is not active.
    pending = saml_connection(project, org, active=False)
    pending = saml.update_connection(org, pending.connection_id, x509_certificate=certificate()).connection
    saml.delete_verification_certificate(org, pending.connection_id, pending.verification_certificates[0].certificate_id)


def test_a_signing_key_of_ones_own_takes_the_place_of_ours(project, org, saml):
    made = saml_connection(project, org, active=False)
    for form in (private_key(), private_key(rsa_key(1), PKCS8)):
        changed = saml.update_connection(org, made.connection_id, signing_private_key=form).connection
        [signing] = changed.signing_certificates
        assert signing.certificate_id != made.signing_certificates[0].certificate_id and "PRIVATE" not in changed.model_dump_json()
        again = saml.update_connection(org, made.connection_id, signing_private_key=form).connection
        assert again.signing_certificates == [signing]
    assert loaded(signing.certificate).public_key() == rsa_key(1).public_key()
    for wrong, error in [(private_key(elliptic_key(), PKCS8), "saml_signing_private_key_format_not_supported"),
                         (private_key(password=b"hush"), "saml_signing_private_key_format_not_supported"),
                         (private_key(rsa_key(0, 1024)), "saml_signing_private_key_invalid")]:
        with refused(400, error):
            saml.update_connection(org, made.connection_id, signing_private_key=wrong)


def test_encryption_keys_are_shown_once(project, org, saml):
    made = saml_connection(project, org, active=False)
    given = private_key()
    changed = saml.update_connection(org, made.connection_id, saml_encryption_private_key=given).connection
    [key] = changed.encryption_private_keys
    assert key.private_key_id.startswith("saml-encryption-key-test-") and key.private_key.split() == given.split()
    [key] = all_of(project, org).saml_connections[0].encryption_private_keys
    assert key.private_key == "" and key.created_at
    shown = project.raw("GET", f"/v1/b2b/sso/{org}").json()["saml_connections"][0]
    [own] = shown["encryption_certificates"]
    assert own["certificate_id"] == key.private_key_id and loaded(own["certificate"]).public_key() == rsa_key().public_key()
    assert "saml_encryption_private_keys" not in shown
    second = saml.update_connection(org, made.connection_id, saml_encryption_private_key=private_key(rsa_key(1))).connection
    assert [bool(key.private_key) for key in second.encryption_private_keys] == [False, True]
    assert saml.delete_encryption_private_key(org, made.connection_id, key.private_key_id).private_key_id == key.private_key_id
    with refused(404, "sso_encryption_private_key_not_found"):
        saml.delete_encryption_private_key(org, made.connection_id, key.private_key_id)
    for number in (0, 2, 3, 4):
        saml.update_connection(org, made.connection_id, saml_encryption_private_key=private_key(rsa_key(number)))
    with refused(400, "too_many_encryption_certificates"):
        saml.update_connection(org, made.connection_id, saml_encryption_private_key=private_key(rsa_key(5)))


def test_no_secret_is_kept_in_clear_or_told(project, org, saml, oidc, server):
    given = private_key(rsa_key(6))
    made = saml_connection(project, org, active=False, signing_private_key=given, saml_encryption_private_key=given)
    oidc_connection(project, org, client_secret=f"secret-{made.connection_id}")
    stored = str(server.contents()["sso_connections"]) + str(project.audit(org)) + server.log()
    assert made.connection_id in stored and f"secret-{made.connection_id}" not in stored
    assert given.splitlines()[3] not in stored and "BEGIN RSA" not in stored


# ---------------------------------------------------------------- metadata


def test_metadata_says_who_the_identity_provider_is(project, org, saml, published):
    made = saml_connection(project, org, active=False, attribute_mapping=MAPPING)
    first, second = certificate(), certificate(key=rsa_key(1))
    url = published.put(metadata("https://idp.example/a", [first]))
    changed = saml.update_by_url(org, made.connection_id, url).connection
    assert changed.status == "active" and changed.attribute_mapping == MAPPING
    assert (changed.idp_entity_id, changed.idp_sso_url) == ("https://idp.example/a", SSO_URL)
    [known] = changed.verification_certificates
    assert loaded(known.certificate) == loaded(first)
    # Both while one takes the place of the other, then the new one. What stays is the same.
    published.put(metadata("https://idp.example/a", [second, first]), path=url.removeprefix(published.url))
    changed = saml.update_by_url(org, made.connection_id, url).connection
    assert changed.verification_certificates[1] == known and loaded(changed.verification_certificates[0].certificate) == loaded(second)
    published.put(metadata("https://idp.example/a", [second]), path=url.removeprefix(published.url))
    assert saml.update_by_url(org, made.connection_id, url).connection.verification_certificates == changed.verification_certificates[:1]
    # Nothing has changed, and nothing is told.
    events = len(project.audit(org))
    saml.update_by_url(org, made.connection_id, url)
    assert len(project.audit(org)) == events
    moved = published.put("", 302, location=url)
    assert saml.update_by_url(org, made.connection_id, moved).connection == saml.update_by_url(org, made.connection_id, url).connection


def test_what_is_no_metadata_is_not_taken(project, org, saml, published):
    made = saml_connection(project, org)
    before = all_of(project, org).saml_connections
    good = metadata(certificates=[certificate()])
    cases = [
        ("", "invalid_saml_metadata_url"),
        ("idp.example", "invalid_saml_metadata_url"),
        ("http://idp.example/metadata", "invalid_saml_metadata_url"),
        ("https://192.168.0.1/metadata", "invalid_saml_metadata_url"),
        ("http://127.0.0.1:1/", "invalid_saml_metadata_url"),
        (published.url + "/nothing", "invalid_saml_metadata_url"),
        (published.put(good, 500), "invalid_saml_metadata_url"),
        (published.put("{}"), "invalid_xml_from_saml_metadata_url"),
        (published.put("<!DOCTYPE a [<!ENTITY b 'c'>]>" + good), "invalid_xml_from_saml_metadata_url"),
        (published.put("<html></html>"), "saml_connection_metadata_invalid_format"),
        (published.put(metadata()), "saml_connection_metadata_invalid_format"),
        (published.put(metadata(certificates=[certificate()], binding="SOAP")), "saml_connection_metadata_invalid_format"),
        (published.put(metadata(certificates=[certificate()], sso_url="http://idp.example")), "saml_connection_metadata_invalid_format"),
        (published.put(metadata("x" * 1025, [certificate()])), "saml_connection_metadata_invalid_format"),
        (published.put(metadata(certificates=[certificate()], valid_until="2020-01-01T00:00:00Z")), "saml_connection_metadata_invalid_format"),
        (published.put(metadata(certificates=[certificate(key=rsa_key(n)) for n in range(6)])), "too_many_sso_verification_certificates"),
    ]
    for url, error in cases:
        with refused(400, error):
            saml.update_by_url(org, made.connection_id, url)
    assert all_of(project, org).saml_connections == before
    asked = len(published.asked)
    with refused(404, "saml_connection_not_found"):
        saml.update_by_url(org, "saml-connection-test-0f5c1b55-6f5c-4d14-8ee0-d4b39a4a8a11", published.put(good))
    with refused(404, "organization_not_found"):
        saml.update_by_url("nobody", made.connection_id, published.put(good))
    assert len(published.asked) == asked


def test_t19_nobody_has_private_addresses_asked(start_server, published):
    """Without the operator's word also this machine is out of reach."""
    project = start_server().project()
    org = project.organization().organization_id
    made = saml_connection(project, org, active=False)
    url = published.put(metadata(certificates=[certificate()]))
    asked = len(published.asked)
    with refused(400, "invalid_saml_metadata_url") as caught:
        project.api.sso.saml.update_by_url(org, made.connection_id, url)
    assert "public" in caught["details"].error_message and len(published.asked) == asked
    made = oidc_connection(project, org, active=False)
    assert "public" in project.api.sso.oidc.update_connection(org, made.connection_id, issuer=published.issuer()).warning
    assert len(published.asked) == asked


# ---------------------------------------------------------------- OpenID Connect


def test_an_oidc_connection_lives(project, org, oidc):
    made = oidc.create_connection(org, display_name="Keycloak", identity_provider="keycloak").connection
    assert re.fullmatch(r"oidc-connection-test-[0-9a-f-]{36}", made.connection_id) and made.status == "pending"
    assert made.redirect_url == f"{project.server.url}/v1/b2b/sso/callback/{made.connection_id}"
    empty = ["client_id", "client_secret", "issuer", "authorization_url", "token_url", "userinfo_url", "jwks_url", "custom_scopes"]
    assert [getattr(made, name) for name in empty] == [""] * len(empty) and made.attribute_mapping == {}
    fields = {"client_id": "client", "client_secret": "hush", "issuer": "https://idp.example", "authorization_url": "https://idp.example/a",
              "token_url": "https://idp.example/t", "userinfo_url": "https://idp.example/u", "jwks_url": "https://idp.example/k"}
    for name in fields:
        part = {other: value for other, value in fields.items() if other != name}
        other = oidc_connection(project, org, active=False)
        assert oidc.update_connection(org, other.connection_id, **part).connection.status == "pending"
        project.api.sso.delete_connection(org, other.connection_id)
    more = {"custom_scopes": "openid  groups", "attribute_mapping": {"plan": "plan"}}
    answer = oidc.update_connection(org, made.connection_id, **fields, **more)
    changed = answer.connection
    assert changed.status == "active" and answer.warning is None
    assert {name: getattr(changed, name) for name in fields} == fields
    assert changed.custom_scopes == "openid groups" and changed.attribute_mapping == {"plan": "plan"}
    assert active(project, org) == [made.connection_id]
    assert all_of(project, org).oidc_connections == [changed]
    changed = oidc.update_connection(org, made.connection_id, client_secret="", custom_scopes="", attribute_mapping={}).connection
    assert changed.status == "pending" and changed.client_secret == changed.custom_scopes == "" and changed.attribute_mapping == {}
    project.api.sso.delete_connection(org, made.connection_id)
    with refused(404, "oidc_connection_not_found"):
        oidc.update_connection(org, made.connection_id, display_name="Gone")


def test_the_issuer_says_where_everything_is(project, org, oidc, published):
    made = oidc_connection(project, org, active=False, client_id="client", client_secret="hush")
    issuer = published.issuer()
    answer = oidc.update_connection(org, made.connection_id, issuer=issuer, token_url="https://idp.example/t")
    changed = answer.connection
    assert answer.warning is None and changed.status == "active"
    assert (changed.authorization_url, changed.token_url, changed.userinfo_url, changed.jwks_url) == (
        f"{issuer}/authorize", "https://idp.example/t", f"{issuer}/userinfo", f"{issuer}/keys")
    # The same again changes nothing, whatever it says now.
    again = oidc.update_connection(org, made.connection_id, issuer=issuer, display_name="New")
    assert again.warning is None and (again.connection.token_url, again.connection.status) == ("https://idp.example/t", "active")
    # Addresses of another issuer are not kept.
    other = published.issuer()
    changed = oidc.update_connection(org, made.connection_id, issuer=other).connection
    assert (changed.token_url, changed.jwks_url) == (f"{other}/token", f"{other}/keys")


def test_what_the_issuer_does_not_say_is_a_warning(project, org, oidc, published):
    made = oidc_connection(project, org, active=False, client_id="client", client_secret="hush")
    issuer = f"{published.url}/{unique()}"
    answer = oidc.update_connection(org, made.connection_id, issuer=issuer, jwks_url="https://idp.example/k")
    assert "404" in answer.warning and answer.warning.endswith(".")
    changed = answer.connection
    assert changed.status == "pending" and changed.issuer == issuer
    assert (changed.authorization_url, changed.jwks_url) == ("", "https://idp.example/k")
    # As soon as it does, the same update is enough.
    working = published.issuer()
    published.answers[issuer.removeprefix(published.url) + "/.well-known/openid-configuration"] = (
        200, {}, published.answers[working.removeprefix(published.url) + "/.well-known/openid-configuration"][2].replace(
            working.encode(), issuer.encode()))
    answer = oidc.update_connection(org, made.connection_id, issuer=issuer)
    assert answer.warning is None and answer.connection.status == "active" and answer.connection.token_url == f"{issuer}/token"
    for issuer, said in [(published.issuer(issuer="https://other.example"), "issuer"), (published.issuer(userinfo_endpoint=None), "userinfo_url"),
                         (published.issuer(token_endpoint="http://idp.example"), "token_endpoint")]:
        answer = oidc.update_connection(org, made.connection_id, issuer=issuer)
        assert said in answer.warning and answer.connection.status == "pending" and answer.connection.issuer == issuer


@pytest.mark.parametrize("wrong,error", [
    ({"issuer": "http://idp.example"}, "oidc_connection_issuer_url_invalid_format"),
    ({"issuer": "https://idp.example/?a"}, "oidc_connection_issuer_url_invalid_format"),
    ({"issuer": "https://login.microsoftonline.com/common/v2.0"}, "oidc_connection_issuer_url_invalid_format"),
    ({"authorization_url": "idp"}, "oidc_connection_authorization_url_invalid_format"),
    ({"token_url": "http://idp.example"}, "oidc_connection_token_url_invalid_format"),
    ({"userinfo_url": "https://a:b@idp.example"}, "oidc_connection_userinfo_url_invalid_format"),
    ({"jwks_url": "https://idp.example/#a"}, "oidc_connection_jwks_url_invalid_format"),
    ({"custom_scopes": "a\"b"}, "invalid_argument"),
    ({"client_id": "x" * 1025}, "invalid_argument"),
    ({"client_secret": "x" * 2049}, "invalid_argument"),
    ({"attribute_mapping": {"plan": ["a"]}}, "saml_connection_no_nested_keys_in_attribute_mapping"),
    ({"oidc_group_implicit_role_assignments": [{"role_id": "stytch_member", "group": "g"}]}, "invalid_argument"),
    ({"oidc_connection_implicit_role_assignments": [{"role_id": "nobody"}]}, "invalid_rbac_role_assignment"),
])
def test_what_an_oidc_connection_does_not_take(project, org, wrong, error):
    made = oidc_connection(project, org, active=False)
    check_refusal(project.raw("PUT", f"/v1/b2b/sso/oidc/{org}/connections/{made.connection_id}", wrong), 400, error)
    assert all_of(project, org).oidc_connections == [made]


def test_groups_of_oidc_give_roles_too(project, org):
    made = oidc_connection(project, org)
    rules = {"oidc_connection_implicit_role_assignments": [{"role_id": "stytch_member"}],
             "oidc_group_implicit_role_assignments": [{"role_id": "stytch_admin", "group": "Admins"}]}
    body = rules | {"attribute_mapping": {"groups": "groups"}}
    shown = project.raw("PUT", f"/v1/b2b/sso/oidc/{org}/connections/{made.connection_id}", body).json()["connection"]
    assert {name: shown[name] for name in rules} == rules


# ---------------------------------------------------------------- the organization


def test_an_organization_has_one_default_connection(project, org):
    first, second = saml_connection(project, org), oidc_connection(project, org)
    pending = saml_connection(project, org, active=False)
    default = lambda: project.api.organizations.get(org).organization.sso_default_connection_id  # noqa: E731
    assert default() == first.connection_id and active(project, org) == [first.connection_id, second.connection_id]
    with refused(400, "cannot_delete_default_sso_connection"):
        project.api.sso.delete_connection(org, first.connection_id)
    with refused(400, "invalid_sso_default_connection_id"):
        project.api.organizations.update(org, sso_default_connection_id=pending.connection_id)
    project.api.organizations.update(org, sso_default_connection_id=second.connection_id)
    project.api.sso.delete_connection(org, first.connection_id)
    project.api.sso.delete_connection(org, second.connection_id)
    assert default() is None and active(project, org) == []
    assert ids(all_of(project, org).saml_connections) == [pending.connection_id]


def test_whoever_may_join_by_a_connection_that_is_gone_may_not(project, org):
    made = saml_connection(project, org)
    allowed = {"sso_jit_provisioning": "RESTRICTED", "sso_jit_provisioning_allowed_connections": [made.connection_id]}
    project.api.organizations.update(org, **allowed)
    project.api.sso.delete_connection(org, made.connection_id)
    shown = project.api.organizations.get(org).organization
    assert (shown.sso_jit_provisioning, shown.sso_jit_provisioning_allowed_connections) == ("NOT_ALLOWED", [])
    project.api.organizations.update(org, organization_name="Still changes")


def test_organizations_are_found_by_their_connections(own_project):
    with_one, without = (own_project.organization().organization_id for _ in range(2))
    made = saml_connection(own_project, with_one)
    pending = oidc_connection(own_project, without, active=False)

    def found(name, value):
        query = {"operator": "AND", "operands": [{"filter_name": name, "filter_value": value}]}
        answer = own_project.raw("POST", "/v1/b2b/organizations/search", {"query": query})
        return [organization["organization_id"] for organization in answer.json()["organizations"]]

    assert found("has_active_sso_connection", True) == [with_one] and found("has_active_sso_connection", False) == [without]
    assert found("sso_connection_id", made.connection_id) == [with_one] and found("sso_connection_id", pending.connection_id) == [without]
    assert found("sso_connection_id", "nothing") == []


def test_there_are_at_most_twenty(project, org):
    for _ in range(20):
        project.api.sso.oidc.create_connection(org)
    lender = saml_connection(project, other := project.organization().organization_id)
    for api in (project.api.sso.saml, project.api.sso.oidc):
        with refused(400, "too_many_sso_connections"):
            api.create_connection(org)
    with refused(400, "too_many_sso_connections"):
        project.api.sso.external.create_connection(org, other, lender.connection_id)
    session = admin(project, org)
    config = data(project.browser("GET", "/b2b/admin_portal_config", session_token=session.session_token))["sso_config"]
    assert config == {"sso_enabled": True, "can_create_saml_connection": False, "can_create_oidc_connection": False}
    project.api.sso.delete_connection(org, all_of(project, org).oidc_connections[0].connection_id)
    config = data(project.browser("GET", "/b2b/admin_portal_config", session_token=session.session_token))["sso_config"]
    assert config["can_create_saml_connection"] and config["can_create_oidc_connection"]


def test_changes_at_the_same_time_are_all_made(project, org, saml):
    made = saml_connection(project, org)
    answers = race(4, lambda i: saml.update_connection(org, made.connection_id, x509_certificate=certificate(key=rsa_key(i))))
    assert all(answer.status_code == 200 for answer in answers)
    assert len(all_of(project, org).saml_connections[0].verification_certificates) == 5


# ---------------------------------------------------------------- another organization's


def test_an_external_connection_lives(project, org):
    other = project.organization().organization_id
    lender = saml_connection(project, other, identity_provider="okta")
    external = project.api.sso.external
    made = external.create_connection(
        org, other, lender.connection_id, display_name="Of the group", connection_implicit_role_assignments=[{"role_id": "stytch_member"}],
        group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "Admins"}]).connection
    assert re.fullmatch(r"external-connection-test-[0-9a-f-]{36}", made.connection_id) and made.status == "active"
    assert (made.organization_id, made.external_organization_id, made.external_connection_id) == (org, other, lender.connection_id)
    assert made.external_connection_implicit_role_assignments[0].role_id == "stytch_member"
    assert made.external_group_implicit_role_assignments[0].model_dump() == {"role_id": "stytch_admin", "group": "Admins"}
    [shown] = project.api.organizations.get(org).organization.sso_active_connections
    assert (shown.connection_id, shown.display_name, shown.identity_provider) == (made.connection_id, "Of the group", "okta")
    changed = external.update_connection(org, made.connection_id, display_name="New", external_group_implicit_role_assignments=[]).connection
    assert changed.display_name == "New" and changed.external_group_implicit_role_assignments == []
    assert changed.external_connection_implicit_role_assignments == made.external_connection_implicit_role_assignments
    assert all_of(project, org).external_connections == [changed]
    for wrong, error in [({"display_name": "a\nb"}, "invalid_display_name"),
                         ({"external_group_implicit_role_assignments": [{"role_id": "stytch_member", "group": ""}]}, "invalid_argument"),
                         ({"external_connection_implicit_role_assignments": [{"role_id": "nobody"}]}, "invalid_rbac_role_assignment")]:
        with refused(400, error):
            external.update_connection(org, made.connection_id, **wrong)
    with refused(404, "sso_connection_not_found"):
        external.update_connection(other, lender.connection_id)
    with refused(404, "organization_not_found"):
        external.update_connection("nobody", made.connection_id)
    project.api.sso.delete_connection(org, made.connection_id)
    assert all_of(project, org).external_connections == []


def test_what_an_external_connection_cannot_stand_for(project, org, own_project):
    external = project.api.sso.external
    other, third = project.organization().organization_id, project.organization().organization_id
    lender, pending, own = saml_connection(project, other), oidc_connection(project, other, active=False), saml_connection(project, org)
    foreign_org = own_project.organization().organization_id
    foreign = saml_connection(own_project, foreign_org)
    made = external.create_connection(org, other, lender.connection_id).connection
    cases = [
        (org, org, own.connection_id, 400, "external_organization_id_same_as_organization_id"),
        (org, other, lender.connection_id, 400, "duplicate_external_sso_connection"),
        (third, other, pending.connection_id, 400, "external_connection_not_active"),
        (third, org, made.connection_id, 404, "external_connection_id_not_found"),
        (third, org, lender.connection_id, 404, "external_connection_id_not_found"),
        (third, other, "nothing", 404, "external_connection_id_not_found"),
        (third, other, foreign.connection_id, 404, "external_connection_id_not_found"),
        (third, foreign_org, foreign.connection_id, 404, "organization_not_found"),
        ("nobody", other, lender.connection_id, 404, "organization_not_found"),
    ]
    for of, lending, connection, status, error in cases:
        with refused(status, error):
            external.create_connection(of, lending, connection)
    for wrong, error in [({"display_name": "a\nb"}, "invalid_display_name"),
                         ({"group_implicit_role_assignments": [{"role_id": "stytch_member", "group": ""}]}, "invalid_argument"),
                         ({"connection_implicit_role_assignments": [{"role_id": "nobody"}]}, "invalid_rbac_role_assignment")]:
        with refused(400, error):
            external.create_connection(third, other, lender.connection_id, **wrong)


def test_an_external_connection_is_active_as_long_as_the_other_is(project, org):
    other = project.organization().organization_id
    lender = saml_connection(project, other)
    made = project.api.sso.external.create_connection(org, other, lender.connection_id).connection
    status = lambda: all_of(project, org).external_connections[0].status  # noqa: E731
    assert status() == "active" and active(project, org) == [made.connection_id]
    project.api.sso.saml.update_connection(other, lender.connection_id, idp_sso_url="")
    assert status() == "pending" and active(project, org) == []
    project.api.sso.saml.update_connection(other, lender.connection_id, idp_sso_url=SSO_URL, identity_provider="duo")
    assert status() == "active" and active(project, org) == [made.connection_id]
    [shown] = project.api.organizations.get(org).organization.sso_active_connections
    assert shown.identity_provider == "duo"
    project.api.sso.delete_connection(other, lender.connection_id)
    assert status() == "pending" and active(project, org) == []
    assert project.api.organizations.get(org).organization.sso_default_connection_id is None
    project.api.sso.delete_connection(org, made.connection_id)


def test_an_external_connection_ends_with_the_other_organization(project, org):
    other = project.organization().organization_id
    lenders = [saml_connection(project, other), oidc_connection(project, other)]
    for lender in lenders:
        project.api.sso.external.create_connection(org, other, lender.connection_id)
    assert len(active(project, org)) == 2
    project.api.organizations.delete(other)
    assert active(project, org) == []
    assert [connection.status for connection in all_of(project, org).external_connections] == ["pending"] * 2


# ---------------------------------------------------------------- on behalf of members


def test_members_need_the_permission_for_each(project, org, published):
    made, pending = saml_connection(project, org), oidc_connection(project, org, active=False)
    extra = saml_connection(project, org, active=False, x509_certificate=certificate())
    url = published.put(metadata(certificates=[certificate()]))
    sso, id = project.api.sso, made.connection_id

    def calls(answer):
        said = lambda options: as_member(options, answer)  # noqa: E731
        return [
            ("get", lambda: sso.get_connections(org, said(GetConnectionsRequestOptions))),
            ("create", lambda: sso.saml.create_connection(org, method_options=said(CreateConnectionRequestOptions))),
            ("update", lambda: sso.saml.update_connection(org, id, display_name="New", method_options=said(UpdateConnectionRequestOptions))),
            ("update", lambda: sso.saml.update_by_url(org, id, url, said(UpdateByURLRequestOptions))),
            ("update", lambda: sso.saml.delete_verification_certificate(
                org, extra.connection_id, extra.verification_certificates[0].certificate_id, said(DeleteVerificationCertificateRequestOptions))),
            ("update", lambda: sso.oidc.update_connection(org, pending.connection_id, client_id="x", method_options=said(UpdateOidc))),
            ("delete", lambda: sso.delete_connection(org, pending.connection_id, said(DeleteConnectionRequestOptions))),
        ]

    _, plain = verified_member(project, org)
    asked = len(published.asked)
    for _, call in calls(plain):
        with refused(403, "unauthorized_action"):
            call()
    assert len(published.asked) == asked
    for action in ("get", "create", "update", "delete"):
        _, allowed = with_permissions(project, org, ("stytch.sso", action))
        for needed, call in calls(allowed):
            if needed == action:
                assert call().status_code == 200
            else:
                with refused(403, "unauthorized_action"):
                    call()
    _, stranger = verified_member(project, project.organization().organization_id, roles=["stytch_admin"])
    for _, call in calls(stranger):
        with refused(403, "session_authorization_tenancy_error"):
            call()


def test_t70_roles_are_given_by_whoever_has_them(project, org):
    made = saml_connection(project, org, attribute_mapping=WITH_GROUPS)
    update = project.api.sso.saml.update_connection
    by_group = {"saml_group_implicit_role_assignments": [{"role_id": "stytch_admin", "group": "Admins"}]}
    for_all = {"saml_connection_implicit_role_assignments": [{"role_id": "stytch_admin"}]}
    _, may_set_up = with_permissions(project, org, ("stytch.sso", "*"))
    _, may_rule = with_permissions(project, org, ("stytch.sso", "*"), ("stytch.organization", "update.settings.implicit-roles"))
    for answer in (may_set_up, may_rule):
        for rules in (by_group, for_all):
            with refused(403, "unauthorized_action"):
                update(org, made.connection_id, **rules, method_options=as_member(UpdateConnectionRequestOptions, answer))
    own = {"saml_connection_implicit_role_assignments": [{"role_id": "stytch_member"}]}
    with refused(403, "unauthorized_action"):
        update(org, made.connection_id, **own, method_options=as_member(UpdateConnectionRequestOptions, may_set_up))
    update(org, made.connection_id, **own, method_options=as_member(UpdateConnectionRequestOptions, may_rule))
    administrator = as_member(UpdateConnectionRequestOptions, admin(project, org))
    changed = update(org, made.connection_id, **by_group, **for_all, method_options=administrator).connection
    assert changed.saml_group_implicit_role_assignments[0].group == "Admins"
    # The same again is no change.
    update(org, made.connection_id, **by_group, display_name="B", method_options=as_member(UpdateConnectionRequestOptions, may_set_up))
    # Nor does whoever has them not take them away, one by one or with the connection.
    with refused(403, "unauthorized_action"):
        update(org, made.connection_id, saml_group_implicit_role_assignments=[], method_options=as_member(UpdateConnectionRequestOptions, may_rule))
    with refused(403, "unauthorized_action"):
        project.api.sso.delete_connection(org, made.connection_id, as_member(DeleteConnectionRequestOptions, may_rule))
    update(org, made.connection_id, saml_group_implicit_role_assignments=[], saml_connection_implicit_role_assignments=[],
           method_options=administrator)


def test_t70_a_role_that_is_gone_is_given_by_no_connection(project, org):
    """Nor by one of the next role of that name."""
    editor = {"role_id": "editor", "description": "", "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}]}
    set_roles = lambda *roles: project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": list(roles)})  # noqa: E731
    set_roles(editor)
    made = saml_connection(project, org, attribute_mapping=WITH_GROUPS, saml_connection_implicit_role_assignments=[{"role_id": "editor"}],
                           saml_group_implicit_role_assignments=[{"role_id": "editor", "group": "a"}, {"role_id": "stytch_admin", "group": "b"}])
    other = oidc_connection(project, org)
    set_roles()
    set_roles(editor)
    shown = all_of(project, org)
    [connection] = shown.saml_connections
    assert connection.saml_connection_implicit_role_assignments == []
    assert [rule.group for rule in connection.saml_group_implicit_role_assignments] == ["b"]
    assert connection.connection_id == made.connection_id and shown.oidc_connections == [other]


def test_t70_no_member_reaches_for_another_organizations_connection(project, org):
    other = project.organization().organization_id
    lender = saml_connection(project, other)
    session = admin(project, org)
    with refused(403, "unauthorized_action"):
        project.api.sso.external.create_connection(org, other, lender.connection_id, method_options=as_member(CreateExternal, session))
    body = {"external_organization_id": other, "external_connection_id": lender.connection_id}
    check_refusal(project.browser("POST", "/b2b/sso/external", body, session_token=session.session_token), 403, "unauthorized_action")
    made = project.api.sso.external.create_connection(org, other, lender.connection_id).connection
    changed = project.api.sso.external.update_connection(org, made.connection_id, display_name="Ours",
                                                         method_options=as_member(UpdateExternal, session)).connection
    assert changed.display_name == "Ours"


# ---------------------------------------------------------------- pages


def test_an_administrator_sets_everything_up_in_a_page(project, org, published):
    session = admin(project, org).session_token
    browser = lambda *request: data(project.browser(*request, session_token=session))  # noqa: E731
    made = browser("POST", "/b2b/sso/saml", {"display_name": "Okta", "identity_provider": "okta"})["connection"]
    assert made["saml_encryption_private_keys"] == made["encryption_private_keys"] == []
    path = f"/b2b/sso/saml/{made['connection_id']}"
    fields = {"connection_id": made["connection_id"], "attribute_mapping": MAPPING, "saml_encryption_private_key": private_key()}
    changed = browser("PUT", path, fields)["connection"]
    [key] = changed["saml_encryption_private_keys"]
    assert key["private_key"].startswith("-----BEGIN RSA PRIVATE KEY-----") and key == changed["encryption_private_keys"][0]
    url = published.put(metadata(certificates=[certificate(), certificate(key=rsa_key(1))]))
    changed = browser("PUT", path + "/url", {"connection_id": made["connection_id"], "metadata_url": url})["connection"]
    assert changed["status"] == "active" and changed["saml_encryption_private_keys"][0]["private_key"] == ""
    certificate_id = changed["verification_certificates"][0]["certificate_id"]
    assert browser("DELETE", f"{path}/verification_certificates/{certificate_id}")["certificate_id"] == certificate_id
    assert browser("DELETE", f"{path}/encryption_private_key/{key['private_key_id']}")["private_key_id"] == key["private_key_id"]
    [key] = browser("PUT", path, fields)["connection"]["saml_encryption_private_keys"]
    assert browser("DELETE", f"{path}/encryption_private_keys/{key['private_key_id']}")["private_key_id"] == key["private_key_id"]
    other = browser("POST", "/b2b/sso/oidc", {"display_name": "Keycloak"})["connection"]
    answer = browser("PUT", f"/b2b/sso/oidc/{other['connection_id']}", {"issuer": published.issuer(), "client_id": "a", "client_secret": "b"})
    assert answer["connection"]["status"] == "active" and "warning" not in answer
    shown = browser("GET", "/b2b/sso")
    assert [connection["connection_id"] for connection in shown["saml_connections"] + shown["oidc_connections"]] == [
        made["connection_id"], other["connection_id"]]
    assert shown["external_connections"] == []
    assert browser("DELETE", f"/b2b/sso/{other['connection_id']}")["connection_id"] == other["connection_id"]


def test_a_page_does_not_allow_what_is_broken(project, org):
    session = admin(project, org).session_token
    made = data(project.browser("POST", "/b2b/sso/saml", {}, session_token=session))["connection"]
    for name in ("allow_sha1", "clock_skew_seconds", "alternative_acs_url"):
        answer = project.browser("PUT", f"/b2b/sso/saml/{made['connection_id']}", {name: 1}, session_token=session)
        check_refusal(answer, 400, "bad_request")


@pytest.mark.parametrize("door", [door for door in catalogue() if door.dialect == "browser" and door.operation.startswith(("sso", "admin_portal"))
                                  and door.credential != "project"], ids=str)
def test_a_page_needs_a_session(project, door):
    path = re.sub(r"\{\w+\}", "x", door.path.removeprefix("/sdk/v1"))
    check_refusal(project.browser(door.method, path), 401, "user_unauthenticated")
