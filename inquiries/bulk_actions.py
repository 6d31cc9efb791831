"""Inquiries as a list whose rows can be changed many at once, see `contacts.bulk`."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.accounts.http import ProRequest
from config.accounts.models import Pro, User
from contacts.bulk.actions import BulkList, RowAction, Skip, SkippedError
from contacts.bulk.contact_actions import Assign
from contacts.bulk.waiting_actions import NeedNoAnswer
from contacts.models import WaitingItem

from .models import Inquiry, InquiryType
from .pipeline.moves import InvalidTransitionError, close_inquiry
from .views.listing import Listing


class InquiryAction(RowAction):
    """An action that changes the inquiry itself."""

    def hold(self, keys: Collection[Any]) -> None:
        for inquiry_type in InquiryType.objects.filter(inquiries__in=keys).distinct().order_by("pk"):
            inquiry_type.hold_pipeline()
        list(Inquiry.objects.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk").values_list("pk"))


class Prioritise(InquiryAction):
    """Give inquiries another priority."""

    key, label = "priority", _("Priority")

    def choices(self, pro: Pro) -> list[tuple[str, Any]]:
        return list(Inquiry.Priority.choices)

    def skips(self, value: str) -> Mapping[str, Skip]:
        return {"same": Skip(_("Has this value already"), Q(priority=value))}

    def change(self, row: Inquiry, value: str, *, by: User | None) -> dict[str, Any]:
        before = row.priority
        row.classify(priority=value)
        return {"value": before}

    def undo(self, row: Inquiry, value: str, before: dict[str, Any], *, by: User | None) -> None:
        row.classify(priority=before["value"])


class Close(InquiryAction):
    """Close inquiries, from whichever step. Their histories keep it, so there is no way back."""

    key, label, can_be_undone = "close", _("Close as"), False
    note = _("Their histories keep it.")

    def choices(self, pro: Pro) -> list[tuple[str, Any]]:
        return list(Inquiry.Outcome.choices)

    def skips(self, value: str) -> Mapping[str, Skip]:
        return {"closed": Skip(_("Closed already"), Q(step__is_terminal=True))}

    def change(self, row: Inquiry, value: str, *, by: User | None) -> dict[str, Any]:
        try:
            close_inquiry(row, outcome=value, by=by)
        except InvalidTransitionError as error:
            raise SkippedError("closed") from error
        return {}


def _all_rows(pro: Pro) -> QuerySet[Inquiry]:
    return Inquiry.objects.for_pro(pro).filter(erased_at=None).select_related("contact", "inquiry_type", "step")


def _select(request: ProRequest, query: QueryDict) -> QuerySet[Inquiry]:
    return Listing(request, query).chosen_rows()


LISTS = [
    BulkList(
        name="inquiries",
        title=_("Inquiries"),
        url_name="inquiries:inquiry_list",
        checkbox="inquiry",
        model=Inquiry,
        all_rows=_all_rows,
        select=_select,
        actions=(
            Assign(lambda inquiry: inquiry.contact, "contact__"),
            Prioritise(),
            NeedNoAnswer(WaitingItem.Kind.INQUIRY),
            Close(),
        ),
        describe=lambda inquiry: inquiry.subject,
        row_url=Inquiry.get_absolute_url,
    )
]
