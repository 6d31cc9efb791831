"""The audit in the admin: read and exported, by nobody changed."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind
from config.audit.models import AuditEvent
from config.audit.recording import record_event
from config.web.admin import ReadOnlyAdmin
from config.web.csv_files import csv_lines, csv_response

from ..audit_list import describe_detail
from ..models import User
from .asking import PasswordAgainAdmin
from .tenancy import TenantAdmin

COLUMNS = [
    "created_at",
    "pro_id",
    "kind",
    "by_user_id",
    "by_token_id",
    "about_kind",
    "about_id",
    "detail",
    "request_id",
]


class KindFilter(admin.SimpleListFilter):
    """The kinds of events, whether there are any of them or not."""

    title, parameter_name = _("kind"), "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Kind.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin, PasswordAgainAdmin, TenantAdmin):
    """Events of all Pros, newest first."""

    list_display = ["created_at", "kind_label", "pro", "by", "about_kind", "about_id", "detail_label"]
    list_filter = [KindFilter, "created_at", "pro"]
    list_select_related = ["pro"]
    search_fields = ["=about_id", "=by_user_id", "=request_id"]
    ordering = ["-created_at", "-id"]
    actions = ["export"]
    unsearchable = ("once",)
    exclude = ["once"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        email = User.objects.filter(pk=OuterRef("by_user_id")).values("email")
        return super().get_queryset(request).annotate(by_email=Subquery(email))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("by"))
    def by(self, event: Any) -> str:
        token = f"#{event.by_token_id}" if event.by_token_id else ""
        return event.by_email or (f"#{event.by_user_id}" if event.by_user_id else token)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_label(self, event: AuditEvent) -> Any:
        return event.kind_label

    @admin.display(description=_("detail"), ordering="detail")
    def detail_label(self, event: AuditEvent) -> str:
        return describe_detail(event)

    @admin.action(permissions=["view"], description=_("Export as CSV"))
    def export(self, request: HttpRequest, queryset: QuerySet[Any]) -> StreamingHttpResponse:
        """CSV file of the chosen events."""
        record_event(Kind.EXPORTED, pro=None, by=request.user, detail="audit")  # type: ignore[arg-type]
        cells = ([str(value or "") for value in row] for row in list(queryset.values_list(*COLUMNS)))
        return csv_response(f"audit-{timezone.localdate()}.csv", csv_lines(COLUMNS, cells))
