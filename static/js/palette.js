// The palette: Ctrl or ⌘ and k, or its menu item, opens a list of places to go. Without this script the menu
// item leads to a plain search page. Obeys the user's choice about keyboard shortcuts (Wagtail's own setting).
const MOST_KEPT = 20;
const PAUSE = 120;
const VISITED = "parley.visited";
const menuLink = () => document.querySelector('a[href$="/palette/"]');

function shortcutsWanted() {
  const config = document.getElementById("wagtail-config");
  return !config || JSON.parse(config.textContent).KEYBOARD_SHORTCUTS_ENABLED !== false;
}

// Addresses only, never names: the server says which of them this user may still see, and what they are called.
function visited() {
  try {
    return JSON.parse(localStorage.getItem(VISITED)) ?? [];
  } catch {
    return [];
  }
}

function remember() {
  try {
    const others = visited().filter((address) => address !== location.pathname);
    localStorage.setItem(VISITED, JSON.stringify([location.pathname, ...others].slice(0, MOST_KEPT)));
  } catch {
    // A browser that keeps nothing shows nothing recent.
  }
}

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    this.input = dialog.querySelector("[role=combobox]");
    this.list = dialog.querySelector("[role=listbox]");
    this.none = dialog.querySelector("[data-none]");
    this.asked = 0;
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), PAUSE);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  open() {
    if (this.dialog.open) return;
    this.input.value = "";
    this.dialog.showModal();
    this.input.focus();
    this.look();
  }

  async look() {
    const number = ++this.asked;
    const address = new URL(this.dialog.dataset.suggest, location.href);
    const text = this.input.value.trim();
    address.searchParams.set("q", text);
    if (!text) for (const each of visited().filter((seen) => seen !== location.pathname)) address.searchParams.append("recent", each);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok && number === this.asked) this.show((await answer.json()).groups);
  }

  show(groups) {
    this.list.replaceChildren(...groups.map((group, number) => this.group(group, number)));
    this.hits = [...this.list.querySelectorAll("[role=option]")];
    this.none.textContent = this.hits.length ? "" : this.none.dataset.none;
    this.choose(this.hits.length ? 0 : -1);
  }

  group(group, number) {
    const part = document.createElement("div");
    const title = document.createElement("p");
    part.setAttribute("role", "group");
    part.setAttribute("aria-labelledby", `palette-group-${number}`);
    title.className = "p-palette__group";
    title.id = `palette-group-${number}`;
    title.textContent = group.label;
    part.append(title, ...group.hits.map((hit, index) => this.hit(hit, `palette-hit-${number}-${index}`)));
    return part;
  }

  hit(hit, id) {
    const line = document.createElement("a");
    const note = document.createElement("span");
    line.id = id;
    line.href = hit.url;
    line.tabIndex = -1;
    line.setAttribute("role", "option");
    line.className = "p-palette__hit";
    note.className = "p-palette__note";
    note.textContent = hit.note;
    line.append(hit.label, " ", note);
    return line;
  }

  choose(index) {
    this.index = index;
    for (const [number, hit] of this.hits.entries()) hit.setAttribute("aria-selected", String(number === index));
    const chosen = this.hits[index];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const count = this.hits?.length ?? 0;
    if (event.key in steps && count) {
      event.preventDefault();
      this.choose((this.index + steps[event.key] + count) % count);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (this.hits?.[this.index]) location.assign(this.hits[this.index].href);
    }
  }
}

let palette;

async function openPalette(address) {
  if (!palette) {
    const page = new URL(address, location.href);
    page.searchParams.set("part", "1");
    const answer = await fetch(page, { headers: { Accept: "text/html" } });
    const dialog = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("dialog");
    if (!dialog) {
      location.assign(address);
      return;
    }
    document.body.append(dialog);
    palette ??= new Palette(dialog);
  }
  palette.open();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  // Inside a rich text editor the same keys make a link.
  if (event.target.closest?.("[contenteditable=true], .Draftail-Editor") || !shortcutsWanted()) return;
  const link = menuLink();
  if (!link) return;
  event.preventDefault();
  openPalette(link.href);
});

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.('a[href$="/palette/"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    openPalette(link.href);
  },
  true,
);

remember();
