"""Find the calls of providers that speak of a person: those of their messages, and others that name an address."""

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet

from ..models import ChannelDelivery, ContactMessage
from ..reply_addresses import MESSAGE
from ..topics import make_topic
from .person import SHORTEST, Person

# Calls in one statement.
BATCH = 200


def find_deliveries(person: Person, topics: Collection[str] = ()) -> tuple[int, ...]:
    """Ids of deliveries of a person's messages and `topics`, and of those without any message that name an address.

    An original of somebody else's message that names the person too belongs to that message. Not to be called in a
    transaction: files are read. Raises StorageUnavailableError.
    """
    own = set(linked_deliveries(person))
    messages = ContactMessage.objects.filter(contact__in=person.ids)
    threads = [make_topic(MESSAGE, id) for id in messages.values_list("pk", flat=True)]
    own |= set(_of_pro(person).filter(thread__in=[*threads, *topics]).values_list("pk", flat=True))
    return tuple(sorted(own | set(_naming(person))))


def linked_deliveries(person: Person) -> tuple[int, ...]:
    """Ids of the deliveries that brought a person's messages."""
    messages = ContactMessage.objects.filter(contact__in=person.ids).exclude(delivery=None)
    return tuple(messages.order_by().values_list("delivery", flat=True).distinct())


def _of_pro(person: Person) -> QuerySet[ChannelDelivery]:
    return ChannelDelivery.objects.filter(Q(pro=person.pro) | Q(connection__pro=person.pro))


def _naming(person: Person) -> Iterator[int]:
    ids = {external_id.lstrip("+").lower() for _channel, external_id in person.addresses}
    needles = [id.encode() for id in ids if len(id) >= SHORTEST]
    rows, last = _of_pro(person).filter(messages=None).order_by("pk"), 0
    while needles and (page := list(rows.filter(pk__gt=last)[:BATCH])):
        yield from (delivery.pk for delivery in page if _holds_any(delivery, needles))
        last = page[-1].pk


def _holds_any(delivery: ChannelDelivery, needles: list[bytes]) -> bool:
    try:
        content = delivery.read_original().lower()
    except FileNotFoundError:
        return False
    return any(needle in content for needle in needles)
