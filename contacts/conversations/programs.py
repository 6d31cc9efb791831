"""Answers that a program writes: by the reply channel and about the topic that the composer would choose."""

import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from config.web.limits import Limit

from ..models import Contact, ContactMessage
from ..topics import split_topic, topic_of_items
from ..waiting.persons import items_of, items_to_answer
from .reply_channels import find_reply_channels, take_free_text, window_closed_text
from .senders import confirm_sender, find_unconfirmed_message
from .writing import write_message

# Copies of e-mails that the programs of one Pro send: they go to anybody, whom no conversation limits.
COPIES = Limit("message-copies", settings.API_COPIES_PER_DAY, 24 * 3600)


class TooManyCopiesError(Exception):
    """The programs of a Pro have sent the copies of a day; they may again in `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def write_for_program(
    contact: Contact,
    text: str,
    *,
    channel: str = "",
    topic: str = "",
    confirms: Collection[uuid.UUID] = (),
    **options: Any,
) -> ContactMessage:
    """Answer a contact as the composer does; `options` are further ones of an `Answer`.

    Without a `channel` it is the one that they wrote by last. Without a `topic` the answer is about the first request
    or inquiry that waits, and ends all that waits; with one it ends that of the topic alone. `confirms` are ids of
    messages whose unconfirmed sender is the contact.

    Raises what `write_message` raises, and TooManyCopiesError.
    """
    with transaction.atomic():
        contact.lock()
        _confirm_senders(contact, confirms)
        settles = None
        if topic:
            kind, key = split_topic(topic)
            settles = list(items_of(contact).open().filter(kind=kind, key=key).values_list("pk", flat=True))
        topic = topic or topic_of_items(items_to_answer(contact).order_by("since", "id"))
        channel = channel or _best_channel(contact, topic)
        message = write_message(contact, text, channel=channel, by=None, topic=topic, settles=settles, **options)
        # The transaction takes back what is refused, the count as well.
        if message.cc and (wait := COPIES.hit(contact.pro_id, len(message.cc))):
            raise TooManyCopiesError(wait)
        return message


def _confirm_senders(contact: Contact, confirms: Collection[uuid.UUID]) -> None:
    """Confirm the senders of these messages. Raises ValidationError while another one is not confirmed.

    Else the answer might go to somebody who merely stated an address.
    """
    while unconfirmed := find_unconfirmed_message(contact):
        if unconfirmed.pk not in confirms:
            text = f"Nobody has confirmed who wrote the message {unconfirmed.pk}. If it was this contact, send its id."
            raise ValidationError({"confirms": text})
        confirm_sender(unconfirmed)


def _best_channel(contact: Contact, topic: str) -> str:
    """The channel that the composer offers first. Raises ValidationError without any."""
    channels = find_reply_channels(contact, topic)
    if free := take_free_text(channels):
        return free[0].channel
    text = window_closed_text() if channels else "This contact cannot be answered by any channel."
    raise ValidationError({"channel": text})
