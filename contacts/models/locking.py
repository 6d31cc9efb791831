from collections.abc import Iterable

from django.db import connection

from config.accounts.models import Pro
from config.round_trips import Asked
from config.web.compiled import Compiled
from config.web.many import Many

_LOCKED = Compiled(
    lambda pro_id: Pro.objects.select_for_update(no_key=True).filter(pk=pro_id).values_list("pk"), keeps_plan=True
)

_ALL_LOCKED = Compiled(
    lambda ids: Pro.objects.select_for_update(no_key=True).filter(pk__among=ids).order_by("pk").values_list("pk"),
    keeps_plan=True,
)


def ask_book(pro_id: int) -> Asked:
    """The question of `hold_book`, for `ask_ahead`."""
    return _LOCKED.question(pro_id).asked()


def hold_book(pro_id: int) -> None:
    """Lock a Pro's address book for writers until the transaction ends.

    Taken before any row of a contact: a merge, an import and a visitor's message each lock several contacts and
    identities, in different orders, and would deadlock. Raises DoesNotExist when the Pro has been deleted.
    """
    # FOR NO KEY UPDATE: rows that refer to the Pro can still be inserted.
    if connection.features.has_select_for_update and not _LOCKED.rows(pro_id):
        raise Pro.DoesNotExist


def hold_books(pro_ids: Iterable[int]) -> None:
    """Lock the address books of several Pros, as `hold_book` does one; nobody may hold one and ask for more."""
    ids = sorted(set(pro_ids))
    if connection.features.has_select_for_update and len(_ALL_LOCKED.rows(Many(tuple(ids)))) < len(ids):
        raise Pro.DoesNotExist
