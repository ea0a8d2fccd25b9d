// The server's own pages on a telephone: nothing is wider than the screen, or than the frame around it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World, emailAt, unique } from "./harness.mjs";

const WIDTHS = [390, 320];
let world;
let page;

before(async () => {
  world = await World.start();
  // One that the page behind a link does not lead on by itself.
  page = await world.person({ automated: true });
});
after(() => world?.stop());

/** What sticks out of the screen, or out of the main part of the page, by more than what rounding explains. */
function sticksOut() {
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide on a screen of ${clientWidth}`);
  const main = document.querySelector("main");
  const { paddingLeft, paddingRight } = getComputedStyle(main);
  const frame = main.getBoundingClientRect();
  const [left, right] = [frame.left + parseFloat(paddingLeft), frame.right - parseFloat(paddingRight)];
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    // What scrolls for itself, or is only read aloud, may be wider.
    if (!texts.currentNode.data.trim() || texts.currentNode.parentElement.closest(".scroll, thead, pre")) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = range.getBoundingClientRect();
    if (box.left < left - 1 || box.right > right + 1) {
      found.push(`${texts.currentNode.data.trim().slice(0, 60)}: ${box.left} to ${box.right}, in ${left} to ${right}`);
    }
  }
  return found;
}

/** The bar with the name, where a page has one, is at the top and as wide as the screen. */
function isBarInPlace() {
  const bar = document.querySelector(".bar")?.getBoundingClientRect();
  return !bar || (bar.top === 0 && bar.left === 0 && bar.width === document.documentElement.clientWidth);
}

async function fits(name, path) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(world.server.url + path);
    assert.deepEqual(await page.evaluate(sticksOut), [], `${name} at ${width} px`);
    assert.ok(await page.evaluate(isBarInPlace), `the bar of ${name} at ${width} px`);
  }
}

const LONG = "w".repeat(300);
const PAGES = {
  home: "/",
  reference: "/reference",
  "a group of the reference": "/reference/members",
  "error types": "/errors",
  "an error type": "/errors/organization_settings_restricted_oauth_tenants_not_allowed",
  "no such error type": `/errors/${LONG}`,
  "no such page": `/${LONG}`,
  "a link that is not complete": "/v1/magic_links/redirect",
  "a link that is unknown": `/v1/magic_links/redirect?public_token=${LONG}&token=${LONG}`,
  "a message that is not there": `/outbox/${LONG}`,
};

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name} fits on a telephone`, () => fits(name, path));
}

test("what people have written fits on a telephone", async () => {
  const organization = await world.organization({ organization_name: "W".repeat(128) });
  const email_address = emailAt(`${"w".repeat(63)}.${unique("company")}.example`);
  const link = await world.linkAfter(email_address, () =>
    world.backend("POST", "/magic_links/email/invite", { organization_id: organization.organization_id, email_address }),
  );
  const used = new URL(link);
  await fits("a link", used.pathname + used.search);
  await fits("a spoiled link", `${used.pathname}${used.search}x`);
});
