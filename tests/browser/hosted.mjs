// What those do who go through the pages of the hosted login.
import { usable } from "./usable.mjs";

const seen = new Set();

/** The page has this heading, and nothing keeps anybody from using it. A kind of page is looked at once. */
export async function at(page, heading, kind = String(heading)) {
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  if (seen.has(kind) || page.hasNoScript) return;
  seen.add(kind);
  await usable(page, `hosted-${kind}`);
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
