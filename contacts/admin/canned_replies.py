"""Admin of canned replies, to be read and deleted: they are written in the workspace."""

from django.contrib import admin

from config.accounts.admin import TenantAdmin
from config.web.admin import ReadOnlyAdmin, ReadOnlyInline

from ..models import CannedReply, CannedReplyText


class CannedReplyTextInline(ReadOnlyInline):
    model = CannedReplyText
    fields = ["language", "text"]
    readonly_fields = ["language", "text"]


@admin.register(CannedReply)
class CannedReplyAdmin(ReadOnlyAdmin, TenantAdmin):
    """Canned replies of the offices and of their users."""

    list_display = ["title", "user", "pro", "updated_at", "deleted_at"]
    list_filter = ["pro"]
    list_select_related = ["pro", "user"]
    search_fields = ["title"]
    ordering = ["-pk"]
    inlines = [CannedReplyTextInline]
