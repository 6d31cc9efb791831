// What HTML and htmx lack. Pages work without it.
"use strict";

// htmx parses answers; no other text becomes HTML.
window.trustedTypes?.createPolicy("default", {
  createHTML: (text, _, sink) => (/pars/.test(sink) ? text : null),
  createScriptURL: (text) => (text === "/service-worker.js" ? text : null),
});

const one = (selector, from = document) => from.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

// A button sends its form once; htmx forms have hx-disabled-elt for that.
addEventListener("submit", ({ target, submitter }) => {
  // The page stays beside a download.
  if (target.matches("[hx-post], [hx-get]") || submitter?.matches("[data-download]")) return;
  setTimeout(() => target.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});
// Again from the cache.
addEventListener("pageshow", () => all("form button:disabled").forEach((button) => { button.disabled = false; }));

// The box above a list ticks all below it, until one of them is not.
addEventListener("change", ({ target }) => {
  const top = one("[data-ticks]"), name = top?.dataset.ticks;
  if (target === top) all(`[name=${name}]`).forEach((box) => { box.checked = top.checked; });
  else if (target.name === name) top.checked &&= target.checked;
});

// For a page without a network.
if (one("body.workspace")) navigator.serviceWorker?.register("/service-worker.js").catch(() => {});

// Back links keep filters.
addEventListener("pagehide", () => { if (one("#book, #inquiries, #board")) sessionStorage.setItem(location.pathname, location.search); });
addEventListener("DOMContentLoaded", () => all("[data-back]").forEach((link) => { link.search = sessionStorage.getItem(link.pathname) ?? ""; }));

// Keyboard shortcuts.
const currentRow = () => one("[data-row]:focus") ?? one("[data-row][aria-current]");
const move = (step) => {
  const rows = all("[data-row]");
  const current = rows.indexOf(currentRow());
  rows[Math.max(0, Math.min(rows.length - 1, current + step))]?.focus();
};
let isGoing = false;
const keys = {
  j: () => move(1),
  k: () => move(-1),
  c: () => one('[data-key="c"]')?.click(),
  x: () => currentRow()?.closest("tr, li").querySelector("[type=checkbox]")?.click(),
  z: () => all("[data-undo]").at(-1)?.click(),
  g: () => { isGoing = true; },
  "/": () => one('input[type="search"]')?.focus(),
  "?": () => one("#keys")?.showModal(),
};
addEventListener("keydown", (event) => {
  if (event.target.type === "search" && ["ArrowDown", "Escape"].includes(event.key)) {
    event.preventDefault();
    if (event.key === "Escape") event.target.blur();
    else all("[data-row]")[0]?.focus();
    return;
  }
  if (event.key === "Escape" && !event.isComposing) event.target.closest("form")?.querySelector("[data-cancel]")?.click();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog, .composer-none")) return;
  // Keyboards without Latin letters: by its place.
  const key = /^[ -~]$/.test(event.key) ? event.key : event.code.replace("Key", "").toLowerCase();
  const page = isGoing && one(`[data-go="${CSS.escape(key)}"]`);
  isGoing = false;
  const action = page ? () => page.click() : keys[key];
  if (!action) return;
  event.preventDefault();
  action();
});
