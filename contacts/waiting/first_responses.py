"""First responses: written as an answer by a human leaves, and taken back if it reached nobody.

What the office's machines do counts for nothing: acknowledgments and other automatic mails end no waiting, and an
inquiry that is closed with its card, or a person who needs no answer, ends without one.

An app says what its contact requests and inquiries are about in a module `waiting`, by `describe_things(things)`:
{(kind, key): About} of those among these pairs that are its own.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from config.accounts.models import Pro
from config.saving import insert_missing
from config.web.hooks import hooks

from ..hours.clock import office_seconds
from ..hours.schedules import find_hours, make_schedule, target_seconds
from ..models import ContactMessage, FirstResponse, WaitingItem
from ..models.waiting import WaitingItemQuerySet
from ..topics import split_topic

Kind, Outcome, State = WaitingItem.Kind, WaitingItem.Outcome, ContactMessage.State
# These outcomes are a human's answer.
ANSWERS = (Outcome.ANSWERED, Outcome.ANOTHER_WAY)
# Moments in one transaction of a rebuild.
BATCH = 200
# An e-mail is dated by its sender, in any year.
LONGEST = timedelta(days=10 * 366)

type Thing = tuple[str, str]


class About(NamedTuple):
    """The thing that somebody asked about."""

    property_id: UUID | None = None
    inquiry_type_id: int | None = None
    source: str = ""


def note_responses(items: Iterable[WaitingItem]) -> None:
    """Store how long those behind these items, which ended together, waited for their answer; once.

    Call it in the transaction in which the answer can be undone no more.
    """
    answered = [item for item in items if item.kind != Kind.REMINDER and item.outcome in ANSWERS and item.ended_at]
    first: dict[tuple[object, ...], WaitingItem] = {}
    for item in sorted(answered, key=lambda item: (item.since, item.pk)):
        first.setdefault(_thing_of(item), item)
    if first:
        insert_missing(*_make_rows(answered[0].pro, list(first.values())))


def take_back_responses(items: WaitingItemQuerySet) -> None:
    """Delete what was stored of these items, as their answer was undone or has reached nobody."""
    FirstResponse.objects.filter(item__in=items).delete()


def rebuild_responses(pro: Pro) -> int:
    """Store the first responses of an office anew, by its hours and target of today; returns how many there are.

    Those whose item is gone, with the person, stay as they are.
    """
    FirstResponse.objects.for_pro(pro).filter(item__ended_at=None, item__isnull=False).delete()
    rows = _answered_items(pro)
    moments = rows.order_by("ended_at").values_list("ended_at", flat=True).distinct()
    last: datetime | None = None
    while batch := list((moments.filter(ended_at__gt=last) if last else moments)[:BATCH]):
        last = batch[-1]
        with transaction.atomic():
            ended = rows.filter(ended_at__gte=batch[0], ended_at__lte=last).order_by("ended_at", "pk")
            items = list(ended.select_related("pro", "answer"))
            FirstResponse.objects.filter(item__in=items).delete()
            for _moment, together in groupby(items, key=lambda item: item.ended_at):
                note_responses(together)
    return FirstResponse.objects.for_pro(pro).count()


def fill_abouts(pro: Pro) -> None:
    """Store what items are about that came before this was stored."""
    rows = WaitingItem.objects.for_pro(pro).filter(property_id=None, inquiry_type_id=None, source="").order_by("pk")
    last = 0
    while items := list(rows.filter(pk__gt=last).exclude(kind=Kind.REMINDER)[:1000]):
        last = items[-1].pk
        abouts = describe_items(items)
        for item in items:
            for name, value in abouts.get(item.pk, About())._asdict().items():
                setattr(item, name, value)
        WaitingItem.objects.bulk_update([item for item in items if item.pk in abouts], About._fields)


def _answered_items(pro: Pro) -> WaitingItemQuerySet:
    """Items that a human's answer ended that has left."""
    ended = WaitingItem.objects.for_pro(pro).filter(outcome__in=ANSWERS, ended_at__isnull=False)
    has_left = Q(answer=None) | ~Q(answer__state__in=(State.SCHEDULED, State.FAILED))
    return ended.filter(has_left).exclude(kind=Kind.REMINDER)


def _thing_of(item: WaitingItem) -> tuple[object, ...]:
    """The thing that an item is part of: messages of a contact by a channel are one, all others each their own."""
    is_in_conversation = item.kind == Kind.MESSAGE and item.contact_id
    return (Kind.MESSAGE, item.contact_id, item.channel) if is_in_conversation else (item.kind, item.key)


def _make_rows(pro: Pro, items: list[WaitingItem]) -> Iterator[FirstResponse]:
    hours = find_hours(pro)
    schedule, abouts = make_schedule(hours), describe_items(items)
    for item in items:
        at = _answered_at(item)
        since = item.since if at - item.since < LONGEST else at - LONGEST
        yield FirstResponse(
            pro=pro,
            item=item,
            kind=item.kind,
            channel=item.channel,
            **abouts.get(item.pk, About())._asdict(),
            asked_at=item.since,
            answered_at=at,
            answered_by_id=item.ended_by_id,
            outcome=item.outcome,
            office_seconds=office_seconds(schedule, since, at),
            real_seconds=int((at - since).total_seconds()),
            target_seconds=target_seconds(hours, item.channel),
        )


def _answered_at(item: WaitingItem) -> datetime:
    """When the answer left: a scheduled one at its time, one that was sent anew at the time of that."""
    at = (item.answer.send_at or item.answer.created_at) if item.answer else item.ended_at
    return max(at, item.since) if at else item.since


def describe_items(items: list[WaitingItem]) -> dict[int, About]:
    """The things that these items are about, by their ids."""
    keys = [item.key for item in items if item.kind == Kind.MESSAGE]
    topics = dict(ContactMessage.objects.filter(pk__in=keys).values_list("pk", "topic")) if keys else {}
    things = {item.pk: (item.kind, item.key) for item in items if item.kind != Kind.MESSAGE}
    for item in items:
        if item.kind == Kind.MESSAGE and (topic := topics.get(UUID(item.key))):
            things[item.pk] = split_topic(topic)
    if not things:
        return {}
    found = _describe_things(things.values())
    abouts = {id: found[thing] for id, thing in things.items() if thing in found}
    # A message came by itself, whatever brought what it is about.
    return {item.pk: _of_message(abouts[item.pk], item) for item in items if item.pk in abouts}


def about_topic(topic: str) -> About:
    """The property or type that a message of this topic is about."""
    thing = split_topic(topic)
    return _describe_things([thing]).get(thing, About())._replace(source="") if topic else About()


def _describe_things(things: Iterable[Thing]) -> dict[Thing, About]:
    found: dict[Thing, About] = {}
    for module in hooks("waiting", "describe_things"):
        found |= module.describe_things(set(things))
    return found


def _of_message(about: About, item: WaitingItem) -> About:
    return about._replace(source="") if item.kind == Kind.MESSAGE else about
