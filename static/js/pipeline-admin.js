// Steps of a pipeline change places by drag; the numbers that say the order follow. Without it one types them.
document.addEventListener("DOMContentLoaded", () => {
  const body = document.querySelector("#steps-group tbody");
  if (!body || !body.querySelector("[name$='-sort_order']:not([type=hidden])")) return;
  const rows = () => [...body.querySelectorAll("tr.form-row:not(.empty-form)")];
  const number = (row) => row.querySelector("[name$='-sort_order']");
  const renumber = () => {
    let place = 0;
    for (const row of rows()) {
      const isBlank = !row.classList.contains("has_original") && !row.querySelector("[name$='-key']").value;
      if (!isBlank) number(row).value = ++place;
    }
  };
  const addHandle = (row) => {
    const cell = row.querySelector("td.field-sort_order");
    if (!cell || cell.querySelector(".drag-handle")) return;
    const handle = document.createElement("span");
    handle.className = "drag-handle";
    handle.textContent = "⠿";
    handle.setAttribute("aria-hidden", "true"); // Whoever cannot drag has the number beside it.
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      row.classList.add("is-dragged");
      const move = ({ clientY }) => {
        const others = rows().filter((other) => other !== row);
        const next = others.find((other) => {
          const box = other.getBoundingClientRect();
          return clientY < box.top + box.height / 2;
        });
        const before = next || body.querySelector("tr.empty-form") || body.querySelector("tr.add-row");
        if (before !== row.nextElementSibling) body.insertBefore(row, before);
      };
      // On the document: a row that changes its place loses the pointer.
      const stop = new AbortController();
      const end = () => {
        stop.abort();
        row.classList.remove("is-dragged");
        renumber();
      };
      document.addEventListener("pointermove", move, stop);
      document.addEventListener("pointerup", end, stop);
      document.addEventListener("pointercancel", end, stop);
    });
    cell.prepend(handle);
  };
  rows().forEach(addHandle);
  document.addEventListener("formset:added", (event) => addHandle(event.target));
});
