// What the tests of this folder share: the unmodified SDK pointed at the server under test,
// the shapes every answer must have, and the ways to sign someone in.
import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import stytch from "stytch";
import { tokenOf } from "./mail.mjs";
import { REDIRECT_URL, Server } from "./server.mjs";

export { REDIRECT_URL, Server, stytch, tokenOf };

/** A server, one project in it, and the SDK's client for that project. */
export class World {
  static async start(options = {}) {
    const world = new World();
    world.server = await Server.start(options);
    try {
      world.project = await world.server.createProject(options.project);
      world.client = world.clientFor(world.project);
    } catch (error) {
      await world.server.stop().catch(() => {});
      throw error;
    }
    return world;
  }

  get mail() {
    return this.server.mail;
  }

  clientFor(project, overrides = {}) {
    // The SDK announces on the console that it was pointed somewhere else.
    const warn = console.warn;
    console.warn = () => {};
    try {
      return new stytch.B2BClient({
        project_id: project.project_id,
        secret: project.secret,
        env: `${this.server.url}/`,
        ...overrides,
      });
    } finally {
      console.warn = warn;
    }
  }

  async stop() {
    await this.server.stop();
  }

  /** A plain request, for what the SDK does not do itself. */
  async fetch(path, { auth = true, json, headers = {}, ...init } = {}) {
    const all = { ...headers };
    if (auth) {
      const { project_id, secret } = this.project;
      all.authorization = `Basic ${Buffer.from(`${project_id}:${secret}`).toString("base64")}`;
    }
    if (json !== undefined) {
      all["content-type"] = "application/json";
      init.body = JSON.stringify(json);
      init.method ??= "POST";
    }
    return fetch(this.server.url + path, { ...init, headers: all });
  }

  // ---- people and organizations -------------------------------------------------------

  async organization(fields = {}) {
    const slug = unique("org");
    const answer = await this.client.organizations.create({
      organization_name: `Organization ${slug}`,
      organization_slug: slug,
      ...fields,
    });
    return answer.organization;
  }

  async member(organization, fields = {}) {
    const answer = await this.client.organizations.members.create({
      organization_id: organization.organization_id,
      email_address: emailAt(),
      ...fields,
    });
    return answer.member;
  }

  /** Waits for the next mail that `send` causes at `address`. */
  async mailFrom(address, send) {
    const count = this.mail.to(address).length + 1;
    const answer = await send();
    const message = await this.mail.wait(address, { count });
    return { answer, message, token: tokenOf(message) };
  }

  /** Sends a sign-in link within an organization and returns its token. */
  async loginToken(organization, address, fields = {}) {
    const { token } = await this.mailFrom(address, () =>
      this.client.magicLinks.email.loginOrSignup({
        organization_id: organization.organization_id,
        email_address: address,
        ...fields,
      }),
    );
    return token;
  }

  /** Signs a member in by e-mail link; the answer holds the session. */
  async login(organization, address, fields = {}) {
    const magic_links_token = await this.loginToken(organization, address);
    return this.client.magicLinks.authenticate({ magic_links_token, ...fields });
  }

  async discoveryToken(address, fields = {}) {
    const { token } = await this.mailFrom(address, () =>
      this.client.magicLinks.email.discovery.send({ email_address: address, ...fields }),
    );
    return token;
  }

  /** Proves an e-mail address by discovery; the answer holds the intermediate session. */
  async discover(address) {
    const discovery_magic_links_token = await this.discoveryToken(address);
    return this.client.magicLinks.discovery.authenticate({ discovery_magic_links_token });
  }

  /** A new organization made by its first member, who is signed in as its administrator. */
  async foundOrganization(address = emailAt(), fields = {}) {
    const { intermediate_session_token } = await this.discover(address);
    const slug = unique("founded");
    return this.client.discovery.organizations.create({
      intermediate_session_token,
      organization_name: `Organization ${slug}`,
      organization_slug: slug,
      ...fields,
    });
  }
}

let counter = 0;
export const unique = (prefix) => `${prefix}-${++counter}-${randomBytes(4).toString("hex")}`;
export const uniqueDomain = () => `${unique("company")}.example`;
export const emailAt = (domain = uniqueDomain()) => `${unique("person")}@${domain}`;

export function pkcePair() {
  const verifier = randomBytes(48).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  return { verifier, challenge };
}

export const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[1], "base64url").toString());
export const headerOf = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[0], "base64url").toString());
export const unknownId = (prefix) => `${prefix}-test-${randomUUID()}`;

// ---- assertions -------------------------------------------------------------------------

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
export const id = (prefix, environment = "test") => new RegExp(`^${prefix}-${environment}-${UUID}$`);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Every successful answer repeats its status and names its request. */
export function succeeded(answer) {
  assert.equal(answer.status_code, 200);
  assert.match(answer.request_id, id("request-id"));
  return answer;
}

/**
 * The call must be refused with this status (or one of these), and one of these error types,
 * in the shape every error has.
 */
export async function refused(promise, status, ...types) {
  let error;
  try {
    const answer = await promise;
    const said = JSON.stringify(answer).slice(0, 300);
    assert.fail(`expected ${status} ${types.join("|")}, but it succeeded: ${said}`);
  } catch (thrown) {
    error = thrown;
  }
  if (error instanceof assert.AssertionError) throw error;
  assert.ok(error instanceof stytch.StytchError, `not an API error: ${error?.stack ?? error}`);
  const said = `${error.status_code} ${error.error_type}: ${error.error_message}`;
  const rightStatus = [status].flat().includes(error.status_code);
  const rightType = types.length === 0 || types.includes(error.error_type);
  assert.ok(
    rightStatus && rightType,
    `expected ${[status].flat().join("|")} ${types.join("|")}, got ${said}`,
  );
  assert.match(error.request_id, id("request-id"));
  assert.ok(error.error_message.length > 10, `not a sentence: ${error.error_message}`);
  assert.doesNotThrow(() => new URL(error.error_url), `not a URL: ${error.error_url}`);
  return error;
}

/** The member on whose behalf the call is made has no role that allows it. */
export const forbidden = (promise) => refused(promise, 403, "unauthorized_action");

const text = (value) => typeof value === "string";
const flag = (value) => typeof value === "boolean";
const list = (value) => Array.isArray(value);
const time = (value) => text(value) && TIME.test(value);
const object = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const or = (inner) => (value) => value === null || value === undefined || inner(value);

const ORGANIZATION = {
  organization_id: text,
  organization_name: text,
  organization_logo_url: text,
  organization_slug: text,
  sso_jit_provisioning: text,
  sso_jit_provisioning_allowed_connections: list,
  sso_active_connections: list,
  email_allowed_domains: list,
  email_jit_provisioning: text,
  email_invites: text,
  auth_methods: text,
  allowed_auth_methods: list,
  mfa_policy: text,
  rbac_email_implicit_role_assignments: list,
  mfa_methods: text,
  allowed_mfa_methods: list,
  oauth_tenant_jit_provisioning: text,
  claimed_email_domains: list,
  first_party_connected_apps_allowed_type: text,
  allowed_first_party_connected_apps: list,
  third_party_connected_apps_allowed_type: text,
  allowed_third_party_connected_apps: list,
  custom_roles: list,
  trusted_metadata: or(object),
  created_at: time,
  updated_at: time,
  organization_external_id: or(text),
  sso_default_connection_id: or(text),
  scim_active_connection: or(object),
  allowed_oauth_tenants: or(object),
};

const MEMBER = {
  organization_id: text,
  member_id: text,
  email_address: text,
  status: (value) => ["pending", "invited", "active", "deleted"].includes(value),
  name: text,
  sso_registrations: list,
  is_breakglass: flag,
  member_password_id: text,
  oauth_registrations: list,
  email_address_verified: flag,
  mfa_phone_number_verified: flag,
  is_admin: flag,
  totp_registration_id: text,
  retired_email_addresses: list,
  is_locked: flag,
  mfa_enrolled: flag,
  mfa_phone_number: text,
  default_mfa_method: text,
  roles: list,
  trusted_metadata: or(object),
  untrusted_metadata: or(object),
  created_at: time,
  updated_at: time,
  scim_registration: or(object),
  external_id: or(text),
  lock_created_at: or(time),
  lock_expires_at: or(time),
};

const SESSION = {
  member_session_id: text,
  member_id: text,
  organization_id: text,
  organization_slug: text,
  started_at: time,
  last_accessed_at: time,
  expires_at: time,
  authentication_factors: list,
  roles: list,
  custom_claims: or(object),
};

function shaped(value, shape, what) {
  assert.ok(object(value), `${what} is ${JSON.stringify(value)}`);
  for (const [field, check] of Object.entries(shape)) {
    assert.ok(check(value[field]), `${what}.${field} is ${JSON.stringify(value[field])}`);
  }
  return value;
}

export const isOrganization = (value) => shaped(value, ORGANIZATION, "organization");
export const isMember = (value) => shaped(value, MEMBER, "member");
export const isSession = (value) => shaped(value, SESSION, "member_session");

/** The answer of a finished sign-in. */
export function signedIn(answer) {
  succeeded(answer);
  const missing = answer.primary_required ?? answer.mfa_required;
  assert.equal(answer.member_authenticated, true, JSON.stringify(missing));
  assert.ok(answer.session_token.length >= 40, "session_token");
  assert.equal(answer.session_jwt.split(".").length, 3);
  assert.equal(answer.intermediate_session_token, "");
  assert.equal(answer.mfa_required ?? null, null);
  assert.equal(answer.primary_required ?? null, null);
  isSession(answer.member_session);
  isMember(answer.member);
  isOrganization(answer.organization);
  assert.equal(answer.member_id, answer.member.member_id);
  assert.equal(answer.member_session.member_id, answer.member_id);
  assert.equal(answer.member_session.organization_id, answer.organization.organization_id);
  assert.equal(answer.member.organization_id, answer.organization.organization_id);
  return answer;
}

/** The answer of a sign-in that needs one more step. */
export function notYet(answer) {
  succeeded(answer);
  assert.equal(answer.member_authenticated, false);
  assert.equal(answer.session_token, "");
  assert.equal(answer.session_jwt, "");
  assert.equal(answer.member_session ?? null, null);
  assert.ok(answer.intermediate_session_token.length > 20, "intermediate_session_token");
  isMember(answer.member);
  isOrganization(answer.organization);
  return answer;
}

export const roleIds = (member) => member.roles.map((role) => role.role_id).sort();
