// Calls made by the application's backend on behalf of a member: every method of the SDK that takes `authorization`
// hands it on. What each permission allows is tested in Python.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, emailAt, forbidden, signedIn, succeeded, unique } from "./sdk.mjs";

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

  test("a plain member may none of it, by whichever method", async () => {
    const { member_id, email_address } = admin.member;
    const of = { organization_id, member_id };
    for (const options of [by(member), byJwt(member)]) {
      await forbidden(organizations.update({ organization_id, organization_name: "Mine" }, options));
      await forbidden(organizations.delete({ organization_id }, options));
      await forbidden(organizations.deleteExternalId({ organization_id }, options));
      await forbidden(members.create({ organization_id, email_address: emailAt() }, options));
      await forbidden(members.update({ ...of, name: "Taken over" }, options));
      await forbidden(members.delete(of, options));
      await forbidden(members.reactivate(of, options));
      await forbidden(members.deleteExternalId(of, options));
      await forbidden(members.search({ organization_ids: [organization_id] }, options));
      await forbidden(members.startEmailUpdate({ ...of, email_address: emailAt() }, options));
      await forbidden(members.unlinkRetiredEmail({ ...of, email_address }, options));
      await forbidden(
        world.client.magicLinks.email.invite({ organization_id, email_address: emailAt() }, options),
      );
      await forbidden(world.client.sessions.revoke({ member_id }, options));
    }
  });
});
