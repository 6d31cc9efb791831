"""Base classes of the staff admin: a missing row is 404, and a malformed URL is no server error."""

from typing import Any
from urllib.parse import unquote

from django.contrib import admin
from django.contrib.admin import ActionLocation, helpers
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError, NotSupportedError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override

# Offers an action on the list and on the page of one row.
EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
NOTHING_TO_SAVE = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}


def searchable(text: str) -> str:
    """Search text that both databases accept: without NUL, at most ten words and 200 characters."""
    return " ".join(text.replace("\0", "").split()[:10])[:200]


class CarefulAdmin(admin.ModelAdmin):
    """Base of all admin pages. `unsearchable` are fields that the query string of a list may not filter by."""

    list_per_page = 50
    # Checkboxes of a whole page must stay under DATA_UPLOAD_MAX_NUMBER_FIELDS.
    list_max_show_all = 100
    show_full_result_count = False
    unsearchable: tuple[str, ...] = ()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Row of this id, else 404 (Django redirects to the index); 403 without any permission on the model."""
        if not any(self.get_model_perms(request).values()):
            raise PermissionDenied
        try:
            row = super().get_object(request, object_id, from_field)
        except OverflowError:  # A foreign key as primary key, beyond SQLite's integers.
            row = None
        if row is None:
            raise Http404
        return row

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        if "\0" in unquote(request.META.get("QUERY_STRING", "")):
            raise IncorrectLookupParameters
        # The list is queried here, so a filter value that the database cannot compare raises here.
        try:
            return super().get_changelist_instance(request)
        except (DataError, NotSupportedError, OverflowError, ValueError) as error:
            raise IncorrectLookupParameters from error

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # A regular expression can take the database minutes, and an invalid one raises an error there.
        parts = lookup.split("__")
        if parts[0] in self.unsearchable or parts[-1] in ("regex", "iregex"):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, searchable(search_term))

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> HttpResponse | None:
        for selected in request.POST.getlist(helpers.ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.clean(selected, None)
            except ValidationError as error:
                raise BadRequest from error
        return super().response_action(request, queryset, action_location=action_location)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save the changed fields alone: the others may have changed in the database since the form was shown."""
        if not change:
            return super().save_model(request, obj, form, change)
        fields = {name for name in form.changed_data if self.opts.get_field(name).concrete}
        if fields:
            fields |= {field.name for field in self.opts.concrete_fields if getattr(field, "auto_now", False)}
            obj.save(update_fields=fields)

    def log_fields(self, request: HttpRequest, obj: Model, *fields: str) -> None:
        """Add an entry to the row's history for fields that an action changed."""
        # Stored in English; the history page translates it.
        with override(None):
            labels = [str(label_for_field(field, self.model)) for field in fields]
        self.log_change(request, obj, [{"changed": {"fields": labels}}])


class ReadOnlyAdmin(admin.ModelAdmin):
    """Read-only pages: staff change these rows by actions alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.readonly_fields, *(field.name for field in self.opts.concrete_fields)]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save nothing: writing the whole row would undo concurrent changes."""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        return super().render_change_form(request, {**context, **NOTHING_TO_SAVE}, *args, **kwargs)


class ReadOnlyInline(admin.TabularInline):
    """Related rows on the page of a row, readable with the permission for that row."""

    extra = max_num = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
