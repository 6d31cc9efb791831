"""People who wait longer than the office's target: their assignee is told, then the owners, once each.

The owners are told at once of somebody whom nobody has, and of others when they have waited for the target once more.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from config.accounts.automatic_mails import send_account_mail
from config.accounts.models import Pro, User

from ..assigning.colleagues import find_present
from ..hours.targets import Targets
from ..models import OfficeHours, WaitingItem
from .persons import item_url

# Items of an office in one run of housekeeping.
BATCH = 200
ASSIGNEE, OWNERS = 1, 2


def tell_of_overdue() -> None:
    """Tell colleagues of those who have waited too long. Those who were put off and came back are left out."""
    for hours in OfficeHours.objects.select_related("pro").order_by("pk"):
        targets = Targets(hours, timezone.now())
        if (before := targets.shortest()) and (ids := _late(hours.pro, targets, before)):
            _tell(hours.pro, targets, ids)


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


def _tell(pro: Pro, targets: Targets, ids: list[int]) -> None:
    """Note of items who is told, and enqueue a mail to each of them."""
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


@task(queue_name="mail")
def mail_overdue(user_id: int, ids: list[int]) -> None:
    """Mail a colleague who waits too long, unless somebody has answered meanwhile."""
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if user is None or user.pro is None:
        return
    items = WaitingItem.objects.for_pro(user.pro).filter(pk__in=ids).listed().select_related("contact")
    if people := list(_people(items.order_by("since", "pk"))):
        context = {"people": people, "count": len(people), "url": settings.SITE_URL + reverse("waiting:list")}
        send_account_mail(user, "overdue", context, to=user.email)


def _people(items: Iterable[WaitingItem]) -> Iterable[dict[str, object]]:
    """Each person once: name, address of the page, and since when they have waited."""
    seen = set[object]()
    for item in items:
        key = item.contact_id or item.pk
        if key not in seen:
            seen.add(key)
            contact = item.contact
            path = reverse("waiting:person", args=[contact.pk]) if contact else item_url(item)
            name = contact.name if contact else item.about
            yield {"name": name, "url": settings.SITE_URL + path, "since": item.since}
