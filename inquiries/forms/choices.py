"""Choices that several forms of inquiries offer."""

from collections.abc import Iterable
from typing import Any

from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from config.accounts.models import Pro
from config.web.compiled import Compiled
from config.web.together import UNASKED, Answers

from ..models import FilterOption, Inquiry

# A longer list to choose from is of no use.
MAX_CATEGORIES = 200


def group_options(options: Iterable[FilterOption]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Filter options as choices of a form field, by group."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for option in options:
        groups.setdefault(option.group, []).append((option.pk, option.label))
    return list(groups.items())


def categories_of(pro: Pro, answers: Answers = UNASKED) -> list[str]:
    """The categories of the Pro's inquiries so far."""
    [[categories]] = answers.rows(CATEGORIES.question(pro))
    return categories


class _Distinct(Subquery):
    """JSON array of the first MAX_CATEGORIES different values, by a query of the one after `known.value`.

    Each is looked up in an index; DISTINCT would read all rows.
    """

    template = (
        "(WITH RECURSIVE known(value) AS (SELECT CAST('' AS text)"  # noqa: S608 no values
        " UNION ALL SELECT CAST((%(subquery)s) AS text) FROM known WHERE value IS NOT NULL)"
        " SELECT COALESCE(jsonb_agg(value), '[]')"
        f" FROM (SELECT value FROM known WHERE value <> '' LIMIT {MAX_CATEGORIES}) AS named)"
    )

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template=self.template.replace("jsonb_agg", "json_group_array"))


def _categories(pro: Pro) -> QuerySet[Pro, Any]:
    later = Inquiry.objects.for_pro(pro).filter(category__gt=RawSQL("known.value", []))
    first = later.order_by("category").values("category")[:1]
    return Pro.objects.filter(pk=pro.pk).values_list(_Distinct(first, output_field=JSONField()))


CATEGORIES = Compiled(_categories, keeps_plan=True)
FILTER_OPTIONS = Compiled(lambda: FilterOption.objects.all(), keeps_plan=True)
