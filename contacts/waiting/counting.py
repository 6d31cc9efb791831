"""How many people wait, by the headings that they stand below."""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, JSONField, Q, QuerySet, Subquery
from django.utils import timezone

from config.accounts.models import Pro
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers

from ..models import WaitingItem

# What is counted of a list that is longer.
MAX_COUNT = 1000
# Items that are read for it: as many people stand among them unless most have several.
ITEMS = 2 * MAX_COUNT


class WaitingCounts(NamedTuple):
    """People who wait, by the heading that they stand below; together at most MAX_COUNT."""

    back: int
    old: int
    today: int

    @property
    def all(self) -> int:
        return sum(self)


def start_of_today() -> datetime:
    """Midnight in the reader's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def format_count(count: int) -> str:
    """A number of people as it stands beside the name of a list: "999+" for more."""
    return str(count) if count < MAX_COUNT else f"{MAX_COUNT - 1}+"


def count_waiting(pro: Pro, answers: Answers = UNASKED) -> WaitingCounts:
    """Count the people who wait, in one query; those who have waited longest are counted first."""
    size = ITEMS
    items, back, until_old, people = _count_first(pro, size, answers)
    # Whose first item is not among these has only later ones, and is counted after those whose first item is.
    while items == size and people < MAX_COUNT:
        size *= 4
        items, back, until_old, people = _count_first(pro, size, answers)
    back, until_old, people = (min(number, MAX_COUNT) for number in (back, until_old, people))
    return WaitingCounts(back, until_old - back, people - until_old)


def ask_counts(pro: Pro) -> Question[Any]:
    """The question of `count_waiting`."""
    return _query(ITEMS).question(pro, start_of_today())


class _Counts(Subquery):
    """[items, people who came back, those and the ones who wait since before today, all people] among `_first` ones."""

    columns = (
        "COUNT(*)",
        *(
            f"COUNT(DISTINCT contact_id) FILTER (WHERE {among})"
            f" + COUNT(*) FILTER (WHERE contact_id IS NULL AND ({among}))"
            for among in ("is_returned", "is_returned OR is_old", "is_old OR NOT is_old")
        ),
    )
    template = f"(SELECT jsonb_build_array({', '.join(columns)}) FROM (%(subquery)s) AS listed)"  # noqa: S608 no values

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        template = self.template.replace("jsonb_build_array", "json_array")
        return self.as_sql(compiler, connection, template=template)


@lru_cache(maxsize=8)
def _query(size: int) -> Compiled[tuple[list[int]]]:
    """Query of the counts among so many of a Pro's first items, by the Pro and the beginning of today."""

    def rows(pro: Pro, today: datetime) -> QuerySet[Pro, Any]:
        is_old = ExpressionWrapper(Q(since__lt=today), output_field=BooleanField())
        first = WaitingItem.objects.for_pro(pro).listed().longest_first().annotate(is_old=is_old)
        items = first.values("contact_id", "is_returned", "is_old")[:size]
        return Pro.objects.filter(pk=pro.pk).values_list(_Counts(items, output_field=JSONField()))

    return Compiled(rows, keeps_plan=True)


def _count_first(pro: Pro, size: int, answers: Answers) -> list[int]:
    [row] = answers.rows(_query(size).question(pro, start_of_today()))
    return row[0]
