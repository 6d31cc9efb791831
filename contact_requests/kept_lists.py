"""The list of contact requests as one whose views are kept, see `contacts.views.kept_list`."""

from collections.abc import Sequence

from django.http import HttpResponse, QueryDict
from django.utils.translation import pgettext_lazy

from config.accounts.http import ProRequest
from contacts.forms import KeptViewForm
from contacts.views.kept_list import Count, KeptList, count_some

from .listing import RequestList
from .models import ContactRequestCount
from .views.requests import KEPT_REQUESTS, show_list


def _read_query(request: ProRequest, query: QueryDict) -> str:
    return RequestList(request.pro, query).query()


def _count(request: ProRequest, queries: Sequence[QueryDict]) -> list[Count]:
    """By the kept counts, or as many rows as a search or a property has."""
    counts = ContactRequestCount.objects.by_status(request.pro)
    lists = [RequestList(request.pro, query) for query in queries]
    return [count_some(each.rows()) if each.search or each.property else (counts[each.status], False) for each in lists]


def _show_requests(request: ProRequest, query: QueryDict, form: KeptViewForm, status: int) -> HttpResponse:
    requests = RequestList(request.pro, QueryDict(RequestList(request.pro, query).query()))
    return show_list(request, requests, requests.context(), form, status)


LISTS = [
    KeptList(
        KEPT_REQUESTS,
        pgettext_lazy("inbox", "Requests"),
        "contact_requests:request_list",
        _read_query,
        _count,
        _show_requests,
    )
]
