// The admin portal of the SDK: what an administrator can do, and what a plain member cannot.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { World, clean, cookies, done, emailAt, refused, shot, unique } from "./harness.mjs";

describe("the admin portal", () => {
  let world, organization, admin, plain, page;
  before(async () => {
    world = await World.start();
    organization = await world.organization({ organization_name: "Guild of Testers" });
    admin = await world.member(organization, { name: "Ada Admin", roles: ["stytch_admin"] });
    plain = await world.member(organization, { name: "Paul Plain" });
    page = await world.person();
    await world.signIn(page, organization, admin.email_address);
  });
  after(() => world?.stop());

  const memberOf = async (member_id) => {
    const { organization_id } = organization;
    const where = `/organizations/${organization_id}/member?member_id=${member_id}`;
    return (await world.backend("GET", where)).member;
  };
  const save = async (page) => {
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
  };
  /** The box of settings with this title: the heading stands in its title bar. */
  const section = (page, title) =>
    page.getByRole("heading", { name: title, exact: true }).locator("xpath=ancestor::div[2]");

  test("lists the members and finds one by e-mail", async () => {
    await world.open(page, "/members");
    await page.getByRole("heading", { name: "Members" }).waitFor();
    await page.getByText("Ada Admin (You)").waitFor();
    await page.getByText("Paul Plain").waitFor();
    await page.getByText(plain.email_address).waitFor();
    await shot(page, "admin-01-members");
    await page.getByPlaceholder("Search by email").fill(plain.email_address);
    await page.getByText("Ada Admin (You)").waitFor({ state: "detached" });
    // The portal empties its table while it waits for what is found.
    await page.getByText("Paul Plain").waitFor();
    await page.getByText("Ada Admin (You)").waitFor({ state: "detached" });
    await shot(page, "admin-02-members-found");
    clean(page);
  });

  test("invites a colleague, who gets the mail", async () => {
    const email = emailAt();
    await world.open(page, "/members");
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByPlaceholder("Enter name").fill("Nora New");
    await page.getByPlaceholder("Enter email address").fill(email);
    await shot(page, "admin-03-invite");
    const link = await world.linkAfter(email, () =>
      page.getByRole("dialog").getByRole("button", { name: "Invite", exact: true }).click(),
    );
    await page.getByText(`Invite sent to ${email}`).waitFor();
    await page.getByText("Nora New").waitFor();
    await shot(page, "admin-04-invited");

    const colleague = await world.person();
    await world.follow(colleague, link);
    const self = await done(colleague, (client) => client.self.getSync());
    assert.equal(self.email_address, email);
    assert.equal(self.name, "Nora New");
    assert.equal(self.status, "active");
    clean(page);
  });

  test("edits a member's name and role", async () => {
    await world.open(page, "/members");
    await page.getByText("Paul Plain").click();
    await page.getByText("Back to all Members").waitFor();
    await page.getByRole("heading", { name: "Paul Plain" }).waitFor();
    await shot(page, "admin-05-member");
    const details = section(page, "Details");
    await details.getByRole("button", { name: "Edit" }).click();
    await details.getByRole("textbox").first().fill("Paula Plain");
    await shot(page, "admin-06-member-editing");
    await save(page);
    await page.getByRole("heading", { name: "Paula Plain" }).waitFor();
    await shot(page, "admin-07-member-renamed");
    assert.equal((await memberOf(plain.member_id)).name, "Paula Plain");

    const access = section(page, "Access requirements & permissions");
    await access.getByRole("button", { name: "Edit" }).click();
    await access.getByRole("button", { name: "Add Role assignment" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox").click();
    await page.getByRole("option").filter({ hasText: "stytch_admin" }).click();
    await dialog.getByText("Add Role assignment").click();
    await shot(page, "admin-08-member-role");
    await dialog.getByRole("button", { name: "Add Role", exact: true }).click();
    await save(page);
    await access.getByRole("button", { name: "Edit" }).waitFor();
    await access.getByText("stytch_admin").waitFor();
    await shot(page, "admin-09-member-promoted");
    const promoted = await memberOf(plain.member_id);
    assert.equal(promoted.is_admin, true);
    const { organization_id } = organization;
    await world.backend("PUT", `/organizations/${organization_id}/members/${plain.member_id}`, {
      roles: [],
    });
    clean(page);
  });

  test("deactivates and reactivates a member", async () => {
    const passing = await world.member(organization, { name: "Greta Gone" });
    const theirs = await world.person();
    await world.signIn(theirs, organization, passing.email_address);
    await world.open(page, "/members");
    await page.getByText("Greta Gone").click();
    await page.getByRole("button", { name: /Deactivate/ }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: /Deactivate/ }).click();
    await page.getByText("Deactivated", { exact: true }).first().waitFor();
    await shot(page, "admin-10-member-deactivated");
    await refused(theirs, 404, "session_not_found", (client) => client.session.authenticate({}));
    assert.equal(await theirs.evaluate(() => window.client.session.getSync()), null);
    await page.getByRole("button", { name: /Reactivate/ }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: /Reactivate/ }).click();
    await page.getByText("Deactivated", { exact: true }).first().waitFor({ state: "detached" });
    assert.equal((await memberOf(passing.member_id)).status, "active");
    clean(page);
  });

  test("takes a member's password away, and mails them how to set another", async () => {
    const forgetful = await world.member(organization, { name: "Fred Forgetful" });
    const password = `violet-harbor-${unique("sings")}`;
    const where = { organization_id: organization.organization_id, email_address: forgetful.email_address };
    const hash = createHash("sha512").update(password).digest("hex");
    await world.backend("POST", "/passwords/migrate", { ...where, hash, hash_type: "sha_512" });
    const logIn = async () => {
      const client = await world.person();
      await world.open(client, "/");
      return client.evaluate(
        async (input) => (await window.client.passwords.authenticate(input).catch((error) => error)).error_type ?? "in",
        { ...where, password, session_duration_minutes: 5 },
      );
    };
    assert.equal(await logIn(), "in");

    await world.open(page, "/members");
    await page.getByText("Fred Forgetful").click();
    const management = section(page, "Authentication management");
    await management.getByRole("button", { name: "Reset password" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Trigger password reset email").click();
    await shot(page, "admin-10-member-password");
    const link = await world.linkAfter(forgetful.email_address, () =>
      dialog.getByRole("button", { name: "Reset password", exact: true }).click(),
    );
    assert.equal(link.searchParams.get("stytch_token_type"), "multi_tenant_passwords");
    await dialog.waitFor({ state: "detached" });
    assert.equal((await memberOf(forgetful.member_id)).member_password_id, "");
    assert.equal(await logIn(), "unauthorized_credentials");
    clean(page);
  });

  test("renames the organization and changes how people get in", async () => {
    await world.open(page, "/settings");
    await page.getByRole("heading", { name: "Authentication & Access Settings" }).waitFor();
    await page.getByText("Guild of Testers").waitFor();
    await shot(page, "admin-11-settings");
    const details = section(page, "Details");
    await details.getByRole("button", { name: "Edit" }).click();
    const slug = unique("renamed");
    await details.getByPlaceholder("Enter Name").fill("Guild of Renamers");
    await details.getByPlaceholder("Enter Slug").fill(slug);
    await shot(page, "admin-12-settings-editing");
    await save(page);
    await page.getByText("Guild of Renamers").waitFor();
    await page.getByText(slug).waitFor();
    const { organization: now } = await world.backend(
      "GET",
      `/organizations/${organization.organization_id}`,
    );
    assert.equal(now.organization_name, "Guild of Renamers");
    assert.equal(now.organization_slug, slug);
    await page.reload();
    await page.getByText("Guild of Renamers").waitFor();
    await shot(page, "admin-13-settings-renamed");

    await page.getByText("Require MFA for all users").waitFor();
    // The settings ask for provisioning even where there is none.
    clean(page, /400 .*\/sdk\/v1\/b2b\/(scim|scim\/groups)$/);
  });

  test("a refused change is shown, not lost", async () => {
    const other = await world.organization();
    await world.open(page, "/settings");
    const details = section(page, "Details");
    await details.getByRole("button", { name: "Edit" }).click();
    await details.getByPlaceholder("Enter Slug").fill(other.organization_slug);
    await save(page);
    await page.getByRole("alert").filter({ hasText: /\w/ }).first().waitFor();
    await shot(page, "admin-14-settings-refused");
    assert.ok(await details.getByPlaceholder("Enter Slug").isVisible(), "still editing");
  });

  test("permissions in the client follow the roles", async () => {
    const permissions = await done(page, (client) => client.rbac.allPermissions());
    assert.equal(permissions["stytch.organization"]["update.info.name"], true);
    assert.equal(permissions["stytch.member"].create, true);
    assert.equal(permissions["stytch.self"]["update.info.name"], true);
    assert.equal(
      await done(page, (client) => client.rbac.isAuthorized("stytch.member", "delete")),
      true,
    );
  });

  describe("for a plain member", () => {
    let theirs;
    before(async () => {
      theirs = await world.person();
      await world.signIn(theirs, organization, plain.email_address);
    });

    test("member management does not open", async () => {
      await world.open(theirs, "/members");
      await theirs.getByText("You do not have permission to manage Members").waitFor();
      await shot(theirs, "admin-15-plain-members");
    });

    test("settings can be seen but not edited", async () => {
      await world.open(theirs, "/settings");
      await theirs.getByRole("heading", { name: "Authentication & Access Settings" }).waitFor();
      await theirs.getByText("Guild of Renamers").or(theirs.getByText("Guild of Testers")).first().waitFor();
      await shot(theirs, "admin-16-plain-settings");
      assert.equal(await theirs.getByRole("button", { name: "Edit" }).count(), 0);
    });

    test("and the server refuses every call behind it", async () => {
      const type = "unauthorized_action";
      const forbidden = (body, argument) => refused(theirs, 403, type, body, argument);
      await forbidden((client) => client.organization.update({ organization_name: "Mine" }));
      await forbidden((client) => client.organization.update({ mfa_policy: "REQUIRED_FOR_ALL" }));
      await forbidden((client) => client.organization.delete());
      await forbidden((client) =>
        client.organization.members.search({ query: { operator: "AND", operands: [] } }),
      );
      await forbidden(
        (client, email_address) => client.organization.members.create({ email_address }),
        emailAt(),
      );
      await forbidden(
        (client, email_address) => client.magicLinks.email.invite({ email_address }),
        emailAt(),
      );
      const { member_id } = admin;
      await forbidden(
        (client, member_id) => client.organization.members.update({ member_id, name: "Nobody" }),
        member_id,
      );
      await forbidden((client, id) => client.organization.members.delete(id), member_id);
      await forbidden(
        (client, member_id) => client.session.revokeForMember({ member_id }),
        member_id,
      );
      assert.equal((await memberOf(member_id)).name, "Ada Admin");
      const { organization: now } = await world.backend(
        "GET",
        `/organizations/${organization.organization_id}`,
      );
      assert.notEqual(now.organization_name, "Mine");
      assert.ok((await cookies(theirs)).stytch_session, "a refusal does not sign anyone out");
    });

    test("but everyone may change their own name, and nothing beyond", async () => {
      const { member } = await done(theirs, (client) =>
        client.self.update({ name: "Paula P.", untrusted_metadata: { theme: "dark" } }),
      );
      assert.equal(member.name, "Paula P.");
      assert.deepEqual(member.untrusted_metadata, { theme: "dark" });
      await refused(
        theirs,
        403,
        "unauthorized_action",
        (client, member_id) =>
          client.organization.members.update({ member_id, roles: ["stytch_admin"] }),
        plain.member_id,
      );
      const now = await memberOf(plain.member_id);
      assert.equal(now.is_admin, false);
      const permissions = await done(theirs, (client) => client.rbac.allPermissions());
      assert.equal(permissions["stytch.organization"]["update.info.name"], false);
      assert.equal(permissions["stytch.self"]["update.info.name"], true);
    });
  });
});
