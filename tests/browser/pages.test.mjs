// The server's own pages, at a desk and on a telephone, light and dark: axe-core finds nothing that keeps anybody from using
// them, nothing is wider than the screen, and the browser has nothing to complain of, its content security policy included.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World, emailAt } from "./harness.mjs";
import { usable } from "./usable.mjs";

/** What is visited: a path, or what makes one once the server runs. `expect`: complaints that belong to the page. */
const PAGES = [
  { name: "home", path: "/" },
  { name: "the components", path: "/components" },
  { name: "error types", path: "/errors" },
  { name: "an error type", path: "/errors/organization_not_found" },
  { name: "an outbox with nothing in it", path: async () => `${(await silent()).server.url}/outbox?to=nobody` },
  { name: "the outbox", path: async () => `${(await silent()).server.url}/outbox` },
  { name: "a message", path: async () => (await silent()).message },
  { name: "no such error type", path: "/errors/organisation_not_found", expect: [/404/] },
  { name: "reference", path: "/reference" },
  { name: "a group of the reference", path: "/reference/sessions" },
  { name: "a large group of the reference", path: "/reference/organizations" },
  { name: "the documentation", path: "/docs" },
  { name: "a page of it with code and pictures", path: "/docs/start" },
  { name: "a page of it with tables", path: "/docs/rbac" },
  { name: "its search", path: "/docs/search?q=session" },
  { name: "no such page of it", path: "/docs/nowhere", expect: [/404/] },
  { name: "no such page", path: "/nowhere", expect: [/404/] },
];


let world;
let page;
let kept;

/** A server that keeps its mail, with a link and a code in it, and the address of one message. */
function silent() {
  return (kept ??= World.start({ smtp: false }).then(async (there) => {
    const email_address = emailAt("a-company-with-a-long-name-that-goes-on-and-on.example");
    await there.backend("POST", "/magic_links/email/discovery/send", { email_address });
    await there.backend("POST", "/otps/email/discovery/send", { email_address });
    const outbox = await (await fetch(`${there.server.url}/outbox`)).text();
    there.message = there.server.url + /href="(\/outbox\/[^"]+)"/.exec(outbox)[1];
    return there;
  }));
}

before(async () => {
  world = await World.start();
  // One that the page behind a link does not lead on by itself.
  page = await world.person({ automated: true });
});
after(async () => {
  await world?.stop();
  await (await kept)?.stop();
});

for (const { name, path, expect = [] } of PAGES) {
  test(`${name}: usable by everybody, at every width`, async () => {
    page.problems.splice(0);
    const where = typeof path === "string" ? path : await path(world);
    await page.goto(new URL(where, world.server.url).href);
    await usable(page, name);
    const problems = page.problems.splice(0).filter((problem) => !expect.some((e) => e.test(problem)));
    assert.deepEqual(problems, [], "complaints of the browser");
    assert.deepEqual(page.outside.splice(0), [], "requests to other hosts");
  });
}
