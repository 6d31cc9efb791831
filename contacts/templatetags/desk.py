"""Times, initials, signs and counts of the desk."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from config.accounts.inbox import counted_tabs
from config.web.times import age_text, clock_element, clock_time, day_of_month, short_date, time_element
from config.web.together import Answers

from ..models import ContactNote
from ..waiting.counting import ask_counts
from ..waiting.counting import count_waiting as count_people
from ..waiting.later import name_moments
from .messages import CHANNEL_ICONS

register = template.Library()
register.simple_tag(clock_element, name="clock")
MINUTE, LONG, VERY_LONG = timedelta(minutes=1), timedelta(hours=4), timedelta(days=1)
ICONS = {**CHANNEL_ICONS, "form": "house", "sms": "message-square", "phone": "phone"}
KIND_ICONS = {"inquiry": "message-circle-question-mark", "offer": "file-text", "reminder": "alarm-clock"}


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word of a name."""
    words = [word for word in name.split() if word[:1].isalnum()] or [name or "?"]
    return "".join(word[0] for word in (words if len(words) < 2 else (words[0], words[-1]))).upper()


@register.filter
def note_text(note: ContactNote) -> SafeString:
    """Words of a note as paragraphs; colleagues whom it mentions stand out."""
    text = SafeString(linebreaks(note.body, autoescape=True))
    if not note.mentions:
        return text
    names = "|".join(re.escape(escape(name)) for name in sorted(note.mentions, key=len, reverse=True))
    return SafeString(re.sub(names, r"<strong>\g<0></strong>", text))


@register.filter
def way_icon(row: Any) -> str:
    """Icon of the way that somebody came."""
    kind = row.item.kind if row.item else ""
    return KIND_ICONS.get(kind) or ICONS.get(row.channel, "message-circle")


@register.simple_tag
def waited(since: datetime) -> SafeString:
    """<time> of how long somebody has waited: "3 h"; over four hours and over a day it has a class of its own."""
    age = timezone.now() - since
    tone = " is-very-long" if age >= VERY_LONG else " is-long" if age >= LONG else ""
    return time_element(since, age_text(age), f"waited{tone}")


@register.simple_tag
def waits_since(since: datetime) -> SafeString:
    """The same in a few words that say it: "waits 3 h"; within the first minute "just came in"."""
    if timezone.now() - since < MINUTE:
        return time_element(since, _("just came in"))
    return SafeString(escape(_("waits %(time)s")) % {"time": waited(since)})


@register.simple_tag
def short_time(at: datetime) -> SafeString:
    """<time> of a row: the hour for today, else the date."""
    local, now = timezone.localtime(at), timezone.localtime()
    if local.date() == now.date():
        return time_element(at, clock_time(local))
    return time_element(at, day_of_month(local) if local.year == now.year else short_date(local))


@register.filter
def day_name(day: date) -> str:
    """A day line's text: "Today", "Yesterday", "Monday 2 March", with the year when it is another one."""
    today = timezone.localdate()
    if day == today:
        return pgettext("thread", "Today")
    if day == today - timedelta(days=1):
        return pgettext("thread", "Yesterday")
    return _day_text(day, "l j F" if day.year == today.year else "l j F Y", get_language())


@lru_cache(maxsize=1024)
def _day_text(day: date, pattern: str, language: str | None) -> str:
    """A day in the active language; a thread has ten lines of days, and the next one the same."""
    return date_format(day, pattern)


def _answers(context: Context) -> Answers:
    """Answers to the tags of this page: the number of people who wait stands in the menu of lists and beside it."""
    request = context["request"]
    if not hasattr(request, "desk_answers"):
        request.desk_answers = Answers()
    return request.desk_answers


@register.simple_tag(takes_context=True)
def count_waiting(context: Context) -> int:
    """How many people wait, counted once a page."""
    if (known := context.get("people_waiting")) is not None:
        return int(known)
    pro, answers = context["request"].pro, _answers(context)
    answers.ask(ask_counts(pro))
    return count_people(pro, answers).all


@register.simple_tag
def count_shown(desk: Any) -> str:
    """How many people wait of those whom the list shows."""
    return floatformat(count_people(desk.pro, whose=desk.whose).all, "g")


@register.inclusion_tag("waiting/_views.html", takes_context=True)
def desk_views(context: Context) -> dict[str, Any]:
    """The menu of lists, with those of all apps; the current one is marked."""
    request = context["request"]
    return {
        "views": context.get("menu_lists") or counted_tabs(request.pro, _answers(context)),
        "current": context.get("current_view") or request.resolver_match.view_name,
    }


@register.inclusion_tag("waiting/_later_times.html")
def later_times() -> dict[str, Any]:
    """The buttons of "Later", one for each moment: on a Sunday the next Monday is tomorrow."""
    moments = name_moments(timezone.localtime())
    return {"offers_monday": moments["monday"] != moments["tomorrow"]}
