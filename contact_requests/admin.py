from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.accounts.admin import TenantAdmin
from config.web.admin import EVERYWHERE, ReadOnlyAdmin, ReadOnlyInline, searchable

from . import receiving
from .models import ContactRequest, ContactRequestEvent, InvalidTransition, Property, Reply

READ, REPLIED = ContactRequest.Status.READ, ContactRequest.Status.REPLIED


@admin.register(Property)
class PropertyAdmin(TenantAdmin):
    """What visitors ask about. A property stays with its Pro: its requests are that Pro's."""

    list_display = ["title", "pro", "city", "price", "is_published", "created_at"]
    list_filter = ["is_published", "created_at", "pro"]
    list_select_related = ["pro"]
    search_fields = ["title", "slug", "city"]
    prepopulated_fields = {"slug": ["title"]}
    fields = ["pro", "title", "slug", "summary", "description", "city", "price", "is_published", "page", "created_at"]
    readonly_fields = ["page", "created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.readonly_fields, "pro"] if obj else self.readonly_fields

    @admin.display(description=_("page"))
    def page(self, prop: Property) -> str:
        if not prop.slug:
            return "–"
        return format_html('<a href="{}">{}</a>', prop.get_absolute_url(), prop.get_absolute_url())


class QuarantineFilter(admin.SimpleListFilter):
    title = _("quarantine")
    parameter_name = "quarantine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Received")), ("yes", _("Waiting in quarantine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(quarantined_at__isnull=self.value() == "no")


class ReplyInline(ReadOnlyInline):
    model = Reply
    fields = ["created_at", "author", "body", "sent_at", "error"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("author")


class EventInline(ReadOnlyInline):
    model = ContactRequestEvent
    fields = ["created_at", "before", "after", "user", "token"]
    readonly_fields = ["before", "after"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "token")

    @admin.display(description=_("from"))
    def before(self, event: ContactRequestEvent) -> str:
        return event.from_label

    @admin.display(description=_("to"))
    def after(self, event: ContactRequestEvent) -> str:
        return event.to_label


@admin.register(ContactRequest)
class ContactRequestAdmin(ReadOnlyAdmin, TenantAdmin):
    """What visitors sent, quarantine included. Nothing is edited; the status moves by `mark` and `release` alone."""

    list_display = ["created_at", "name", "email", "property", "pro", "status", "quarantine_reason"]
    list_filter = ["status", QuarantineFilter, "created_at", "pro"]
    list_select_related = ["property", "pro"]
    search_fields = ["search_text"]
    ordering = ["-created_at", "-id"]
    actions = ["mark_read", "mark_replied", "release"]
    inlines = [ReplyInline, EventInline]
    fieldsets = [
        (None, {"fields": ["reference", "pro", "property", "contact"]}),
        (_("What the visitor sent"), {"fields": ["name", "email", "phone", "message", "language"]}),
        (_("Where it stands"), {"fields": ["status", "created_at", "read_at", "replied_at", "updated_at"]}),
        (_("Mails"), {"fields": ["acknowledged_at", "notified_at"]}),
        (_("Quarantine"), {"fields": ["quarantined_at", "quarantine_reason"]}),
    ]
    readonly_fields = ["reference"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The inbox's own search."""
        return queryset.search(searchable(search_term)), False  # type: ignore[attr-defined]

    @admin.display(description=_("reference"))
    def reference(self, found: ContactRequest) -> str:
        return found.reference

    @admin.action(permissions=["change"], description=_("Mark as read"), location=EVERYWHERE)
    def mark_read(self, request: HttpRequest, queryset: QuerySet[ContactRequest]) -> None:
        self._mark(request, queryset, READ)

    @admin.action(permissions=["change"], description=_("Mark as replied"), location=EVERYWHERE)
    def mark_replied(self, request: HttpRequest, queryset: QuerySet[ContactRequest]) -> None:
        self._mark(request, queryset, REPLIED)

    @admin.action(permissions=["change"], description=_("Release from quarantine"), location=EVERYWHERE)
    def release(self, request: HttpRequest, queryset: QuerySet[ContactRequest]) -> None:
        released = [found for found in queryset if receiving.release(found, by=request.user)]  # type: ignore[arg-type]
        for found in released:
            self.log_fields(request, found, "quarantined_at")
        text = ngettext("%(count)d request is released.", "%(count)d requests are released.", len(released))
        self.message_user(request, text % {"count": len(released)}, messages.SUCCESS)

    def _mark(self, request: HttpRequest, queryset: QuerySet[ContactRequest], status: ContactRequest.Status) -> None:
        count = sum(self._mark_one(request, found, status) for found in queryset)
        text = ngettext("%(count)d request changed: %(status)s.", "%(count)d requests changed: %(status)s.", count)
        self.message_user(request, text % {"count": count, "status": status.label}, messages.SUCCESS)

    def _mark_one(self, request: HttpRequest, found: ContactRequest, status: ContactRequest.Status) -> bool:
        """Whether the status changed; a refusal is told by a message of its own."""
        try:
            is_changed = found.mark(status, by=request.user)  # type: ignore[arg-type]
        except InvalidTransition as error:
            if error.present == "quarantine":
                self._refuse(request, found, _now("it waits in quarantine; release it first."))
                return False
            labels = {"present": ContactRequest.Status(error.present).label, "wanted": status.label}
            self._refuse(request, found, _now("“%(present)s” cannot become “%(wanted)s”.") % labels)
            return False
        if is_changed:
            self.log_fields(request, found, "status")
        return is_changed

    def _refuse(self, request: HttpRequest, found: ContactRequest, why: str) -> None:
        self.message_user(request, f"{found.name} ({found.reference}): {why}", messages.ERROR)
