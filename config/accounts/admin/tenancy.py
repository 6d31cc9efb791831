"""Rows that staff see in the admin.

Superusers, and staff without a Pro, see all that their permissions allow. Staff who belong to a Pro ("bound") see that
Pro's rows alone, and nothing that belongs to the installation as a whole.
"""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.admin import CarefulAdmin

from ..models import Pro


def bound_pro(request: HttpRequest) -> Pro | None:
    """The only Pro whose rows this member of staff may see; None when all are visible."""
    return None if request.user.is_superuser else getattr(request.user, "pro", None)


class AuditedAdmin(CarefulAdmin):
    """Whatever is written into the history of a row is recorded in the audit too, without its words."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self.record_change(request, obj, "added")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self.record_change(request, obj, "changed")
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self.record_change(request, obj, "deleted")
        return super().log_deletions(request, queryset)

    def record_change(self, request: HttpRequest, obj: Model, detail: str) -> None:
        user: Any = request.user
        record_event(Kind.ADMIN_CHANGED, obj, pro=self.pro_id_of(obj), by=user, detail=detail)

    def pro_id_of(self, obj: Model) -> int | None:
        """The Pro that a row belongs to; None for rows of the installation."""
        return getattr(obj, "pro_id", None)


class TenantAdmin(AuditedAdmin):
    """Rows of Pros. `pro_path` leads from a row to its Pro, such as "contact_request__pro".

    Lists, pages, autocompletes, deletions and histories all use `get_queryset`: a row outside it is 404.
    """

    pro_path = "pro"
    # admin/r/ would redirect any staff to a row's page, of whichever Pro.
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows, pro = super().get_queryset(request), bound_pro(request)
        return rows.filter(**{self.pro_path: pro.pk}) if pro else rows

    def pro_id_of(self, obj: Model) -> int | None:
        for name in self.pro_path.split("__"):
            obj = getattr(obj, name)
        return obj.pk if isinstance(obj, Model) else obj

    def get_list_filter(self, request: HttpRequest) -> Any:
        """The filters; without the one by Pro for bound staff, as it would show the names of all Pros."""
        filters = super().get_list_filter(request)
        if not bound_pro(request):
            return filters
        return [item for item in filters if not (isinstance(item, tuple) and item[0] == self.pro_path)]

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        """The choices of a form: the rows that the same staff see in the list of that model."""
        model = db_field.remote_field.model
        if not self.admin_site.is_registered(model):
            return super().get_field_queryset(db, db_field, request)
        return self.admin_site.get_model_admin(model).get_queryset(request)

    def find_widget(self, db_field: Any, related: Any, request: HttpRequest) -> dict[str, Any]:
        # Bound staff have one Pro to choose from.
        is_pro = db_field.name == "pro" and bound_pro(request)
        return {} if is_pro else super().find_widget(db_field, related, request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Required even where the field may be empty: without a Pro a row would leave its tenant.
        if db_field.name == "pro" and (pro := bound_pro(request)):
            kwargs |= {"required": True, "empty_label": None, "initial": pro.pk}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class InstallationAdmin(AuditedAdmin):
    """Rows of the installation as a whole, hidden from bound staff."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bound_pro(request) is None and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bound_pro(request) is None and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bound_pro(request) is None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bound_pro(request) is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bound_pro(request) is None and super().has_delete_permission(request, obj)
