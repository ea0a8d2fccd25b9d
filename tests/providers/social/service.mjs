// What the three have in common: the authorization code grant of RFC 6749, with PKCE (RFC 7636).

import { createHash, randomBytes } from "node:crypto";

/** An answer that is none. */
export class Refused extends Error {
  constructor(answer) {
    super("refused");
    this.answer = answer;
  }
}

export class Service {
  // The client that an operator has registered.
  client = { id: "client-id", secret: "client-secret-of-32-characters--" };
  told = {};
  codes = new Map();
  tokens = new Map();

  constructor(url) {
    this.url = url;
  }

  get mistake() {
    return this.told.mistake;
  }

  /** Sends the browser back, after a page with a button where the test asks for one. */
  authorize({ query, path }) {
    const { client_id, redirect_uri, state, response_type } = query;
    if (client_id !== this.client.id || !redirect_uri) throw new Refused({ status: 404, body: "No such application" });
    if (this.told.page && query.agreed === undefined) return { body: page(this.constructor.name, path.slice(1), query) };
    const back = new URL(redirect_uri);
    if (this.mistake === "denied") {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "The user has denied your application access.");
    } else {
      const code = randomBytes(10).toString("hex");
      this.codes.set(code, { ...query, told: this.told });
      back.searchParams.set("code", code);
    }
    if (state !== undefined) back.searchParams.set("state", state);
    if (this.mistake === "another_issuer") back.searchParams.set("iss", "https://elsewhere.example");
    void response_type;
    return { status: 302, headers: { location: back.href } };
  }

  /** What a code stands for. It is good once; `refuse` words what is wrong. */
  redeem({ form }, refuse) {
    const asked = this.codes.get(form.code);
    this.codes.delete(form.code);
    if (form.client_id !== this.client.id || form.client_secret !== this.client.secret) throw refuse("client");
    if (!asked || this.mistake === "bad_code") throw refuse("code");
    if (asked.redirect_uri !== form.redirect_uri) throw refuse("redirect_uri");
    const challenge = asked.code_challenge;
    const proven = form.code_verifier && createHash("sha256").update(form.code_verifier).digest("base64url");
    if (challenge && challenge !== proven) throw refuse("verifier");
    return asked;
  }

  /** A new access token for what was asked for. */
  token(prefix, asked, scopes) {
    const token = prefix + randomBytes(16).toString("hex");
    this.tokens.set(token, { ...asked, scopes });
    return token;
  }

  /** Whose token came as a bearer's. */
  bearer({ headers }) {
    return this.tokens.get(/^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1]);
  }
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function page(name, action, query) {
  const fields = Object.entries({ ...query, agreed: "yes" })
    .map(([key, value]) => `<input type="hidden" name="${escaped(key)}" value="${escaped(value)}">`)
    .join("");
  return `<!doctype html><html lang="en"><title>${name}</title><main><h1>A stand-in for ${name}</h1>
<form action="${escaped(action.split("/").pop())}">${fields}<button>Authorize</button></form></main></html>`;
}
