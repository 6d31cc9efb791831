"""Development mailbox: the mails that would have been sent. It exists while DEBUG is on."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

MAX_MAILS = 50
# Line that Django's file backend writes after every message.
SEPARATOR = b"-" * 79 + b"\n"


def _read_messages(path: Path) -> list[EmailMessage]:
    parts = [part for part in path.read_bytes().split(SEPARATOR) if part.strip()]
    return [email.message_from_bytes(part, policy=default) for part in parts]


def _plain_text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return body.get_content() if body else ""


def _mail_context(message: EmailMessage) -> dict[str, str]:
    names = ("From", "To", "Reply-To", "Subject", "Date")
    headers = {name.lower().replace("-", "_"): message[name] or "" for name in names}
    return {**headers, "text": _plain_text(message)}


@login_not_required
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """Page with the newest mails first."""
    files = sorted(settings.MAILBOX_DIR.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    newest = [message for path in files[:MAX_MAILS] for message in reversed(_read_messages(path))][:MAX_MAILS]
    return render(request, "web/mailbox.html", {"mails": [_mail_context(message) for message in newest]})
