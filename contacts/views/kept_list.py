"""Lists whose views are kept, and the views of one that a user has: their own, and those that colleagues share.

An app names its lists in LISTS of a module `kept_lists`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.urls import reverse

from config.accounts.http import ProRequest
from config.web.hooks import hooks

from ..forms import KeptViewForm
from ..models import KeptView

# What has to be searched is counted up to here.
MOST = 1_000

# A number of rows, and True where there are more.
type Count = tuple[int, bool]


class KeptList(NamedTuple):
    """A list with views. `url_name` is that of its page.

    `read_query` gives what the list knows of a query string, `count_rows` the numbers of rows for several, and `show`
    its page for one, with a form that was refused.
    """

    name: str
    title: Any
    url_name: str
    read_query: Callable[[ProRequest, QueryDict], str]
    count_rows: Callable[[ProRequest, Sequence[QueryDict]], list[Count]]
    show: Callable[[ProRequest, QueryDict, KeptViewForm, int], HttpResponse]

    @property
    def keep_url(self) -> str:
        """Address of the views of the list."""
        return reverse("contacts:view_keep", args=[self.name])

    def url_of(self, query: str) -> str:
        """Address of the list for a query string."""
        return f"{reverse(self.url_name)}?{query}".rstrip("?")


class CountedView(NamedTuple):
    """A view with its address and number of rows; `is_more` where there are more than were counted."""

    view: KeptView
    url: str
    is_own: bool
    is_changeable: bool
    total: int | None = None
    is_more: bool = False


def find_kept_list(name: str) -> KeptList | None:
    """The list of this name."""
    lists = (each for module in hooks("kept_lists", "LISTS") for each in module.LISTS)
    return next((each for each in lists if each.name == name), None)


def list_views(request: ProRequest, kept_list: KeptList) -> list[CountedView]:
    """The views of a list that a user has, without their numbers."""
    views = KeptView.objects.for_pro(request.pro).of_list(kept_list.name).shown_to(request.user)
    found = [(view, view.user_id == request.user.pk) for view in views]
    is_owner = request.user.is_owner
    return [CountedView(view, kept_list.url_of(view.query), is_own, is_own or is_owner) for view, is_own in found]


def count_views(request: ProRequest, kept_list: KeptList) -> list[CountedView]:
    """The same with their numbers."""
    views = list_views(request, kept_list)
    counts = kept_list.count_rows(request, [QueryDict(each.view.query) for each in views]) if views else []
    return [each._replace(total=total, is_more=is_more) for each, (total, is_more) in zip(views, counts, strict=True)]


def count_some(rows: QuerySet[Any]) -> Count:
    """Number of rows, up to MOST."""
    found = rows.order_by()[: MOST + 1].count()
    return min(found, MOST), found > MOST


def views_context(request: ProRequest, name: str, form: KeptViewForm | None = None) -> dict[str, Any]:
    """Context of `contacts/_views.html` on the page of a list: its views, and the form of another one."""
    kept_list = find_kept_list(name)
    if kept_list is None:
        raise LookupError(f"no list {name}")
    form = form or KeptViewForm(auto_id="id_kept_%s")
    return {"kept_views": list_views(request, kept_list), "keep_form": form, "keep_url": kept_list.keep_url}
