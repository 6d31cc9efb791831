"""Rows that go with a user who leaves; see `config.accounts.leaving`."""

from collections.abc import Iterable

from config.accounts.models import User

from .models import Notification, Preferences, PushDevice


def hand_back_rows(users: Iterable[User], *, by: User | None, to: User | None = None) -> None:
    """Forget how somebody is told who leaves the office, and of what."""
    users = list(users)
    PushDevice.objects.filter(user__in=users).delete()
    Notification.objects.filter(user__in=users).delete()
    Preferences.objects.filter(user__in=users).delete()
