// Every operation of passwords, and codes by text message, through the Node SDK.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { World, emailAt, id, refused, succeeded } from "./sdk.mjs";

const FIRST = "violet-harbor-lantern-7";
const SECOND = "copper-meadow-whistle-8";
const THIRD = "silver-orchard-compass-9";

describe("passwords", () => {
  let world;
  let passwords;
  before(async () => {
    world = await World.start();
    passwords = world.client.passwords;
  });
  after(() => world?.stop());

  /** A member who brought this password along from elsewhere, in the way of `md5(password)`. */
  const migrated = async (organization, hash = "5f4dcc3b5aa765d61d8327deb882cf99") => {
    const email_address = emailAt();
    const { organization_id } = organization;
    const answer = succeeded(await passwords.migrate({ organization_id, email_address, hash, hash_type: "md_5" }));
    assert.equal(answer.member_created, true);
    assert.match(answer.member.member_password_id, id("member-password"));
    return { organization_id, email_address, member_id: answer.member_id };
  };

  test("strength", async () => {
    const weak = succeeded(await passwords.strengthCheck({ password: "password" }));
    assert.deepEqual([weak.valid_password, weak.breached_password, weak.strength_policy], [false, true, "zxcvbn"]);
    const strong = succeeded(await passwords.strengthCheck({ password: FIRST }));
    assert.deepEqual([strong.valid_password, strong.breached_password], [true, false]);
    assert.equal(typeof strong.luds_feedback.has_lower_case, "boolean");
    assert.ok(Array.isArray(weak.zxcvbn_feedback.suggestions));
  });

  test("of a member: by mail, by session, by the old one", async () => {
    const { organization_id, email_address, member_id } = await migrated(await world.organization());
    // What is known from breaches has to be replaced before it lets anybody in.
    await refused(passwords.authenticate({ organization_id, email_address, password: "password" }), 401, "member_reset_password");
    const { token } = await world.mailFrom(email_address, () => passwords.email.resetStart({ organization_id, email_address }));
    const reset = succeeded(await passwords.email.reset({ password_reset_token: token, password: FIRST, session_duration_minutes: 60 }));
    assert.equal(reset.member_email_id.length > 0 && reset.member_authenticated, true);
    const entered = succeeded(await passwords.authenticate({ organization_id, email_address, password: FIRST }));
    assert.equal(entered.member_session.authentication_factors[0].type, "password");
    const { session_token } = entered;
    const bySession = succeeded(await passwords.sessions.reset({ organization_id, password: SECOND, session_token }));
    assert.equal(bySession.member_id, member_id);
    const byOld = { organization_id, email_address, existing_password: SECOND, new_password: THIRD };
    assert.equal(succeeded(await passwords.existingPassword.reset(byOld)).member_authenticated, true);
    const { member } = await world.client.organizations.members.get({ organization_id, member_id });
    const { member_password_id } = member;
    const gone = await world.client.organizations.members.deletePassword({ organization_id, member_password_id });
    assert.equal(succeeded(gone).member.member_password_id, "");
  });

  test("in discovery", async () => {
    const email_address = emailAt();
    const project = await world.server.createProject({ flags: ["--cross-org-passwords-enabled", "true"] });
    const { discovery, email } = world.clientFor(project).passwords;
    const { token } = await world.mailFrom(email_address, () => discovery.email.resetStart({ email_address }));
    const found = succeeded(await discovery.email.reset({ password_reset_token: token, password: FIRST }));
    assert.deepEqual([found.email_address, found.discovered_organizations], [email_address, []]);
    const again = succeeded(await discovery.authenticate({ email_address, password: FIRST }));
    assert.ok(again.intermediate_session_token);
    await refused(discovery.authenticate({ email_address, password: SECOND }), 401, "unauthorized_credentials");
    succeeded(await email.requireReset({ email_address }));
    // Whose address no active member uses has no password then.
    await refused(discovery.authenticate({ email_address, password: FIRST }), 401, "unauthorized_credentials");
  });

  test("codes by text message", async () => {
    const { otps, organizations } = world.client;
    const organization = await world.organization();
    const { organization_id } = organization;
    const { email_address } = await world.member(organization);
    const { member_id, session_token } = await world.login(organization, email_address);
    const ids = { organization_id, member_id };
    const mfa_phone_number = "+14155550171";
    succeeded(await otps.sms.send({ ...ids, mfa_phone_number }));
    const code = await world.server.texted(mfa_phone_number);
    const done = succeeded(await otps.sms.authenticate({ ...ids, code, session_token }));
    assert.equal(done.member.mfa_phone_number, mfa_phone_number);
    assert.equal(done.member_session.authentication_factors[1].delivery_method, "sms");
    const gone = succeeded(await organizations.members.deleteMFAPhoneNumber(ids));
    assert.equal(gone.member.mfa_phone_number, "");
  });
});
