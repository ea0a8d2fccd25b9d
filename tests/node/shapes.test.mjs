// Every operation of the SDK that the server offers, once. What they do is tested in Python; here it counts that the
// unmodified SDK finds each, and that each answer has the shape that the SDK's types promise. The SDK itself checks none.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  World,
  emailAt,
  id,
  isMember,
  isOrganization,
  isSession,
  notYet,
  pkcePair,
  roleIds,
  signedIn,
  succeeded,
  unique,
} from "./sdk.mjs";
import { authenticatorCode } from "./totp.mjs";

describe("answers", () => {
  let world, client;
  before(async () => {
    world = await World.start();
    ({ client } = world);
  });
  after(() => world?.stop());

  test("of organizations", async () => {
    const { organizations } = client;
    const trusted_metadata = { plan: "gold" };
    const made = succeeded(
      await organizations.create({
        organization_name: "Acme",
        organization_slug: unique("acme"),
        organization_external_id: unique("ext"),
        trusted_metadata,
        allowed_oauth_tenants: { slack: ["T1"] },
        email_jit_provisioning: "NOT_ALLOWED",
      }),
    ).organization;
    isOrganization(made);
    assert.match(made.organization_id, id("organization"));
    assert.deepEqual(made.trusted_metadata, trusted_metadata);
    const { organization_id } = made;
    for (const name of [organization_id, made.organization_slug, made.organization_external_id]) {
      assert.deepEqual(succeeded(await organizations.get({ organization_id: name })).organization, made);
    }
    const changed = succeeded(await organizations.update({ organization_id, organization_name: "New" }));
    assert.equal(isOrganization(changed.organization).organization_name, "New");
    const query = {
      operator: "AND",
      operands: [{ filter_name: "organization_ids", filter_value: [organization_id] }],
    };
    const found = succeeded(await organizations.search({ query, limit: 1 }));
    assert.deepEqual(found.organizations, [changed.organization]);
    assert.deepEqual(found.results_metadata, { total: 1, next_cursor: null });
    assert.equal(succeeded(await organizations.metrics({ organization_id })).member_count, 0);
    const without = succeeded(await organizations.deleteExternalId({ organization_id })).organization;
    assert.equal(isOrganization(without).organization_external_id ?? null, null);
    assert.equal(succeeded(await organizations.delete({ organization_id })).organization_id, organization_id);
  });

  test("of members", async () => {
    const { members } = client.organizations;
    const organization = await world.organization();
    const { organization_id } = organization;
    const address = emailAt();
    const made = succeeded(
      await members.create({
        organization_id,
        email_address: address,
        name: "Ada",
        external_id: unique("hr"),
        untrusted_metadata: { theme: "dark" },
        roles: ["stytch_admin"],
      }),
    );
    isMember(made.member);
    isOrganization(made.organization);
    const { member_id } = made;
    assert.match(member_id, id("member"));
    assert.deepEqual(roleIds(made.member), ["stytch_admin", "stytch_member"]);
    assert.equal(made.member.roles[0].sources[0].type, "direct_assignment");
    for (const by of [{ member_id }, { member_id: made.member.external_id }, { email_address: address }]) {
      assert.deepEqual(succeeded(await members.get({ organization_id, ...by })).member, made.member);
    }
    assert.deepEqual(succeeded(await members.dangerouslyGet({ member_id })).member, made.member);
    const changed = succeeded(await members.update({ organization_id, member_id, roles: [] }));
    assert.deepEqual(roleIds(isMember(changed.member)), ["stytch_member"]);
    const found = succeeded(await members.search({ organization_ids: [organization_id] }));
    assert.deepEqual(found.members, [changed.member]);
    isOrganization(found.organizations[organization_id]);
    const without = succeeded(await members.deleteExternalId({ organization_id, member_id }));
    assert.equal(isMember(without.member).external_id ?? null, null);

    signedIn(await world.login(organization, address));
    const next = emailAt();
    const { token } = await world.mailFrom(next, async () =>
      isMember(
        succeeded(await members.startEmailUpdate({ organization_id, member_id, email_address: next })).member,
      ),
    );
    const { member } = signedIn(await client.magicLinks.authenticate({ magic_links_token: token }));
    const [retired] = member.retired_email_addresses;
    assert.equal(retired.email_address, address);
    const { email_id } = retired;
    const unlinked = succeeded(await members.unlinkRetiredEmail({ organization_id, member_id, email_id }));
    assert.deepEqual(isMember(unlinked.member).retired_email_addresses, []);
    assert.equal(succeeded(await members.delete({ organization_id, member_id })).member_id, member_id);
    const back = succeeded(await members.reactivate({ organization_id, member_id }));
    assert.equal(isMember(back.member).status, "active");
  });

  test("of magic links, with PKCE", async () => {
    const { magicLinks } = client;
    const organization = await world.organization();
    const { organization_id } = organization;
    const { email_address } = await world.member(organization);
    const { verifier, challenge } = pkcePair();
    const { answer, token } = await world.mailFrom(email_address, () =>
      magicLinks.email.loginOrSignup({
        organization_id,
        email_address,
        pkce_code_challenge: challenge,
        locale: "pt-br",
      }),
    );
    succeeded(answer);
    assert.equal(answer.member_created, false);
    isMember(answer.member);
    isOrganization(answer.organization);
    const login = signedIn(
      await magicLinks.authenticate({
        magic_links_token: token,
        pkce_code_verifier: verifier,
        session_duration_minutes: 30,
        session_custom_claims: { tier: "pro" },
      }),
    );
    assert.match(login.method_id, id("email"));
    assert.equal(login.reset_sessions, false);
    assert.equal(login.organization_id, organization_id);
    assert.deepEqual(login.member_session.custom_claims, { tier: "pro" });
    const [factor] = login.member_session.authentication_factors;
    assert.deepEqual([factor.type, factor.delivery_method], ["magic_link", "email"]);
    assert.equal(factor.email_factor.email_address, email_address);

    const invited = emailAt();
    const invitation = await world.mailFrom(invited, () =>
      magicLinks.email.invite({ organization_id, email_address: invited, name: "Bob" }),
    );
    assert.equal(isMember(succeeded(invitation.answer).member).status, "invited");
    signedIn(await magicLinks.authenticate({ magic_links_token: invitation.token }));

    await client.organizations.update({ organization_id, mfa_policy: "REQUIRED_FOR_ALL" });
    const half = notYet(await world.login(organization, email_address));
    assert.deepEqual(half.mfa_required, {
      ...{ member_options: null, secondary_auth_initiated: null },
      ...{ passkey_allowed: true, passkey_required: false },
    });
  });

  test("of discovery", async () => {
    const { discovery } = client;
    const address = emailAt();
    const founder = succeeded(await world.discover(address));
    assert.equal(founder.email_address, address);
    assert.ok(Date.parse(founder.intermediate_session_token_expires_at) > Date.now());
    const founded = signedIn(
      await discovery.organizations.create({
        intermediate_session_token: founder.intermediate_session_token,
        organization_name: "Founded",
        organization_slug: unique("founded"),
      }),
    );
    assert.equal(founded.member.is_admin, true);

    const { intermediate_session_token } = await world.discover(address);
    for (const by of [{ intermediate_session_token }, { session_token: founded.session_token }]) {
      const listed = succeeded(await discovery.organizations.list(by));
      assert.equal(listed.email_address, address);
      const [one] = listed.discovered_organizations;
      isOrganization(one.organization);
      assert.equal(one.membership.type, "active_member");
      isMember(one.membership.member);
    }
    const { organization_id } = founded.organization;
    const entered = signedIn(
      await discovery.intermediateSessions.exchange({ intermediate_session_token, organization_id }),
    );
    assert.equal(entered.organization.organization_id, organization_id);
  });

  test("of sessions", async () => {
    const { sessions } = client;
    const organization = await world.organization();
    const { organization_id } = organization;
    const { email_address } = await world.member(organization);
    const login = signedIn(await world.login(organization, email_address));
    const { member_id, session_token, session_jwt } = login;
    for (const by of [{ session_token }, { session_jwt }]) {
      const answer = succeeded(await sessions.authenticate({ ...by, session_duration_minutes: 60 }));
      isSession(answer.member_session);
      isMember(answer.member);
      isOrganization(answer.organization);
      assert.equal(answer.session_token, session_token);
      assert.equal(answer.verdict ?? null, null);
    }
    const authorization_check = {
      organization_id,
      resource_id: "stytch.self",
      action: "update.info.name",
    };
    const { verdict } = succeeded(await sessions.authenticate({ session_token, authorization_check }));
    assert.deepEqual(verdict, { authorized: true, granting_roles: ["stytch_member"] });
    const listed = succeeded(await sessions.get({ organization_id, member_id }));
    assert.equal(listed.member_sessions.map(isSession).length, 1);

    const other = await world.organization();
    await world.member(other, { email_address });
    const exchanged = signedIn(
      await sessions.exchange({ organization_id: other.organization_id, session_token }),
    );
    assert.equal(exchanged.organization.organization_id, other.organization_id);
    succeeded(await sessions.revoke({ session_token }));
    assert.deepEqual((await sessions.get({ organization_id, member_id })).member_sessions, []);
    const { keys } = succeeded(await sessions.getJWKS({ project_id: world.project.project_id }));
    assert.equal(keys[0].kty, "RSA");
  });

  test("of roles and of the project", async () => {
    const { policy } = succeeded(await client.rbac.policy());
    assert.ok(policy.roles.every((role) => role.role_id && Array.isArray(role.permissions)));
    assert.ok(policy.resources.every((resource) => resource.resource_id && resource.actions.length));
    assert.ok(Array.isArray(policy.scopes));
    const { organization_id } = await world.organization();
    const role = {
      role_id: unique("role"),
      description: "Reads",
      permissions: [{ resource_id: "stytch.member", actions: ["search"] }],
    };
    const { organizations } = client.rbac;
    const set = succeeded(await organizations.setOrgPolicy({ organization_id, org_policy: { roles: [role] } }));
    const got = succeeded(await organizations.getOrgPolicy({ organization_id }));
    for (const { org_policy } of [set, got]) assert.deepEqual(org_policy.roles, [role]);
    assert.ok(Array.isArray(succeeded(await client.project.metrics()).metrics));
    assert.equal(succeeded(await client.debug.whoami()).project_id, world.project.project_id);
  });

  test("of second factors", async () => {
    const { totps, recoveryCodes, organizations } = client;
    const organization = await world.organization();
    const { organization_id } = organization;
    const { email_address } = await world.member(organization);
    const { member_id, session_token } = signedIn(await world.login(organization, email_address));
    const ids = { organization_id, member_id };
    const made = succeeded(await totps.create(ids));
    assert.match(made.totp_registration_id, id("totp"));
    assert.match(made.secret, /^[A-Z2-7]{32}$/);
    assert.match(made.qr_code, /^data:image\/png;base64,/);
    assert.equal(made.recovery_codes.length, 10);
    isMember(made.member);
    isOrganization(made.organization);
    const code = authenticatorCode(made.secret);
    const done = succeeded(await totps.authenticate({ ...ids, code, session_token, set_default_mfa: true }));
    isSession(done.member_session);
    assert.equal(isMember(done.member).totp_registration_id, made.totp_registration_id);
    const [recovery_code, ...left] = made.recovery_codes;
    const recovered = succeeded(await recoveryCodes.recover({ ...ids, recovery_code, session_token }));
    assert.equal(recovered.recovery_codes_remaining, 9);
    assert.deepEqual(succeeded(await recoveryCodes.get(ids)).recovery_codes, left);
    assert.equal(succeeded(await recoveryCodes.rotate(ids)).recovery_codes.length, 10);
    assert.equal(succeeded(await organizations.members.deleteTOTP(ids)).member.totp_registration_id, "");
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    assert.deepEqual(succeeded(await totps.migrate({ ...ids, secret, recovery_codes: ["old-code-1"] })).recovery_codes, ["old-code-1"]);
    succeeded(await organizations.members.deleteTOTP(ids));
    const mfa_phone_number = "+14155550142";
    isMember(succeeded(await client.otps.sms.send({ ...ids, mfa_phone_number, locale: "de-DE" })).member);
  });
});
