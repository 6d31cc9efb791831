"""Preview and sums of a bulk run, for people."""

from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import QuerySet

from config.accounts.models import Pro

from ..models import BulkRow, BulkRun
from ..models.bulk_run import RETENTION, key_field
from .actions import BulkList, find_list

FIRST = 10  # rows of a preview
MAX_RUNS = 50  # on the list
MAX_STAYED = 50  # rows that are named


class Named(NamedTuple):
    """A row by its name and address; `reason` says why it stays."""

    name: str
    url: str
    reason: Any = ""


class Preview:
    """Effect that an action, with its value, would have on the rows of a plan as they are now."""

    def __init__(self, run: BulkRun, bulk_list: BulkList, action: str) -> None:
        self.run, self.bulk_list, self.text = run, bulk_list, action
        self.action, self.value = bulk_list.find_action(action) or (bulk_list.actions[0], "")
        self.title = bulk_list.word_action(run.pro, action)
        self.days = RETENTION.days

    @cached_property
    def _counted(self) -> tuple[QuerySet[Any], list[tuple[Any, int]]]:
        """The rows to change, and (reason, count) of the others."""
        rows = self.bulk_list.all_rows(self.run.pro).filter(
            pk__in=self.run.rows.values(key_field(self.bulk_list.model))
        )
        counts = [(BulkRow.REASONS[BulkRow.GONE], self.run.total - rows.count())]
        for skip in self.action.skips(self.value).values():
            counts.append((skip.label, rows.filter(skip.rows).count()))
            rows = rows.exclude(skip.rows)
        return rows, [(label, count) for label, count in counts if count]

    @property
    def skipped(self) -> list[tuple[Any, int]]:
        """(reason, count) of the rows that would stay as they are."""
        return self._counted[1]

    @property
    def count(self) -> int:
        """Number of the rows that would be changed."""
        return self.run.total - sum(count for _label, count in self.skipped)

    @cached_property
    def first(self) -> list[Named]:
        """The first rows that would be changed."""
        rows = self._counted[0].order_by("pk")[:FIRST]
        return [Named(self.bulk_list.describe(row), self.bulk_list.row_url(row)) for row in rows]

    @property
    def more(self) -> int:
        """Number of the rows that would be changed after the first."""
        return self.count - len(self.first)


class Sums:
    """Sums of a run."""

    def __init__(self, run: BulkRun, bulk_list: BulkList) -> None:
        self.run, self.bulk_list = run, bulk_list
        self.title, self.days = bulk_list.word_action(run.pro, run.action), RETENTION.days
        found = bulk_list.find_action(run.action)
        skips = found[0].skips(found[1]) if found else {}
        self.reasons = {**BulkRow.REASONS, **{code: skip.label for code, skip in skips.items()}}

    @property
    def skipped(self) -> list[tuple[Any, int]]:
        """(reason, count) of the rows that stayed as they were."""
        return self._count("", BulkRow.CHANGED)

    @property
    def not_undone(self) -> list[tuple[Any, int]]:
        """(reason, count) of the rows whose change could not be taken back."""
        return self._count("undo_", BulkRow.UNDONE)

    def _count(self, prefix: str, good: str) -> list[tuple[Any, int]]:
        counts = self.run.counts
        codes = [code for code in self.reasons if code != good and counts.get(f"{prefix}{code}")]
        return [(self.reasons[code], counts[f"{prefix}{code}"]) for code in codes]

    @cached_property
    def stayed(self) -> list[Named]:
        """Rows that could not be changed, or not be changed back, each with its reason."""
        rows = self.run.rows.order_by("number")
        failed = rows.filter(outcome=BulkRow.FAILED)
        kept = rows.exclude(undo__in=("", BulkRow.UNDONE))
        reasons = {row.key: row.undo or row.outcome for row in chain(failed[:MAX_STAYED], kept[:MAX_STAYED])}
        found = self.bulk_list.all_rows(self.run.pro).filter(pk__in=list(reasons)).order_by("pk")
        return [
            Named(self.bulk_list.describe(row), self.bulk_list.row_url(row), self.reasons.get(reasons[row.pk], ""))
            for row in found
        ]


def word_run(run: BulkRun) -> str:
    """Name what was done, for people; "" for a list or an action that there is not any more."""
    bulk_list = find_list(run.list_name)
    return bulk_list.word_action(run.pro, run.action) if bulk_list else ""


def list_runs(pro: Pro) -> list[tuple[BulkRun, Any, str]]:
    """The last runs of an office with the titles of their lists and what was done."""
    runs = BulkRun.objects.for_pro(pro).exclude(state=BulkRun.State.PLANNED).select_related("user")
    found = [(run, find_list(run.list_name)) for run in runs.order_by("-created_at", "-id")[:MAX_RUNS]]
    return [(run, each.title, each.word_action(pro, run.action)) for run, each in found if each]
