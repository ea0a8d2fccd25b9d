// The ways into the hosted login that lead by others: accounts at OAuth providers, single sign-on, and passkeys.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, emailAt } from "./harness.mjs";
import { at, press, withoutScript } from "./hosted.mjs";
import { OidcProvider, SamlProvider, SocialProviders, freePort, missing } from "./identity-providers.mjs";

let world;
before(async () => {
  // Passkeys belong to names of hosts, which an address is not.
  const port = await freePort();
  const url = `http://localhost:${port}`;
  world = await World.start({ serve: ["--outbound-allow", "127.0.0.1", "--public-url", url], port });
  world.server.url = url;
});
after(() => world?.stop());

const of = (where, query = {}) => {
  const parameters = new URLSearchParams({ public_token: world.project.public_token, ...query });
  return `${world.server.url}${where}?${parameters}`;
};
const login = (organization, query) => of(organization ? `/login/${organization.organization_slug}` : "/login", query);
const link = (page, name) => page.getByRole("link", { name, exact: true });

async function authenticate(token, fields = {}) {
  const { project_id, secret } = world.project;
  const answer = await fetch(`${world.server.url}/v1/b2b/magic_links/authenticate`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${project_id}:${secret}`).toString("base64")}` },
    body: JSON.stringify({ magic_links_token: token, ...fields }),
  });
  return answer.json();
}

/** In the session of the pages, or in what an app has got: what was proven, in order. */
const proven = ({ member_session }) => member_session.authentication_factors.map(({ type }) => type);

async function byCode(page, email) {
  await page.getByLabel("Email address").fill(email);
  const code = await world.codeAfter(email, () => press(page, "Continue with email"));
  await page.getByLabel("Code", { exact: true }).pressSequentially(code);
}

describe("accounts elsewhere, and single sign-on", { skip: missing, concurrency: 2 }, () => {
  let oidc, saml, social;
  before(async () => {
    [oidc, saml, social] = await Promise.all([OidcProvider.start(), SamlProvider.start(), SocialProviders.start()]);
    await oidc.provide(world, "google");
    for (const name of ["github", "slack"]) await social.provide(world, name);
    // GitHub names its organizations only to who asks for them.
    await world.provide("github", ["--scopes", "read:org"], SocialProviders.client);
  });
  after(() => Promise.all([oidc, saml, social].map((one) => one?.stop())));

  test("without JavaScript: Google, and back to the app with what it gave", async () => {
    const organization = await world.organization();
    const { email_address } = await world.member(organization);
    const name = oidc.has(email_address, { hd: email_address.split("@")[1] });
    const page = await withoutScript(world);
    const [pkce_code_verifier, pkce_code_challenge] = ["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"];
    const asked = { redirect_url: world.redirectUrl, pkce_code_challenge, state: "a b&c", locale: "de" };
    await page.goto(login(organization, asked));
    await link(page, "Weiter mit Google").click();

    // Whoever turns back there is told, and begins anew as they had begun.
    await page.waitForURL((url) => url.origin === oidc.url);
    await page.getByText("Cancel").click();
    await page.waitForURL(/\/v1\/b2b\/oauth\/callback\//);
    await page.locator("main a[href*='/login']").click();
    await at(page, /^Bei .* anmelden$/);
    await link(page, "Weiter mit Google").click();

    page.outside = page.problems = [];
    await oidc.logIn(page, name);
    await at(page, "Noch ein Schritt");
    await press(page, "Weiter");
    await page.waitForURL((url) => url.origin === world.origin);
    const come = new URL(page.url()).searchParams;
    assert.equal(come.get("state"), "a b&c");
    assert.equal((await authenticate(come.get("token"))).error_type, "pkce_expected_code_verifier");
    const answer = await authenticate(come.get("token"), { pkce_code_verifier });
    assert.deepEqual(proven(answer), ["oauth"], JSON.stringify(answer));
    assert.equal(answer.member.email_address, email_address);
    await page.context().close();
  });

  test("GitHub, into an organization that lets its people in, once the address is proven", async () => {
    const [email, tenant] = [emailAt(), 100_000 + Math.floor(Math.random() * 1e8)];
    const organization = await world.organization({
      oauth_tenant_jit_provisioning: "RESTRICTED",
      allowed_oauth_tenants: { github: [String(tenant)] },
    });
    await social.tell({ email, id: tenant, login: "ada", organizations: [tenant], page: true });
    const page = await world.person();
    await page.goto(login());
    await at(page, /^Sign in to/, "every way");
    await link(page, "Continue with GitHub").click();
    await page.getByRole("button", { name: "Authorize" }).click();
    await page.getByRole("button", { name: organization.organization_name }).click();
    // GitHub's word is no proof of an address, and the page offers what is one.
    await page.getByText("asks you to show once more").waitFor();
    assert.deepEqual(await page.locator("main .ways a").allTextContents().then((all) => all.filter((text) => /GitHub|Slack/.test(text))), []);
    const mailed = await world.linkAfter(email, () => press(page, "Continue with email"));
    await page.goto(mailed.href);
    await at(page, "Your account");
    await press(page, "Sign out");
    // From now on the account is enough.
    await page.goto(login(organization));
    await link(page, "Continue with GitHub").click();
    await page.getByRole("button", { name: "Authorize" }).click();
    await page.getByText(`You are signed in to ${organization.organization_name}.`).waitFor();
    clean(page);
  });

  test("an organization that allows one provider shows that one only", async () => {
    const organization = await world.organization({ auth_methods: "RESTRICTED", allowed_auth_methods: ["slack_oauth"] });
    const page = await world.person();
    await page.goto(login(organization));
    await link(page, "Continue with Slack").waitFor();
    assert.deepEqual(await page.locator("main").getByRole("link").allTextContents(), ["Continue with Slack"]);
    assert.equal(await page.locator("main button:visible, main input:visible").count(), 0);
    clean(page);
  });

  test("single sign-on: OpenID Connect from the organization's page, SAML from the address", async () => {
    const domain = emailAt().split("@")[1];
    const organization = await world.organization({
      email_allowed_domains: [domain], email_jit_provisioning: "RESTRICTED", sso_jit_provisioning: "ALL_ALLOWED",
    });
    await oidc.connect(world, organization, { display_name: "Our OpenID" });
    await saml.connect(world, organization, { display_name: "Our SAML" });
    const page = await world.person();
    const name = oidc.has(emailAt(domain));
    await page.goto(login(organization, { state: "s" }));
    await link(page, "Continue with Our OpenID").click();
    await oidc.logIn(page, name);
    await page.getByText(`You are signed in to ${organization.organization_name}.`).waitFor();
    assert.match(page.url(), /state=s/);
    await press(page, "Sign out");

    const email = emailAt(domain);
    await page.goto(login());
    await page.getByLabel("Email address").fill(email);
    await press(page, "Single sign-on (SSO)");
    await at(page, "Sign in at your organization");
    await link(page, "Continue with Our SAML").click();
    await saml.logIn(page, email);
    await page.getByText(`You are signed in to ${organization.organization_name}.`).waitFor();
    clean(page);
  });
});

test("passkeys: made, named, signed in with, shown as a second factor, removed, and asked for", async () => {
  const organization = await world.organization({ mfa_policy: "OPTIONAL" });
  const { organization_id } = organization;
  const { email_address } = await world.member(organization);
  const page = await world.person();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  /** Whether somebody touches the authenticator whenever it asks. */
  const touches = (enabled) => cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  const settings = (fields) => world.backend("PUT", `/organizations/${organization_id}`, fields);
  const openLogin = async (where) => {
    await touches(false);
    await page.goto(login(where));
    await page.getByRole("heading", { name: /^Sign in to/ }).waitFor();
  };
  const signedIn = () => page.getByText(`You are signed in to ${organization.organization_name}.`).waitFor();
  const signOut = async () => {
    await touches(false);
    await press(page, "Sign out");
    await page.getByRole("heading", { name: /^Sign in to/ }).waitFor();
  };
  const usePasskey = async () => {
    await touches(true);
    await press(page, "Use a passkey");
  };

  await openLogin(organization);
  await settings({ auth_methods: "RESTRICTED", allowed_auth_methods: ["email_otp"], passkey_policy: "ALLOWED" });
  await page.reload();
  await byCode(page, email_address);
  await signedIn();
  await page.getByRole("listitem").filter({ hasText: "Your passkeys" }).getByRole("link").click();
  await at(page, "Create a passkey");
  assert.equal(await page.getByLabel("Name of the passkey").inputValue(), "Chrome, Linux");
  await page.getByLabel("Name of the passkey").fill("Laptop <b>");
  await touches(true);
  await press(page, "Create a passkey");
  await page.getByText("The passkey is ready to use.").waitFor();
  const row = page.getByRole("listitem").filter({ hasText: "Laptop <b>" });
  await row.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("dialog").getByLabel("Name of the passkey").fill("Key & lock");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("The passkey has its new name.").waitFor();
  await at(page, "Your account", "account with a passkey");
  // The authenticator has one already.
  await page.goto(of("/login/step/new-passkey"));
  await press(page, "Create a passkey");
  await page.getByText("You have a passkey here already.").waitFor();
  await page.goto(of("/account"));
  await signOut();

  for (const where of [organization, undefined]) {
    await openLogin(where);
    await usePasskey();
    await signedIn();
    await signOut();
  }
  // The browser offers it in the address field, too, and here somebody takes it at once.
  await touches(true);
  await page.goto(login(organization));
  await page.waitForURL(/\/account/);
  await signOut();

  // As a second factor, after a code.
  await settings({ mfa_policy: "REQUIRED_FOR_ALL" });
  await openLogin(organization);
  await byCode(page, email_address);
  await at(page, "Confirm that it is you", "second factor: passkey");
  await touches(true);
  await press(page, "Use your passkey");
  await signedIn();

  // One that was removed opens nothing, and where one is asked for, a new one is made.
  await page.getByRole("listitem").filter({ hasText: "Key & lock" }).getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("It is removed.").waitFor();
  await signOut();
  await openLogin(organization);
  await usePasskey();
  await page.getByText("not known here, or was removed").waitFor();
  page.problems.splice(0);
  await settings({ passkey_policy: "REQUIRED" });
  await cdp.send("WebAuthn.clearCredentials", { authenticatorId });
  await openLogin(organization);
  await byCode(page, email_address);
  await at(page, "Set up a second factor", "second factor: passkey to be made");
  assert.equal(await page.getByRole("button").filter({ visible: true }).count(), 0);
  await link(page, "Create a passkey").click();
  await touches(true);
  await press(page, "Create a passkey");
  await signedIn();
  clean(page);
});
