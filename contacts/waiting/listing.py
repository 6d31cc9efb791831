"""Lists of the people who wait, were put off, or are done: a page takes a fixed number of queries at any size."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from config.accounts.models import Pro
from config.web.compiled import Compiled, Question
from config.web.many import Many
from config.web.paging import from_cursor, row_number, to_cursor
from config.web.together import UNASKED, Answers

from ..models import Contact, WaitingItem
from ..models.waiting import WaitingItemQuerySet, Whose
from .counting import start_of_today
from .offer_answers import OfferAnswer, read_offer_answers

# People of a page.
SIZE = 25
NEWEST_FIRST = ("-since", "-id")


@dataclass(frozen=True)
class ListedPerson:
    """A contact, or an item without one, with what waits of them.

    `item` decides their place in the list, `newest` holds their last words, `count` is the number of their items.
    """

    item: WaitingItem
    newest: WaitingItem
    count: int = 1
    answer: OfferAnswer | None = None

    @property
    def contact(self) -> Contact | None:
        return self.item.contact

    @property
    def words(self) -> str:
        """The last words: what came back with its reminder shows that, an answered offer its answer."""
        return self.answer.text if self.answer else self.newest.words

    @property
    def group(self) -> str:
        """Key of the heading above them, see GROUPS."""
        if self.item.is_returned:
            return "back"
        return "old" if self.item.since < start_of_today() else "today"


class ListPage[Row](NamedTuple):
    """Rows of a page, and the cursor of the next one; "" on the last page."""

    rows: list[Row]
    next_cursor: str


def group_label(group: str) -> str:
    """Heading of a group of the list of who waits, in the reader's language."""
    labels = {
        "back": pgettext("waiting", "Back again"),
        "old": _("Since yesterday or longer"),
        "today": pgettext("waiting", "Today"),
    }
    return labels[group]


def list_waiting(
    pro: Pro,
    cursor: str = "",
    *,
    search: str = "",
    size: int = SIZE,
    whose: Whose = (),
    answers: Answers = UNASKED,
) -> ListPage[ListedPerson]:
    """People who wait: those that came back first, then the ones who have waited longest.

    Raises InvalidCursorError.
    """
    if search:
        place = from_waiting_cursor(cursor) if cursor else ()
        rows = list(_waiting_rows(pro, *place, search=search, whose=whose)[: size + 1])
    else:
        rows = answers.rows(ask_waiting(pro, cursor, size=size, whose=whose))
    page, has_more = rows[:size], len(rows) > size
    return ListPage(_persons(page), waiting_cursor(page[-1]) if has_more else "")


def ask_waiting(pro: Pro, cursor: str = "", *, size: int = SIZE, whose: Whose = ()) -> Question[Any]:
    """The question of `list_waiting` without a search. Raises InvalidCursorError."""
    place = from_waiting_cursor(cursor) if cursor else ()
    question = _WAITING_OF.question(pro, *whose, *place) if whose else _WAITING.question(pro, *place)
    return question.part(size + 1)


def _waiting_rows(pro: Pro, *place: Any, search: str = "", whose: Whose = ()) -> WaitingItemQuerySet:
    """The rows of `list_waiting` after a place: (is_returned, since, id)."""
    listed = WaitingItem.objects.for_pro(pro).first_of_each_person().of(whose).longest_first()
    rows = _with_newest(_searched(listed, pro, search), WaitingItem.objects.listed()).select_related("contact")
    return rows.after(*place) if place else rows


_WAITING = Compiled(_waiting_rows, keeps_plan=True)
_WAITING_OF = Compiled(lambda pro, id, *place: _waiting_rows(pro, *place, whose=(id,)), keeps_plan=True)


def list_later(pro: Pro, cursor: str = "", *, search: str = "", size: int = SIZE) -> ListPage[ListedPerson]:
    """People who were put off, the next to come back first. Raises InvalidCursorError."""
    put_off = WaitingItem.objects.for_pro(pro).next_of_each_person().order_by("later_until", "id")
    rows = _with_newest(_searched(put_off, pro, search), WaitingItem.objects.later())
    if cursor:
        rows = rows.filter(TupleGreaterThan(("later_until", "id"), from_cursor(cursor, row_number)))
    page, has_more = _page(rows.select_related("contact"), size)
    at = page[-1].later_until if has_more else None
    return ListPage(_persons(page), to_cursor(at, page[-1].pk) if at else "")


def list_done(pro: Pro, cursor: str = "", *, search: str = "", size: int = SIZE) -> ListPage[WaitingItem]:
    """Items that ended, each with its contact and who ended it, the last one first. Raises InvalidCursorError."""
    ended = WaitingItem.objects.for_pro(pro).filter(ended_at__isnull=False).order_by("-ended_at", "-id")
    # These ended by themselves.
    rows = _searched(ended, pro, search).exclude(outcome=WaitingItem.Outcome.WROTE_AGAIN)
    if cursor:
        rows = rows.filter(TupleLessThan(("ended_at", "id"), from_cursor(cursor, row_number)))
    page, has_more = _page(rows.select_related("contact", "ended_by", "ended_by_token"), size)
    at = page[-1].ended_at if has_more else None
    return ListPage(page, to_cursor(at, page[-1].pk) if at else "")


def find_newest(pro: Pro, contacts: Iterable[UUID]) -> dict[UUID, int]:
    """Id of the newest listed item of each of these contacts who waits."""
    newest = WaitingItem.objects.listed().filter(contact=OuterRef("pk")).order_by(*NEWEST_FIRST).values("pk")[:1]
    rows = Contact.objects.for_pro(pro).filter(pk__in=contacts).annotate(newest_id=Subquery(newest))
    return dict(rows.filter(newest_id__isnull=False).values_list("pk", "newest_id"))


def ask_last_items(contacts: Iterable[Contact]) -> Question[WaitingItem]:
    """The question for the newest of what each of these contacts sent, ended or not; reminders are ours."""
    return _LAST_ITEMS.question([contact.pk for contact in contacts])


def _last_items(ids: list[UUID]) -> WaitingItemQuerySet:
    sent = WaitingItem.objects.filter(contact=OuterRef("pk")).exclude(kind=WaitingItem.Kind.REMINDER)
    newest = Subquery(sent.order_by(*NEWEST_FIRST).values("pk")[:1])
    contacts = Contact.objects.filter(pk__in=ids).annotate(newest=newest)
    return WaitingItem.objects.filter(pk__in=contacts.values("newest"))


_LAST_ITEMS = Compiled(_last_items)


def waiting_cursor(item: WaitingItem) -> str:
    """Position of an item in the list of who waits."""
    return to_cursor(item.since, f"{item.pk}{'r' if item.is_returned else ''}")


def from_waiting_cursor(cursor: str) -> tuple[bool, datetime, int]:
    """(is_returned, since, id) of a position. Raises InvalidCursorError."""

    def read_id(text: str) -> tuple[bool, int]:
        return text.endswith("r"), row_number(text.removesuffix("r"))

    since, (is_returned, id) = from_cursor(cursor, read_id)
    return is_returned, since, id


def _searched(rows: WaitingItemQuerySet, pro: Pro, search: str) -> WaitingItemQuerySet:
    """Those of contacts with every word of the text, and those whose own words hold it."""
    if not search:
        return rows
    contacts = Contact.objects.for_pro(pro).search(search, by_word=True)
    return rows.filter(Q(contact__in=contacts) | Q(about__icontains=search) | Q(words__icontains=search))


def _with_newest(rows: WaitingItemQuerySet, among: WaitingItemQuerySet) -> WaitingItemQuerySet:
    """Set `newest_id` and `number` on each row: the newest item of the same contact among these, and how many."""
    of_contact = among.filter(contact=OuterRef("contact"))
    newest = of_contact.order_by(*NEWEST_FIRST).values("pk")[:1]
    number = of_contact.order_by().values("contact").annotate(number=Count("pk")).values("number")
    return rows.annotate(newest_id=Coalesce(Subquery(newest), "pk"), number=Coalesce(Subquery(number), 1))


_BY_IDS = Compiled(lambda ids: WaitingItem.objects.filter(pk__among=ids), keeps_plan=True)


def _persons(page: Sequence[Any]) -> list[ListedPerson]:
    """People of a page of items that are read `_with_newest`."""
    own = {item.pk: item for item in page}
    missing = [item.newest_id for item in page if item.newest_id not in own]
    known = own | {item.pk: item for item in (_BY_IDS.rows(Many((*missing,))) if missing else ())}
    newest = [known.get(item.newest_id, item) for item in page]
    answers = read_offer_answers(newest)
    pairs = zip(page, newest, strict=True)
    return [ListedPerson(item, last, item.number, answers.get(last.pk)) for item, last in pairs]


def _page(rows: Any, size: int) -> tuple[list[Any], bool]:
    page = list(rows[: size + 1])
    return page[:size], len(page) > size
