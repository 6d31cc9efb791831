"""Leads: visitors' requests in e-mails of portals and sites, and what the apps above make of them.

An app takes them on with a module `leads`: `receive_lead(message, lead)` returns whether the message has
become something that the Pro is told of in its own way, and `lead_notes(messages)` returns {id: LeadNote} of what to
show below them.
"""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, NamedTuple

from config.web.hooks import hooks
from config.web.text import one_line

from ..channels.message import Lead
from ..channels.payload import clean_text
from ..models import ContactMessage

MAX_REFERENCES = 30


class LeadNote(NamedTuple):
    """Template and content of what is shown below a message; `version` changes with what it shows."""

    template: str
    item: Any
    version: str


def lead_fields(lead: Lead | None) -> dict[str, Any] | None:
    """A lead as its message stores it, in text that every database accepts; None for none."""
    if lead is None:
        return None
    lines = {name: one_line(text, 300) for name, text in asdict(lead).items() if isinstance(text, str)}
    references = [one_line(text, 500) for text in lead.references[:MAX_REFERENCES]]
    return {**lines, "message": clean_text(lead.message), "references": references}


def read_lead(message: ContactMessage) -> Lead:
    """The lead that a message stores; one of another release may hold other fields."""
    stored = message.lead or {}
    known = {field.name: stored[field.name] for field in fields(Lead) if field.name in stored}
    return Lead(**{**known, "references": tuple(stored.get("references", ()))})


def receive_lead(message: ContactMessage) -> bool:
    """Hand a message's lead to the apps, when it is new or was read again; return whether one has taken it on.

    Called in the transaction that stores the message and holds the Pro's book.
    """
    if message.lead is None:
        return False
    lead = read_lead(message)
    return any(module.receive_lead(message, lead) for module in hooks("leads", "receive_lead"))


def attach_lead_notes(messages: Iterable[ContactMessage]) -> list[ContactMessage]:
    """Set `lead_note` on each of the messages, None where there is none; return them."""
    rows, notes = list(messages), dict[uuid.UUID, LeadNote]()
    if with_lead := [message for message in rows if message.lead is not None]:
        for module in hooks("leads", "lead_notes"):
            notes |= module.lead_notes(with_lead)
    for message in rows:
        message.lead_note = notes.get(message.pk)  # type: ignore[attr-defined]
    return rows
