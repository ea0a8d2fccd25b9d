// A file fills the field beside it, so that a form without files can send it.
for (const chooser of document.querySelectorAll("input[data-fills]")) {
  chooser.closest("[hidden]").hidden = false;
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (file && file.size < 900_000) document.getElementById(chooser.dataset.fills).value = await file.text();
  });
}
