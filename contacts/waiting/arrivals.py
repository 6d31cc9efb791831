"""Messages begin to wait as they arrive, and their items follow what becomes of them.

Contact requests and inquiries call the same verbs from their own module `waiting`. All are called in the transaction
that stores what arrived, with the Pro's book held.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from config.saving import insert_many

from ..assigning.assignments import copy_assignees
from ..assigning.turns import assign_arrival
from ..last_words import recount_threads
from ..models import Contact, ContactMessage, WaitingItem
from ..models.waiting import text_fields
from .first_responses import about_topic

Kind, Outcome = WaitingItem.Kind, WaitingItem.Outcome


def add_message(message: ContactMessage, *, words: str) -> WaitingItem | None:
    """Let an inbound message wait, with its first `words`; None when nobody waits for an answer to it."""
    if not waits_for_answer(message):
        return None
    item = WaitingItem.objects.add(message.pro, Kind.MESSAGE, message.pk, **_item_fields(message, words))
    assign_arrival(message.pro, message.contact)
    return item


def add_first_messages(messages: Iterable[tuple[ContactMessage, str]]) -> None:
    """Let the first messages of new contacts wait, each with its first words, as `add_message` does one."""
    waiting = [(message, words) for message, words in messages if waits_for_answer(message)]
    build = WaitingItem.objects.build
    insert_many([build(each.pro, Kind.MESSAGE, each.pk, **_item_fields(each, words)) for each, words in waiting])
    for message, _words in waiting:
        message.contact.note_word(message.created_at)
        assign_arrival(message.pro, message.contact)


def _item_fields(message: ContactMessage, words: str) -> dict[str, Any]:
    return {
        "contact": message.contact,
        "since": message.created_at,
        "channel": message.channel,
        "about": message.subject,
        "words": words,
        **about_topic(message.topic)._asdict(),
    }


def waits_for_answer(message: ContactMessage) -> bool:
    """True for what a person wrote to the Pro; a mere reaction asks nothing.

    The caller leaves out what was written before its mailbox was connected. What is automatic and not silent are a
    person's words by way of a portal or a mailing list.
    """
    return not (message.is_outbound or message.is_silent or message.is_reaction)


def follow_message(message: ContactMessage, *, words: str) -> None:
    """Bring the item of a message up to date after an edit or a correction, if there is one.

    A message that turns out to come from a machine needs no answer.
    """
    if (item := find_item(Kind.MESSAGE, message.pk)) is None:
        return
    update_words(item, about=message.subject, words=words)
    move_items([item], message.contact)
    if not waits_for_answer(message):
        WaitingItem.objects.filter(pk=item.pk).end(Outcome.NO_ANSWER, by=None)


def find_item(kind: str, key: object) -> WaitingItem | None:
    """The item of a contact request, message, inquiry or offer, by its id; ended or not."""
    return WaitingItem.objects.filter(kind=kind, key=str(key)).first()


def update_words(item: WaitingItem, *, about: str, words: str) -> None:
    """Store other words of an item that has not ended."""
    WaitingItem.objects.open().filter(pk=item.pk).update(**text_fields(about, words))


def move_items(items: Iterable[WaitingItem], contact: Contact | None) -> None:
    """Move items to the contact that what they stand for belongs to now.

    One that ended because its former contact was archived waits again. Moved to an archived contact it stands by
    itself, as nobody is in the book to be listed. The caller has moved what the items stand for.
    """
    new_id = contact.pk if contact and not contact.deleted_at else None
    if moved := [item for item in items if item.contact_id != new_id]:
        rows = WaitingItem.objects.filter(pk__in=[item.pk for item in moved])
        rows.update(contact=new_id, assigned_to=None)
        if contact:
            copy_assignees(contact)
        rows.reopen(Outcome.ARCHIVED)
        ids = {id for item in moved for id in (item.contact_id, new_id) if id}
        recount_threads(Contact.objects.filter(pk__in=ids).select_related("pro"))


def move_messages(messages: Iterable[ContactMessage], contact: Contact) -> None:
    """Move the items of messages to the contact who is known to have written them."""
    keys = [str(message.pk) for message in messages]
    move_items(WaitingItem.objects.filter(kind=Kind.MESSAGE, key__in=keys), contact)


def replace_message(
    message: ContactMessage, kind: str, key: object, *, about: str, words: str, property_id: UUID | None, source: str
) -> None:
    """Let the item of a message stand for what was made of it, such as a contact request."""
    rows = WaitingItem.objects.filter(kind=Kind.MESSAGE, key=str(message.pk))
    rows.update(kind=kind, key=str(key), property_id=property_id, source=source, **text_fields(about, words))
