"""Contact requests as a list whose rows can be changed many at once, see `contacts.bulk`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.http import ProRequest
from config.accounts.models import Pro, User
from contacts.bulk.actions import BulkList, RowAction, Skip, SkippedError
from contacts.bulk.contact_actions import Assign
from contacts.bulk.waiting_actions import NeedNoAnswer, ended, hold_items, items_of, reopen
from contacts.models import BulkRow, WaitingItem

from .desk import thread_url
from .listing import RequestList
from .marking import mark_contact_request, take_back_mark
from .models import ContactRequest, InvalidTransitionError
from .receiving import release, set_aside

Status, KIND = ContactRequest.Status, WaitingItem.Kind.REQUEST
IS_ASIDE = Q(quarantined_at__isnull=False)
TIMES = ("read_at", "replied_at")


class RequestAction(RowAction):
    """An action that changes the contact request itself."""

    def hold(self, keys: Collection[Any]) -> None:
        rows = ContactRequest.objects.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
        list(rows.values_list("pk"))
        hold_items(KIND, keys)


class Mark(RequestAction):
    """Mark contact requests as read, or as replied to another way, which ends their waiting."""

    key, label = "status", _("Status")

    def choices(self, pro: Pro) -> list[tuple[str, Any]]:
        return [(str(status), status.label) for status in (Status.READ, Status.REPLIED)]

    def skips(self, value: str) -> Mapping[str, Skip]:
        same = Q(status=value) if value == Status.REPLIED else Q(status__in=(Status.READ, Status.REPLIED))
        return {
            "aside": Skip(_("Set aside"), IS_ASIDE),
            "same": Skip(_("Has this status already, or a later one"), same),
        }

    def change(self, row: ContactRequest, value: str, *, by: User | None) -> dict[str, Any]:
        before = {"status": row.status, "times": {name: _to_text(getattr(row, name)) for name in TIMES}}
        try:
            if not mark_contact_request(row, value, by=by):
                raise SkippedError("same")
        except InvalidTransitionError as error:
            raise SkippedError("same") from error
        items = items_of(KIND, row).filter(outcome=WaitingItem.Outcome.ANOTHER_WAY, ended_at__gte=row.updated_at)
        return {**before, **ended(list(items))}

    def undo(self, row: ContactRequest, value: str, before: dict[str, Any], *, by: User | None) -> None:
        times = {name: datetime.fromisoformat(text) if text else None for name, text in before["times"].items()}
        take_back_mark(row, before["status"], times, by=by)
        reopen(items_of(KIND, row), before)


class SetAside(RequestAction):
    """Put contact requests into quarantine as spam."""

    key, label = "set-aside", _("Set aside as spam")

    def skips(self, value: str) -> Mapping[str, Skip]:
        return {"aside": Skip(_("Set aside already"), IS_ASIDE)}

    def change(self, row: ContactRequest, value: str, *, by: User | None) -> dict[str, Any]:
        if by is None or not set_aside(row, by=by):
            raise SkippedError("aside")
        return {}

    def undo(self, row: ContactRequest, value: str, before: dict[str, Any], *, by: User | None) -> None:
        if not release(row, by=by):
            raise SkippedError(BulkRow.TOUCHED)


def _to_text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _all_rows(pro: Pro) -> QuerySet[ContactRequest]:
    """In the list, or set aside from it; what looked like spam from the start was never there."""
    either = Q(quarantined_at=None) | Q(quarantine_reason=ContactRequest.Quarantine.MARKED)
    return ContactRequest.objects.filter(either, pro=pro).select_related("contact", "property")


def _select(request: ProRequest, query: QueryDict) -> QuerySet[ContactRequest]:
    return RequestList(request.pro, query).rows()


LISTS = [
    BulkList(
        name="requests",
        title=pgettext_lazy("inbox", "Requests"),
        url_name="contact_requests:request_list",
        checkbox="request",
        model=ContactRequest,
        all_rows=_all_rows,
        select=_select,
        actions=(
            Assign(lambda contact_request: contact_request.contact, "contact__"),
            Mark(),
            NeedNoAnswer(KIND),
            SetAside(),
        ),
        describe=lambda contact_request: contact_request.name,
        row_url=thread_url,
    )
]
