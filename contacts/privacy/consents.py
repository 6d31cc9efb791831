"""Consents of a contact: those beside the forms that they sent. An app above hands in its own by `consents_of`."""

from datetime import datetime
from typing import NamedTuple

from config.web.hooks import hooks

from ..models import Contact


class GivenConsent(NamedTuple):
    """Words that stood beside a form, their version, what the form was about, and when it was sent."""

    words: str
    version: int
    where: str
    at: datetime


def read_consents(contact: Contact) -> list[GivenConsent]:
    """Consents that came with forms, newest first."""
    return [each for module in hooks("privacy", "consents_of") for each in module.consents_of(contact)]
