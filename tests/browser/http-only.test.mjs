// Sessions in HttpOnly cookies, which the page's scripts never see.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TlsProxy, World, clean, cookies, done, emailAt, session, shot } from "./harness.mjs";

/** Lets Chromium find both hosts of the domain at the proxy. */
function ownDomain({ port }) {
  const rules = ["auth.example.test", "app.example.test"].map(
    (host) => `MAP ${host}:443 127.0.0.1:${port}`,
  );
  return [`--host-resolver-rules=${rules.join(",")}`, "--ignore-certificate-errors"];
}

/** What both set-ups must do. */
function behaves(start, { secure }) {
  let world, stop, person;
  before(async () => {
    ({ world, stop, person } = await start());
  });
  after(() => stop?.());

  const kept = async (page) =>
    Object.values(await cookies(page)).filter((cookie) => cookie.httpOnly && cookie.value);

  test("signing up, and being remembered", async () => {
    const page = await person();
    const email = emailAt();
    await world.open(page, "/login");
    const link = await world.linkAfter(email, async () => {
      await page.getByPlaceholder("example@email.com").fill(email);
      await page.getByRole("button", { name: "Continue with email" }).click();
    });
    const proven = page.waitForResponse((r) => r.url().endsWith("/magic_links/discovery/authenticate"));
    await page.goto(link.href);
    const first = (await (await proven).json()).data;
    assert.equal(first.intermediate_session_token, "");
    assert.equal(first.email_address, email);
    await page.getByText("Create an organization to get started").waitFor();
    assert.equal((await kept(page)).length, 1, "the proof is in one cookie");

    const created = page.waitForResponse((r) => r.url().endsWith("/discovery/organizations/create"));
    await page.getByRole("button", { name: "Create an organization" }).click();
    const answer = (await (await created).json()).data;
    assert.equal(answer.session_token, "");
    assert.equal(answer.session_jwt, "");
    assert.equal(answer.intermediate_session_token, "");
    assert.equal(answer.member_authenticated, true);
    await page.getByText("You have successfully logged in").waitFor();
    await shot(page, `http-only-${secure ? "tls" : "localhost"}-01-signed-in`);
    const current = await session(page);

    assert.equal(await page.evaluate(() => document.cookie.includes("stytch_session")), false);
    const held = await kept(page);
    assert.equal(held.length, 2, held.map((c) => c.name).join());
    for (const cookie of held) {
      assert.equal(cookie.httpOnly, true);
      assert.equal(cookie.sameSite, "Lax");
      if (secure) assert.equal(cookie.secure, true);
      assert.equal(cookie.path, "/");
    }
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    for (const { value } of held) assert.ok(!stored.includes(value), "no token in local storage");

    await world.open(page, "/empty");
    assert.equal((await session(page)).member_session_id, current.member_session_id);
    await page.reload();
    assert.equal((await session(page)).member_session_id, current.member_session_id);
    const self = await done(page, (client) => client.self.get());
    assert.equal(self.email_address, email);

    const refreshed = await done(page, (client) =>
      client.session.authenticate({ session_duration_minutes: 120 }),
    );
    assert.equal(refreshed.session_token, "");
    assert.equal(refreshed.member_session.member_session_id, current.member_session_id);

    // The admin portal works on cookies alone.
    await world.open(page, "/members");
    await page.getByText(email).waitFor();
    await shot(page, `http-only-${secure ? "tls" : "localhost"}-02-members`);

    await done(page, (client) => client.session.revoke());
    assert.deepEqual(await kept(page), [], "revoking clears the cookies");
    assert.equal(await page.evaluate(() => window.client.session.getSync()), null);
    await page.reload();
    await page.waitForFunction(() => window.client && window.client.session.getSync() === null);
    clean(page, /status of 40[14]/, /Unparseable|Invalid|custom/i);
  });

  test("a member's link signs in, and the backend can use the cookie's token", async () => {
    const organization = await world.organization();
    const member = await world.member(organization);
    const page = await person();
    await world.signIn(page, organization, member.email_address);
    const current = await session(page);
    assert.equal(current.member_id, member.member_id);
    const opaque = (await kept(page)).find((cookie) => cookie.value.split(".").length !== 3);
    const answer = await world.backend("POST", "/sessions/authenticate", {
      session_token: decodeURIComponent(opaque.value),
    });
    assert.equal(answer.member_session.member_session_id, current.member_session_id);
  });

  test("another site's page cannot use the cookie", async () => {
    const organization = await world.organization();
    const member = await world.member(organization);
    const page = await person();
    await world.signIn(page, organization, member.email_address);
    const held = (await kept(page)).map((c) => `${c.name}=${c.value}`).join("; ");
    const { public_token } = world.project;
    const ask = (origin) =>
      fetch(`${world.server.url}/sdk/v1/b2b/sessions/authenticate`, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`${public_token}:${public_token}`).toString("base64")}`,
          "content-type": "application/json",
          cookie: held,
          ...(origin && { origin }),
        },
        body: "{}",
      });
    assert.equal((await ask(world.origin)).status, 200);
    const stolen = await ask("https://evil.example");
    assert.equal(stolen.status, 401);
    assert.equal(stolen.headers.get("set-cookie"), null);
    // All that the page learns is that it is not registered.
    assert.equal((await stolen.json()).error_type, "bad_domain_for_stytch_sdk");
  });
}

describe("HttpOnly cookies on localhost", () => {
  behaves(
    async () => {
      const world = await World.start({ flags: () => ["--http-only-cookies"] });
      // An unparseable custom address switches the SDK to HttpOnly mode
      // and leaves the addresses below in force.
      world.site.settings.options.customBaseUrl = "://";
      return { world, stop: () => world.stop(), person: () => world.person() };
    },
    { secure: false },
  );
});

describe("HttpOnly cookies on a domain of one's own, with TLS", () => {
  behaves(
    async () => {
      const api = "https://auth.example.test";
      const world = await World.start({
        flags: () => ["--http-only-cookies"],
        origin: "https://app.example.test",
        api,
        options: { customBaseUrl: api },
        serve: ["--public-url", api],
      });
      const proxy = await TlsProxy.start({
        "auth.example.test": world.server.port,
        "app.example.test": world.site.port,
      });
      const args = ownDomain(proxy);
      return {
        world,
        person: () => world.person({ args }),
        stop: async () => {
          await world.stop();
          await proxy.stop();
        },
      };
    },
    { secure: true },
  );
});

describe("a domain of one's own, with cookies kept by scripts", () => {
  let world, proxy, person;
  before(async () => {
    const api = "https://auth.example.test";
    world = await World.start({
      origin: "https://app.example.test",
      api,
      options: { customBaseUrl: api },
      serve: ["--public-url", api],
    });
    proxy = await TlsProxy.start({
      "auth.example.test": world.server.port,
      "app.example.test": world.site.port,
    });
    person = () => world.person({ args: ownDomain(proxy) });
  });
  after(async () => {
    await world?.stop();
    await proxy?.stop();
  });

  test("customBaseUrl alone is enough", async () => {
    const organization = await world.organization();
    const member = await world.member(organization);
    const page = await person();
    const link = await world.linkAfter(member.email_address, () =>
      world.backend("POST", "/magic_links/email/login_or_signup", {
        organization_id: organization.organization_id,
        email_address: member.email_address,
      }),
    );
    assert.equal(link.origin, "https://auth.example.test", "links begin with the public URL");
    await world.follow(page, link);
    const current = await session(page);
    assert.equal(current.member_id, member.member_id);
    const held = await cookies(page);
    assert.equal(held.stytch_session.secure, true);
    await page.getByText("You have successfully logged in").waitFor();
    await shot(page, "custom-domain-01");
    await world.open(page, "/empty");
    assert.equal((await session(page)).member_session_id, current.member_session_id);
  });
});
