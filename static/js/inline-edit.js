// Turns the link of a field into its small form where it stands; Esc or Cancel turns it back. Saving is the
// form's own POST. Without this script the link leads to a page with the same form.
function close(form, link) {
  form.replaceWith(link);
  link.focus();
}

async function open(link) {
  const address = new URL(link.href);
  address.searchParams.set("part", "1");
  address.searchParams.set("next", location.pathname + location.search);
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const form = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form");
  if (!form) {
    location.assign(link.href);
    return;
  }
  link.replaceWith(form);
  form.querySelector("select, input:not([type=hidden])").focus();
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(form, link);
  });
  form.querySelector("[data-inline-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    close(form, link);
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-inline-edit]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});
