// Finds operations while somebody types; without it the form asks the server.
"use strict";

const field = document.getElementById("q");
const lines = [...document.querySelectorAll("[data-operation]")];
const groups = [...document.querySelectorAll("[data-group]")];
const told = document.getElementById("found");

field?.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const line of lines) {
    const text = line.textContent.toLowerCase();
    line.hidden = !words.every((word) => text.includes(word));
    found += line.hidden ? 0 : 1;
  }
  for (const group of groups) {
    group.hidden = !group.querySelector("[data-operation]:not([hidden])");
  }
  told.textContent = found === 1 ? "1 operation" : `${found} operations`;
});
