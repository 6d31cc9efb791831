"""The views of the contacts that a user has: their own, and those that colleagues share."""

from typing import NamedTuple

from config.accounts.models import Pro, User

from ..models import KeptView


class CountedView(NamedTuple):
    """A view with its number of contacts; `is_more` where there are more than were counted."""

    view: KeptView
    is_own: bool
    is_changeable: bool
    total: int | None = None
    is_more: bool = False


def list_views(pro: Pro, user: User) -> list[CountedView]:
    """The views that a user has, without their numbers."""
    views = KeptView.objects.for_pro(pro).shown_to(user)
    return [CountedView(view, own := view.user_id == user.pk, own or user.is_owner) for view in views]
