// Desk.
"use strict";
{
  const phone = matchMedia("(max-width: 50rem)");
  const desk = one(".desk");
  const list = () => one("#list");
  const shown = (selector) => all(selector).find((each) => each.checkVisibility());
  const openRow = () => one(`#${CSS.escape(one("[data-in-list]")?.dataset.inList || "none")} [data-row]`);

  const tellCount = () => {
    const badge = one("#rail-count");
    if (!badge) return;
    const count = badge.hidden ? 0 : badge.textContent.trim();
    all("[data-waiting-count]").forEach((each) => { each.textContent = count; });
    document.title = `${count ? `(${count}) ` : ""}${document.title.replace(/^\(\S+\) /, "")}`;
    one("link[rel=icon]").href = count ? badge.dataset.icon.replace("-0.", `-${parseInt(count, 10)}.`) : badge.dataset.plain;
  };
  ["DOMContentLoaded", "htmx:afterSettle", "htmx:oobAfterSwap"].forEach((name) => addEventListener(name, tellCount));

  addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, shouldSwap } = event.detail;
    if (target?.id === "item" && shouldSwap && xhr.status < 500) desk?.classList.remove("is-preview");
  });
  addEventListener("htmx:afterSettle", (event) => {
    const { target, requestConfig } = event.detail;
    if (target?.id === "id_text") one("#id_text").setSelectionRange(1e6, 1e6);
    if (target?.id !== "item") return;
    all("[data-row][aria-current]").forEach((row) => row.removeAttribute("aria-current"));
    openRow()?.setAttribute("aria-current", "true");
    if (location.hash.startsWith("#request-")) one(location.hash)?.scrollIntoView({ block: "center" });
    const invalid = one('#item [aria-invalid="true"]');
    const field = requestConfig.elt.matches("[data-send]") && !phone.matches && shown("#item textarea");
    if (invalid || !one("#item :focus, #id_q:focus")) (invalid || field || one("#person-name"))?.focus({ preventScroll: true });
  });

  // Not under the hands of a reader.
  addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (elt.id === "thread" && (elt.matches(":focus-within") || one("details[open]", elt))) event.preventDefault();
  });

  // Keep the place in the list.
  const place = "place" + (one(".desk-search")?.getAttribute("action") ?? "");
  addEventListener("pagehide", () => { if (list()) sessionStorage.setItem(place, list().scrollTop); });
  const restore = () => {
    const top = Number(sessionStorage.getItem(place)), more = one("#more a");
    if (top + list().clientHeight <= list().scrollHeight || !more) { list().scrollTop = top; return; }
    addEventListener("htmx:afterSettle", restore, { once: true });
    more.click();
  };
  addEventListener("load", () => {
    const isNew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    if (list() && (!isNew || document.referrer.includes("/inbox/"))) restore();
  });
  let scrolled = 0;
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-row]") && list()) scrolled = list().scrollTop;
    const back = event.target.closest?.("[data-back-to-list]");
    if (!back || !phone.matches || !openRow()) return;
    event.preventDefault();
    const row = openRow();
    desk.classList.add("is-preview");
    history.pushState({ htmx: true }, "", back.href.split("#")[0]);
    list().scrollTop = scrolled;
    row.scrollIntoView({ block: "nearest" });
    row.focus({ preventScroll: true });
  });

  const open = (step) => () => { move(step); document.activeElement.closest?.("[data-row]")?.click(); };
  const write = (tab) => () => {
    if (!one(`#${tab}`)) return;
    one(`#${tab}`).checked = true;
    // Or the words without a box.
    shown(".composer :is(textarea, .composer-none)")?.focus();
  };
  ["a", "e", "h"].forEach((key) => { keys[key] = () => shown(`[data-key=${key}]`)?.click(); });
  Object.assign(keys, {
    j: open(1), k: open(-1), r: write("tab-message"), n: write("tab-note"),
  });
  addEventListener("click", ({ target: { htmlFor } }) => { if (/^tab/.test(htmlFor)) setTimeout(write(htmlFor)); });
  addEventListener("keydown", (event) => {
    const { target, key } = event, form = target.closest("[data-send], .composer-none");
    if (key === "Enter" && target.id === "canned-q") one("#canned-list button")?.click();
    if (key === "/" && target.matches("[name=text]:placeholder-shown")) {
      event.preventDefault();
      one("#canned-open").click();
    }
    if (!form || event.isComposing) return;
    if (key === "Escape") (openRow() ?? one("#person-name, #subject"))?.focus();
    if (key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    // htmx looks for the button that was clicked.
    (one(event.shiftKey ? '[name="then"]' : "#none", form) ?? one(".button-main", form))?.click();
  });
}
