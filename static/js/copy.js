// Buttons of settings that copy a token or an address, and that print.
"use strict";

addEventListener("click", (event) => {
  const copy = event.target.closest?.("[data-copy]");
  if (!copy) return;
  navigator.clipboard.writeText(one("#" + copy.dataset.copy).textContent);
  copy.textContent = copy.dataset.done;
});
all("[data-copy]").forEach((button) => { button.hidden = !navigator.clipboard; });
all("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
