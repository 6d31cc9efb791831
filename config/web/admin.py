"""Base classes of the staff admin: a missing row is 404, a malformed URL no server error, and no table too large."""

from typing import Any
from urllib.parse import unquote

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation, ShowFacets, helpers
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError, NotSupportedError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from .admin_bounds import (
    SAMPLE,
    BoundedChangeList,
    BoundedMultipleField,
    BoundedPaginator,
    FindSelect,
    NewestFormSet,
    bounded_filter,
    found_keys,
    leads_index,
)
from .many import Many

# Offers an action on the list and on the page of one row.
EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
NOTHING_TO_SAVE = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}


def searchable(text: str) -> str:
    """Search text that both databases accept: without NUL, at most ten words and 200 characters."""
    return " ".join(text.replace("\0", "").split()[:10])[:200]


class CarefulAdmin(admin.ModelAdmin):
    """Base of all admin pages. `unsearchable` are fields that the query string of a list may not filter by.

    `is_small` says that every installation has few of these rows: a list is sorted by any column, and a form offers
    them all. Any other table may have millions, and nothing on a page reads it as a whole.
    """

    is_small = False
    # Foreign keys to rows by which these are found.
    search_through: tuple[str, ...] | list[str] = ()
    paginator = BoundedPaginator
    show_facets = ShowFacets.NEVER
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [bounded_filter(self.model, item) for item in super().get_list_filter(request)]

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """The columns that an index has in order."""
        columns = super().get_sortable_by(request)
        return columns if self.is_small else [name for name in columns if leads_index(self.model, name)]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Field of a related row, which is looked for, unless there are few to choose from."""
        if "widget" not in kwargs and (related := self.admin_site._registry.get(db_field.remote_field.model)):
            kwargs |= self.find_widget(db_field, related, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def find_widget(self, db_field: Any, related: Any, request: HttpRequest) -> dict[str, Any]:
        """The widget by which a related row is found; for staff who may not see those rows, a field for its id."""
        if related.is_small:
            return {}
        if related.has_view_permission(request):
            return {"widget": FindSelect(db_field, self.admin_site)}
        return {"widget": ForeignKeyRawIdWidget(db_field.remote_field, self.admin_site)}

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", BoundedMultipleField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        # Django's own refusal writes what was sent to the log.
        if not super().to_field_allowed(request, to_field):
            raise BadRequest
        return True

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # A regular expression can take the database minutes, and an invalid one raises an error there.
        parts = lookup.split("__")
        if parts[0] in self.unsearchable or parts[-1] in ("regex", "iregex"):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search, or with `search_through` take the rows of those related ones that their own list finds.

        A search over both at once could use the index of neither.
        """
        term = searchable(search_term)
        for name in self.search_through if term else ():
            field: Any = self.opts.get_field(name)
            related = self.admin_site.get_model_admin(field.remote_field.model)
            rows = related.get_queryset(request).order_by(*related.get_ordering(request))
            keys = found_keys(related.get_search_results(request, rows, term)[0])[:SAMPLE]
            if found := tuple(key for key, _number in keys):
                return queryset.filter(**{f"{name}__among": Many(found)}), False
        return super().get_search_results(request, queryset, term)

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> HttpResponse | None:
        if request.POST.get("select_across") == "1" and self.get_changelist_instance(request).paginator.has_more:
            text = _("These are too many rows at once. Filter the list, or choose single rows.")
            self.message_user(request, text, messages.ERROR)
            return None
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

    formset = NewestFormSet
    template = "admin/newest_rows.html"
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
