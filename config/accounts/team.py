"""The people of an office, as its team page lists them."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Max

from config.web.hooks import hooks
from config.web.text import email_key

from .models import BouncedAddress, Invitation, Pro, User


class Person(NamedTuple):
    """A user, and when they last used the workspace, None for never; `absence` is False for one that is over.

    `presence` says until when they are at work, or when they are back, "" for nothing to say.
    """

    user: User
    seen_at: datetime | None
    absence: bool
    presence: str


class Invited(NamedTuple):
    """An invitation; `is_returned` where its mail came back."""

    invitation: Invitation
    is_returned: bool


def list_people(pro: Pro) -> list[Person]:
    """The people of an office: those who may sign in by name, then those who were taken out.

    An app says in a module `users`, by `describe_presence(pro, users)`, until when they are at work.
    """
    rows = User.objects.filter(pro=pro).annotate(seen_at=Max("sessions__seen_at")).select_related("stand_in")
    users = list(rows.order_by("-is_active", "name", "email", "pk"))
    for user in users:
        user.pro = pro
    present = [user for user in users if user.is_active and not user.is_away]
    texts: dict[int, str] = {}
    for module in hooks("users", "describe_presence"):
        texts |= module.describe_presence(pro, present)
    return [_person_of_user(user, texts.get(user.pk, "")) for user in users]


def list_invitations(pro: Pro) -> list[Invited]:
    """The invitations of an office that nobody has taken up, the last one mailed first."""
    rows = Invitation.objects.for_pro(pro).select_related("invited_by").order_by("-mailed_at", "-pk")
    returned = set(BouncedAddress.objects.for_pro(pro).values_list("address", flat=True))
    return [Invited(row, email_key(row.email) in returned) for row in rows]


def _person_of_user(user: User, presence: str) -> Person:
    # Sessions that have ended are deleted; the sign-in stays.
    times = [time for time in (user.seen_at, user.last_login) if time]  # type: ignore[attr-defined]
    has_absence = user.away_until is not None and user.today <= user.away_until
    return Person(user, max(times, default=None), has_absence, presence)
