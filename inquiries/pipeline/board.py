"""The board of one type for one Pro: a column for each step of its pipeline, in order."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.utils import timezone

from config.accounts.models import Pro
from config.web.compiled import Compiled
from config.web.paging import from_cursor, row_number, to_cursor
from config.web.together import together

from ..models import Inquiry, InquiryCount, InquiryType, PendingMove, PipelineStep
from ..models.queryset import InquiryQuerySet, attach_newest_offers
from .pending import show_pending_moves

# Cards of a column on the whole board, and per page of a single column.
CARDS, CARDS_PER_PAGE = 20, 60
# Terminal columns of the whole board show the cards that arrived within this time.
RECENT = timedelta(days=30)
# What a card shows of an inquiry. All columns of 80 cards take 1.7 ms, these 1.1 (medians of 40 rounds, PostgreSQL).
SHOWN = (
    *("pro", "step", "status", "priority", "subject", "budget", "moved_at", "user_id", "person", "business"),
    *("profile_problem", "profile_at", "contact", "contact__name"),
)


def board_types(pro: Pro) -> QuerySet[InquiryType]:
    """The types that have a board: the active ones, and those with inquiries of this Pro."""
    own = Inquiry.objects.for_pro(pro).filter(inquiry_type=OuterRef("pk"))
    return InquiryType.objects.filter(Q(is_active=True) | Exists(own))


BOARD_TYPES = Compiled(board_types, keeps_plan=True)


@dataclass
class Totals:
    """Sums over all inquiries of a step: their `count` and `budget`, and `since` when the oldest stands there."""

    count: int = 0
    budget: Decimal | None = None
    since: datetime | None = None

    def add(self, inquiry: Inquiry, sign: int) -> None:
        """Add an inquiry that a pending move brings, or with the sign -1 take away one that it takes."""
        self.count += sign
        if inquiry.budget is not None:
            self.budget = (self.budget or Decimal()) + sign * inquiry.budget


@dataclass(frozen=True)
class Column:
    """A step with its newest `cards`, the `totals` of all its inquiries, and the steps that they can be moved to.

    `cursor` leads to the next page of cards, "" on the last one.
    """

    step: PipelineStep
    allowed_steps: list[PipelineStep]
    totals: Totals
    cards: list[Inquiry] = field(default_factory=list)
    cursor: str = ""

    @property
    def count(self) -> int:
        return self.totals.count

    @property
    def allowed_keys(self) -> str:
        return " ".join(step.key for step in self.allowed_steps)

    @property
    def is_cut(self) -> bool:
        return len(self.cards) < self.count


@dataclass(frozen=True)
class Tab:
    """A type, and the number of its unfinished inquiries."""

    inquiry_type: InquiryType
    count: int


class Board:
    """The board of one type for one Pro, filtered by `search` and `priority` unless "".

    With the key of a step in `single`, the board is that column alone, with all its cards, page by page from `cursor`.
    Raises KeyError for an unknown step, InvalidCursorError for a malformed cursor.
    """

    def __init__(
        self,
        pro: Pro,
        inquiry_type: InquiryType,
        *,
        search: str = "",
        priority: str = "",
        single: str = "",
        cursor: str = "",
    ) -> None:
        self.pro, self.inquiry_type, self.search, self.priority = pro, inquiry_type, search, priority
        self.allowed_by_step = PipelineStep.objects.allowed_by_step(inquiry_type)
        self.by_key = {step.key: step for step in self.allowed_by_step}
        self.single = self.by_key[single] if single else None
        self.position = from_cursor(cursor, row_number) if cursor else None

    def rows(self) -> InquiryQuerySet:
        """The inquiries that match search and priority, of all types."""
        return _matching(self.pro, self.priority or None, self.search)

    def columns(self, only: Collection[str] | None = None) -> list[Column]:
        """The columns in order, pending moves shown as made; with `only`, those of the steps with these keys.

        One query for the totals and pending moves, one for the cards, and one for their offers.
        """
        shown = [self.single] if self.single else list(self.allowed_by_step)
        steps = [step for step in shown if only is None or step.key in only]
        totals, moved = self._totals_and_moved(steps)
        for card in moved:
            for key, sign in ((card.pending_move.from_step, -1), (card.step.key, 1)):  # type: ignore[union-attr]
                if self.by_key[key] in totals:
                    totals[self.by_key[key]].add(card, sign)
        if self.single:
            columns = [self._page_of(step, totals[step], moved) for step in steps]
        else:
            columns = self._columns(totals, moved)
        attach_newest_offers([card for column in columns for card in column.cards])
        return columns

    def _totals_and_moved(self, steps: list[PipelineStep]) -> tuple[dict[PipelineStep, Totals], list[Inquiry]]:
        """The totals of these steps, and the inquiries that a pending move has taken to another column."""
        pending = _PENDING.question(self.pro, self.inquiry_type)
        if self.search:
            by_step, ids = dict(self._counted_totals(steps)), pending.rows()
        else:
            kept, ids = together(_KEPT.question(self.pro, self.inquiry_type, self.priority or None), pending)
            by_step = {step: _read_totals(*sums) for step, *sums in kept}
        return {step: by_step.get(step.pk, Totals()) for step in steps}, self._pending_cards([id for (id,) in ids])

    def _counted_totals(self, steps: list[PipelineStep]) -> Iterator[tuple[int, Totals]]:
        rows = self.rows().filter(step__in=steps).order_by().values_list("step")
        for pk, *totals in rows.annotate(Count("pk"), Sum("budget"), Min("moved_at")):
            yield pk, Totals(*totals)

    def _pending_cards(self, ids: list[int]) -> list[Inquiry]:
        """The inquiries with these ids whose pending moves stand, the latest first."""
        if not ids:
            return []
        cards = list(self.rows().filter(pk__in=ids).select_related("contact", "pro", "step"))
        show_pending_moves(cards)
        moved = [card for card in cards if card.pending_move]
        return sorted(moved, key=lambda card: card.moved_at, reverse=True)

    def _columns(self, totals: dict[PipelineStep, Totals], moved: list[Inquiry]) -> list[Column]:
        """The columns of the whole board, with the newest cards of each, in one query."""
        cards = self._newest_cards([step for step in totals if totals[step].count], moved)
        # The latest arrivals come first, so that a card moved a moment ago is always among those shown.
        by_step = {step: [card for card in [*moved, *cards] if card.step_id == step.pk][:CARDS] for step in totals}
        return [Column(step, self.allowed_by_step[step], totals[step], by_step[step]) for step in totals]

    def _newest_cards(self, steps: list[PipelineStep], moved: list[Inquiry]) -> list[Inquiry]:
        """At most CARDS newest inquiries of each step, without those that a pending move has taken elsewhere."""
        if not steps:
            return []
        live = [step for step in steps if not step.is_terminal]
        ended = [step for step in steps if step.is_terminal]
        since = timezone.now() - RECENT if ended else None
        chosen = (self.pro, live, ended, since, self.priority or None, [card.pk for card in moved])
        cards = list(_newest_cards(*chosen, self.search)) if self.search else _NEWEST.rows(*chosen)
        for card in cards:
            card.pro = self.pro
        return cards

    def _unmoved(self, moved: list[Inquiry]) -> InquiryQuerySet:
        return self.rows().exclude(pk__in=[card.pk for card in moved])

    def _page_of(self, step: PipelineStep, totals: Totals, moved: list[Inquiry]) -> Column:
        """The single column, with the cards of its page."""
        if not totals.count:
            return Column(step, self.allowed_by_step[step], totals)
        arrived = [card for card in moved if card.step == step and not self.position]
        rows = self._unmoved(moved).filter(step=step).select_related("contact", "pro").order_by("-moved_at", "-id")
        if self.position:
            rows = rows.filter(TupleLessThan(("moved_at", "id"), self.position))
        cards, more = rows.page(CARDS_PER_PAGE)
        cursor = to_cursor(cards[-1].moved_at, cards[-1].pk) if more else ""
        return Column(step, self.allowed_by_step[step], totals, [*arrived, *cards], cursor)

    def tabs(self, types: Iterable[InquiryType]) -> list[Tab]:
        """A tab for each of the types, those that have a board."""
        counts = dict(_UNFINISHED.rows(self.pro))
        return [Tab(inquiry_type, counts.get(inquiry_type.pk, 0)) for inquiry_type in types]


def _matching(pro: Pro, priority: str | None, search: str = "") -> InquiryQuerySet:
    rows = Inquiry.objects.for_pro(pro)
    rows = rows.filter(priority=priority) if priority else rows
    return rows.search(search) if search else rows


def _kept_totals(pro: Pro, inquiry_type: InquiryType, priority: str | None) -> QuerySet[Any, Any]:
    kept = InquiryCount.objects.for_pro(pro).filter(inquiry_type=inquiry_type)
    kept = kept.filter(priority=priority) if priority else kept
    oldest = _matching(pro, priority).filter(step=OuterRef("step")).order_by("moved_at", "id").values("moved_at")[:1]
    return kept.values_list("step").annotate(Sum("n"), Sum("budgeted"), Sum("budget_cents"), since=Subquery(oldest))


def _read_totals(count: int, budgeted: int, cents: int, since: datetime | None) -> Totals:
    return Totals(count, Decimal(cents) / 100 if budgeted else None, since)


def _pending(pro: Pro, inquiry_type: InquiryType) -> QuerySet[Any, Any]:
    waiting = PendingMove.objects.for_pro(pro).waiting().filter(inquiry__inquiry_type=inquiry_type)
    return waiting.values_list("inquiry")


def _newest_cards(
    pro: Pro,
    live: Sequence[PipelineStep],
    ended: Sequence[PipelineStep],
    since: datetime | None,
    priority: str | None,
    moved: Sequence[int],
    search: str = "",
) -> QuerySet[Any, Inquiry]:
    """At most CARDS newest inquiries of each step, but for the ones in `moved`; of the `ended` steps those since."""
    rows = _matching(pro, priority, search).exclude(pk__in=moved)
    columns = [rows.filter(step=step) for step in live]
    columns += [rows.filter(step=step, moved_at__gte=since) for step in ended]
    newest = [column.order_by("-moved_at", "-id").values("pk")[:CARDS] for column in columns]
    # SQLite takes no LIMIT in the parts of a union itself.
    ids = [Inquiry.objects.order_by().filter(pk__in=each).values("pk") for each in newest]
    cards = Inquiry.objects.for_pro(pro).filter(pk__in=ids[0].union(*ids[1:]))
    return cards.select_related("contact").only(*SHOWN).order_by("-moved_at", "-id")


def _unfinished(pro: Pro) -> QuerySet[Any, Any]:
    kept = InquiryCount.objects.for_pro(pro).filter(status__in=[Inquiry.Status.OPEN, Inquiry.Status.IN_PROGRESS])
    return kept.values_list("inquiry_type").annotate(Sum("n"))


_KEPT, _PENDING = Compiled(_kept_totals, keeps_plan=True), Compiled(_pending, keeps_plan=True)
_UNFINISHED = Compiled(_unfinished, keeps_plan=True)
_NEWEST: Compiled[Inquiry] = Compiled(_newest_cards, keeps_plan=True)
