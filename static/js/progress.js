/* Keeps a progress bar fresh. A section names its address: data-progress="/admin/…/progress/"; inside are an element
   with data-progress-bar (a <progress>) and one with data-progress-text. The answer is JSON: done, total, text,
   is_over. When the work is over the page is loaded anew. Without this script a link does that. */
const PAUSE = 1000;

async function ask(section) {
  const answer = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

function show(section, facts) {
  const bar = section.querySelector("[data-progress-bar]");
  const text = section.querySelector("[data-progress-text]");
  if (facts.total) {
    bar.max = facts.total;
    bar.value = facts.done;
  } else {
    bar.removeAttribute("value");
  }
  // A screen reader hears a new step, not every number.
  if (text.textContent !== facts.text) text.textContent = facts.text;
}

async function watch(section) {
  let quiet = false;
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE));
    try {
      const facts = await ask(section);
      if (facts.is_over || facts.is_alive === quiet) {
        location.reload();
        return;
      }
      quiet = !facts.is_alive;
      show(section, facts);
    } catch {
      // The next try may find the server again.
    }
  }
}

for (const section of document.querySelectorAll("[data-progress]")) watch(section);
