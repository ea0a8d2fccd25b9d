// Signs a new person in on the page of an example, and out again: node sign_in.mjs FOLDER PORT EMAIL [SECOND_PAGE]
// The second page is one of the admin portal, where their address is to be seen.
// The folder is served at http://localhost:PORT/; GUILDHALL_OUTBOX says where the mail is read.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { launchBrowser } from "../browser/harness.mjs";

const [folder, port, email, second] = process.argv.slice(2);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };

const site = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://x");
  const file = path.join(folder, path.normalize(pathname === "/" ? "/index.html" : pathname));
  if (!fs.existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("content-type", `${TYPES[path.extname(file)] ?? "application/octet-stream"}; charset=utf-8`);
  fs.createReadStream(file).pipe(response);
});
await new Promise((resolve) => site.listen(port, "127.0.0.1", resolve));
const origin = `http://localhost:${port}/`;

const browser = await launchBrowser();
const problems = [];
try {
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });

  await page.goto(origin);
  await page.locator("input[type=email]").fill(email);
  await page.keyboard.press("Enter");
  await page.getByText(/check your email/i).waitFor();

  await page.goto(await newestLink());
  await page.waitForURL((url) => url.href.startsWith(origin));
  await page.getByRole("button", { name: /create an organization/i }).click();
  await page.getByText(`Signed in as ${email}`).waitFor();

  // A reload finds the session again.
  await page.goto(origin);
  await page.getByText(`Signed in as ${email}`).waitFor();
  const width = await page.evaluate(() => document.querySelector("meta[name=viewport]")?.content);
  assert.equal(width, "width=device-width, initial-scale=1");

  if (second) {
    await page.goto(origin + second);
    await page.getByRole("table").getByText(email).waitFor();
    await page.goto(origin);
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("input[type=email]").waitFor();
  await page.goto(origin);
  await page.locator("input[type=email]").waitFor();
} catch (error) {
  console.error(problems.join("\n"));
  throw error;
} finally {
  await browser.close();
  site.closeAllConnections();
  site.close();
}

/** The link of the newest message, from the outbox page. */
async function newestLink() {
  const outbox = process.env.GUILDHALL_OUTBOX;
  const list = await (await fetch(outbox)).text();
  const message = /href="(?:[^"]*)(\/outbox\/[^"]+)"/.exec(list)?.[1];
  assert.ok(message, list);
  const text = await (await fetch(new URL(message, outbox))).text();
  const link = /https?:\/\/[^\s"'<>]+\/v1\/magic_links\/redirect\?[^\s"'<>]+/.exec(text)?.[0];
  assert.ok(link, text);
  return link.replaceAll("&amp;", "&");
}
