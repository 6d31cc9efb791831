"""Rows of a list that are chosen by their boxes."""

from django.http import QueryDict


def ticked(values: QueryDict, name: str) -> list[str]:
    """Values of the boxes `name` that were sent; all of the page where the box above them was.

    A script ticks the others when that box is, and takes its mark away when one of them is taken back; `shown` holds
    them all for browsers without scripts.
    """
    texts = values.getlist(name)
    return [*texts, *values.get("shown", "").split(",")] if "page" in values else texts
