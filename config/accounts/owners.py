"""The one rule of roles: as long as somebody of a Pro may sign in, one of its owners may."""

from collections.abc import Collection, Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import Pro, User

FOR_OWNERS = _("Only an owner of the office can do this.")
NO_OWNER = _("An office keeps at least one owner who may sign in. Make somebody else an owner first.")


def hold_people(pro_ids: Iterable[int | None]) -> list[Pro]:
    """Lock Pros until the transaction ends, before any of their users: two owners act one after the other."""
    ids = sorted({id for id in pro_ids if id})
    return list(Pro.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"))


def hold_office(pro_id: int | None, by: User) -> None:
    """Hold a Pro for what its owners alone do, and staff. Raises ValidationError for who is none, or none any more."""
    hold_people([pro_id])
    is_owner = User.objects.filter(pro=pro_id, pk=by.pk, is_active=True, role=User.Role.OWNER).exists()
    if not (is_owner or by.is_staff):
        raise ValidationError(FOR_OWNERS, code="for_owners")


def keep_owner(changed: Sequence[User] = (), *, leaving: Collection[User] = ()) -> None:
    """Check that no Pro is left without an owner by users as they are about to be saved, or to be deleted.

    Call it in the transaction that does so: it holds their Pros, the former ones too. Raises ValidationError. A Pro of
    which nobody may sign in any more needs no owner: it is closed.
    """
    ids = {user.pk for user in (*changed, *leaving)}
    former = User.objects.filter(pk__in=ids).values_list("pro_id", flat=True)
    for pro in hold_people([*former, *(user.pro_id for user in changed)]):
        others = User.objects.filter(pro=pro, is_active=True).exclude(pk__in=ids)
        staying = [user for user in (*others, *changed) if user.pro_id == pro.pk and user.is_active]
        if staying and not any(user.is_owner for user in staying):
            raise ValidationError(NO_OWNER)
