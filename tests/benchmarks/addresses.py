"""The addresses of the lists that several parts measure, and of their pages further down."""

from collections.abc import Callable
from dataclasses import dataclass

from config.accounts.models import Pro
from config.web.paging import to_cursor
from contact_requests.models import ContactRequest
from inquiries.models import Inquiry

from .inprocess import Caller, member, program
from .setting import Setting


@dataclass(frozen=True)
class ListAddress:
    """A list: its name, its address, the parameter of its search ("" without one), and that of a page after `rows`."""

    name: str
    url: str
    is_json: bool = False
    search: str = ""
    deep: Callable[[Pro, int], dict[str, object]] | None = None

    def caller(self, setting: Setting, pro: Pro) -> Caller:
        return program(setting.token(pro)) if self.is_json else member(pro)


def _request_cursor(pro: Pro, rows: int) -> dict[str, object]:
    row = ContactRequest.objects.for_pro(pro).newest_first().values_list("created_at", "pk")[rows - 1]
    return {"cursor": to_cursor(*row)}


def _inquiry_cursor(pro: Pro, rows: int) -> dict[str, object]:
    """As far down in the open inquiries, which the page shows, as `rows` is in all."""
    inquiries = Inquiry.objects.for_pro(pro)
    place = inquiries.open().count() * rows // inquiries.count()
    row = inquiries.open().newest_first().values_list("created_at", "pk")[place]
    return {"cursor": to_cursor(*row)}


def _page(size: int) -> Callable[[Pro, int], dict[str, object]]:
    return lambda pro, rows: {"page": rows // size + 1}


LISTS = [
    ListAddress("requests, JSON", "/pro/contact-requests", is_json=True, deep=_request_cursor),
    ListAddress("contacts, JSON", "/api/v1/contacts", is_json=True, search="search", deep=_page(20)),
    ListAddress("inquiries, JSON", "/api/inquiries/list", is_json=True, deep=_page(15)),
    ListAddress("contacts page", "/contacts", search="q", deep=_page(50)),
    ListAddress("requests page", "/inbox/requests", search="q", deep=_request_cursor),
    ListAddress("inquiries page", "/inquiries", search="q", deep=_inquiry_cursor),
    ListAddress("conversations page", "/inbox/all", search="q"),
    ListAddress("inbox page", "/inbox"),
    ListAddress("later page", "/inbox/later"),
    ListAddress("done page", "/inbox/done"),
]
