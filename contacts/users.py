"""Rows that go with a user who is deleted, and those that stay behind when one leaves."""

from collections.abc import Iterable

from django.utils.translation import ngettext

from config.accounts.models import User

from .assigning.assignments import hand_back
from .conversations.drafts import delete_draft
from .hours.own import describe_presence
from .models import Contact, Draft, OwnHours, WaitingItem
from .models.kept_view import pass_on_views

__all__ = ["delete_rows_of_users", "describe_held", "describe_presence", "hand_back_rows"]


def delete_rows_of_users(users: Iterable[User]) -> dict[str, int]:
    """See `config.accounts.admin.people`: drafts with their files; what was sent stays, without its author.

    Views that they share with the office are an owner's from now on.
    """
    users = list(users)
    for user in users:
        pass_on_views(user)
    drafts = list(Draft.objects.filter(user__in=users).order_by("pk"))
    for draft in drafts:
        delete_draft(draft)
    return {str(Draft._meta.verbose_name_plural): len(drafts)} if drafts else {}


def hand_back_rows(users: Iterable[User], *, by: User | None, to: User | None = None) -> None:
    """See `config.accounts.leaving`: people who were assigned to them are nobody's, or the colleague's.

    Views that they share with the office are an owner's. Their hours are forgotten.
    """
    users = list(users)
    OwnHours.objects.filter(user__in=users).delete()
    for user in users:
        hand_back(user, by=by, to=to)
        pass_on_views(user)


def describe_held(user: User) -> list[str]:
    """See `config.accounts.leaving`: how many people are assigned to them, and how many of those wait."""
    number = Contact.objects.filter(assigned_to=user, deleted_at=None).count()
    waiting = WaitingItem.objects.filter(assigned_to=user).listed().values("contact").distinct().count()
    if not number:
        return []
    text = ngettext("%(n)d person is assigned to them.", "%(n)d people are assigned to them.", number) % {"n": number}
    waits = ngettext("%(n)d of them waits.", "%(n)d of them wait.", waiting) % {"n": waiting}
    return [f"{text} {waits}" if waiting else text]
