"""Bounds of the staff admin's lists and pages: what is read of a table does not grow with it."""

from typing import Any

from django.contrib.admin.filters import AllValuesFieldListFilter, RelatedFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import CharField, Count, Field, Model, QuerySet, Window
from django.forms import BaseInlineFormSet, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.functional import cached_property

# A list counts and leaves through as many rows; a filter or a search leads to the others.
MOST_ROWS = 10_000
# Choices of a filter, and rows below a row's page.
MOST_CHOICES = 30
MOST_INLINE_ROWS = 100
# The newest rows are read for the values of a column that filters by them.
SAMPLE = 1_000


class BoundedPaginator(Paginator):
    """Pages of the first MOST_ROWS rows. The count is exact up to them, and then `has_more` is true."""

    @cached_property
    def counted(self) -> int:
        """The number of rows; MOST_ROWS + 1 for any more."""
        return self.object_list.order_by().values("pk")[: MOST_ROWS + 1].count()  # type: ignore[attr-defined]

    @property
    def has_more(self) -> bool:
        return self.counted > MOST_ROWS

    @cached_property
    def count(self) -> int:
        return min(self.counted, MOST_ROWS)


def found_keys(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """The keys of rows that a search finds, each with the number of all: all are found by its index, and then sorted.

    Asked for the first rows in their order, a database may look through all rows for the few that match: their number
    has it find all first.
    """
    return rows.values_list("pk", Window(Count("*")))


def leads_index(model: type[Model], name: Any) -> bool:
    """Tell if an index or a unique constraint over all rows begins with this field."""
    field: Any = next((field for field in model._meta.concrete_fields if field.name == name), None)
    if field is None or field.is_relation:  # Rows are sorted by the text of a related row.
        return False
    named = [index.fields[0].lstrip("-") for index in model._meta.indexes if index.fields and not index.condition]
    return field.primary_key or field.unique or field.db_index or name in named


class BoundedMultipleField(ModelMultipleChoiceField):
    """A choice of several rows, in which an id beyond the integers of SQLite is none of them."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid_list"], code="invalid_list") from error


class BoundedChangeList(ChangeList):
    """A list that is sorted by the columns of `get_sortable_by` alone, also when the address asks for another one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # They are part of each row's address already.
        self.kept_filters, self.preserved_filters = self.preserved_filters, ""

    def url_for_result(self, result: Any) -> str:
        """Address of a row, with the list's filters. Django would resolve each address to find where they belong."""
        url = super().url_for_result(result)
        return f"{url}?{self.kept_filters}" if self.kept_filters else url

    def get_ordering_field(self, field_name: Any) -> Any:
        if self.sortable_by is not None and field_name not in self.sortable_by:
            return None
        return super().get_ordering_field(field_name)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.paginator.has_more:
            # The search form leaves out its count, which would be too small.
            self.full_result_count = self.result_count
        elif self.query:
            self.result_list = self._sorted_rows(request)

    def _sorted_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the page, of those that were searched for.

        The keys come alone, as other tables have to be read for 50 rows only.
        """
        keys = found_keys(self.queryset)
        if self.multi_page and not (self.show_all and self.can_show_all):
            start = (self.page_num - 1) * self.list_per_page
            keys = keys[start : start + self.list_per_page]
        ordering = self.get_ordering(request, self.queryset)
        rows = self.root_queryset.filter(pk__in=[key for key, _number in keys]).order_by(*ordering)
        return rows if rows.query.select_related else self.apply_select_related(rows)


class FindFilter(RelatedFieldListFilter):
    """Filter by a related row: at most MOST_CHOICES of them are offered, and a field finds the others.

    They are found as in the list of that model. `kept` are the parameters that its form sends along.
    """

    template = "admin/find_filter.html"

    def __init__(self, field: Any, request: HttpRequest, params: Any, *args: Any, **kwargs: Any) -> None:
        self.find_kwarg = f"find_{kwargs['field_path']}"
        self.typed = (params.get(self.find_kwarg) or [""])[-1]
        super().__init__(field, request, params, *args, **kwargs)
        self.used_parameters.pop(self.find_kwarg, None)

    def expected_parameters(self) -> list[str | None]:
        return [*super().expected_parameters(), self.find_kwarg]

    def has_output(self) -> bool:
        return bool(self.typed) or super().has_output()

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """The chosen row and the first ones that are found."""
        related = model_admin.admin_site.get_model_admin(field.remote_field.model)
        rows = related.get_queryset(request).order_by(*related.get_ordering(request))
        found = related.get_search_results(request, rows, self.typed)[0] if self.typed else rows
        offered = list(found[: MOST_CHOICES + 1])
        self.is_cut = len(offered) > MOST_CHOICES
        del offered[MOST_CHOICES:]
        chosen = (self.lookup_val or [""])[-1]
        if chosen.isdecimal() and len(chosen) < 19 and all(str(row.pk) != chosen for row in offered):
            offered = [*rows.filter(pk=int(chosen)), *offered]
        return [(row.pk, str(row)) for row in offered]

    def choices(self, changelist: Any) -> Any:
        names = changelist.filter_params.keys() - {self.find_kwarg}
        self.kept = [(name, value) for name in sorted(names) for value in changelist.filter_params[name]]
        return super().choices(changelist)


class FindSelect(AutocompleteSelect):
    """Field that finds a related row as its own list does. A text that is no key chooses nothing."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if self._is_key(each)], attrs)

    def _is_key(self, text: Any) -> bool:
        try:
            self.field.target_field.clean(text, None)
        except ValidationError:
            return False
        return True


class RecentValuesFilter(AllValuesFieldListFilter):
    """Filter by the values that the newest SAMPLE rows have in a column."""

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: type[Model], model_admin: Any, field_path: str
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        rows = model_admin.get_queryset(request).order_by(*model_admin.get_ordering(request))
        values = set(rows.values_list(field_path, flat=True)[:SAMPLE])
        if self.lookup_val:
            values.add(self.lookup_val[-1])
        self.lookup_choices = sorted(values, key=lambda value: (value is not None, str(value)))  # type: ignore[assignment]


def bounded_filter(model: type[Model], item: Any) -> Any:
    """The item of `list_filter` with a filter of bounded choices, where Django's would offer every row or value."""
    if not isinstance(item, str):
        return item
    field: Field[Any, Any] = get_fields_from_path(model, item)[-1]
    if field.is_relation:
        return item, FindFilter
    return (item, RecentValuesFilter) if _has_free_values(field) else item


def _has_free_values(field: Any) -> bool:
    return isinstance(field, CharField) and not field.choices


class NewestFormSet(BaseInlineFormSet):
    """The newest MOST_INLINE_ROWS rows of an inline, in its order. `is_cut` tells that there are more."""

    is_cut = False

    def get_queryset(self) -> Any:
        if not hasattr(self, "_newest"):
            newest = list(super().get_queryset().reverse()[: MOST_INLINE_ROWS + 1])
            self.is_cut = len(newest) > MOST_INLINE_ROWS
            self._newest = newest[:MOST_INLINE_ROWS][::-1]
        return self._newest
