"""End of the access of somebody who leaves: their sessions, and the tokens that they made."""

from collections.abc import Sequence

from django.db import transaction

from .models import ApiToken, Session, User


def end_access(users: Sequence[User]) -> int:
    """End the sessions of these users and the tokens that they made; returns the number of tokens.

    Call it in the transaction that closes or deletes their accounts, or takes them out of their Pro. A token that the
    programs of the Pro still need is handed over first: `ApiToken.hand_over`.
    """
    with transaction.atomic():
        Session.objects.filter(user__in=users).delete()
        return ApiToken.objects.revoke_made_by(users)
