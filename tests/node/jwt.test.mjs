// Session JWTs as the SDK checks them by itself.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, claimsOf, headerOf, id, signedIn, stytch, succeeded, unknownId } from "./sdk.mjs";

describe("the JWT", () => {
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
    assert.equal(claims.nbf, claims.iat - 10);
    assert.equal(claims.tier, "pro");
    const inner = claims["https://stytch.com/session"];
    assert.equal(inner.id, session.member_session.member_session_id);
    assert.equal(Date.parse(inner.started_at), Date.parse(session.member_session.started_at));
    assert.equal(Date.parse(inner.expires_at), Date.parse(session.member_session.expires_at));
    assert.ok(Date.parse(inner.last_accessed_at));
    assert.deepEqual(inner.attributes, { ip_address: "", user_agent: "" });
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
