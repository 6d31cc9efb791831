// What HTML and htmx cannot do. Every page works without this file.
"use strict";

const one = (selector, from = document) => from.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

// A button sends its form once; htmx forms have hx-disabled-elt for that.
addEventListener("submit", (event) => {
  if (event.target.hasAttribute("hx-post") || event.target.hasAttribute("hx-get")) return;
  setTimeout(() => event.target.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});
// Coming back by the browser's cache, the buttons work again.
addEventListener("pageshow", () => all("form button:disabled").forEach((button) => { button.disabled = false; }));

// The chosen row of a list is marked where the item is fetched into the page.
const choose = (row) => {
  all("[data-row][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
};
addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (row) choose(row);
  const copy = event.target.closest?.("[data-copy]");
  if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
});
all("[data-copy]").forEach((button) => { button.hidden = !navigator.clipboard; });

// After a swap the focus does not fall to the top of the page.
addEventListener("htmx:afterSettle", (event) => {
  one("#trouble").hidden = true;
  if (event.detail.target?.id !== "detail") return;
  const title = one("#request-name");
  if (title && (document.activeElement === document.body || title.offsetParent && matchMedia("(max-width: 50rem)").matches)) title.focus();
  if (matchMedia("(max-width: 50rem)").matches) scrollTo(0, 0);
});

// What did not get through is said, and stays typed.
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  addEventListener(name, () => { one("#trouble").hidden = false; });
}

// Keys: j and k move, Enter opens, r read, e replied, / search. Off in fields and with modifiers.
const move = (step) => {
  const rows = all("[data-row]");
  const at = rows.findIndex((row) => row === document.activeElement);
  const current = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[Math.max(0, Math.min(rows.length - 1, current + step))]?.focus();
};
const keys = {
  j: () => move(1),
  k: () => move(-1),
  r: () => one('[data-mark="read"]')?.click(),
  e: () => one('[data-mark="replied"]')?.click(),
  "/": () => one('input[type="search"]')?.focus(),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
