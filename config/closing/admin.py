"""Offices are closed and reopened in the admin, by superusers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.accounts.admin import InstallationAdmin
from config.accounts.models import Pro
from config.accounts.proof import ask_password
from config.web.admin import ReadOnlyAdmin

from .closing import TooLateError, close_pro, reopen_pro
from .models import GRACE, Closing
from .owned import count_rows

PAGE = "admin:closing_closing_office"


class ClosingForm(forms.Form):
    """The name of the office, typed: nobody closes another one by mistake."""

    name = forms.CharField(label=gettext_lazy("Name of the office"), max_length=200)

    def __init__(self, pro: Pro, data: Any = None) -> None:
        super().__init__(data)
        self.pro = pro
        self.fields["name"].help_text = _("Type “%(name)s”.") % {"name": pro.name}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name.casefold() != self.pro.name.strip().casefold():
            raise forms.ValidationError(_("This is not its name."))
        return name


@admin.register(Closing)
class ClosingAdmin(ReadOnlyAdmin, InstallationAdmin):
    """Closed offices, those first that are deleted first. Each leads to the page on which it is reopened."""

    is_small = True
    list_display = ["office", "closed_at", "due_at", "by"]
    list_display_links = None
    list_select_related = ["pro", "by"]
    ordering = ["due_at", "pk"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.office_view)
        return [path("office/<int:id>/", view, name="closing_closing_office"), *super().get_urls()]

    @admin.display(description=gettext_lazy("Pro"), ordering="pro__name")
    def office(self, closing: Closing) -> str:
        return format_html('<a href="{}">{}</a>', reverse(PAGE, args=[closing.pro_id]), closing.pro.name)

    def office_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """Show what an office has and what closing it does; POST does one `action`, "close" or "reopen"."""
        if not request.user.is_superuser:
            raise PermissionDenied
        try:
            pro = get_object_or_404(Pro, pk=id)
        except OverflowError as error:
            raise Http404 from error
        if request.method == "POST":
            return self._act(request, pro)
        return self._show(request, pro, ClosingForm(pro))

    def _act(self, request: HttpRequest, pro: Pro) -> HttpResponse:
        actions = {"close": self._close, "reopen": self._reopen}
        if (action := request.POST.get("action", "")) not in actions:
            raise Http404
        return ask_password(request) or actions[action](request, pro)

    def _close(self, request: HttpRequest, pro: Pro) -> HttpResponse:
        form = ClosingForm(pro, request.POST)
        if not form.is_valid():
            return self._show(request, pro, form, 422)
        staff: Any = request.user
        closing = close_pro(pro, by=staff)
        words = {"name": pro.name, "day": date_format(closing.due_at, "DATE_FORMAT")}
        return self._done(request, pro, _("%(name)s is closed. It will be deleted on %(day)s.") % words)

    def _reopen(self, request: HttpRequest, pro: Pro) -> HttpResponse:
        staff: Any = request.user
        try:
            reopen_pro(pro, by=staff)
        except TooLateError:
            self.message_user(request, _("It is open, or being deleted."), messages.ERROR)
            return redirect(PAGE, pro.pk)
        return self._done(request, pro, _("%(name)s is open again.") % {"name": pro.name})

    def _done(self, request: HttpRequest, pro: Pro, text: str) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        return redirect(PAGE, pro.pk)

    def _show(self, request: HttpRequest, pro: Pro, form: ClosingForm, status: int = 200) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Close this office"),
            "subtitle": str(pro),
            "opts": Pro._meta,
            "original": pro,
            "media": self.media,
            "form": form,
            "closing": Closing.objects.select_related("by").filter(pro=pro).first(),
            "counts": list(count_rows(pro)),
            "days": GRACE.days,
        }
        return TemplateResponse(request, "admin/closing/office.html", context, status=status)
