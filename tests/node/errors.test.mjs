import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, emailAt, id, refused, signedIn, stytch, succeeded, unknownId } from "./sdk.mjs";

describe("errors and walls", () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world?.stop());

  test("the SDK sees every field of an error", async () => {
    const organization_id = unknownId("organization");
    const error = await refused(
      world.client.organizations.get({ organization_id }),
      404,
      "organization_not_found",
    );
    assert.equal(error.status_code, 404);
    assert.equal(error.error_type, "organization_not_found");
    assert.match(error.request_id, id("request-id"));
    assert.match(error.error_message, /[A-Za-z].*\./);
    assert.match(error.error_url, /organization_not_found/);
    const again = await refused(world.client.organizations.get({ organization_id }), 404);
    assert.notEqual(again.request_id, error.request_id);
  });

  test("wrong credentials are refused, whichever part is wrong", async () => {
    const { project_id, secret } = world.project;
    for (const wrong of [
      { project_id, secret: `${secret}x` },
      { project_id, secret: "secret-test-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
      { project_id: unknownId("project"), secret },
    ]) {
      await refused(world.clientFor(wrong).organizations.search({}), 401, "unauthorized_credentials");
    }
    await refused(
      world.clientFor({ project_id: "nonsense", secret: "nonsense" }).organizations.search({}),
      400,
      "invalid_project_id_authentication",
    );
    const bare = await world.fetch("/v1/b2b/organizations/search", {
      auth: false,
      json: {},
    });
    assert.equal(bare.status, 401);
    const body = await bare.json();
    assert.equal(body.status_code, 401);
    assert.match(body.request_id, /^request-id-/);
  });

  test("a catalogued operation that is not built answers route_not_found", async () => {
    await refused(world.client.m2m.clients.search({ limit: 1 }), 404, "route_not_found");
    const nowhere = await world.fetch("/v1/b2b/nowhere", { method: "POST", json: {} });
    assert.equal(nowhere.status, 404);
    assert.equal((await nowhere.json()).error_type, "route_not_found");
  });

  test("bad input of every kind gets a clear 4xx", async () => {
    const path = "/v1/b2b/organizations";
    const post = (body, headers = { "content-type": "application/json" }) =>
      world.fetch(path, { method: "POST", body, headers });
    const deep = `${'{"a":'.repeat(3000)}1${"}".repeat(3000)}`;
    const cases = {
      "not JSON": "organization_name=x",
      "cut off": '{"organization_name": "x"',
      "an array": "[]",
      "a number": "7",
      empty: "",
      "a wrong type": '{"organization_name": 7}',
      "a missing field": "{}",
      "deep nesting": `{"organization_name":"x","trusted_metadata":${deep}}`,
      "ten megabytes": `{"organization_name":"${"x".repeat(10 << 20)}"}`,
      "invalid UTF-8": Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
      "a NUL": '{"organization_name": "a\\u0000b", "organization_slug": "nul-name"}',
    };
    for (const [what, body] of Object.entries(cases)) {
      const answer = await post(body);
      const said = await answer.json();
      assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
      assert.equal(said.status_code, answer.status, what);
      assert.match(said.request_id, /^request-id-/, what);
      assert.equal(typeof said.error_type, "string", what);
      assert.equal(typeof said.error_message, "string", what);
      assert.equal(typeof said.error_url, "string", what);
    }
    const method = await world.fetch(path, { method: "PATCH" });
    assert.equal(method.status, 405);
    assert.equal((await method.json()).error_type, "method_not_allowed");
  });

  test("garbled authorization headers are a 401", async () => {
    for (const authorization of [
      "Basic",
      "Basic !!!",
      "Bearer token",
      `Basic ${Buffer.from("no-colon").toString("base64")}`,
      `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString("base64")}`,
    ]) {
      const answer = await world.fetch("/v1/b2b/organizations/search", {
        auth: false,
        json: {},
        headers: { authorization },
      });
      assert.ok([400, 401].includes(answer.status), `${authorization}: ${answer.status}`);
      assert.match((await answer.json()).request_id, /^request-id-/);
    }
  });

  test("a server that is not there is a RequestError, not an API error", async () => {
    const client = world.clientFor(world.project, { env: "http://127.0.0.1:9/" });
    await assert.rejects(client.organizations.search({}), (error) => {
      assert.ok(error instanceof stytch.RequestError);
      return true;
    });
  });

  test("projects know nothing of each other", async () => {
    const project = await world.server.createProject({ name: "Neighbour" });
    const neighbour = world.clientFor(project);
    const organization = await world.organization();
    const { organization_id } = organization;
    const { email_address, member_id } = await world.member(organization);
    const session = signedIn(await world.login(organization, email_address));

    for (const name of [organization_id, organization.organization_slug]) {
      await refused(
        neighbour.organizations.get({ organization_id: name }),
        404,
        "organization_not_found",
      );
    }
    await refused(
      neighbour.organizations.members.dangerouslyGet({ member_id }),
      404,
      "member_not_found",
    );
    await refused(
      neighbour.sessions.authenticate({ session_token: session.session_token }),
      404,
      "session_not_found",
    );
    await refused(
      neighbour.sessions.authenticate({ session_jwt: session.session_jwt }),
      [400, 401, 404],
    );
    for (const by of [
      { member_session_id: session.member_session.member_session_id },
      { session_token: session.session_token },
      { session_jwt: session.session_jwt },
      { member_id },
    ]) {
      await refused(neighbour.sessions.revoke(by), [400, 404]);
      succeeded(
        await world.client.sessions.authenticate({ session_token: session.session_token }),
      );
    }
    const found = succeeded(
      await neighbour.organizations.search({
        query: {
          operator: "AND",
          operands: [{ filter_name: "organization_ids", filter_value: [organization_id] }],
        },
      }),
    );
    assert.deepEqual(found.organizations, []);
    const token = await world.loginToken(organization, email_address);
    await refused(
      neighbour.magicLinks.authenticate({ magic_links_token: token }),
      404,
      "magic_link_not_found",
    );
    const twin = succeeded(
      await neighbour.organizations.create({
        organization_name: "Twin",
        organization_slug: organization.organization_slug,
      }),
    );
    assert.notEqual(twin.organization.organization_id, organization_id);
    signedIn(await world.client.magicLinks.authenticate({ magic_links_token: token }));
  });

  test("a live environment has live identifiers", async () => {
    const project = await world.server.createProject({
      name: "Live",
      environment: "live",
      redirectUrls: ["https://app.example/authenticate"],
    });
    assert.equal(project.environment, "live");
    assert.match(project.project_id, id("project", "live"));
    assert.match(project.public_token, id("public-token", "live"));
    assert.match(project.secret, /^secret-live-/);
    const { organization, request_id } = await world.clientFor(project).organizations.create({
      organization_name: "Live",
      organization_slug: "live-one",
    });
    assert.match(organization.organization_id, id("organization", "live"));
    assert.match(request_id, id("request-id", "live"));
    const { member } = await world.clientFor(project).organizations.members.create({
      organization_id: organization.organization_id,
      email_address: emailAt(),
    });
    assert.match(member.member_id, id("member", "live"));
  });
});
