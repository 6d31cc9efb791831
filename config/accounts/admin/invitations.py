"""Admin of invitations: made, sent again and withdrawn by the verbs of the team page, never edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.web.admin import EVERYWHERE

from ..inviting import check_address, invite, send_again, withdraw
from ..models import Invitation
from .asking import PasswordAgainAdmin
from .tenancy import TenantAdmin


class InvitationForm(forms.ModelForm):
    """A new invitation, sent by `invite`."""

    class Meta:
        model = Invitation
        fields = ["pro", "email", "role", "language"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("pro") and data.get("email"):
            try:
                check_address(data["pro"], data["email"])
            except ValidationError as error:
                self.add_error("email", error)
        return data


@admin.register(Invitation)
class InvitationAdmin(PasswordAgainAdmin, TenantAdmin):
    list_display = ["email", "pro", "role", "language", "mails", "mailed_at", "invited_by"]
    list_filter = ["role", "pro"]
    list_select_related = ["pro", "invited_by"]
    search_fields = ["email"]
    search_through = ["pro"]
    ordering = ["-pk"]
    actions = ["send_again"]
    form = InvitationForm
    fields = ["pro", "email", "role", "language", "mails", "mailed_at", "invited_by", "created_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else InvitationForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            staff: Any = request.user
            made = invite(obj.pro, obj.email, role=obj.role, language=obj.language, by=staff)
            obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        withdraw(obj, by=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for invitation in queryset:
            self.delete_model(request, invitation)

    @admin.action(
        permissions=["change"],
        description=_("Send again"),
        description_plural=_("Send the selected invitations again"),
        location=EVERYWHERE,
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        invitations = list(queryset)
        for invitation in invitations:
            send_again(invitation, by=request.user)  # type: ignore[arg-type]
        number = len(invitations)
        text = ngettext("%(n)d invitation is sent again.", "%(n)d invitations are sent again.", number)
        self.message_user(request, text % {"n": number}, messages.SUCCESS)
