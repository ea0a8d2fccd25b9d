import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  REDIRECT_URL,
  World,
  emailAt,
  id,
  isMember,
  isOrganization,
  refused,
  roleIds,
  signedIn,
  sleep,
  succeeded,
  unique,
  uniqueDomain,
  unknownId,
} from "./sdk.mjs";

describe("members", () => {
  let world, members, organization, organization_id;
  before(async () => {
    world = await World.start();
    members = world.client.organizations.members;
    organization = await world.organization();
    organization_id = organization.organization_id;
  });
  after(() => world?.stop());

  const create = async (fields = {}) =>
    (await members.create({ organization_id, email_address: emailAt(), ...fields })).member;
  /** A member whose e-mail address is proven. */
  const verified = async (fields = {}) => {
    const member = await create(fields);
    return signedIn(await world.login(organization, member.email_address)).member;
  };

  test("a new member has the documented defaults", async () => {
    const email_address = emailAt();
    const answer = succeeded(await members.create({ organization_id, email_address }));
    const member = isMember(answer.member);
    isOrganization(answer.organization);
    assert.equal(answer.member_id, member.member_id);
    assert.match(member.member_id, id("member"));
    assert.equal(member.organization_id, organization_id);
    assert.equal(member.email_address, email_address);
    assert.equal(member.status, "active");
    assert.equal(member.name, "");
    assert.equal(member.email_address_verified, false);
    assert.equal(member.is_admin, false);
    assert.equal(member.is_breakglass, false);
    assert.equal(member.is_locked, false);
    assert.equal(member.mfa_enrolled, false);
    assert.equal(member.mfa_phone_number, "");
    assert.equal(member.mfa_phone_number_verified, false);
    assert.equal(member.member_password_id, "");
    assert.equal(member.totp_registration_id, "");
    assert.equal(member.default_mfa_method, "");
    assert.equal(member.external_id ?? null, null);
    assert.deepEqual(member.retired_email_addresses, []);
    assert.deepEqual(member.sso_registrations, []);
    assert.deepEqual(member.oauth_registrations, []);
    assert.deepEqual(roleIds(member), ["stytch_member"]);
    assert.equal(member.roles[0].sources[0].type, "direct_assignment");
  });

  test("every field is stored and given back, by id, external id and e-mail", async () => {
    const external_id = `${unique("hr")}|7`;
    const fields = {
      email_address: emailAt(),
      name: "Zoë Ångström",
      trusted_metadata: { level: 3 },
      untrusted_metadata: { theme: { dark: true } },
      is_breakglass: true,
      mfa_phone_number: "+14155552671",
      mfa_enrolled: true,
      external_id,
    };
    const member = await create({ ...fields, roles: ["stytch_admin"] });
    for (const [field, value] of Object.entries(fields)) {
      assert.deepEqual(member[field], value, field);
    }
    assert.equal(member.is_admin, true);
    assert.deepEqual(roleIds(member), ["stytch_admin", "stytch_member"]);
    assert.equal(member.mfa_phone_number_verified, false);

    for (const by of [
      { member_id: member.member_id },
      { member_id: external_id },
      { email_address: member.email_address },
      { email_address: member.email_address.toUpperCase() },
    ]) {
      for (const organization_id of [organization.organization_id, organization.organization_slug]) {
        const found = succeeded(await members.get({ organization_id, ...by }));
        assert.deepEqual(found.member, member, JSON.stringify(by));
        assert.equal(found.organization.organization_id, organization.organization_id);
      }
    }
    const found = succeeded(await members.dangerouslyGet({ member_id: member.member_id }));
    assert.deepEqual(found.member, member);
  });

  test("one may be created pending", async () => {
    const member = await create({ create_member_as_pending: true });
    assert.equal(member.status, "pending");
    const after = signedIn(await world.login(organization, member.email_address));
    assert.equal(after.member.status, "active");
    assert.equal(after.member.email_address_verified, true);
  });

  test("an address belongs to one member of an organization, whatever its case", async () => {
    const member = await create();
    await refused(create({ email_address: member.email_address }), 400, "duplicate_member_email");
    await refused(
      create({ email_address: member.email_address.toUpperCase() }),
      400,
      "duplicate_member_email",
    );
    const elsewhere = await world.organization();
    const twin = await world.member(elsewhere, { email_address: member.email_address });
    assert.notEqual(twin.member_id, member.member_id);
  });

  test("an update changes what it names and nothing else", async () => {
    const was = await create({
      name: "Before",
      trusted_metadata: { a: 1, b: { x: 1 } },
      untrusted_metadata: { keep: true },
      external_id: unique("hr"),
    });
    await sleep(5);
    const answer = succeeded(
      await members.update({
        organization_id,
        member_id: was.external_id,
        name: "After",
        trusted_metadata: { b: { y: 2 }, a: null },
        mfa_enrolled: true,
      }),
    );
    assert.deepEqual(answer.member, {
      ...was,
      name: "After",
      trusted_metadata: { b: { y: 2 } },
      mfa_enrolled: true,
      updated_at: answer.member.updated_at,
    });
    const { member: kept } = await members.get({ organization_id, member_id: was.member_id });
    assert.deepEqual(kept, answer.member);
  });

  test("roles given replace the roles assigned; stytch_member stays", async () => {
    const member = await create({ roles: ["stytch_admin"] });
    const update = (roles) =>
      members.update({ organization_id, member_id: member.member_id, roles });
    assert.deepEqual(roleIds((await update([])).member), ["stytch_member"]);
    const again = (await update(["stytch_admin"])).member;
    assert.deepEqual(roleIds(again), ["stytch_admin", "stytch_member"]);
    assert.equal(again.is_admin, true);
    await refused(update(["no_such_role"]), 400, "invalid_rbac_role_assignment");
  });

  test("an e-mail domain can imply a role", async () => {
    const domain = uniqueDomain();
    const other = await world.organization({
      rbac_email_implicit_role_assignments: [{ domain, role_id: "stytch_admin" }],
    });
    const inside = await world.member(other, { email_address: emailAt(domain) });
    const outside = await world.member(other);
    assert.deepEqual(roleIds(outside), ["stytch_member"]);
    assert.deepEqual(roleIds(inside), ["stytch_admin", "stytch_member"]);
    const [source] = inside.roles.find((r) => r.role_id === "stytch_admin").sources;
    assert.equal(source.type, "email_assignment");
    assert.equal(source.details.email_domain ?? source.details.domain, domain);
    assert.equal(inside.is_admin, true);
  });

  test("the phone number cannot be replaced while one is set", async () => {
    const member = await create({ mfa_phone_number: "+14155552672" });
    await refused(
      members.update({ organization_id, member_id: member.member_id, mfa_phone_number: "+14155552673" }),
      400,
    );
    await refused(create({ mfa_phone_number: "0800 reverse" }), 400, "invalid_phone_number");
  });

  test("the external id is unique in the organization and can be removed", async () => {
    const external_id = unique("hr");
    const member = await create({ external_id });
    await refused(create({ external_id }), 400, "duplicate_member_external_id");
    const elsewhere = await world.organization();
    await world.member(elsewhere, { external_id });
    const answer = succeeded(
      await members.deleteExternalId({ organization_id, member_id: external_id }),
    );
    assert.equal(answer.member.member_id, member.member_id);
    assert.equal(answer.member.external_id ?? null, null);
    await create({ external_id });
  });

  describe("changing the e-mail address", () => {
    test("the old one is retired and kept for the member", async () => {
      const member = await verified();
      assert.equal(member.email_address_verified, true);
      const next = emailAt();
      const { member: changed } = succeeded(
        await members.update({ organization_id, member_id: member.member_id, email_address: next }),
      );
      assert.equal(changed.email_address, next);
      assert.equal(changed.email_address_verified, false);
      assert.equal(changed.retired_email_addresses.length, 1);
      assert.equal(changed.retired_email_addresses[0].email_address, member.email_address);
      assert.match(changed.retired_email_addresses[0].email_id, id("email"));

      await refused(
        create({ email_address: member.email_address }),
        400,
        "duplicate_member_email",
        "retired_member_email",
      );
      const { member: back } = await members.update({
        organization_id,
        member_id: member.member_id,
        email_address: member.email_address,
      });
      assert.equal(back.email_address, member.email_address);
      assert.deepEqual(
        back.retired_email_addresses.map((r) => r.email_address),
        [next],
      );
    });

    test("unlink_email sets the old one free at once", async () => {
      const member = await verified();
      const { member: changed } = await members.update({
        organization_id,
        member_id: member.member_id,
        email_address: emailAt(),
        unlink_email: true,
      });
      assert.deepEqual(changed.retired_email_addresses, []);
      const other = await create({ email_address: member.email_address });
      assert.notEqual(other.member_id, member.member_id);
    });

    test("a retired address is set free by its id, or by the address", async () => {
      const member = await verified();
      const { member_id } = member;
      const second = emailAt();
      await members.update({ organization_id, member_id, email_address: second });
      const { member: third } = await members.update({
        organization_id,
        member_id,
        email_address: emailAt(),
      });
      assert.equal(third.retired_email_addresses.length, 2);

      await refused(
        members.unlinkRetiredEmail({ organization_id, member_id }),
        400,
        "retired_email_missing_email_identifiers",
      );
      const firstId = third.retired_email_addresses.find(
        (r) => r.email_address === member.email_address,
      ).email_id;
      await refused(
        members.unlinkRetiredEmail({
          organization_id,
          member_id,
          email_id: firstId,
          email_address: second,
        }),
        [400, 404],
      );
      const one = succeeded(
        await members.unlinkRetiredEmail({ organization_id, member_id, email_id: firstId }),
      );
      assert.equal(one.organization_id, organization_id);
      assert.deepEqual(
        one.member.retired_email_addresses.map((r) => r.email_address),
        [second],
      );
      const none = succeeded(
        await members.unlinkRetiredEmail({ organization_id, member_id, email_address: second }),
      );
      assert.deepEqual(none.member.retired_email_addresses, []);
      await create({ email_address: member.email_address });
    });

    test("a member confirms a new address by a link sent there", async () => {
      const member = await verified();
      const next = emailAt();
      const { answer, message, token } = await world.mailFrom(next, () =>
        members.startEmailUpdate({
          organization_id,
          member_id: member.member_id,
          email_address: next,
          login_redirect_url: REDIRECT_URL,
        }),
      );
      succeeded(answer);
      assert.equal(answer.member.email_address, member.email_address, "not changed yet");
      assert.deepEqual(message.envelope.to, [next]);
      const after = signedIn(
        await world.client.magicLinks.authenticate({ magic_links_token: token }),
      );
      assert.equal(after.member_id, member.member_id);
      assert.equal(after.member.email_address, next);
      assert.equal(after.member.email_address_verified, true);
      assert.deepEqual(
        after.member.retired_email_addresses.map((r) => r.email_address),
        [member.email_address],
      );
    });

    test("not to an address of someone else, nor for one who never proved theirs", async () => {
      const member = await verified();
      const other = await create();
      await refused(
        members.startEmailUpdate({
          organization_id,
          member_id: member.member_id,
          email_address: other.email_address,
        }),
        400,
        "duplicate_member_email",
        "duplicate_email",
      );
      await refused(
        members.startEmailUpdate({
          organization_id,
          member_id: other.member_id,
          email_address: emailAt(),
        }),
        400,
        "member_has_no_active_verified_email",
      );
      const pending = await create({ create_member_as_pending: true });
      await refused(
        members.startEmailUpdate({
          organization_id,
          member_id: pending.member_id,
          email_address: emailAt(),
        }),
        400,
        "email_updates_available_only_for_active_members",
      );
    });
  });

  describe("deletion", () => {
    test("hides the member, and frees the address", async () => {
      const member = await create();
      const { member_id, email_address } = member;
      const answer = succeeded(await members.delete({ organization_id, member_id }));
      assert.equal(answer.member_id, member_id);
      await refused(members.get({ organization_id, member_id }), 404, "member_not_found");
      await refused(members.get({ organization_id, email_address }), 404, "member_not_found");
      await refused(members.dangerouslyGet({ member_id }), 404, "member_not_found");
      const found = succeeded(await members.dangerouslyGet({ member_id, include_deleted: true }));
      assert.equal(found.member.status, "deleted");
      await refused(members.delete({ organization_id, member_id }), 404, "member_not_found");
      const again = await create({ email_address });
      assert.notEqual(again.member_id, member_id);
    });

    test("ends the member's sessions", async () => {
      const member = await create();
      const session = await world.login(organization, member.email_address);
      await members.delete({ organization_id, member_id: member.member_id });
      await refused(
        world.client.sessions.authenticate({ session_token: session.session_token }),
        404,
        "session_not_found",
      );
    });

    test("can be undone for a member with a proven address", async () => {
      const member = await verified();
      const { member_id } = member;
      await members.delete({ organization_id, member_id });
      const answer = succeeded(await members.reactivate({ organization_id, member_id }));
      assert.equal(answer.member.status, "active");
      assert.equal(answer.member.email_address, member.email_address);
      const { member: found } = await members.get({ organization_id, member_id });
      assert.equal(found.status, "active");
    });

    test("and otherwise not", async () => {
      const never = await create();
      await members.delete({ organization_id, member_id: never.member_id });
      await refused(
        members.reactivate({ organization_id, member_id: never.member_id }),
        400,
        "email_unverified_for_reactivation",
      );

      const present = await verified();
      await refused(
        members.reactivate({ organization_id, member_id: present.member_id }),
        400,
        "no_deleted_member_found_for_reactivation",
      );

      const replaced = await verified();
      await members.delete({ organization_id, member_id: replaced.member_id });
      await create({ email_address: replaced.email_address });
      await refused(
        members.reactivate({ organization_id, member_id: replaced.member_id }),
        400,
        "reactivation_email_belongs_to_another_member",
      );
    });
  });

  describe("search", () => {
    let mine, other, ada, bob, gone, pending;
    const find = async (operands, fields = {}) => {
      const answer = succeeded(
        await members.search({
          organization_ids: [mine.organization_id],
          query: operands && { operator: "AND", operands },
          ...fields,
        }),
      );
      answer.members.forEach(isMember);
      return answer;
    };
    const names = (answer) => answer.members.map((m) => m.name).sort();

    before(async () => {
      mine = await world.organization();
      other = await world.organization();
      ada = await world.member(mine, { name: "ada", is_breakglass: true, roles: ["stytch_admin"] });
      bob = await world.member(mine, { name: "bob", mfa_phone_number: "+14155552680" });
      gone = await world.member(mine, { name: "gone" });
      await members.delete({ organization_id: mine.organization_id, member_id: gone.member_id });
      pending = await world.member(mine, { name: "pending", create_member_as_pending: true });
      await world.member(other, { name: "stranger" });
    });

    test("without a query: everyone who is not deleted, with their organizations", async () => {
      const answer = await find(undefined);
      assert.deepEqual(names(answer), ["ada", "bob", "pending"]);
      assert.equal(answer.results_metadata.total, 3);
      assert.deepEqual(Object.keys(answer.organizations), [mine.organization_id]);
      isOrganization(answer.organizations[mine.organization_id]);
    });

    test("over several organizations", async () => {
      const answer = await find(undefined, {
        organization_ids: [mine.organization_slug, other.organization_id],
      });
      assert.deepEqual(names(answer), ["ada", "bob", "pending", "stranger"]);
      assert.deepEqual(
        Object.keys(answer.organizations).sort(),
        [mine.organization_id, other.organization_id].sort(),
      );
    });

    test("by each filter", async () => {
      const cases = [
        ["member_ids", [ada.member_id, bob.member_id], ["ada", "bob"]],
        ["member_emails", [bob.email_address], ["bob"]],
        ["member_email_fuzzy", ada.email_address.slice(0, -8).toUpperCase(), ["ada"]],
        ["member_is_breakglass", true, ["ada"]],
        ["member_is_breakglass", false, ["bob", "pending"]],
        ["statuses", ["deleted"], ["gone"]],
        ["statuses", ["active", "pending", "deleted", "invited"], ["ada", "bob", "gone", "pending"]],
        ["member_mfa_phone_numbers", ["+14155552680"], ["bob"]],
        ["member_mfa_phone_number_fuzzy", "5552680", ["bob"]],
        ["member_password_exists", true, []],
        ["member_password_exists", false, ["ada", "bob", "pending"]],
        ["member_roles", ["stytch_admin"], ["ada"]],
      ];
      for (const [filter_name, filter_value, expected] of cases) {
        const answer = await find([{ filter_name, filter_value }]);
        assert.deepEqual(names(answer), expected, `${filter_name} ${filter_value}`);
      }
    });

    test("AND and OR", async () => {
      const operands = [
        { filter_name: "member_emails", filter_value: [ada.email_address] },
        { filter_name: "statuses", filter_value: ["pending"] },
      ];
      assert.deepEqual(names(await find(operands)), []);
      const either = succeeded(
        await members.search({
          organization_ids: [mine.organization_id],
          query: { operator: "OR", operands },
        }),
      );
      assert.deepEqual(names(either), ["ada", "pending"]);
    });

    test("pages follow the cursor", async () => {
      const seen = [];
      let cursor;
      do {
        const answer = await find(undefined, { limit: 1, cursor });
        assert.equal(answer.members.length, 1);
        assert.equal(answer.results_metadata.total, 3);
        seen.push(answer.members[0].member_id);
        cursor = answer.results_metadata.next_cursor ?? undefined;
      } while (cursor && seen.length < 10);
      assert.deepEqual(
        seen.sort(),
        [ada.member_id, bob.member_id, pending.member_id].sort(),
      );
    });

    test("wrong filters are refused", async () => {
      const search = (filter_name, filter_value) => find([{ filter_name, filter_value }]);
      await refused(search("shoe_size", 42), 400, "member_search_filter_name_not_recognized");
      await refused(
        search("member_email_fuzzy", "ab"),
        400,
        "member_search_member_email_fuzzy_too_short",
      );
      await refused(search("member_ids", "one"), 400, "member_search_expected_array_of_strings");
      await refused(search("member_is_breakglass", "no"), 400, "member_search_expected_boolean");
      await refused(search("member_email_fuzzy", 1234), 400, "member_search_expected_string");
      await refused(search("statuses", ["asleep"]), 400, "search_invalid_status_filter");
      await refused(
        members.search({ organization_ids: [] }),
        400,
        "member_search_organization_ids_empty",
      );
      await refused(
        members.search({ organization_ids: [unknownId("organization")] }),
        404,
        "organization_not_found",
      );
    });
  });

  test("a member of another organization is not found", async () => {
    const elsewhere = await world.organization();
    const stranger = await world.member(elsewhere);
    const { member_id } = stranger;
    await refused(members.get({ organization_id, member_id }), 404, "member_not_found");
    await refused(
      members.update({ organization_id, member_id, name: "Mine now" }),
      404,
      "member_not_found",
    );
    await refused(members.delete({ organization_id, member_id }), 404, "member_not_found");
    const { member } = await members.dangerouslyGet({ member_id });
    assert.deepEqual(member, stranger);
  });

  test("addresses that are none are refused", async () => {
    const long = `${"x".repeat(300)}@a.example`;
    for (const email_address of ["", "nobody", "a@b@c", "spaces in@it.example", long]) {
      await refused(create({ email_address }), 400, "invalid_email");
    }
  });

  test("of many at once that want one address, one wins", async () => {
    const email_address = emailAt();
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, () => create({ email_address })),
    );
    assert.equal(results.filter((r) => r.status === "fulfilled").length, 1);
    for (const { status, reason } of results) {
      if (status === "rejected") assert.equal(reason.error_type, "duplicate_member_email", String(reason));
    }
  });
});
