"""Admin of contacts."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from config.accounts.admin import TenantAdmin
from config.audit.recording import record_view
from config.web.admin import EVERYWHERE, ReadOnlyInline, searchable

from ..models import Contact, ContactEvent, ContactIdentity, ContactNote
from .privacy import PersonPrivacyAdmin

# Fields that staff cannot edit: they are set by the Pro or the model.
READONLY_FIELDS = [
    "pro",
    "email",
    "phone",
    "status",
    "role",
    "channel_preference",
    "source",
    "referral_source",
    "language",
    "external_id",
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
class ContactAdmin(PersonPrivacyAdmin, TenantAdmin):
    """Contacts of all Pros. Only the name can be edited: a contact is recognised by its e-mail and phone.

    Contacts are archived and restored, never deleted for good.
    """

    list_display = ["name", "email", "phone", "status", "role", "pro", "source", "created_at", "deleted_at"]
    list_filter = ["status", "role", "source", "created_at", ("deleted_at", admin.EmptyFieldListFilter), "pro"]
    list_select_related = ["pro"]
    search_fields = ["search_text"]
    ordering = ["-created_at", "-id"]
    actions = ["archive", "restore"]
    fields = ["name", *READONLY_FIELDS]
    inlines = [IdentityInline, NoteInline, EventInline]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        record_view(context["original"], by=request.user)  # type: ignore[arg-type]
        return super().render_change_form(request, context, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All fields of an archived contact: it has to be restored before it is edited."""
        return [*READONLY_FIELDS, "name"] if obj and obj.deleted_at else READONLY_FIELDS

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the workspace does."""
        return queryset.search(searchable(search_term), by_word=True), False  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save as the workspace does, which records an event."""
        try:
            Contact.objects.get(pk=obj.pk).change({"name": obj.name}, by=request.user)  # type: ignore[arg-type]
        except Contact.DoesNotExist:
            self.message_user(request, _("The contact was archived meanwhile; nothing was saved."), messages.ERROR)

    @admin.action(permissions=["change"], description=_("Archive"), location=EVERYWHERE)
    def archive(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        done = ngettext_lazy("%(count)d contact is archived.", "%(count)d contacts are archived.", "count")
        self._archive_or_restore(request, queryset, Contact.archive, done)

    @admin.action(permissions=["change"], description=_("Restore"), location=EVERYWHERE)
    def restore(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        done = ngettext_lazy("%(count)d contact is restored.", "%(count)d contacts are restored.", "count")
        self._archive_or_restore(request, queryset, Contact.restore, done)

    def _archive_or_restore(
        self, request: HttpRequest, queryset: QuerySet[Contact], change: Callable[..., None], message: Promise
    ) -> None:
        """Change the selected contacts, skip those in that state, and report both counts."""
        count = 0
        for contact in queryset:
            try:
                change(contact, by=request.user)
            except Contact.DoesNotExist:
                continue
            self.log_fields(request, contact, "deleted_at")
            count += 1
        if count:
            self.message_user(request, message % {"count": count}, messages.SUCCESS)
        if skipped := len(queryset) - count:
            text = ngettext(
                "%(count)d contact was skipped: already in this state, or merged (undone in the workspace).",
                "%(count)d contacts were skipped: already in this state, or merged (undone in the workspace).",
                skipped,
            )
            self.message_user(request, text % {"count": skipped}, messages.WARNING)
