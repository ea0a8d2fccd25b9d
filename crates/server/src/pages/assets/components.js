// What is a little nicer with a script; without one everything works.

/** A code goes off as soon as it is whole, once: a wrong one is mended by hand. */
for (const input of document.querySelectorAll("input[data-length]")) {
  const mayGo = !input.hasAttribute("aria-invalid");
  input.addEventListener("input", () => {
    const code = input.value.normalize("NFKC").replace(/[^\p{L}\p{N}]/gu, "");
    if (mayGo && code.length === Number(input.dataset.length) && /^\d+$/.test(code)) input.form.requestSubmit();
  });
}

/** Buttons that copy. */
for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) continue;
  const label = button.querySelector("span");
  const text = label.textContent;
  label.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    label.textContent = button.dataset.copied;
    setTimeout(() => (label.textContent = text), 2000);
  });
}

/** Where one is, among tabs that do not all fit. */
for (const current of document.querySelectorAll("nav [aria-current]")) {
  const nav = current.closest("nav");
  const beyond = current.getBoundingClientRect().right - nav.getBoundingClientRect().right;
  if (beyond > 0) nav.scrollLeft += beyond + 48;
}

/** A form is not sent twice by pressing twice. */
const sent = new WeakMap();
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (event.timeStamp - (sent.get(form) ?? -Infinity) < 2000) event.preventDefault();
  else sent.set(form, event.timeStamp);
});
