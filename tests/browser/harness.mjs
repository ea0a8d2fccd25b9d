// A server, a project, a web application that uses the unmodified browser SDK, and Chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { codeOf, hopLink } from "../node/mail.mjs";
import { Server } from "../node/server.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const sdk = path.join(here, "node_modules/@stytch/vanilla-js/dist/iife");
const screenshots = path.join(here, "screenshots");

const FILES = {
  "/sdk/b2b.js": path.join(sdk, "b2b/index.js"),
  "/sdk/adminPortal.js": path.join(sdk, "adminPortal/index.js"),
  "/app.js": path.join(here, "pages/app.js"),
};

/** Serves the application; `settings` is what its pages read from `/settings.js`. */
export class Site {
  static async start(settings = {}) {
    const site = new Site();
    site.settings = settings;
    site.server = http.createServer((request, response) => site.#answer(request, response));
    await new Promise((resolve) => site.server.listen(0, "127.0.0.1", resolve));
    site.port = site.server.address().port;
    site.origin = `http://localhost:${site.port}`;
    return site;
  }

  #answer(request, response) {
    const { pathname } = new URL(request.url, "http://x");
    if (pathname === "/settings.js") {
      response.setHeader("content-type", "text/javascript; charset=utf-8");
      response.end(`window.settings = ${JSON.stringify(this.settings)};`);
      return;
    }
    const file = FILES[pathname] ?? path.join(here, "pages/index.html");
    const type = file.endsWith(".js") ? "text/javascript" : "text/html";
    response.setHeader("content-type", `${type}; charset=utf-8`);
    fs.createReadStream(file).pipe(response);
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Takes TLS off and passes each host on to a local port. */
export class TlsProxy {
  static async start(ports) {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "guildhall-tls-"));
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(directory, name));
    execFileSync("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-sha256"],
      ...["-keyout", key, "-out", cert, "-subj", "/CN=example.test"],
      ...["-addext", `subjectAltName=${Object.keys(ports).map((host) => `DNS:${host}`).join(",")}`],
    ], { stdio: "ignore" });
    const proxy = new TlsProxy();
    const options = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
    fs.rmSync(directory, { recursive: true });
    proxy.server = https.createServer(options, (request, response) => {
      const port = ports[request.headers.host?.split(":")[0]];
      if (!port) {
        response.writeHead(421).end();
        return;
      }
      const upstream = http.request(
        {
          host: "127.0.0.1",
          port,
          method: request.method,
          path: request.url,
          headers: {
            ...request.headers,
            "x-forwarded-proto": "https",
            "x-forwarded-for": request.socket.remoteAddress,
          },
        },
        (answer) => {
          response.writeHead(answer.statusCode, answer.rawHeaders);
          answer.pipe(response);
        },
      );
      upstream.on("error", () => response.writeHead(502).end());
      request.pipe(upstream);
    });
    await new Promise((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/**
 * Starts Chromium. Pages see a person's browser unless `automated`: mail scanners declare
 * themselves, and the server's page behind mailed links does not go on by itself for them.
 */
export async function launchBrowser({ args = [], automated = false } = {}) {
  const disguise = automated ? [] : ["--disable-blink-features=AutomationControlled"];
  return chromium.launch({
    ignoreDefaultArgs: automated ? [] : ["--enable-automation"],
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...disguise,
      ...args,
    ],
  });
}

let counter = 0;
export const unique = (prefix) => `${prefix}-${++counter}-${Math.random().toString(36).slice(2, 8)}`;
export const emailAt = (domain = `${unique("company")}.example`) => `${unique("person")}@${domain}`;

export class World {
  #browsers = new Map();

  /**
   * @param {{serve?: string[], port?: number, smtp?: boolean, flags?: (origin: string) => string[],
   *          origin?: string, api?: string, options?: object}} setup
   *   `flags`: more arguments for `project create`;
   *   `origin`, `api`: the public addresses, where they are not plain localhost ones;
   *   `options`: more options for the SDK's client
   */
  static async start(setup = {}) {
    const world = new World();
    world.site = await Site.start();
    world.origin = setup.origin ?? world.site.origin;
    world.redirectUrl = `${world.origin}/authenticate`;
    try {
      world.server = await Server.start({ args: setup.serve ?? [], port: setup.port, smtp: setup.smtp });
      world.project = await world.server.createProject({
        name: "Browser tests",
        redirectUrls: [world.redirectUrl],
        flags: setup.flags?.(world.origin),
      });
      world.api = setup.api ?? `http://localhost:${world.server.port}`;
      world.site.settings = world.settingsFor(world.project, setup.options);
    } catch (error) {
      await world.stop().catch(() => {});
      throw error;
    }
    return world;
  }

  settingsFor(project, options) {
    const { api } = this;
    return {
      publicToken: project.public_token,
      redirectUrl: this.redirectUrl,
      options: options ?? {
        endpoints: {
          testAPIURL: api,
          liveAPIURL: api,
          dfpBackendURL: api,
          clientsideServicesIframeURL: `${api}/clientside-services/index.html`,
        },
      },
    };
  }

  get mail() {
    return this.server.mail;
  }

  async stop() {
    await Promise.all([...this.#browsers.values()].map(async (browser) => (await browser).close()));
    await this.site?.stop();
    await this.server?.stop();
  }

  /** A browser nobody has used yet, with one page: a profile of its own, for to start Chromium anew takes longer. */
  async person({ args, automated } = {}) {
    const kind = JSON.stringify([args, automated]);
    if (!this.#browsers.has(kind)) this.#browsers.set(kind, launchBrowser({ args, automated }));
    const browser = await this.#browsers.get(kind);
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1200, height: 900 },
      locale: "en-US",
    });
    context.setDefaultTimeout(40_000);
    const page = await context.newPage();
    page.problems = [];
    page.outside = [];
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("console", (message) => {
      const { url } = message.location();
      if (message.type() === "error") page.problems.push(`${message.text()} ${url}`.trim());
    });
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      const local = ["localhost", "127.0.0.1"].includes(hostname) || hostname.endsWith(".test");
      if (protocol.startsWith("http") && !local) page.outside.push(request.url());
    });
    return page;
  }

  open(page, where) {
    return page.goto(this.origin + where);
  }

  // ---- the backend of the application ---------------------------------------------------

  async backend(method, where, json) {
    const { project_id, secret } = this.project;
    const answer = await fetch(`${this.server.url}/v1/b2b${where}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${project_id}:${secret}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: json && JSON.stringify(json),
    });
    const body = await answer.json();
    assert.equal(answer.status, 200, `${method} ${where}: ${JSON.stringify(body)}`);
    return body;
  }

  async organization(fields = {}) {
    const slug = unique("org");
    const { organization } = await this.backend("POST", "/organizations", {
      organization_name: `Organization ${slug}`,
      organization_slug: slug,
      ...fields,
    });
    return organization;
  }

  async member({ organization_id }, fields = {}) {
    const { member } = await this.backend("POST", `/organizations/${organization_id}/members`, {
      email_address: emailAt(),
      ...fields,
    });
    return member;
  }

  /** Gives the project an OAuth provider, as its operator does. */
  provide(name, flags, { client_id, client_secret }) {
    const client = [`--client-id=${client_id}`, `--client-secret=${client_secret}`];
    return this.server.provide(this.project.project_id, name, [...client, ...flags]);
  }

  // ---- signing in -----------------------------------------------------------------------

  /** Waits for the next mail that `act` causes at `address`; its link as a URL. */
  async linkAfter(address, act) {
    const count = this.mail.to(address).length + 1;
    await act();
    return hopLink(await this.mail.wait(address, { count }));
  }

  /** Waits for the next mail that `act` causes at `address`; the code in it. */
  async codeAfter(address, act) {
    const count = this.mail.to(address).length + 1;
    await act();
    return codeOf(await this.mail.wait(address, { count }));
  }

  /** Opens a mailed link, by way of the server's page, until the application has a session. */
  async follow(page, link) {
    await page.goto(link.href);
    await page.waitForURL((url) => url.origin === this.origin);
    await session(page);
  }

  /** Signs a member in, by a mail that the application's backend asks for. */
  async signIn(page, organization, email_address) {
    const link = await this.linkAfter(email_address, () =>
      this.backend("POST", "/magic_links/email/login_or_signup", {
        organization_id: organization.organization_id,
        email_address,
      }),
    );
    await this.follow(page, link);
  }
}

/** The session the SDK knows of, once there is one. */
export async function session(page) {
  const handle = await page.waitForFunction(() => window.client?.session.getSync());
  return handle.jsonValue();
}

/** Runs a call of the SDK in the page: its answer, or the fields of its error. */
export async function call(page, body, argument) {
  return page.evaluate(
    async ([source, argument]) => {
      const act = new Function("client", "argument", `return (${source})(client, argument);`);
      try {
        return { answer: await act(window.client, argument) };
      } catch (error) {
        return {
          error: {
            name: error.name,
            message: String(error.message),
            error_type: error.error_type,
            status_code: error.status_code,
            error_message: error.error_message,
            request_id: error.request_id,
          },
        };
      }
    },
    [String(body), argument],
  );
}

/** A call that must succeed. */
export async function done(page, body, argument) {
  const { answer, error } = await call(page, body, argument);
  assert.equal(error, undefined, JSON.stringify(error));
  return answer;
}

/** A call the server must refuse with this status and type. */
export async function refused(page, status, types, body, argument) {
  const { answer, error } = await call(page, body, argument);
  assert.ok(error, `expected ${status}, but it succeeded: ${JSON.stringify(answer)?.slice(0, 300)}`);
  const said = JSON.stringify(error);
  assert.equal(error.status_code, status, said);
  if (types) assert.ok([types].flat().includes(error.error_type), said);
  assert.match(error.request_id ?? "", /^request-id-/, said);
  return error;
}

/** The cookies of this browser, by name. */
export async function cookies(page) {
  return Object.fromEntries((await page.context().cookies()).map((cookie) => [cookie.name, cookie]));
}

export async function shot(page, name) {
  fs.mkdirSync(screenshots, { recursive: true });
  // Transitions are brought to their end.
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true, animations: "disabled" });
}

// The SDK's styling library says this in every page, and a browser asks for this on every host.
const NOISE = [/potentially unsafe when doing server-side rendering/, /\/favicon\.ico$/];

/** Since the last look, nothing broke in the page, and it asked nobody but us. */
export function clean(page, ...others) {
  const expected = [...NOISE, ...others];
  const problems = page.problems.splice(0);
  const left = problems.filter((problem) => !expected.some((e) => e.test(problem)));
  assert.deepEqual(left, [], "errors in the browser's console");
  assert.deepEqual(page.outside.splice(0), [], "requests to other hosts");
}

export { hopLink };
