import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  World,
  emailAt,
  forbidden,
  refused,
  roleIds,
  signedIn,
  succeeded,
  unknownId,
} from "./sdk.mjs";

describe("roles and permissions", () => {
  let world, rbac, organization, organization_id;
  before(async () => {
    world = await World.start();
    rbac = world.client.rbac;
    organization = await world.organization();
    organization_id = organization.organization_id;
  });
  after(() => world?.stop());

  test("the policy of a new project", async () => {
    const { policy } = succeeded(await rbac.policy());
    const roles = Object.fromEntries(policy.roles.map((r) => [r.role_id, r]));
    assert.deepEqual(Object.keys(roles).sort(), ["stytch_admin", "stytch_member"]);
    const grants = (role) =>
      Object.fromEntries(role.permissions.map((p) => [p.resource_id, p.actions]));
    assert.deepEqual(grants(roles.stytch_member), { "stytch.self": ["*"] });
    const admin = grants(roles.stytch_admin);
    for (const resource of ["stytch.organization", "stytch.member", "stytch.sso", "stytch.scim"]) {
      assert.deepEqual(admin[resource], ["*"], resource);
    }
    const resources = Object.fromEntries(policy.resources.map((r) => [r.resource_id, r.actions]));
    for (const resource of [
      "stytch.organization",
      "stytch.member",
      "stytch.self",
      "stytch.sso",
      "stytch.scim",
    ]) {
      assert.ok(resources[resource]?.length, resource);
    }
    for (const action of [
      "update.info.name",
      "update.info.slug",
      "update.info.logo-url",
      "update.settings.allowed-auth-methods",
      "update.settings.allowed-mfa-methods",
      "update.settings.email-jit-provisioning",
      "update.settings.email-invites",
      "update.settings.allowed-domains",
      "update.settings.default-sso-connection",
      "update.settings.sso-jit-provisioning",
      "update.settings.mfa-policy",
      "update.settings.implicit-roles",
      "update.settings.oauth-tenant-jit-provisioning",
      "update.settings.allowed-oauth-tenants",
      "delete",
    ]) {
      assert.ok(resources["stytch.organization"].includes(action), action);
    }
    for (const action of ["create", "search", "delete", "update.settings.roles", "revoke-sessions"]) {
      assert.ok(resources["stytch.member"].includes(action), action);
    }
    assert.ok(Array.isArray(policy.scopes));
  });

  describe("roles of an organization", () => {
    const editor = {
      role_id: "editor",
      description: "May look after people",
      permissions: [
        { resource_id: "stytch.member", actions: ["search", "update.info.name"] },
        { resource_id: "stytch.scim", actions: ["*"] },
      ],
    };
    const set = (organization_id, ...roles) =>
      rbac.organizations.setOrgPolicy({ organization_id, org_policy: { roles } });

    test("are set as a whole, read back, and shown on the organization", async () => {
      const before = succeeded(await rbac.organizations.getOrgPolicy({ organization_id }));
      assert.deepEqual(before.org_policy, { roles: [] });
      const answer = succeeded(await set(organization_id, editor));
      assert.deepEqual(answer.org_policy, { roles: [editor] });
      const read = succeeded(
        await rbac.organizations.getOrgPolicy({ organization_id: organization.organization_slug }),
      );
      assert.deepEqual(read.org_policy, { roles: [editor] });
      const { organization: shown } = await world.client.organizations.get({ organization_id });
      assert.deepEqual(shown.custom_roles, [editor]);
      const other = await world.organization();
      const { org_policy } = await rbac.organizations.getOrgPolicy({
        organization_id: other.organization_id,
      });
      assert.deepEqual(org_policy, { roles: [] }, "no other organization has them");
    });

    test("count wherever permissions do", async () => {
      const mine = await world.organization();
      await set(mine.organization_id, editor);
      const { email_address } = await world.member(mine, { roles: ["editor"] });
      const session = signedIn(await world.login(mine, email_address));
      assert.deepEqual(roleIds(session.member), ["editor", "stytch_member"]);
      assert.equal(session.member.is_admin, false);
      assert.deepEqual([...session.member_session.roles].sort(), ["editor", "stytch_member"]);

      const check = (action, resource_id = "stytch.member") => ({
        organization_id: mine.organization_id,
        resource_id,
        action,
      });
      const remote = succeeded(
        await world.client.sessions.authenticate({
          session_token: session.session_token,
          authorization_check: check("search"),
        }),
      );
      assert.deepEqual(remote.verdict, { authorized: true, granting_roles: ["editor"] });
      const local = await world.client.sessions.authenticateJwtLocal({
        session_jwt: session.session_jwt,
        authorization_check: check("rotate", "stytch.scim"),
      });
      assert.equal(local.member_id, session.member_id);
      await assert.rejects(
        world.client.sessions.authenticateJwtLocal({
          session_jwt: session.session_jwt,
          authorization_check: check("delete"),
        }),
        (error) => error.code === "invalid_permissions",
      );

      const authorization = { session_jwt: session.session_jwt };
      const colleague = await world.member(mine, { name: "Before" });
      const renamed = succeeded(
        await world.client.organizations.members.update(
          {
            organization_id: mine.organization_id,
            member_id: colleague.member_id,
            name: "After",
          },
          { authorization },
        ),
      );
      assert.equal(renamed.member.name, "After");
      await forbidden(
        world.client.organizations.members.delete(
          { organization_id: mine.organization_id, member_id: colleague.member_id },
          { authorization },
        ),
      );
    });

    test("must make sense", async () => {
      const { organization_id } = await world.organization();
      const permission = (resource_id, ...actions) => ({ resource_id, actions });
      const role = (role_id, ...permissions) => ({ role_id, description: "", permissions });
      const member = permission("stytch.member", "search");
      await refused(
        set(organization_id, role("twice", member), role("twice", member)),
        400,
        "rbac_role_duplicate",
      );
      await refused(
        set(organization_id, role("stytch_admin", member)),
        400,
        "rbac_role_duplicate",
        "invalid_rbac_stytch_role_edit",
        "cannot_assign_default_rbac_role_id",
        "invalid_rbac_custom_role",
      );
      await refused(
        set(organization_id, role("unknown", permission("documents", "read"))),
        400,
        "invalid_permission_resource",
        "invalid_rbac_custom_role",
      );
      await refused(
        set(organization_id, role("unknown", permission("stytch.member", "fly"))),
        400,
        "invalid_permission_action",
        "invalid_rbac_custom_role",
      );
      await refused(
        set(organization_id, role("nothing", permission("stytch.member"))),
        400,
        "rbac_permission_missing_actions",
      );
      await refused(
        set(organization_id, role("both", permission("stytch.member", "*", "search"))),
        400,
        "cannot_specify_wildcard_with_other_actions",
        "invalid_wildcard_action",
      );
      await refused(
        set(organization_id, role("", member)),
        400,
        "empty_rbac_role_id",
        "invalid_rbac_role_id",
      );
      const { org_policy } = await rbac.organizations.getOrgPolicy({ organization_id });
      assert.deepEqual(org_policy, { roles: [] }, "nothing of it was kept");
      await refused(
        set(unknownId("organization"), editor),
        404,
        "organization_not_found",
      );
    });
  });

  test("a role of one organization is not one of another", async () => {
    const mine = await world.organization();
    await rbac.organizations.setOrgPolicy({
      organization_id: mine.organization_id,
      org_policy: {
        roles: [
          {
            role_id: "local",
            description: "",
            permissions: [{ resource_id: "stytch.member", actions: ["search"] }],
          },
        ],
      },
    });
    const other = await world.organization();
    await refused(
      world.client.organizations.members.create({
        organization_id: other.organization_id,
        email_address: emailAt(),
        roles: ["local"],
      }),
      400,
      "invalid_rbac_role_assignment",
    );
  });
});
