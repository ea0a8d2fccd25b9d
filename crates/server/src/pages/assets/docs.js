// A button that copies a block of code. Where the browser has no clipboard to write to, there is none.
if (navigator.clipboard) {
  for (const block of document.querySelectorAll(".code")) {
    // A diagram is not for copying.
    if (block.querySelector(".language-text")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    block.prepend(button);
  }
}
