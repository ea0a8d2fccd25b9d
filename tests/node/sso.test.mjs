// Connections to identity providers, through the Node SDK: each operation once, and the shapes that its types promise.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { World, id, refused, succeeded } from "./sdk.mjs";

/** A certificate in PEM, of a key that nobody keeps. */
const certificate = () =>
  execFileSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-subj", "/CN=idp", "-keyout", "/dev/null"],
  ], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

const isText = (value) => assert.equal(typeof value, "string");

function isSaml(connection) {
  for (const name of [
    ...["organization_id", "connection_id", "status", "idp_entity_id", "display_name", "idp_sso_url", "acs_url"],
    ...["audience_uri", "alternative_audience_uri", "identity_provider", "nameid_format", "alternative_acs_url"],
  ]) isText(connection[name]);
  for (const name of ["idp_initiated_auth_disabled", "allow_gateway_callback"]) {
    assert.equal(typeof connection[name], "boolean");
  }
  for (const one of [...connection.signing_certificates, ...connection.verification_certificates]) {
    for (const name of ["certificate_id", "certificate", "issuer"]) isText(one[name]);
    for (const name of ["created_at", "expires_at", "updated_at"]) assert.ok(Date.parse(one[name]));
  }
  for (const one of connection.encryption_private_keys) isText(one.private_key_id), isText(one.private_key);
  assert.ok(Array.isArray(connection.saml_connection_implicit_role_assignments));
  assert.ok(Array.isArray(connection.saml_group_implicit_role_assignments));
  return connection;
}

function isOidc(connection) {
  for (const name of [
    ...["organization_id", "connection_id", "status", "display_name", "redirect_url", "client_id", "client_secret"],
    ...["issuer", "authorization_url", "token_url", "userinfo_url", "jwks_url", "identity_provider", "custom_scopes"],
  ]) isText(connection[name]);
  return connection;
}

describe("connections", () => {
  let world, sso, organization_id;
  before(async () => {
    world = await World.start();
    ({ sso } = world.client);
    ({ organization_id } = await organization());
  });
  after(() => world?.stop());

  const organization = async () =>
    succeeded(await world.client.organizations.create({ organization_name: "SSO" })).organization;
  const active = async (organization_id) => {
    const { connection_id } = succeeded(await sso.saml.createConnection({ organization_id })).connection;
    const fields = {
      idp_entity_id: "https://idp.example",
      idp_sso_url: "https://idp.example/sso",
      attribute_mapping: { email: "NameID", full_name: "name" },
      x509_certificate: certificate(),
    };
    return succeeded(await sso.saml.updateConnection({ organization_id, connection_id, ...fields })).connection;
  };

  test("by SAML", async () => {
    const made = succeeded(await sso.saml.createConnection({ organization_id, display_name: "Okta", identity_provider: "okta" }));
    assert.match(isSaml(made.connection).connection_id, id("saml-connection"));
    const connection = isSaml(await active(organization_id));
    assert.equal(connection.status, "active");
    const { connection_id } = connection;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const saml_encryption_private_key = privateKey.export({ type: "pkcs1", format: "pem" });
    const update = { organization_id, connection_id, saml_encryption_private_key, x509_certificate: certificate() };
    const changed = isSaml(succeeded(await sso.saml.updateConnection(update)).connection);
    const [{ private_key_id, private_key }] = changed.encryption_private_keys;
    assert.equal(private_key, saml_encryption_private_key);
    succeeded(await sso.saml.deleteEncryptionPrivateKey({ organization_id, connection_id, private_key_id }));
    const [{ certificate_id }] = changed.verification_certificates;
    succeeded(await sso.saml.deleteVerificationCertificate({ organization_id, connection_id, certificate_id }));
    const byUrl = { organization_id, connection_id, metadata_url: "https://127.0.0.1/metadata" };
    await refused(sso.saml.updateByURL(byUrl), 400, "invalid_saml_metadata_url");
  });

  test("by OpenID Connect", async () => {
    const made = succeeded(await sso.oidc.createConnection({ organization_id, identity_provider: "keycloak" })).connection;
    assert.match(isOidc(made).connection_id, id("oidc-connection"));
    const { connection_id } = made;
    const update = { organization_id, connection_id, issuer: "https://127.0.0.1/realm", client_secret: "hush" };
    const answer = succeeded(await sso.oidc.updateConnection(update));
    assert.equal(isOidc(answer.connection).client_secret, "hush");
    assert.match(answer.warning, /public address/);
  });

  test("of another organization", async () => {
    const other = await organization();
    const lender = await active(other.organization_id);
    const made = succeeded(await sso.external.createConnection({
      organization_id,
      external_organization_id: other.organization_id,
      external_connection_id: lender.connection_id,
    })).connection;
    assert.equal(made.status, "active");
    const { connection_id } = made;
    const changed = succeeded(await sso.external.updateConnection({ organization_id, connection_id, display_name: "New" }));
    assert.deepEqual(changed.connection, { ...made, display_name: "New" });
  });

  test("are listed, and deleted", async () => {
    const listed = succeeded(await sso.getConnections({ organization_id }));
    listed.saml_connections.forEach(isSaml);
    listed.oidc_connections.forEach(isOidc);
    assert.deepEqual(
      [listed.saml_connections, listed.oidc_connections, listed.external_connections].map((all) => all.length),
      [2, 1, 1],
    );
    const [{ connection_id }] = listed.oidc_connections;
    assert.equal(succeeded(await sso.deleteConnection({ organization_id, connection_id })).connection_id, connection_id);
    await refused(sso.deleteConnection({ organization_id, connection_id }), 404, "sso_connection_not_found");
  });
});
