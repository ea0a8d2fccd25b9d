// What those do who go through the pages of the hosted login.
import assert from "node:assert/strict";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { shot } from "./harness.mjs";

const AXE = fs.readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const VIEWS = [[1280, "light"], [390, "dark"]];
const seen = new Set();

/** The page has this heading, and nothing keeps anybody from using it. A kind of page is looked at once. */
export async function at(page, heading, kind = String(heading)) {
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  if (seen.has(kind) || page.hasNoScript) return;
  seen.add(kind);
  await page.evaluate(AXE);
  for (const [width, colorScheme] of VIEWS) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    assert.deepEqual(found, [], `${kind} at ${width} px, ${colorScheme}`);
    const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(sticksOut, 0, `${kind} is wider than a screen of ${width} px`);
    await shot(page, `hosted-${kind.replace(/\W+/g, "-")}-${width}-${colorScheme}`);
  }
  await page.setViewportSize({ width: 1200, height: 900 });
}

/** A browser without JavaScript, that nobody has used yet. */
export async function withoutScript(world) {
  const other = await world.person();
  const context = await other.context().browser().newContext({ javaScriptEnabled: false, locale: "en-US" });
  context.setDefaultTimeout(40_000);
  await other.context().close();
  const page = await context.newPage();
  page.hasNoScript = true;
  return page;
}

export async function press(page, name) {
  await page.getByRole("button", { name, exact: true }).first().click();
}
