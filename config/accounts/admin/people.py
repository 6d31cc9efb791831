"""Pros and the people who sign in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.admin import EVERYWHERE
from config.web.hooks import hooks

from ..leaving import change_role, end_access, take_out
from ..mails import tell_of_new_address, tell_of_new_business_address, tell_of_new_password
from ..models import Pro, User
from ..owners import keep_owner
from ..proof import ask_password
from ..second_factor import reset_second_factor
from ..sessions import end_sessions
from .asking import PasswordAgainAdmin
from .tenancy import TenantAdmin, bound_pro


@admin.register(Pro)
class ProAdmin(PasswordAgainAdmin, TenantAdmin):
    """The tenants. Bound staff edit the card of their Pro, but neither its plan nor its identity check."""

    pro_path = "pk"
    # Several are not deleted at once: an office is closed.
    actions = None
    list_display = ["name", "email", "country", "plan", "cni_required", "cni_verified_at", "created_at"]
    list_filter = ["plan", "cni_required", "country"]
    search_fields = ["name", "email"]
    ordering = ["name", "pk"]
    fieldsets = [
        (None, {"fields": ["name", "email", "phone"]}),
        (_("Place and language"), {"fields": ["country", "language", "time_zone"]}),
        (_("Account"), {"fields": ["plan", "cni_required", "cni_verified_at", "created_at"]}),
    ]
    readonly_fields = ["cni_verified_at", "created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.readonly_fields, "plan", "cni_required"] if bound_pro(request) else self.readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bound_pro(request) is None and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The page on which an office is closed, and deleted later."""
        pro = self.get_object(request, object_id)
        if not self.has_delete_permission(request, pro):
            raise PermissionDenied
        return redirect("admin:closing_closing_office", pro.pk)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            tell_of_new_business_address(obj, former=form.initial["email"], by=request.user)  # type: ignore[arg-type]


class OwnerKeptForm(forms.ModelForm):
    """A user of the admin: no Pro is left without an owner. The page is one transaction, which holds the lock."""

    def _post_clean(self) -> None:
        # The instance has its new values after this.
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                keep_owner([self.instance])
            except ValidationError as error:
                self.add_error("role" if "role" in self.fields else None, error)


class UserForm(OwnerKeptForm, UserChangeForm):
    """A user, changed."""

    class Meta(UserChangeForm.Meta):
        model = User


class UserAddForm(OwnerKeptForm, AdminUserCreationForm):
    """A new user, identified by e-mail."""

    class Meta:
        model = User
        fields = ["email", "name", "pro", "role", "language"]

    def save(self, commit: bool = True) -> Any:
        self.instance.has_first_password = True
        return super().save(commit)


class PasswordForm(AdminPasswordChangeForm):
    """A password that staff set; its owner is told, and it ends after a week."""

    def save(self, commit: bool = True) -> Any:
        self.user.has_first_password = True
        user = super().save(commit)
        end_sessions(user, by=None)
        tell_of_new_password(user)
        return user


@admin.register(User)
class UserAdmin(PasswordAgainAdmin, TenantAdmin, auth_admin.UserAdmin):
    """Users. Only superusers grant rights and change other staff: who sets a password or e-mail owns the account."""

    form = UserForm
    add_form = UserAddForm
    change_password_form = PasswordForm
    list_display = ["email", "name", "pro", "role", "is_active", "is_staff", "last_login"]
    list_filter = ["role", "is_active", "is_staff", "pro"]
    list_select_related = ["pro"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    actions = ["sign_out", "reset_factor"]
    readonly_fields = ["second_factor_at", "last_login", "created_at"]
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "pro", "role", "language", "userhub_id")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "second_factor_at")}),
        (_("Times"), {"fields": ("last_login", "created_at")}),
    )
    rights = (_("Rights"), {"fields": ("is_superuser", "groups", "user_permissions")})
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "name", "pro", "role", "language", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        return (*self.fieldsets, self.rights) if request.user.is_superuser else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if request.user.is_superuser:
            return self.readonly_fields
        fixed = ["pro", "userhub_id"] if obj and (bound_pro(request) or obj.is_staff) else []
        # Staff would enter any Pro's workspace by their own row, and make themselves its owner.
        return [*self.readonly_fields, "is_staff", *fixed, *(["role"] if obj and obj.is_staff else [])]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        staff: Any = request.user
        is_closed = change and "is_active" in form.changed_data and not obj.is_active and "pro" not in form.changed_data
        is_taken_out = is_closed and obj.pro_id is not None and obj != staff
        # `take_out` closes the account.
        obj.is_active = obj.is_active or is_taken_out
        super().save_model(request, obj, form, change)
        if not change:
            return
        if "email" in form.changed_data:
            tell_of_new_address(obj, former=form.initial["email"], by=request.user)  # type: ignore[arg-type]
        if is_taken_out:
            self._tell_of_ended_tokens(request, take_out(obj, by=staff))
        elif "pro" in form.changed_data or is_closed:
            self._tell_of_ended_tokens(request, end_access([obj], by=staff))
        elif "role" in form.changed_data:
            self._tell_of_ended_tokens(request, change_role(obj, obj.role, by=staff))

    def _tell_of_ended_tokens(self, request: HttpRequest, number: int) -> None:
        if number:
            text = ngettext("%(n)d API token has ended with it.", "%(n)d API tokens have ended with it.", number)
            self.message_user(request, text % {"n": number}, messages.WARNING)

    def record_change(self, request: HttpRequest, obj: Any, detail: str) -> None:
        """A password that staff set is recorded as that alone."""
        match, staff = request.resolver_match, request.user
        if match and match.url_name == "auth_user_password_change":
            record_event(Kind.PASSWORD_CHANGED, obj, pro=obj.pro_id, by=staff, detail="staff")  # type: ignore[arg-type]
        else:
            super().record_change(request, obj, detail)

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Asked before it is typed, as a new password is carried by no page.
        return ask_password(request) or super().user_change_password(request, *args, **kwargs)

    @admin.action(
        permissions=["change"],
        description=_("Sign out everywhere"),
        description_plural=_("Sign the selected users out everywhere"),
        location=EVERYWHERE,
    )
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        staff: Any = request.user
        users = [user for user in queryset if _is_manageable(request, user) or user == staff]
        number = sum(end_sessions(user, by=staff) for user in users)
        text = ngettext("%(n)d session has ended.", "%(n)d sessions have ended.", number)
        self.message_user(request, text % {"n": number}, messages.SUCCESS)

    @admin.action(
        permissions=["change"],
        description=_("Reset the second factor"),
        description_plural=_("Reset the second factor of the selected users"),
        location=EVERYWHERE,
    )
    def reset_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For those who have lost it: they sign in by password alone, and are told."""
        staff: Any = request.user
        number = sum(reset_second_factor(user, by=staff) for user in queryset if _is_manageable(request, user))
        text = ngettext("%(n)d second factor was reset.", "%(n)d second factors were reset.", number)
        self.message_user(request, text % {"n": number}, messages.SUCCESS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (_is_manageable(request, obj) or obj == request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_manageable(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count what goes with the users, as if it had gone: files of drafts protect their rows from a cascade."""
        with transaction.atomic():
            counts = _delete_rows_of([user.pk for user in objs])
            to_delete, model_count, perms_needed, protected = super().get_deleted_objects(objs, request)
            transaction.set_rollback(True)
        return to_delete, {**model_count, **counts}, perms_needed, [*protected, *_owners_needed(objs)]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, User.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            ids = list(queryset.values_list("pk", flat=True))
            if needed := _owners_needed(User.objects.filter(pk__in=ids)):
                raise PermissionDenied(needed)
            _delete_rows_of(ids)
            super().delete_queryset(request, User.objects.filter(pk__in=ids))


def _owners_needed(users: Iterable[User]) -> list[Any]:
    """The reason why these users cannot all be deleted, if any."""
    try:
        with transaction.atomic():
            keep_owner(leaving=list(users))
    except ValidationError as error:
        return list(error.messages)
    return []


def _delete_rows_of(ids: list[int]) -> dict[str, int]:
    """Delete the rows that go with these users; returns {name in plural: number}.

    An app has them deleted in a module `users`, by `delete_rows_of_users(users)`, which returns these numbers.
    """
    # Nothing refers to them anew meanwhile.
    users = list(User.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    end_access(users)
    counts: dict[str, int] = {}
    for module in hooks("users", "delete_rows_of_users"):
        counts |= module.delete_rows_of_users(users)
    return counts


def _is_manageable(request: HttpRequest, user: User | None) -> bool:
    return user is None or bool(request.user.is_superuser) or not (user.is_staff or user.is_superuser)
