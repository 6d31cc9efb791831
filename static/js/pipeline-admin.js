// Dragging reorders the steps of a pipeline and renumbers them.
addEventListener("DOMContentLoaded", () => {
  const body = document.querySelector("#steps-group tbody:has([name$='-sort_order']:not([type=hidden]))");
  const rows = () => [...body.querySelectorAll(".form-row:not(.empty-form)")];
  const field = (row, name) => row.querySelector(`[name$='-${name}']`);
  let dragged = null;
  body?.addEventListener("pointerdown", (event) => {
    if (!event.target.matches(".field-sort_order")) return;
    event.preventDefault();
    dragged = event.target.parentElement;
    dragged.classList.add("is-dragged");
  });
  // Moving a row ends its pointer capture.
  addEventListener("pointermove", ({ clientY }) => {
    if (!dragged) return;
    const next = rows().find((row) => row !== dragged && clientY < row.offsetHeight / 2 + row.getBoundingClientRect().top);
    const before = next ?? body.querySelector(".empty-form, .add-row");
    if (before !== dragged.nextElementSibling) before.before(dragged);
  });
  const drop = () => {
    dragged?.classList.remove("is-dragged");
    const filled = dragged ? rows().filter((row) => row.matches(".has_original") || field(row, "key").value) : [];
    filled.forEach((row, place) => { field(row, "sort_order").value = place + 1; });
    dragged = null;
  };
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", drop);
});
