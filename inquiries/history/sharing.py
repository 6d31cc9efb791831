"""Share the history with the status package: every entry once, entries of one inquiry in order, none lost.

The transaction of a move saves an UnsharedHistory row and enqueues a task. The task sends the entry to the package,
outside any transaction, and deletes the row. A worker claims the row first, so that two workers do not send the same
entry. A row that was claimed before may have reached the package, which is asked before sending again.
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

from config.jobs.turns import in_turn

from ..models import InquiryHistory, UnsharedHistory
from . import package
from .entry import FIELDS, Entry

logger = logging.getLogger("vestibule.inquiries.history")

BATCH = 1000
# The time that one run of `catch_up` may keep the worker from its other jobs, in seconds.
CATCH_UP_FOR = 20.0


def claim_duration() -> timedelta:
    """The duration of a claim: longer than the two calls that sharing an entry takes."""
    return timedelta(seconds=60 + 2 * settings.STATUS_HISTORY_TIMEOUT)


def share_later(rows: Sequence[InquiryHistory]) -> None:
    """Enqueue the sharing of new rows. Call it in the transaction that saves them."""
    if not package.configured_package():
        return
    UnsharedHistory.objects.bulk_create([UnsharedHistory(entry=row) for row in rows], batch_size=BATCH)
    if len(rows) == 1:
        in_turn(share, rows[0].inquiry.pro_id).enqueue(rows[0].inquiry_id)
    else:
        share_all.enqueue()


@task(queue_name="status")
def share(inquiry_id: int) -> None:
    """Share an inquiry's waiting entries; the worker retries on failure."""
    share_entries(inquiry_id)


@task(queue_name="status")
def share_all() -> None:
    """Share waiting entries for CATCH_UP_FOR; housekeeping shares the rest."""
    catch_up()


def share_entries(inquiry_id: int) -> int:
    """Share an inquiry's waiting entries, oldest first; returns how many.

    Stops at an entry claimed by another worker. Raises the package's exceptions and `package.PackageTimeoutError`; the
    error is saved on the waiting row. Call it outside any transaction.
    """
    backend = package.configured_package()
    count = 0
    while backend and (waiting := _oldest_waiting(inquiry_id)) and _claim(waiting):
        try:
            _share_entry(backend, waiting)
        except Exception as error:
            _save_error(waiting, error)
            raise
        # By query, not by instance: the row may be deleted already.
        UnsharedHistory.objects.filter(pk=waiting.pk).delete()
        count += 1
    return count


def catch_up() -> int:
    """Share waiting entries of all inquiries for up to CATCH_UP_FOR; returns how many.

    Housekeeping calls it once a minute. It also shares entries whose job failed for good.
    """
    if not package.configured_package():
        return 0
    ends, count = time.monotonic() + CATCH_UP_FOR, 0
    for inquiry_id in _waiting_inquiries():
        if time.monotonic() >= ends:
            break
        try:
            count += share_entries(inquiry_id)
        except package.PackageTimeoutError:
            break
        except Exception as error:  # Saved on the row; the next inquiry may succeed.
            logger.warning(
                "the history of inquiry %s could not be shared: %s", inquiry_id, package.describe_error(error)
            )
    return count


def _oldest_waiting(inquiry_id: int) -> UnsharedHistory | None:
    return UnsharedHistory.objects.filter(entry__inquiry=inquiry_id).order_by("entry_id").first()


def _waiting_inquiries() -> list[int]:
    """Ids of inquiries with waiting entries, those not tried for the longest time first."""
    rows = UnsharedHistory.objects.alias(
        is_later=Exists(
            UnsharedHistory.objects.filter(entry__inquiry=OuterRef("entry__inquiry"), entry_id__lt=OuterRef("entry_id"))
        )
    )
    heads = rows.filter(_is_unclaimed(), is_later=False).order_by(F("held_until").asc(nulls_first=True), "entry_id")
    return list(heads.values_list("entry__inquiry", flat=True)[:1000])


def _is_unclaimed() -> Q:
    return Q(held_until=None) | Q(held_until__lte=timezone.now())


def _claim(waiting: UnsharedHistory) -> bool:
    """Claim the entry; False when another worker has tried it since `waiting` was read."""
    rows = UnsharedHistory.objects.filter(_is_unclaimed(), pk=waiting.pk, held_until=waiting.held_until)
    return rows.update(held_until=timezone.now() + claim_duration()) == 1


def _share_entry(backend: package.StatusPackage, waiting: UnsharedHistory) -> None:
    row = InquiryHistory.objects.values(*FIELDS).get(pk=waiting.pk)
    # Claimed before: a call that failed, timed out or died with its worker may have reached the package.
    if waiting.held_until and package.has_entry(backend, row["inquiry_id"], row["uid"]):
        return
    package.record_entry(backend, asdict(Entry(**row)))


def _save_error(waiting: UnsharedHistory, error: Exception) -> None:
    """Save the error and release the claim, except after a timeout: that call may still reach the package."""
    rows = UnsharedHistory.objects.filter(pk=waiting.pk)
    rows.update(error=package.describe_error(error))
    if not isinstance(error, package.PackageTimeoutError):
        rows.update(held_until=timezone.now())
