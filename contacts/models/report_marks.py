"""Marks at the days whose reports have to be counted anew, made by triggers."""

# ruff: noqa: S608 - all names in this SQL are declared in models

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from config.accounts.models import Pro, TenantQuerySet
from config.counts.counted import CountedTable
from config.counts.models import KeptCount

# No two days meet within a minute. Of a statement that changes many rows few marks are left.
MINUTE = "date_trunc('minute', {at})"


class MarkedTable(CountedTable):
    """Writes down the moments whose rows of a table were added, changed or deleted, in the transaction of the change.

    A mark is a row of its own, whatever others are there: one that is deleted as its day is counted cannot be taken for
    that of a transaction which has yet to commit. Of `groups` "at" is the moment, the others what a change counts of.
    """

    @property
    def keys(self) -> dict[str, str]:
        return {self.tenant: f"{{row}}.{self.tenant}", "at": self.groups["at"]}

    def difference(self, tenants: Any = None) -> str:
        """SQL for no rows: marks are not compared with anything."""
        return f"SELECT {', '.join([*self.keys, *self.numbers])} FROM {self.counts} WHERE 1 = 0"

    def fold(self, vendor: str) -> list[str]:
        """No statements: who counts a day deletes its marks."""
        return []

    def _is_changed(self) -> str:
        parts = [f"{{row}}.{self.tenant}", *self.groups.values()]
        pairs = [(part.replace("{row}", "old"), part.replace("{row}", "new")) for part in parts]
        return " OR ".join(f"{old} IS DISTINCT FROM {new}" for old, new in pairs)

    def _mark(self, row: str, at: str = "{at}") -> str:
        return f"{row}.{self.tenant}, {at.format(at=self.groups['at'].replace('{row}', row))}, 1, true"

    def _postgresql_trigger(self, event: str) -> list[str]:
        if event == "update":
            rows = f"SELECT {self._mark('old', MINUTE)} UNION SELECT {self._mark('new', MINUTE)}"
            when = f"FOR EACH ROW WHEN ({self._is_changed()})"
        else:
            rows = f"SELECT DISTINCT {self._mark('changed', MINUTE)} FROM changed_rows AS changed"
            old_or_new = "NEW" if event == "insert" else "OLD"
            when = f"REFERENCING {old_or_new} TABLE AS changed_rows FOR EACH STATEMENT"
        return self._make_postgresql_trigger(event, rows, when)

    def _sqlite_trigger(self, event: str) -> list[str]:
        name, rows = f"{self.counts}_{event}", {"insert": ["new"], "delete": ["old"], "update": ["old", "new"]}[event]
        when = f"WHEN {self._is_changed()}\n" if event == "update" else ""
        body = "".join(f"    INSERT INTO {self.counts} ({self.columns}) SELECT {self._mark(row)};\n" for row in rows)
        return [f"CREATE TRIGGER {name} AFTER {event.upper()} ON {self.table}\n{when}BEGIN\n{body}END"]


class ReportMark(KeptCount):
    """A moment of an office whose day has to be counted anew."""

    pro = models.ForeignKey(Pro, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField()

    objects: ClassVar[Any] = TenantQuerySet["ReportMark"].as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def add(cls, pro: Pro, moments: list[datetime]) -> None:
        """Mark moments, as the triggers do."""
        cls.objects.bulk_create([cls(pro=pro, at=at, n=1, is_delta=True) for at in moments], batch_size=1000)


class ArrivalMark(ReportMark):
    """A moment at which something came that has changed since."""

    counted: ClassVar = MarkedTable(
        table="contacts_waitingitem",
        counts="contacts_arrivalmark",
        groups={
            "at": "{row}.since",
            "kind": "{row}.kind",
            "channel": "{row}.channel",
            "property": "{row}.property_id",
            "type": "{row}.inquiry_type_id",
            "source": "{row}.source",
            "person": "{row}.assigned_to_id",
            "spam": "({row}.outcome = 'spam')",
        },
    )

    class Meta:
        indexes = [models.Index(fields=["pro", "at"], name="arrival_mark_of_pro")]


class AnswerMark(ReportMark):
    """A moment at which somebody was answered, where that has changed since."""

    counted: ClassVar = MarkedTable(
        table="contacts_firstresponse",
        counts="contacts_answermark",
        groups={
            "at": "{row}.answered_at",
            "channel": "{row}.channel",
            "property": "{row}.property_id",
            "type": "{row}.inquiry_type_id",
            "source": "{row}.source",
            "person": "{row}.answered_by_id",
            "seconds": "{row}.office_seconds",
            "target": "{row}.target_seconds",
        },
    )

    class Meta:
        indexes = [models.Index(fields=["pro", "at"], name="answer_mark_of_pro")]
