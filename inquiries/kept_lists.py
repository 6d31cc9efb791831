"""The list of inquiries as one whose views are kept, see `contacts.views.kept_list`."""

from collections.abc import Sequence

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from config.accounts.http import ProRequest
from contacts.forms import KeptViewForm
from contacts.views.kept_list import Count, KeptList, count_some

from .views.listing import KEPT_INQUIRIES, Listing, show_list


def _read_query(request: ProRequest, query: QueryDict) -> str:
    return Listing(request, query).query()


def _count(request: ProRequest, queries: Sequence[QueryDict]) -> list[Count]:
    """By the kept counts where these tell it, else as many rows as there are."""
    lists = [Listing(request, query) for query in queries]
    return [
        (each.counts()[each.status], False) if each.has_kept_counts else count_some(each.chosen_rows())
        for each in lists
    ]


def _show_inquiries(request: ProRequest, query: QueryDict, form: KeptViewForm, status: int) -> HttpResponse:
    return show_list(request, Listing(request, query), form, status)


LISTS = [KeptList(KEPT_INQUIRIES, _("Inquiries"), "inquiries:inquiry_list", _read_query, _count, _show_inquiries)]
