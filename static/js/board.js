// Drag and keys press the buttons of a card's own menu, which works without this file.
"use strict";
{
  const column = (element) => element.closest?.(".column");
  const link = (card) => card?.querySelector("[data-row]");
  const columns = () => all(".column");
  const press = (card, key) => one(`button[name="to"][value="${CSS.escape(key)}"]`, card)?.click();

  const showMessage = (text) => {
    const message = Object.assign(document.createElement("p"), { className: "message", textContent: text });
    one("#board-message").replaceChildren(message);
  };

  // Drag: columns that the card can move to are open.
  let dragged = null;
  const mark = (name, chosen = () => false) => columns().forEach((each) => each.classList.toggle(name, chosen(each)));
  const drop = () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    one("#columns")?.classList.remove("is-dragging");
    ["is-open", "is-over", "is-home"].forEach((name) => mark(name));
  };
  addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".ticket");
    if (!card) return;
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", link(card).textContent);
    card.classList.add("is-dragged");
    const allowed = column(card).dataset.allowed.split(" ");
    mark("is-open", (each) => allowed.includes(each.dataset.step));
    mark("is-home", (each) => each === column(card));
    one("#columns").classList.add("is-dragging");
  });
  addEventListener("dragover", (event) => {
    if (!dragged) return;
    const over = column(event.target);
    const isOpen = over?.classList.contains("is-open");
    mark("is-over", (each) => each === over && isOpen);
    if (isOpen) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const [card, to] = [dragged, column(event.target)?.dataset.step];
    drop();
    press(card, to);
  });
  addEventListener("dragend", drop);

  // Keys: arrows go to neighbours, with Shift they move the card; m opens its menu.
  const neighbour = (card, { key }) => {
    if (key === "ArrowUp") return card.previousElementSibling;
    if (key === "ArrowDown") return card.nextElementSibling;
    const place = [...card.parentElement.children].indexOf(card);
    const list = columns();
    const here = list.indexOf(column(card));
    const side = key === "ArrowRight" ? list.slice(here + 1) : list.slice(0, here).reverse();
    const cards = side.map((each) => [...each.querySelectorAll(".ticket")]).find((found) => found.length);
    return cards?.[Math.min(place, cards.length - 1)];
  };
  const shift = (card, { key }) => {
    const keys = columns().map((each) => each.dataset.step);
    const here = keys.indexOf(column(card).dataset.step);
    const allowed = column(card).dataset.allowed.split(" ").map((step) => keys.indexOf(step)).filter((at) => at >= 0);
    const to = key === "ArrowRight" ? allowed.find((at) => at > here) : allowed.findLast((at) => at < here);
    if (to === undefined) showMessage(one("#columns").dataset.no);
    else press(card, keys[to]);
  };
  addEventListener("keydown", (event) => {
    const isNowhere = event.target === document.body;
    const card = isNowhere ? one(".ticket") : event.target.matches?.(".ticket [data-row]") && event.target.closest(".ticket");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    // Where no card has the focus yet, an arrow goes to the first one, and nothing is moved.
    if (isNowhere && (event.shiftKey || !/^Arrow/.test(event.key))) return;
    if (isNowhere) link(card).focus();
    else if (event.key === "m") one(".ticket-menu", card)?.click();
    else if (event.shiftKey && /^Arrow(Left|Right)$/.test(event.key)) shift(card, event);
    else if (!event.shiftKey && /^Arrow/.test(event.key)) link(neighbour(card, event))?.focus();
    else return;
    event.preventDefault();
  });

  addEventListener("toggle", (event) => {
    if (event.newState === "open") one("button, a", event.target)?.focus();
  }, true);
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-jump]")) one("#jump").hidePopover();
  });

  // The focus follows the card.
  addEventListener("htmx:afterRequest", (event) => {
    const { card } = event.detail.requestConfig.elt.dataset;
    if (!card || !event.detail.xhr.status || event.detail.xhr.status === 422) return;
    const moved = document.getElementById(card);
    (link(moved) ?? one("#columns"))?.focus({ preventScroll: true });
    moved?.classList.add("is-arrived");
    moved?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
