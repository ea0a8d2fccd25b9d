// Single sign-on in the SDK's admin portal: an IT administrator connects identity providers.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { World, clean, done, refused, shot } from "./harness.mjs";

const REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/** A certificate in PEM, as an identity provider shows it. */
function certificate() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "guildhall-idp-"));
  const made = path.join(directory, "cert.pem");
  execFileSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-sha256"],
    ...["-keyout", path.join(directory, "key.pem"), "-out", made, "-subj", "/CN=idp.example"],
  ], { stdio: "ignore" });
  const pem = fs.readFileSync(made, "utf8");
  fs.rmSync(directory, { recursive: true });
  return pem;
}

const base64 = (pem) => pem.split("\n").filter((line) => !line.includes("-----")).join("");
const metadata = (pem) => `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
    xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://idp.example/metadata">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>
      <ds:X509Certificate>${base64(pem)}</ds:X509Certificate>
    </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="${REDIRECT}" Location="https://idp.example/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`;

/** An identity provider: its metadata, and its configuration as an OpenID Connect provider. */
async function identityProvider(pem) {
  const server = http.createServer((request, response) => {
    const issuer = `http://127.0.0.1:${server.address().port}/issuer`;
    const answers = {
      "/metadata": metadata(pem),
      "/issuer/.well-known/openid-configuration": JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/keys`,
      }),
    };
    const answer = answers[request.url];
    response.writeHead(answer ? 200 : 404).end(answer ?? "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("single sign-on in the admin portal", () => {
  let world, organization, page, idp, idpUrl;
  const pem = certificate();
  before(async () => {
    idp = await identityProvider(pem);
    idpUrl = `http://127.0.0.1:${idp.address().port}`;
    world = await World.start({ serve: ["--outbound-allow", "127.0.0.0/8"] });
    organization = await world.organization({ organization_name: "Guild of Testers" });
    const admin = await world.member(organization, { roles: ["stytch_admin"] });
    page = await world.person();
    await world.signIn(page, organization, admin.email_address);
  });
  after(async () => {
    await world?.stop();
    idp?.close();
  });

  const connections = () => world.backend("GET", `/sso/${organization.organization_id}`);
  const row = (name) => page.getByRole("row").filter({ hasText: name });
  /** Creates a connection, up to where the values of the identity provider are asked for. */
  const begin = async (name, kind) => {
    await world.open(page, "/sso");
    await page.getByRole("button", { name: "New connection" }).click();
    await page.getByRole("textbox").first().fill(name);
    await page.getByRole("combobox").first().click();
    await page.getByRole("menuitem", { name: kind }).click();
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("button", { name: "Copy the following" }).click();
    await page.getByRole("button", { name: "Enter the following" }).click();
  };
  const finish = async (name, status) => {
    await page.getByRole("button", { name: "Create" }).click();
    await row(name).getByText(status).waitFor();
  };
  /** The box of settings with this title. */
  const section = (title) =>
    page.getByRole("heading", { name: title, exact: true }).locator("xpath=ancestor::div[2]");
  const save = async () => {
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
  };

  test("a SAML connection by the address of its metadata", async () => {
    await begin("By metadata", "Custom SAML");
    const [pending] = (await connections()).saml_connections;
    await page.getByText(pending.acs_url).first().waitFor();
    await page.getByPlaceholder("Enter Metadata URL").fill(`${idpUrl}/metadata`);
    await shot(page, "sso-01-metadata");
    await finish("By metadata", "Active");
    await shot(page, "sso-02-active");
    const [made] = (await connections()).saml_connections;
    assert.equal(made.status, "active");
    assert.equal(made.idp_entity_id, "https://idp.example/metadata");
    assert.deepEqual(made.attribute_mapping, {
      email: "NameID",
      first_name: "firstName",
      last_name: "lastName",
    });
    assert.equal(made.verification_certificates.length, 1);
    clean(page);
  });

  test("a SAML connection by hand", async () => {
    await begin("By hand", "Custom SAML");
    await page.getByRole("button", { name: "Configure manually" }).click();
    await page.getByPlaceholder("Enter IdP Sign-on URL").fill("https://other.example/sso");
    await page.getByPlaceholder("Enter IdP Entity ID").fill("https://other.example");
    await page.getByPlaceholder("Enter x509 Certificate (PEM Format)").fill(pem);
    await shot(page, "sso-03-by-hand");
    await finish("By hand", "Active");
    const made = (await connections()).saml_connections[1];
    assert.equal(made.idp_sso_url, "https://other.example/sso");
    assert.equal(made.idp_entity_id, "https://other.example");
    clean(page);
  });

  test("an OpenID Connect connection by its issuer", async () => {
    await begin("By issuer", "Custom OIDC");
    await page.getByPlaceholder("Enter Client ID").fill("client");
    await page.getByPlaceholder("Enter Client Secret").fill("hush");
    await page.getByPlaceholder("Enter Issuer").fill(`${idpUrl}/issuer`);
    await shot(page, "sso-04-issuer");
    await finish("By issuer", "Active");
    const [made] = (await connections()).oidc_connections;
    assert.equal(made.status, "active");
    assert.equal(made.token_url, `${idpUrl}/issuer/token`);
    clean(page);
  });

  test("it is shown, and edited", async () => {
    await world.open(page, "/sso");
    await row("By metadata").getByText("Default").waitFor();
    await page.getByText("By metadata").click();
    await page.getByText("CN=idp.example").waitFor();
    await page.getByText("https://idp.example/sso").waitFor();
    await shot(page, "sso-05-details");
    const details = section("Details");
    await details.getByRole("button", { name: "Edit" }).click();
    await details.getByRole("textbox").first().fill("Renamed");
    await shot(page, "sso-06-editing");
    await save();
    await page.getByRole("heading", { name: "Renamed" }).waitFor();
    await details.getByRole("button", { name: "Edit" }).waitFor();
    const [now] = (await connections()).saml_connections;
    assert.equal(now.display_name, "Renamed");
    assert.equal(now.status, "active");
    assert.equal(now.idp_sso_url, "https://idp.example/sso");
    assert.equal(now.verification_certificates.length, 1);
    clean(page);
  });

  test("all but the default connection can be deleted", async () => {
    for (const name of ["By hand", "By issuer"]) {
      await world.open(page, "/sso");
      await row(name).getByRole("button", { name: "actions" }).click();
      await page.getByRole("menuitem", { name: "Delete" }).click();
      if (name === "By hand") await shot(page, "sso-07-deleting");
      const answered = page.waitForResponse((answer) => answer.request().method() === "DELETE");
      await page.getByRole("dialog").getByRole("button", { name: /Delete/ }).click();
      assert.equal((await answered).status(), 200);
      await row(name).waitFor({ state: "detached" });
    }
    const { saml_connections, oidc_connections } = await connections();
    assert.deepEqual(saml_connections.map((one) => one.display_name), ["Renamed"]);
    assert.deepEqual(oidc_connections, []);
    await shot(page, "sso-08-deleted");
    clean(page);
  });

  test("what the server refuses, the SDK says", async () => {
    const made = await done(page, (client) => client.sso.saml.createConnection({ display_name: "SDK" }));
    const { connection_id } = made.connection;
    assert.deepEqual(made.connection.saml_encryption_private_keys, []);
    const update = (client, connection_id) =>
      client.sso.saml.updateConnection({ connection_id, idp_sso_url: "http://idp.example" });
    await refused(page, 400, "saml_connection_idp_sso_url_not_https", update, connection_id);
    const byUrl = (client, connection_id) =>
      client.sso.saml.updateConnectionByURL({ connection_id, metadata_url: "https://10.0.0.1/" });
    await refused(page, 400, "invalid_saml_metadata_url", byUrl, connection_id);
    const external = (client, id) =>
      client.sso.external.createConnection({ external_organization_id: id, external_connection_id: id });
    await refused(page, 403, "unauthorized_action", external, organization.organization_id);
    await done(page, (client, id) => client.sso.deleteConnection(id), connection_id);
  });
});
