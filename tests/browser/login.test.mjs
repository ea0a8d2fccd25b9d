// The prebuilt login in a real browser: sign up by discovery, sign in by organization.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  World,
  clean,
  cookies,
  done,
  emailAt,
  session,
  shot,
  unique,
} from "./harness.mjs";

describe("the prebuilt login", () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world?.stop());

  const enterEmail = async (page, email) => {
    await page.getByPlaceholder("example@email.com").fill(email);
    await page.getByRole("button", { name: "Continue with email" }).click();
  };

  test("a new person signs up by e-mail link and creates an organization", async () => {
    const page = await world.person();
    const domain = `${unique("startup")}.example`;
    const email = emailAt(domain);

    await world.open(page, "/login");
    await page.getByText("Sign up or log in").waitFor();
    await shot(page, "login-01-discovery");
    const link = await world.linkAfter(email, () => enterEmail(page, email));
    await page.getByText("Check your email").waitFor();
    await shot(page, "login-02-check-your-email");

    // What a mail scanner does with a link uses nothing up.
    assert.equal(link.pathname, "/v1/magic_links/redirect");
    assert.equal(link.searchParams.get("stytch_token_type"), "discovery");
    for (const method of ["HEAD", "GET", "GET"]) {
      const answer = await fetch(link, { method, redirect: "manual" });
      assert.equal(answer.status, 200, method);
    }

    await page.goto(link.href);
    await page.waitForURL((url) => url.origin === world.origin);
    await page.getByText("Create an organization to get started").waitFor();
    await shot(page, "login-03-no-organization-yet");
    assert.equal(new URL(page.url()).searchParams.get("token"), null, "the token left the URL");
    const before = await cookies(page);
    assert.ok(before.stytch_intermediate_session_token?.value.length > 20);
    assert.equal(before.stytch_session, undefined);

    await page.getByRole("button", { name: "Create an organization" }).click();
    await page.getByText("You have successfully logged in").waitFor();
    await shot(page, "login-04-signed-in");

    const current = await session(page);
    assert.match(current.member_session_id, /session-test-/);
    assert.deepEqual([...current.roles].sort(), ["stytch_admin", "stytch_member"]);
    const after = await cookies(page);
    assert.ok(after.stytch_session.value.length >= 40);
    assert.equal(after.stytch_session.httpOnly, false);
    assert.equal(after.stytch_session_jwt.value.split(".").length, 3);
    assert.equal(after.stytch_intermediate_session_token, undefined);
    const minutes = (after.stytch_session.expires - Date.now() / 1000) / 60;
    assert.ok(minutes > 55 && minutes < 61, `the cookie lasts ${minutes} minutes`);

    const self = await done(page, (client) => client.self.getSync());
    assert.equal(self.email_address, email);
    assert.equal(self.is_admin, true);
    const organization = await done(page, (client) => client.organization.getSync());
    assert.ok(organization.organization_name.toLowerCase().includes(domain.split(".")[0]));

    const events = await page.evaluate(() => window.events);
    assert.ok(events.includes("AUTHENTICATE_FLOW_COMPLETE"), events.join());
    clean(page);

    // And again, with another browser, through the organization's own page.
    const again = await world.person();
    await world.open(again, `/o/${organization.organization_slug}`);
    await again.getByText(`Continue to ${organization.organization_name}`).waitFor();
    await shot(again, "login-05-organization");
    const second = await world.linkAfter(email, () => enterEmail(again, email));
    await again.getByText("Check your email").waitFor();
    assert.equal(second.searchParams.get("stytch_token_type"), "multi_tenant_magic_links");
    await world.follow(again, second);
    await again.getByText("You have successfully logged in").waitFor();
    await shot(again, "login-06-signed-in-again");
    const other = await session(again);
    assert.equal(other.member_id, current.member_id);
    assert.notEqual(other.member_session_id, current.member_session_id);
    clean(again);

    // A link works once: its page says so, and so does the application if it is asked directly.
    await again.context().clearCookies();
    const answer = await again.goto(second.href);
    assert.equal(answer.status(), 404);
    await again.getByText("This link has been used").waitFor();
    await shot(again, "login-07-link-used-up");
    const direct = new URLSearchParams({
      stytch_token_type: "multi_tenant_magic_links",
      token: second.searchParams.get("token"),
    });
    await world.open(again, `/authenticate?${direct}`);
    await again.getByText("Your login link may have expired").waitFor();
    await shot(again, "login-08-token-used-up");
    assert.equal(await again.evaluate(() => window.client.session.getSync()), null);
  });

  test("someone with several memberships chooses, accepts, joins", async () => {
    const domain = `${unique("joint")}.example`;
    const email = emailAt(domain);
    const mine = await world.organization({ organization_name: "Member Here" });
    await world.member(mine, { email_address: email });
    const inviting = await world.organization({ organization_name: "Invited Here" });
    await world.linkAfter(email, () =>
      world.backend("POST", "/magic_links/email/invite", {
        organization_id: inviting.organization_id,
        email_address: email,
      }),
    );
    const open = await world.organization({
      organization_name: "Domain Here",
      email_allowed_domains: [domain],
      email_jit_provisioning: "RESTRICTED",
      email_invites: "ALL_ALLOWED",
    });
    const colleague = await world.member(open, { email_address: emailAt(domain) });
    await world.signIn(await world.person(), open, colleague.email_address);

    const page = await world.person();
    await world.open(page, "/login");
    const link = await world.linkAfter(email, () => enterEmail(page, email));
    await page.goto(link.href);
    await page.getByText("Select an organization to continue").waitFor();
    for (const name of ["Member Here", "Invited Here", "Domain Here"]) {
      await page.getByText(name).waitFor();
    }
    await page.getByText("Accept Invite").waitFor();
    await page.getByText("Join", { exact: true }).waitFor();
    await shot(page, "login-09-choose-organization");
    await page.getByText("Domain Here").click();
    await page.getByText("You have successfully logged in").waitFor();
    const current = await session(page);
    assert.equal(current.organization_id, open.organization_id);
    assert.deepEqual(current.roles, ["stytch_member"]);
    clean(page);
  });

  test("a scanner in a real browser does not use a link up, a person behind it can go on", async () => {
    const organization = await world.organization({ organization_name: "Scanned" });
    const member = await world.member(organization);
    const scanner = await world.person({ automated: true });
    assert.equal(await scanner.evaluate(() => navigator.webdriver), true);
    const link = await world.linkAfter(member.email_address, () =>
      world.backend("POST", "/magic_links/email/login_or_signup", {
        organization_id: organization.organization_id,
        email_address: member.email_address,
      }),
    );
    await scanner.goto(link.href);
    // The script of the page has run, and has asked for nothing more.
    await scanner.waitForLoadState("networkidle");
    assert.equal(new URL(scanner.url()).pathname, "/v1/magic_links/redirect", "it stays");
    await shot(scanner, "login-13-mailed-link");
    await scanner.getByRole("link", { name: "Continue to Scanned" }).click();
    await scanner.waitForURL((url) => url.origin === world.origin);
    assert.equal((await session(scanner)).member_id, member.member_id);
    clean(scanner);
  });

  test("a stranger learns nothing on the organization's page, and gets no mail", async () => {
    const closed = await world.organization({ organization_name: "Closed Shop" });
    const member = await world.member(closed);
    const page = await world.person();
    await world.open(page, `/o/${closed.organization_slug}`);
    await page.getByText("Continue to Closed Shop").waitFor();
    const email = emailAt();
    await enterEmail(page, email);
    await page.getByText("Check your email").waitFor();
    await shot(page, "login-10-stranger");

    await world.open(page, `/o/${closed.organization_slug}`);
    await world.linkAfter(member.email_address, () => enterEmail(page, member.email_address));
    await page.getByText("Check your email").waitFor();
    assert.equal(world.mail.to(email).length, 0);
  });

  test("an organization that does not exist has no page", async () => {
    const page = await world.person();
    await world.open(page, `/o/${unique("nowhere")}`);
    await page.getByText("The organization you are looking for could not be found").waitFor();
    await shot(page, "login-11-unknown-organization");
    assert.equal(await page.getByPlaceholder("example@email.com").count(), 0);
  });

  test("where a second factor is required the login does not end at the link", async () => {
    const strict = await world.organization({
      organization_name: "Strict",
      mfa_policy: "REQUIRED_FOR_ALL",
      email_invites: "ALL_ALLOWED",
    });
    const member = await world.member(strict);
    const page = await world.person();
    await world.open(page, `/o/${strict.organization_slug}`);
    const link = await world.linkAfter(member.email_address, () =>
      enterEmail(page, member.email_address),
    );
    await page.goto(link.href);
    await page.getByText("Set up Multi-Factor Authentication").waitFor();
    await shot(page, "login-12-second-factor");
    assert.equal(await page.evaluate(() => window.client.session.getSync()), null);
    assert.ok((await cookies(page)).stytch_intermediate_session_token);
  });
});
