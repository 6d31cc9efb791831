from django.db import connection

from config.accounts.models import Pro


def hold_book(pro_id: int) -> None:
    """Let nobody else write in this Pro's address book until the transaction ends.

    Whoever changes contacts holds this before any row: a merge, an import and a visitor each come by several contacts
    and addresses, in orders of their own, and would lock each other out.
    """
    if connection.features.has_select_for_update:
        # What only refers to the Pro goes on.
        Pro.objects.select_for_update(no_key=True).values_list("pk").get(pk=pro_id)
