import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  World,
  claimsOf,
  emailAt,
  headerOf,
  id,
  isMember,
  isOrganization,
  isSession,
  minutesUntil,
  notYet,
  refused,
  signedIn,
  sleep,
  stytch,
  succeeded,
  unknownId,
} from "./sdk.mjs";

describe("sessions", () => {
  let world, sessions, organization, organization_id;
  before(async () => {
    world = await World.start();
    sessions = world.client.sessions;
    organization = await world.organization();
    organization_id = organization.organization_id;
  });
  after(() => world?.stop());

  const login = async (fields = {}, member = {}) => {
    const { email_address } = await world.member(organization, member);
    return signedIn(await world.login(organization, email_address, fields));
  };
  const authenticate = async (data) => {
    const answer = succeeded(await sessions.authenticate(data));
    isSession(answer.member_session);
    isMember(answer.member);
    isOrganization(answer.organization);
    return answer;
  };

  describe("authenticate", () => {
    test("by token and by JWT", async () => {
      const session = await login();
      for (const by of [
        { session_token: session.session_token },
        { session_jwt: session.session_jwt },
      ]) {
        const answer = await authenticate(by);
        assert.equal(answer.member.member_id, session.member_id);
        assert.equal(answer.organization.organization_id, organization_id);
        assert.equal(
          answer.member_session.member_session_id,
          session.member_session.member_session_id,
        );
        assert.deepEqual(
          answer.member_session.authentication_factors,
          session.member_session.authentication_factors,
        );
        assert.match(answer.member_session.member_session_id, /^(member-)?session-test-[0-9a-f-]{36}$/);
        const claims = claimsOf(answer.session_jwt);
        assert.equal(claims.sub, session.member_id);
        assert.equal(answer.verdict ?? null, null);
      }
      const byToken = await authenticate({ session_token: session.session_token });
      assert.equal(byToken.session_token, session.session_token);
    });

    test("extends only when asked to", async () => {
      const session = await login({ session_duration_minutes: 60 });
      const { session_token } = session;
      const same = await authenticate({ session_token });
      assert.equal(same.member_session.expires_at, session.member_session.expires_at);
      const longer = await authenticate({ session_token, session_duration_minutes: 500 });
      assert.equal(minutesUntil(longer.member_session.expires_at), 500);
      const kept = await authenticate({ session_token });
      assert.equal(kept.member_session.expires_at, longer.member_session.expires_at);
      assert.equal(kept.member_session.started_at, session.member_session.started_at);
      for (const session_duration_minutes of [4, 0, -5, 527_041]) {
        await refused(
          sessions.authenticate({ session_token, session_duration_minutes }),
          400,
          "invalid_session_duration_minutes",
          "invalid_session_duration",
        );
      }
      const longest = await authenticate({ session_token, session_duration_minutes: 527_040 });
      assert.equal(minutesUntil(longest.member_session.expires_at), 527_040);
    });

    test("custom claims merge deeply, null removes, reserved names are ignored", async () => {
      const { session_token } = await login({
        session_custom_claims: { a: 1, nested: { x: 1, y: { z: 1 } }, gone: true },
      });
      const answer = await authenticate({
        session_token,
        session_custom_claims: {
          b: "two",
          nested: { y: { w: 2 }, x: null },
          gone: null,
          iss: "someone-else",
          exp: 1,
        },
      });
      const expected = { a: 1, b: "two", nested: { y: { z: 1, w: 2 } } };
      assert.deepEqual(answer.member_session.custom_claims, expected);
      const claims = claimsOf(answer.session_jwt);
      assert.deepEqual({ a: claims.a, b: claims.b, nested: claims.nested }, expected);
      assert.equal(claims.iss, `stytch.com/${world.project.project_id}`);
      assert.equal("gone" in claims, false);

      await refused(
        sessions.authenticate({ session_token, session_custom_claims: { big: "x".repeat(5000) } }),
        400,
        "custom_claims_too_large",
      );
      await refused(
        sessions.authenticate({
          session_token,
          session_custom_claims: { "https://stytch.com/session": {} },
        }),
        400,
        "stytch_claims_in_custom_claims",
        "reserved_claims_in_custom_claims",
      );
      const kept = await authenticate({ session_token });
      assert.deepEqual(kept.member_session.custom_claims, expected);
    });

    test("needs exactly one of token and JWT, and a good one", async () => {
      const { session_token, session_jwt } = await login();
      await refused(sessions.authenticate({}), 400, "no_session_arguments");
      await refused(
        sessions.authenticate({ session_token, session_jwt }),
        400,
        "too_many_session_arguments",
      );
      await refused(
        sessions.authenticate({ session_token: "WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY" }),
        404,
        "session_not_found",
      );
      await refused(
        sessions.authenticate({ session_token: "not a token at all!" }),
        400,
        "invalid_session_token",
      );
      await refused(
        sessions.authenticate({ session_jwt: "not.a.jwt" }),
        400,
        "unable_to_parse_session_jwt",
      );
    });

    test("a JWT signed by nobody, or changed, is worth nothing", async () => {
      const session = await login();
      const [header, payload, signature] = session.session_jwt.split(".");
      const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = claimsOf(session.session_jwt);
      const forgeries = [
        `${part({ ...headerOf(session.session_jwt), alg: "none" })}.${payload}.`,
        `${header}.${part({ ...claims, sub: unknownId("member") })}.${signature}`,
        `${header}.${payload}.${Buffer.alloc(256).toString("base64url")}`,
        `${part({ ...headerOf(session.session_jwt), alg: "HS256" })}.${payload}.${signature}`,
      ];
      for (const session_jwt of forgeries) {
        const error = await refused(sessions.authenticate({ session_jwt }), [400, 401, 404]);
        assert.notEqual(error.error_type, "internal_server_error");
      }
    });

    test("authorization_check asks whether the member may", async () => {
      const member = await login();
      const admin = await login({}, { roles: ["stytch_admin"] });
      const check = (action, resource_id = "stytch.organization", of = organization_id) => ({
        organization_id: of,
        resource_id,
        action,
      });
      const yes = await authenticate({
        session_token: admin.session_token,
        authorization_check: check("update.info.name"),
      });
      assert.equal(yes.verdict.authorized, true);
      assert.deepEqual(yes.verdict.granting_roles, ["stytch_admin"]);
      const self = await authenticate({
        session_jwt: member.session_jwt,
        authorization_check: check("update.info.name", "stytch.self"),
      });
      assert.deepEqual(self.verdict.granting_roles, ["stytch_member"]);

      await refused(
        sessions.authenticate({
          session_token: member.session_token,
          authorization_check: check("update.info.name"),
        }),
        403,
        "session_authorization_error",
      );
      const elsewhere = await world.organization();
      await refused(
        sessions.authenticate({
          session_token: admin.session_token,
          authorization_check: check(
            "update.info.name",
            "stytch.organization",
            elsewhere.organization_id,
          ),
        }),
        403,
        "session_authorization_tenancy_error",
      );
    });
  });

  describe("the JWT", () => {
    test("is what both sides agreed on", async () => {
      const session = await login({ session_custom_claims: { tier: "pro" } });
      const header = headerOf(session.session_jwt);
      assert.equal(header.alg, "RS256");
      assert.equal(header.typ, "JWT");
      assert.match(header.kid, id("jwk"));
      const claims = claimsOf(session.session_jwt);
      assert.equal(claims.iss, `stytch.com/${world.project.project_id}`);
      assert.ok([claims.aud].flat().includes(world.project.project_id));
      assert.equal(claims.sub, session.member_id);
      assert.equal(claims.exp, claims.iat + 300);
      assert.equal(claims.nbf, claims.iat);
      assert.equal(claims.tier, "pro");
      const inner = claims["https://stytch.com/session"];
      assert.equal(inner.id, session.member_session.member_session_id);
      assert.equal(Date.parse(inner.started_at), Date.parse(session.member_session.started_at));
      assert.equal(Date.parse(inner.expires_at), Date.parse(session.member_session.expires_at));
      assert.ok(Date.parse(inner.last_accessed_at));
      assert.equal(inner.authentication_factors.length, 1);
      assert.deepEqual(inner.roles, ["stytch_member"]);
      assert.deepEqual(claims["https://stytch.com/organization"], {
        organization_id,
        slug: organization.organization_slug,
      });
    });

    test("passes the SDK's own verification", async () => {
      const session = await login({ session_custom_claims: { tier: "pro" } });
      const local = await sessions.authenticateJwtLocal({ session_jwt: session.session_jwt });
      assert.equal(local.member_session_id, session.member_session.member_session_id);
      assert.equal(local.member_id, session.member_id);
      assert.equal(local.organization_id, organization_id);
      assert.equal(local.organization_slug, organization.organization_slug);
      assert.deepEqual(local.roles, ["stytch_member"]);
      assert.deepEqual(local.custom_claims, { tier: "pro" });
      assert.deepEqual(
        local.authentication_factors.map((f) => f.type),
        ["magic_link"],
      );
      assert.equal(
        Date.parse(local.expires_at),
        Date.parse(session.member_session.expires_at),
      );
      const { member_session, session_jwt } = await sessions.authenticateJwt({
        session_jwt: session.session_jwt,
      });
      assert.equal(member_session.member_session_id, local.member_session_id);
      assert.equal(session_jwt, session.session_jwt, "verified without asking the server");
    });

    test("with the local check of permissions", async () => {
      const member = await login();
      const admin = await login({}, { roles: ["stytch_admin"] });
      const check = (session_jwt, action, of = organization_id) =>
        sessions.authenticateJwtLocal({
          session_jwt,
          authorization_check: { organization_id: of, resource_id: "stytch.member", action },
        });
      const allowed = await check(admin.session_jwt, "create");
      assert.equal(allowed.member_id, admin.member_id);
      const failsWith = (code) => (error) =>
        error instanceof stytch.ClientError ? error.code === code : error.code === code;
      await assert.rejects(check(member.session_jwt, "create"), failsWith("invalid_permissions"));
      await assert.rejects(
        check(admin.session_jwt, "create", unknownId("organization")),
        failsWith("tenancy_mismatch"),
      );
    });

    test("is refused by the SDK of another project, and once too old", async () => {
      const session = await login();
      const other = world.clientFor(await world.server.createProject({ name: "Other" }));
      await assert.rejects(
        other.sessions.authenticateJwtLocal({ session_jwt: session.session_jwt }),
        (error) => error.code === "jwt_invalid",
      );
      await assert.rejects(
        sessions.authenticateJwtLocal({
          session_jwt: session.session_jwt,
          max_token_age_seconds: 0,
        }),
        (error) => error.code === "jwt_too_old",
      );
      const later = new Date(Date.now() + 301_000);
      await assert.rejects(
        sessions.authenticateJwtLocal({ session_jwt: session.session_jwt, current_date: later }),
        (error) => error.code === "jwt_invalid",
      );
      const renewed = await sessions.authenticateJwt({
        session_jwt: session.session_jwt,
        max_token_age_seconds: 0,
      });
      assert.equal(
        renewed.member_session.member_session_id,
        session.member_session.member_session_id,
      );
    });

    test("the keys are public and complete", async () => {
      const { project_id } = world.project;
      const answer = succeeded(await sessions.getJWKS({ project_id }));
      assert.ok(answer.keys.length >= 1);
      for (const key of answer.keys) {
        assert.equal(key.kty, "RSA");
        assert.equal(key.use, "sig");
        assert.equal(key.alg, "RS256");
        assert.match(key.kid, id("jwk"));
        assert.deepEqual(key.key_ops, ["verify"]);
        assert.ok(Array.isArray(key.x5c));
        assert.equal(typeof key.x5tS256, "string");
        assert.ok(key.n.length > 300 && key.e === "AQAB");
        for (const secret of ["d", "p", "q", "dp", "dq", "qi"]) assert.equal(secret in key, false);
      }
      const open = await world.fetch(`/v1/b2b/sessions/jwks/${project_id}`, { auth: false });
      assert.equal(open.status, 200);
      assert.deepEqual((await open.json()).keys, answer.keys);
      const none = await world.fetch(`/v1/b2b/sessions/jwks/${unknownId("project")}`, {
        auth: false,
      });
      assert.equal(none.status, 404);
      assert.equal((await none.json()).error_type, "project_not_found");
    });
  });

  describe("get", () => {
    test("lists the living sessions of a member", async () => {
      const member = await world.member(organization, { external_id: `x-${Date.now()}` });
      const one = signedIn(await world.login(organization, member.email_address));
      const two = signedIn(await world.login(organization, member.email_address));
      const get = async (member_id) =>
        succeeded(await sessions.get({ organization_id, member_id }))
          .member_sessions.map((s) => isSession(s).member_session_id)
          .sort();
      const both = [one, two].map((s) => s.member_session.member_session_id).sort();
      assert.deepEqual(await get(member.member_id), both);
      assert.deepEqual(await get(member.external_id), both);
      await sessions.revoke({ session_token: one.session_token });
      assert.deepEqual(await get(member.member_id), [two.member_session.member_session_id]);
      await refused(
        sessions.get({ organization_id, member_id: unknownId("member") }),
        404,
        "member_not_found",
      );
    });
  });

  describe("revoke", () => {
    const dead = async (session) => {
      await refused(
        sessions.authenticate({ session_token: session.session_token }),
        404,
        "session_not_found",
      );
      await refused(
        sessions.authenticate({ session_jwt: session.session_jwt }),
        404,
        "session_not_found",
      );
    };

    test("by token, by JWT, by session id", async () => {
      for (const by of [
        (s) => ({ session_token: s.session_token }),
        (s) => ({ session_jwt: s.session_jwt }),
        (s) => ({ member_session_id: s.member_session.member_session_id }),
      ]) {
        const session = await login();
        succeeded(await sessions.revoke(by(session)));
        await dead(session);
      }
    });

    test("by member ends all of that member's sessions and no others", async () => {
      const member = await world.member(organization);
      const one = signedIn(await world.login(organization, member.email_address));
      const two = signedIn(await world.login(organization, member.email_address));
      const other = await login();
      succeeded(await sessions.revoke({ member_id: member.member_id }));
      await dead(one);
      await dead(two);
      await authenticate({ session_token: other.session_token });
    });

    test("takes exactly one way to name it", async () => {
      const session = await login();
      await refused(sessions.revoke({}), 400, "no_session_revoke_arguments");
      await refused(
        sessions.revoke({
          session_token: session.session_token,
          member_session_id: session.member_session.member_session_id,
        }),
        400,
        "too_many_session_revoke_arguments",
      );
      await refused(
        sessions.revoke({ member_session_id: unknownId("session") }),
        404,
        "session_not_found",
      );
      await authenticate({ session_token: session.session_token });
    });
  });

  describe("exchange", () => {
    test("switches to another organization of the same person", async () => {
      const email_address = emailAt();
      await world.member(organization, { email_address });
      const other = await world.organization();
      await world.member(other, { email_address });
      const first = signedIn(await world.login(organization, email_address));
      for (const by of [
        { session_token: first.session_token },
        { session_jwt: first.session_jwt },
      ]) {
        const second = signedIn(
          await sessions.exchange({
            organization_id: other.organization_slug,
            ...by,
            session_duration_minutes: 30,
            session_custom_claims: { switched: true },
          }),
        );
        assert.equal(second.organization.organization_id, other.organization_id);
        assert.equal(second.member.email_address, email_address);
        assert.notEqual(second.session_token, first.session_token);
        assert.equal(minutesUntil(second.member_session.expires_at), 30);
        assert.deepEqual(second.member_session.custom_claims, { switched: true });
        assert.deepEqual(
          second.member_session.authentication_factors.map((f) => f.type),
          ["magic_link"],
        );
      }
      await authenticate({ session_token: first.session_token });
    });

    test("accepts an invitation, and asks for what the other one requires", async () => {
      const email_address = emailAt();
      await world.member(organization, { email_address });
      const session = signedIn(await world.login(organization, email_address));
      const inviting = await world.organization();
      await world.mailFrom(email_address, () =>
        world.client.magicLinks.email.invite({
          organization_id: inviting.organization_id,
          email_address,
        }),
      );
      const accepted = signedIn(
        await sessions.exchange({
          organization_id: inviting.organization_id,
          session_token: session.session_token,
        }),
      );
      assert.equal(accepted.member.status, "active");

      const strict = await world.organization({
        mfa_policy: "REQUIRED_FOR_ALL",
        email_invites: "ALL_ALLOWED",
      });
      await world.member(strict, { email_address });
      const answer = notYet(
        await sessions.exchange({
          organization_id: strict.organization_id,
          session_token: session.session_token,
        }),
      );
      assert.ok(answer.mfa_required);
    });

    test("does not create a membership", async () => {
      const session = await login();
      const other = await world.organization();
      await refused(
        sessions.exchange({
          organization_id: other.organization_id,
          session_token: session.session_token,
        }),
        400,
        "member_does_not_exist_in_organization",
      );
    });
  });

  test("last_accessed_at moves on", async () => {
    const session = await login();
    const was = Date.parse(session.member_session.last_accessed_at);
    await sleep(1_200);
    let seen = was;
    // It is written behind; it must arrive within moments.
    for (let i = 0; i < 20 && seen <= was; i++) {
      const answer = await authenticate({ session_token: session.session_token });
      seen = Date.parse(answer.member_session.last_accessed_at);
      await sleep(200);
    }
    assert.ok(seen > was);
  });
});
