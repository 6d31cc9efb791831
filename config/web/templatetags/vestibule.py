"""Template tags for times and toasts."""

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.contrib.messages.storage.base import Message
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.web.times import short_date, time_element
from config.web.toasts import is_toast, read_toasts

register = template.Library()
register.filter("toasts", read_toasts)

MINUTE, HOUR, DAY = 60, 3600, 86400


def _relative_time(then: datetime, now: datetime) -> str:
    seconds = int((now - then).total_seconds())
    if seconds < MINUTE:
        return _("just now")
    if seconds < HOUR:
        return _("%(n)d min ago") % {"n": seconds // MINUTE}
    if seconds < DAY:
        return _("%(n)d h ago") % {"n": seconds // HOUR}
    if seconds < 7 * DAY:
        return _("%(n)d d ago") % {"n": seconds // DAY}
    return short_date(timezone.localtime(then))


@register.simple_tag
def ago(then: datetime) -> SafeString:
    """<time> element: relative time as text, exact time in `title` and `datetime`."""
    return time_element(then, _relative_time(then, timezone.now()))


@register.filter
def notices(messages: Iterable[Message] | None) -> list[Message]:
    """Messages that are no toasts."""
    return [message for message in messages or () if not is_toast(message)]
