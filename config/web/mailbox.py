"""The development mailbox: what the installation would have sent. It exists while DEBUG is on."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

SHOWN = 50
# Django's file backend ends every message with this line.
SEPARATOR = b"-" * 79 + b"\n"


def _messages(path: Path) -> list[EmailMessage]:
    parts = [part for part in path.read_bytes().split(SEPARATOR) if part.strip()]
    return [email.message_from_bytes(part, policy=default) for part in parts]


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return body.get_content() if body else ""


def _shown(message: EmailMessage) -> dict[str, str]:
    shown = {
        name.lower().replace("-", "_"): message[name] or "" for name in ("From", "To", "Reply-To", "Subject", "Date")
    }
    return {**shown, "text": _text(message)}


@login_not_required
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails, newest first."""
    files = sorted(settings.MAILBOX_DIR.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    newest = [message for path in files[:SHOWN] for message in reversed(_messages(path))][:SHOWN]
    return render(request, "web/mailbox.html", {"mails": [_shown(message) for message in newest]})
