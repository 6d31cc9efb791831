// Toasts, failures, ended sessions, Esc.
"use strict";
{
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const show = (id) => each(".notice", (notice) => { notice.hidden = notice.id !== id; });
  const isTyped = () => [...document.querySelectorAll("main :is(textarea, input:is([type=text], [type=email], [type=tel]))")]
    .some((field) => field.value !== field.defaultValue);
  // Not a poll or a draft, which come again.
  const isAsked = ({ triggeringEvent }) => /submit|click/.test(triggeringEvent?.type);
  let failed, renewed, isSignedOut;

  const retry = () => {
    const { elt, triggeringEvent: { submitter } } = failed;
    show();
    if (elt.requestSubmit) elt.requestSubmit(elt.contains(submitter) ? submitter : null);
    else elt.click();
  };

  // As a page: the sign-in page carries it, but its files.
  const sendAsPage = ({ path, formData }) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: path });
    for (const [name, value] of formData) {
      const field = value instanceof File ? { name: "typed_file", value: value.name } : { name, value };
      if (value.name !== "") form.append(Object.assign(document.createElement("input"), { type: "hidden" }, field));
    }
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
  };

  addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig } = event.detail;
    const token = xhr.getResponseHeader("X-CSRF-Token");
    if (token) {
      each("[name=csrfmiddlewaretoken]", (field) => { field.value = token; });
      if (!isAsked(requestConfig)) event.preventDefault();
    }
    if (!xhr.getResponseHeader("X-Signed-Out")) return;
    const { formData } = requestConfig;
    // More than the sign-in page carries stays here.
    const isShort = `${new URLSearchParams(formData)}`.length < 5e5;
    if (isAsked(requestConfig) && formData.has("typed_by") && isShort) sendAsPage(requestConfig);
    else if (isTyped()) show((isSignedOut = "signed-out"));
    else return;
    event.preventDefault();
  });
  // Polls rest until somebody comes back to the page.
  addEventListener("htmx:beforeRequest", (event) => {
    if (isSignedOut && !event.detail.requestConfig.triggeringEvent) event.preventDefault();
  });
  addEventListener("visibilitychange", () => { if (!document.hidden && isSignedOut) show((isSignedOut = "")); });

  for (const name of ["sendError", "responseError", "timeout"]) {
    addEventListener("htmx:" + name, (event) => {
      failed = event.detail.requestConfig;
      // It has the token of a later sign-in now.
      const isRenewed = event.detail.xhr.getResponseHeader("X-CSRF-Token") && failed.elt !== renewed;
      renewed = isRenewed && failed.elt;
      if (isRenewed) return setTimeout(retry);
      show("request-error");
      each("[data-retry]", (button) => { button.hidden = !isAsked(failed); });
    });
  }
  addEventListener("htmx:afterSettle", () => { if (!isSignedOut) show(); });
  addEventListener("click", ({ target }) => {
    if (target.closest?.(".toast-close")) target.closest(".toast").remove();
    if (target.closest?.("[data-retry]")) retry();
  });

  // Esc folds what was opened to edit.
  addEventListener("keydown", ({ key, target, isComposing }) => {
    const open = key === "Escape" && !isComposing && target.closest("main details[open]");
    if (!open || target.closest("form:has([data-cancel])")) return;
    open.open = false;
    open.firstElementChild.focus();
  });

  // The style sheet pauses it.
  addEventListener("animationstart", ({ animationName, target }) => {
    if (animationName === "toast-leaves") target.style.setProperty("animation-duration", `${target.dataset.seconds}s`, "important");
  });
  addEventListener("animationend", ({ animationName, target }) => { if (animationName === "toast-leaves") target.remove(); });
  // After the swap, which begins at its form.
  addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) detail.requestConfig.elt.closest(".toast")?.remove();
  });
  // Put in anew, it is read out.
  addEventListener("DOMContentLoaded", () => each("#toasts", (region) => region.append(...region.children)));
}
