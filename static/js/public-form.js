// The public form: after a swap, focus what is new, or the first field that is wrong.
"use strict";

addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
  if (target?.id === "contact") (one('#contact [aria-invalid="true"]') ?? one("#contact-title"))?.focus();
});
