// Calls made by the application's backend on behalf of a member: the server checks
// the member's permissions, field by field.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  World,
  emailAt,
  forbidden,
  refused,
  signedIn,
  succeeded,
  unique,
  uniqueDomain,
} from "./sdk.mjs";

describe("acting as a member", () => {
  let world, organizations, members, organization, organization_id, admin, member;
  before(async () => {
    world = await World.start();
    ({ organizations } = world.client);
    ({ members } = organizations);
    const founded = signedIn(await world.foundOrganization());
    ({ organization } = founded);
    ({ organization_id } = organization);
    admin = founded;
    const { email_address } = await world.member(organization, { name: "Plain" });
    member = signedIn(await world.login(organization, email_address));
  });
  after(() => world?.stop());

  const by = (session) => ({ authorization: { session_token: session.session_token } });
  const byJwt = (session) => ({ authorization: { session_jwt: session.session_jwt } });

  test("an administrator changes the organization, by token or by JWT", async () => {
    for (const options of [by(admin), byJwt(admin)]) {
      const organization_name = unique("Renamed");
      const answer = succeeded(
        await organizations.update({ organization_id, organization_name }, options),
      );
      assert.equal(answer.organization.organization_name, organization_name);
    }
  });

  test("a plain member changes none of it", async () => {
    const domain = uniqueDomain();
    for (const fields of [
      { organization_name: "Mine" },
      { organization_slug: unique("mine") },
      { organization_logo_url: "https://cdn.example/mine.png" },
      { email_invites: "NOT_ALLOWED" },
      { email_allowed_domains: [domain] },
      { email_jit_provisioning: "RESTRICTED", email_allowed_domains: [domain] },
      { auth_methods: "RESTRICTED", allowed_auth_methods: ["magic_link"] },
      { mfa_policy: "REQUIRED_FOR_ALL" },
      { mfa_methods: "RESTRICTED", allowed_mfa_methods: ["totp"] },
      { sso_jit_provisioning: "NOT_ALLOWED" },
      { rbac_email_implicit_role_assignments: [{ domain, role_id: "stytch_admin" }] },
      { oauth_tenant_jit_provisioning: "RESTRICTED", allowed_oauth_tenants: { slack: ["T1"] } },
    ]) {
      for (const options of [by(member), byJwt(member)]) {
        await forbidden(organizations.update({ organization_id, ...fields }, options));
      }
    }
    await forbidden(organizations.delete({ organization_id }, by(member)));
    const { organization: now } = await organizations.get({ organization_id });
    assert.notEqual(now.organization_name, "Mine");
    assert.equal(now.mfa_policy, "OPTIONAL");
  });

  test("a role may allow one field and not the next", async () => {
    const mine = signedIn(await world.foundOrganization()).organization;
    await world.client.rbac.organizations.setOrgPolicy({
      organization_id: mine.organization_id,
      org_policy: {
        roles: [
          {
            role_id: "namer",
            description: "May rename",
            permissions: [{ resource_id: "stytch.organization", actions: ["update.info.name"] }],
          },
        ],
      },
    });
    const { email_address } = await world.member(mine, { roles: ["namer"] });
    const namer = by(signedIn(await world.login(mine, email_address)));
    const { organization_id } = mine;
    succeeded(await organizations.update({ organization_id, organization_name: "New" }, namer));
    await forbidden(
      organizations.update({ organization_id, organization_slug: unique("new") }, namer),
    );
    await forbidden(
      organizations.update(
        { organization_id, organization_name: "Newer", mfa_policy: "REQUIRED_FOR_ALL" },
        namer,
      ),
    );
    const { organization: now } = await organizations.get({ organization_id });
    assert.equal(now.organization_name, "New", "a refused update changes nothing at all");
  });

  test("an administrator manages the members", async () => {
    const options = by(admin);
    const created = succeeded(
      await members.create(
        { organization_id, email_address: emailAt(), name: "Hired", roles: ["stytch_admin"] },
        options,
      ),
    ).member;
    assert.equal(created.is_admin, true);
    const { member_id } = created;
    const updated = succeeded(
      await members.update(
        { organization_id, member_id, name: "Promoted", roles: [], untrusted_metadata: { a: 1 } },
        options,
      ),
    ).member;
    assert.equal(updated.name, "Promoted");
    assert.equal(updated.is_admin, false);
    const found = succeeded(
      await members.search({ organization_ids: [organization_id] }, options),
    );
    assert.ok(found.members.some((m) => m.member_id === member_id));
    const invitee = emailAt();
    const { answer } = await world.mailFrom(invitee, () =>
      world.client.magicLinks.email.invite(
        { organization_id, email_address: invitee },
        options,
      ),
    );
    assert.equal(answer.member.status, "invited");
    succeeded(await members.delete({ organization_id, member_id }, options));
  });

  test("a plain member manages nobody", async () => {
    const other = await world.member(organization, { name: "Other" });
    const { member_id } = other;
    const options = by(member);
    await forbidden(members.create({ organization_id, email_address: emailAt() }, options));
    await forbidden(members.update({ organization_id, member_id, name: "Nobody" }, options));
    await forbidden(members.delete({ organization_id, member_id }, options));
    await forbidden(members.search({ organization_ids: [organization_id] }, options));
    await forbidden(
      world.client.magicLinks.email.invite(
        { organization_id, email_address: emailAt() },
        options,
      ),
    );
    await forbidden(world.client.sessions.revoke({ member_id: admin.member_id }, options));
    const { member: kept } = await members.get({ organization_id, member_id });
    assert.deepEqual(kept, other);
    succeeded(await world.client.sessions.authenticate({ session_token: admin.session_token }));
  });

  test("but looks after itself, within limits", async () => {
    const { email_address } = await world.member(organization, { name: "Me" });
    const me = signedIn(await world.login(organization, email_address));
    const options = by(me);
    const { member_id } = me;
    const renamed = succeeded(
      await members.update(
        { organization_id, member_id, name: "Myself", untrusted_metadata: { theme: "dark" } },
        options,
      ),
    ).member;
    assert.equal(renamed.name, "Myself");
    assert.deepEqual(renamed.untrusted_metadata, { theme: "dark" });
    await forbidden(
      members.update({ organization_id, member_id, roles: ["stytch_admin"] }, options),
    );
    await forbidden(members.update({ organization_id, member_id, is_breakglass: true }, options));
    await refused(
      members.update({ organization_id, member_id, email_address: emailAt() }, options),
      [400, 401, 403],
      "member_cannot_update_their_email_address",
      "unauthorized_action",
    );
    await refused(
      members.update({ organization_id, member_id, trusted_metadata: { rich: true } }, options),
      401,
      "cannot_update_trusted_metadata",
    );
    const { member: now } = await members.get({ organization_id, member_id });
    assert.deepEqual(now.trusted_metadata ?? {}, {});
    assert.equal(now.is_admin, false);
    succeeded(await world.client.sessions.revoke({ member_id }, options));
    await refused(
      world.client.sessions.authenticate({ session_token: me.session_token }),
      404,
      "session_not_found",
    );
  });

  test("a member may delete itself", async () => {
    const { email_address } = await world.member(organization);
    const me = signedIn(await world.login(organization, email_address));
    succeeded(await members.delete({ organization_id, member_id: me.member_id }, by(me)));
    await refused(
      members.get({ organization_id, member_id: me.member_id }),
      404,
      "member_not_found",
    );
  });

  test("trusted metadata is the backend's own business", async () => {
    await refused(
      organizations.update({ organization_id, trusted_metadata: { plan: "free" } }, by(admin)),
      401,
      "cannot_update_trusted_metadata",
    );
  });

  test("not even an administrator reaches another organization", async () => {
    const other = await world.organization();
    const stranger = await world.member(other, { name: "Stranger" });
    for (const options of [by(admin), byJwt(admin)]) {
      await refused(
        organizations.update(
          { organization_id: other.organization_id, organization_name: "Taken" },
          options,
        ),
        403,
        "session_authorization_tenancy_error",
      );
      await refused(
        members.update(
          { organization_id: other.organization_id, member_id: stranger.member_id, name: "Taken" },
          options,
        ),
        403,
        "session_authorization_tenancy_error",
      );
      await refused(
        members.search({ organization_ids: [other.organization_id] }, options),
        403,
        "session_authorization_tenancy_error",
      );
      await refused(
        members.search({ organization_ids: [organization_id, other.organization_id] }, options),
        403,
        "session_authorization_tenancy_error",
      );
    }
    const { member: kept } = await members.get({
      organization_id: other.organization_id,
      member_id: stranger.member_id,
    });
    assert.equal(kept.name, "Stranger");
  });

  test("a dead session gives no rights", async () => {
    const { email_address } = await world.member(organization, { roles: ["stytch_admin"] });
    const session = signedIn(await world.login(organization, email_address));
    await world.client.sessions.revoke({ session_token: session.session_token });
    for (const options of [by(session), byJwt(session)]) {
      await refused(
        organizations.update({ organization_id, organization_name: "Ghost" }, options),
        404,
        "session_not_found",
      );
    }
  });

  test("rights follow the roles at once", async () => {
    const { email_address, member_id } = await world.member(organization, {
      roles: ["stytch_admin"],
    });
    const session = signedIn(await world.login(organization, email_address));
    succeeded(
      await organizations.update(
        { organization_id, organization_name: unique("By a deputy") },
        by(session),
      ),
    );
    await members.update({ organization_id, member_id, roles: [] });
    await forbidden(
      organizations.update({ organization_id, organization_name: "Still?" }, by(session)),
    );
  });
});
