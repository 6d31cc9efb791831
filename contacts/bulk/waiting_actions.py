"""Actions for many rows that wait for an answer, such as contact requests and inquiries."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, Func, OuterRef, Q, UUIDField
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User

from ..models import BulkRow, WaitingItem
from ..models.waiting import WaitingItemQuerySet
from ..waiting.endings import end_waiting, undo_ending
from .actions import Action, Skip, SkippedError

IS_OVER = "over"
# Where the parts of a UUID begin, and how long they are.
DASHES = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


class KeyText(Func):
    """A row's key as an item has it: SQLite stores a UUID without its dashes."""

    template = "CAST(%(expressions)s AS text)"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        if not isinstance(self.source_expressions[0].output_field, UUIDField):
            return self.as_sql(compiler, connection, **context)
        column, parameters = compiler.compile(self.source_expressions[0])
        parts = [f"substr({column}, {start}, {length})" for start, length in DASHES]
        return " || '-' || ".join(parts), [*parameters] * len(parts)


class NeedNoAnswer(Action):
    """Let rows wait no more, as they need no answer. `kind` is that of their waiting items."""

    key, label = "no-answer", _("No answer needed")

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def hold(self, keys: Collection[Any]) -> None:
        hold_items(self.kind, keys)

    def skips(self, value: str) -> Mapping[str, Skip]:
        open_items = WaitingItem.objects.open().filter(kind=self.kind, key=KeyText(OuterRef("pk")))
        return {IS_OVER: Skip(_("Does not wait"), ~Q(Exists(open_items)))}

    def change(self, row: Any, value: str, *, by: User | None) -> dict[str, Any]:
        items = end_waiting(items_of(self.kind, row).open(), WaitingItem.Outcome.NO_ANSWER, by=by)
        if not items:
            raise SkippedError(IS_OVER)
        return ended(items)

    def undo(self, row: Any, value: str, before: dict[str, Any], *, by: User | None) -> None:
        if not reopen(items_of(self.kind, row), before):
            raise SkippedError(BulkRow.TOUCHED)


def items_of(kind: str, row: Any) -> WaitingItemQuerySet:
    """The waiting item of a row."""
    return WaitingItem.objects.filter(kind=kind, key=str(row.pk))


def hold_items(kind: str, keys: Collection[Any]) -> None:
    """Lock the items of the rows with these keys in their order, before any is changed. The rows are locked before."""
    WaitingItem.objects.filter(kind=kind, key__in=[str(key) for key in keys]).locked()


def ended(items: list[WaitingItem]) -> dict[str, Any]:
    """The time by which `reopen` finds items that were ended together."""
    return {"ended_at": items[0].ended_at.isoformat()} if items and items[0].ended_at else {}


def reopen(items: WaitingItemQuerySet, before: dict[str, Any]) -> int:
    """Let items wait again that were ended at the time of `ended`; returns how many."""
    if "ended_at" not in before:
        return 0
    return undo_ending(items.filter(ended_at=datetime.fromisoformat(before["ended_at"])))
