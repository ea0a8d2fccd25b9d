"use strict";
// Keeps the outbox up to date: what is new is put in, and what has not changed stays as it is, with the reader's place and
// what they have opened.

(() => {
  const EVERY = 2000;
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

  const ago = (at) => {
    const seconds = Math.floor((Date.now() - at) / 1000);
    const unit = UNITS.find(([, length]) => seconds >= length);
    if (!unit) return "just now";
    const count = Math.floor(seconds / unit[1]);
    return `${count} ${unit[0]}${count === 1 ? "" : "s"} ago`;
  };

  const prepare = (root) => {
    root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  };

  const tell = () => document.querySelectorAll("time").forEach((time) => {
    time.textContent = ago(Date.parse(time.dateTime));
  });

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });

  prepare(document);
  setInterval(tell, 10000);

  const list = document.getElementById("messages");
  if (!list || !list.dataset.changes) return;

  /** Puts in what is new or has changed; how many are new. */
  const merge = (fresh) => {
    const known = new Map([...list.children].map((item) => [item.id, item]));
    let [place, added] = [list.firstElementChild, 0];
    for (const item of [...fresh.children]) {
      const before = known.get(item.id);
      known.delete(item.id);
      if (!before) {
        list.insertBefore(item, place);
        added += 1;
      } else if (before.dataset.state === item.dataset.state) {
        place = before.nextElementSibling;
      } else {
        const [opened, opens] = [before.querySelector("details"), item.querySelector("details")];
        if (opened && opens) opens.open = opened.open;
        place = before.nextElementSibling;
        before.replaceWith(item);
      }
    }
    known.forEach((item) => item.remove());
    return added;
  };

  const look = async () => {
    if (document.visibilityState !== "visible") return;
    const url = new URL(list.dataset.changes, location.href);
    url.searchParams.set("seen", list.dataset.version);
    const text = await (await fetch(url)).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("messages");
    if (!fresh) return;
    list.dataset.version = fresh.dataset.version;
    const added = merge(fresh);
    for (const id of ["empty", "older"]) document.getElementById(id).replaceWith(page.getElementById(id));
    prepare(list);
    tell();
    if (added) document.getElementById("news").textContent = added === 1 ? "1 new message." : `${added} new messages.`;
  };

  document.getElementById("reload").hidden = true;
  document.getElementById("news").textContent = "New messages appear by themselves.";
  // A server that is being restarted is asked again.
  const goOn = () => setTimeout(() => look().catch(() => {}).then(goOn), EVERY);
  goOn();
})();
