"""People of the demo who wait, were put off, or are done."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from config.accounts.models import User

from ..models import Contact, ContactMessage, WaitingItem
from ..waiting.arrivals import add_message
from ..waiting.later import put_off

Outcome = WaitingItem.Outcome


def let_contact_wait(contact: Contact) -> None:
    """Let each message of a conversation wait, up to the answer that came after it."""
    messages = list(contact.messages.order_by("created_at"))
    for message in messages:
        if (item := add_message(message, words=message.text)) is None:
            continue
        later = (other for other in messages if other.is_outbound and other.created_at > message.created_at)
        if answer := next((other for other in later if other.state != ContactMessage.State.FAILED), None):
            end_in_demo(item, Outcome.ANSWERED, answer.created_at, by=answer.author, answer=answer)


def end_in_demo(
    item: WaitingItem, outcome: str, at: datetime, *, by: User | None, answer: ContactMessage | None = None
) -> None:
    """End an item at a time in the past."""
    rows = WaitingItem.objects.filter(pk=item.pk)
    rows.end(outcome, by=by, answer=answer)
    rows.update(ended_at=at)


def put_off_in_demo(contact: Contact, words: str, *, by: User) -> None:
    """Put a contact off until tomorrow at nine, where the Pro is."""
    zone = ZoneInfo(contact.pro.time_zone)
    tomorrow = timezone.localtime(timezone=zone).date() + timedelta(days=1)
    put_off(contact, datetime.combine(tomorrow, time(9), zone), words=words, by=by)
