"""Items are put off to a later time, and come back: at that time, when the contact writes, or by hand."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User
from config.web.text import one_line

from ..assigning.mails import tell_of_reminders
from ..models import WaitingItem
from ..models.locking import hold_book
from ..models.waiting import MAX_WORDS, WaitingItemQuerySet
from .persons import Person, items_of, open_items

MAX_DELAY = timedelta(days=3653)
BATCH = 1000
MORNING = 9


def name_moments(now: datetime) -> dict[str, datetime]:
    """The moments that "Later" names, by the clock of `now`: in three hours, tomorrow and next Monday at nine."""
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return {
        "hours": now + timedelta(hours=3),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - now.weekday()),
    }


def put_off(what: Person | WaitingItemQuerySet, until: datetime, *, words: str = "", by: User) -> list[WaitingItem]:
    """Put items, or all that wait of a person, off until a later time, with words to read then; returns them.

    Raises ValidationError for a time that is not in the next ten years, and words that are too long.
    """
    words = clean_words(words)
    check_later(until)
    rows = what if isinstance(what, WaitingItemQuerySet) else open_items(what)
    with transaction.atomic():
        # Who writes meanwhile brings back what was put off before.
        hold_book(by.pro_id)  # type: ignore[arg-type]  # Members alone put off.
        items = rows.open().locked()
        items.update(later_until=until, later_words=words, later_by=by, later_was=None)
        return list(items)


def check_later(until: datetime) -> None:
    """Raise ValidationError for a time that is not in the next ten years."""
    now = timezone.now()
    if until <= now:
        raise ValidationError({"until": _("Choose a time in the future.")}, code="past")
    if until > now + MAX_DELAY:
        raise ValidationError({"until": _("Choose a time in the next ten years.")}, code="far")


def clean_words(words: str) -> str:
    """Words of a reminder on one line. Raises ValidationError when they are too long."""
    line = one_line(words, MAX_WORDS + 1)
    if len(line) > MAX_WORDS:
        raise ValidationError({"words": _("Use at most %(n)s characters.") % {"n": MAX_WORDS}})
    return line


def come_back(what: Person | WaitingItemQuerySet) -> int:
    """List items again that were put off, as they were before; returns how many. A reminder stands."""
    rows = what if isinstance(what, WaitingItemQuerySet) else open_items(what)
    with transaction.atomic():
        return rows.later().locked().update(later_until=None, later_words="", later_by=None, later_was=None)


def date_to_send_back_to(person: Person) -> datetime | None:
    """The time to which a person had been put off when they wrote before it, if it is still to come."""
    return last_date_cut_short(items_of(person).listed().filter(later_was__isnull=False))


def last_date_cut_short(items: Iterable[WaitingItem]) -> datetime | None:
    """The last time still to come to which one of these items had been put off before it came back."""
    now = timezone.now()
    return max((item.later_was for item in items if item.later_was and item.later_was > now), default=None)


def send_back_to_date(person: Person, *, by: User) -> list[WaitingItem]:
    """Put a person off again to the time that their message cut short, with its words; returns the items.

    Raises ValidationError when there is no such time, or it is over.
    """
    with transaction.atomic():
        if (until := date_to_send_back_to(person)) is None:
            raise ValidationError({"until": _("That time is over.")}, code="past")
        words = items_of(person).filter(later_was=until).values_list("later_words", flat=True).first() or ""
        return put_off(items_of(person).listed(), until, words=words, by=by)


def wake_items() -> None:
    """Bring those items back that were put off to a time that has come, once each, also with several workers."""
    while _wake_batch(timezone.now()):
        pass


def _wake_batch(now: datetime) -> int:
    with transaction.atomic():
        due = WaitingItem.objects.later().filter(later_until__lte=now).order_by("later_until", "pk")
        due = due.select_for_update(of=("self",), no_key=True, skip_locked=True)
        items = list(due.only("pk", "contact_id", "later_by_id")[:BATCH])
        ids = [item.pk for item in items]
        WaitingItem.objects.filter(pk__in=ids).update(later_until=None, later_was=None, is_returned=True)
        tell_of_reminders(items)
        return len(ids)
