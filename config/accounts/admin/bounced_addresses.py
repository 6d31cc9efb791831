"""Admin of addresses to which mails do not get, to be read and deleted: a deleted one is sent mails again."""

from django.contrib import admin

from config.web.admin import ReadOnlyAdmin

from ..models import BouncedAddress
from .tenancy import TenantAdmin


@admin.register(BouncedAddress)
class BouncedAddressAdmin(ReadOnlyAdmin, TenantAdmin):
    list_display = ["address", "pro", "reason", "mail", "since"]
    list_filter = ["reason", "mail"]
    list_select_related = ["pro"]
    search_fields = ["address"]
    ordering = ["-pk"]
