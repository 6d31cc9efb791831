"""Changing the hours of an office."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event

from ..models import OfficeHours
from ..models.office_hours import MAX_CLOSED, MAX_CLOSURES


def keep_hours(pro: Pro, fields: Mapping[str, Any], *, by: User, detail: str) -> None:
    """Store some fields of an office's hours; `detail` names what was changed."""
    with transaction.atomic():
        hours = _hold_hours(pro)
        for name, value in fields.items():
            setattr(hours, name, value)
        hours.save(update_fields=list(fields))
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail=detail)


def close_days(pro: Pro, first: date, last: date, why: str = "", *, by: User) -> None:
    """Close an office from one day to another, both included; once. What is over longest makes room.

    Raises ValidationError for days in another order, for too many of them, and for too many closures.
    """
    if last < first:
        raise ValidationError({"last_day": _("The last day is before the first one.")})
    if last - first > MAX_CLOSED:
        raise ValidationError({"last_day": _("Close for three years at most.")})
    with transaction.atomic():
        hours = _hold_hours(pro)
        days = [first.isoformat(), last.isoformat()]
        others = [closure for closure in hours.closures if closure[:2] != days]
        if len(others) >= MAX_CLOSURES:
            # No page shows what is over: the first of it makes room.
            oldest = min(others, key=lambda closure: closure[1])
            if oldest[1] < timezone.localdate().isoformat():
                others.remove(oldest)
        if len(others) >= MAX_CLOSURES:
            raise ValidationError(_("Remove closed days that are over first."))
        hours.closures = sorted([*others, [*days, why]])
        hours.save(update_fields=["closures"])
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail="closures")


def open_days(pro: Pro, first: str, last: str, *, by: User) -> bool:
    """Take a closure away; returns whether there was one."""
    with transaction.atomic():
        hours = _hold_hours(pro)
        others = [closure for closure in hours.closures if closure[:2] != [first, last]]
        if len(others) == len(hours.closures):
            return False
        hours.closures = others
        hours.save(update_fields=["closures"])
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail="closures")
        return True


def _hold_hours(pro: Pro) -> OfficeHours:
    """The hours of an office, locked until the transaction ends."""
    OfficeHours.objects.get_or_create(pro=pro)
    return OfficeHours.objects.select_for_update(of=("self",), no_key=True).get(pro=pro)
