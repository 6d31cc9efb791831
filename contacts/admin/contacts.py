"""The address books, as staff see them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from config.accounts.admin import TenantAdmin
from config.web.admin import EVERYWHERE, ReadOnlyInline, searchable

from ..models import Contact, ContactEvent, ContactIdentity, ContactNote

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
    "merged_into",
]


class IdentityInline(ReadOnlyInline):
    model = ContactIdentity
    fields = ["channel", "external_id", "released_at"]
    readonly_fields = ["released_at"]


class NoteInline(ReadOnlyInline):
    model = ContactNote
    fields = ["created_at", "author", "body", "edited_at", "deleted_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("author")


class EventInline(ReadOnlyInline):
    model = ContactEvent
    fields = ["created_at", "kind", "changes", "user", "token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "token")


@admin.register(Contact)
class ContactAdmin(TenantAdmin):
    """The Pros' address books. E-mail and phone are by what a contact is recognised, so they are not edited here.

    Nobody deletes a contact for good: it is archived, and may be restored.
    """

    list_display = ["name", "email", "phone", "status", "role", "pro", "source", "created_at", "deleted_at"]
    list_filter = ["status", "role", "source", "created_at", ("deleted_at", admin.EmptyFieldListFilter), "pro"]
    list_select_related = ["pro"]
    search_fields = ["search_text"]
    ordering = ["-created_at", "-id"]
    actions = ["archive", "restore"]
    fields = ["name", *FACTS]
    inlines = [IdentityInline, NoteInline, EventInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """An archived contact has to be restored before it is edited."""
        return [*FACTS, "name"] if obj and obj.deleted_at else FACTS

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The workspace's own search."""
        return queryset.search(searchable(search_term), by_word=True), False  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the way that the workspace takes, which leaves an event."""
        try:
            Contact.objects.get(pk=obj.pk).change({"name": obj.name}, by=request.user)  # type: ignore[arg-type]
        except Contact.DoesNotExist:
            self.message_user(request, _("The contact was archived meanwhile; nothing was saved."), messages.ERROR)

    @admin.action(permissions=["change"], description=_("Archive"), location=EVERYWHERE)
    def archive(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        done = ngettext_lazy("%(count)d contact is archived.", "%(count)d contacts are archived.", "count")
        self._each(request, queryset, Contact.archive, done)

    @admin.action(permissions=["change"], description=_("Restore"), location=EVERYWHERE)
    def restore(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        done = ngettext_lazy("%(count)d contact is restored.", "%(count)d contacts are restored.", "count")
        self._each(request, queryset, Contact.restore, done)

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Contact], verb: Callable[..., None], done: Promise
    ) -> None:
        """Archive or restore what is chosen; what stands so already is left alone."""
        count = 0
        for contact in queryset:
            try:
                verb(contact, by=request.user)
            except Contact.DoesNotExist:
                continue
            self.log_fields(request, contact, "deleted_at")
            count += 1
        if count:
            self.message_user(request, done % {"count": count}, messages.SUCCESS)
        if left := len(queryset) - count:
            text = ngettext(
                "%(count)d contact was left alone: it stands so already, or was merged (the workspace undoes it).",
                "%(count)d contacts were left alone: they stand so already, or were merged (the workspace undoes it).",
                left,
            )
            self.message_user(request, text % {"count": left}, messages.WARNING)
