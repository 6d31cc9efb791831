"""Rows that stay behind when a user leaves."""

from collections.abc import Iterable

from django.utils.translation import ngettext

from config.accounts.models import User

from .models import Property


def hand_back_rows(users: Iterable[User], *, by: User | None, to: User | None = None) -> None:
    """See `config.accounts.leaving`: properties of which they were the agent have none, or the colleague."""
    Property.objects.filter(agent__in=[user.pk for user in users]).update(agent=to)


def describe_held(user: User) -> list[str]:
    """See `config.accounts.leaving`: of how many properties they are the agent."""
    number = Property.objects.filter(agent=user).count()
    text = ngettext("They are the agent of %(n)d property.", "They are the agent of %(n)d properties.", number)
    return [text % {"n": number}] if number else []
