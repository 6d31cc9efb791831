"""Admin of pending moves: a list to look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from config.accounts.admin import TenantAdmin
from config.web.admin import ReadOnlyAdmin

from ..models import PendingMove


@admin.register(PendingMove)
class PendingMoveAdmin(ReadOnlyAdmin, TenantAdmin):
    """Moves that were made on a page, and what became of them. Only the workspace makes and undoes them."""

    pro_path = "inquiry__pro"
    list_display = ["inquiry", "from_step", "to_step", "outcome", "by", "state", "created_at", "due_at"]
    list_filter = ["state", "created_at", "inquiry__pro"]
    list_select_related = ["inquiry", "by"]
    search_fields = ["note", "=inquiry__id"]
    ordering = ["-created_at", "-id"]
    fields = ["inquiry", "from_step", "to_step", "outcome", "note", "by", "state", "created_at", "due_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse deletion: a move that waits would silently not be made."""
        return False
