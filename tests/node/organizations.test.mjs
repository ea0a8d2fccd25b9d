import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  World,
  emailAt,
  id,
  isOrganization,
  refused,
  sleep,
  succeeded,
  unique,
  uniqueDomain,
  unknownId,
} from "./sdk.mjs";

describe("organizations", () => {
  let world, organizations;
  before(async () => {
    world = await World.start();
    organizations = world.client.organizations;
  });
  after(() => world?.stop());

  const create = (fields = {}) =>
    organizations.create({ organization_name: "Acme", organization_slug: unique("acme"), ...fields });

  test("a new organization has the documented defaults", async () => {
    const slug = unique("acme");
    const answer = succeeded(
      await organizations.create({ organization_name: "Acme Inc.", organization_slug: slug }),
    );
    const organization = isOrganization(answer.organization);
    assert.match(organization.organization_id, id("organization"));
    assert.equal(organization.organization_name, "Acme Inc.");
    assert.equal(organization.organization_slug, slug);
    assert.equal(organization.organization_logo_url, "");
    assert.equal(organization.organization_external_id ?? null, null);
    assert.equal(organization.sso_jit_provisioning, "ALL_ALLOWED");
    assert.equal(organization.email_jit_provisioning, "NOT_ALLOWED");
    assert.equal(organization.email_invites, "ALL_ALLOWED");
    assert.equal(organization.oauth_tenant_jit_provisioning, "NOT_ALLOWED");
    assert.equal(organization.auth_methods, "ALL_ALLOWED");
    assert.equal(organization.mfa_policy, "OPTIONAL");
    assert.equal(organization.mfa_methods, "ALL_ALLOWED");
    assert.equal(organization.first_party_connected_apps_allowed_type, "ALL_ALLOWED");
    assert.equal(organization.third_party_connected_apps_allowed_type, "ALL_ALLOWED");
    assert.equal(organization.sso_default_connection_id ?? null, null);
    assert.equal(organization.scim_active_connection ?? null, null);
    for (const field of [
      "sso_jit_provisioning_allowed_connections",
      "sso_active_connections",
      "email_allowed_domains",
      "allowed_auth_methods",
      "rbac_email_implicit_role_assignments",
      "allowed_mfa_methods",
      "claimed_email_domains",
      "allowed_first_party_connected_apps",
      "allowed_third_party_connected_apps",
      "custom_roles",
    ]) {
      assert.deepEqual(organization[field], [], field);
    }
    assert.ok(Math.abs(Date.parse(organization.created_at) - Date.now()) < 60_000);
  });

  test("every setting is stored and given back, by id, slug and external id", async () => {
    const domain = uniqueDomain();
    const claimed = uniqueDomain();
    const settings = {
      organization_name: "Everything GmbH & Söhne",
      organization_slug: unique("every.thing_~"),
      organization_logo_url: "https://cdn.example/logo.png",
      organization_external_id: `${unique("ext")}|a_b.c`,
      trusted_metadata: { plan: "gold", seats: 12, nested: { a: [1, 2, null] } },
      sso_jit_provisioning: "NOT_ALLOWED",
      email_allowed_domains: [domain],
      email_jit_provisioning: "RESTRICTED",
      email_invites: "RESTRICTED",
      auth_methods: "RESTRICTED",
      allowed_auth_methods: ["magic_link", "password", "slack_oauth"],
      mfa_policy: "REQUIRED_FOR_ALL",
      mfa_methods: "RESTRICTED",
      allowed_mfa_methods: ["totp"],
      rbac_email_implicit_role_assignments: [{ domain, role_id: "stytch_admin" }],
      oauth_tenant_jit_provisioning: "RESTRICTED",
      allowed_oauth_tenants: { slack: ["T39102"] },
      claimed_email_domains: [claimed],
      first_party_connected_apps_allowed_type: "NOT_ALLOWED",
      third_party_connected_apps_allowed_type: "NOT_ALLOWED",
    };
    const { organization } = succeeded(await organizations.create(settings));
    isOrganization(organization);
    for (const [field, value] of Object.entries(settings)) {
      assert.deepEqual(organization[field], value, field);
    }
    for (const organization_id of [
      organization.organization_id,
      settings.organization_slug,
      settings.organization_external_id,
    ]) {
      const found = succeeded(await organizations.get({ organization_id }));
      assert.deepEqual(found.organization, organization);
    }
  });

  test("invitations are off by default once another authentication setting is given", async () => {
    const { organization } = await create({
      email_jit_provisioning: "RESTRICTED",
      email_allowed_domains: [uniqueDomain()],
    });
    assert.equal(organization.email_invites, "NOT_ALLOWED");
  });

  test("an update changes what it names and nothing else", async () => {
    const { organization: was } = await create({
      organization_external_id: unique("ext"),
      trusted_metadata: { a: 1, b: { x: 1, y: 2 }, c: "gone" },
      email_allowed_domains: [uniqueDomain(), uniqueDomain()],
    });
    await sleep(5);
    const domain = uniqueDomain();
    const { organization: is } = succeeded(
      await organizations.update({
        organization_id: was.organization_id,
        organization_name: "Renamed",
        email_allowed_domains: [domain],
        trusted_metadata: { b: { z: 3 }, c: null, d: true },
      }),
    );
    assert.deepEqual(is, {
      ...was,
      organization_name: "Renamed",
      email_allowed_domains: [domain],
      trusted_metadata: { a: 1, b: { z: 3 }, d: true },
      updated_at: is.updated_at,
    });
    assert.ok(Date.parse(is.updated_at) >= Date.parse(was.updated_at));
    const { organization: kept } = await organizations.get({ organization_id: was.organization_id });
    assert.deepEqual(kept, is);
  });

  test("a slug can be changed, and the old one is free again", async () => {
    const { organization } = await create();
    const slug = unique("moved");
    await organizations.update({
      organization_id: organization.organization_slug,
      organization_slug: slug,
    });
    const moved = await organizations.get({ organization_id: slug });
    assert.equal(moved.organization.organization_id, organization.organization_id);
    await refused(
      organizations.get({ organization_id: organization.organization_slug }),
      404,
      "organization_not_found",
    );
    const { organization: other } = await create({
      organization_slug: organization.organization_slug,
    });
    assert.notEqual(other.organization_id, organization.organization_id);
  });

  test("delete removes the organization and its members", async () => {
    const { organization } = await create();
    const member = await world.member(organization);
    const answer = succeeded(
      await organizations.delete({ organization_id: organization.organization_id }),
    );
    assert.equal(answer.organization_id, organization.organization_id);
    await refused(
      organizations.get({ organization_id: organization.organization_id }),
      404,
      "organization_not_found",
    );
    await refused(
      organizations.delete({ organization_id: organization.organization_id }),
      404,
      "organization_not_found",
    );
    await refused(
      organizations.members.dangerouslyGet({ member_id: member.member_id, include_deleted: true }),
      404,
      "member_not_found",
    );
    await create({ organization_slug: organization.organization_slug });
  });

  test("the external id can be set, is unique, and can be removed", async () => {
    const external = unique("crm");
    const { organization } = await create({ organization_external_id: external });
    await refused(
      create({ organization_external_id: external }),
      400,
      "organization_external_id_already_used",
    );
    const removed = succeeded(await organizations.deleteExternalId({ organization_id: external }));
    assert.equal(removed.organization.organization_id, organization.organization_id);
    assert.equal(removed.organization.organization_external_id ?? null, null);
    await refused(organizations.get({ organization_id: external }), 404, "organization_not_found");
    const { organization: other } = await create({ organization_external_id: external });
    assert.equal(other.organization_external_id, external);
    await refused(
      create({ organization_external_id: "not/allowed" }),
      400,
      "invalid_organization_external_id",
    );
    await refused(
      create({ organization_external_id: "x".repeat(129) }),
      400,
      "invalid_organization_external_id",
    );
  });

  test("metrics count the members", async () => {
    const { organization } = await create();
    const { organization_id } = organization;
    assert.equal(succeeded(await organizations.metrics({ organization_id })).member_count, 0);
    await world.member(organization);
    await world.member(organization);
    assert.equal((await organizations.metrics({ organization_id })).member_count, 2);
    await refused(
      organizations.metrics({ organization_id: unknownId("organization") }),
      404,
      "organization_not_found",
    );
  });

  describe("search", () => {
    let mark, first, second, third, member;
    const find = async (operands, operator = "AND") => {
      const answer = succeeded(await organizations.search({ query: { operator, operands } }));
      assert.equal(answer.results_metadata.total, answer.organizations.length);
      answer.organizations.forEach(isOrganization);
      return answer.organizations.map((o) => o.organization_id).sort();
    };
    const ids = (...found) => found.map((o) => o.organization_id).sort();

    before(async () => {
      mark = unique("mark");
      ({ organization: first } = await create({
        organization_name: `Alpha ${mark}`,
        organization_slug: `alpha-${mark}`,
        email_allowed_domains: [`alpha-${mark}.example`],
      }));
      ({ organization: second } = await create({
        organization_name: `Beta ${mark}`,
        organization_slug: `beta-${mark}`,
        claimed_email_domains: [`beta-${mark}.example`],
      }));
      ({ organization: third } = await create({
        organization_name: `Gamma ${mark}`,
        organization_slug: `gamma-${mark}`,
      }));
      member = await world.member(third, { email_address: `someone-${mark}@gamma.example` });
    });

    test("by each filter", async () => {
      const cases = [
        ["organization_ids", [first.organization_id, third.organization_id], [first, third]],
        ["organization_slugs", [second.organization_slug], [second]],
        ["organization_name_fuzzy", `ALPHA ${mark}`, [first]],
        ["organization_slug_fuzzy", `${mark}`, [first, second, third]],
        ["member_emails", [member.email_address], [third]],
        ["member_email_fuzzy", `someone-${mark}`, [third]],
        ["allowed_domains", [`alpha-${mark}.example`], [first]],
        ["allowed_domain_fuzzy", `alpha-${mark}`, [first]],
        ["claimed_email_domains", [`beta-${mark}.example`], [second]],
      ];
      for (const [filter_name, filter_value, expected] of cases) {
        assert.deepEqual(await find([{ filter_name, filter_value }]), ids(...expected), filter_name);
      }
    });

    test("by single sign-on, which nobody has yet", async () => {
      const narrow = { filter_name: "organization_slug_fuzzy", filter_value: mark };
      assert.deepEqual(
        await find([narrow, { filter_name: "has_active_sso_connection", filter_value: true }]),
        [],
      );
      assert.deepEqual(
        await find([narrow, { filter_name: "has_active_sso_connection", filter_value: false }]),
        ids(first, second, third),
      );
      assert.deepEqual(
        await find([
          narrow,
          { filter_name: "sso_connection_id", filter_value: unknownId("saml-connection") },
        ]),
        [],
      );
    });

    test("AND narrows, OR widens", async () => {
      const alpha = { filter_name: "organization_slugs", filter_value: [first.organization_slug] };
      const beta = { filter_name: "organization_slugs", filter_value: [second.organization_slug] };
      const all = { filter_name: "organization_slug_fuzzy", filter_value: mark };
      assert.deepEqual(await find([alpha, beta]), []);
      assert.deepEqual(await find([alpha, all]), ids(first));
      assert.deepEqual(await find([alpha, beta], "OR"), ids(first, second));
    });

    test("pages follow the cursor, without doubles or gaps", async () => {
      const seen = [];
      let cursor;
      let pages = 0;
      do {
        const answer = succeeded(
          await organizations.search({
            limit: 2,
            cursor,
            query: {
              operator: "AND",
              operands: [{ filter_name: "organization_slug_fuzzy", filter_value: mark }],
            },
          }),
        );
        assert.equal(answer.results_metadata.total, 3);
        assert.ok(answer.organizations.length <= 2);
        seen.push(...answer.organizations);
        cursor = answer.results_metadata.next_cursor ?? undefined;
        pages += 1;
      } while (cursor && pages < 10);
      assert.equal(pages, 2);
      assert.deepEqual(seen.map((o) => o.organization_id).sort(), ids(first, second, third));
    });

    test("no query finds everything", async () => {
      const answer = succeeded(await organizations.search({ limit: 1000 }));
      const found = new Set(answer.organizations.map((o) => o.organization_id));
      for (const organization of [first, second, third]) {
        assert.ok(found.has(organization.organization_id));
      }
      assert.equal(answer.results_metadata.total, answer.organizations.length);
    });

    test("wrong filters are refused", async () => {
      const search = (filter_name, filter_value) =>
        organizations.search({
          query: { operator: "AND", operands: [{ filter_name, filter_value }] },
        });
      await refused(search("colour", "red"), 400, "organization_search_filter_name_not_recognized");
      await refused(
        search("organization_name_fuzzy", "ab"),
        400,
        "organization_search_organization_name_fuzzy_too_short",
      );
      await refused(
        search("organization_slug_fuzzy", "ab"),
        400,
        "organization_search_organization_slug_fuzzy_too_short",
      );
      await refused(
        search("member_email_fuzzy", "ab"),
        400,
        "organization_search_member_email_fuzzy_too_short",
      );
      await refused(
        search("organization_slugs", "one"),
        400,
        "organization_search_expected_array_of_strings",
      );
      await refused(
        search("organization_name_fuzzy", 12),
        400,
        "organization_search_expected_string",
      );
      await refused(
        search("has_active_sso_connection", "yes"),
        400,
        "organization_search_expected_boolean",
      );
      await refused(organizations.search({ limit: 1001 }), 400);
      await refused(organizations.search({ cursor: "not a cursor" }), 400);
    });
  });

  describe("what is refused", () => {
    test("slugs and names out of shape", async () => {
      const slug = unique("taken");
      await create({ organization_slug: slug });
      await refused(create({ organization_slug: slug }), 400, "organization_slug_already_used");
      for (const bad of ["a", "white space", "slash/slash", "ümlaut", "x".repeat(129)]) {
        await refused(create({ organization_slug: bad }), 400, "invalid_organization_slug");
      }
      await refused(
        create({ organization_name: "" }),
        400,
        "invalid_organization_name",
        "organization_name_missing",
      );
      await refused(create({ organization_name: "x".repeat(129) }), 400, "invalid_organization_name");
      const { organization } = await create({ organization_name: "x".repeat(128) });
      assert.equal(organization.organization_name.length, 128);
    });

    test("words that are not in the list", async () => {
      for (const field of [
        "sso_jit_provisioning",
        "email_jit_provisioning",
        "email_invites",
        "auth_methods",
        "mfa_policy",
        "mfa_methods",
        "oauth_tenant_jit_provisioning",
        "first_party_connected_apps_allowed_type",
        "third_party_connected_apps_allowed_type",
      ]) {
        await refused(create({ [field]: "SOMETIMES" }), 400);
      }
      await refused(create({ email_jit_provisioning: "ALL_ALLOWED" }), 400);
      await refused(
        create({ auth_methods: "RESTRICTED", allowed_auth_methods: ["carrier_pigeon"] }),
        400,
        "invalid_organization_allowed_auth_methods",
      );
      await refused(
        create({ mfa_methods: "RESTRICTED", allowed_mfa_methods: ["passkey"] }),
        400,
        "invalid_organization_allowed_mfa_methods",
      );
    });

    test("settings that contradict each other", async () => {
      await refused(
        create({ auth_methods: "RESTRICTED" }),
        400,
        "allowed_auth_methods_required_for_restricted",
      );
      await refused(
        create({ mfa_methods: "RESTRICTED" }),
        400,
        "allowed_mfa_methods_required_for_restricted",
      );
      await refused(
        create({
          sso_jit_provisioning: "NOT_ALLOWED",
          email_jit_provisioning: "NOT_ALLOWED",
          email_invites: "NOT_ALLOWED",
        }),
        400,
        "invalid_organization_auth_factor_setting",
      );
      await refused(create({ email_invites: "RESTRICTED" }), 400, "invalid_restricted_email_setting");
      const { organization } = await create({
        auth_methods: "RESTRICTED",
        allowed_auth_methods: ["magic_link"],
        email_invites: "ALL_ALLOWED",
      });
      await refused(
        organizations.update({
          organization_id: organization.organization_id,
          allowed_auth_methods: [],
        }),
        400,
        "allowed_auth_methods_required_for_restricted",
      );
      const { organization: kept } = await organizations.get(organization);
      assert.deepEqual(kept, organization);
    });

    test("domains anyone can have, and domains that are none", async () => {
      for (const domain of ["gmail.com", "outlook.de", "yahoo.co.uk"]) {
        await refused(
          create({ email_allowed_domains: [domain] }),
          400,
          "organization_settings_domain_too_common",
        );
      }
      await refused(
        create({ email_allowed_domains: ["mailinator.com"] }),
        400,
        "organization_settings_disposable_domain",
      );
      await refused(
        create({ email_allowed_domains: ["not a domain"] }),
        400,
        "organization_settings_invalid_domain",
      );
      await refused(
        create({ claimed_email_domains: ["gmail.com"] }),
        400,
        "organization_settings_claimed_domain_too_common",
      );
      await refused(
        create({
          rbac_email_implicit_role_assignments: [{ domain: "gmail.com", role_id: "stytch_admin" }],
        }),
        400,
        "rbac_domain_too_common",
      );
    });

    test("metadata over its limits", async () => {
      const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`key${i}`, i]));
      await refused(create({ trusted_metadata: many }), 400, "metadata_too_many_keys");
      await refused(
        create({ trusted_metadata: { big: "x".repeat(5000) } }),
        400,
        "metadata_too_large",
      );
      const { organization } = await create({
        trusted_metadata: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key${i}`, i])),
      });
      await refused(
        organizations.update({
          organization_id: organization.organization_id,
          trusted_metadata: { one_more: 1 },
        }),
        400,
        "metadata_too_many_keys",
      );
      const { organization: swapped } = await organizations.update({
        organization_id: organization.organization_id,
        trusted_metadata: { key0: null, one_more: 1 },
      });
      assert.equal(Object.keys(swapped.trusted_metadata).length, 20);
    });

    test("an organization that does not exist", async () => {
      const organization_id = unknownId("organization");
      await refused(organizations.get({ organization_id }), 404, "organization_not_found");
      await refused(
        organizations.update({ organization_id, organization_name: "Nobody" }),
        404,
        "organization_not_found",
      );
      await refused(
        organizations.members.create({ organization_id, email_address: emailAt() }),
        404,
        "organization_not_found",
      );
    });

    test("of many at once that want one slug, one wins", async () => {
      const organization_slug = unique("race");
      const results = await Promise.allSettled(
        Array.from({ length: 12 }, () => create({ organization_slug })),
      );
      const won = results.filter((r) => r.status === "fulfilled");
      const lost = results.filter((r) => r.status === "rejected");
      assert.equal(won.length, 1);
      for (const { reason } of lost) {
        assert.equal(reason.error_type, "organization_slug_already_used", String(reason));
      }
    });
  });
});
