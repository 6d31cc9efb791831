// Behaviour that HTML and htmx lack. Every page works without this file.
"use strict";

const one = (selector, from = document) => from.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

// A button sends its form once; htmx forms have hx-disabled-elt for that.
addEventListener("submit", (event) => {
  if (event.target.hasAttribute("hx-post") || event.target.hasAttribute("hx-get")) return;
  // The page stays beside a download.
  if (event.submitter?.hasAttribute("data-download")) return;
  setTimeout(() => event.target.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});
// Enable them again when the page is restored from cache.
addEventListener("pageshow", () => all("form button:disabled").forEach((button) => { button.disabled = false; }));

addEventListener("click", (event) => {
  const copy = event.target.closest?.("[data-copy]");
  if (!copy) return;
  navigator.clipboard.writeText(one("#" + copy.dataset.copy).textContent);
  copy.textContent = copy.dataset.done;
});
all("[data-copy]").forEach((button) => { button.hidden = !navigator.clipboard; });

// Without a network the worker shows a page of ours.
if (one("body.workspace")) navigator.serviceWorker?.register("/service-worker.js").catch(() => {});

// A draft is stored until it is sent.
const shownRequest = () => one("[data-request]")?.dataset.request;
const restoreDrafts = () => all("[data-draft]").forEach((form) => {
  const box = one("textarea", form);
  const draft = sessionStorage.getItem(form.dataset.draft);
  if (draft && !box.value) box.value = draft;
});
addEventListener("input", (event) => {
  const form = event.target.closest("[data-draft]");
  if (form && event.target.matches("textarea")) sessionStorage.setItem(form.dataset.draft, event.target.value);
});
// Before the swap: after it, drafts are put back.
addEventListener("htmx:beforeSwap", (event) => {
  const { draft } = event.detail.requestConfig.elt.dataset;
  if (draft && event.detail.xhr.status === 200) sessionStorage.removeItem(draft);
});
addEventListener("DOMContentLoaded", restoreDrafts);

// Back links keep the filters of the list or board.
addEventListener("pagehide", () => { if (one("#book, #inquiries, #board")) sessionStorage.setItem(location.pathname, location.search); });
addEventListener("DOMContentLoaded", () => all("[data-back]").forEach((link) => { link.search = sessionStorage.getItem(link.pathname) ?? ""; }));

// After a swap, focus the part of the page that is new.
addEventListener("htmx:afterSettle", (event) => {
  const { target, requestConfig } = event.detail;
  if (!["contact", "detail"].includes(target?.id)) return;
  const invalid = one(`#${target.id} [aria-invalid="true"]`);
  if (invalid || target.id === "contact") {
    (invalid ?? one("#contact-title"))?.focus();
    return;
  }
  all("[data-row][aria-current]").forEach((row) => row.removeAttribute("aria-current"));
  one(`#row-${CSS.escape(shownRequest())} [data-row]`)?.setAttribute("aria-current", "true");
  restoreDrafts();
  if (requestConfig.verb === "get") {
    one("#request-name")?.focus({ preventScroll: true });
    if (matchMedia("(max-width: 50rem)").matches) scrollTo(0, 0);
    return;
  }
  const box = requestConfig.elt.matches(".reply") && one(".reply textarea");
  if (box) all("div.letter-own").at(-1)?.scrollIntoView({ block: "nearest" });
  // The swap removed the focused button.
  if (!one(":focus")) (box || one("#request-name"))?.focus({ preventScroll: true });
});

// Keyboard shortcuts, except in fields and with modifier keys.
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
  "?": () => one("#keys")?.showModal(),
};
addEventListener("keydown", (event) => {
  if (event.target.type === "search" && ["ArrowDown", "Escape"].includes(event.key)) {
    event.preventDefault();
    if (event.key === "Escape") event.target.blur();
    else all("[data-row]")[0]?.focus();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest("[data-draft]")?.requestSubmit();
  if (event.key === "Escape" && !event.isComposing) event.target.closest("form")?.querySelector("[data-cancel]")?.click();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
