"""A list of the desk as a query string asks for it, and what its page shows."""

from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.http import ProRequest
from config.accounts.inbox import Beside, Tab, ask_tabs, counted_tabs, find_tab
from config.accounts.models import Pro, User
from config.web.compiled import Question
from config.web.paging import InvalidCursorError, to_cursor
from config.web.together import Answers

from ..assigning.colleagues import COLLEAGUES, list_colleagues
from ..hours.schedules import ask_hours
from ..models.waiting import Whose
from ..waiting.counting import WaitingCounts, ask_counts, count_waiting
from ..waiting.listing import ask_waiting, group_label
from ..waiting.sentence import ask_offers, describe_waiting
from .desk_lists import LISTS, shown_to

PAGE = "waiting/desk.html"
NAMES = {
    "list": pgettext_lazy("inbox", "Waiting"),
    "later": pgettext_lazy("inbox", "Later"),
    "done": pgettext_lazy("inbox", "Done"),
    "all": pgettext_lazy("inbox", "All conversations"),
    "drafts": pgettext_lazy("inbox", "Drafts"),
}
EMPTY = {
    "list": _("Nobody is waiting."),
    "mine": _("None of yours is waiting."),
    "nobody": _("Nobody waits who is not somebody’s."),
    "later": _("Nobody is put off to a later time."),
    "done": _("Nothing is done yet."),
    "all": _("Nobody has written yet. Requests, inquiries and messages appear here."),
    "drafts": _("No drafts. What you type is kept here until you send it."),
}


class Origin(NamedTuple):
    """List of another app that a person was opened from: its name, and the address of the person's row in it.

    `row` is the id of that row, `tab` the list.
    """

    name: str | Promise
    url: str
    row: str
    tab: Tab


class DeskList:
    """A list of the desk as the query string asks for it: `view` names the list, `q` is searched for in it.

    `from` is the address of the row in a list of another app, which the person was opened from.
    """

    def __init__(self, request: ProRequest, view: str = "") -> None:
        self.pro = request.pro
        self.from_url = request.GET.get("from", "")[:1000]
        self.view = view or request.GET.get("view", "")
        self.view = self.view if self.view in LISTS else "list"
        self.search = request.GET.get("q", "").replace("\0", "").strip()[:200]
        self.cursor = request.GET.get("cursor", "")
        self.name, self.empty = NAMES[self.view], EMPTY[self.view]
        # Whose people the list of who waits shows.
        self.whose = shown_to(request.user) if self.view == "list" else ()
        if self.whose:
            self.name, self.empty = User.Shown(request.user.waiting_shown).label, EMPTY[request.user.waiting_shown]
        self.url = reverse(f"waiting:{self.view}")

    def query(self, **changes: str) -> str:
        """Query string of the list, "" for the plain list of who waits."""
        parameters = {"q": self.search, **changes}
        given = {name: value for name, value in parameters.items() if value}
        return f"?{urlencode(given)}" if given else ""

    @property
    def back_query(self) -> str:
        """Query string of the page of this list that is shown."""
        return self.query(cursor=self.cursor)

    @cached_property
    def origin(self) -> Origin | None:
        """List of another app that the person was opened from; None for any other address."""
        url, _hash, row = self.from_url.partition("#")
        path = url.partition("?")[0]
        tab = find_tab(path) if path else None
        return Origin(tab.name, self.from_url, row, tab) if tab else None

    def leave_row(self) -> None:
        """Go on to a person who was not opened from a row of the list of another app."""
        self.from_url = self.from_url.partition("#")[0]
        self.__dict__.pop("origin", None)

    def show_beside(self) -> Beside | None:
        """The list of another app that the person was opened from, as it stands beside them."""
        if self.origin is None or self.origin.tab.beside is None:
            return None
        query = self.origin.url.partition("#")[0].partition("?")[2]
        with suppress(InvalidCursorError):
            return self.origin.tab.beside(self.pro, QueryDict(query))
        return None

    @property
    def title(self) -> str | Promise:
        """Name of the list that stands beside the thread."""
        return self.origin.name if self.origin else self.name

    @property
    def back_url(self) -> str:
        """Address of the page of the list that the person was opened from."""
        return self.origin.url if self.origin else f"{self.url}{self.back_query}"

    @property
    def person_query(self) -> str:
        """Query string of the person who is shown, with the list that they were opened from."""
        view = "" if self.view == "list" else self.view
        origin = self.origin.url if self.origin else ""
        return self.query(**{"view": view, "cursor": self.cursor, "from": origin})

    @property
    def row_query(self) -> str:
        """Query string of a row's person, who is shown beside this page of this list."""
        return self.query(view="" if self.view == "list" else self.view, cursor=self.cursor)


def _questions(pro: Pro, cursor: str, whose: Whose) -> list[Question[Any]]:
    """All that the list of who waits asks; the sentence stands above its first page. Raises InvalidCursorError."""
    offers = [] if cursor or whose else [ask_offers(pro)]
    return [
        ask_waiting(pro, cursor, whose=whose),
        ask_counts(pro, whose),
        COLLEAGUES.question(pro),
        ask_hours(pro),
        *offers,
    ]


def _is_folded(request: ProRequest) -> bool:
    """True when the sentence above the list was folded today."""
    return bool(request.session.get("digest_read") == timezone.localdate().isoformat())


def _shown_choices(user: User, pro: Pro, answers: Answers) -> list[tuple[str, str, bool]]:
    """[(value, label, chosen)] of whose people the list may show; none in an office of one."""
    if len(list_colleagues(pro, answers)) < 2 and not shown_to(user):
        return []
    return [(value, str(label), value == user.waiting_shown) for value, label in User.Shown.choices]


def _count_all(pro: Pro, desk: DeskList, counts: WaitingCounts | None, answers: Answers | None) -> int | None:
    """How many people wait in all, if it is known: as the list shows, or as its menu does."""
    if counts and not desk.whose:
        return counts.all
    return count_waiting(pro, answers).all if answers else None


def list_context(request: ProRequest, desk: DeskList, *, has_menu: bool = True) -> dict[str, Any]:
    """Context of one page of a list; with the menu of lists unless the list is shown alone."""
    is_waiting = desk.view == "list" and not desk.search
    answers, menu = Answers(), ask_tabs(request.pro) if has_menu else []
    try:
        answers.ask(*menu, *(_questions(request.pro, desk.cursor, desk.whose) if is_waiting else ()))
        rows, next_cursor = LISTS[desk.view](request.pro, request.user, desk.search, desk.cursor, answers)
    except InvalidCursorError as error:
        raise Http404 from error
    counts = count_waiting(request.pro, answers, whose=desk.whose) if is_waiting else None
    groups = counts._asdict() if counts else {}
    is_described = counts and not desk.whose and not desk.cursor and not _is_folded(request)
    return {
        "desk": desk,
        "rows": rows,
        "next_query": desk.query(cursor=next_cursor) if next_cursor else "",
        "people_waiting": _count_all(request.pro, desk, counts, answers if has_menu else None),
        "people_shown": counts.all if counts and desk.whose else None,
        "shown_choices": _shown_choices(request.user, request.pro, answers) if desk.view == "list" else [],
        "groups": {key: {"label": group_label(key), "people": people} for key, people in groups.items()},
        "digest": describe_waiting(request.pro, counts, answers) if counts and is_described else "",
        "menu_lists": counted_tabs(request.pro, answers) if has_menu else None,
        "newest": to_cursor(timezone.now(), 0),
    }
