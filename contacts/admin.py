from django.contrib import admin
from django.http import HttpRequest

from config.accounts.admin import TenantAdmin
from config.web.admin import ReadOnlyInline

from .models import Contact, ContactIdentity

# Shown to staff and not edited here: who settles them is the pro, or the model itself.
FACTS = [
    "pro",
    "email",
    "phone",
    "status",
    "role",
    "channel_preference",
    "source",
    "referral_source",
    "language",
    "applied_at",
    "created_at",
    "updated_at",
    "deleted_at",
]


class IdentityInline(ReadOnlyInline):
    model = ContactIdentity
    fields = ["channel", "external_id", "released_at"]
    readonly_fields = ["released_at"]


@admin.register(Contact)
class ContactAdmin(TenantAdmin):
    """The Pros' address books. E-mail and phone are by what a contact is recognised, so they are not edited here."""

    list_display = ["name", "email", "phone", "status", "role", "pro", "source", "created_at", "deleted_at"]
    list_filter = ["status", "role", "source", "created_at", ("deleted_at", admin.EmptyFieldListFilter), "pro"]
    list_select_related = ["pro"]
    search_fields = ["name", "email", "phone"]
    ordering = ["-created_at", "-id"]
    fields = ["name", *FACTS]
    readonly_fields = FACTS
    inlines = [IdentityInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
