"""E-mails as tests write them, and as they are read."""

from email.message import EmailMessage
from typing import Any

from contacts.channels.letters.parts import parse_mail
from contacts.channels.mail_reading import read_mail
from contacts.channels.message import InboundMessage

from .payloads import mime

PORTAL = "Portal <no-reply@portal.example>"
OWN = ("desk@in.example.com", "port@example.com")


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


def read(body: str = "Bonjour, est-ce libre ?\r\n", **headers: str | None) -> InboundMessage:
    """An e-mail of payloads.py as the Pro with the addresses OWN receives it, read without a database."""
    return read_raw(mime(body, **headers))


def read_raw(raw: bytes, **roles: str) -> InboundMessage:
    """`roles` are of the addresses at host.example that the Pro has corrected."""
    return read_mail(parse_mail(raw), "", OWN, {f"{user}@host.example": role for user, role in roles.items()})
