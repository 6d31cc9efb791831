"""A person whose assignee stays silent is nobody's again, and the office is told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from config.accounts.models import Pro, User

from ..hours.clock import moment_before
from ..hours.own import own_schedules
from ..hours.schedules import find_hours, make_schedule
from ..models import Contact, WaitingItem
from ..models.locking import hold_book
from ..models.waiting import WaitingItemQuerySet
from .assignments import assign
from .mails import tell_of_silence

# People of a Pro in one run of housekeeping.
BATCH = 100


def take_back_from_silent() -> None:
    """Give people back to nobody who have waited for their assignee longer than their office lets them.

    In office hours, or those of the assignee's own. Whoever was put off and came back is left out: their assignee has
    decided something.
    """
    for pro in Pro.objects.filter(silent_hours__gt=0).order_by("pk"):
        for users, before in _limits(pro):
            rows = _silent(pro, users, before).values_list("contact", flat=True).order_by("since", "pk")
            for contact_id in dict.fromkeys(id for id in rows[:BATCH] if id):
                _take_back(pro, contact_id, users, before)


def _limits(pro: Pro) -> Iterator[tuple[Sequence[int], datetime]]:
    """Users with the same hours, and since when who waits for them has waited too long."""
    own, now, seconds = own_schedules(pro), timezone.now(), pro.silent_hours * 3600
    others = [pk for pk in User.objects.filter(pro=pro).values_list("pk", flat=True) if pk not in own]
    schedules = [(others, make_schedule(find_hours(pro))), *(([pk], schedule) for pk, schedule in own.items())]
    for users, schedule in schedules:
        if before := moment_before(schedule, now, seconds):
            yield users, before


def _silent(pro: Pro, users: Sequence[int], before: datetime) -> WaitingItemQuerySet:
    """Listed items that waited at a time for one of the users, to whom they were assigned then."""
    waiting = WaitingItem.objects.for_pro(pro).listed().filter(assigned_to__in=users, is_returned=False)
    return waiting.filter(since__lte=before, contact__assigned_at__lte=before, contact__deleted_at=None)


def _take_back(pro: Pro, contact_id: UUID, users: Sequence[int], before: datetime) -> None:
    with transaction.atomic():
        hold_book(pro.pk)
        # They may have been answered, or given to somebody else.
        if not _silent(pro, users, before).filter(contact=contact_id).exists():
            return
        contact = Contact.objects.select_related("assigned_to").get(pk=contact_id)
        if (user := contact.assigned_to) and assign(contact, None, by=None, expected=user.pk):
            tell_of_silence(contact, user)
