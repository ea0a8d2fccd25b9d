// Slack. Shapes from docs.slack.dev: "Sign in with Slack" (an OpenID provider of its own words: names with URLs for the workspace,
// `ok` beside the standard's fields), openid.connect.token, openid.connect.userInfo (errors with status 200). Its ids of users are
// unique only within a workspace ("User object").

import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { Refused, Service } from "./service.mjs";

const HOUR = 3600;
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export class Slack extends Service {
  #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

  async answer(request) {
    switch (`${request.method} ${request.path}`) {
      case "GET /.well-known/openid-configuration":
        return { json: this.#configuration() };
      case "GET /openid/connect/keys":
        return { json: { keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] } };
      case "GET /openid/connect/authorize":
        return this.authorize(request);
      case "POST /api/openid.connect.token":
        return this.#token(request);
      case "GET /api/openid.connect.userInfo":
      case "POST /api/openid.connect.userInfo":
        return this.#userInfo(request);
      default:
        return { status: 404, body: "Not found" };
    }
  }

  #configuration() {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/openid/connect/authorize`,
      token_endpoint: `${this.url}/api/openid.connect.token`,
      userinfo_endpoint: `${this.url}/api/openid.connect.userInfo`,
      jwks_uri: `${this.url}/openid/connect/keys`,
      scopes_supported: ["openid", "profile", "email"],
      response_types_supported: ["code"],
      response_modes_supported: ["form_post"],
      grant_types_supported: ["authorization_code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      claims_supported: ["sub", "auth_time", "iss"],
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: true,
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    };
  }

  #token(request) {
    const words = { client: "bad_client_secret", code: "invalid_code", redirect_uri: "bad_redirect_uri", verifier: "invalid_code_verifier" };
    const asked = this.redeem(request, (what) => new Refused({ json: { ok: false, error: words[what] } }));
    const access_token = this.token("xoxp-", asked, (asked.scope ?? "").split(" "));
    const claims = {
      iss: this.url,
      aud: this.client.id,
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + HOUR,
      auth_time: Math.floor(Date.now() / 1000),
      ...(asked.nonce && { nonce: asked.nonce }),
      at_hash: createHash("sha256").update(access_token).digest().subarray(0, 16).toString("base64url"),
      ...this.#person(asked.told),
    };
    const wrong = {
      another_nonce: { nonce: "another" },
      another_audience: { aud: "another-client" },
      another_id_issuer: { iss: "https://elsewhere.example" },
      expired: { exp: claims.exp - 3 * HOUR },
    };
    const id_token = this.#signed({ ...claims, ...wrong[this.mistake] });
    return { json: { ok: true, access_token, token_type: "Bearer", id_token } };
  }

  #signed(claims) {
    const none = this.mistake === "unsigned";
    const text = `${encode({ alg: none ? "none" : "RS256", typ: "JWT", kid: "one" })}.${encode(claims)}`;
    const signature = none ? "" : createSign("RSA-SHA256").update(text).sign(this.#keys.privateKey, "base64url");
    return `${text}.${signature}`;
  }

  #userInfo(request) {
    const token = this.bearer(request);
    if (!token) return { json: { ok: false, error: "invalid_auth" } };
    const wrong = {
      another_subject: { sub: "U000ELSE", "https://slack.com/user_id": "U000ELSE" },
      another_team: { "https://slack.com/team_id": "T000ELSE" },
    };
    return { json: { ok: true, ...this.#person(token.told), ...wrong[this.mistake] } };
  }

  #person(told) {
    const { user = "U0ADA1", team = "T0ACME1", email } = told;
    const person = {
      sub: user,
      "https://slack.com/user_id": user,
      "https://slack.com/team_id": team,
      email,
      email_verified: true,
      date_email_verified: 1622128723,
      name: "Ada Lovelace",
      picture: "https://secure.gravatar.example/ada.png",
      given_name: "Ada",
      family_name: "Lovelace",
      locale: "en-US",
      "https://slack.com/team_name": "Analytical Engines",
      "https://slack.com/team_domain": "analytical",
    };
    const wrong = {
      unverified: () => (person.email_verified = false),
      verified_unsaid: () => delete person.email_verified,
      verified_as_text: () => (person.email_verified = "true"),
      no_team: () => delete person["https://slack.com/team_id"],
      no_email: () => delete person.email,
      no_subject: () => delete person.sub,
    };
    wrong[this.mistake]?.();
    return person;
  }
}
