"""People leave the list of who waits: answered another way, in no need of an answer, or put off; and that undone."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest, send_to
from config.web.paging import row_number
from config.web.toasts import toast

from ..models import Contact, WaitingItem
from ..models.waiting import WaitingItemQuerySet
from ..waiting.endings import end_waiting, undo_ending
from ..waiting.later import come_back, name_moments, put_off, send_back_to_date
from .desk_context import DeskList
from .desk_lists import Row, find_next_person, shown_to
from .thread import find_person, show_person

Outcome = WaitingItem.Outcome
# Ids in one address.
MAX_ITEMS = 20


@require_POST
def another_way(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Note that a person was answered by phone or in person: nobody waits any more."""
    text = _("%(name)s: answered another way.")
    return _end_shown(request, id, Outcome.ANOTHER_WAY, text, seconds=request.user.undo_seconds or 1)


@require_POST
def no_answer(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Note that a person needs no answer. No status changes."""
    return _end_shown(request, id, Outcome.NO_ANSWER, _("%(name)s: no answer needed."))


def _end_shown(request: ProRequest, id: uuid.UUID, outcome: str, text: str, seconds: int = 10) -> HttpResponse:
    contact = find_person(request, id)
    following = find_next_person(request.pro, contact, whose=shown_to(request.user))
    if items := end_waiting(contact, outcome, by=request.user):
        url = make_undo_url(items, back_to=contact.pk, query=DeskList(request).person_query)
        toast(request, text % {"name": contact.name}, url, seconds=seconds)
    return show_next(request, contact, following)


def make_undo_url(items: list[WaitingItem], *, back_to: uuid.UUID | None, query: str = "") -> str:
    """Address that undoes the end of items that ended together, and leads back to a person beside their list."""
    return reverse("waiting:undo_ending", args=[to_stamp(items[0].ended_at), _ids(items)]) + _back_to(back_to, query)


@require_POST
def undo(request: ProRequest, stamp: int, ids: str) -> HttpResponse:
    """Let what ended at one moment wait again."""
    rows = WaitingItem.objects.for_pro(request.pro).filter(ended_at=read_stamp(stamp))
    if undo_ending(_together(rows, ids, "ended_at")):
        toast(request, _("Undone: waiting again."))
    else:
        toast(request, _("This can no longer be undone."))
    return _send_back(request)


@require_POST
def later(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Put a person off until a time."""
    contact = find_person(request, id)
    following = find_next_person(request.pro, contact, whose=shown_to(request.user))
    try:
        until = read_until(request)
        items = put_off(contact, until, words=request.POST.get("words", ""), by=request.user)
    except ValidationError as error:
        return show_person(request, contact, 422, later_errors=error.messages, later_data=request.POST)
    text = _("%(name)s comes back on %(time)s.")
    at = date_format(timezone.localtime(until), "j F, H:i")
    url = reverse("waiting:undo_later", args=[_ids(items)])
    query = DeskList(request).person_query
    toast(request, text % {"name": contact.name, "time": at}, url + _back_to(contact.pk, query))
    return show_next(request, contact, following)


@require_POST
def undo_later(request: ProRequest, ids: str) -> HttpResponse:
    """List again what was put off."""
    if come_back(_together(WaitingItem.objects.for_pro(request.pro).later(), ids, "later_until")):
        toast(request, _("Undone: waiting again."))
    return _send_back(request)


@require_POST
def later_again(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Put a person off again until the time that their message cut short."""
    contact = find_person(request, id)
    following = find_next_person(request.pro, contact, whose=shown_to(request.user))
    try:
        items = send_back_to_date(contact, by=request.user)
    except ValidationError:
        toast(request, _("That time is over."))
        return show_person(request, contact)
    url = reverse("waiting:undo_later", args=[_ids(items)])
    toast(
        request,
        _("%(name)s is put off again.") % {"name": contact.name},
        url + _back_to(contact.pk, DeskList(request).person_query),
    )
    return show_next(request, contact, following)


def show_next(
    request: ProRequest, left: Contact, following: WaitingItem | None, row: Row | None = None
) -> HttpResponse:
    """The next person who waits, in place of one who left the list; the list itself when nobody does.

    `row` is that of the former person, if something of theirs waits still.
    """
    desk = DeskList(request)
    if desk.view != "list" or following is None or following.contact is None:
        if request.htmx and desk.view != "list":
            return show_person(request, left)
        return send_to(request, desk.origin.url if desk.origin else f"{desk.url}{desk.query()}")
    following.contact.pro = request.pro
    desk.leave_row()
    url = f"{reverse('waiting:person', args=[following.contact_id])}{desk.person_query}"
    if not request.htmx:
        return redirect(url)
    response = show_person(request, following.contact, desk=desk, left=None if row else left, changed_row=row)
    response["HX-Push-Url"] = url
    return response


def read_until(request: ProRequest) -> datetime:
    """The time that a button or the field of the form names. Raises ValidationError for none."""
    if at := name_moments(timezone.localtime()).get(request.POST.get("when", "")):
        return at
    try:
        given = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        given = None
    if given is None:
        raise ValidationError({"until": _("Choose a date and a time.")})
    return given if given.tzinfo else timezone.make_aware(given)


def _ids(items: Sequence[WaitingItem]) -> str:
    """Ids for an address. The first of many stands for all of them: see `_together`."""
    return "-".join(str(item.pk) for item in (items if len(items) <= MAX_ITEMS else items[:1]))


def _together(rows: WaitingItemQuerySet, ids: str, moment: str) -> WaitingItemQuerySet:
    """The rows with these ids, and those of the same contact with the same `moment`, as they changed together."""
    named = rows.filter(pk__in=_read_ids(ids))
    first = named.filter(contact__isnull=False).first()
    return named | rows.filter(contact=first.contact_id, **{moment: getattr(first, moment)}) if first else named


def _read_ids(text: str) -> list[int]:
    try:
        return [row_number(id) for id in text.split("-")[:MAX_ITEMS]]
    except ValueError as error:
        raise Http404 from error


def to_stamp(at: datetime | None) -> int:
    """Microseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) if at else 0


def read_stamp(stamp: int) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=stamp)
    except OverflowError as error:
        raise Http404 from error


def _back_to(id: uuid.UUID | None, query: str = "") -> str:
    """Query string that names a person, and the list that they were opened from as in `query`."""
    return f"?to={id}{query.replace('?', '&', 1)}" if id else ""


def _send_back(request: ProRequest) -> HttpResponse:
    """Redirect to the person whom the undo was about."""
    try:
        person = reverse("waiting:person", args=[uuid.UUID(request.GET.get("to", ""))])
    except ValueError:
        return send_to(request, reverse("waiting:list"))
    return send_to(request, f"{person}{DeskList(request).person_query}")
