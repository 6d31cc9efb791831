from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Case, Count, Max, Q, QuerySet, When, Window
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.utils import timezone

from config.accounts.models import TenantQuerySet
from config.search.query import read_query
from config.web.compiled import Compiled
from config.web.many import Many

from .offer import Offer

if TYPE_CHECKING:
    from .inquiry import Inquiry


def _newest_offers(ids: Many) -> QuerySet[Offer]:
    newest = Offer.objects.filter(inquiry__among=ids).order_by().values("inquiry").annotate(newest=Max("pk"))
    return Offer.objects.filter(pk__in=newest.values("newest")).defer("text").order_by()


_NEWEST_OFFERS = Compiled(_newest_offers, keeps_plan=True)


def attach_newest_offers(inquiries: Sequence["Inquiry"]) -> None:
    """Set `newest_offer` on each of the inquiries, in one query; None where there is none."""
    by_id = {inquiry.pk: inquiry for inquiry in inquiries}
    offers = _NEWEST_OFFERS.rows(Many(tuple(sorted(by_id)))) if by_id else []
    for inquiry in inquiries:
        inquiry.newest_offer = None
    for offer in offers:
        offer.inquiry = by_id[offer.inquiry_id]
        offer.inquiry.newest_offer = offer


class InquiryQuerySet(TenantQuerySet["Inquiry"]):
    def mark_acknowledgment_returned(self) -> None:
        """Note that the acknowledgment came back, or that the mail server refused it for good."""
        self.update(acknowledgment_returned_at=timezone.now())

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def after(self, created_at: datetime, id: int) -> Self:
        """Rows after the position (created_at, id), even when the row at that position has been deleted."""
        return self.filter(TupleLessThan(("created_at", "id"), (created_at, id)))

    def page(self, size: int) -> tuple[list["Inquiry"], bool]:
        """The first `size` rows, and True if more follow."""
        rows = list(self[: size + 1])
        return rows[:size], len(rows) > size

    def search(self, text: str) -> Self:
        """Rows with every word of `text` in customer, company, e-mail, subject or message; case and accents are
        ignored. A number is a reference, or a part of the customer's phone number.
        """
        query = read_query(text)
        matching = self.model.search_index.matching(query.words_or_number(), self.db)
        is_reference = query.number and len(query.number) < 19
        return self.filter(matching | Q(pk=int(query.number)) if is_reference else matching)

    def open(self) -> Self:
        """Rows with the coarse status open: those on their initial step."""
        return self.filter(status=self.model.Status.OPEN)

    def unassigned(self) -> Self:
        """Rows without a case."""
        return self.filter(case_id=None)

    def counts(self) -> dict[str, int]:
        """Number of rows by coarse status, and in all: {"open": 3, …, "all": 7}."""
        by_status = dict(self.order_by().values_list("status").annotate(Count("pk")))
        return self._counts(by_status)

    def _counts(self, by_status: dict[str, int]) -> dict[str, int]:
        numbers = {status: by_status.get(status, 0) for status in self.model.Status.values}
        return {**numbers, "all": sum(numbers.values())}

    def find(self, status: str, size: int) -> tuple[list[int], dict[str, int]]:
        """Keys of the newest `size` rows with this coarse status ("all" is any), and `counts`, from one query.

        A search asks its index once for both; see `config.search.found`.
        """
        statuses = self.model.Status.values
        numbers = [Window(Count("pk", filter=Q(status=name))) for name in statuses]
        others_last = [] if status == "all" else [Case(When(status=status, then=0), default=1)]
        rows = list(self.order_by(*others_last, "-created_at", "-id").values_list("pk", "status", *numbers)[:size])
        keys = [key for key, row_status, *_numbers in rows if status in ("all", row_status)]
        return keys, self._counts(dict(zip(statuses, rows[0][2:], strict=True)) if rows else {})
