// The outbox in a browser: what is new comes in by itself, and what the reader has opened stays as it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World, emailAt } from "./harness.mjs";

// It is nowhere: that the browser looks for it says that the policy of the page lets it.
const LOGO = "https://logo.example/logo.png";
const SOUGHT = `Failed to load resource: net::ERR_NAME_NOT_RESOLVED ${LOGO}`;

let world;
let page;

before(async () => {
  world = await World.start({ smtp: false, flags: () => ["--logo-url", LOGO, "--brand-color", "#fd0"] });
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
  assert.deepEqual(page.problems.splice(0).filter((problem) => problem !== SOUGHT), []);
});

test("a mail is framed without scripts, and shows the logo and the color of the project", async () => {
  const email = emailAt("acme.example");
  await ask("magic_links", email);
  await page.goto(`${world.server.url}/outbox?to=${encodeURIComponent(email)}`);
  await page.locator("summary").click();
  const frame = page.locator("iframe");
  assert.equal(await frame.getAttribute("sandbox"), "allow-popups allow-popups-to-escape-sandbox");
  const button = page.frameLocator("iframe").getByRole("link", { name: "Sign in" });
  assert.equal(await button.evaluate((e) => getComputedStyle(e).color), "rgb(0, 0, 0)");
  assert.equal(await page.frameLocator("iframe").getByAltText("Browser tests").count(), 1);
  assert.ok(page.problems.length > 0 && page.problems.every((problem) => problem === SOUGHT), page.problems.join("\n"));
});
