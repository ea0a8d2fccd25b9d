// The pages behind a setup link: an IT person sets up single sign-on at an identity provider on another site, from the first step
// to the last. Each page at a desk and on a telephone, light and dark, with axe-core; and the same without JavaScript.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, emailAt, unique } from "./harness.mjs";
import { SamlProvider, missing } from "./identity-providers.mjs";
import { usable } from "./usable.mjs";


const looked = (page, name) => usable(page, `setup-${name}`);

describe("a setup link", { skip: missing }, () => {
  let world, saml;
  before(async () => {
    [world, saml] = await Promise.all([World.start({ serve: ["--outbound-allow", "127.0.0.1"] }), SamlProvider.start()]);
  });
  after(() => Promise.all([world, saml].map((one) => one?.stop())));

  const link = (organization, purposes, fields = {}) =>
    world.backend("POST", `/organizations/${organization.organization_id}/setup_links`, { purposes, ...fields });

  /** A provider at samlify that knows a connection of ours; the address of its metadata. */
  async function providerFor(acsUrl) {
    const name = unique("idp");
    const metadata = await (await fetch(`${acsUrl}/metadata`)).text();
    const made = await fetch(`${saml.url}/${name}`, { method: "PUT", body: JSON.stringify({ origin: saml.origin, metadata }) });
    assert.equal(await made.text(), "made");
    return `${saml.url}/${name}/metadata`;
  }

  test("single sign-on by SAML, from the first step to the last", async () => {
    const organization = await world.organization({ organization_name: "Analytical Engines" });
    const page = await world.person({ automated: true });
    const made = await link(organization, ["sso", "domains", "scim", "members", "audit"]);
    await page.goto(made.url);
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/setup", "the token left the address");
    await looked(page, "01-overview");
    await page.getByRole("main").getByRole("link", { name: /Single sign-on/ }).click();
    await looked(page, "02-providers");
    // By the keyboard.
    await page.getByRole("button", { name: /Another one SAML/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Values to copy" }).waitFor();
    await looked(page, "03-register");
    const acsUrl = await page.getByRole("textbox", { name: "ACS URL" }).textContent();
    await page.getByRole("link", { name: "Next" }).click();
    await page.getByLabel("Address of the metadata").fill(await providerFor(acsUrl));
    await page.getByRole("button", { name: "Take over" }).click();
    await looked(page, "04-details");
    assert.notEqual(await page.getByLabel("Entity ID of the provider").inputValue(), "");
    // A mapping that is wrong is seen by the test.
    await page.getByLabel("Email address").fill("mail");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("navigation", { name: "Steps" }).getByRole("link", { name: "Test and activate" }).click();
    await looked(page, "05-test");
    await page.getByRole("button", { name: "Start a test login" }).click();
    await saml.logIn(page, emailAt());
    await page.getByText("It does not work yet").waitFor();
    await page.getByText(/attributes are: .displayName/).waitFor();
    await looked(page, "06-refused");
    await page.getByRole("link", { name: "Change the settings" }).click();
    await page.getByLabel("Email address").fill("NameID");
    await page.getByLabel("Full name").fill("displayName");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.goto(page.url().replace(/step=\w+/, "step=test"));
    await page.getByRole("button", { name: "Start a test login" }).click();
    await saml.logIn(page, emailAt());
    await page.getByText("It works").waitFor();
    await page.getByText("Ada Lovelace").first().waitFor();
    await looked(page, "07-accepted");
    await page.getByRole("button", { name: "Activate" }).click();
    await page.getByText(/can sign in with it\.$/).waitFor();
    await looked(page, "08-active");
    const { saml_connections } = await world.backend("GET", `/sso/${organization.organization_id}`);
    assert.deepEqual(saml_connections.map(({ status }) => status), ["active"]);
    for (const [name, path] of [["09-domains", "domains"], ["10-directory", "scim"], ["11-members", "members"], ["12-audit", "audit"]]) {
      await page.goto(`${world.server.url}/setup/${path}`);
      if (path === "domains") {
        await page.getByLabel("Domain").fill("analytical.example");
        await page.getByRole("button", { name: "Add" }).click();
        await page.getByRole("heading", { name: /analytical.example/ }).waitFor();
      }
      if (path === "scim") {
        await page.getByRole("button", { name: "Make the connection" }).click();
        await page.getByText("Copy the token now").waitFor();
      }
      if (path === "members") {
        await page.getByRole("textbox", { name: "Email address" }).fill(emailAt());
        await page.getByRole("button", { name: "Send an invitation" }).click();
        await page.getByRole("table").waitFor();
      }
      await looked(page, name);
    }
    clean(page);
    await page.getByRole("button", { name: "Finish" }).click();
    await page.goto(`${world.server.url}/setup`);
    await page.getByText(/needs a setup link/).waitFor();
    clean(page, /401/);
  });

  test("without JavaScript, up to the identity provider and back", async () => {
    const organization = await world.organization({ organization_name: "Difference Engines" });
    const { url } = await link(organization, ["sso"]);
    const first = await world.person({ automated: true });
    const context = await first.context().browser().newContext({ javaScriptEnabled: false, locale: "en-US" });
    try {
      const page = await context.newPage();
      await page.goto(url);
      await page.getByRole("main").getByRole("link", { name: /Single sign-on/ }).click();
      await page.getByRole("button", { name: /Another one SAML/ }).click();
      const acsUrl = await page.getByRole("textbox", { name: "ACS URL" }).textContent();
      await page.getByRole("link", { name: "Next" }).click();
      await page.getByLabel("The metadata itself").fill(await (await fetch(await providerFor(acsUrl))).text());
      await page.getByRole("button", { name: "Take over" }).click();
      await page.getByLabel("Full name").fill("displayName");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.goto(page.url().replace(/step=\w+/, "step=test"));
      await page.getByRole("button", { name: "Start a test login" }).click();
      await saml.logIn(page, emailAt());
      await page.getByText("It works").waitFor();
    } finally {
      await context.close();
    }
  });
});
