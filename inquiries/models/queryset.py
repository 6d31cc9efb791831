from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Prefetch, Q
from django.db.models.fields.tuple_lookups import TupleLessThan

from config.accounts.models import TenantQuerySet
from config.web.text import digits, fold

from .offer import Offer

if TYPE_CHECKING:
    from .inquiry import Inquiry


def newest_offers() -> Prefetch:
    """What `Inquiry.newest_offer` is read from."""
    return Prefetch("offers", Offer.objects.order_by("-id").defer("text")[:1], to_attr="newest_offers")


class InquiryQuerySet(TenantQuerySet["Inquiry"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def after(self, created_at: datetime, id: int) -> Self:
        """The rows that follow the place (created_at, id), whether or not a row still stands there."""
        return self.filter(TupleLessThan(("created_at", "id"), (created_at, id)))

    def with_newest_offer(self) -> Self:
        """Each with its `newest_offer`, in one query for all; the Pro says what day it is where the offer ends."""
        return self.select_related("pro").prefetch_related(newest_offers())

    def page(self, size: int) -> tuple[list["Inquiry"], bool]:
        """The first `size` rows, and whether more follow."""
        rows = list(self[: size + 1])
        return rows[:size], len(rows) > size

    def search(self, text: str) -> Self:
        """Rows with every word of `text` in customer, company, e-mail, subject or message; case and accents are
        ignored. A number is a reference, or a part of the customer's phone number.
        """
        folded, found = fold(text), self
        if "\0" in folded:
            return self.none()  # No database could tell.
        if not any(c.isalpha() for c in folded) and (number := digits(folded).lstrip("0")):
            alike = Q(search_text__contains=number) | Q(search_text__contains=folded)
            return self.filter(alike | Q(pk=int(number)) if len(number) < 19 else alike)
        for word in folded.split()[:10]:
            found = found.filter(search_text__contains=word)
        return found

    def open(self) -> Self:
        """Those with the coarse status open: nobody has taken them further than the initial step."""
        return self.filter(status=self.model.Status.OPEN)

    def unassigned(self) -> Self:
        """Those that belong to no case."""
        return self.filter(case_id=None)

    def counts(self) -> dict[str, int]:
        """How many have each coarse status, and how many there are: {"open", …, "all"}."""
        by_status = dict(self.order_by().values_list("status").annotate(Count("pk")))
        return {
            **{status: by_status.get(status, 0) for status in self.model.Status.values},
            "all": sum(by_status.values()),
        }
