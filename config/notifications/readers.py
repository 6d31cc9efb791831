"""Readers of a notification: those who are told of an event, and when."""

from datetime import datetime
from typing import NamedTuple

from config.accounts.models import Pro, User
from config.web.compiled import Compiled

from .kinds import Kind
from .models import Plan, Preferences, Whose

_PRESENT = Compiled(lambda pro: Preferences.objects.of_present(pro), keeps_plan=True)


class Reader(NamedTuple):
    """Somebody who is told: `user` is None for the office's address alone.

    `to_office`: by the office's address. `is_theirs`: the person it is about is assigned to the user.
    """

    user: User | None
    preferences: Preferences | None = None
    to_office: bool = False
    is_theirs: bool = False

    def plan(self, now: datetime) -> Plan:
        """When they are told; by one mail at once without settings."""
        return self.preferences.plan(now) if self.preferences else Plan(None, now)


def find_readers(pro: Pro, kind: Kind, assignee: User | None) -> list[Reader]:
    """Find who is told of an event about a person: the assignee, or the office, and colleagues who ask for it.

    Before anybody has settings it is the assignee, or the office's address. The settings of the user who signs in by
    that address, or who is alone in the office, hold for it.
    """
    asked = {row.user_id: row for row in _PRESENT.rows(pro)}
    if not asked:
        return [Reader(assignee, is_theirs=True) if assignee else Reader(None, to_office=True)]
    if assignee:
        own = asked.pop(assignee.pk, None)
        is_told = own is None or own.wants(kind, Whose.MINE)
        first = [Reader(assignee, own, is_theirs=True)] if is_told else []
    else:
        first = _find_office(pro, kind, asked)
    least = Whose.EVERYONES if assignee else Whose.NOBODYS
    others = [row for row in asked.values() if row.wants(kind, least) and not row.user.is_away]
    return [*first, *(Reader(row.user, row) for row in others)]


def _find_office(pro: Pro, kind: Kind, asked: dict[int, Preferences]) -> list[Reader]:
    """The office's address, with the settings of whoever decides about it; they are taken out of `asked`."""
    holder = next((row for row in asked.values() if row.user.email == pro.email.lower()), None)
    is_alone = len(asked) == 1 and User.objects.filter(pro=pro, is_active=True).count() == 1
    if holder is None and is_alone:
        [holder] = asked.values()
    if holder is None:
        return [Reader(None, to_office=True)]
    del asked[holder.user_id]
    is_told = holder.wants(kind, Whose.MINE if is_alone else Whose.NOBODYS)
    return [Reader(holder.user, holder, to_office=True)] if is_told else []


def decides_about_office(user: User, pro: Pro) -> bool:
    """True for the user whose settings hold for the office's address."""
    if user.email == pro.email.lower():
        return True
    others = User.objects.filter(pro=pro, is_active=True).exclude(pk=user.pk)
    return not others.exists()
