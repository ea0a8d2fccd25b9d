// Logging in by single sign-on, at identity providers with pages of their own.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, cookies, done, emailAt, refused, session, shot, unique } from "./harness.mjs";
import { OidcProvider, SamlProvider, missing } from "./identity-providers.mjs";

describe("single sign-on", { skip: missing, concurrency: 2 }, () => {
  let world, oidc, saml;
  before(async () => {
    [world, oidc, saml] = await Promise.all([
      World.start({
        serve: ["--outbound-allow", "127.0.0.1"],
        flags: (origin) => ["--redirect-url", `${origin}/empty`],
      }),
      OidcProvider.start(),
      SamlProvider.start(),
    ]);
  });
  after(() => Promise.all([world, oidc, saml].map((one) => one?.stop())));

  const loggedIn = async (page, email) => {
    await page.waitForURL((url) => url.origin === world.origin);
    await page.getByText("You have successfully logged in").waitFor();
    const current = await session(page);
    const self = await done(page, (client) => client.self.getSync());
    assert.equal(self.email_address, email);
    assert.equal(new URL(page.url()).searchParams.get("token"), null, "the token left the URL");
    return { current, self };
  };

  test("the prebuilt login, by OpenID Connect", async () => {
    const organization = await world.organization({ organization_name: "Analytical Engines" });
    const connection = await oidc.connect(world, organization, { display_name: "Keycloak" });
    const email = emailAt();
    const name = oidc.has(email);
    const page = await world.person();
    await world.open(page, `/s/${organization.organization_slug}`);
    const button = page.getByRole("button", { name: "Continue with Keycloak" });
    await button.waitFor();
    await shot(page, "sso-login-01-prebuilt");
    await button.click();
    await page.getByPlaceholder("Enter any login").waitFor();
    await shot(page, "sso-login-02-oidc-provider");
    await oidc.logIn(page, name);
    const { current, self } = await loggedIn(page, email);
    await shot(page, "sso-login-03-logged-in");
    assert.equal(current.organization_id, organization.organization_id);
    assert.equal(self.name, "Ada Lovelace");
    assert.deepEqual(self.sso_registrations.map((one) => [one.connection_id, one.external_id]), [
      [connection.connection_id, name],
    ]);
    assert.deepEqual(current.authentication_factors.map((factor) => factor.type), ["sso"]);
    clean(page);
  });

  test("the prebuilt login, by SAML, from another site", async () => {
    const organization = await world.organization({ organization_name: "Difference Engines" });
    const connection = await saml.connect(world, organization, { display_name: "Okta", identity_provider: "okta" });
    const email = emailAt();
    const page = await world.person();
    await world.open(page, `/s/${organization.organization_slug}`);
    const button = page.getByRole("button", { name: "Continue with Okta" });
    await button.waitFor();
    await shot(page, "sso-login-04-prebuilt-okta");
    await button.click();
    const posted = page.waitForRequest(connection.acs_url);
    await page.locator("input[name=email]").waitFor();
    await shot(page, "sso-login-05-saml-provider");
    const kept = Object.values(await cookies(page)).filter((cookie) => cookie.name.startsWith("__Host-guildhall_sso"));
    assert.deepEqual(kept.map(({ domain, secure, httpOnly, sameSite }) => [domain, secure, httpOnly, sameSite]), [
      ["127.0.0.1", true, true, "None"],
    ]);
    await saml.logIn(page, email);
    const headers = await (await posted).allHeaders();
    assert.equal(headers["sec-fetch-site"], "cross-site");
    assert.ok(headers.cookie.includes(kept[0].value));
    await loggedIn(page, email);
    await shot(page, "sso-login-06-logged-in");
    clean(page);
  });

  test("by discovery of connections", async () => {
    const domain = `${unique("engines")}.example`;
    const organization = await world.organization({ claimed_email_domains: [domain] });
    await saml.connect(world, organization);
    const email = emailAt(domain);
    const page = await world.person();
    await world.open(page, "/s");
    await page.getByRole("button", { name: "Use single sign-on" }).click();
    await page.getByRole("textbox").fill(email);
    await shot(page, "sso-login-07-discovery");
    await page.getByRole("button", { name: "Continue" }).click();
    await saml.logIn(page, email);
    await loggedIn(page, email);
    clean(page);
  });

  test("who may log in by nothing else is sent there from the list of organizations", async () => {
    const organization = await world.organization({
      organization_name: "Sealed",
      auth_methods: "RESTRICTED",
      allowed_auth_methods: ["sso"],
    });
    await saml.connect(world, organization);
    const { email_address } = await world.member(organization);
    const page = await world.person();
    await world.open(page, "/login");
    const link = await world.linkAfter(email_address, async () => {
      await page.getByPlaceholder("example@email.com").fill(email_address);
      await page.getByRole("button", { name: "Continue with email" }).click();
    });
    await page.goto(link.href);
    await page.getByText("Sealed").click();
    await saml.logIn(page, email_address);
    await loggedIn(page, email_address);
    clean(page);
  });

  test("an administrator tests a connection in the portal", async () => {
    const organization = await world.organization();
    await oidc.connect(world, organization, { display_name: "Tested" });
    const { email_address } = await world.member(organization, { roles: ["stytch_admin"] });
    const page = await world.person();
    await world.signIn(page, organization, email_address);
    await world.open(page, "/sso");
    await page.getByText("Tested").click();
    const button = page.getByRole("button", { name: "Test connection" });
    await button.waitFor();
    await shot(page, "sso-login-08-test-connection");
    await button.click();
    await oidc.logIn(page, oidc.has(email_address));
    const { current } = await loggedIn(page, email_address);
    assert.ok(current.authentication_factors.some((factor) => factor.type === "sso"));
    clean(page);
  });

  test("what is answered to one browser is refused in another", async () => {
    const organization = await world.organization();
    const connection = await saml.connect(world, organization);
    const pages = [await world.person(), await world.person()];
    for (const page of pages) {
      await page.goto(`${world.api}/v1/public/sso/start?${new URLSearchParams({
        public_token: world.project.public_token,
        connection_id: connection.connection_id,
      })}`);
    }
    const [page, other] = pages;
    await saml.fillIn(page, emailAt());
    await other.setContent(await page.content());
    await saml.goOn(other);
    await other.getByText("The login was begun in another browser").waitFor();
    await saml.goOn(page);
    await page.waitForURL((url) => url.origin === world.origin);
  });

  test("an identity provider begins by itself", async () => {
    const organization = await world.organization();
    const connection = await saml.connect(world, organization);
    const email = emailAt();
    const page = await world.person();
    await page.goto(connection.page);
    await saml.logIn(page, email);
    await loggedIn(page, email);
    clean(page);
  });

  test("who is refused reads why, on a page that fits", async () => {
    const organization = await world.organization();
    const connection = await saml.connect(world, organization, { mapping: { email: "mail" } });
    const page = await world.person();
    await page.goto(connection.page);
    await saml.logIn(page, emailAt());
    const [exchange] = (
      await world.backend("GET", `/sso/${organization.organization_id}/connections/${connection.connection_id}/exchanges`)
    ).exchanges;
    assert.match(exchange.reason, /from "mail".*Its attributes are: "displayName", "groups"/);
    await page.getByText(exchange.reason).waitFor();
    await page.getByText(exchange.request_id).waitFor();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await shot(page, `sso-login-09-refused-${width}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    }
  });

  test("a request that only a form may bring is sent by itself, or by a button", async () => {
    const organization = await world.organization();
    const connection = await saml.connect(world, organization, { settings: { binding: "post" } });
    const page = await world.person();
    await world.open(page, "/empty");
    const start = page.waitForRequest((request) => request.url().includes("/sso/start"));
    await page.evaluate(
      ([connection_id, login_redirect_url]) => window.client.sso.start({ connection_id, login_redirect_url }),
      [connection.connection_id, world.redirectUrl],
    );
    const { href } = new URL((await start).url());
    const email = emailAt();
    await saml.logIn(page, email);
    await loggedIn(page, email);
    clean(page);

    const context = await page.context().browser().newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(href);
    await shot(plain, "sso-login-10-form-without-scripts");
    await plain.getByRole("button", { name: "Continue" }).click();
    await saml.logIn(plain, email);
    await plain.waitForURL((url) => url.origin === world.origin && url.searchParams.get("stytch_token_type") === "sso");
  });
});

describe("single sign-on without screens, with PKCE and HttpOnly cookies", { skip: missing, concurrency: 2 }, () => {
  let world, oidc, organization, connection;
  const domain = `${unique("engines")}.example`;
  before(async () => {
    [world, oidc] = await Promise.all([
      World.start({
        serve: ["--outbound-allow", "127.0.0.1"],
        flags: (origin) => ["--http-only-cookies", "--pkce-required-for-sso", "--redirect-url", `${origin}/empty`],
      }),
      OidcProvider.start(),
    ]);
    // As in http-only.test.mjs.
    world.site.settings.options.customBaseUrl = "://";
    organization = await world.organization({ claimed_email_domains: [domain] });
    connection = await oidc.connect(world, organization, { display_name: "Headless", identity_provider: "okta" });
  });
  after(() => Promise.all([world, oidc].map((one) => one?.stop())));

  const start = (page, options = {}) =>
    page.evaluate((options) => window.client.sso.start(options), {
      connection_id: connection.connection_id,
      login_redirect_url: `${world.origin}/empty`,
      signup_redirect_url: `${world.origin}/empty`,
      ...options,
    });
  const back = async (page) => {
    await page.waitForURL((url) => url.origin === world.origin && url.searchParams.has("token"));
    return new URL(page.url()).searchParams.get("token");
  };
  const authenticate = (client, sso_token) => client.sso.authenticate({ sso_token, session_duration_minutes: 60 });

  test("from the connections of a domain to the session", async () => {
    const email = emailAt(domain);
    const page = await world.person();
    await world.open(page, "/empty");
    const { connections } = await done(page, (client, email) => client.sso.discoverConnections(email), email);
    assert.deepEqual(connections, [
      { connection_id: connection.connection_id, display_name: "Headless", identity_provider: "okta" },
    ]);
    assert.deepEqual((await done(page, (client, email) => client.sso.discoverConnections(email), emailAt())).connections, []);

    const asked = page.waitForRequest((request) => request.url().startsWith(connection.authorization_url));
    await start(page, { provider_params: { login_hint: email } });
    assert.equal(new URL((await asked).url()).searchParams.get("login_hint"), email);
    await oidc.logIn(page, oidc.has(email));
    const answer = await done(page, authenticate, await back(page));
    assert.equal(answer.member_authenticated, true);
    assert.equal(answer.member.email_address, email);
    assert.deepEqual([answer.session_token, answer.session_jwt], ["", ""]);
    const held = Object.values(await cookies(page)).filter((cookie) => cookie.httpOnly && cookie.domain === "localhost");
    assert.equal(held.length, 2, held.map((cookie) => cookie.name).join());
    const current = await session(page);
    await world.open(page, "/empty");
    assert.equal((await session(page)).member_session_id, current.member_session_id);
    // Before the login there was no session to be remembered.
    clean(page, /status of 401/);
  });

  test("a token is worth nothing in another browser", async () => {
    const page = await world.person();
    await world.open(page, "/empty");
    await start(page);
    await oidc.logIn(page, oidc.has(emailAt(domain)));
    const token = await back(page);
    const other = await world.person();
    await world.open(other, "/empty");
    await refused(other, 400, "pkce_expected_code_verifier", authenticate, token);
    await done(page, authenticate, token);
  });
});
