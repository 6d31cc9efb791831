"""Admin of signatures, to be read and deleted: users write their own."""

from django.contrib import admin

from config.web.admin import ReadOnlyAdmin

from ..models import Signature
from .tenancy import TenantAdmin


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin, TenantAdmin):
    pro_path = "user__pro"
    list_display = ["user", "language", "text"]
    list_filter = ["language"]
    list_select_related = ["user"]
    search_fields = ["text"]
    search_through = ["user"]
    ordering = ["-pk"]
