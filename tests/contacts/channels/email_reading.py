"""E-mails as tests write them, and as they are read."""

from email.message import EmailMessage
from typing import Any

from contacts.channels.message import InboundMessage


def inbound(**more: Any) -> InboundMessage:
    """The e-mail of payloads.py, as it is read."""
    return InboundMessage(
        **{
            "external_id": "<a1@example.org>",
            "identities": (("email", "lea@example.org"),),
            "address": "lea@example.org",
            "name": "Léa Fontanel",
            "text": "Bonjour, est-ce libre ?",
            "email": "lea@example.org",
            "subject": "Dossier",
            "references": ("<a1@example.org>",),
            **more,
        }
    )


def letter(**headers: str) -> EmailMessage:
    """An e-mail without content."""
    email = EmailMessage()
    usual = {"From": "Léa Fontanel <lea@example.org>", "Subject": "Dossier", "Message-ID": "<a1@example.org>"}
    for name, value in {**usual, **headers}.items():
        email[name] = value
    return email
