// Toasts leave by an animation of their seconds; the style sheet pauses it for who points at one, is in it, or undoes.
"use strict";
{
  // One that came with the page is put in its live region anew: only what changes there is read out.
  addEventListener("DOMContentLoaded", () => {
    const region = document.querySelector("#toasts");
    region?.append(...region.children);
  });
  addEventListener("animationstart", (event) => {
    if (event.animationName === "toast-leaves") event.target.style.animationDuration = `${event.target.dataset.seconds}s`;
  });
  addEventListener("animationend", (event) => { if (event.animationName === "toast-leaves") event.target.remove(); });
  addEventListener("click", (event) => event.target.closest?.(".toast-close")?.parentElement.remove());
  // Undone: the answer brings a toast of its own, or another page.
  addEventListener("htmx:beforeSwap", (event) => {
    const toast = event.detail.requestConfig.elt.closest(".toast");
    if (toast && event.detail.xhr.status < 400) toast.remove();
  });
}
