// GitHub. Shapes from docs.github.com: "Authorizing OAuth apps" (scopes joined by commas; an answer as a form, or JSON where it
// is accepted; errors with status 200), "Get the authenticated user", "List email addresses for the authenticated user", "List
// organizations for the authenticated user" (read:org, or 403), "Using pagination in the REST API" (Link), "Getting started with
// the REST API" (no request without a User-Agent).

import { Refused, Service } from "./service.mjs";

const PER_PAGE = 30;
const MOST = 100;

export class GitHub extends Service {
  async answer(request) {
    const { method, path } = request;
    if (method === "GET" && path === "/login/oauth/authorize") return this.authorize(request);
    if (method === "POST" && path === "/login/oauth/access_token") return this.#token(request);
    const resource = { "/api/user": this.#user, "/api/user/emails": this.#emails, "/api/user/orgs": this.#orgs }[path];
    if (method !== "GET" || !resource) return failure(404, "Not Found");
    if (!request.headers["user-agent"]) return failure(403, "Request forbidden by administrative rules.");
    const token = this.bearer(request);
    if (!token) return failure(401, "Bad credentials");
    const answer = resource.call(this, token, request);
    return { ...answer, headers: { ...answer.headers, "x-oauth-scopes": token.scopes.join(", ") } };
  }

  #token(request) {
    const words = {
      client: ["incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."],
      code: ["bad_verification_code", "The code passed is incorrect or expired."],
      redirect_uri: ["redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application."],
      verifier: ["bad_verification_code", "The code verifier does not match."],
    };
    const says = (fields) => {
      const asForm = !request.headers.accept?.includes("application/json") || this.mistake === "form";
      if (!asForm) return { json: fields };
      const type = "application/x-www-form-urlencoded; charset=utf-8";
      return { headers: { "content-type": type }, body: new URLSearchParams(fields).toString() };
    };
    const asked = this.redeem(request, (what) => {
      const [error, error_description] = words[what];
      return new Refused(says({ error, error_description, error_uri: "https://docs.github.com/apps" }));
    });
    const wanted = (asked.scope ?? "").split(/[ ,]+/).filter(Boolean);
    const scopes = wanted.filter((scope) => !(asked.told.withheld ?? []).includes(scope));
    return says({ access_token: this.token("gho_", asked, scopes), scope: scopes.join(","), token_type: "bearer" });
  }

  #user({ told }) {
    const { id = 815, login = "ada-l", name = "Ada Lovelace", public_email = null } = told;
    return { json: { login, id, node_id: "U_ada", avatar_url: `https://avatars.example/u/${id}?v=4`, type: "User", name, email: public_email } };
  }

  #emails({ told, scopes }) {
    if (!scopes.some((scope) => scope === "user" || scope === "user:email")) return failure(404, "Not Found");
    const first = { email: told.email, primary: true, verified: true, visibility: "private" };
    const { unverified, verified_as_text, not_primary, no_emails } = {
      unverified: [{ ...first, verified: false }],
      verified_as_text: [{ ...first, verified: "true" }],
      not_primary: [{ ...first, primary: false }],
      no_emails: [],
    };
    const wrong = { unverified, verified_as_text, not_primary, no_emails }[this.mistake];
    const others = (told.other_emails ?? []).map((email) => ({ email, primary: false, verified: true, visibility: null }));
    return { json: wrong ?? [...others, first] };
  }

  #orgs({ told, scopes }, { query }) {
    if (!scopes.some((scope) => ["user", "read:org", "write:org", "admin:org"].includes(scope)))
      return failure(403, "You need at least read:org scope or user scope to list your organizations.");
    if (this.mistake === "orgs_500") return failure(500, "Server Error");
    if (this.mistake === "orgs_no_list") return { json: { message: "Something else" } };
    const ids = told.organizations ?? [];
    const size = Math.min(Number(query.per_page ?? PER_PAGE), MOST);
    const page = Number(query.page ?? 1);
    const shown = ids.slice((page - 1) * size, page * size);
    const last = Math.max(1, Math.ceil(ids.length / size));
    const at = (page, host = `${this.url}/api`) => `<${host}/user/orgs?per_page=${size}&page=${page}>`;
    const links = page < last ? [`${at(page + 1)}; rel="next"`, `${at(last)}; rel="last"`] : [];
    if (page > 1) links.unshift(`${at(page - 1)}; rel="prev"`), links.push(`${at(1)}; rel="first"`);
    const wrong = { endless: `${at(page + 1)}; rel="next"`, link_elsewhere: `${at(page + 1, "https://elsewhere.example")}; rel="next"` };
    const link = wrong[this.mistake] ?? links.join(", ");
    const json = shown.map((id) => ({ login: `org-${id}`, id, node_id: `O_${id}`, url: `${this.url}/api/orgs/org-${id}`, avatar_url: "", description: null }));
    if (this.mistake === "endless") json.push({ login: "more", id: 1_000_000 + page, node_id: "O_", url: "", avatar_url: "", description: null });
    if (this.mistake === "ids_as_text") json.forEach((one) => (one.id = ` ${one.id}`));
    return { json, headers: link ? { link } : {} };
  }
}

function failure(status, message) {
  return { status, json: { message, documentation_url: "https://docs.github.com/rest" } };
}
