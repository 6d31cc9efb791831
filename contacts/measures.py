"""Measures of who waits and of the channels, for /metrics."""

from collections.abc import Iterator

from django.db.models import Count, Max, Min

from .models import ChannelConnection, MailboxSettings, WaitingItem

MEASURES = {
    "vestibule_persons_waiting": "Persons who wait for a word, in all Pros.",
    "vestibule_channel_connections": "Connections that receive messages, by channel.",
    "vestibule_channel_last_received_timestamp_seconds": "When a channel last received a message, in Unix seconds.",
    "vestibule_mailboxes_failing": "Mailboxes that could not be read the last time.",
    "vestibule_mailbox_least_recent_timestamp_seconds": "When the mailbox that waits longest was last read.",
}


def read_measures() -> Iterator[tuple[str, dict[str, str], float]]:
    """The measures by name, with their labels. Raises DatabaseError."""
    listed = WaitingItem.objects.listed().order_by()
    persons = listed.filter(contact__isnull=False).values("contact").distinct().count()
    yield "vestibule_persons_waiting", {}, persons + listed.filter(contact=None).count()
    active = ChannelConnection.objects.filter(is_active=True).order_by()
    for channel, number, last in active.values_list("channel").annotate(n=Count("pk"), last=Max("last_received_at")):
        yield "vestibule_channel_connections", {"channel": channel}, number
        if last:
            yield "vestibule_channel_last_received_timestamp_seconds", {"channel": channel}, last.timestamp()
    mailboxes = MailboxSettings.objects.filter(connection__is_active=True, connection__provider="mailbox")
    yield "vestibule_mailboxes_failing", {}, mailboxes.filter(failures__gt=0).count()
    if oldest := mailboxes.aggregate(first=Min("polled_at"))["first"]:
        yield "vestibule_mailbox_least_recent_timestamp_seconds", {}, oldest.timestamp()
