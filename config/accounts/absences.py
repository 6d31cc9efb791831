"""Absences: from when until when a colleague is away, and who stands in. Turns leave out whoever is away."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind
from config.audit.recording import record_event

from .models import User
from .owners import hold_people

MAX_DAYS = 730
NO_COLLEAGUE = _("Choose one of your colleagues.")


def set_absence(user: User, first: date, last: date, stand_in: User | None, *, by: User) -> list[User]:
    """Let a user be away from the first day to the last one; returns whom they stand in for on one of these days.

    Nobody stands in for those then: a stand-in has none of their own. Raises ValidationError, by field.
    """
    with transaction.atomic():
        user = _hold_user(user)
        if last < first:
            raise ValidationError({"away_until": _("The last day is before the first one.")})
        if last < user.today:
            raise ValidationError({"away_until": _("Choose today or a later date.")})
        if (last - user.today).days > MAX_DAYS:
            raise ValidationError({"away_until": _("This date is too far in the future.")})
        if stand_in:
            _check_stand_in(user, stand_in, first, last)
        user.away_from, user.away_until, user.stand_in = first, last, stand_in
        user.save(update_fields=["away_from", "away_until", "stand_in"])
        record_event(Kind.SETTINGS_CHANGED, user, pro=user.pro_id, by=by, detail="away")
        left = User.objects.filter(pro=user.pro_id, is_active=True, stand_in=user).order_by("name", "pk")
        return [colleague for colleague in left if colleague.is_away_between(first, last)]


def end_absence(user: User, *, by: User) -> None:
    """Let a user be back."""
    with transaction.atomic():
        user = _hold_user(user)
        user.away_from, user.away_until, user.stand_in = None, None, None
        user.save(update_fields=["away_from", "away_until", "stand_in"])
        record_event(Kind.SETTINGS_CHANGED, user, pro=user.pro_id, by=by, detail="back")


def _check_stand_in(user: User, stand_in: User, first: date, last: date) -> None:
    present = User.objects.select_related("pro").filter(pro=user.pro_id, is_active=True, pk=stand_in.pk).first()
    if present is None or present.pk == user.pk:
        raise ValidationError({"stand_in": NO_COLLEAGUE})
    if present.is_away_between(first, last):
        text = _("%(name)s is away on one of these days. Choose somebody else.")
        raise ValidationError({"stand_in": ValidationError(text, params={"name": present})})


def _hold_user(user: User) -> User:
    """The user as they are now, held with their Pro: of two who name each other the second is told."""
    hold_people([user.pro_id])
    return User.objects.select_for_update(of=("self",)).select_related("pro").get(pk=user.pk)
