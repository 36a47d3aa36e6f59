// Reads the relationship aloud while it is typed. Without this the server shows the sentence before it saves.
for (const form of document.querySelectorAll("[data-sentence-form]")) {
  const place = form.querySelector("[data-sentence]");
  const [kind, person, organization] = ["kind", "person", "organization"].map((name) => form.elements[name]);
  const say = () => {
    // A suggestion reads “Name — what tells it from namesakes #id”.
    const other = (person.value || organization.value).replace(/\s+#[\w-]+\s*$/, "").split(" — ")[0].trim();
    const text = kind.selectedOptions[0]?.text ?? "";
    place.textContent = other ? text.replace("…", `${other}.`) : "";
    place.hidden = !other;
  };
  for (const event of ["input", "change", "focusout"]) form.addEventListener(event, say);
  say();
}
