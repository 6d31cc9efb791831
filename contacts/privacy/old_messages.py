"""Messages of conversations that were kept long enough: with their files and originals, while the contact stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from config.accounts.models import Pro

from ..last_words import recount_threads
from ..models import ChannelDelivery, Contact, ContactMessage, MessageFile, WaitingItem
from ..models.delivery import delete_deliveries
from ..models.locking import hold_book

# These are still to leave.
UNDERWAY = (ContactMessage.State.SCHEDULED, ContactMessage.State.SENDING)


def contacts_waiting(pro: Pro) -> QuerySet[WaitingItem, Any]:
    """The contacts of a Pro for whom something waits, as a subquery."""
    return WaitingItem.objects.for_pro(pro).open().exclude(contact=None).values("contact")


def old_messages(pro: Pro, before: datetime) -> QuerySet[ContactMessage]:
    """Messages from before a time, of contacts for whom nothing waits."""
    rows = ContactMessage.objects.for_pro(pro).filter(created_at__lt=before).exclude(state__in=UNDERWAY)
    return rows.exclude(contact__in=contacts_waiting(pro)).order_by("created_at", "id")


def delete_messages(messages: Sequence[ContactMessage]) -> None:
    """Delete messages of one Pro, oldest first, with their files; then originals that brought no other message."""
    pro, ids = messages[0].pro, [message.pk for message in messages]
    with transaction.atomic():
        hold_book(pro.pk)
        # Not those of somebody for whom something waits by now.
        rows = ContactMessage.objects.filter(pk__in=ids).exclude(contact__in=contacts_waiting(pro))
        contacts = list(Contact.objects.filter(pk__in=rows.values("contact")))
        for file in MessageFile.objects.filter(message__in=rows):
            file.delete_with_file()
        _forget_words(contacts, messages[-1].created_at)
        rows.delete()
        recount_threads(contacts)
    brought = [message.delivery_id for message in messages if message.delivery_id]
    delete_deliveries(ChannelDelivery.objects.filter(pk__in=brought, messages=None))


def _forget_words(contacts: list[Contact], until: datetime) -> None:
    """Empty the first words that waiting items keep of messages; that somebody waited, and how it ended, stays."""
    items = WaitingItem.objects.filter(contact__in=contacts, kind=WaitingItem.Kind.MESSAGE, since__lte=until)
    items.exclude(ended_at=None).update(words="", about="")
