"""The filters beside the list of inquiries."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import PipelineStep


class YesNoFilter(admin.SimpleListFilter):
    """Filter by presence of a value. `empty` is the look-up of rows without it."""

    empty: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def is_empty(self) -> bool | None:
        """Value of the look-up; None without a choice."""
        return {"yes": True, "no": False}.get(self.value() or "")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_empty = self.is_empty()
        return queryset if is_empty is None else queryset.filter(**{self.empty: is_empty})


class WaitingFilter(YesNoFilter):
    title = _("waiting for profile")
    parameter_name = "waiting"
    empty = "profile_at__isnull"


class CaseFilter(YesNoFilter):
    title = _("linked to a case")
    parameter_name = "case"
    empty = "case_id__isnull"

    def is_empty(self) -> bool | None:
        is_linked = super().is_empty()
        return None if is_linked is None else not is_linked


class StepFilter(admin.SimpleListFilter):
    """Filter by step, once a type is chosen: the steps of all types would fill the page."""

    title = _("step")
    parameter_name = "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        inquiry_type = request.GET.get("inquiry_type__id__exact", "")
        if not (inquiry_type.isdecimal() and len(inquiry_type) < 19):
            return []
        return [
            (str(pk), label)
            for pk, label in PipelineStep.objects.filter(inquiry_type=int(inquiry_type)).values_list("pk", "label")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = [key for key, _label in self.lookup_choices]
        return queryset.filter(step=self.value()) if self.value() in known else queryset
