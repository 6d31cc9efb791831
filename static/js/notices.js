// Toasts, and what becomes of a form of htmx whose request failed or whose session has ended.
"use strict";
{
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const show = (id) => each(".notice", (notice) => { notice.hidden = notice.id !== id; });
  const isTyped = () => [...document.querySelectorAll("main :is(textarea, input:is([type=text], [type=email], [type=tel]))")]
    .some((field) => field.value !== field.defaultValue);
  // By a click or a form; polls and drafts come again by themselves.
  const isAsked = ({ triggeringEvent }) => /submit|click/.test(triggeringEvent?.type);
  let failed, isSignedOut;

  // As a page, a form leads to the sign-in page, which carries all of it but its files.
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
    if (isAsked(requestConfig) && requestConfig.formData.has("typed_by")) sendAsPage(requestConfig);
    else if (isTyped()) show((isSignedOut = "signed-out"));
    else return;
    event.preventDefault();
  });
  // Polls rest until somebody comes back to the page, as from signing in.
  addEventListener("htmx:beforeRequest", (event) => {
    if (isSignedOut && !event.detail.requestConfig.triggeringEvent) event.preventDefault();
  });
  addEventListener("visibilitychange", () => { if (!document.hidden && isSignedOut) show((isSignedOut = "")); });

  for (const name of ["sendError", "responseError", "timeout"]) {
    addEventListener("htmx:" + name, (event) => {
      failed = event.detail.requestConfig;
      show("request-error");
      each("[data-retry]", (button) => { button.hidden = !isAsked(failed); });
    });
  }
  addEventListener("htmx:afterSettle", () => { if (!isSignedOut) show(); });
  addEventListener("click", ({ target }) => {
    if (target.closest?.(".toast-close")) target.closest(".toast").remove();
    if (!target.closest?.("[data-retry]")) return;
    const { elt, triggeringEvent } = failed;
    show();
    if (elt.requestSubmit) elt.requestSubmit(elt.contains(triggeringEvent.submitter) ? triggeringEvent.submitter : null);
    else elt.click();
  });

  // A toast leaves by an animation of its seconds, which the style sheet pauses.
  addEventListener("animationstart", ({ animationName, target }) => {
    if (animationName === "toast-leaves") target.style.setProperty("animation-duration", `${target.dataset.seconds}s`, "important");
  });
  addEventListener("animationend", ({ animationName, target }) => { if (animationName === "toast-leaves") target.remove(); });
  // Undone: the answer brings a toast of its own, or another page. Not before the swap, which begins at the form.
  addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) detail.requestConfig.elt.closest(".toast")?.remove();
  });
  // One that came with the page is put in its live region anew: only what changes there is read out.
  addEventListener("DOMContentLoaded", () => each("#toasts", (region) => region.append(...region.children)));
}
