"""Messages of a conversation as a page shows them, each with the one that it answers and the reactions to it."""

from collections.abc import Sequence

from django.db.models import Q, prefetch_related_objects

from ..models import Contact, ContactMessage
from .reply_channels import is_window_closed, needs_template


def link_messages(messages: Sequence[ContactMessage]) -> None:
    """Set `answered`, `reactions` and `is_withdrawn` on messages of one contact, in one query, and `is_resendable`.

    The states of fetching their media are read too, where there are any.
    """
    mark_hopeless(messages)
    prefetch_related_objects([message for message in messages if message.media], "fetched_media")
    answered_ids = {message.answers_to for message in messages} - {""}
    ids = {message.external_id for message in messages} - {""}
    if not (ids or answered_ids):
        return
    related = ContactMessage.objects.filter(contact=messages[0].contact_id).filter(
        Q(external_id__in=answered_ids) | Q(answers_to__in=ids | answered_ids)
    )
    rows = list(related.order_by("created_at", "id"))
    by_id = {(row.channel, row.external_id): row for row in rows if row.external_id}
    reactions = _last_reactions(rows)
    for message in messages:
        message.answered = by_id.get((message.channel, message.answers_to))
        key = (message.channel, message.external_id)
        message.reactions = tuple(row.text for row in reactions if (row.channel, row.answers_to) == key)
        message.is_withdrawn = message.is_reaction and message not in reactions


def mark_hopeless(messages: Sequence[ContactMessage]) -> None:
    """Set `is_resendable` of failed messages of one contact.

    Free text that WhatsApp takes no more is not, nor is anything to a contact who is archived.
    """
    failed = [row for row in messages if row.state == ContactMessage.State.FAILED]
    if not failed:
        return
    if Contact.objects.filter(pk=failed[0].contact_id, deleted_at=None).exists():
        free = [row for row in failed if needs_template(row)]
        hopeless = free if free and is_window_closed(free[0].contact_id) else []
    else:
        hopeless = failed
    for row in hopeless:
        row.is_resendable = False


def _last_reactions(rows: Sequence[ContactMessage]) -> list[ContactMessage]:
    """Of the reactions of one sender to one message the last one counts; without text it takes them back."""
    last = {(row.channel, row.answers_to, row.address): row for row in rows if row.is_reaction}
    return [row for row in last.values() if row.text]
