// A combobox for any text input with data-suggest="<address>": WAI-ARIA's editable combobox with a list.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ — without it the typed text still finds its row.
// While one types, "input" stays inside: a list that reloads at each key would look for half a name.
const WAIT = 200;
let number = 0;

function dress(input) {
  const id = `suggestions-${(number += 1)}`;
  const list = document.createElement("ul");
  const status = document.createElement("span");
  list.id = id;
  list.className = "p-suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() || input.name);
  status.className = "w-sr-only";
  status.setAttribute("role", "status");
  input.after(list, status);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", id]]) {
    input.setAttribute(name, value);
  }
  input.autocomplete = "off";
  return { input, list, status, rows: [], at: -1, asked: "", timer: 0 };
}

function close(box) {
  box.list.hidden = true;
  box.at = -1;
  box.input.setAttribute("aria-expanded", "false");
  box.input.removeAttribute("aria-activedescendant");
}

function mark(box, at) {
  box.at = at;
  [...box.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  const option = box.list.children[at];
  if (option) {
    box.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else box.input.removeAttribute("aria-activedescendant");
}

function choose(box, at) {
  const row = box.rows[at];
  if (!row) return;
  box.input.value = box.asked = row.label;
  close(box);
  for (const name of ["input", "change"]) {
    box.input.dispatchEvent(Object.assign(new Event(name, { bubbles: true }), { chosen: true }));
  }
}

function show(box, rows) {
  box.rows = rows;
  box.list.replaceChildren(
    ...rows.map((row, index) => {
      const option = document.createElement("li");
      const note = document.createElement("span");
      option.id = `${box.list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      note.className = "p-suggest__note";
      note.textContent = row.note;
      option.append(row.name, " ", note);
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => choose(box, index));
      return option;
    }),
  );
  box.at = -1;
  box.list.hidden = rows.length === 0;
  box.input.setAttribute("aria-expanded", String(rows.length > 0));
  box.status.textContent = String(rows.length);
}

async function ask(box) {
  const text = box.input.value.trim();
  box.asked = text;
  if (!text || text.includes("#")) return close(box);
  const url = new URL(box.input.dataset.suggest, window.location.href);
  url.searchParams.set("q", text);
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok && box.asked === text && document.activeElement === box.input) show(box, (await answer.json()).rows);
  return undefined;
}

const keys = {
  ArrowDown: (box) => (box.list.hidden ? ask(box) : mark(box, (box.at + 1) % box.rows.length)),
  ArrowUp: (box) => mark(box, (box.at <= 0 ? box.rows.length : box.at) - 1),
  Enter: (box) => choose(box, box.at),
  Escape: close,
};

const boxes = new WeakMap();
const boxOf = (input) => boxes.get(input) || boxes.set(input, dress(input)).get(input);
const wanted = (event) => (event.target instanceof HTMLInputElement && "suggest" in event.target.dataset ? event.target : null);

// On the window and first of all, so that the list's own listeners never hear of half a name.
window.addEventListener("input", (event) => {
  const input = wanted(event);
  if (!input || event.chosen) return;
  const box = boxOf(input);
  window.clearTimeout(box.timer);
  box.timer = window.setTimeout(() => ask(box), WAIT);
  if (input.value) event.stopPropagation();
}, true);

window.addEventListener("keydown", (event) => {
  const input = wanted(event);
  if (!input || event.isComposing || !(event.key in keys)) return;
  const box = boxOf(input);
  const open = !box.list.hidden;
  if (event.key === "Enter" && !(open && box.at >= 0)) return;
  if (event.key === "ArrowUp" && !open) return;
  if (event.key === "Escape" && !open) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key](box);
}, true);

window.addEventListener("focusin", (event) => {
  const input = wanted(event);
  if (input) boxOf(input);
});

window.addEventListener("focusout", (event) => {
  const input = wanted(event);
  if (input) close(boxOf(input));
});
