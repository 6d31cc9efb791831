"""End of the access of somebody who leaves, and of the rights of who becomes a member."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.hooks import hooks

from .inviting import withdraw_invitations_of
from .mails import tell_of_taking_out
from .models import ApiToken, User
from .owners import hold_office, keep_owner
from .sessions import end_sessions, leave_word

STAFF_ACCOUNT = _("This is an account of the staff of this site: they alone change it.")
NOT_ONESELF = _("Ask another owner to take you out.")
NO_COLLEAGUE = _("Choose one of your colleagues.")


def end_access(users: Sequence[User], *, by: User | None = None, to: User | None = None) -> int:
    """End the sessions of these users and the tokens that they made; returns the number of tokens.

    What they had goes back to the office, or to the colleague `to`, whom the caller checks: an app does so in a module
    `users`, by `hand_back_rows(users, by=by, to=to)`, and says in `describe_held(user)` how much it is. What they had
    sent to invite people is withdrawn.

    Call it in the transaction that closes or deletes their accounts, or takes them out of their Pro. A token that the
    programs of the Pro still need is handed over first: `ApiToken.hand_over`.
    """
    with transaction.atomic():
        for user in users:
            end_sessions(user, by=by)
        User.objects.filter(stand_in__in=users).update(stand_in=None)
        for module in hooks("users", "hand_back_rows"):
            module.hand_back_rows(users, by=by, to=to)
        withdraw_invitations_of(users, by=by)
        return ApiToken.objects.revoke_made_by(users, by=by)


def describe_held(user: User) -> list[str]:
    """Sentences that say how much somebody has: what goes back to the office, and what ends with their access."""
    held = [text for module in hooks("users", "describe_held") for text in module.describe_held(user)]
    if tokens := ApiToken.objects.filter(created_by=user, revoked_at=None).count():
        text = ngettext("%(n)d API token of theirs ends.", "%(n)d API tokens of theirs end.", tokens)
        held.append(text % {"n": tokens})
    return held


def take_out(user: User, *, by: User, to: User | None = None) -> int:
    """Take somebody out of their office: their account is closed, and what they had goes back, or to a colleague.

    What they wrote stays, with their name; pages that they have open say so. Returns the number of tokens that end.
    Raises ValidationError: for oneself, for staff, for the last owner, for a colleague who is none. DoesNotExist: see
    `_hold_user`.
    """
    with transaction.atomic():
        user = _hold_user(user, by)
        if user.pk == by.pk:
            raise ValidationError(NOT_ONESELF, code="oneself")
        if not user.is_active:
            # A second click.
            return 0
        colleagues = User.objects.filter(pro=user.pro_id, is_active=True).exclude(pk=user.pk)
        if to and not colleagues.filter(pk=to.pk).exists():
            raise ValidationError({"to": NO_COLLEAGUE}, code="invalid")
        user.is_active, user.away_from, user.away_until, user.stand_in = False, None, None, None
        keep_owner([user])
        user.save(update_fields=["is_active", "away_from", "away_until", "stand_in"])
        leave_word(user, by=by)
        number = end_access([user], by=by, to=to)
        record_event(Kind.TAKEN_OUT, user, pro=user.pro_id, by=by, detail="handed_over" if to else "")
        tell_of_taking_out(user, by=by)
        return number


def change_role(user: User, role: str, *, by: User) -> int:
    """Change somebody's role; the tokens and invitations of who becomes a member end. Returns the number of tokens.

    Raises ValidationError for staff, and for the last owner. DoesNotExist: see `_hold_user`.
    """
    with transaction.atomic():
        user = _hold_user(user, by)
        user.role = role
        keep_owner([user])
        user.save(update_fields=["role"])
        record_event(Kind.ROLE_CHANGED, user, pro=user.pro_id, by=by, detail=role)
        if user.is_owner:
            return 0
        withdraw_invitations_of([user], by=by)
        return ApiToken.objects.revoke_made_by([user], by=by)


def _hold_user(user: User, by: User) -> User:
    """The user as they are now, held with their Pro until the transaction ends.

    Raises ValidationError for staff, and where `by` may not change people of the Pro; DoesNotExist for somebody whom
    staff have moved to another one since the caller looked.
    """
    hold_office(user.pro_id, by)
    people = User.objects.select_for_update(of=("self",)).select_related("pro")
    held = people.get(pk=user.pk, pro=user.pro_id)
    if (held.is_staff or held.is_superuser) and not by.is_staff:
        raise ValidationError(STAFF_ACCOUNT, code="staff")
    return held
