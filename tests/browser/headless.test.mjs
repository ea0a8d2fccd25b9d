// The SDK's client without its screens.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Site, World, call, clean, cookies, done, emailAt, refused, session } from "./harness.mjs";

describe("the headless client", () => {
  let world, organization;
  before(async () => {
    world = await World.start();
    organization = await world.organization({ organization_name: "Headless" });
  });
  after(() => world?.stop());

  const signedIn = async (fields = {}) => {
    const member = await world.member(organization, fields);
    const page = await world.person();
    await world.signIn(page, organization, member.email_address);
    return { page, member };
  };

  test("a reload restores the session", async () => {
    const { page, member } = await signedIn();
    const before = await session(page);
    await page.waitForURL((url) => !url.searchParams.has("token"));
    await world.open(page, "/empty");
    const restored = await session(page);
    assert.equal(restored.member_session_id, before.member_session_id);
    const checked = page.waitForResponse(
      (r) => r.url().endsWith("/b2b/sessions/authenticate") && r.request().method() === "POST",
    );
    await page.reload();
    assert.equal((await checked).status(), 200);
    assert.equal((await session(page)).member_session_id, before.member_session_id);
    const self = await done(page, (client) => client.self.get());
    assert.equal(self.member_id, member.member_id);
    const mine = await done(page, (client) => client.organization.get());
    assert.equal(mine.organization_id, organization.organization_id);
    clean(page);
  });

  test("refresh extends the session and renews the JWT", async () => {
    const { page } = await signedIn();
    await world.open(page, "/empty");
    const before = await session(page);
    const jwt = (await cookies(page)).stytch_session_jwt.value;
    const answer = await done(page, (client) =>
      client.session.authenticate({ session_duration_minutes: 240 }),
    );
    assert.equal(answer.status_code, 200);
    assert.match(answer.request_id, /^request-id-test-/);
    assert.equal(answer.member_session.member_session_id, before.member_session_id);
    const minutes = (Date.parse(answer.member_session.expires_at) - Date.now()) / 60_000;
    assert.ok(minutes > 238 && minutes < 241, `${minutes}`);
    const now = await cookies(page);
    assert.equal(now.stytch_session_jwt.value.split(".").length, 3);
    assert.notEqual(now.stytch_session_jwt.value, jwt);
    assert.ok(now.stytch_session.expires > Date.now() / 1000 + 230 * 60);
    clean(page);
  });

  test("revoke ends it, here and on the server", async () => {
    const { page } = await signedIn();
    await world.open(page, "/empty");
    await session(page);
    const token = (await cookies(page)).stytch_session.value;
    await done(page, (client) => client.session.revoke());
    assert.equal(await page.evaluate(() => window.client.session.getSync()), null);
    const left = await cookies(page);
    assert.equal(left.stytch_session, undefined);
    assert.equal(left.stytch_session_jwt, undefined);
    const answer = await fetch(`${world.server.url}/v1/b2b/sessions/authenticate`, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${world.project.project_id}:${world.project.secret}`)}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ session_token: token }),
    });
    assert.equal(answer.status, 404);
    assert.equal((await answer.json()).error_type, "session_not_found");
  });

  test("a session ended elsewhere signs the browser out at the next check", async () => {
    const { page, member } = await signedIn();
    await world.open(page, "/empty");
    await session(page);
    await world.backend("POST", "/sessions/revoke", { member_id: member.member_id });
    await page.reload();
    await page.waitForFunction(() => window.client && window.client.session.getSync() === null);
    assert.equal((await cookies(page)).stytch_session, undefined);
  });

  test("a stale token does not stand in the way of public calls", async () => {
    const { page, member } = await signedIn();
    await world.open(page, "/empty");
    await session(page);
    await world.backend("POST", "/sessions/revoke", { member_id: member.member_id });
    const found = await done(
      page,
      (client, organization_slug) => client.organization.getBySlug({ organization_slug }),
      organization.organization_slug,
    );
    assert.equal(found.organization.organization_id, organization.organization_id);
    const bootstrap = await page.evaluate(async ({ api, publicToken }) => {
      const token = document.cookie.match(/stytch_session=([^;]+)/)?.[1];
      const answer = await fetch(`${api}/sdk/v1/projects/bootstrap/${publicToken}`, {
        credentials: "include",
        headers: { authorization: `Basic ${btoa(`${publicToken}:${token}`)}` },
      });
      return { status: answer.status, body: await answer.json() };
    }, { api: world.api, publicToken: world.project.public_token });
    assert.equal(bootstrap.status, 200);
    assert.equal(bootstrap.body.data.vertical, "B2B");
  });

  test("bootstrap has every field the SDK needs", async () => {
    const answer = await fetch(
      `${world.server.url}/sdk/v1/projects/bootstrap/${world.project.public_token}`,
      { headers: { origin: world.origin } },
    );
    assert.equal(answer.status, 200);
    const { data } = await answer.json();
    assert.equal(data.status_code, 200);
    assert.match(data.request_id, /^request-id-test-/);
    assert.equal(data.project_name, "Browser tests");
    assert.equal(data.cname_domain, null);
    assert.ok(Array.isArray(data.email_domains));
    assert.deepEqual(data.captcha_settings, { enabled: false });
    assert.ok("password_config" in data);
    assert.ok("slug_pattern" in data);
    assert.equal(data.create_organization_enabled, true);
    assert.equal(data.vertical, "B2B");
    for (const flag of ["email_magic_links", "password_resets", "oauth", "sso"]) {
      assert.equal(typeof data[`pkce_required_for_${flag}`], "boolean", flag);
    }
    const roles = data.rbac_policy.roles.map((role) => role.role_id);
    assert.ok(roles.includes("stytch_member") && roles.includes("stytch_admin"));
    const unknown = await fetch(
      `${world.server.url}/sdk/v1/projects/bootstrap/public-token-test-00000000-0000-4000-8000-000000000000`,
      { headers: { origin: world.origin } },
    );
    assert.ok(unknown.status >= 400 && unknown.status < 500, `${unknown.status}`);
  });

  test("the public look-up of an organization tells only what a login page needs", async () => {
    const page = await world.person();
    await world.open(page, "/empty");
    const { organization: found } = await done(
      page,
      (client, organization_slug) => client.organization.getBySlug({ organization_slug }),
      organization.organization_slug,
    );
    assert.equal(found.organization_name, "Headless");
    assert.equal("trusted_metadata" in found, false);
    assert.equal("rbac_email_implicit_role_assignments" in found, false);
    const none = await done(page, (client) =>
      client.organization.getBySlug({ organization_slug: "no-such-slug" }),
    );
    assert.equal(none.organization, null);
  });

  test("exchange moves to another organization", async () => {
    const { page, member } = await signedIn();
    await world.open(page, "/empty");
    await session(page);
    const other = await world.organization();
    await world.member(other, { email_address: member.email_address });
    const list = await done(page, (client) => client.discovery.organizations.list());
    assert.deepEqual(
      list.discovered_organizations.map((d) => d.organization.organization_id).sort(),
      [organization.organization_id, other.organization_id].sort(),
    );
    const answer = await done(
      page,
      (client, organization_id) =>
        client.session.exchange({ organization_id, session_duration_minutes: 60 }),
      other.organization_id,
    );
    assert.equal(answer.member_authenticated, true);
    assert.equal((await session(page)).organization_id, other.organization_id);
  });

  test("trusted metadata cannot be written from a browser", async () => {
    const { page } = await signedIn({ roles: ["stytch_admin"] });
    await world.open(page, "/empty");
    await session(page);
    for (const body of [
      (client) => client.self.update({ trusted_metadata: { rich: true } }),
      (client) => client.organization.update({ trusted_metadata: { plan: "free" } }),
    ]) {
      const { answer, error } = await call(page, body);
      if (error) assert.ok(error.status_code >= 400 && error.status_code < 500, JSON.stringify(error));
      else {
        const changed = answer.member ?? answer.organization;
        assert.deepEqual(changed.trusted_metadata ?? {}, {});
      }
    }
    const self = await done(page, (client) => client.self.get());
    assert.deepEqual(self.trusted_metadata ?? {}, {});
  });

  test("members are created, changed and removed by an administrator", async () => {
    const { page } = await signedIn({ roles: ["stytch_admin"] });
    await world.open(page, "/empty");
    await session(page);
    const email_address = emailAt();
    const created = await done(
      page,
      (client, email_address) =>
        client.organization.members.create({ email_address, name: "Made here" }),
      email_address,
    );
    assert.equal(created.member.email_address, email_address);
    const { member_id } = created.member;
    const updated = await done(
      page,
      (client, member_id) =>
        client.organization.members.update({ member_id, roles: ["stytch_admin"] }),
      member_id,
    );
    assert.equal(updated.member.is_admin, true);
    const found = await done(
      page,
      (client, id) =>
        client.organization.members.search({
          query: { operator: "AND", operands: [{ filter_name: "member_ids", filter_value: [id] }] },
        }),
      member_id,
    );
    assert.equal(found.results_metadata.total, 1);
    const deleted = await done(
      page,
      (client, id) => client.organization.members.delete(id),
      member_id,
    );
    assert.equal(deleted.member_id, member_id);
    await refused(
      page,
      404,
      "member_not_found",
      (client, member_id) => client.organization.members.update({ member_id, name: "Ghost" }),
      member_id,
    );
  });

  describe("from an origin that is not registered", () => {
    test("the SDK can show why, and nothing happens", async () => {
      const foreign = await Site.start(world.site.settings);
      try {
        const page = await world.person();
        await page.goto(`${foreign.origin}/empty`);
        const email_address = emailAt();
        const { error } = await call(
          page,
          (client, email_address) => client.magicLinks.email.discovery.send({ email_address }),
          email_address,
        );
        assert.ok(error, "the call fails");
        assert.equal(error.status_code, 401);
        assert.equal(error.error_type, "bad_domain_for_stytch_sdk");
        assert.ok(error.error_message.includes(`--add-origin ${foreign.origin}`), error.error_message);
        const direct = await page.evaluate(async ({ api, publicToken }) => {
          try {
            const answer = await fetch(`${api}/sdk/v1/projects/bootstrap/${publicToken}`, {
              headers: { authorization: `Basic ${btoa(`${publicToken}:${publicToken}`)}` },
              credentials: "include",
            });
            return answer.status;
          } catch (error) {
            return String(error);
          }
        }, { api: world.api, publicToken: world.project.public_token });
        assert.equal(direct, 401);
        assert.equal(world.mail.to(email_address).length, 0);
      } finally {
        await foreign.stop();
      }
    });

    test("even a call that needs no preflight is refused", async () => {
      const path = "/sdk/v1/b2b/magic_links/email/discovery/send";
      const { public_token } = world.project;
      const headers = {
        authorization: `Basic ${Buffer.from(`${public_token}:${public_token}`).toString("base64")}`,
        "content-type": "application/json",
      };
      const send = (origin, email_address) =>
        fetch(world.server.url + path, {
          method: "POST",
          headers: { ...headers, origin, "x-sdk-parent-host": origin },
          body: JSON.stringify({ email_address }),
        });
      const victim = emailAt();
      const refusal = await send("http://evil.example", victim);
      assert.ok(refusal.status >= 400 && refusal.status < 500, `${refusal.status}`);
      assert.equal(refusal.headers.get("access-control-allow-origin"), "http://evil.example");
      assert.equal(refusal.headers.get("set-cookie"), null);
      assert.equal((await refusal.json()).error_type, "bad_domain_for_stytch_sdk");
      const friend = emailAt();
      const good = await send(world.origin, friend);
      assert.equal(good.status, 200);
      assert.equal(good.headers.get("access-control-allow-origin"), world.origin);
      assert.equal(good.headers.get("access-control-allow-credentials"), "true");
      assert.match(good.headers.get("vary") ?? "", /origin/i);
      await world.mail.wait(friend);
      assert.equal(world.mail.to(victim).length, 0);
    });

    test("preflights say who may", async () => {
      const preflight = (origin, path = "/sdk/v1/b2b/organizations/me") =>
        fetch(world.server.url + path, {
          method: "OPTIONS",
          headers: {
            origin,
            "access-control-request-method": "PUT",
            "access-control-request-headers":
              "authorization,content-type,x-sdk-client,x-sdk-parent-host",
          },
        });
      const good = await preflight(world.origin);
      assert.ok(good.ok, `${good.status}`);
      assert.equal(good.headers.get("access-control-allow-origin"), world.origin);
      assert.equal(good.headers.get("access-control-allow-credentials"), "true");
      const methods = good.headers.get("access-control-allow-methods");
      for (const method of ["GET", "POST", "PUT", "DELETE"]) assert.ok(methods.includes(method));
      const allowed = good.headers.get("access-control-allow-headers").toLowerCase();
      for (const header of ["authorization", "content-type", "x-sdk-client", "x-sdk-parent-host"]) {
        assert.ok(allowed.includes(header), header);
      }
      assert.ok(Number(good.headers.get("access-control-max-age")) > 0);
      // Any page may ask, so that it can read that it is refused; a frame that is everybody's may not even that.
      const foreign = await preflight("http://evil.example");
      assert.equal(foreign.headers.get("access-control-allow-origin"), "http://evil.example");
      const bad = await preflight("null");
      assert.ok(!bad.ok);
      assert.equal(bad.headers.get("access-control-allow-origin"), null);

      // Telemetry comes without credentials, and what is not built must be readable as such.
      for (const path of ["/sdk/v1/events", "/sdk/v1/b2b/sessions/attest"]) {
        const answer = await preflight(world.origin, path);
        assert.ok(answer.ok, `${path}: ${answer.status}`);
        assert.equal(answer.headers.get("access-control-allow-origin"), world.origin, path);
      }
    });
  });

  test("the backend's API is closed to a public token", async () => {
    const { public_token } = world.project;
    const answer = await fetch(`${world.server.url}/v1/b2b/organizations/search`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${public_token}:${public_token}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: "{}",
    });
    assert.ok([400, 401].includes(answer.status), `${answer.status}`);
    assert.equal("organizations" in (await answer.json()), false);
  });

  test("telemetry is taken and dropped", async () => {
    const page = await world.person();
    await world.open(page, "/empty");
    const flushed = await page.waitForResponse((r) => r.url().endsWith("/sdk/v1/events"));
    assert.equal(flushed.status(), 200);
    clean(page);
    const answer = await fetch(`${world.server.url}/sdk/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: world.origin },
      body: JSON.stringify([
        { telemetry: {}, event: { public_token: world.project.public_token, event_name: "x", details: {} } },
      ]),
    });
    assert.equal(answer.status, 200);
    assert.ok("data" in (await answer.json()));
  });
});
