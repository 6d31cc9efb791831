"""Mail as the product sends it."""

import re
from collections.abc import Mapping
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.policy import default
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from .text import one_line

# RFC 3834: says that a program answered, so that other programs do not answer back.
AUTO_REPLIED = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
AUTO_GENERATED = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}

_MACHINES = re.compile(
    r"(^|[-_.+])(no|do[-_.]?not|ne[-_.]?pas)[-_.]?(reply|repondre)($|[-_.+])"
    r"|^(mailer-daemon|postmaster|auto[-_.]?confirm)($|[-_.+])|(^|[-_.+])bounces?($|[-_.+])",
    re.I,
)


class _Ids(UnstructuredHeader):
    """Ids of mails, one a line and each of them whole (RFC 5322, 3.6.4): the standard library encodes a long one, and
    then no mail program knows it any more."""

    def fold(self: Any, *, policy: Any) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(self.split()) + policy.linesep


_headers = HeaderRegistry()
for _name in ("message-id", "in-reply-to", "references"):
    _headers.map_to_type(_name, _Ids)  # type: ignore[arg-type]


class Mail(EmailMultiAlternatives):
    """Text and HTML, in the thread that its headers name."""

    def message(self, *, policy: Any = default) -> Any:
        return super().message(policy=policy.clone(header_factory=_headers))


def is_answerable(address: str) -> bool:
    """Whether a person may read mail to `address`; no-reply and bounce addresses are left alone."""
    return _MACHINES.search(address.partition("@")[0]) is None


def compose(template: str, context: Mapping[str, object], language: str) -> tuple[str, str, str]:
    """Subject, text and HTML of `templates/emails/<template>.txt` and `.html` in `language`.

    The text template's partial `subject` is the subject.
    """
    with translation.override(language):
        subject = render_to_string(f"emails/{template}.txt#subject", context)
        text = render_to_string(f"emails/{template}.txt", context)
        html = render_to_string(f"emails/{template}.html", context)
    return one_line(subject), text.strip() + "\n", html


def send(
    template: str,
    context: Mapping[str, object],
    *,
    to: str,
    language: str,
    reply_to: str = "",
    sender: str = "",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send what `compose` makes of a template to one address. `sender` is whose name it bears, instead of the usual.

    Raises what the mail backend raises: the task that calls this is tried again by the worker.
    """
    subject, text, html = compose(template, context, language)
    message = Mail(
        subject=subject,
        body=text,
        from_email=formataddr((one_line(sender), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])) if sender else None,
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers=dict(headers or {}),
    )
    message.attach_alternative(html, "text/html")
    message.send()
