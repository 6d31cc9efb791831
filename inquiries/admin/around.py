"""Admin of filter options, the built-in directory, profiles given to Pros, and history that is not shared yet."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.accounts.admin import InstallationAdmin
from config.web.admin import EVERYWHERE, ReadOnlyAdmin

from ..history.sharing import share
from ..models import DirectoryUser, FilterOption, ProfileReading, UnsharedHistory


@admin.register(FilterOption)
class FilterOptionAdmin(InstallationAdmin):
    """Admin of filter options."""

    is_small = True
    list_display = ["label", "group", "is_active", "sort_order"]
    list_filter = ["is_active", "group"]
    search_fields = ["group", "label"]
    ordering = ["group", "sort_order", "id"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Protect options in use: their inquiries would silently lose them."""
        options = FilterOption.objects.filter(pk__in=[option.pk for option in objs])
        protected = [
            ngettext(
                "“%(option)s” is used by %(count)d inquiry and cannot be deleted. Deactivate it instead.",
                "“%(option)s” is used by %(count)d inquiries and cannot be deleted. Deactivate it instead.",
                option.count,
            )
            % {"option": option, "count": option.count}
            for option in options.annotate(count=Count("inquiries")).filter(count__gt=0)
        ]
        return ([], {}, set(), protected) if protected else super().get_deleted_objects(objs, request)


@admin.register(DirectoryUser)
class DirectoryUserAdmin(InstallationAdmin):
    """Admin of the built-in directory. A change applies to inquiries submitted later."""

    list_display = ["userhub_id", "first_name", "last_name", "company", "email", "phone", "language"]
    list_display_links = ["userhub_id", "first_name", "last_name"]
    list_filter = ["language"]
    search_fields = ["=userhub_id", "first_name", "last_name", "company", "email", "phone"]
    ordering = ["userhub_id"]
    fieldsets = [
        (
            _("Person"),
            {
                "fields": [
                    "userhub_id",
                    ("first_name", "last_name"),
                    ("email", "phone", "language"),
                    "street",
                    ("postal_code", "city", "country"),
                ]
            },
        ),
        (
            _("Business"),
            {
                "fields": [
                    ("company", "vat_number"),
                    "business_street",
                    ("business_postal_code", "business_city", "business_country"),
                ]
            },
        ),
        (
            _("Invoice"),
            {"fields": ["invoice_email", "invoice_street", ("invoice_postal_code", "invoice_city", "invoice_country")]},
        ),
    ]


@admin.register(ProfileReading)
class ProfileReadingAdmin(ReadOnlyAdmin, InstallationAdmin):
    """The Pros that were given somebody's profile: when, for which inquiry and by whom, newest first."""

    list_display = ["user_id", "pro", "inquiry_id", "by_name", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["pro"]
    search_fields = ["=user_id", "=inquiry_id"]
    ordering = ["-created_at", "-id"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse deletion: the customer would be new again, and nobody would see who was given whom."""
        return False


@admin.register(UnsharedHistory)
class UnsharedHistoryAdmin(ReadOnlyAdmin, InstallationAdmin):
    """History rows that the shared status package does not have yet, oldest first, with the last error."""

    list_display = ["entry", "inquiry", "age", "created_at", "error"]
    list_filter = ["created_at"]
    list_select_related = ["entry"]
    search_fields = ["error", "=entry__inquiry__id"]
    ordering = ["entry_id"]
    actions = ["try_again"]

    @admin.action(permissions=["change"], description=_("Try again"), location=EVERYWHERE)
    def try_again(self, request: HttpRequest, queryset: QuerySet[UnsharedHistory]) -> None:
        for inquiry_id in set(queryset.values_list("entry__inquiry", flat=True)):
            share.enqueue(inquiry_id)
        self.message_user(request, _("The worker tries again."), messages.SUCCESS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse deletion: the entry would never be shared."""
        return False

    @admin.display(description=_("inquiry"), ordering="entry__inquiry")
    def inquiry(self, waiting: UnsharedHistory) -> int:
        return waiting.entry.inquiry_id

    @admin.display(description=_("age"), ordering="created_at")
    def age(self, waiting: UnsharedHistory) -> str:
        return timesince(waiting.created_at)
