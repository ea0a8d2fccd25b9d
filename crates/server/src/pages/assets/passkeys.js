// Passkeys, which browsers make and use for scripts only. What the browser is to be given stands at the form, and what it gives goes
// off with it. The form is hidden where nothing could come of it, and the page has other ways.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  const kind = window.PublicKeyCredential;
  if (!form || !kind?.parseRequestOptionsFromJSON) return;

  const isNew = form.dataset.passkey === "create";
  const given = JSON.parse(form.dataset.options);
  const publicKey = isNew ? kind.parseCreationOptionsFromJSON(given) : kind.parseRequestOptionsFromJSON(given);
  // What was given is good for so long; a form without a credential brings it anew.
  const end = Date.now() + given.timeout - 20_000;
  const trouble = form.querySelector("[role=alert]");
  let asking;

  const ask = (mediation) => {
    asking?.abort();
    asking = new AbortController();
    const asked = { publicKey, signal: asking.signal, ...(mediation && { mediation }) };
    return isNew ? navigator.credentials.create(asked) : navigator.credentials.get(asked);
  };

  const send = (credential) => {
    form.elements.credential.value = credential ? JSON.stringify(credential) : "";
    form.submit();
  };

  /** Passkeys among what the browser fills the address in with. */
  const offer = async () => {
    if (isNew || !document.querySelector('input[autocomplete~="webauthn"]')) return;
    if (!(await kind.isConditionalMediationAvailable?.())) return;
    setTimeout(() => asking.abort(), Math.max(end - Date.now(), 0));
    ask("conditional").then(send, () => {});
  };

  const fail = ({ name }) => {
    trouble.hidden = false;
    trouble.querySelector("span").textContent = name === "InvalidStateError" ? form.dataset.there : form.dataset.failed;
    offer();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trouble.hidden = true;
    if (Date.now() > end) send();
    else ask().then(send, fail);
  });

  document.getElementById("no-passkeys")?.remove();
  form.hidden = false;
  if ("atOnce" in form.dataset) form.requestSubmit();
  else offer();
})();
