// Meetings can be dragged onto another day. It only fills in the entry's own “Move” form and sends it:
// the form it leads to asks for the rest.
const TYPE = "text/x-calendar-entry";

for (const entry of document.querySelectorAll("[data-calendar-entry]")) {
  entry.draggable = true;
  entry.addEventListener("dragstart", (event) => {
    if (event.target !== entry) return;
    event.dataTransfer.setData(TYPE, entry.id);
    event.dataTransfer.effectAllowed = "move";
  });
}

for (const day of document.querySelectorAll("[data-calendar-day]")) {
  day.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes(TYPE)) return;
    event.preventDefault();
    day.classList.add("p-calendar__day--over");
  });
  day.addEventListener("dragleave", () => day.classList.remove("p-calendar__day--over"));
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    day.classList.remove("p-calendar__day--over");
    const entry = document.getElementById(event.dataTransfer.getData(TYPE));
    const field = entry && !day.contains(entry) && entry.querySelector("input[type=date]");
    if (!field) return;
    field.value = day.dataset.calendarDay;
    field.form.requestSubmit();
  });
}
