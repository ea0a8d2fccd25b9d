// Logging in with accounts at OAuth providers: Google (oidc-provider in its place), GitHub (a stand-in), and Google One Tap.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, done, emailAt, session, shot, unique } from "./harness.mjs";
import { OidcProvider, SocialProviders, missing } from "./identity-providers.mjs";

describe("accounts at OAuth providers", { skip: missing, concurrency: 2 }, () => {
  let world, google, social;
  before(async () => {
    [world, google, social] = await Promise.all([
      World.start({ serve: ["--outbound-allow", "127.0.0.1"] }),
      OidcProvider.start(),
      SocialProviders.start(),
    ]);
    await google.provide(world, "google");
    for (const name of ["github", "slack", "hubspot"]) await social.provide(world, name);
  });
  after(() => Promise.all([world, google, social].map((one) => one?.stop())));

  const loggedIn = async (page, email) => {
    await page.waitForURL((url) => url.origin === world.origin);
    const current = await session(page);
    const self = await done(page, (client) => client.self.getSync());
    assert.equal(self.email_address, email);
    assert.equal(new URL(page.url()).searchParams.get("token"), null, "the token left the URL");
    return { current, self };
  };

  const wideAndNarrow = async (page, name) => {
    await shot(page, `${name}-1280`);
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(page, `${name}-390`);
    await page.setViewportSize({ width: 1280, height: 900 });
  };

  test("the prebuilt login of an organization, by Google", async () => {
    const email = emailAt();
    const organization = await world.organization({ organization_name: "Analytical Engines" });
    await world.member(organization, { email_address: email });
    const name = google.has(email, { hd: email.split("@")[1] });
    const page = await world.person();
    await page.setViewportSize({ width: 1280, height: 900 });
    await world.open(page, `/a/${organization.organization_slug}`);
    for (const each of ["Google", "Microsoft", "GitHub", "Slack", "HubSpot"]) {
      await page.getByRole("button", { name: new RegExp(`Continue with ${each}`, "i") }).waitFor();
    }
    await wideAndNarrow(page, "oauth-01-prebuilt");
    await page.getByRole("button", { name: "Continue with Google" }).click();
    await google.logIn(page, name);
    const { current, self } = await loggedIn(page, email);
    assert.equal(current.organization_id, organization.organization_id);
    assert.deepEqual(self.oauth_registrations.map((one) => [one.provider_type, one.provider_subject]), [["Google", name]]);
    assert.deepEqual(current.authentication_factors.map((factor) => factor.delivery_method), ["oauth_google"]);
    clean(page);
  });

  test("an organization that allows one provider shows that one only", async () => {
    const organization = await world.organization({ auth_methods: "RESTRICTED", allowed_auth_methods: ["github_oauth"] });
    const page = await world.person();
    await world.open(page, `/a/${organization.organization_slug}`);
    await page.getByRole("button", { name: "Continue with GitHub" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /Continue with/ }).count(), 1);
    clean(page);
  });

  test("discovery, by GitHub, into an organization that lets in people of a GitHub organization", async () => {
    const [email, tenant] = [emailAt(), 100_000 + Math.floor(Math.random() * 1e8)];
    const organization = await world.organization({
      organization_name: "Difference Engines",
      oauth_tenant_jit_provisioning: "RESTRICTED",
      allowed_oauth_tenants: { github: [String(tenant)] },
    });
    await social.tell({ email, id: tenant, login: unique("ada"), organizations: [7, tenant], page: true });
    const page = await world.person();
    await page.setViewportSize({ width: 1280, height: 900 });
    await world.open(page, "/a");
    await page.getByRole("button", { name: "Continue with GitHub" }).click();
    await page.getByRole("button", { name: "Authorize" }).click();
    await page.getByText("Difference Engines").waitFor();
    await wideAndNarrow(page, "oauth-02-discovered");
    await page.getByText("Difference Engines").click();
    // GitHub's word about an address is no proof that it is read now: a mail is.
    const mailMe = page.getByRole("button", { name: "Email me a link" });
    await mailMe.waitFor();
    await wideAndNarrow(page, "oauth-03-prove-the-address");
    const link = await world.linkAfter(email, () => mailMe.click());
    await page.goto(link.href);
    const { current, self } = await loggedIn(page, email);
    assert.equal(current.organization_id, organization.organization_id);
    assert.deepEqual(self.oauth_registrations.map((one) => one.provider_type), ["GitHub"]);
    clean(page);
  });

  test("Google One Tap, in the prebuilt login and headless", async () => {
    const email = emailAt();
    const organization = await world.organization();
    await world.member(organization, { email_address: email });
    const name = google.has(email);
    const claims = { sub: name, email, email_verified: true, hd: email.split("@")[1], name: "Ada Lovelace" };
    const page = await world.person();
    // Google's script is the one thing here that is not as it is in the world: somebody taps at once. The last page that has
    // called initialize is told, as by Google's; the SDK prompts twice.
    await page.route("https://accounts.google.com/gsi/client", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: `window.google = { accounts: { id: {
          initialize: (settings) => {
            window.oneTap = settings;
            sessionStorage.tappedFor = settings.client_id;
          },
          prompt: (tell) => {
            tell({ isSkippedMoment: () => false, isNotDisplayed: () => false, isDismissedMoment: () => false });
            clearTimeout(window.tap);
            window.tap = setTimeout(() => window.credential && window.oneTap.callback({ credential: window.credential }), 300);
          },
        } } };`,
      }),
    );
    await page.addInitScript((credential) => {
      if (location.pathname.startsWith("/g")) window.credential = credential;
    }, google.credential(claims));
    await world.open(page, `/g/${organization.organization_slug}`);
    const { current, self } = await loggedIn(page, email);
    assert.equal(current.organization_id, organization.organization_id);
    assert.deepEqual(current.authentication_factors.map((factor) => factor.delivery_method), ["oauth_google"]);
    assert.deepEqual(self.oauth_registrations.map((one) => one.provider_subject), [name]);
    assert.equal(await page.evaluate(() => sessionStorage.tappedFor), google.client.client_id);
    await done(page, (client) => client.session.revoke());

    await world.open(page, "/");
    await page.evaluate((credential) => (window.credential = credential), google.credential(claims));
    const begun = await done(
      page,
      (client, url) => client.oauth.googleOneTap.discovery.start({ discovery_redirect_url: url }),
      world.redirectUrl,
    );
    assert.equal(begun.success, true, JSON.stringify(begun));
    await page.getByText(organization.organization_name).waitFor();
    page.outside = page.outside.filter((one) => !one.startsWith("https://accounts.google.com/gsi/client"));
    clean(page);
  });
});
