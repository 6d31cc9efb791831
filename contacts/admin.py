from django.contrib import admin
from django.http import HttpRequest

from config.accounts.admin import TenantAdmin
from config.web.admin import ReadOnlyInline

from .models import Contact, ContactIdentity


class IdentityInline(ReadOnlyInline):
    model = ContactIdentity
    fields = ["channel", "external_id"]


@admin.register(Contact)
class ContactAdmin(TenantAdmin):
    """The Pros' address books. E-mail and phone are by what a contact is recognised, so they are not edited here."""

    list_display = ["name", "email", "phone", "pro", "source", "created_at"]
    list_filter = ["source", "created_at", "pro"]
    list_select_related = ["pro"]
    search_fields = ["name", "email", "phone"]
    ordering = ["-created_at", "-id"]
    fields = ["pro", "name", "email", "phone", "source", "created_at", "updated_at"]
    readonly_fields = ["pro", "email", "phone", "source", "created_at", "updated_at"]
    inlines = [IdentityInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
