"""The identity check (CNI): staff approve a Pro's document, or reject it with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from config.files.storage import StorageUnavailableError, delete_file_on_commit
from config.web.admin import ReadOnlyAdmin

from .. import identity_review
from ..http import FETCH_LATER, download_document
from ..models import IdentityDocument
from .tenancy import TenantAdmin, bound_pro

CHANGE = "admin:accounts_identitydocument_change"
PENDING = IdentityDocument.State.PENDING


def remove_files(documents: QuerySet[IdentityDocument]) -> None:
    """After commit, delete the files of documents that this transaction deletes."""
    for document in documents.exclude(state=IdentityDocument.State.REPLACED):
        delete_file_on_commit(document.file.name or "")


class RejectForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=_("The pro reads this, and can send a better document."),
    )


@admin.register(IdentityDocument)
class IdentityDocumentAdmin(ReadOnlyAdmin, TenantAdmin):
    """Identity documents of Pros, pending ones first."""

    list_display = ["filename", "pro", "state", "uploaded_at", "uploaded_by", "reviewed_at", "reviewed_by"]
    list_filter = ["state", "uploaded_at", "pro"]
    list_select_related = ["pro", "uploaded_by", "reviewed_by"]
    search_fields = ["filename"]
    search_through = ["pro"]
    # Only a pending document has no time of a review.
    ordering = [F("reviewed_at").desc(nulls_first=True), "-id"]
    unsearchable = ("file",)
    fieldsets = [
        (None, {"fields": ["pro", "filename", "content_type", "size", "sha256", "uploaded_at", "uploaded_by"]}),
        (_("Review"), {"fields": ["state", "reason", "reviewed_at", "reviewed_by"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        views = {
            "file": self.file_view,
            "approve": require_POST(self.approve_view),
            "reject": require_POST(self.reject_view),
        }
        own = [
            path(f"<int:id>/{name}/", self.admin_site.admin_view(view), name=f"accounts_identitydocument_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Permission to review; not for bound staff, who would lift the gate of their own Pro."""
        return bound_pro(request) is None and super().has_change_permission(request, obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        document = context["original"]
        is_open = document.state == PENDING and self.has_change_permission(request, document)
        context |= {"is_open": is_open, "reject_form": RejectForm()}
        return super().render_change_form(request, context, *args, **kwargs)

    def file_view(self, request: HttpRequest, id: int) -> HttpResponseBase:
        """Download the document."""
        document = self.get_object(request, str(id))
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        try:
            return download_document(document, request)
        except StorageUnavailableError:
            self.message_user(request, FETCH_LATER, messages.ERROR)
            return redirect(CHANGE, document.pk)

    def approve_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """Accept the document."""
        document = self._get_reviewable(request, id)
        try:
            identity_review.approve(document, by=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            return self._refuse_decision(request, document, error)
        return self._confirm_decision(request, document, _("Approved."))

    def reject_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """Refuse the document, for the posted `reason`."""
        document, form = self._get_reviewable(request, id), RejectForm(request.POST)
        try:
            if not form.is_valid():
                raise ValidationError(form.errors["reason"].as_data())
            identity_review.reject(document, form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            return self._refuse_decision(request, document, error)
        return self._confirm_decision(request, document, _("Rejected. The pro sees the reason."))

    def _get_reviewable(self, request: HttpRequest, id: int) -> Any:
        document = self.get_object(request, str(id))
        if not self.has_change_permission(request, document):
            raise PermissionDenied
        return document

    def _refuse_decision(self, request: HttpRequest, document: Any, error: ValidationError) -> HttpResponse:
        self.message_user(request, " ".join(error.messages), messages.ERROR)
        return redirect(CHANGE, document.pk)

    def _confirm_decision(self, request: HttpRequest, document: Any, text: Any) -> HttpResponse:
        self.log_fields(request, document, "state")
        self.message_user(request, text, messages.SUCCESS)
        return redirect(CHANGE, document.pk)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, IdentityDocument.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            remove_files(queryset)
            super().delete_queryset(request, queryset)
