// The prebuilt login with passwords in a real browser: a first password, logging in, a forgotten one; on a desk and a telephone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, done, emailAt, session, shot, unique } from "./harness.mjs";

const EMAIL = "example@email.com";
const good = () => `violet-harbor-sings-${unique("now")}`;

async function start(...flags) {
  return World.start({ flags: (origin) => ["--redirect-url", `${origin}/reset`, ...flags] });
}

/** Types a new password into the page that the mailed link leads to, and waits until it is taken for a good one. */
async function setPassword(page, password, name) {
  await page.getByText("Set a new password").waitFor();
  const field = page.locator("input[type=password]");
  const judged = page.waitForResponse((answer) => answer.url().endsWith("/passwords/strength_check") && answer.request().method() === "POST");
  await field.fill("zebra-77");
  assert.equal((await (await judged).json()).data.valid_password, false);
  const go = page.getByRole("button", { name: "Continue" });
  await shot(page, `${name}-weak`);
  assert.ok(await go.isDisabled(), "a weak password can be set");
  await field.fill(password);
  await page.waitForFunction(() => [...document.querySelectorAll("button")].some((button) => button.innerText === "Continue" && !button.disabled));
  await shot(page, `${name}-strong`);
  await go.click();
}

describe("the prebuilt login with a password", () => {
  let world;
  before(async () => {
    world = await start("--pkce-required-for-password-resets");
  });
  after(() => world?.stop());

  for (const [name, width, height] of [["desk", 1200, 900], ["telephone", 390, 844]]) {
    test(`somebody sets a first password, logs in with it, and forgets it (${name})`, async () => {
      const domain = `${unique("joint")}.example`;
      const email = emailAt(domain);
      const organization = await world.organization({
        email_allowed_domains: [domain], email_jit_provisioning: "RESTRICTED", email_invites: "ALL_ALLOWED",
      });
      const page = await world.person();
      await page.setViewportSize({ width, height });

      const ask = async () => {
        await page.getByRole("button", { name: "Sign up or reset password" }).click();
        await page.getByText("Check your email for help signing in").waitFor();
        await shot(page, `passwords-${name}-2-forgotten`);
        await page.getByRole("button", { name: "Continue" }).click();
      };
      const begin = async () => {
        await world.open(page, `/p/${organization.organization_slug}`);
        await page.getByPlaceholder(EMAIL).fill(email);
        await page.getByRole("button", { name: "Continue" }).click();
        await page.locator("input[type=password]").waitFor();
      };

      // Nobody is a member yet, and the page cannot tell.
      await begin();
      await shot(page, `passwords-${name}-1-asked`);
      const link = await world.linkAfter(email, ask);
      await page.getByText("Check your email").waitFor();
      await shot(page, `passwords-${name}-3-mailed`);
      assert.equal(link.searchParams.get("stytch_token_type"), "multi_tenant_passwords");
      // What a mail scanner does with a link uses nothing up.
      for (const method of ["HEAD", "GET"]) assert.equal((await fetch(link, { method, redirect: "manual" })).status, 200);
      await page.goto(link.href);
      await page.waitForURL((url) => url.origin === world.origin);
      const first = good();
      await setPassword(page, first, `passwords-${name}-4`);
      await page.getByText("You have successfully logged in").waitFor();
      const one = await session(page);
      assert.deepEqual(one.authentication_factors.map((factor) => factor.type).sort(), ["magic_link", "password"]);
      clean(page);

      await page.evaluate(() => window.client.session.revoke());
      await begin();
      await page.locator("input[type=password]").fill(`not ${first}`);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("Unauthorized credentials").waitFor();
      await shot(page, `passwords-${name}-5-wrong`);
      await page.locator("input[type=password]").fill(first);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("You have successfully logged in").waitFor();
      const two = await session(page);
      assert.equal(two.member_id, one.member_id);
      clean(page, /401/);
    });
  }

  test("who came in by a mailed link sets a password in the session", async () => {
    const domain = `${unique("joint")}.example`;
    const email_address = emailAt(domain);
    const organization = await world.organization({ email_allowed_domains: [domain], email_jit_provisioning: "RESTRICTED" });
    const page = await world.person();
    await world.signIn(page, organization, email_address);
    const before = await session(page);
    assert.deepEqual(before.authentication_factors.map((factor) => factor.type), ["magic_link"]);
    const password = good();
    await done(page, (client, password) => client.passwords.resetBySession({ password }), password);
    const { member_session_id } = await session(page);
    assert.equal(member_session_id, before.member_session_id);
    await page.evaluate(() => window.client.session.revoke());
    const input = { organization_id: organization.organization_id, email_address, password, session_duration_minutes: 5 };
    await done(page, (client, input) => client.passwords.authenticate(input), input);
    assert.equal((await session(page)).member_id, before.member_id);
    clean(page);
  });
});

test("one password for all organizations, by discovery", async () => {
  const world = await start("--cross-org-passwords-enabled");
  try {
    const email = emailAt();
    for (const organization_name of ["First Here", "Second Here"]) {
      await world.member(await world.organization({ organization_name }), { email_address: email });
    }
    const page = await world.person();
    await world.open(page, "/p");
    await page.getByRole("button", { name: "Sign up or reset password" }).click();
    await page.getByPlaceholder(EMAIL).fill(email);
    const link = await world.linkAfter(email, () => page.getByRole("button", { name: "Continue" }).click());
    assert.equal(link.searchParams.get("stytch_token_type"), "discovery");
    await page.goto(link.href);
    await page.waitForURL((url) => url.origin === world.origin);
    const password = good();
    await setPassword(page, password, "passwords-discovery-1");
    await page.getByText("Select an organization to continue").waitFor();
    await shot(page, "passwords-discovery-2-chosen");
    await page.getByText("Second Here").click();
    await page.getByText("You have successfully logged in").waitFor();
    await page.evaluate(() => window.client.session.revoke());
    await world.open(page, "/p");
    await page.getByPlaceholder(EMAIL).fill(email);
    await page.locator("input[type=password]").fill(password);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Select an organization to continue").waitFor();
    await page.getByText("Second Here").click();
    await page.getByText("You have successfully logged in").waitFor();
    clean(page);
  } finally {
    await world.stop();
  }
});
