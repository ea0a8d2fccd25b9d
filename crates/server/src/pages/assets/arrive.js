// Goes on from a link by itself, for people. Mail scanners open links too: those declare themselves as automated or never show the
// page, and for them it stays a page with a button.
(() => {
  const form = document.getElementById("arrive");
  if (!form || navigator.webdriver) return;

  const goOn = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", goOn);
    form.requestSubmit();
  };

  document.addEventListener("visibilitychange", goOn);
  goOn();
})();
