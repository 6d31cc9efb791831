"""Write down what happened, for the programs that want to know, in the transaction in which it happens.

An app says what an event tells in its module `published`: `SUBJECTS` is, by EventType, a function of the row.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.utils import timezone

from config.accounts.models import Pro
from config.api.times import format_utc
from config.jobs.backend import Job, enqueue_together
from config.jobs.turns import in_turn
from config.saving import insert_many
from config.web.hooks import hooks

from .kinds import EventType
from .models import Dispatch, Endpoint, Event
from .sending import send_events


class Subject(NamedTuple):
    """Content of an event: the name of its object, the contact whom it is about, and `data`, a Struct or plain data."""

    key: str
    contact_id: UUID | None
    data: Any


type Describe = Callable[[Any], Subject]


def publish(pro: Pro, type: EventType, *rows: Any) -> None:
    """Write an event about each row, and enqueue its way to the endpoints that want it.

    Call it at the end of the verb, in its transaction and with the rows locked, so that the events of one object are in
    the order of what happened. It asks nothing of the database for a Pro of whose endpoints none wants them.
    """
    if not rows or not is_wanted(pro, type):
        return
    endpoints = [each for each in Endpoint.objects.for_pro(pro).enabled() if type in each.types]
    describe = _subjects()[type]
    if endpoints:
        send_to(endpoints, [make_event(pro, type, describe(row)) for row in rows])


def is_wanted(pro: Pro, type: EventType) -> bool:
    """True if an endpoint of the Pro wants events of this type."""
    # One that stands for its id alone knows nothing of its endpoints.
    types = Pro.objects.values_list("event_types", flat=True).get(pk=pro.pk) if pro._state.adding else pro.event_types
    return f" {type} " in types


def make_event(pro: Pro, type: str, subject: Subject) -> Event:
    """An unsaved event."""
    now = timezone.now()
    payload = msgspec.json.encode(
        {"type": str(type), "timestamp": format_utc(now, "microseconds"), "data": subject.data}
    ).decode()
    return Event(
        pro_id=pro.pk, type=type, key=subject.key, contact_id=subject.contact_id, payload=payload, created_at=now
    )


def send_to(endpoints: Sequence[Endpoint], events: Sequence[Event]) -> list[Dispatch]:
    """Save events of one Pro, and enqueue their way to each of these endpoints."""
    insert_many(events)
    dispatches = [
        Dispatch(pro_id=event.pro_id, endpoint=endpoint, event=event, key=event.key)
        for event in events
        for endpoint in endpoints
    ]
    insert_many(dispatches)
    enqueue_sending(endpoints)
    return dispatches


def enqueue_sending(endpoints: Iterable[Endpoint]) -> None:
    """Have the events that wait for these endpoints sent."""
    enqueue_together(Job(in_turn(send_events, each.pro_id), (str(each.pk),)) for each in endpoints)


@cache
def _subjects() -> dict[str, Describe]:
    return {type: describe for module in hooks("published", "SUBJECTS") for type, describe in module.SUBJECTS.items()}
