"""Hands the history to the shared status package: every entry once, those of one inquiry in order, none lost.

The move's own transaction leaves an UnsharedHistory row and a task. The task gives the entry to the package, outside
any transaction, and takes the row away. Whoever gives an entry away holds its row for a while, so that two workers do
not give the same one; a row that was held before may have been taken by the package, which is asked first.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.tasks import task
from django.utils import timezone

from ..models import InquiryHistory, UnsharedHistory
from . import package
from .entry import FIELDS, Entry

logger = logging.getLogger("vestibule.inquiries.history")

BATCH = 1000
# How long one catching up may keep the worker from its other jobs, in seconds.
CATCH_UP_FOR = 20.0


def hold_for() -> timedelta:
    """How long an entry is held: longer than the two calls that giving it away takes, when nothing is wrong."""
    return timedelta(seconds=60 + 2 * settings.STATUS_HISTORY_TIMEOUT)


def remember(rows: Sequence[InquiryHistory]) -> None:
    """Have new entries shared. Call it in the transaction that stores the rows."""
    if not package.configured():
        return
    UnsharedHistory.objects.bulk_create([UnsharedHistory(entry=row) for row in rows], batch_size=BATCH)
    if len(rows) == 1:
        share.enqueue(rows[0].inquiry_id)
    else:
        share_all.enqueue()


@task
def share(inquiry_id: int) -> None:
    """Give an inquiry's waiting entries to the package; the worker tries again when it fails."""
    hand_over(inquiry_id)


@task
def share_all() -> None:
    """Give the package what it takes in a while; the rest follows when the worker catches up."""
    catch_up()


def hand_over(inquiry_id: int) -> int:
    """Give an inquiry's waiting entries to the package, oldest first; returns how many went.

    Stops where somebody else is giving one away. Raises what the package raises, or `package.Silent`; what went wrong
    stands on the row that waits. Call it outside any transaction.
    """
    backend = package.configured()
    count = 0
    while backend and (waiting := _first(inquiry_id)) and _hold(waiting):
        try:
            _give(backend, waiting)
        except Exception as error:
            _keep(waiting, error)
            raise
        # Not by its instance: a row that is gone already is fine.
        UnsharedHistory.objects.filter(pk=waiting.pk).delete()
        count += 1
    return count


def catch_up() -> int:
    """Give the package whatever waits, of all inquiries, as far as it takes it in a while; returns how many went.

    The worker calls it once a minute: it finds what a job gave up after its last attempt.
    """
    if not package.configured():
        return 0
    ends, count = time.monotonic() + CATCH_UP_FOR, 0
    for inquiry_id in _inquiries():
        if time.monotonic() >= ends:
            break
        try:
            count += hand_over(inquiry_id)
        except package.Silent:
            break
        except Exception as error:  # It stands on the row, and the next inquiry may go.
            logger.warning("the history of inquiry %s could not be shared: %s", inquiry_id, package.said(error))
    return count


def _first(inquiry_id: int) -> UnsharedHistory | None:
    return UnsharedHistory.objects.filter(entry__inquiry=inquiry_id).order_by("entry_id").first()


def _inquiries() -> list[int]:
    """The inquiries with something to give away, those first that were not tried for the longest."""
    rows = UnsharedHistory.objects.alias(
        is_later=Exists(
            UnsharedHistory.objects.filter(entry__inquiry=OuterRef("entry__inquiry"), entry_id__lt=OuterRef("entry_id"))
        )
    )
    heads = rows.filter(_is_free(), is_later=False).order_by(F("held_until").asc(nulls_first=True), "entry_id")
    return list(heads.values_list("entry__inquiry", flat=True)[:1000])


def _is_free() -> Q:
    return Q(held_until=None) | Q(held_until__lte=timezone.now())


def _hold(waiting: UnsharedHistory) -> bool:
    """Whether this entry is ours to give away, and nobody tried since `waiting` was read."""
    mine = UnsharedHistory.objects.filter(_is_free(), pk=waiting.pk, held_until=waiting.held_until)
    return mine.update(held_until=timezone.now() + hold_for()) == 1


def _give(backend: package.StatusPackage, waiting: UnsharedHistory) -> None:
    row = InquiryHistory.objects.values(*FIELDS).get(pk=waiting.pk)
    # Held before: a call that failed, took too long, or died with its worker may have reached the package.
    if waiting.held_until and package.has(backend, row["inquiry_id"], row["uid"]):
        return
    package.record(backend, asdict(Entry(**row)))


def _keep(waiting: UnsharedHistory, error: Exception) -> None:
    """Write down what went wrong, and let go. A call that took too long may still get through: its row stays held."""
    rows = UnsharedHistory.objects.filter(pk=waiting.pk)
    rows.update(error=package.said(error))
    if not isinstance(error, package.Silent):
        rows.update(held_until=timezone.now())
