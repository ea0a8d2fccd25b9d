import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { unescapeHtml } from "./mail.mjs";
import {
  REDIRECT_URL,
  World,
  emailAt,
  hopLink,
  id,
  isMember,
  isOrganization,
  minutesUntil,
  notYet,
  pace,
  pkcePair,
  refused,
  roleIds,
  signedIn,
  succeeded,
  unique,
  uniqueDomain,
} from "./sdk.mjs";

const OTHER_URL = "http://localhost:3000/other?from=mail";

describe("e-mail magic links", () => {
  let world, magicLinks, organization, organization_id;
  before(async () => {
    world = await World.start({ project: { redirectUrls: [REDIRECT_URL, OTHER_URL] } });
    magicLinks = world.client.magicLinks;
    organization = await world.organization();
    organization_id = organization.organization_id;
  });
  after(() => world?.stop());

  describe("within an organization", () => {
    test("a member signs in: mail, link, session", async () => {
      const member = await world.member(organization, { name: "Ada" });
      const { answer, message, token } = await world.mailFrom(member.email_address, () =>
        magicLinks.email.loginOrSignup({ organization_id, email_address: member.email_address }),
      );
      succeeded(answer);
      assert.equal(answer.member_id, member.member_id);
      assert.equal(answer.member_created, false);
      isMember(answer.member);
      isOrganization(answer.organization);

      assert.ok(message.subject.length > 0);
      assert.match(message.headers.get("content-type"), /^multipart\/alternative/);
      assert.match(message.headers.get("message-id") ?? "", /^<.+@.+>$/);
      assert.match(message.from, /no-reply@localhost/);
      assert.match(token, /^[\w-]{40,}=*$/);
      assert.ok(message.text.includes(token), "the text part carries the link too");
      assert.ok(message.html.includes(organization.organization_name), "it names the organization");

      const link = hopLink(message);
      assert.equal(link.origin, world.server.url);
      assert.equal(link.pathname, "/v1/magic_links/redirect");
      assert.equal(link.searchParams.get("stytch_token_type"), "multi_tenant_magic_links");

      const session = signedIn(
        await magicLinks.authenticate({ magic_links_token: token, session_duration_minutes: 30 }),
      );
      assert.equal(session.member_id, member.member_id);
      assert.equal(session.organization_id, organization_id);
      assert.match(session.method_id, id("email"));
      assert.equal(session.reset_sessions, false);
      assert.equal(session.member.email_address_verified, true);
      assert.equal(minutesUntil(session.member_session.expires_at), 30);
      assert.equal(session.member_session.organization_slug, organization.organization_slug);
      assert.deepEqual(session.member_session.roles, ["stytch_member"]);
      const [factor, ...others] = session.member_session.authentication_factors;
      assert.deepEqual(others, []);
      assert.equal(factor.type, "magic_link");
      assert.equal(factor.delivery_method, "email");
      assert.equal(factor.email_factor.email_address, member.email_address);
      assert.equal(factor.email_factor.email_id, session.method_id);
    });

    test("the session lasts an hour unless told otherwise, and takes custom claims", async () => {
      const member = await world.member(organization);
      const session = signedIn(
        await world.login(organization, member.email_address, {
          session_custom_claims: { team: "blue", limits: { seats: 3 }, sub: "ignored" },
        }),
      );
      assert.equal(minutesUntil(session.member_session.expires_at), 60);
      assert.deepEqual(session.member_session.custom_claims, {
        team: "blue",
        limits: { seats: 3 },
      });
    });

    test("a token works once", async () => {
      const member = await world.member(organization);
      const magic_links_token = await world.loginToken(organization, member.email_address);
      signedIn(await magicLinks.authenticate({ magic_links_token }));
      await refused(
        magicLinks.authenticate({ magic_links_token }),
        401,
        "unable_to_auth_magic_link",
      );
    });

    test("of a hundred at once with one token, one gets a session", async () => {
      const member = await world.member(organization);
      const magic_links_token = await world.loginToken(organization, member.email_address);
      const results = await Promise.allSettled(
        Array.from({ length: 100 }, () => magicLinks.authenticate({ magic_links_token })),
      );
      assert.equal(results.filter((r) => r.status === "fulfilled").length, 1);
      for (const { status, reason } of results) {
        if (status === "rejected") {
          assert.equal(reason.error_type, "unable_to_auth_magic_link", String(reason));
        }
      }
    });

    test("an unknown token is not found", async () => {
      await refused(
        magicLinks.authenticate({
          magic_links_token: "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU9x=",
        }),
        404,
        "magic_link_not_found",
      );
      await refused(magicLinks.authenticate({ magic_links_token: "" }), [400, 404]);
    });

    test("the mailed link's page consumes nothing, however often it is fetched", async () => {
      const member = await world.member(organization);
      const { message, token } = await world.mailFrom(member.email_address, () =>
        magicLinks.email.loginOrSignup({ organization_id, email_address: member.email_address }),
      );
      const link = hopLink(message);
      for (let i = 0; i < 3; i++) {
        const head = await fetch(link, { method: "HEAD", redirect: "manual" });
        assert.equal(head.status, 200);
        const page = await fetch(link, { redirect: "manual" });
        assert.equal(page.status, 200);
        assert.match(page.headers.get("content-type"), /^text\/html/);
        assert.match(page.headers.get("cache-control") ?? "", /no-store/);
        assert.match(page.headers.get("referrer-policy") ?? "", /no-referrer/);
        const found = /http:\/\/localhost:3000\/[^\s"'<]*/.exec(unescapeHtml(await page.text()));
        assert.ok(found, "the page leads to the application");
        const destination = new URL(found[0]);
        assert.equal(destination.origin + destination.pathname, REDIRECT_URL);
        assert.equal(destination.searchParams.get("token"), token);
        assert.equal(
          destination.searchParams.get("stytch_token_type"),
          "multi_tenant_magic_links",
        );
        assert.equal(destination.searchParams.get("slug"), organization.organization_slug);
      }
      signedIn(await magicLinks.authenticate({ magic_links_token: token }));
    });

    test("a page for a made-up link leads nowhere", async () => {
      const url = new URL("/v1/magic_links/redirect", world.server.url);
      url.searchParams.set("token", "made-up");
      url.searchParams.set("stytch_token_type", "multi_tenant_magic_links");
      url.searchParams.set("public_token", world.project.public_token);
      url.searchParams.set("redirect_url", "https://evil.example/");
      const page = await fetch(url, { redirect: "manual" });
      assert.ok(page.status >= 200 && page.status < 500 && page.status !== 302, `${page.status}`);
      assert.doesNotMatch(await page.text(), /evil\.example/);
    });

    test("a session passed along gains the factor and stays the same session", async () => {
      const member = await world.member(organization);
      const first = signedIn(await world.login(organization, member.email_address));
      const second = signedIn(
        await world.login(organization, member.email_address, {
          session_token: first.session_token,
          session_duration_minutes: 120,
        }),
      );
      assert.equal(
        second.member_session.member_session_id,
        first.member_session.member_session_id,
      );
      assert.equal(minutesUntil(second.member_session.expires_at), 120);

      const stranger = await world.member(organization);
      const other = signedIn(
        await world.login(organization, stranger.email_address, {
          session_token: first.session_token,
        }),
      );
      assert.equal(other.member_id, stranger.member_id, "someone else's session is ignored");
      assert.notEqual(
        other.member_session.member_session_id,
        first.member_session.member_session_id,
      );
      const token = await world.loginToken(organization, member.email_address);
      await refused(
        magicLinks.authenticate({
          magic_links_token: token,
          session_token: first.session_token,
          session_jwt: first.session_jwt,
        }),
        400,
        "too_many_session_arguments",
      );
    });

    test("someone unknown joins where the domain may, and nowhere else", async () => {
      const domain = uniqueDomain();
      const open = await world.organization({
        email_jit_provisioning: "RESTRICTED",
        email_allowed_domains: [domain],
        email_invites: "ALL_ALLOWED",
      });
      const email_address = emailAt(domain);
      const { answer, message, token } = await world.mailFrom(email_address, () =>
        magicLinks.email.loginOrSignup({ organization_id: open.organization_slug, email_address }),
      );
      assert.equal(answer.member_created, true);
      assert.equal(answer.member.status, "pending");
      assert.equal(answer.member.email_address_verified, false);
      assert.deepEqual(message.envelope.to, [email_address]);
      const session = signedIn(await magicLinks.authenticate({ magic_links_token: token }));
      assert.equal(session.member.status, "active");
      assert.equal(session.member.email_address_verified, true);

      await refused(
        magicLinks.email.loginOrSignup({
          organization_id: open.organization_id,
          email_address: emailAt(),
        }),
        400,
        "invalid_email_for_jit_provisioning",
      );
      await refused(
        magicLinks.email.loginOrSignup({ organization_id, email_address: emailAt() }),
        400,
        "email_jit_provisioning_not_allowed",
      );
    });

    test("someone pending keeps getting the sign-up link until the first sign-in", async () => {
      const member = await world.member(organization, { create_member_as_pending: true });
      const send = () =>
        world.mailFrom(member.email_address, () =>
          magicLinks.email.loginOrSignup({
            organization_id,
            email_address: member.email_address,
            login_redirect_url: REDIRECT_URL,
            signup_redirect_url: OTHER_URL,
          }),
        );
      const page = async (message) => unescapeHtml(await (await fetch(hopLink(message))).text());
      const { answer, message, token } = await send();
      assert.equal(answer.member_created, false);
      assert.match(await page(message), /localhost:3000\/other\?from=mail&/);
      signedIn(await magicLinks.authenticate({ magic_links_token: token }));
      const again = await send();
      assert.match(await page(again.message), /localhost:3000\/authenticate\?/);
    });

    test("a member whose method is not allowed must prove another", async () => {
      const strict = await world.organization({
        auth_methods: "RESTRICTED",
        allowed_auth_methods: ["sso", "password"],
        email_invites: "ALL_ALLOWED",
      });
      const email_address = emailAt();
      await world.member(strict, { email_address });
      const { intermediate_session_token } = await world.discover(email_address);
      const answer = notYet(
        await world.client.discovery.intermediateSessions.exchange({
          intermediate_session_token,
          organization_id: strict.organization_id,
        }),
      );
      assert.deepEqual([...answer.primary_required.allowed_auth_methods].sort(), [
        "password",
        "sso",
      ]);
    });

    test("where a second factor is required, the link alone is not enough", async () => {
      const strict = await world.organization({
        mfa_policy: "REQUIRED_FOR_ALL",
        email_invites: "ALL_ALLOWED",
      });
      const member = await world.member(strict);
      const answer = notYet(await world.login(strict, member.email_address));
      assert.equal(answer.primary_required ?? null, null);
      assert.ok(answer.mfa_required);
      assert.equal(answer.mfa_required.secondary_auth_initiated ?? null, null);
      assert.equal(answer.member_id, member.member_id);
      assert.ok(minutesUntil(answer.intermediate_session_token_expires_at) <= 10);

      const enrolled = await world.member(organization, { mfa_enrolled: true });
      assert.ok(notYet(await world.login(organization, enrolled.email_address)).mfa_required);
    });

    test("redirect URLs must be registered", async () => {
      const member = await world.member(organization);
      const send = (fields) =>
        magicLinks.email.loginOrSignup({
          organization_id,
          email_address: member.email_address,
          ...fields,
        });
      for (const url of [
        "https://evil.example/authenticate",
        "http://localhost:3000/authenticate?x=1",
        "http://localhost:3000/authenticate/",
        "http://localhost:3001/authenticate",
      ]) {
        await refused(send({ login_redirect_url: url }), 400, "no_match_for_provided_magic_link_url");
      }
      await refused(
        send({ login_redirect_url: "not a url" }),
        400,
        "invalid_login_redirect_url",
        "invalid_login_magic_link_url",
      );
      assert.equal(world.mail.to(member.email_address).length, 0, "nothing was sent");
    });

    test("lifetimes out of range are refused", async () => {
      const member = await world.member(organization);
      for (const login_expiration_minutes of [4, 10081, -1]) {
        await refused(
          magicLinks.email.loginOrSignup({
            organization_id,
            email_address: member.email_address,
            login_expiration_minutes,
          }),
          400,
        );
      }
      const magic_links_token = await world.loginToken(organization, member.email_address, {
        login_expiration_minutes: 5,
      });
      for (const session_duration_minutes of [4, 527041]) {
        await refused(
          magicLinks.authenticate({ magic_links_token, session_duration_minutes }),
          400,
          "invalid_session_duration_minutes",
          "invalid_session_duration",
        );
      }
      signedIn(await magicLinks.authenticate({ magic_links_token }));
    });

    test("the mail speaks the language asked for", async () => {
      const member = await world.member(organization);
      const subjects = new Set();
      for (const locale of ["en", "es", "pt-br", "fr"]) {
        const { message } = await world.mailFrom(member.email_address, () =>
          magicLinks.email.loginOrSignup({
            organization_id,
            email_address: member.email_address,
            locale,
          }),
        );
        subjects.add(message.subject);
      }
      assert.equal(subjects.size, 4, [...subjects].join(" | "));
    });
  });

  describe("invitations", () => {
    test("an invited person accepts and becomes an active member", async () => {
      const email_address = emailAt();
      const inviter = await world.member(organization, { name: "Grace Hopper" });
      const { answer, message, token } = await world.mailFrom(email_address, () =>
        magicLinks.email.invite({
          organization_id,
          email_address,
          invited_by_member_id: inviter.member_id,
          name: "Alan",
          trusted_metadata: { desk: 4 },
          untrusted_metadata: { pet: "cat" },
          roles: ["stytch_admin"],
        }),
      );
      succeeded(answer);
      assert.equal(answer.member.status, "invited");
      assert.equal(answer.member.name, "Alan");
      assert.deepEqual(answer.member.trusted_metadata, { desk: 4 });
      assert.deepEqual(answer.member.untrusted_metadata, { pet: "cat" });
      assert.equal(hopLink(message).searchParams.get("stytch_token_type"), "multi_tenant_magic_links");
      const session = signedIn(await magicLinks.authenticate({ magic_links_token: token }));
      assert.equal(session.member_id, answer.member_id);
      assert.equal(session.member.status, "active");
      assert.deepEqual(roleIds(session.member), ["stytch_admin", "stytch_member"]);

      await pace(email_address);
      await refused(
        magicLinks.email.invite({ organization_id, email_address }),
        400,
        "duplicate_member_email",
        "user_already_invited",
      );
    });

    test("a pending member becomes an invited one", async () => {
      const member = await world.member(organization, { create_member_as_pending: true });
      const { answer } = await world.mailFrom(member.email_address, () =>
        magicLinks.email.invite({ organization_id, email_address: member.email_address }),
      );
      assert.equal(answer.member_id, member.member_id);
      assert.equal(answer.member.status, "invited");
    });

    test("a withdrawn invitation is worth nothing", async () => {
      const email_address = emailAt();
      const { answer, token } = await world.mailFrom(email_address, () =>
        magicLinks.email.invite({ organization_id, email_address }),
      );
      await world.client.organizations.members.delete({
        organization_id,
        member_id: answer.member_id,
      });
      await refused(
        magicLinks.authenticate({ magic_links_token: token }),
        [401, 404],
        "unable_to_auth_magic_link",
        "magic_link_not_found",
      );
    });

    test("the organization decides who may be invited", async () => {
      const domain = uniqueDomain();
      const closed = await world.organization({ email_invites: "NOT_ALLOWED" });
      const limited = await world.organization({
        email_invites: "RESTRICTED",
        email_allowed_domains: [domain],
      });
      await refused(
        magicLinks.email.invite({
          organization_id: closed.organization_id,
          email_address: emailAt(),
        }),
        400,
        "invalid_email_for_invites",
      );
      await refused(
        magicLinks.email.invite({
          organization_id: limited.organization_id,
          email_address: emailAt(),
        }),
        400,
        "invalid_email_for_invites",
      );
      const inside = emailAt(domain);
      const { answer } = await world.mailFrom(inside, () =>
        magicLinks.email.invite({ organization_id: limited.organization_id, email_address: inside }),
      );
      assert.equal(answer.member.status, "invited");
    });
  });

  describe("discovery", () => {
    test("proves an address without any organization", async () => {
      const email_address = emailAt();
      const { answer, message, token } = await world.mailFrom(email_address, () =>
        magicLinks.email.discovery.send({ email_address }),
      );
      succeeded(answer);
      assert.equal(hopLink(message).searchParams.get("stytch_token_type"), "discovery");
      assert.ok(message.text.includes(token));
      const proven = succeeded(
        await magicLinks.discovery.authenticate({ discovery_magic_links_token: token }),
      );
      assert.equal(proven.email_address, email_address);
      assert.deepEqual(proven.discovered_organizations, []);
      assert.ok(proven.intermediate_session_token.length > 20);
      const left = minutesUntil(proven.intermediate_session_token_expires_at);
      assert.ok(left >= 9 && left <= 10, `${left} minutes`);
      await refused(
        magicLinks.discovery.authenticate({ discovery_magic_links_token: token }),
        401,
        "unable_to_auth_magic_link",
      );
    });

    test("the two kinds of token do not stand for each other", async () => {
      const member = await world.member(organization);
      const login = await world.loginToken(organization, member.email_address);
      const discovery = await world.discoveryToken(member.email_address);
      await refused(
        magicLinks.discovery.authenticate({ discovery_magic_links_token: login }),
        [401, 404],
        "magic_link_not_found",
        "unable_to_auth_magic_link",
      );
      await refused(
        magicLinks.authenticate({ magic_links_token: discovery }),
        [401, 404],
        "magic_link_not_found",
        "unable_to_auth_magic_link",
      );
      signedIn(await magicLinks.authenticate({ magic_links_token: login }));
      succeeded(
        await magicLinks.discovery.authenticate({ discovery_magic_links_token: discovery }),
      );
    });

    test("an unregistered address to return to is refused", async () => {
      const email_address = emailAt();
      await refused(
        magicLinks.email.discovery.send({
          email_address,
          discovery_redirect_url: "https://evil.example/authenticate",
        }),
        400,
        "no_match_for_provided_magic_link_url",
      );
      const { message } = await world.mailFrom(email_address, () =>
        magicLinks.email.discovery.send({ email_address, discovery_redirect_url: OTHER_URL }),
      );
      const page = unescapeHtml(await (await fetch(hopLink(message))).text());
      const destination = new URL(/http:\/\/localhost:3000\/other[^\s"'<]*/.exec(page)[0]);
      assert.equal(destination.searchParams.get("from"), "mail", "its own query is kept");
      assert.equal(destination.searchParams.get("stytch_token_type"), "discovery");
    });
  });

  describe("with PKCE", () => {
    test("a link needs the verifier, and a wrong one does not use it up", async () => {
      const member = await world.member(organization);
      const { verifier, challenge } = pkcePair();
      const magic_links_token = await world.loginToken(organization, member.email_address, {
        pkce_code_challenge: challenge,
      });
      await refused(
        magicLinks.authenticate({ magic_links_token }),
        400,
        "pkce_expected_code_verifier",
      );
      await refused(
        magicLinks.authenticate({ magic_links_token, pkce_code_verifier: pkcePair().verifier }),
        401,
        "pkce_mismatch",
      );
      signedIn(await magicLinks.authenticate({ magic_links_token, pkce_code_verifier: verifier }));
    });

    test("a link sent without takes none", async () => {
      const member = await world.member(organization);
      const magic_links_token = await world.loginToken(organization, member.email_address);
      await refused(
        magicLinks.authenticate({ magic_links_token, pkce_code_verifier: pkcePair().verifier }),
        400,
        "pkce_did_not_expect_code_verifier",
      );
      signedIn(await magicLinks.authenticate({ magic_links_token }));
    });

    test("the same for discovery", async () => {
      const email_address = emailAt();
      const { verifier, challenge } = pkcePair();
      const discovery_magic_links_token = await world.discoveryToken(email_address, {
        pkce_code_challenge: challenge,
      });
      await refused(
        magicLinks.discovery.authenticate({ discovery_magic_links_token }),
        400,
        "pkce_expected_code_verifier",
      );
      await refused(
        magicLinks.discovery.authenticate({
          discovery_magic_links_token,
          pkce_code_verifier: pkcePair().verifier,
        }),
        401,
        "pkce_mismatch",
      );
      succeeded(
        await magicLinks.discovery.authenticate({
          discovery_magic_links_token,
          pkce_code_verifier: verifier,
        }),
      );
    });

    test("a challenge that is none is refused", async () => {
      await refused(
        magicLinks.email.discovery.send({
          email_address: emailAt(),
          pkce_code_challenge: "too short",
        }),
        400,
        "invalid_pkce_code_challenge",
      );
    });
  });

  test("nobody's mailbox can be flooded", async () => {
    const email_address = emailAt();
    const send = (email_address) =>
      world.fetch("/v1/b2b/magic_links/email/discovery/send", { json: { email_address } });
    const answers = await Promise.all(Array.from({ length: 60 }, () => send(email_address)));
    const refusals = answers.filter((answer) => answer.status !== 200);
    assert.ok(refusals.length >= 20, `${refusals.length} of ${answers.length} refused`);
    for (const answer of refusals) {
      assert.equal(answer.status, 429);
      assert.ok(Number(answer.headers.get("retry-after")) > 0);
      assert.equal((await answer.json()).error_type, "too_many_requests");
    }
    assert.equal((await send(emailAt())).status, 200, "others are not affected");
  });

  test("without redirect URLs, a test project has the usual one and a live project says so", async () => {
    const client = async (environment) =>
      world.clientFor(
        await world.server.createProject({ name: unique("bare"), environment, redirectUrls: [] }),
      );
    const email_address = emailAt();
    await (await client("test")).magicLinks.email.discovery.send({ email_address });
    const page = await (await fetch(hopLink(await world.mail.wait(email_address)))).text();
    assert.match(unescapeHtml(page), /http:\/\/localhost:3000\/authenticate\?/);

    const refusal = await (await client("live")).magicLinks.email.discovery
      .send({ email_address: emailAt() })
      .catch((error) => error);
    assert.equal(refusal.status_code, 400);
    assert.equal(refusal.error_type, "no_discovery_redirect_urls_set");
  });
});
