"""Rows that stay behind when a user leaves."""

from collections.abc import Iterable

from config.accounts.models import User

from .models import Property


def hand_back_rows(users: Iterable[User], *, by: User | None) -> None:
    """See `config.accounts.leaving`: properties of which they were the agent have none."""
    Property.objects.filter(agent__in=[user.pk for user in users]).update(agent=None)
