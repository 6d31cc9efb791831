"""Retention: what a Pro keeps no longer than so many months, by kind. Nothing unless the Pro says so.

An app above adds its kinds with a list `RETENTION` in its module `privacy`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from config.web.hooks import hooks
from config.web.limits import Limit

from ..models import ChannelDelivery, Contact, Erasure, PrivacySettings
from ..models.delivery import delete_deliveries
from ..models.order import LAST_WORD
from .erasing import plan_erasure
from .old_messages import contacts_waiting, delete_messages, old_messages

# Rows of a kind in one run, so that none takes long; the next run goes on.
BATCH = 200
# A Pro's turn comes once an hour, whichever worker is first.
TURNS = Limit("retention", 1, 3600)


@dataclass(frozen=True)
class Retention:
    """`rows` are those of a Pro from before a time, `end` deletes some of them, or plans their erasure."""

    key: str
    label: Any
    help: Any
    rows: Callable[[Pro, datetime], QuerySet[Any]]
    end: Callable[[list[Any]], None]


def all_kinds() -> Iterator[Retention]:
    yield from KINDS
    for module in hooks("privacy", "RETENTION"):
        yield from module.RETENTION


def count_past(pro: Pro, months: Mapping[str, int]) -> dict[str, int]:
    """How many rows of each kind are past these months now."""
    kinds = [kind for kind in all_kinds() if months.get(kind.key)]
    return {kind.key: kind.rows(pro, _before(months[kind.key])).count() for kind in kinds}


def keep_retention() -> None:
    """End what is past its time. Housekeeping calls it once a minute."""
    for decided in PrivacySettings.objects.exclude(retention={}).select_related("pro"):
        if not TURNS.hit(str(decided.pk)):
            for kind in all_kinds():
                if months := decided.retention.get(kind.key):
                    _end_some(kind, decided.pro, months)


def _end_some(kind: Retention, pro: Pro, months: int) -> None:
    if rows := list(kind.rows(pro, _before(months))[:BATCH]):
        kind.end(rows)


def _before(months: int) -> datetime:
    return timezone.now() - timedelta(days=months * 365 // 12)


def _silent(pro: Pro, before: datetime) -> QuerySet[Contact]:
    """Contacts without a word since, for whom nothing waits."""
    rows = Contact.objects.for_pro(pro).alias(last=LAST_WORD).filter(last__lt=before, updated_at__lt=before)
    return rows.exclude(pk__in=contacts_waiting(pro)).order_by("created_at", "id")


def _archived(pro: Pro, before: datetime) -> QuerySet[Contact]:
    """Archived contacts; one whose erasure was undone is kept for as long again."""
    erasures = Erasure.objects.for_pro(pro)
    spared = erasures.filter(state=Erasure.State.UNDONE, ended_at__gte=before).values("person")
    rows = Contact.objects.for_pro(pro, deleted=True).filter(deleted_at__lt=before)
    return rows.exclude(pk__in=erasures.planned().values("person")).exclude(pk__in=spared).order_by("deleted_at", "id")


def _originals(pro: Pro, before: datetime) -> QuerySet[ChannelDelivery]:
    rows = ChannelDelivery.objects.filter(Q(pro=pro) | Q(connection__pro=pro), created_at__lt=before)
    return rows.exclude(read_at=None).order_by("created_at")


def _plan(contacts: list[Contact]) -> None:
    for contact in contacts:
        # One that was merged or deleted meanwhile.
        with suppress(Contact.DoesNotExist):
            plan_erasure(contact, reason=Erasure.Reason.RETENTION, by=None)


KINDS = [
    Retention(
        "silent",
        _("Contacts without a word"),
        _("Erased so many months after their last message or change, unless something waits."),
        _silent,
        _plan,
    ),
    Retention(
        "archived", _("Archived contacts"), _("Erased so many months after they were archived."), _archived, _plan
    ),
    Retention(
        "messages",
        _("Messages of conversations"),
        _("Deleted with their files so many months after they came or left, unless something waits."),
        old_messages,
        delete_messages,
    ),
    Retention(
        "originals",
        _("Originals of messages"),
        _("Deleted so many months after they came; the messages stay."),
        _originals,
        delete_deliveries,
    ),
]
