// Cards of a board can be dragged onto a column. It only fills in the card's own “Move to” form:
// what still has to be said (the source) is asked for, otherwise the form is sent.
const TYPE = "text/x-board-card";

for (const card of document.querySelectorAll("[data-board-card]")) {
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    if (event.target !== card) return;
    event.dataTransfer.setData(TYPE, card.id);
    event.dataTransfer.effectAllowed = "move";
  });
}

for (const column of document.querySelectorAll("[data-board-column]")) {
  column.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes(TYPE)) return;
    event.preventDefault();
    column.classList.add("p-board__column--over");
  });
  column.addEventListener("dragleave", () => column.classList.remove("p-board__column--over"));
  column.addEventListener("drop", (event) => {
    event.preventDefault();
    column.classList.remove("p-board__column--over");
    const card = document.getElementById(event.dataTransfer.getData(TYPE));
    if (card && !column.contains(card)) moveTo(card, column.dataset.boardColumn);
  });
}

function moveTo(card, value) {
  const select = card.querySelector("[data-board-select]");
  const details = card.querySelector("details");
  const allowed = select && [...select.options].some((option) => option.value === value);
  if (!details || !select) return;
  details.open = true;
  if (!allowed) {
    select.focus();
    return;
  }
  select.value = value;
  const missing = [...select.form.elements].find((field) => field.required && !field.value);
  if (missing) missing.focus();
  else select.form.requestSubmit();
}
