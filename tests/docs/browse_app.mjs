// Signs people in to an app of the documentation, in Chromium: node browse_app.mjs PAGE URL EMAIL
// GUILDHALL_OUTBOX says where the mail is read.
import assert from "node:assert/strict";
import { launchBrowser } from "../browser/harness.mjs";

const [page, url, email] = process.argv.slice(2);
const browser = await launchBrowser();

/** Somebody with a browser of their own, and what was wrong in it. */
async function person() {
  const context = await browser.newContext();
  context.setDefaultTimeout(45_000);
  const tab = await context.newPage();
  tab.problems = [];
  tab.on("pageerror", (error) => tab.problems.push(String(error)));
  tab.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") tab.problems.push(`asked ${request.url()}`);
  });
  return tab;
}

async function askForLink(tab, address) {
  await tab.goto(url);
  await tab.locator("input[type=email]").fill(address);
  await tab.keyboard.press("Enter");
  await tab.getByText(/check your email|your mail/i).waitFor();
  return newestLink(address);
}

/** The link of the newest message to an address, from the outbox page. */
async function newestLink(address) {
  const outbox = process.env.GUILDHALL_OUTBOX;
  for (let tries = 0; tries < 50; tries++) {
    const list = await (await fetch(outbox)).text();
    for (const [, message] of list.matchAll(/href="(?:[^"]*)(\/outbox\/[^"]+)"/g)) {
      const text = await (await fetch(new URL(message, outbox))).text();
      const link = /https?:\/\/[^\s"'<>]+\/v1\/magic_links\/redirect\?[^\s"'<>]+/.exec(text)?.[0];
      if (link && text.includes(address)) return link.replaceAll("&amp;", "&").replace("127.0.0.1", "localhost");
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail to ${address}`);
}

const apps = {
  async react() {
    const ada = await person();
    await ada.goto(await askForLink(ada, email));
    await ada.waitForURL((there) => there.href.startsWith(url));
    await ada.getByRole("button", { name: /create an organization/i }).click();
    await ada.getByText(email).waitFor();
    await ada.goto(url);
    await ada.getByText("Signed in to").waitFor();
    await ada.getByRole("button", { name: "Sign out" }).click();
    await ada.locator("input[type=email]").waitFor();
    return [ada];
  },

  async nextjs() {
    const [ada, elsewhere, bob] = [await person(), await person(), await person()];
    const link = await askForLink(ada, email);
    await elsewhere.goto(link);
    await elsewhere.getByText("asked for in another browser").waitFor();
    await ada.goto(link);
    await ada.getByText("Signed in to").waitFor();
    await ada.getByText("stytch_admin").waitFor();
    const [cookie] = (await ada.context().cookies()).filter(({ name }) => name === "session");
    assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Lax"]);

    await ada.goto(`${url}team`);
    const colleague = `bob-${email}`;
    await ada.locator("input[type=email]").fill(colleague);
    await ada.getByRole("button", { name: "Invite" }).click();
    await ada.getByText(`${colleague} (invited)`).waitFor();
    await bob.goto(await newestLink(colleague));
    await bob.getByText("Signed in to").waitFor();
    await bob.goto(`${url}team`);
    await bob.getByText(`${colleague} (active)`).waitFor();
    assert.equal(await bob.getByRole("button", { name: "Invite" }).count(), 0, "only administrators invite");

    await ada.goto(url);
    await ada.getByRole("button", { name: "Sign out" }).click();
    await ada.locator("input[type=email]").waitFor();
    await ada.goto(url);
    await ada.waitForURL(`${url}login`);
    await bob.goto(url);
    await bob.getByText("Signed in to").waitFor();
    return [ada, elsewhere, bob];
  },
};

try {
  for (const tab of await apps[page]()) assert.deepEqual(tab.problems, []);
} finally {
  await browser.close();
}
