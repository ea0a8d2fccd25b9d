// The outbox in a browser: what is new comes in by itself, and what the reader has opened stays as it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World, emailAt } from "./harness.mjs";

let world;
let page;

before(async () => {
  world = await World.start({ smtp: false });
  page = await world.person();
});
after(() => world?.stop());

const ask = (what, email_address) => world.backend("POST", `/${what}/email/discovery/send`, { email_address });

test("messages appear by themselves, newest first, and what is open stays open", async () => {
  await page.goto(`${world.server.url}/outbox`);
  await page.getByText("Nothing has been written yet.").waitFor();
  const [first, second] = [emailAt("acme.example"), emailAt("acme.example")];
  await ask("magic_links", first);
  const items = page.locator("#messages > li");
  await items.getByText(first).waitFor();
  assert.equal(await page.locator("#empty").isVisible(), false);

  await items.first().locator("summary").click();
  const mail = page.frameLocator("#messages > li iframe");
  await mail.getByRole("link", { name: "Sign in" }).waitFor();
  await page.evaluate(() => document.querySelector("#messages > li").setAttribute("data-mark", ""));
  await ask("otps", second);
  await items.getByText(second).waitFor();
  assert.match(await items.first().textContent(), new RegExp(second));
  // The same element, still open: nothing has been loaded anew.
  assert.equal(await page.locator("#messages > li[data-mark] details[open]").count(), 1);
  assert.equal(await page.getByRole("status").textContent(), "1 new message.");
  assert.match(await items.first().locator("time").textContent(), /^(just now|\d+ seconds? ago)$/);

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await items.first().getByRole("button", { name: /^Copy the code/ }).click();
  await items.first().getByText("Copied").waitFor();
  const code = await items.first().locator(".code").textContent();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);

  await page.getByLabel("Address").fill(first.toUpperCase());
  await page.getByRole("button", { name: "Find" }).click();
  await page.waitForURL(/to=/);
  assert.equal(await items.count(), 1);
  assert.deepEqual(page.problems.splice(0), []);
});

test("a mail in the outbox runs no script and shows the logo of the project", async () => {
  const logo = "https://logo.example/logo.png";
  world.server.command("project", "update", world.project.project_id, "--logo-url", logo, "--brand-color", "#fd0");
  await page.route(logo, (route) => route.fulfill({ contentType: "image/png", body: Buffer.alloc(0) }));
  const email = emailAt("acme.example");
  // The server remembers a project for a second.
  await page.waitForTimeout(1100);
  const asked = page.waitForRequest(logo);
  await ask("magic_links", email);
  await page.goto(`${world.server.url}/outbox?to=${encodeURIComponent(email)}`);
  await page.locator("summary").click();
  assert.equal((await asked).headers().referer, undefined);
  const frame = page.locator("iframe");
  assert.equal(await frame.getAttribute("sandbox"), "allow-popups allow-popups-to-escape-sandbox");
  const button = page.frameLocator("iframe").getByRole("link", { name: "Sign in" });
  assert.equal(await button.evaluate((e) => getComputedStyle(e).color), "rgb(0, 0, 0)");
});
