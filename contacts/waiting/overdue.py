"""People who wait longer than the office's target: their assignee is told, then the owners, once each.

The owners are told at once of somebody whom nobody has, and of others when they have waited for the target once more.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.tasks import TaskContext, task
from django.utils import timezone

from config.accounts.models import Pro, User
from config.notifications.kinds import Kind
from config.notifications.news import Event
from config.notifications.telling import tell_user_of_several

from ..assigning.colleagues import find_present
from ..hours.targets import Targets
from ..models import OfficeHours, WaitingItem
from ..news import looks_after, make_overdue_news

# Items of an office in one run of housekeeping.
BATCH = 200
ASSIGNEE, OWNERS = 1, 2


def tell_of_overdue() -> None:
    """Tell colleagues of those who have waited too long. Those who were put off and came back are left out."""
    for hours in OfficeHours.objects.select_related("pro").order_by("pk"):
        targets = Targets(hours, timezone.now())
        if (before := targets.shortest()) and (ids := _late(hours.pro, targets, before)):
            _tell_of_overdue(hours.pro, targets, ids)


def _late(pro: Pro, targets: Targets, before: datetime) -> list[int]:
    """Items of an office about which somebody is to be told now, and none that would keep others from their turn."""
    away = User.objects.filter(pro=pro, is_active=True, away_until__isnull=False).values_list("pk", flat=True)
    without = [id for id in away if find_present(pro, id) is None]
    is_nobodys = Q(assigned_to=None) | Q(assigned_to__in=without)
    is_due = Q(overdue_told__lt=ASSIGNEE) & targets.have_waited(1)
    is_due |= Q(overdue_told=ASSIGNEE) & (targets.have_waited(2) | is_nobodys & targets.have_waited(1))
    rows = WaitingItem.objects.for_pro(pro).listed().filter(is_due, is_returned=False, since__lte=before)
    late = rows.exclude(kind=WaitingItem.Kind.REMINDER).order_by("since", "pk")
    return list(late.values_list("pk", flat=True)[:BATCH])


def _tell_of_overdue(pro: Pro, targets: Targets, ids: list[int]) -> None:
    """Note of items who is told, and enqueue the job that tells each of them."""
    mails: dict[int, list[int]] = {}
    with transaction.atomic():
        owners = list(User.objects.filter(pro=pro, role=User.Role.OWNER, is_active=True).order_by("pk"))
        for item in WaitingItem.objects.filter(pk__in=ids).locked().listed().order_by("since", "pk"):
            assignee = find_present(pro, item.assigned_to_id)
            told = targets.times_waited(item.channel, item.since) if assignee else OWNERS
            if told <= item.overdue_told:
                continue
            told_now = [assignee] if assignee and item.overdue_told < ASSIGNEE else []
            told_now += [owner for owner in owners if told == OWNERS and owner != assignee]
            for user in told_now:
                mails.setdefault(user.pk, []).append(item.pk)
            WaitingItem.objects.filter(pk=item.pk).update(overdue_told=told)
        for user_id, items in mails.items():
            mail_overdue.enqueue(user_id, items)


@task(takes_context=True, queue_name="mail")
def mail_overdue(context: TaskContext, user_id: int, ids: list[int]) -> None:
    """Tell a colleague who waits too long, unless somebody has answered, or they are somebody else's by now."""
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if user is None or user.pro is None:
        return
    items = WaitingItem.objects.for_pro(user.pro).filter(pk__in=ids).listed()
    items = items.select_related("contact", "assigned_to__pro").order_by("since", "pk")
    if first := _one_a_person(item for item in items if looks_after(user, item)):
        job = context.task_result.id
        events = [Event(Kind.OVERDUE, f"{item.pk}:{job}", item.contact_id) for item in first]
        tell_user_of_several(events, make_overdue_news(user.pro, first), user)


def _one_a_person(items: Iterable[WaitingItem]) -> list[WaitingItem]:
    """The first item of each person."""
    first: dict[object, WaitingItem] = {}
    for item in items:
        first.setdefault(item.contact_id or item.pk, item)
    return list(first.values())
