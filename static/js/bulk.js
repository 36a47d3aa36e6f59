// The bulk bar of a list: "everybody on this page" and how many are ticked. Without it the boxes and
// buttons work alone. Listens on the document, because the list is replaced while somebody types.
const boxes = (form) => [...form.elements].filter((box) => box.name === "ids");

function count(form) {
  const words = form.querySelector("[data-bulk-count]");
  words.dataset.before ??= words.textContent;
  const ticked = boxes(form).filter((box) => box.checked).length;
  words.textContent = ticked ? `${words.dataset.before} ${ticked}` : words.dataset.before;
  const page = document.querySelector("[data-bulk-page]");
  if (page) {
    page.checked = ticked > 0 && ticked === boxes(form).length;
    page.indeterminate = ticked > 0 && !page.checked;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !("bulk" in form.dataset)) return;
  if ("bulkPage" in event.target.dataset) {
    for (const box of boxes(form)) box.checked = event.target.checked;
  }
  count(form);
});
