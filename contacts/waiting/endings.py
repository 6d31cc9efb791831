"""Items end: answered, answered another way, or without need of an answer.

Some ends have an effect on what waited, with no way back: a contact request is *replied*, an inquiry responded to. An
app applies it in a module `waiting`, by `apply_ending(item, by)`, which repeated changes nothing. It happens when the
seconds to undo are over, so that what is undone never happened.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from config.accounts.models import ApiToken, User
from config.jobs.turns import in_turn
from config.web.hooks import hooks

from ..models import ContactMessage, WaitingItem
from ..models.waiting import WaitingItemQuerySet
from .first_responses import note_responses, take_back_responses
from .persons import Person, open_items

Outcome = WaitingItem.Outcome
# The effects of these outcomes are applied; an answer's when it leaves.
WITH_EFFECT = (Outcome.ANSWERED, Outcome.ANOTHER_WAY)


class _UndoneError(Exception):
    """The end was undone, or came from another, while its effect was applied, so that the effect is taken back."""


def end_waiting(
    what: Person | WaitingItemQuerySet,
    outcome: str,
    *,
    by: User | ApiToken | None,
    answer: ContactMessage | None = None,
    is_immediate: bool = False,
) -> list[WaitingItem]:
    """End the open items among `what`, or all that wait of a person; returns those that it ended.

    "Answered another way" takes effect when the seconds of the user are over, or at once if it `is_immediate`, as for
    a program. That of an answer is applied by `apply_answer`, unless it `is_immediate`: it has left already.
    """
    rows = what if isinstance(what, WaitingItemQuerySet) else open_items(what)
    delay = by.undo_seconds if isinstance(by, User) and not is_immediate and outcome == Outcome.ANOTHER_WAY else 0
    if not delay and (outcome == Outcome.ANOTHER_WAY or (is_immediate and outcome in WITH_EFFECT)):
        return _end_with_effect(rows, outcome, by=by, answer=answer)
    with transaction.atomic():
        items = rows.end(outcome, by=by, answer=answer)
        if items and delay:
            _apply_later(items, delay)
        elif outcome == Outcome.ANSWERED:
            note_responses(items)
        return items


def _end_with_effect(
    rows: WaitingItemQuerySet, outcome: str, *, by: User | ApiToken | None, answer: ContactMessage | None
) -> list[WaitingItem]:
    """End items and apply the effect, at once."""
    while True:
        with suppress(_UndoneError), transaction.atomic():
            found = list(rows.open())
            # Items are locked after what they stand for, as everywhere, so that none waits for the other.
            apply_endings_now(found, by)
            items = rows.filter(pk__in=[item.pk for item in found]).end(outcome, by=by, answer=answer)
            if len(items) == len(found):
                note_responses(items)
                return items
            # Somebody else ended one meanwhile: it has their outcome, and no effect of ours.
            raise _UndoneError


def _apply_later(items: list[WaitingItem], delay: int) -> None:
    run_after = timezone.now() + timedelta(seconds=delay)
    task = in_turn(apply_endings, items[0].pro_id)
    task.using(run_after=run_after).enqueue([item.pk for item in items], str(items[0].ended_at))


@task
def apply_endings(ids: list[int], ended_at: str) -> None:
    """Apply the effect of items that ended at `ended_at`, when the seconds to undo are over.

    Does nothing for those that were undone since, even if they ended again.
    """
    rows = WaitingItem.objects.filter(pk__in=ids, ended_at=datetime.fromisoformat(ended_at))
    rows = rows.filter(outcome=Outcome.ANOTHER_WAY)
    for item in rows.order_by("pk").select_related("ended_by"):
        with suppress(_UndoneError), transaction.atomic():
            # An item is locked after what it stands for, as everywhere, so that none waits for the other.
            apply_ending(item, item.ended_by)
            if not rows.filter(pk=item.pk).locked().exists():
                raise _UndoneError
    with transaction.atomic():
        note_responses(rows.locked().select_related("pro"))


def apply_answer(answer: ContactMessage) -> None:
    """Apply the effect of the items that an answer ended. Call it when the answer is claimed for sending."""
    rows = WaitingItem.objects.filter(answer=answer, outcome=Outcome.ANSWERED).order_by("pk")
    items = list(rows.select_related("pro", "answer"))
    apply_endings_now(items, answer.author)
    note_responses(items)


def apply_endings_now(items: Iterable[WaitingItem], by: User | ApiToken | None) -> None:
    """Apply the effect of items: contact requests before inquiries, each in the order of the ids, as they are locked.

    A merge locks the same rows in this order.
    """
    for item in sorted(items, key=lambda item: (item.kind != WaitingItem.Kind.REQUEST, len(item.key), item.key)):
        apply_ending(item, by)


def apply_ending(item: WaitingItem, by: User | ApiToken | None) -> None:
    """Let the app that an item belongs to apply its end, with the user or program that ended it."""
    for module in hooks("waiting", "apply_ending"):
        module.apply_ending(item, by)


def undo_ending(rows: WaitingItemQuerySet) -> int:
    """Let ended items wait again; returns how many.

    Those whose contact was archived since wait again when it is restored, those that were set aside as spam since when
    they are released.
    """
    with transaction.atomic():
        ended = rows.filter(ended_at__isnull=False).exclude(outcome__in=(Outcome.SPAM, Outcome.WROTE_AGAIN))
        # What items stand for is locked before them, as everywhere.
        spam = [pk for module in hooks("waiting", "lock_spam") for pk in module.lock_spam(ended)]
        items = ended.locked()
        take_back_responses(items)
        items.update(answer=None)
        items.filter(contact__deleted_at__isnull=False).update(outcome=Outcome.ARCHIVED)
        items.filter(pk__in=spam).update(outcome=Outcome.SPAM)
        return items.exclude(outcome__in=(Outcome.ARCHIVED, Outcome.SPAM)).reopen()


def undo_answer(answer: ContactMessage) -> int:
    """Let the items wait again that an answer ended, because it was undone or could not be sent; returns how many."""
    return undo_ending(WaitingItem.objects.filter(answer=answer))
