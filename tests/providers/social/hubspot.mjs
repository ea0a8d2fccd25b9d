// HubSpot. Shapes from developers.hubspot.com: "Manage OAuth access tokens" and its reference, in the version of March 2026
// (/oauth/2026-03/token, and /oauth/2026-03/token/introspect, which is POSTed to with the client's credentials). The older
// /oauth/v1/token and /oauth/v1/access-tokens/{token} end in February 2027. There are no ID tokens; who a token is of, the
// introspection says: user_id, user (the address), hub_id, hub_domain.

import { Refused, Service } from "./service.mjs";

const MINUTES_30 = 1800;

export class HubSpot extends Service {
  #refresh = new Map();

  async answer(request) {
    switch (`${request.method} ${request.path}`) {
      case "GET /oauth/authorize":
        return this.authorize(request);
      case "POST /oauth/2026-03/token":
        return request.form.grant_type === "refresh_token" ? this.#renew(request) : this.#token(request);
      case "POST /oauth/2026-03/token/introspect":
        return this.#introspect(request);
      default:
        return { status: 404, json: { status: "error", message: "resource not found" } };
    }
  }

  #token(request) {
    const words = {
      client: ["invalid_client", "BAD_CLIENT_ID", "missing or invalid client id or secret"],
      code: ["invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code"],
      redirect_uri: ["invalid_grant", "MISMATCH_REDIRECT_URI_AUTH_CODE", "the redirect uri does not match the one of the auth code"],
      verifier: ["invalid_grant", "INVALID_CODE_VERIFIER", "the code verifier does not match"],
    };
    const asked = this.redeem(request, (what) => {
      const [error, status, message] = words[what];
      return new Refused({ status: 400, json: { error, error_description: message, status, message } });
    });
    return this.#tokens(asked);
  }

  #renew({ form }) {
    const asked = this.#refresh.get(form.refresh_token);
    const isClient = form.client_id === this.client.id && form.client_secret === this.client.secret;
    if (asked && isClient) return this.#tokens(asked);
    const message = "refresh token is invalid, expired or revoked";
    return { status: 400, json: { error: "invalid_grant", error_description: message, status: "BAD_REFRESH_TOKEN", message } };
  }

  #tokens(asked) {
    const scopes = (asked.scope ?? "").split(" ");
    const access_token = this.token("CN", asked, scopes);
    const refresh_token = `na1-${access_token.slice(2, 10)}`;
    this.#refresh.set(refresh_token, asked);
    const { hub = 4711, user_id = 42 } = asked.told;
    return { json: { token_type: "bearer", access_token, refresh_token, expires_in: MINUTES_30, hub_id: hub, user_id, scopes } };
  }

  #introspect({ form }) {
    if (form.client_id !== this.client.id || form.client_secret !== this.client.secret)
      return { status: 401, json: { error: "invalid_client", error_description: "missing or invalid client id or secret" } };
    const known = this.tokens.get(form.token);
    if (!known || this.mistake === "inactive") return { json: { active: false, token_type: "bearer" } };
    const { hub = 4711, user_id = 42, email } = known.told;
    const about = {
      token_use: "access_token",
      active: true,
      token: form.token,
      hub_id: hub,
      user_id,
      client_id: this.client.id,
      app_id: 456789,
      scopes: known.scopes,
      expires_in: MINUTES_30,
      is_private_distribution: false,
      token_type: "bearer",
      user: email,
      hub_domain: "analytical.example",
    };
    const wrong = {
      another_client: () => (about.client_id = "another-client"),
      another_token: () => (about.token_use = "refresh_token"),
      another_hub: () => (about.hub_id = 1),
      no_hub: () => delete about.hub_id,
      no_email: () => delete about.user,
      no_user: () => delete about.user_id,
    };
    wrong[this.mistake]?.();
    return { json: about };
  }
}
