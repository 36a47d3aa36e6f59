// Adds empty rows in place: an element with data-more-rows="<kind>" holds fieldsets whose fields are named
// <kind><number>-…, the button named "more" with that kind as its value asks for more. Without this the server
// draws them.
const MORE = 3;
const NAMES = ["name", "id", "for", "aria-describedby"];

function emptied(row, kind, number) {
  const copy = row.cloneNode(true);
  for (const part of copy.querySelectorAll("fieldset, .p-form__error")) part.remove();
  for (const name of NAMES) {
    for (const part of copy.querySelectorAll(`[${name}]`)) {
      const old = new RegExp(`(^|_)${kind}${number - 1}-`);
      part.setAttribute(name, part.getAttribute(name).replace(old, `$1${kind}${number}-`));
    }
  }
  for (const field of copy.querySelectorAll("input")) field.value = "";
  for (const field of copy.querySelectorAll("select")) field.selectedIndex = 0;
  for (const field of copy.querySelectorAll("[autofocus]")) field.removeAttribute("autofocus");
  const legend = copy.querySelector("legend");
  legend.textContent = legend.textContent.replace(/\d+/, number + 1);
  return copy;
}

for (const place of document.querySelectorAll("[data-more-rows]")) {
  const kind = place.dataset.moreRows;
  const button = document.querySelector(`button[name="more"][value="${kind}"]`);
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    const before = place.children.length;
    const after = Math.min(before + MORE, Number(place.dataset.most));
    for (let number = before; number < after; number += 1) {
      place.append(emptied(place.lastElementChild, kind, number));
    }
    button.hidden = after >= Number(place.dataset.most);
    place.children[before]?.querySelector("input")?.focus();
  });
}
