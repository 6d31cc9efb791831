from django.db import connection

from config.accounts.models import Pro


def hold_book(pro_id: int) -> None:
    """Lock a Pro's address book for writers until the transaction ends.

    Taken before any row of a contact: a merge, an import and a visitor's message each lock several contacts and
    identities, in different orders, and would deadlock.
    """
    if connection.features.has_select_for_update:
        # FOR NO KEY UPDATE: rows that refer to the Pro can still be inserted.
        Pro.objects.select_for_update(no_key=True).values_list("pk").get(pk=pro_id)
