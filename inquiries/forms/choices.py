"""Choices that several forms of inquiries offer."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

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
    return [category for (category,) in answers.rows(CATEGORIES.question(pro))]


def _categories(pro: Pro) -> QuerySet[Any, Any]:
    rows = Inquiry.objects.for_pro(pro).exclude(category="").order_by("category")
    return rows.values_list("category").distinct()[:MAX_CATEGORIES]


CATEGORIES = Compiled(_categories, keeps_plan=True)
FILTER_OPTIONS = Compiled(lambda: FilterOption.objects.all(), keeps_plan=True)
