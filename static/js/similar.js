// Shows who is perhaps already here while somebody types a new person: an element with data-similar="<address>"
// and data-similar-form="<id of the form>" is where they show.
const WAIT = 400;

for (const place of document.querySelectorAll("[data-similar]")) {
  const form = document.getElementById(place.dataset.similarForm);
  let timer = 0;
  let asked = "";
  place.setAttribute("role", "status");

  const ask = async () => {
    const url = new URL(place.dataset.similar, window.location.href);
    for (const name of ["name", "email"]) {
      const field = form.querySelector(`[name="${name}"]`);
      if (field) url.searchParams.set(name, field.value.trim());
    }
    if (url.search === asked) return;
    asked = url.search;
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok && asked === url.search) place.innerHTML = await answer.text();
  };

  form.addEventListener("input", (event) => {
    if (!["name", "email"].includes(event.target.name)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, WAIT);
  });
}
