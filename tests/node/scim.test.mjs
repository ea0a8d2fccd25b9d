// Connections of directories, through the Node SDK: each operation once, and the shapes that its types promise.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, id, refused, succeeded } from "./sdk.mjs";

function isScim(connection) {
  for (const name of ["organization_id", "connection_id", "status", "display_name", "identity_provider", "base_url"]) {
    assert.equal(typeof connection[name], "string", name);
  }
  for (const name of ["bearer_token_last_four", "next_bearer_token_last_four"]) assert.equal(typeof connection[name], "string", name);
  assert.ok(Date.parse(connection.bearer_token_expires_at));
  assert.ok(Array.isArray(connection.scim_group_implicit_role_assignments));
  return connection;
}

describe("connections of directories", () => {
  let world, scim, organization_id;
  before(async () => {
    world = await World.start();
    scim = world.client.scim.connection;
    ({ organization_id } = succeeded(await world.client.organizations.create({ organization_name: "SCIM" })).organization);
  });
  after(() => world?.stop());

  test("live", async () => {
    await refused(scim.get({ organization_id }), 400, "no_active_scim_connection");
    const made = succeeded(await scim.create({ organization_id, display_name: "Okta", identity_provider: "okta" })).connection;
    assert.match(isScim(made).connection_id, id("scim-connection"));
    const { connection_id, bearer_token } = made;
    const changed = succeeded(await scim.update({ organization_id, connection_id, identity_provider: "microsoft-entra" })).connection;
    assert.equal(isScim(changed).base_url, `${made.base_url}?aadOptscim062020`);
    assert.deepEqual(succeeded(await scim.getGroups({ organization_id, connection_id, limit: 1000 })).scim_groups, []);

    const one = { organization_id, connection_id };
    assert.equal(isScim(succeeded(await scim.rotateStart(one)).connection).bearer_token_last_four, bearer_token.slice(-4));
    assert.equal(isScim(succeeded(await scim.rotateCancel(one)).connection).next_bearer_token_last_four, "");
    const { next_bearer_token } = succeeded(await scim.rotateStart(one)).connection;
    const done = isScim(succeeded(await scim.rotateComplete(one)).connection);
    assert.equal(done.bearer_token_last_four, next_bearer_token.slice(-4));
    assert.deepEqual(succeeded(await scim.get({ organization_id })).connection, done);
    assert.equal(succeeded(await scim.delete(one)).connection_id, connection_id);
    await refused(scim.delete(one), 404, "scim_connection_not_found");
  });
});
