import uuid
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from config.accounts.admin import TenantAdmin
from config.files.storage import StorageUnavailableError
from config.limited import ProcessStoppedError
from config.web.admin import EVERYWHERE, ReadOnlyAdmin, ReadOnlyInline, searchable

from . import receiving
from .deleting import delete_properties
from .marking import mark_contact_request
from .models import (
    ContactRequest,
    ContactRequestEvent,
    InvalidTransitionError,
    Property,
    PropertyNumber,
    PropertyPicture,
)
from .pictures import add_picture
from .properties import REPEATED, repeated_numbers
from .topics import find_answers

READ, REPLIED = ContactRequest.Status.READ, ContactRequest.Status.REPLIED


class NumberFormSet(BaseInlineFormSet):
    """Portal numbers of one property. A form alone does not see the same number in another one."""

    def clean(self) -> None:
        super().clean()
        numbers = [form.cleaned_data.get("number", "") if form not in self.deleted_forms else "" for form in self.forms]
        for place in repeated_numbers(numbers):
            self.forms[place].add_error("number", ValidationError(REPEATED, code="unique"))


class PictureForm(forms.Form):
    """A picture of a property, as staff upload it."""

    file = forms.FileField(label=_("Picture"), widget=forms.FileInput(attrs={"accept": "image/*"}))
    description = forms.CharField(
        label=_("Description"),
        max_length=200,
        required=False,
        help_text=_("For visitors who do not see the picture."),
    )

    def add_to(self, prop: Property) -> bool:
        """Store the picture; False, with the reason on the form, when it cannot be."""
        file, description = self.cleaned_data["file"], self.cleaned_data["description"]
        try:
            add_picture(prop, file.read(), filename=file.name, description=description)
        except ValidationError as error:
            self.add_error("file", error)
        except (StorageUnavailableError, ProcessStoppedError, OSError):
            self.add_error(
                "file", gettext("The file could not be stored at the moment. Please try again in a few minutes.")
            )
        return self.is_valid()


class NumberInline(admin.TabularInline):
    model = PropertyNumber
    formset = NumberFormSet
    fields = ["portal", "number"]
    extra = 0


@admin.register(Property)
class PropertyAdmin(TenantAdmin):
    """Properties. One never changes its Pro, as its contact requests are that Pro's."""

    list_display = ["title", "reference", "pro", "city", "price", "is_published", "created_at"]
    list_filter = ["state", "is_published", "created_at", "pro"]
    list_select_related = ["pro"]
    ordering = ["-created_at", "-id"]
    search_fields = ["title", "slug", "city", "reference"]
    prepopulated_fields = {"slug": ["title"]}
    fields = [
        *("pro", "title", "slug", "reference", "summary", "description", "city", "price", "state", "page"),
        *("is_published", "pictures", "created_at"),
    ]
    inlines = [NumberInline]
    readonly_fields = ["page", "pictures", "created_at"]

    def delete_model(self, request: HttpRequest, obj: Property) -> None:
        delete_properties(Property.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Property]) -> None:
        delete_properties(queryset)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.readonly_fields, "pro"] if obj else self.readonly_fields

    @admin.display(description=_("page"))
    def page(self, prop: Property) -> str:
        if not prop.slug:
            return "–"
        return format_html('<a href="{}">{}</a>', prop.get_absolute_url(), prop.get_absolute_url())

    @admin.display(description=_("pictures"))
    def pictures(self, prop: Property) -> str:
        if prop._state.adding:
            return "–"
        url = reverse("admin:contact_requests_property_pictures", args=[prop.pk])
        count = prop.pictures.count()
        text = ngettext("%(n)d picture", "%(n)d pictures", count) % {"n": count}
        return format_html('<a href="{}">{}</a>', url, text)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.pictures_view)
        return [path("<uuid:id>/pictures/", view, name="contact_requests_property_pictures"), *super().get_urls()]

    def pictures_view(self, request: HttpRequest, id: uuid.UUID) -> HttpResponse:
        """Show the pictures of a property; POST adds one, or deletes the one that `delete` names.

        A page of its own, as files are stored outside of the transaction that the admin's form is.
        """
        prop = get_object_or_404(self.get_queryset(request), pk=id)
        if not self.has_change_permission(request, prop):
            raise PermissionDenied
        form = PictureForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and "delete" in request.POST:
            _delete_picture(prop, request.POST["delete"])
            return redirect(request.path)
        if request.method == "POST" and form.is_valid() and form.add_to(prop):
            return redirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Pictures"),
            "opts": self.opts,
            "original": prop,
            "form": form,
            "media": self.media,
        }
        return render(request, "admin/contact_requests/property/pictures.html", context)


def _delete_picture(prop: Property, id: str) -> None:
    picture = prop.pictures.filter(pk=int(id)).first() if id.isdecimal() and len(id) < 19 else None
    if picture:
        with suppress(PropertyPicture.DoesNotExist):  # Somebody else has deleted it.
            picture.delete_with_file()


class QuarantineFilter(admin.SimpleListFilter):
    title = _("quarantine")
    parameter_name = "quarantine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Received")), ("yes", _("In quarantine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(quarantined_at__isnull=self.value() == "no")


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
    """Contact requests, quarantine included. Read-only but for the status, which `mark` and `release` change."""

    list_display = ["created_at", "name", "email", "property", "pro", "status", "quarantine_reason"]
    list_filter = ["status", QuarantineFilter, "created_at", "pro"]
    list_select_related = ["property", "pro"]
    search_fields = ["search_text"]
    ordering = ["-created_at", "-id"]
    actions = ["mark_read", "mark_replied", "release"]
    inlines = [EventInline]
    fieldsets = [
        (None, {"fields": ["reference", "pro", "property", "contact"]}),
        (_("Visitor's message"), {"fields": ["name", "email", "phone", "message", "language", "source"]}),
        (_("Status"), {"fields": ["status", "created_at", "read_at", "replied_at", "updated_at"]}),
        (_("Answers"), {"fields": ["answers"]}),
        (_("Mails"), {"fields": ["acknowledged_at", "acknowledgment_returned_at", "notified_at"]}),
        (_("Quarantine"), {"fields": ["quarantined_at", "quarantine_reason"]}),
    ]
    readonly_fields = ["reference", "answers"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the inbox does."""
        return queryset.search(searchable(search_term)), False  # type: ignore[attr-defined]

    @admin.display(description=_("reference"))
    def reference(self, contact_request: ContactRequest) -> str:
        return contact_request.reference

    @admin.display(description=_("answers"))
    def answers(self, contact_request: ContactRequest) -> str:
        rows = [
            (f"{row.created_at:%Y-%m-%d %H:%M}", row.author or "–", row.text, row.get_state_display())
            for row in find_answers(contact_request)
        ]
        return format_html_join("", "<p>{} {}: {} ({})</p>", rows) or "–"

    @admin.action(permissions=["change"], description=_("Mark as read"), location=EVERYWHERE)
    def mark_read(self, request: HttpRequest, queryset: QuerySet[ContactRequest]) -> None:
        self._mark_all(request, queryset, READ)

    @admin.action(permissions=["change"], description=_("Mark as replied"), location=EVERYWHERE)
    def mark_replied(self, request: HttpRequest, queryset: QuerySet[ContactRequest]) -> None:
        self._mark_all(request, queryset, REPLIED)

    @admin.action(permissions=["change"], description=_("Release from quarantine"), location=EVERYWHERE)
    def release(self, request: HttpRequest, queryset: QuerySet[ContactRequest]) -> None:
        count = 0
        for contact_request in queryset:
            if receiving.release(contact_request, by=request.user):  # type: ignore[arg-type]
                self.log_fields(request, contact_request, "quarantined_at")
                count += 1
        text = ngettext("%(count)d request is released.", "%(count)d requests are released.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def _mark_all(
        self, request: HttpRequest, queryset: QuerySet[ContactRequest], status: ContactRequest.Status
    ) -> None:
        count = sum(self._mark_one(request, contact_request, status) for contact_request in queryset)
        text = ngettext("%(count)d request changed: %(status)s.", "%(count)d requests changed: %(status)s.", count)
        self.message_user(request, text % {"count": count, "status": status.label}, messages.SUCCESS)

    def _mark_one(self, request: HttpRequest, contact_request: ContactRequest, status: ContactRequest.Status) -> bool:
        """Mark a contact request; returns whether its status changed. A refusal becomes a message."""
        try:
            is_changed = mark_contact_request(contact_request, status, by=request.user)  # type: ignore[arg-type]
        except InvalidTransitionError as error:
            name = f"{contact_request.name} ({contact_request.reference})"
            self.message_user(request, f"{name}: {_explain_refusal(error)}", messages.ERROR)
            return False
        if is_changed:
            self.log_fields(request, contact_request, "status")
        return is_changed


def _explain_refusal(error: InvalidTransitionError) -> str:
    if error.from_status == "quarantine":
        return gettext("it is in quarantine; release it first.")
    labels = dict(ContactRequest.Status.choices)
    names = {"from": labels[error.from_status], "to": labels[error.to_status]}
    return gettext("“%(from)s” cannot become “%(to)s”.") % names
