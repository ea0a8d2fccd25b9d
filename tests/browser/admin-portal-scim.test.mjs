// Directory sync in the SDK's admin portal: an IT administrator connects a directory.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, clean, done, refused, shot } from "./harness.mjs";

describe("directory sync in the admin portal", () => {
  let world, organization, page;
  before(async () => {
    world = await World.start();
    organization = await world.organization({ organization_name: "Guild of Clerks" });
    const admin = await world.member(organization, { roles: ["stytch_admin"] });
    page = await world.person();
    await world.signIn(page, organization, admin.email_address);
  });
  after(() => world?.stop());

  const connection = async () => (await world.backend("GET", `/scim/${organization.organization_id}/connection`)).connection;
  /** A group, as the directory sends it, with a token that it has been given. */
  const group = async (connection, name) => {
    const { organization_id, connection_id } = connection;
    const path = `/scim/${organization_id}/connection/${connection_id}/rotate`;
    const token = (await world.backend("POST", `${path}/start`, {})).connection.next_bearer_token;
    const answer = await fetch(`${connection.base_url.split("?")[0]}/Groups`, {
      method: "POST", headers: { Authorization: `Bearer ${token}` }, body: JSON.stringify({ displayName: name }),
    });
    assert.equal(answer.status, 201);
    await world.backend("POST", `${path}/cancel`, {});
    return (await answer.json()).id;
  };
  /** The box of settings with this title. */
  const section = (title) => page.getByRole("heading", { name: title, exact: true }).locator("xpath=ancestor::div[2]");

  test("a connection is created, and says what to enter at the directory", async () => {
    await world.open(page, "/scim");
    await page.getByText("Set up a SCIM connection to sync from an IdP.").waitFor();
    await shot(page, "scim-01-none");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("combobox").first().click();
    await page.getByRole("menuitem", { name: "Entra" }).click();
    await page.getByRole("textbox").first().fill("Our Entra");
    await shot(page, "scim-02-new");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Configure Our Entra" }).waitFor();
    const made = await connection();
    assert.equal(made.identity_provider, "microsoft-entra");
    await page.getByText(made.base_url).waitFor({ state: "attached" });
    assert.match(made.base_url, /\?aadOptscim062020$/);
    await shot(page, "scim-03-configure");
    await page.getByText("I have copied the above values to my IdP.").click();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("Our Entra").first().waitFor();
    await shot(page, "scim-04-made");
    clean(page);
  });

  test("the token is replaced, and kept", async () => {
    for (const [what, keeps] of [["Cancel", true], ["Complete", false]]) {
      const before = await connection();
      await page.getByRole("button", { name: "Start token rotation" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("I have copied the token to my IdP.").click();
      if (keeps) await shot(page, "scim-05-next-token");
      const rotating = await connection();
      assert.equal(rotating.next_bearer_token_last_four.length, 4);
      await dialog.getByRole("button", { name: "Done" }).click();
      await page.getByText(`**********${rotating.next_bearer_token_last_four}`).waitFor();
      if (keeps) await shot(page, "scim-06-rotating");
      await page.getByRole("button", { name: `${what} rotation` }).click();
      await dialog.getByRole("button", { name: `${what} rotation` }).click();
      await page.getByRole("button", { name: "Start token rotation" }).waitFor();
      const now = await connection();
      const expected = keeps ? before.bearer_token_last_four : rotating.next_bearer_token_last_four;
      assert.deepEqual([now.bearer_token_last_four, now.next_bearer_token_last_four], [expected, ""]);
    }
    clean(page);
  });

  test("a group gets a role", async () => {
    const group_id = await group(await connection(), "Administrators");
    await world.open(page, "/scim");
    const roles = section("Role Assignments");
    await roles.getByRole("button", { name: "Edit" }).click();
    await roles.getByRole("button", { name: "Add group roles" }).click();
    await roles.getByRole("combobox").first().click();
    await page.getByRole("menuitem", { name: "Administrators" }).click();
    await roles.getByRole("combobox").nth(1).click();
    await page.getByRole("option").filter({ hasText: "stytch_admin" }).click();
    await page.getByRole("heading", { name: "Group Roles" }).click();
    await shot(page, "scim-07-roles");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await roles.getByRole("button", { name: "Edit" }).waitFor();
    await shot(page, "scim-08-roles-saved");
    const { scim_group_implicit_role_assignments } = await connection();
    assert.deepEqual(scim_group_implicit_role_assignments, [{ role_id: "stytch_admin", group_id, group_name: "Administrators" }]);
    clean(page);
  });

  test("it is deleted", async () => {
    await page.getByRole("button", { name: "Delete connection" }).click();
    await shot(page, "scim-09-deleting");
    const answered = page.waitForResponse((answer) => answer.request().method() === "DELETE");
    await page.getByRole("dialog").getByRole("button", { name: "Delete connection" }).click();
    assert.equal((await answered).status(), 200);
    await world.open(page, "/scim");
    await page.getByText("Set up a SCIM connection to sync from an IdP.").waitFor();
    await shot(page, "scim-10-deleted");
    clean(page, /400 .*\/sdk\/v1\/b2b\/scim$/);
  });

  test("what the server refuses, the SDK says", async () => {
    await refused(page, 400, "no_active_scim_connection", (client) => client.scim.getConnection());
    await done(page, (client) => client.scim.createConnection({ display_name: "SDK" }));
    await refused(page, 400, "active_scim_connection_exists", (client) => client.scim.createConnection({}));
    await refused(page, 400, "invalid_scim_idp", (client) => client.scim.createConnection({ identity_provider: "acme" }));
    clean(page, /400 .*\/sdk\/v1\/b2b\/scim$/);
  });
});
