"""Every list of the admin, with a search, and the pages of one row."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import reverse

from config.accounts.models import Pro

from .figure import Figure, in_turns, of_rounds
from .inprocess import Caller, staff
from .setting import Setting
from .tables import TABLES


def figures(setting: Setting) -> Iterator[Figure]:
    caller, times = staff(), 1 if setting.is_small else 2
    for model, options in admin.site._registry.items():
        # A small run leaves out the tables that are small in any case.
        if setting.is_small and model not in (*TABLES, Pro):
            continue
        for name, url in _pages(model, options):
            answer = caller.send("GET", url)
            # Some are for looking at alone.
            if answer.status in (302, 403, 404):
                continue
            yield of_rounds(f"admin, {model._meta.verbose_name}: {name}", _durations(caller, url, times), at_most=100.0)


def _durations(caller: Caller, url: str, times: int) -> list[float]:
    [medians] = in_turns([caller.getting(url)], times)
    return medians


def _pages(model: Any, options: Any) -> Iterator[tuple[str, str]]:
    names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    changelist = reverse(f"{names}_changelist")
    yield "list", changelist
    if options.search_fields:
        yield "search", f"{changelist}?q=salaun"
    yield "adding", reverse(f"{names}_add")
    if (row := model._default_manager.order_by("pk").first()) is not None:
        yield "one row", reverse(f"{names}_change", args=[row.pk])
