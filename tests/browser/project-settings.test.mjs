// Settings of a project that change what its pages do.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, done, emailAt, refused, session, shot } from "./harness.mjs";

/** A plain call to the browser API, as a page of the project would make it. */
async function plain(world, path, json) {
  const { public_token } = world.project;
  const answer = await fetch(`${world.server.url}/sdk/v1${path}`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${public_token}:${public_token}`).toString("base64")}`,
      "content-type": "application/json",
      origin: world.origin,
    },
    body: JSON.stringify(json),
  });
  return { status: answer.status, body: await answer.json() };
}

describe("a project that requires PKCE for links", () => {
  let world, organization;
  before(async () => {
    world = await World.start({ flags: () => ["--pkce-required-for-email-magic-links"] });
    organization = await world.organization({ organization_name: "Careful" });
  });
  after(() => world?.stop());

  const enterEmail = async (page, email) => {
    await page.getByPlaceholder("example@email.com").fill(email);
    await page.getByRole("button", { name: "Continue with email" }).click();
  };

  test("a link opens in the browser that asked for it, and in no other", async () => {
    const member = await world.member(organization);
    const page = await world.person();
    await world.open(page, `/o/${organization.organization_slug}`);
    const sent = page.waitForRequest((r) => r.url().endsWith("/magic_links/email/login_or_signup"));
    const link = await world.linkAfter(member.email_address, () =>
      enterEmail(page, member.email_address),
    );
    assert.match((await sent).postDataJSON().pkce_code_challenge, /^[\w-]{43}$/);

    const thief = await world.person();
    await thief.goto(link.href);
    await thief.waitForURL((url) => url.origin === world.origin);
    await thief.getByText("Looks like there was an error!").waitFor();
    await shot(thief, "pkce-01-other-browser");
    assert.equal(await thief.evaluate(() => window.client.session.getSync()), null);

    await world.follow(page, link);
    await page.getByText("You have successfully logged in").waitFor();
    await shot(page, "pkce-02-same-browser");
    assert.equal((await session(page)).member_id, member.member_id);
    clean(page, /status of 40\d/);
  });

  test("the same for discovery", async () => {
    const email = emailAt();
    const page = await world.person();
    await world.open(page, "/login");
    const sent = page.waitForRequest((r) => r.url().endsWith("/discovery/send"));
    const link = await world.linkAfter(email, () => enterEmail(page, email));
    assert.match((await sent).postDataJSON().pkce_code_challenge, /^[\w-]{43}$/);
    await page.goto(link.href);
    await page.getByText("Create an organization to get started").waitFor();
    clean(page, /status of 40\d/);
  });

  test("a page that leaves the challenge out is refused", async () => {
    for (const [path, fields] of [
      ["/b2b/magic_links/email/discovery/send", {}],
      ["/b2b/magic_links/email/login_or_signup", { organization_id: organization.organization_id }],
    ]) {
      const answer = await plain(world, path, { email_address: emailAt(), ...fields });
      assert.equal(answer.status, 400, path);
      assert.match(answer.body.error_type, /pkce/);
    }
  });
});

describe("a project whose pages do not create organizations", () => {
  let world;
  before(async () => {
    world = await World.start({
      flags: (origin) => [
        ...["--create-organization-enabled", "false"],
        ...["--max-session-duration-minutes", "45"],
        ...["--slug-pattern", `${new URL(origin).host}/t/{{slug}}/login`],
      ],
    });
    world.site.settings.sessionDurationMinutes = 30;
  });
  after(() => world?.stop());

  test("a person without one is told so, and the server insists", async () => {
    const email = emailAt();
    const page = await world.person();
    await world.open(page, "/login");
    const link = await world.linkAfter(email, async () => {
      await page.getByPlaceholder("example@email.com").fill(email);
      await page.getByRole("button", { name: "Continue with email" }).click();
    });
    await page.goto(link.href);
    await page.getByText(`${email} does not belong to any organizations.`).waitFor();
    await shot(page, "settings-01-no-organization");
    assert.equal(await page.getByText("Create an organization").count(), 0);
    clean(page);
    await refused(page, 401, "endpoint_not_authorized_for_sdk", (client) =>
      client.discovery.organizations.create({ session_duration_minutes: 30 }),
    );
  });

  test("the slug of the login page is found by the project's pattern", async () => {
    const organization = await world.organization({ organization_name: "Patterned" });
    const member = await world.member(organization);
    const page = await world.person();
    await world.open(page, `/t/${organization.organization_slug}/login`);
    await page.getByText("Continue to Patterned").waitFor();
    await shot(page, "settings-02-slug-pattern");
    const link = await world.linkAfter(member.email_address, async () => {
      await page.getByPlaceholder("example@email.com").fill(member.email_address);
      await page.getByRole("button", { name: "Continue with email" }).click();
    });
    await world.follow(page, link);
    const current = await session(page);
    assert.equal(current.organization_id, organization.organization_id);
    clean(page);
  });

  test("pages cannot ask for longer sessions than the project allows", async () => {
    const organization = await world.organization();
    const member = await world.member(organization);
    const page = await world.person();
    await world.signIn(page, organization, member.email_address);
    await done(page, (client) => client.session.authenticate({ session_duration_minutes: 45 }));
    await refused(
      page,
      400,
      ["invalid_session_duration_minutes", "invalid_session_duration"],
      (client) => client.session.authenticate({ session_duration_minutes: 46 }),
    );
    assert.ok(await session(page), "and stay signed in");
  });
});
