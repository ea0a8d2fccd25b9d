// The hosted login: every way in, with and without JavaScript, and back to the app with a token that the SDKs take. Each page that is
// passed is looked at by axe-core, at a desk and on a telephone, light and dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { authenticatorCode } from "../node/totp.mjs";
import { World, emailAt, session, unique } from "./harness.mjs";
import { at, press, withoutScript as withoutScriptOf } from "./hosted.mjs";

const PASSWORD = "violet-harbor-sings-tonight";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());

const withoutScript = () => withoutScriptOf(world);

const login = (where = "", query = {}) => {
  const parameters = new URLSearchParams({ public_token: world.project.public_token, ...query });
  return `${world.server.url}/login${where}?${parameters}`;
};

/** Where a mailed link leads; it takes a button where there is no script. */
async function open(page, link) {
  await page.goto(link.href);
  if (page.hasNoScript) await press(page, "Continue");
}

async function authenticate(token, verifier) {
  const { project_id, secret } = world.project;
  const answer = await fetch(`${world.server.url}/v1/b2b/magic_links/authenticate`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${project_id}:${secret}`).toString("base64")}` },
    body: JSON.stringify({ magic_links_token: token, ...(verifier ? { pkce_code_verifier: verifier } : {}) }),
  });
  return { status: answer.status, ...(await answer.json()) };
}

test("a first person creates an organization by a link, and sees their account", async () => {
  const page = await world.person();
  const email = emailAt();
  await page.goto(login());
  await at(page, /^Sign in to/);
  await page.getByLabel("Email address").fill("ada@");
  await page.evaluate(() => (document.querySelector("form").noValidate = true));
  await press(page, "Continue with email");
  assert.match(await page.locator(".field-error").textContent(), /no email address/);
  assert.equal(await page.getByLabel("Email address").inputValue(), "ada@");
  page.problems.splice(0);
  await page.getByLabel("Email address").fill(email);
  const link = await world.linkAfter(email, () => press(page, "Continue with email"));
  await at(page, "Look into your mail");
  await open(page, link);
  await at(page, "Create your organization");
  await page.getByLabel("Name of the organization").fill(`Ada & <b>Sons</b> ${unique("x")}`);
  await press(page, "Create an organization");
  await page.waitForURL(/\/account/);
  await at(page, "Your account");
  await page.getByLabel("Name", { exact: true }).fill("Ada <i>Lovelace</i>");
  await press(page, "Save");
  await page.getByText("Your name is saved.").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Ada <i>Lovelace</i>");

  // The session is remembered, no script reads it, and the app is entered with one press.
  const kept = (await page.context().cookies()).find(({ name }) => name.startsWith("__Host-guildhall_account"));
  assert.ok(kept.httpOnly && kept.secure && kept.sameSite === "Lax", JSON.stringify(kept));
  await page.goto(login("", { redirect_url: world.redirectUrl }));
  await at(page, /^Continue to/);
  await page.getByRole("link", { name: "Continue", exact: true }).click();
  await page.waitForURL((url) => url.origin === world.origin);
  assert.ok((await session(page)).member_session_id);
  assert.deepEqual(page.problems.splice(0), []);
  assert.deepEqual(page.outside.splice(0), []);

  await page.goto(`${world.server.url}/account?public_token=${world.project.public_token}`);
  assert.equal(await page.locator(".rows").last().locator("li").count(), 2);
  await press(page, "Sign out everywhere");
  await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByRole("heading", { name: /^Sign in to/ }).waitFor();
  await page.goto(`${world.server.url}/account?public_token=${world.project.public_token}`);
  await page.getByRole("heading", { name: /^Sign in to/ }).waitFor();
});

test("without JavaScript: a code, and back to the app with a token that works once and with its verifier", async () => {
  const organization = await world.organization({ auth_methods: "RESTRICTED", allowed_auth_methods: ["email_otp"] });
  const member = await world.member(organization);
  const page = await withoutScript();
  const [verifier, challenge] = ["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"];
  const asked = { redirect_url: world.redirectUrl, pkce_code_challenge: challenge, state: "a b&c" };
  await page.goto(login(`/${organization.organization_slug}`, asked));
  await page.getByLabel("Email address").fill(member.email_address);
  const code = await world.codeAfter(member.email_address, () => press(page, "Continue with email"));
  await at(page, "Look into your mail");
  await page.getByLabel("Code", { exact: true }).fill(code === "000000" ? "000001" : "000000");
  await press(page, "Continue");
  assert.match(await page.locator(".field-error").textContent(), /This code is wrong/);
  await page.getByLabel("Code", { exact: true }).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await press(page, "Continue");
  await page.waitForURL((url) => url.origin === world.origin);
  const come = new URL(page.url()).searchParams;
  assert.equal(come.get("state"), "a b&c");
  assert.equal(come.get("stytch_token_type"), "multi_tenant_magic_links");
  assert.equal((await authenticate(come.get("token"))).error_type, "pkce_expected_code_verifier");
  const first = await authenticate(come.get("token"), verifier);
  assert.equal(first.status, 200, JSON.stringify(first));
  // What was proven, and nothing else.
  assert.deepEqual(first.member_session.authentication_factors.map(({ type }) => type), ["email_otp"]);
  assert.equal((await authenticate(come.get("token"), verifier)).status, 401);
  // A URL that is not registered gets nothing.
  await page.goto(login(`/${organization.organization_slug}`, { redirect_url: "https://evil.example/" }));
  await page.getByRole("link", { name: "Continue", exact: true }).click();
  await at(page, "This did not work");
  await page.context().close();
});

test("a password is set by mail; an app is set up as a second factor, and a recovery code stands in for it", async () => {
  const organization = await world.organization({ mfa_policy: "REQUIRED_FOR_ALL" });
  const { email_address } = await world.member(organization);
  const where = `/${organization.organization_slug}`;
  const page = await world.person();
  await page.goto(login(where));
  await page.getByLabel("Email address").fill(email_address);
  await press(page, "Use a password");
  await page.getByText("Enter your address and your password.").waitFor();
  await page.getByLabel("Password").fill("not it");
  await press(page, "Sign in");
  assert.match(await page.locator(".field-error").textContent(), /do not go together/);
  const reset = await world.linkAfter(email_address, () => press(page, "Forgot your password?"));
  await page.goto(reset.href);
  await at(page, "Set a new password");
  await page.getByLabel("New password").fill("password1");
  await press(page, "Save and sign in");
  assert.match(await page.locator(".field-error").textContent(), /too easy|breach/);
  await page.getByLabel("New password").fill(PASSWORD);
  await press(page, "Save and sign in");
  await at(page, "Set up a second factor");
  await press(page, "Set up an authenticator app");
  await at(page, "Set up an authenticator app");
  const secret = (await page.locator("#secret").textContent()).replace(/\s/g, "");
  await page.getByLabel("Code of the app").fill("000000");
  await page.locator(".field-error").waitFor();
  assert.equal((await page.locator("#secret").textContent()).replace(/\s/g, ""), secret, "the picture stays the same");
  await page.getByLabel("Code of the app").fill(authenticatorCode(secret, -1));
  await press(page, "Continue");
  await at(page, "Keep your recovery codes");
  const codes = await page.locator(".codes code").allTextContents();
  await page.getByRole("link", { name: "I have kept them" }).click();
  await at(page, "Your account");

  const other = await withoutScript();
  await other.goto(login(where, { locale: "de", redirect_url: world.redirectUrl }));
  await other.getByLabel("E-Mail-Adresse").fill(email_address);
  await press(other, "Passwort verwenden");
  await other.getByLabel("Passwort").fill(PASSWORD);
  await press(other, "Anmelden");
  await at(other, "Bestätigen Sie, dass Sie es sind");
  await other.getByRole("link", { name: "Wiederherstellungscode verwenden" }).click();
  await other.getByLabel("Wiederherstellungscode").fill(codes[0]);
  await press(other, "Weiter");
  await other.waitForURL((url) => url.origin === world.origin);
  const { member_session } = await authenticate(new URL(other.url()).searchParams.get("token"));
  const types = member_session.authentication_factors.map(({ type }) => type).sort();
  assert.deepEqual(types, ["password", "recovery_codes"]);
  await other.context().close();

  // An old proof is not enough where the app wants a young one.
  await page.goto(login(where, { redirect_url: world.redirectUrl, max_age_minutes: "60" }));
  await page.getByRole("heading", { name: /^Continue to/ }).waitFor();
});

test("a text message as a second factor", async () => {
  const organization = await world.organization({ mfa_policy: "REQUIRED_FOR_ALL" });
  const { email_address } = await world.member(organization);
  const page = await world.person();
  await page.goto(login(`/${organization.organization_slug}`));
  await page.getByLabel("Email address").fill(email_address);
  const link = await world.linkAfter(email_address, () => press(page, "Continue with email"));
  await open(page, link);
  await page.getByLabel("Phone number").fill("12");
  await press(page, "Send a code by text message");
  assert.match(await page.locator(".field-error").textContent(), /No code can be sent/);
  await page.getByLabel("Phone number").fill("+1 415 555 0123");
  await press(page, "Send a code by text message");
  await at(page, "Confirm that it is you");
  // The code goes off by itself when it is whole.
  await page.getByLabel("Code", { exact: true }).pressSequentially(await world.server.texted("+14155550123"));
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  await page.getByText("number that ends in 23").waitFor();
});

test("who has several organizations chooses one, and an organization that is not there is told", async () => {
  const email_address = emailAt();
  const [one, two] = [await world.organization(), await world.organization()];
  for (const organization of [one, two]) await world.member(organization, { email_address });
  const page = await world.person();
  await page.goto(login());
  await page.getByLabel("Email address").fill(email_address);
  const link = await world.linkAfter(email_address, () => press(page, "Continue with email"));
  await open(page, link);
  await at(page, "Choose an organization");
  await page.getByRole("button", { name: two.organization_name }).click();
  await page.getByText(`You are signed in to ${two.organization_name}.`).waitFor();
  await page.getByRole("link", { name: "Switch organization" }).click();
  await page.getByRole("button", { name: one.organization_name }).click();
  await page.getByText(`You are signed in to ${one.organization_name}.`).waitFor();
  await page.goto(login("/no-such-organization"));
  await at(page, "This did not work");
  await page.getByText("There is no such organization here").waitFor();
});
