// Second factors in the prebuilt login: enrolment with the QR code and by text message, code entry, backup codes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { authenticatorCode as codeOf } from "../node/totp.mjs";
import { World, clean, emailAt, session, shot } from "./harness.mjs";

describe("second factors in the prebuilt login", () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world?.stop());

  const strict = (fields = {}) => world.organization({ mfa_policy: "REQUIRED_FOR_ALL", ...fields });
  /** Proves the first factor. */
  const begin = async (page, organization, email_address) => {
    const link = await world.linkAfter(email_address, () =>
      world.backend("POST", "/magic_links/email/login_or_signup", {
        organization_id: organization.organization_id,
        email_address,
      }),
    );
    await page.goto(link.href);
    await page.waitForURL((url) => url.origin === world.origin);
  };
  const type = async (page, code) => {
    await page.getByLabel("One-time passcode").first().click();
    await page.keyboard.type(code, { delay: 20 });
  };
  const narrow = async (page, name) => {
    await shot(page, name);
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(page, `${name}-narrow`);
    await page.setViewportSize({ width: 1200, height: 900 });
  };
  const isIn = (page) => page.getByText("You have successfully logged in").waitFor();

  test("an authenticator app: QR code, codes, backup codes", async () => {
    const organization = await strict();
    const { email_address, organization_id, member_id } = await world.member(organization);
    const page = await world.person();
    await begin(page, organization, email_address);
    await page.getByText("Set up Multi-Factor Authentication").waitFor();
    await narrow(page, "mfa-01-choice");
    const created = page.waitForResponse((answer) => answer.url().endsWith("/sdk/v1/b2b/totp"));
    await page.getByText("Use an authenticator app").click();
    const { data } = await (await created).json();
    const picture = page.getByAltText("QR code for TOTP enrollment");
    await picture.waitFor();
    assert.equal(await picture.getAttribute("src"), data.qr_code);
    const width = await picture.evaluate((image) => image.naturalWidth);
    assert.ok(width > 150 && width <= 248, `the picture is ${width} pixels wide`);
    await narrow(page, "mfa-02-qr-code");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Enter verification code").waitFor();
    await type(page, codeOf(data.secret, -1));
    await page.getByText("Save your backup codes!").waitFor();
    await narrow(page, "mfa-03-backup-codes");
    const download = page.waitForEvent("download");
    await page.getByText("Download .txt file").click();
    const saved = await (await download).createReadStream();
    const text = (await saved.toArray()).join("");
    for (const code of data.recovery_codes) assert.ok(text.includes(code), text);
    await page.getByRole("button", { name: "Done" }).click();
    await isIn(page);
    const { authentication_factors } = await session(page);
    assert.deepEqual(authentication_factors.map(({ type }) => type), ["magic_link", "totp"]);
    clean(page);

    // The next login asks for a code, and takes a backup code instead.
    const again = await world.person();
    await begin(again, organization, email_address);
    await again.getByText("Enter verification code").waitFor();
    await narrow(again, "mfa-04-code");
    await type(again, codeOf(data.secret, 9));
    await again.getByText("Invalid passcode").waitFor();
    await again.getByText("Use a backup code").click();
    await again.getByPlaceholder("Enter backup code").fill(data.recovery_codes[0]);
    await narrow(again, "mfa-05-backup-code");
    await again.getByRole("button", { name: "Done" }).or(again.getByRole("button", { name: "Continue" })).first().click();
    await isIn(again);
    const left = await world.backend("GET", `/recovery_codes/${organization_id}/${member_id}`);
    assert.deepEqual(left.recovery_codes, data.recovery_codes.slice(1));
    clean(again, /status of 401/);
  });

  test("text messages: the phone input, codes", async () => {
    const organization = await strict({ mfa_methods: "RESTRICTED", allowed_mfa_methods: ["sms_otp"] });
    const { email_address } = await world.member(organization);
    const page = await world.person();
    await begin(page, organization, email_address);
    await page.getByText("Enter your phone number to set up Multi-Factor Authentication").waitFor();
    await page.getByRole("textbox").first().fill("4155550132");
    await narrow(page, "mfa-06-phone-number");
    const sent = page.waitForResponse((answer) => answer.url().endsWith("/sdk/v1/b2b/otps/sms/send"));
    await page.getByRole("button", { name: "Continue" }).click();
    assert.equal((await sent).status(), 200);
    await page.getByText("Enter passcode").waitFor();
    await page.getByText("(415) 555-0132").waitFor();
    await narrow(page, "mfa-07-passcode");
    await type(page, await world.server.texted("+14155550132"));
    await isIn(page);
    clean(page);

    // From now on a code is on its way by itself.
    const again = await world.person();
    await begin(again, organization, email_address);
    await again.getByText("Enter passcode").waitFor();
    await type(again, await world.server.texted("+14155550132"));
    await isIn(again);
    clean(again);
  });

  test("an administrator asks everybody for a second factor", async () => {
    const organization = await world.organization({ organization_name: "Guild of Testers" });
    const admin = await world.member(organization, { email_address: emailAt(), roles: ["stytch_admin"] });
    const page = await world.person();
    await world.signIn(page, organization, admin.email_address);
    await world.open(page, "/settings");
    await page.getByText("Require MFA for all users").waitFor();
    await narrow(page, "mfa-08-policy");
    const box = page
      .getByRole("heading", { name: "Authentication settings", exact: true })
      .locator("xpath=ancestor::div[2]");
    await box.getByRole("button", { name: "Edit" }).click();
    await box.getByText("Require MFA for all users").click();
    await narrow(page, "mfa-09-policy-editing");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
    const { organization: now } = await world.backend("GET", `/organizations/${organization.organization_id}`);
    assert.equal(now.mfa_policy, "REQUIRED_FOR_ALL");
    // The settings ask for single sign-on and provisioning even where there is none.
    clean(page, /400 .*\/sdk\/v1\/b2b\/(scim|scim\/groups)$/);
  });
});
