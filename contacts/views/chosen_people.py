"""Several people at once: those that were chosen in the list of who waits."""

import uuid
from contextlib import suppress
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest, send_to
from config.web.paging import row_number
from config.web.toasts import SECONDS, toast

from ..models import WaitingItem
from ..models.waiting import WaitingItemQuerySet
from ..waiting.endings import end_waiting, undo_ending
from ..waiting.later import come_back, put_off
from ..waiting.listing import find_newest
from .chosen import MAX_CHOSEN, read_chosen
from .desk_context import DeskList
from .leaving import read_stamp, read_until, to_stamp

Outcome = WaitingItem.Outcome


@require_POST
def leave(request: ProRequest) -> HttpResponse:
    """Let the chosen people leave the list: answered another way, in no need of an answer, or put off.

    Those who wrote after their row was shown stay.
    """
    seen = _read_seen(request.POST)
    newest = find_newest(request.pro, seen)
    people = [contact for contact, item in newest.items() if item <= seen[contact]]
    if len(seen) > MAX_CHOSEN:
        toast(request, _("Choose at most %(n)d people at once.") % {"n": MAX_CHOSEN})
    elif not newest:
        toast(request, _("Nobody was chosen."))
    else:
        if people:
            LEAVE.get(request.POST.get("do", ""), _put_off)(request, people)
        if stayed := len(newest) - len(people):
            text = ngettext("%(n)d person wrote meanwhile and stays.", "%(n)d people wrote meanwhile and stay.", stayed)
            toast(request, text % {"n": stayed})
    return _send_back(request)


def _another_way(request: ProRequest, people: list[uuid.UUID]) -> None:
    text = ngettext("%(n)d person: answered another way.", "%(n)d people: answered another way.", len(people))
    _end_chosen(request, people, Outcome.ANOTHER_WAY, text, seconds=request.user.undo_seconds or 1)


def _no_answer(request: ProRequest, people: list[uuid.UUID]) -> None:
    text = ngettext("%(n)d person: no answer needed.", "%(n)d people: no answer needed.", len(people))
    _end_chosen(request, people, Outcome.NO_ANSWER, text)


def _end_chosen(request: ProRequest, people: list[uuid.UUID], outcome: str, text: str, seconds: int = SECONDS) -> None:
    if items := end_waiting(_items(request, people), outcome, by=request.user):
        url = reverse("waiting:chosen_undo", args=[to_stamp(items[0].ended_at)])
        toast(request, text % {"n": len(people)}, url, seconds=seconds)


def _put_off(request: ProRequest, people: list[uuid.UUID]) -> None:
    try:
        until = read_until(request)
        put_off(_items(request, people), until, by=request.user)
    except ValidationError as error:
        toast(request, error.messages[0])
        return
    text = ngettext("%(n)d person comes back on %(time)s.", "%(n)d people come back on %(time)s.", len(people))
    at = date_format(timezone.localtime(until), "j F, H:i")
    url = reverse("waiting:chosen_undo_later", args=[to_stamp(until)])
    undo = urlencode([("contact", id) for id in people])
    toast(request, text % {"n": len(people), "time": at}, f"{url}?{undo}")


LEAVE = {"another-way": _another_way, "no-answer": _no_answer}


@require_POST
def undo(request: ProRequest, stamp: int) -> HttpResponse:
    """Let wait again what the user ended at one moment."""
    ended = WaitingItem.objects.for_pro(request.pro).filter(ended_at=read_stamp(stamp), ended_by=request.user)
    is_undone = undo_ending(ended)
    toast(request, _("Undone: waiting again.") if is_undone else _("This can no longer be undone."))
    return _send_back(request)


@require_POST
def undo_later(request: ProRequest, stamp: int) -> HttpResponse:
    """List the people again whom the address names, if they are put off to this time."""
    items = _items(request, read_chosen(request.GET)).filter(later_until=read_stamp(stamp))
    is_undone = come_back(items)
    toast(request, _("Undone: waiting again.") if is_undone else _("This can no longer be undone."))
    return _send_back(request)


def _items(request: ProRequest, people: list[uuid.UUID]) -> WaitingItemQuerySet:
    return WaitingItem.objects.for_pro(request.pro).filter(contact__in=people).to_decide()


def _read_seen(values: QueryDict) -> dict[uuid.UUID, int]:
    """Ids of the chosen contacts, each with that of the last item that its row showed; anything else is left out."""
    seen = {}
    for value in values.getlist("person")[: MAX_CHOSEN + 1]:
        contact, _dot, item = value.partition(".")
        with suppress(ValueError):
            seen[uuid.UUID(contact)] = row_number(item)
    return seen


def _send_back(request: ProRequest) -> HttpResponse:
    """Redirect to the list with the search that it had."""
    desk = DeskList(request, "list")
    return send_to(request, f"{desk.url}{desk.query()}")
