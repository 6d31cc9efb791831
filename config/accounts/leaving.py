"""End of the access of somebody who leaves: their sessions, and the tokens that they made."""

from collections.abc import Sequence

from django.db import transaction

from config.web.hooks import hooks

from .models import ApiToken, User
from .sessions import end_sessions


def end_access(users: Sequence[User], *, by: User | None = None) -> int:
    """End the sessions of these users and the tokens that they made; returns the number of tokens.

    What they had goes back to the office: an app does so in a module `users`, by `hand_back_rows(users, by=by)`.

    Call it in the transaction that closes or deletes their accounts, or takes them out of their Pro. A token that the
    programs of the Pro still need is handed over first: `ApiToken.hand_over`.
    """
    with transaction.atomic():
        for user in users:
            end_sessions(user, by=by)
        for module in hooks("users", "hand_back_rows"):
            module.hand_back_rows(users, by=by)
        return ApiToken.objects.revoke_made_by(users, by=by)
