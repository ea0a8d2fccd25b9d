// The dashboard in Chromium: its flows without a script, every page usable by everybody at a desk and on a telephone, light and
// dark.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { BIN } from "../node/server.mjs";
import { World } from "./harness.mjs";
import { usable } from "./usable.mjs";

const OPERATOR = "ops@example.com";

let world;
let password;
let base;
let here;
let member;

before(async () => {
  world = await World.start({ smtp: false });
  const { server } = world;
  password = make(OPERATOR);
  const allowing = ["project", "update", world.project.project_id, "--user-impersonation-enabled", "--database-url", server.databaseUrl];
  execFileSync(BIN, allowing);
  const organization = await world.organization({
    organization_name: "Acme, a company with a name that is long and goes on",
    mfa_policy: "REQUIRED_FOR_ALL",
  });
  member = await world.member(organization, { name: "Ada Lovelace", roles: ["stytch_admin"] });
  for (let n = 0; n < 3; n += 1) await world.member(organization);
  const { organization_id } = organization;
  await world.backend("POST", "/magic_links/email/login_or_signup", { organization_id, email_address: member.email_address });
  const outbox = await (await fetch(`${server.url}/outbox`)).text();
  const link = new URL(/href="(http[^"]+magic_links\/redirect[^"]+)"/.exec(outbox)[1].replaceAll("&amp;", "&"));
  await world.backend("POST", "/magic_links/authenticate", { magic_links_token: link.searchParams.get("token") });
  base = `/dashboard/projects/${world.project.project_id}`;
  here = `${base}/organizations/${organization_id}`;
});
after(() => world?.stop());

async function signIn(page) {
  await page.goto(`${world.api}/dashboard`);
  await page.waitForURL("**/dashboard/sign-in");
  await enter(page, OPERATOR, password);
  await page.waitForURL("**/dashboard");
}

async function enter(page, email, password) {
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The password of a new operator. */
function make(email) {
  const arguments_ = ["operator", "create", email, "--json", "--database-url", world.server.databaseUrl];
  return JSON.parse(execFileSync(BIN, arguments_, { encoding: "utf8" })).password;
}

/** Somebody whose browser runs no scripts. */
async function plain() {
  const page = await world.person();
  const context = await page.context().browser().newContext({ javaScriptEnabled: false });
  const own = await context.newPage();
  own.setDefaultTimeout(40_000);
  return own;
}

test("without a script: signing in, finding a member, trying and saving settings, signing out", async () => {
  const page = await plain();
  await page.goto(`${world.api}/dashboard/sign-in`);
  await page.getByLabel("Email address").fill(OPERATOR);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The email address or the password is wrong.").waitFor();
  await signIn(page);
  await page.getByRole("link", { name: "Browser tests" }).click();
  await page.getByRole("link", { name: "Organizations" }).click();
  await page.getByRole("searchbox").fill("Acme");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("link", { name: /^Acme/ }).click();
  await page.getByRole("link", { name: "Members" }).click();
  await page.getByRole("link", { name: member.email_address }).click();
  await page.getByText("asked for a second factor").first().waitFor();
  await page.getByRole("link", { name: "Why: Password" }).click();
  await page.getByText("No member with this address has a password.").first().waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Only in those ticked below").first().check();
  await page.getByLabel("Password", { exact: true }).check();
  await page.getByRole("button", { name: "Look at what this would do" }).click();
  await page.getByText("Could not sign in any more: 4").waitFor();
  assert.ok(await page.getByLabel("Password", { exact: true }).isChecked(), "what was ticked stays so");
  await page.getByLabel("Link by mail").check();
  await page.getByRole("button", { name: "Look at what this would do" }).click();
  await page.getByText("Could not sign in any more: 0").waitFor();
  await page.getByRole("button", { name: "Save these settings" }).click();
  await page.getByText("The settings are saved.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/dashboard/sign-in");
  await page.context().close();
});

/** An operator with a passkey, which a virtual authenticator has. */
const KEEPER = "keeper@example.com";
let keepers;

test("a passkey is made and, with the password, signs its operator in", async () => {
  const page = await world.person();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "usb", hasUserVerification: false, automaticPresenceSimulation: true };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  keepers = make(KEEPER);
  await page.goto(`${world.api}/dashboard/sign-in`);
  await enter(page, KEEPER, keepers);
  await page.getByRole("link", { name: "Operators" }).click();
  await page.getByRole("link", { name: "Your passkeys" }).click();
  await page.getByLabel("What you call it").fill("Key on the ring");
  await page.getByLabel("Your password").fill(keepers);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("button", { name: "Make the passkey" }).click();
  await page.getByText("It is added").waitFor();
  await page.getByRole("cell", { name: "Key on the ring" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await enter(page, KEEPER, keepers);
  // Nothing is shown, and the page says so; then it is.
  await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
  await page.getByRole("button", { name: "Show the passkey" }).waitFor();
  await page.evaluate(() => (navigator.credentials.get = () => Promise.reject(new DOMException("", "NotAllowedError"))));
  await page.getByRole("button", { name: "Show the passkey" }).click();
  await page.getByText("Nothing was shown.").waitFor();
  await page.evaluate(() => delete navigator.credentials.get);
  await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true });
  await page.getByRole("button", { name: "Show the passkey" }).click();
  await page.waitForURL("**/dashboard");
  await page.getByText(KEEPER).waitFor();
  assert.deepEqual(page.problems, [], "complaints of the browser");
});

const PAGES = [
  ["projects", () => "/dashboard"],
  ["organizations", () => `${base}/organizations`],
  ["organization", () => here],
  ["members", () => `${here}/members`],
  ["member", () => `${here}/members/${member.member_id}`],
  ["settings", () => `${here}/settings`],
  ["explain", () => `${here}/explain?email=${member.email_address}&method=password`],
  ["audit", () => `${base}/audit`],
  ["outbox", () => "/dashboard/outbox"],
  ["message", () => "/dashboard/outbox", (page) => page.locator("table a").first().click()],
  ["health", () => "/dashboard/health"],
  ["operators", () => "/dashboard/operators"],
  ["impersonation", () => `${here}/members/${member.member_id}`, act],
  ["passkeys", () => "/dashboard/passkeys"],
  ["new-passkey", () => "/dashboard/passkeys", addPasskey],
  ["sign-in", () => "/dashboard/sign-in"],
  ["sign-in-passkey", () => "/dashboard/sign-in", (page) => enter(page, KEEPER, keepers)],
  ["project", () => base],
];

async function act(page) {
  await page.getByRole("textbox", { name: "Why" }).fill("Ticket 4711: she does not see her invoices");
  await page.getByRole("button", { name: "Make a link" }).click();
  await page.getByRole("link", { name: "Open the app in their place" }).waitFor();
}

async function addPasskey(page) {
  await page.getByLabel("What you call it").fill("Laptop");
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("button", { name: "Make the passkey" }).waitFor();
}

test("every page is usable by everybody, at every width", async () => {
  const page = await world.person();
  await signIn(page);
  page.problems.splice(0);
  for (const [name, path_, reach] of PAGES) {
    await page.goto(world.api + path_());
    if (reach) await reach(page);
    // What its pictures are drawn from is written every five seconds.
    while (name === "project" && !(await page.locator("rect").count())) await page.waitForTimeout(250).then(() => page.reload());
    await usable(page, `dashboard-${name}`);
  }
  assert.deepEqual(page.problems, [], "complaints of the browser");
  assert.deepEqual(page.outside, [], "requests to other hosts");
});
