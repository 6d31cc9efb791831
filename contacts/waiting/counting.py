"""How many people wait, by the headings that they stand below."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, JSONField, Q, QuerySet, Subquery
from django.utils import timezone

from config.accounts.models import Pro
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers

from ..models import WaitingItem
from ..models.waiting import Whose

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


def count_waiting(pro: Pro, answers: Answers = UNASKED, *, whose: Whose = ()) -> WaitingCounts:
    """Count the people who wait, in one query; those who have waited longest are counted first."""
    today = start_of_today()
    back, until_old, people = _count_people(lambda size: _query(size).question(pro, today, *whose), answers)
    return WaitingCounts(back, until_old - back, people - until_old)


def ask_counts(pro: Pro, whose: Whose = ()) -> Question[Any]:
    """The question of `count_waiting`."""
    return _query(ITEMS).question(pro, start_of_today(), *whose)


def count_later(pro: Pro, answers: Answers = UNASKED) -> int:
    """Count the people who were put off, in one query; at most MAX_COUNT."""
    [people] = _count_people(lambda size: _query_later(size).question(pro), answers)
    return people


def ask_later(pro: Pro) -> Question[Any]:
    """The question of `count_later`."""
    return _query_later(ITEMS).question(pro)


class _Counts(Subquery):
    """[items, people with one that is such, …] among items, by the conditions of `such`.

    Grouped by contact first: counting distinct ones would sort the items for each of the numbers.
    """

    def __init__(self, items: QuerySet[WaitingItem, Any], *such: str) -> None:
        super().__init__(items, output_field=JSONField())
        counts = "".join(f", COUNT(*) FILTER (WHERE {condition}) AS n{at}" for at, condition in enumerate(such))
        people = [
            f"SUM(CASE WHEN contact_id IS NULL THEN n{at} WHEN n{at} > 0 THEN 1 ELSE 0 END)" for at in range(len(such))
        ]
        columns = ", ".join(f"COALESCE({number}, 0)" for number in ["SUM(n)", *people])
        self.template = (
            f"(SELECT jsonb_build_array({columns}) FROM (SELECT contact_id, COUNT(*) AS n{counts}"  # noqa: S608 no values
            " FROM (%(subquery)s) AS listed GROUP BY contact_id) AS people)"
        )

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        template = self.template.replace("jsonb_build_array", "json_array")
        return self.as_sql(compiler, connection, template=template)


@lru_cache(maxsize=8)
def _query(size: int) -> Compiled[tuple[list[int]]]:
    """Query of [items, people who came back, those and the ones who wait since before today, all people] among so many
    of a Pro's first items, by the Pro, the beginning of today, and whose they are."""

    def rows(pro: Pro, today: datetime, *whose: int | None) -> QuerySet[Pro, Any]:
        is_old = ExpressionWrapper(Q(since__lt=today), output_field=BooleanField())
        own = WaitingItem.objects.for_pro(pro).listed().of(whose)  # type: ignore[arg-type]  # none or one
        first = own.longest_first().annotate(is_old=is_old)
        items = first.values("contact_id", "is_returned", "is_old")[:size]
        counts = _Counts(items, "is_returned", "is_returned OR is_old", "true")
        return Pro.objects.filter(pk=pro.pk).values_list(counts)

    return Compiled(rows, keeps_plan=True)


@lru_cache(maxsize=8)
def _query_later(size: int) -> Compiled[tuple[list[int]]]:
    """Query of [items, people] among so many of a Pro's items that were put off."""

    def rows(pro: Pro) -> QuerySet[Pro, Any]:
        items = WaitingItem.objects.for_pro(pro).later().order_by("later_until", "id").values("contact_id")[:size]
        return Pro.objects.filter(pk=pro.pk).values_list(_Counts(items, "true"))

    return Compiled(rows, keeps_plan=True)


def _count_people(ask: Callable[[int], Question[Any]], answers: Answers) -> list[int]:
    """Numbers of people, each at most MAX_COUNT, the last one of all; `ask` is the question for so many first items."""
    size = ITEMS
    [[[items, *people]]] = answers.rows(ask(size))
    # Whose first item is not among these has only later ones, and is counted after those whose first item is.
    while items == size and people[-1] < MAX_COUNT:
        size *= 4
        [[[items, *people]]] = answers.rows(ask(size))
    return [min(number, MAX_COUNT) for number in people]
