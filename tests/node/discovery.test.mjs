import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  World,
  emailAt,
  isMember,
  isOrganization,
  minutesUntil,
  notYet,
  refused,
  roleIds,
  signedIn,
  succeeded,
  unique,
  uniqueDomain,
  unknownId,
} from "./sdk.mjs";

describe("discovery", () => {
  let world, discovery, organizations;
  before(async () => {
    world = await World.start();
    ({ discovery, organizations } = world.client);
  });
  after(() => world?.stop());

  const list = async (by) => succeeded(await discovery.organizations.list(by));
  const exchange = (intermediate_session_token, organization, fields = {}) =>
    discovery.intermediateSessions.exchange({
      intermediate_session_token,
      organization_id: organization.organization_id,
      ...fields,
    });

  describe("creating an organization", () => {
    test("makes its founder the administrator, signed in", async () => {
      const email_address = emailAt();
      const { intermediate_session_token } = await world.discover(email_address);
      const slug = unique("startup");
      const answer = signedIn(
        await discovery.organizations.create({
          intermediate_session_token,
          organization_name: "Startup",
          organization_slug: slug,
          organization_external_id: unique("crm"),
          trusted_metadata: { source: "signup" },
          session_duration_minutes: 90,
          session_custom_claims: { first: true },
        }),
      );
      assert.equal(answer.organization.organization_name, "Startup");
      assert.equal(answer.organization.organization_slug, slug);
      assert.deepEqual(answer.organization.trusted_metadata, { source: "signup" });
      assert.equal(answer.member.email_address, email_address);
      assert.equal(answer.member.email_address_verified, true);
      assert.equal(answer.member.status, "active");
      assert.equal(answer.member.is_admin, true);
      assert.deepEqual(roleIds(answer.member), ["stytch_admin", "stytch_member"]);
      assert.deepEqual([...answer.member_session.roles].sort(), ["stytch_admin", "stytch_member"]);
      assert.deepEqual(answer.member_session.custom_claims, { first: true });
      assert.equal(minutesUntil(answer.member_session.expires_at), 90);
      assert.equal(answer.member_session.authentication_factors[0].type, "magic_link");

      await refused(
        discovery.organizations.create({ intermediate_session_token }),
        404,
        "intermediate_session_not_found",
      );
    });

    test("invents a name and a slug from the address", async () => {
      const domain = uniqueDomain();
      const company = signedIn(
        await discovery.organizations.create({
          intermediate_session_token: (await world.discover(emailAt(domain)))
            .intermediate_session_token,
        }),
      ).organization;
      assert.ok(
        company.organization_name.toLowerCase().includes(domain.split(".")[0]),
        company.organization_name,
      );
      assert.match(company.organization_slug, /^[A-Za-z0-9._~-]{2,128}$/);

      const local = unique("jane");
      const person = signedIn(
        await discovery.organizations.create({
          intermediate_session_token: (await world.discover(`${local}@gmail.com`))
            .intermediate_session_token,
        }),
      ).organization;
      assert.ok(
        person.organization_name.toLowerCase().includes(local),
        person.organization_name,
      );
    });

    test("of two from one domain, both get a slug of their own", async () => {
      const domain = uniqueDomain();
      const slugs = new Set();
      for (let i = 0; i < 2; i++) {
        const { intermediate_session_token } = await world.discover(emailAt(domain));
        const { organization } = signedIn(
          await discovery.organizations.create({ intermediate_session_token }),
        );
        slugs.add(organization.organization_slug);
      }
      assert.equal(slugs.size, 2);
    });

    test("a taken slug is refused, and the proof is not lost", async () => {
      const taken = await world.organization();
      const { intermediate_session_token } = await world.discover(emailAt());
      await refused(
        discovery.organizations.create({
          intermediate_session_token,
          organization_slug: taken.organization_slug,
        }),
        400,
        "organization_slug_already_used",
      );
      signedIn(
        await discovery.organizations.create({
          intermediate_session_token,
          organization_slug: unique("other"),
        }),
      );
    });

    test("one that requires a second factor asks its founder for one", async () => {
      const { intermediate_session_token } = await world.discover(emailAt());
      const answer = notYet(
        await discovery.organizations.create({
          intermediate_session_token,
          organization_slug: unique("strict"),
          mfa_policy: "REQUIRED_FOR_ALL",
        }),
      );
      assert.ok(answer.mfa_required);
      assert.equal(answer.primary_required ?? null, null);
      assert.equal(answer.organization.mfa_policy, "REQUIRED_FOR_ALL");
    });
  });

  describe("finding organizations", () => {
    test("those one is in, invited to, or expected in", async () => {
      const email_address = emailAt();
      const active = await world.organization();
      await world.member(active, { email_address });
      const pending = await world.organization();
      await world.member(pending, { email_address, create_member_as_pending: true });
      const invited = await world.organization();
      await world.mailFrom(email_address, () =>
        world.client.magicLinks.email.invite({
          organization_id: invited.organization_id,
          email_address,
        }),
      );
      const left = await world.organization();
      const gone = await world.member(left, { email_address });
      await organizations.members.delete({
        organization_id: left.organization_id,
        member_id: gone.member_id,
      });

      const proven = succeeded(await world.discover(email_address));
      const by = Object.fromEntries(
        proven.discovered_organizations.map((d) => [d.organization.organization_id, d]),
      );
      assert.deepEqual(
        Object.keys(by).sort(),
        [active, pending, invited].map((o) => o.organization_id).sort(),
      );
      for (const [organization, type] of [
        [active, "active_member"],
        [pending, "pending_member"],
        [invited, "invited_member"],
      ]) {
        const found = by[organization.organization_id];
        isOrganization(found.organization);
        assert.equal(found.membership.type, type);
        assert.equal(found.membership.details ?? null, null);
        assert.equal(isMember(found.membership.member).email_address, email_address);
        assert.equal(found.member_authenticated, true);
        assert.equal(found.primary_required ?? null, null);
        assert.equal(found.mfa_required ?? null, null);
      }
    });

    test("the list can be read again, with the proof or with a session", async () => {
      const email_address = emailAt();
      const mine = await world.organization();
      await world.member(mine, { email_address });
      const { intermediate_session_token } = await world.discover(email_address);
      for (let i = 0; i < 2; i++) {
        const answer = await list({ intermediate_session_token });
        assert.equal(answer.email_address, email_address);
        assert.equal(answer.discovered_organizations.length, 1);
        assert.equal(answer.organization_id_hint ?? null, null);
      }
      const session = signedIn(await exchange(intermediate_session_token, mine));
      for (const by of [
        { session_token: session.session_token },
        { session_jwt: session.session_jwt },
      ]) {
        const answer = await list(by);
        assert.equal(answer.email_address, email_address);
        assert.deepEqual(
          answer.discovered_organizations.map((d) => d.membership.type),
          ["active_member"],
        );
      }
      await refused(
        discovery.organizations.list({ intermediate_session_token }),
        404,
        "intermediate_session_not_found",
      );
      await refused(discovery.organizations.list({}), 400);
      await refused(
        discovery.organizations.list({
          session_token: session.session_token,
          session_jwt: session.session_jwt,
        }),
        400,
      );
    });

    test("by domain only once a colleague has proven an address of it", async () => {
      const domain = uniqueDomain();
      const open = await world.organization({
        email_jit_provisioning: "RESTRICTED",
        email_allowed_domains: [domain],
        email_invites: "ALL_ALLOWED",
      });
      const early = await world.discover(emailAt(domain));
      assert.deepEqual(early.discovered_organizations, [], "nobody has proven the domain");
      await refused(
        exchange(early.intermediate_session_token, open),
        [400, 401, 403, 404],
      );

      const colleague = await world.member(open, { email_address: emailAt(domain) });
      const still = await world.discover(emailAt(domain));
      assert.deepEqual(still.discovered_organizations, [], "a mere member proves nothing");

      signedIn(await world.login(open, colleague.email_address));
      const email_address = emailAt(domain);
      const late = await world.discover(email_address);
      assert.equal(late.discovered_organizations.length, 1);
      const [found] = late.discovered_organizations;
      assert.equal(found.organization.organization_id, open.organization_id);
      assert.equal(found.membership.type, "eligible_to_join_by_email_domain");
      assert.equal(found.membership.details.domain, domain);
      assert.equal(found.membership.member ?? null, null);
      assert.equal(found.member_authenticated, true);

      const joined = signedIn(await exchange(late.intermediate_session_token, open));
      assert.equal(joined.member.email_address, email_address);
      assert.equal(joined.member.status, "active");
      assert.equal(joined.member.email_address_verified, true);
      assert.equal(joined.member.is_admin, false);

      // Someone with a session sees memberships only.
      const second = await world.organization({
        email_jit_provisioning: "RESTRICTED",
        email_allowed_domains: [domain],
        email_invites: "ALL_ALLOWED",
      });
      signedIn(
        await world.login(
          second,
          (await world.member(second, { email_address: emailAt(domain) })).email_address,
        ),
      );
      const seen = await list({ session_token: joined.session_token });
      assert.deepEqual(
        seen.discovered_organizations.map((d) => d.organization.organization_id),
        [open.organization_id],
      );
    });

    test("each says what would still be missing", async () => {
      const email_address = emailAt();
      const password = await world.organization({
        auth_methods: "RESTRICTED",
        allowed_auth_methods: ["password"],
        email_invites: "ALL_ALLOWED",
      });
      const mfa = await world.organization({
        mfa_policy: "REQUIRED_FOR_ALL",
        email_invites: "ALL_ALLOWED",
      });
      await world.member(password, { email_address });
      await world.member(mfa, { email_address });
      const { discovered_organizations } = await world.discover(email_address);
      const of = (organization) =>
        discovered_organizations.find(
          (d) => d.organization.organization_id === organization.organization_id,
        );
      assert.equal(of(password).member_authenticated, false);
      assert.deepEqual(of(password).primary_required.allowed_auth_methods, ["password"]);
      assert.equal(of(mfa).member_authenticated, false);
      assert.equal(of(mfa).primary_required ?? null, null);
      assert.ok(of(mfa).mfa_required);
      assert.equal(of(mfa).mfa_required.secondary_auth_initiated ?? null, null);
    });
  });

  describe("exchange", () => {
    test("accepts an invitation", async () => {
      const email_address = emailAt();
      const organization = await world.organization();
      await world.mailFrom(email_address, () =>
        world.client.magicLinks.email.invite({
          organization_id: organization.organization_id,
          email_address,
          roles: ["stytch_admin"],
        }),
      );
      const { intermediate_session_token } = await world.discover(email_address);
      const answer = signedIn(
        await exchange(intermediate_session_token, organization, {
          session_duration_minutes: 45,
          session_custom_claims: { via: "discovery" },
        }),
      );
      assert.equal(answer.member.status, "active");
      assert.equal(answer.member.is_admin, true);
      assert.equal(minutesUntil(answer.member_session.expires_at), 45);
      assert.deepEqual(answer.member_session.custom_claims, { via: "discovery" });
      await refused(
        exchange(intermediate_session_token, organization),
        404,
        "intermediate_session_not_found",
      );
    });

    test("that cannot finish gives the same proof back", async () => {
      const email_address = emailAt();
      const mfa = await world.organization({
        mfa_policy: "REQUIRED_FOR_ALL",
        email_invites: "ALL_ALLOWED",
      });
      const free = await world.organization();
      await world.member(mfa, { email_address });
      await world.member(free, { email_address });
      const { intermediate_session_token } = await world.discover(email_address);
      const answer = notYet(
        await exchange(intermediate_session_token, mfa, { session_duration_minutes: 45 }),
      );
      assert.equal(answer.intermediate_session_token, intermediate_session_token);
      assert.ok(answer.mfa_required);
      signedIn(await exchange(intermediate_session_token, free));
    });

    test("does not let a stranger in", async () => {
      const organization = await world.organization();
      const { intermediate_session_token } = await world.discover(emailAt());
      await refused(
        exchange(intermediate_session_token, organization),
        400,
        "email_jit_provisioning_not_allowed",
      );
      await refused(
        exchange(intermediate_session_token, { organization_id: unknownId("organization") }),
        404,
        "organization_not_found",
      );
      await refused(
        exchange("no-such-token", organization),
        404,
        "intermediate_session_not_found",
      );
    });

    test("of many at once with one proof, one gets a session", async () => {
      const email_address = emailAt();
      const organization = await world.organization();
      await world.member(organization, { email_address });
      const { intermediate_session_token } = await world.discover(email_address);
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => exchange(intermediate_session_token, organization)),
      );
      assert.equal(results.filter((r) => r.status === "fulfilled").length, 1);
      for (const { status, reason } of results) {
        if (status === "rejected") {
          assert.equal(reason.error_type, "intermediate_session_not_found", String(reason));
        }
      }
    });
  });

  describe("claimed domains", () => {
    test("people of the domain can be in organizations that claimed it, only", async () => {
      const domain = uniqueDomain();
      const owner = await world.organization({ claimed_email_domains: [domain] });
      const other = await world.organization();
      const type = "action_not_allowed_email_domain_is_claimed";

      await world.member(owner, { email_address: emailAt(domain) });
      await refused(world.member(other, { email_address: emailAt(domain) }), 400, type);
      await refused(
        world.client.magicLinks.email.invite({
          organization_id: other.organization_id,
          email_address: emailAt(domain),
        }),
        400,
        type,
      );
      const { intermediate_session_token } = await world.discover(emailAt(domain));
      await refused(
        discovery.organizations.create({
          intermediate_session_token,
          organization_slug: unique("breakout"),
        }),
        400,
        type,
      );
    });
  });

  test("a person without an organization grows into a company, without migrating anything", async () => {
    // Someone signs up; an organization exists behind the scenes.
    const domain = uniqueDomain();
    const email_address = emailAt(domain);
    const { intermediate_session_token } = await world.discover(email_address);
    const alone = signedIn(await discovery.organizations.create({ intermediate_session_token }));
    const { organization_id } = alone.organization;
    const authorization = { session_token: alone.session_token };

    // Later it becomes a company: a name, a slug, a domain of its own, by its own administrator.
    const slug = unique("company");
    const { organization } = succeeded(
      await organizations.update(
        {
          organization_id,
          organization_name: "The Company",
          organization_slug: slug,
          email_allowed_domains: [domain],
          email_jit_provisioning: "RESTRICTED",
        },
        { authorization },
      ),
    );
    assert.equal(organization.organization_id, organization_id);

    // A colleague is invited; another joins by the domain.
    const invitee = emailAt();
    const { token } = await world.mailFrom(invitee, () =>
      world.client.magicLinks.email.invite(
        { organization_id, email_address: invitee },
        { authorization },
      ),
    );
    const invited = signedIn(
      await world.client.magicLinks.authenticate({ magic_links_token: token }),
    );
    const joiner = await world.discover(emailAt(domain));
    const joined = signedIn(
      await exchange(joiner.intermediate_session_token, { organization_id: slug }),
    );
    assert.equal(invited.organization.organization_id, organization_id);
    assert.equal(joined.organization.organization_id, organization_id);

    // The founder's session went on all the while, and is the same member.
    const still = succeeded(
      await world.client.sessions.authenticate({ session_token: alone.session_token }),
    );
    assert.equal(still.member.member_id, alone.member_id);
    assert.equal(still.member_session.organization_slug, slug);
    assert.equal((await organizations.metrics({ organization_id })).member_count, 3);
  });
});
