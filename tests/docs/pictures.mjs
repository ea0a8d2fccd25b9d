// Makes the pictures of the documentation anew, from the pages themselves: node tests/docs/pictures.mjs
// (after `cargo build`, and `npm ci` in tests/browser). They are to stay small: 40 kB each at most.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launchBrowser } from "../browser/harness.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const images = path.join(root, "docs/images");
const modules = path.join(root, "tests/browser/node_modules");
const program = process.env.GUILDHALL_BIN ?? path.join(root, "target/debug/guildhall");
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "guildhall-pictures-"));
const database = `sqlite:${directory}/guildhall.db`;

const server = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--database-url", database], { stdio: ["ignore", "pipe", "ignore"] });
const [line] = await new Promise((resolve) => server.stdout.once("data", (data) => resolve(String(data).split("\n"))));
const api = line.replace("listening on ", "").replace("127.0.0.1", "localhost");

// The two pages of docs/browser.md.
const pages = [...fs.readFileSync(path.join(root, "docs/browser.md"), "utf8").matchAll(/```html\n(.*?)```/gs)].map(([, html]) => html);
let project;
const site = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://x");
  const page = { "/": pages[0], "/members.html": pages[1] }[pathname];
  response.setHeader("content-type", pathname.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8");
  const real = page?.replace("public-token-test-...", project.public_token).replace("http://localhost:7400", api);
  const file = path.join(modules, path.normalize(pathname).replace("/node_modules", ""));
  response.end(real ?? (fs.existsSync(file) ? fs.readFileSync(file) : ""));
});
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
const app = `http://localhost:${site.address().port}/`;
const run = (...args) => execFileSync(program, [...args, "--database-url", database], { encoding: "utf8" });
project = JSON.parse(run("project", "create", "--name", "My app", "--redirect-url", app, "--json"));

const browser = await launchBrowser();
const page = await (await browser.newContext({ viewport: { width: 860, height: 560 }, colorScheme: "light" })).newPage();
const newest = () => JSON.parse(run("outbox", "--json", "--limit", "1"));
async function take(name, options = {}) {
  const file = path.join(images, `${name}.png`);
  await page.screenshot({ path: file, animations: "disabled", ...options });
  const { size } = fs.statSync(file);
  console.log(`${name}.png: ${size} bytes`);
  assert.ok(size <= 40 * 1024, `${name}.png is too large`);
}

try {
  await page.goto(app);
  await page.locator("input[type=email]").fill("ada@example.com");
  await take("login", { clip: { x: 0, y: 0, width: 416, height: 240 } });
  await page.keyboard.press("Enter");
  await page.getByText(/check your email/i).waitFor();
  await page.goto(`${api}/outbox`);
  await page.getByText("ada@example.com").first().waitFor();
  await take("outbox", { clip: { x: 0, y: 0, width: 860, height: 360 } });
  await page.goto(newest().link);
  await page.getByRole("button", { name: /create an organization/i }).click();
  await page.getByText("Signed in as").waitFor();
  await page.goto(`${app}members.html`);
  await page.getByRole("table").getByText("ada@example.com").waitFor();
  await take("members", { clip: { x: 20, y: 20, width: 820, height: 290 } });
} finally {
  await browser.close();
  site.closeAllConnections();
  site.close();
  server.kill();
  fs.rmSync(directory, { recursive: true, force: true });
}
