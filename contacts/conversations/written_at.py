"""The time at which an inbound message was written, in the order of its conversation."""

from datetime import datetime, timedelta

from config.web.compiled import Compiled

from ..channels.message import InboundMessage
from ..models import Contact, ContactMessage

# Providers tell the time of a message to the second.
TIMESTAMP_RESOLUTION = timedelta(seconds=1)
# Times of a contact's messages, the last one first.
_WRITTEN_BETWEEN = Compiled(
    lambda contact_id, start, end: (
        ContactMessage.objects.filter(contact=contact_id, created_at__gte=start, created_at__lt=end)
        .order_by("-created_at")
        .values_list("created_at")
    )
)


def written_at(contact: Contact, inbound: InboundMessage, now: datetime) -> datetime:
    """Time of writing: not in the future, as a clock that is fast would keep the conversation at the top.

    Messages of one second are put into the order in which they arrived.
    """
    if inbound.sent_at is None:
        return now
    at = min(inbound.sent_at, now)
    # Most contacts have no later message.
    if contact.is_new or contact.last_message_at is None or contact.last_message_at < at:
        return at
    same_second = _WRITTEN_BETWEEN.part(1, 0, contact.pk, at, at + TIMESTAMP_RESOLUTION)
    return same_second[0][0] + timedelta(microseconds=1) if same_second else at
