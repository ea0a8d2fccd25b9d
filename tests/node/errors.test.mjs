// What the SDK makes of refusals, and of the two environments.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, emailAt, id, refused, stytch, unknownId } from "./sdk.mjs";

describe("errors and environments", () => {
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
  });

  test("a catalogued operation that is not built answers route_not_found", async () => {
    await refused(world.client.m2m.clients.search({ limit: 1 }), 404, "route_not_found");
    const nowhere = await world.fetch("/v1/b2b/nowhere", { method: "POST", json: {} });
    assert.equal(nowhere.status, 404);
    assert.equal((await nowhere.json()).error_type, "route_not_found");
  });

  test("a server that is not there is a RequestError, not an API error", async () => {
    const client = world.clientFor(world.project, { env: "http://127.0.0.1:9/" });
    await assert.rejects(client.organizations.search({}), (error) => {
      assert.ok(error instanceof stytch.RequestError);
      return true;
    });
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
