// Whether a page can be used by everybody: axe-core finds nothing against it, and nothing is wider than the screen.
import assert from "node:assert/strict";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { shot } from "./harness.mjs";

const AXE = fs.readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const DAYS = [
  [[1280, "light"], [390, "dark"]],
  [[390, "light"], [1280, "dark"]],
];
const TODAY = Math.floor(Date.now() / 86_400_000) % DAYS.length;
/** Two of the four views, tomorrow the other two: axe-core is most of what these tests compute. GUILDHALL_TEST_ALL=1: all four. */
const VIEWS = process.env.GUILDHALL_TEST_ALL ? DAYS.flat() : DAYS[TODAY];

/** By how much the page is wider than the screen, and the first of what sticks out. */
export function overflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll("main *")].find((e) => e.getBoundingClientRect().right > clientWidth + 1);
  return [`${scrollWidth} px on a screen of ${clientWidth}: ${wide?.outerHTML.slice(0, 200)}`];
}

/** Looks at the page in each view of the day, and keeps pictures of it. */
export async function usable(page, name) {
  const before = page.viewportSize();
  // Evaluated, because the policy of the pages lets in no script but their own.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  for (const [width, colorScheme] of VIEWS) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
    // Of a second color scheme only its contrasts are anything new.
    const rules = colorScheme === "light" ? {} : { runOnly: ["color-contrast"] };
    const { violations } = await page.evaluate((options) => window.axe.run(options), { resultTypes: ["violations"], ...rules });
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 5).join(", ")}`);
    const there = `${name} at ${width} px, ${colorScheme}`;
    assert.deepEqual(told, [], there);
    assert.deepEqual(await page.evaluate(overflow), [], there);
    await shot(page, `${name.replace(/\W+/g, "-")}-${width}-${colorScheme}`);
  }
  if (before) await page.setViewportSize(before);
}
