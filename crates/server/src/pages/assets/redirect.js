// Goes on from a mailed link by itself, for people. Mail scanners open links too, often in a real browser: those
// declare themselves as automated or never show the page, and for them it stays a page with a link.
"use strict";

(() => {
  const next = document.getElementById("continue");
  if (!next || navigator.webdriver) return;

  const goOn = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", goOn);
    // The page does not stay in the history, where "back" would lead to a link that has been used.
    location.replace(next.href);
  };

  document.addEventListener("visibilitychange", goOn);
  goOn();
})();
