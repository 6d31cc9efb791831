"""Choices that several forms of inquiries offer."""

from collections.abc import Iterable

from config.accounts.models import Pro

from ..models import FilterOption, Inquiry

# A longer list to choose from is of no use.
MAX_CATEGORIES = 200


def group_options(options: Iterable[FilterOption]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Filter options as choices of a form field, by group."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for option in options:
        groups.setdefault(option.group, []).append((option.pk, option.label))
    return list(groups.items())


def categories_of(pro: Pro) -> list[str]:
    """The categories of the Pro's inquiries so far."""
    rows = Inquiry.objects.for_pro(pro).exclude(category="").order_by("category")
    return list(rows.values_list("category", flat=True).distinct()[:MAX_CATEGORIES])
