// Pages in the colors of a brand, at a desk and on a telephone, light and dark: hosted login, mailed links, a setup link, and the
// dashboard where they are set. axe-core measures the contrasts.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { BIN } from "../node/server.mjs";
import { World, unique } from "./harness.mjs";
import { usable } from "./usable.mjs";


let world, organization, token;
before(async () => {
  world = await World.start({ smtp: false });
  token = new URLSearchParams({ public_token: world.project.public_token });
  organization = await world.organization({ organization_name: "Blue Team", organization_slug: unique("blue") });
});
after(() => world?.stop());

const brand = (colors) => world.backend("PUT", `/organizations/${organization.organization_id}/branding`, colors);

const looked = (page, name) => usable(page, `branding-${name}`);

test("pages in colors that would be hard to read are read all the same", async () => {
  const page = await world.person({ automated: true });
  const email = `${unique("ada")}@example.com`;
  await world.member(organization, { email_address: email });
  await world.backend("POST", "/magic_links/email/login_or_signup", { organization_id: organization.organization_id, email_address: email });
  const outbox = await (await fetch(`${world.server.url}/outbox`)).text();
  const link = /href="(http[^"]+magic_links\/redirect[^"]+)"/.exec(outbox)[1].replaceAll("&amp;", "&");
  for (const [name, colors] of [
    ["yellow", { brand_color: "#ffd400", background_color: "#fff3b0" }],
    ["night", { brand_color: "#0b1d3a", background_color: "#0b1d3a" }],
  ]) {
    await brand(colors);
    await page.goto(`${world.server.url}/login/${organization.organization_slug}?${token}`);
    await page.getByRole("heading", { name: "Sign in to Blue Team" }).waitFor();
    await looked(page, `${name}-login`);
    await page.goto(link);
    await page.getByRole("heading", { name: "Continue to Blue Team" }).waitFor();
    await looked(page, `${name}-link`);
    await page.goto(`${link}x`);
    await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    const made = await world.backend("POST", `/organizations/${organization.organization_id}/setup_links`, { purposes: ["sso", "scim"] });
    await page.goto(made.url);
    await looked(page, `${name}-setup`);
  }
});

test("an operator sets a brand, and is told what becomes of it", async () => {
  const arguments_ = ["operator", "create", "ops@example.com", "--json", "--database-url", world.server.databaseUrl];
  const { password } = JSON.parse(execFileSync(BIN, arguments_, { encoding: "utf8" }));
  const page = await world.person();
  await page.goto(`${world.server.url}/dashboard/sign-in`);
  await page.getByLabel("Email address").fill("ops@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/dashboard");
  const base = `${world.server.url}/dashboard/projects/${world.project.project_id}`;
  await page.goto(base);
  await page.getByRole("link", { name: "Branding" }).click();
  await page.getByLabel("Color of buttons and links").fill("yellow");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("A color is written as in").waitFor();
  assert.equal(await page.getByLabel("Color of buttons and links").inputValue(), "yellow");
  await page.getByLabel("Color of buttons and links").fill("#ffd400");
  await page.getByLabel("Color of what is behind").fill("#102a43");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("hard to read on light pages").waitFor();
  await looked(page, "dashboard-project");
  await page.goto(`${base}/organizations/${organization.organization_id}/branding`);
  await page.getByLabel("Color of buttons and links").fill("#1a6a43");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("It is saved").waitFor();
  await looked(page, "dashboard-organization");
});
