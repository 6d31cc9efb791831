"""Chain the history by hashes, so that a change behind the database's triggers shows.

The seal of a row is a SHA-256 of the seal before it and of the row's own values, in the order of one inquiry. So a
changed, missing or added row breaks the seals after it. The seal of a day is one of all rows up to an id, on top of the
day before; kept elsewhere, it shows a history that somebody has written and sealed anew. Rows without a seal are from
before there were any, or of a former release that still ran; the next row of their inquiry seals them too.

Where the words of a row were erased (`inquiries.history.erasing`), its inquiry was sealed anew, and a HistoryErasure
has the former seals, so that the seals of days still fit all other rows. Those of a deleted office are in a
HistoryDeletion (`inquiries.history.deleting`).
"""

import hashlib
import heapq
import itertools
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from config.backups.restoring import RestoreError
from config.web.compiled import Compiled

from ..models import HistoryDeletion, HistoryErasure, HistoryHead, InquiryHistory
from .entry import FIELDS, Entry

logger = logging.getLogger("vestibule.inquiries.history")

# Longer than any transaction: a row with a smaller id may be stored after one with a greater.
SURELY_STORED_AFTER = timedelta(hours=1)
_LAST_SEAL = Compiled(
    lambda id: InquiryHistory.objects.filter(inquiry_id=id).order_by("-id").values_list("seal"), keeps_plan=True
)


@dataclass(frozen=True)
class Flaw:
    """A place where the history is not as it was written."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


def seal_entry(entry: Entry | InquiryHistory, before: str) -> str:
    """The seal of an entry after the seal `before`, "" for the first: 64 hexadecimal digits."""
    values = [getattr(entry, name) for name in FIELDS if name != "created_at"]
    # The same moment is another text in another time zone.
    moment = entry.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(msgspec.json.encode([before, moment, *values])).hexdigest()


def seal_new(entries: Sequence[Entry]) -> list[str]:
    """The seals of new entries, each of another inquiry. Call it with the inquiries locked."""
    started = [entry.from_status is None for entry in entries]
    moved = [entry.inquiry_id for entry, is_first in zip(entries, started, strict=True) if not is_first]
    before = dict.fromkeys(moved, "")
    if len(moved) == 1 and (row := _LAST_SEAL.question(moved[0]).part(1).rows()):
        before[moved[0]] = row[0][0]
    unsealed = [id for id, seal in before.items() if not seal]
    if unsealed:
        for id, rows in _rows_by_inquiry(InquiryHistory.objects.filter(inquiry__in=unsealed)):
            for entry, seal in rows:
                before[id] = seal or seal_entry(entry, before[id])
    return [seal_entry(entry, before.get(entry.inquiry_id, "")) for entry in entries]


def verify_chains() -> Iterator[Flaw]:
    """Find the inquiries whose seals do not fit their rows, one flaw for each."""
    for id, rows in _rows_by_inquiry(InquiryHistory.objects.all()):
        seal, is_sealed = "", False
        for number, (entry, stored) in enumerate(rows, start=1):
            seal = seal_entry(entry, seal)
            if stored and stored != seal:
                yield Flaw(f"inquiry {id}", f"status change {number} or one before it is not as it was written")
                break
            if is_sealed and not stored:
                yield Flaw(f"inquiry {id}", f"status change {number} has no seal, but one before it has")
                break
            is_sealed = bool(stored)


def verify_heads(kept: Iterable[HistoryHead] = ()) -> Iterator[Flaw]:
    """Find the seals of days that do not fit the rows: those of the database, and those `kept` elsewhere."""
    last_id, count, seal = 0, 0, ""
    for head in sorted([*HistoryHead.objects.exclude(seal=""), *kept], key=lambda head: head.last_id):
        added, seal = _seal_all(last_id, head.last_id, seal)
        last_id, count = head.last_id, count + added
        if (head.rows, head.seal) != (count, seal):
            yield Flaw(f"seal of {head.day}", f"it is of {head.rows} other status changes than the {count} up to it")


def check_history() -> list[str]:
    """Find flaws of a restored history, and try whether the database keeps it. Raises RestoreError where it does not.

    A flaw came with the archive: nobody would be helped by losing all the rest.
    """
    flaws = [str(flaw) for flaw in (*verify_chains(), *verify_heads())]
    if (row := InquiryHistory.objects.first()) is None:
        return flaws
    try:
        with transaction.atomic():
            InquiryHistory.objects.filter(pk=row.pk).update(note=row.note)
    except IntegrityError:
        return flaws
    raise RestoreError("the database takes changes of the history")


def keep_head() -> None:
    """Choose the rows of today's seal, or write it when they are surely stored. Housekeeping calls it once a minute."""
    now = timezone.now()
    head = HistoryHead.objects.order_by("-day").first()
    if head and not head.seal:
        if head.created_at < now - SURELY_STORED_AFTER:
            _write_head(head)
    elif head is None or head.day < now.date():
        last_id = InquiryHistory.objects.aggregate(last=Max("pk"))["last"]
        if last_id and (head is None or last_id > head.last_id):
            HistoryHead.objects.bulk_create([HistoryHead(day=now.date(), last_id=last_id)], ignore_conflicts=True)


def _write_head(head: HistoryHead) -> None:
    """Write the seal of a day, and log it: the log is another place than the database."""
    with transaction.atomic():
        # No office is deleted meanwhile.
        head = HistoryHead.objects.select_for_update().get(pk=head.pk)
        former = HistoryHead.objects.filter(day__lt=head.day).order_by("-day").first() or HistoryHead(last_id=0)
        added, head.seal = _seal_all(former.last_id, head.last_id, former.seal)
        head.rows = former.rows + added
        head.save(update_fields=["rows", "seal"])
    logger.info("seal of the history on %s: %s", head.day, msgspec.json.encode(head_fields(head)).decode())


def head_fields(head: HistoryHead) -> dict[str, Any]:
    """A seal of a day as it is exported."""
    return {"day": head.day, "last_id": head.last_id, "rows": head.rows, "seal": head.seal}


def _seal_all(after_id: int, last_id: int, seal: str) -> tuple[int, str]:
    """Seal the rows of all inquiries with ids above `after_id` and up to `last_id`; their number, and the last seal."""
    count = 0
    last_seal = seal
    for _id, _before, after in _seal_each(after_id, last_id, seal):
        count, last_seal = count + 1, after
    return count, last_seal


def _seal_each(after_id: int, last_id: int, seal: str) -> Iterator[tuple[int, str, str]]:
    """(id, seal before it, seal after it) of each row.

    A row whose words were erased, or that was deleted with its office, has the seals that it had before, where those
    before it still fit.
    """
    gone = [mark for mark in _marks(after_id, last_id) if after_id < mark[0] <= last_id]
    marks = {id: (before, after) for id, before, after in [*_marks_of_words(), *gone]}
    rows = InquiryHistory.objects.filter(pk__gt=after_id, pk__lte=last_id).order_by("pk")
    stored = rows.values_list("pk", *FIELDS).iterator()
    for id, *values in heapq.merge(stored, sorted((id,) for id, *_seals in gone), key=lambda row: row[0]):
        before, (marked_before, marked_after) = seal, marks.get(id, ("", ""))
        is_marked = bool(marked_after) and marked_before == before
        if is_marked or values:
            seal = marked_after if is_marked else seal_entry(_entry(values), before)
            yield id, before, seal


def _marks(after_id: int, last_id: int) -> Iterator[Sequence[Any]]:
    """The marks of deleted rows, those of ids above `after_id` and up to `last_id` among them."""
    deletions = HistoryDeletion.objects.filter(last_id__gt=after_id, first_id__lte=last_id)
    for marks in deletions.values_list("marks", flat=True):
        yield from marks


def _marks_of_words() -> Iterator[Sequence[Any]]:
    for marks in HistoryErasure.objects.exclude(marks=[]).values_list("marks", flat=True):
        yield from marks


def find_marks(ids: Iterable[int]) -> list[tuple[int, str, str]]:
    """The `marks` of a HistoryErasure for rows whose words are about to go: those that a seal of a day covers."""
    last = HistoryHead.objects.exclude(seal="").order_by("-last_id").first()
    marks = []
    for id in sorted(id for id in ids if last and id <= last.last_id):
        former = HistoryHead.objects.exclude(seal="").filter(last_id__lt=id).order_by("-last_id").first()
        start = (former.last_id, former.seal) if former else (0, "")
        # The day of the row is read, up to it.
        *_others, mark = _seal_each(start[0], id, start[1])
        marks.append(mark)
    return marks


def find_marks_of(ids: Collection[int]) -> list[tuple[int, str, str]]:
    """The `marks` of a HistoryDeletion for rows that are about to go: as `find_marks`, for many rows at once."""
    heads = HistoryHead.objects.exclude(seal="")
    last = heads.order_by("-last_id").first()
    sealed = sorted(id for id in ids if last and id <= last.last_id)
    if not last or not sealed:
        return []
    former = heads.filter(last_id__lt=sealed[0]).order_by("-last_id").first()
    start = (former.last_id, former.seal) if former else (0, "")
    return [mark for mark in _seal_each(start[0], last.last_id, start[1]) if mark[0] in ids]


def _rows_by_inquiry(rows: QuerySet[InquiryHistory]) -> Iterator[tuple[int, Iterator[tuple[Entry, str]]]]:
    """The id of each inquiry, with its entries and their stored seals in order."""
    values = rows.order_by("inquiry_id", "id").values_list("seal", *FIELDS).iterator()
    entries = ((_entry(fields), seal) for seal, *fields in values)
    return itertools.groupby(entries, key=lambda row: row[0].inquiry_id)


def _entry(values: Sequence[Any]) -> Entry:
    return Entry(**dict(zip(FIELDS, values, strict=True)))
