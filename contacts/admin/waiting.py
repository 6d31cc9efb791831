"""Admin of who waits: a list to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.accounts.admin import TenantAdmin
from config.web.admin import ReadOnlyAdmin

from ..models import WaitingItem


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("later", _("Later")), ("done", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WaitingItem]) -> QuerySet[WaitingItem]:
        states: dict[str, dict[str, Any]] = {
            "waiting": {"ended_at": None, "later_until": None},
            "later": {"ended_at": None, "later_until__isnull": False},
            "done": {"ended_at__isnull": False},
        }
        return queryset.filter(**states.get(self.value() or "", {}))


@admin.register(WaitingItem)
class WaitingItemAdmin(ReadOnlyAdmin, TenantAdmin):
    """People who wait, and how it ended. Only the Pro reads their words and ends it."""

    list_display = ["contact", "kind", "channel", "pro", "since", "later_until", "outcome", "ended_at"]
    list_filter = [StateFilter, "kind", "outcome", "since", "pro"]
    list_select_related = ["contact", "pro"]
    search_fields = ["key__exact"]
    search_through = ["contact"]
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": ["pro", "contact", "kind", "key", "channel", "about", "words", "since"]}),
        (_("Later"), {"fields": ["later_until", "later_words", "later_by", "is_returned"]}),
        (_("Ended"), {"fields": ["ended_at", "outcome", "ended_by", "ended_by_token", "answer"]}),
    ]
