// The prebuilt login by codes that are mailed: discovery, an organization's page, on a desk and on a telephone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, cookies, emailAt, session, shot, unique } from "./harness.mjs";

describe("the prebuilt login by code", () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world?.stop());

  const enterEmail = async (page, email) => {
    await page.getByPlaceholder("example@email.com").fill(email);
    await page.getByRole("button", { name: "Continue with email" }).click();
    await page.getByText("A 6-digit passcode was sent to you at").waitFor();
  };

  const enterCode = async (page, code) => {
    await page.getByRole("textbox").first().click();
    await page.keyboard.type(code);
  };

  const other = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

  for (const [place, width] of [["desk", 1200], ["telephone", 390]]) {
    test(`a new person signs up, and comes back, at a ${place}`, async () => {
      const page = await world.person();
      await page.setViewportSize({ width, height: 844 });
      const email = emailAt(`${unique("startup")}.example`);
      await world.open(page, "/login?codes");
      const code = await world.codeAfter(email, () => enterEmail(page, email));
      await shot(page, `codes-01-enter-${place}`);
      await enterCode(page, code);
      await page.getByText("Create an organization to get started").waitFor();
      assert.ok((await cookies(page)).stytch_intermediate_session_token?.value.length > 20);
      await page.getByRole("button", { name: "Create an organization" }).click();
      await page.getByText("You have successfully logged in").waitFor();
      const current = await session(page);
      assert.equal(current.authentication_factors[0].type, "email_otp");
      const { organization_slug } = await page.evaluate(() => window.client.organization.getSync());
      clean(page);

      const again = await world.person();
      await again.setViewportSize({ width, height: 844 });
      await world.open(again, `/o/${organization_slug}?codes`);
      const second = await world.codeAfter(email, () => enterEmail(again, email));
      await enterCode(again, other(second));
      await again.getByText("Invalid passcode, please try again.").waitFor();
      await shot(again, `codes-02-wrong-${place}`);
      assert.equal(await again.evaluate(() => window.client.session.getSync()), null);
      await world.open(again, `/o/${organization_slug}?codes`);
      const third = await world.codeAfter(email, () => enterEmail(again, email));
      await enterCode(again, third);
      await again.getByText("You have successfully logged in").waitFor();
      await shot(again, `codes-03-signed-in-${place}`);
      assert.equal((await session(again)).member_id, current.member_id);
      clean(again, /404/);
    });
  }

  test("a stranger is shown what a member is, and gets no mail", async () => {
    const closed = await world.organization({ organization_name: "Closed Shop" });
    const page = await world.person();
    const email = emailAt();
    await world.open(page, `/o/${closed.organization_slug}?codes`);
    await enterEmail(page, email);
    const member = await world.member(closed);
    await world.open(page, `/o/${closed.organization_slug}?codes`);
    await world.codeAfter(member.email_address, () => enterEmail(page, member.email_address));
    assert.equal(world.mail.to(email).length, 0);
  });

  test("an organization that allows links only offers no code", async () => {
    const strict = await world.organization({ auth_methods: "RESTRICTED", allowed_auth_methods: ["magic_link"] });
    const page = await world.person();
    await world.open(page, `/o/${strict.organization_slug}?codes`);
    await page.getByText(strict.organization_name).first().waitFor();
    await shot(page, "codes-04-links-only");
    assert.equal(await page.getByPlaceholder("example@email.com").count(), 0);
  });

  test("an administrator restricts the ways in to codes, in the admin portal", async () => {
    const organization = await world.organization({ organization_name: "Guild of Codes" });
    const admin = await world.member(organization, { roles: ["stytch_admin"] });
    const page = await world.person();
    await world.signIn(page, organization, admin.email_address);
    await world.open(page, "/settings");
    const all = page.getByText("Allow all primary auth methods");
    await all.waitFor();
    await shot(page, "codes-05-methods");
    const box = all.locator("xpath=ancestor::div[.//button[normalize-space()='Edit']][1]");
    await box.getByRole("button", { name: "Edit" }).click();
    await all.click();
    await page.getByText("Email OTP", { exact: true }).click();
    await shot(page, "codes-06-methods-editing");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    const { organization_id } = organization;
    const settings = async () => (await world.backend("GET", `/organizations/${organization_id}`)).organization;
    await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Save", exact: true }).waitFor({ state: "detached" });
    const now = await settings();
    assert.deepEqual([now.auth_methods, now.allowed_auth_methods], ["RESTRICTED", ["email_otp"]]);
    await page.reload();
    await page.getByText("Email OTP", { exact: true }).waitFor();
    await shot(page, "codes-07-methods-restricted");
    clean(page, /400 .*\/sdk\/v1\/b2b\/(scim|scim\/groups)$/);

    const again = await world.person();
    await world.open(again, `/o/${organization.organization_slug}?codes`);
    const code = await world.codeAfter(admin.email_address, () => enterEmail(again, admin.email_address));
    await enterCode(again, code);
    await again.getByText("You have successfully logged in").waitFor();
    clean(again);
  });
});
