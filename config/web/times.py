"""Times as pages show them."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_AP
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def exact_time(local: datetime) -> str:
    """A day and time in the reader's language: "2 March 2026, 14:05".

    What `date_format(local, "j F Y, H:i")` gives, in a tenth of the time: every row of a list has one.
    """
    return f"{local.day} {_month(local.month, get_language())} {local.year:04d}, {clock_time(local)}"


def short_date(local: datetime) -> str:
    """A day in the reader's language: "2 March 2026", "2 Sept. 2026"; `date_format(local, "j N Y")`, as above."""
    return f"{day_of_month(local)} {local.year:04d}"


def day_of_month(local: datetime) -> str:
    """The same without the year."""
    return f"{local.day} {_short_month(local.month, get_language())}"


@lru_cache
def _month(month: int, language: str | None) -> str:
    """Name of a month in the active language."""
    return str(MONTHS[month])


@lru_cache
def _short_month(month: int, language: str | None) -> str:
    """The same, shortened where that is usual."""
    return str(MONTHS_AP[month])


def clock_time(local: datetime) -> str:
    """The time of day: "14:05"."""
    return f"{local.hour:02d}:{local.minute:02d}"


def time_element(at: datetime, text: str, classes: str = "") -> SafeString:
    """<time> element: `text`, with the exact time in `title` and `datetime`. `classes` are the page's own."""
    exact, iso = escape(exact_time(timezone.localtime(at))), at.isoformat(timespec="seconds")
    of_class = f' class="{classes}"' if classes else ""
    return SafeString(f'<time{of_class} datetime="{iso}" title="{exact}">{escape(text)}</time>')


def clock_element(at: datetime) -> SafeString:
    """<time> element of the hour, where the day stands above."""
    return time_element(at, clock_time(timezone.localtime(at)))


def age_text(age: timedelta) -> str:
    """How long ago something began, to stand alone: "just now", "5 min", "3 h", "2 d"."""
    minutes = max(int(age.total_seconds()) // 60, 0)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 1440:
        return _("%(n)d h") % {"n": minutes // 60}
    return _("%(n)d d") % {"n": minutes // 1440}
