// Codes by mail, through the Node SDK.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { codeOf } from "./mail.mjs";
import { World, emailAt, id, refused, succeeded } from "./sdk.mjs";

describe("codes by mail", () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world?.stop());

  const other = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

  test("log a member in, once", async () => {
    const { client } = world;
    const { organization } = succeeded(await client.organizations.create({ organization_name: "Codes" }));
    const { organization_id } = organization;
    const email_address = emailAt();
    await client.organizations.members.create({ organization_id, email_address });
    const sent = succeeded(await client.otps.email.loginOrSignup({ organization_id, email_address }));
    assert.equal(sent.member_created, false);
    const code = codeOf(await world.mail.wait(email_address));
    const enter = (code) => client.otps.email.authenticate({ organization_id, email_address, code });
    await refused(enter(other(code)), 404, "otp_code_not_found");
    await refused(enter("12345"), 400, "invalid_code");
    const answer = succeeded(await enter(code));
    assert.equal(answer.member_authenticated, true);
    assert.match(answer.method_id, id("email"));
    assert.equal(answer.member_session.authentication_factors[0].type, "email_otp");
    await refused(enter(code), 401, "unable_to_auth_otp_code");
  });

  test("prove an address in discovery", async () => {
    const { client } = world;
    const email_address = emailAt();
    succeeded(await client.otps.email.discovery.send({ email_address, discovery_expiration_minutes: 15 }));
    const code = codeOf(await world.mail.wait(email_address));
    await refused(client.otps.email.discovery.authenticate({ email_address, code: other(code) }), 404, "otp_code_not_found");
    const found = succeeded(await client.otps.email.discovery.authenticate({ email_address, code }));
    assert.equal(found.email_address, email_address);
    const { intermediate_session_token } = found;
    const made = succeeded(await client.discovery.organizations.create({ intermediate_session_token }));
    assert.equal(made.member_authenticated, true);
  });
});
