from django.db import connection

from config.accounts.models import Pro
from config.web.compiled import Compiled

_LOCKED = Compiled(
    lambda pro_id: Pro.objects.select_for_update(no_key=True).filter(pk=pro_id).values_list("pk"), keeps_plan=True
)


def hold_book(pro_id: int) -> None:
    """Lock a Pro's address book for writers until the transaction ends.

    Taken before any row of a contact: a merge, an import and a visitor's message each lock several contacts and
    identities, in different orders, and would deadlock. Raises DoesNotExist when the Pro has been deleted.
    """
    # FOR NO KEY UPDATE: rows that refer to the Pro can still be inserted.
    if connection.features.has_select_for_update and not _LOCKED.rows(pro_id):
        raise Pro.DoesNotExist
