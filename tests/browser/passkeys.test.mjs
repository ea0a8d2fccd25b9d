// Passkeys in Chromium, with its virtual authenticator: the code of docs/passkeys.md as it stands there.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { World, clean, done } from "./harness.mjs";

const docs = fs.readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "../../docs/passkeys.md"), "utf8");
const sample = docs.match(/<!-- the file passkeys.js -->\n```js\n(.*?)```/s)[1];

describe("passkeys", () => {
  let world, page, cdp, authenticatorId;
  before(async () => {
    world = await World.start();
    page = await world.person();
    cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    ({ authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    }));
  });
  after(() => world?.stop());

  /** Has the page run the documentation's code, with the real address and token. */
  const run = async (name, ...given) => {
    const code = sample.replace("http://localhost:7400", world.api).replace("public-token-test-...", world.project.public_token);
    return page.evaluate(
      async ([code, name, given]) => {
        const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
        return module[name](...given);
      },
      [code, name, given],
    );
  };
  const kinds = ({ member_session }) => member_session.authentication_factors.map(({ type }) => type);

  test("made after a login by a link, chosen at the next one, shown as a second factor", async () => {
    const organization = await world.organization();
    const { email_address, member_id } = await world.member(organization);
    const { organization_id } = organization;
    await world.signIn(page, organization, email_address);
    const { session_token } = await done(page, (client) => client.session.getTokens());
    const withSession = (token) => page.evaluate((token) => (window.sessionToken = token), token);
    await withSession(session_token);
    const made = await run("register", organization_id, member_id, "Laptop");
    assert.deepEqual(kinds(made), ["magic_link", "webauthn"]);
    assert.equal(made.webauthn_registration.domain, "localhost");
    const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
    assert.equal(credentials.length, 1);
    assert.ok(credentials[0].isResidentCredential && credentials[0].rpId === "localhost");
    // The authenticator has one for this member: it makes no second one.
    await assert.rejects(run("register", organization_id, member_id, "Again"), /InvalidStateError|already registered|excludeCredentials/);

    // The person names nobody.
    await withSession(undefined);
    const chosen = await run("logIn");
    assert.deepEqual([chosen.member_id, kinds(chosen)], [member_id, ["webauthn"]]);
    const [{ webauthn_factor }] = chosen.member_session.authentication_factors;
    assert.equal(webauthn_factor.user_verified, true);

    // Where the organization asks for a second factor, the same passkey is it.
    await world.backend("PUT", `/organizations/${organization_id}`, { mfa_policy: "REQUIRED_FOR_ALL" });
    const link = await world.linkAfter(email_address, () =>
      world.backend("POST", "/magic_links/email/login_or_signup", { organization_id, email_address }),
    );
    const token = link.searchParams.get("token");
    const half = await world.backend("POST", "/magic_links/authenticate", { magic_links_token: token });
    assert.ok(half.mfa_required.member_options.has_passkey);
    const { intermediate_session_token } = half;
    const whole = await run("logIn", { organization_id, member_id, intermediate_session_token });
    assert.deepEqual(kinds(whole), ["magic_link", "webauthn"]);

    // In the session it is shown once more.
    await withSession(whole.session_token);
    const again = await run("logIn", { organization_id, member_id });
    assert.equal(again.member_session.member_session_id, whole.member_session.member_session_id);

    // Without the person it is no first factor.
    await withSession(undefined);
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await assert.rejects(run("logIn"), /NotAllowedError/);
    clean(page);
  });
});
