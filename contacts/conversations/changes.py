"""Changes of messages that are stored already: a sender edits or deletes one."""

from typing import Any

from django.db import transaction

from ..channels.message import InboundMessage
from ..models import ContactMessage
from ..models.locking import hold_book
from ..waiting.arrivals import follow_message
from .first_words import first_words
from .media import fetch_media


def apply_change(message: ContactMessage, inbound: InboundMessage) -> None:
    """Change a stored message as its sender did; one that is merely repeated stays as it is."""
    if message.is_outbound:
        return
    if inbound.deleted_at:
        message.mark_deleted(inbound.deleted_at)
    elif inbound.edited_at:
        with transaction.atomic():
            hold_book(message.pro_id)
            message.edit(inbound.text, inbound.edited_at)
            message.add_media([vars(media) for media in inbound.media])
            fetch_media(message)
            follow_message(message, words=first_words(message))
    elif message.deleted_at:
        _fill_deleted(message, inbound)


def content_fields(inbound: InboundMessage) -> dict[str, Any]:
    """Fields of a message that hold what its sender wrote."""
    return {
        "text": inbound.text,
        "subject": inbound.subject,
        "quoted": inbound.quoted,
        "media": [vars(media) for media in inbound.media],
        "cc": [list(pair) for pair in inbound.cc],
        "answers_to": inbound.answers_to,
        "referral": vars(inbound.referral) if inbound.referral else {},
    }


def _fill_deleted(message: ContactMessage, inbound: InboundMessage) -> None:
    """Store the content of a message that arrives after its deletion."""
    with transaction.atomic():
        hold_book(message.pro_id)
        message.lock()
        if message.text or message.media:
            return
        fields = content_fields(inbound)
        for name, value in fields.items():
            setattr(message, name, value)
        message.save(update_fields=fields)
        fetch_media(message)
        follow_message(message, words=first_words(message))
