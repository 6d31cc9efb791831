"""The last word of a contact's thread: who was written to or wrote last stands first among all conversations.

`Contact.note_word` and `ContactMessageQuerySet.recount` bring it forward as something arrives. Where entries move from
one contact to another it is found anew, among the sources of the timeline that are words.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from config.saving import update_many
from config.web.hooks import hooks

from .models import Contact, ContactMessage


def recount_threads(contacts: Iterable[Contact]) -> None:
    """Update the counts of messages and the last word of contacts whose entries moved. The caller holds the book."""
    for contact in contacts:
        ContactMessage.objects.recount(contact)
        contact.last_word_at = _find_last_word(contact)
        update_many([contact], "last_word_at")


def _find_last_word(contact: Contact) -> datetime | None:
    """Time of the newest entry that is a word; messages that arrived late count from their arrival."""
    sources = [source for module in hooks("timeline", "SOURCES") for source in module.SOURCES if source.is_word]
    times = [source.rows(contact).order_by().aggregate(last=Max(source.by))["last"] for source in sources]
    return max((at for at in [*times, contact.last_message_at] if at), default=None)
