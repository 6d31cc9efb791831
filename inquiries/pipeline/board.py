"""The board of one type: a column for each step of its pipeline, in order, as the database has it for one Pro."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.utils import timezone

from config.accounts.models import Pro
from config.web.paging import from_cursor, row_number, to_cursor

from ..models import Inquiry, InquiryType, PipelineStep
from ..models.queryset import InquiryQuerySet, newest_offers

SHOWN, SHOWN_ALONE = 20, 60
# What is finished makes room: a column at the end shows what came to it in this time.
RECENT = timedelta(days=30)


def kinds(pro: Pro) -> QuerySet[InquiryType]:
    """The types that a Pro has a board of: the active ones, and those that have inquiries of the Pro's."""
    own = Inquiry.objects.for_pro(pro).filter(inquiry_type=OuterRef("pk"))
    return InquiryType.objects.filter(Q(is_active=True) | Exists(own))


@dataclass(frozen=True)
class Column:
    """`count` is how many stand on the step, `cards` those that came to it last, `ways` where they may go.

    `cursor` is where the cards go on, "" where they do not.
    """

    step: PipelineStep
    ways: list[PipelineStep]
    count: int
    cards: list[Inquiry]
    cursor: str = ""

    @property
    def way_keys(self) -> str:
        return " ".join(step.key for step in self.ways)

    @property
    def is_cut(self) -> bool:
        return len(self.cards) < self.count


@dataclass(frozen=True)
class Tab:
    """A type, and how many of its inquiries are not finished."""

    kind: InquiryType
    count: int


class Board:
    """What one Pro sees of one type; `search` and `priority` narrow it, "" does not.

    With the key of a step in `alone` it is that column alone, with all its cards, page by page: `cursor` says where
    the page begins. Raises KeyError for a step that there is not, InvalidCursorError for a cursor that is none.
    """

    def __init__(
        self, pro: Pro, kind: InquiryType, *, search: str = "", priority: str = "", alone: str = "", cursor: str = ""
    ) -> None:
        self.pro, self.kind, self.search, self.priority = pro, kind, search, priority
        self.ways = PipelineStep.objects.ways(kind)
        self.by_key = {step.key: step for step in self.ways}
        self.alone = self.by_key[alone] if alone else None
        self.place = from_cursor(cursor, row_number) if cursor else None

    def rows(self) -> InquiryQuerySet:
        """Every inquiry that the search and the priority leave, of all types."""
        rows = Inquiry.objects.for_pro(self.pro)
        rows = rows.filter(priority=self.priority) if self.priority else rows
        return rows.search(self.search) if self.search else rows

    def columns(self, only: Collection[str] | None = None) -> list[Column]:
        """All that the board shows, in order, or of these those of the steps with the keys `only`.

        One query for the counts, one more for each column that has cards, and one for the offers of all cards.
        """
        shown = [self.alone] if self.alone else list(self.ways)
        steps = [step for step in shown if only is None or step.key in only]
        counts = dict(self.rows().filter(step__in=steps).order_by().values_list("step").annotate(Count("pk")))
        found = [self._column(step, counts.get(step.pk, 0)) for step in steps]
        prefetch_related_objects([card for column in found for card in column.cards], newest_offers())
        return found

    def _column(self, step: PipelineStep, count: int) -> Column:
        if not count:
            return Column(step, self.ways[step], 0, [])
        # Who came last is on top: what was moved just now is never among those that are not shown.
        rows = self.rows().filter(step=step).select_related("contact", "pro").order_by("-moved_at", "-id")
        if not self.alone:
            if step.is_terminal:
                rows = rows.filter(moved_at__gte=timezone.now() - RECENT)
            return Column(step, self.ways[step], count, list(rows[:SHOWN]))
        if self.place:
            rows = rows.filter(TupleLessThan(("moved_at", "id"), self.place))
        cards, more = rows.page(SHOWN_ALONE)
        return Column(step, self.ways[step], count, cards, to_cursor(cards[-1].moved_at, cards[-1].pk) if more else "")

    def tabs(self) -> list[Tab]:
        """Every type that has a board."""
        rows = Inquiry.objects.for_pro(self.pro).order_by()
        rows = rows.filter(status__in=[Inquiry.Status.OPEN, Inquiry.Status.IN_PROGRESS])
        counts = dict(rows.values_list("inquiry_type").annotate(Count("pk")))
        return [Tab(kind, counts.get(kind.pk, 0)) for kind in kinds(self.pro)]
