"""API tokens: created, shown once, revoked."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.web.admin import EVERYWHERE, NOTHING_TO_SAVE

from ..forms import SCOPE_LABELS
from ..models import ApiToken, User
from .asking import PasswordAgainAdmin
from .tenancy import TenantAdmin, bound_pro


class TokenAddForm(forms.ModelForm):
    """A new token, created by `ApiToken.objects.issue`."""

    scopes = forms.MultipleChoiceField(
        label=_("Rights"),
        choices=SCOPE_LABELS.items(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )

    class Meta:
        model = ApiToken
        fields = ["pro", "name", "scopes", "expires_at", "actor_id"]
        help_texts = {"name": _("Its purpose, such as “Website”."), "expires_at": _("Leave empty for no expiry.")}

    def clean_expires_at(self) -> Any:
        """A future time, early enough to be a valid date in every time zone."""
        expires_at = self.cleaned_data["expires_at"]
        if expires_at and expires_at <= timezone.now():
            raise forms.ValidationError(_("Choose a time in the future."))
        if expires_at and expires_at.year > 9000:
            raise forms.ValidationError(_("This date is too far in the future."))
        return expires_at


class TokenOwnerForm(forms.ModelForm):
    """The owner of a token: it ends with their account."""

    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("belongs to"), help_text=_("The token ends with this person's account.")
    )

    class Meta:
        model = ApiToken
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        people = User.objects.filter(pro=self.instance.pro_id, is_active=True)
        owner.queryset = people.filter(role=User.Role.OWNER).order_by("email")
        owner.initial = self.instance.created_by_id


@admin.register(ApiToken)
class ApiTokenAdmin(PasswordAgainAdmin, TenantAdmin):
    """API tokens, without secret and hash. They are created, handed over and revoked, never edited."""

    list_display = ["name", "pro", "prefix", "scope_list", "state", "expires_at", "last_used_at", "created_by"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "expires_at", "pro"]
    list_select_related = ["pro", "created_by"]
    search_fields = ["name", "prefix"]
    search_through = ["pro"]
    ordering = ["-pk"]
    unsearchable = ("hash",)
    actions = ["revoke"]
    form = TokenAddForm
    fields = [
        "pro",
        "name",
        "prefix",
        "scope_list",
        "state",
        "actor_id",
        "expires_at",
        "last_used_at",
        "revoked_at",
        "created_by",
        "created_at",
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj and self._has_owner_form(request, obj):
            kwargs["form"] = TokenOwnerForm
        return super().get_form(request, obj, change, **kwargs)

    def _has_owner_form(self, request: HttpRequest, token: ApiToken) -> bool:
        return token.revoked_at is None and self.has_change_permission(request, token)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj:
            return [*self.fields, "owner"] if self._has_owner_form(request, obj) else self.fields
        # The acting UserHub user is set by staff who know UserHub, not by bound staff.
        return [name for name in TokenAddForm.Meta.fields if name != "actor_id" or not bound_pro(request)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            if owner := form.cleaned_data.get("owner"):
                obj.hand_over(owner, by=request.user)
            return
        token, secret = ApiToken.objects.issue(
            obj.pro,
            obj.name,
            obj.scopes,
            expires_at=obj.expires_at,
            actor_id=obj.actor_id,
            by=request.user,  # type: ignore[arg-type]
        )
        vars(obj).update(vars(token))
        # On the instance, for this response alone: a message would store the secret until it is read.
        obj.secret = secret

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Show the secret, only now."""
        context = {**self.admin_site.each_context(request), "title": obj.name, "token": obj, "opts": self.opts}
        response = render(request, "admin/accounts/apitoken/issued.html", context)
        add_never_cache_headers(response)
        return response

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if context["original"]:
            context |= NOTHING_TO_SAVE
            context["show_save"] = self._has_owner_form(request, context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(
        permissions=["change"],
        description=_("Revoke this token"),
        description_plural=_("Revoke the selected tokens"),
        location=EVERYWHERE,
    )
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        tokens = list(queryset.filter(revoked_at=None))
        for token in tokens:
            token.revoke(by=request.user)  # type: ignore[arg-type]
            self.log_fields(request, token, "revoked_at")
        text = ngettext("%(count)d token is revoked.", "%(count)d tokens are revoked.", len(tokens))
        self.message_user(request, text % {"count": len(tokens)}, messages.SUCCESS)

    @admin.display(description=_("scopes"))
    def scope_list(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=_("state"))
    def state(self, token: ApiToken) -> Any:
        if token.revoked_at:
            return _("Revoked")
        return _("Expired") if token.is_expired else _("Active")
