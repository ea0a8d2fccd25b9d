// The pages of setup links and of the dashboard in the language with the longest words: nothing is wider than the screen, at a desk and
// on a telephone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { BIN } from "../node/server.mjs";
import { World } from "./harness.mjs";
import { overflow } from "./usable.mjs";

const OPERATOR = "ops@example.com";

let world, password, organization, member;
before(async () => {
  world = await World.start({ smtp: false });
  const { databaseUrl } = world.server;
  const made = execFileSync(BIN, ["operator", "create", OPERATOR, "--json", "--database-url", databaseUrl], { encoding: "utf8" });
  ({ password } = JSON.parse(made));
  organization = await world.organization({ organization_name: "Analytical Engines", mfa_policy: "REQUIRED_FOR_ALL" });
  member = await world.member(organization, { name: "Ada Lovelace" });
});
after(() => world?.stop());

async function fits(page, name) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    assert.deepEqual(await page.evaluate(overflow), [], `${name} at ${width} px`);
  }
}

test("the pages fit in German", async () => {
  const first = await world.person();
  const context = await first.context().browser().newContext({ locale: "de" });
  const page = await context.newPage();
  const look = async (path) => {
    await page.goto(new URL(path, page.url()).href);
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    await fits(page, path);
  };
  const purposes = ["sso", "domains", "scim", "members", "audit"];
  const link = await world.backend("POST", `/organizations/${organization.organization_id}/setup_links`, { purposes });
  await page.goto(link.url);
  await fits(page, "setup");
  await page.getByRole("main").getByRole("link").first().click();
  await page.getByRole("button", { name: "Okta SAML" }).click();
  await fits(page, "a connection");
  const connection = new URL(page.url()).pathname;
  for (const path of [`${connection}?step=details`, `${connection}?step=test`, "/setup/domains", "/setup/scim", "/setup/members"]) await look(path);
  await page.goto(`${world.api}/dashboard/sign-in`);
  await page.locator("[name=email]").fill(OPERATOR);
  await page.locator("[name=password]").fill(password);
  await page.locator("[name=password]").press("Enter");
  await page.waitForURL("**/dashboard");
  const base = `/dashboard/projects/${world.project.project_id}`;
  const here = `${base}/organizations/${organization.organization_id}`;
  for (const path of [base, here, `${here}/settings`, `${here}/members/${member.member_id}`, "/dashboard/health", "/dashboard/passkeys"]) await look(path);
  await context.close();
});
