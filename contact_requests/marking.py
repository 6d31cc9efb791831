"""Changing the status of a contact request from a program or the admin, which ends its waiting."""

from django.db import transaction

from config.accounts.models import ApiToken, User
from contacts.models import WaitingItem

from .models import ContactRequest
from .waiting import end_contact_request


def mark_contact_request(contact_request: ContactRequest, status: str, *, by: User | ApiToken | None) -> bool:
    """Change the status at once; returns whether it changed. One that is *replied* waits no more.

    Raises InvalidTransitionError as `ContactRequest.mark` does.
    """
    with transaction.atomic():
        is_changed = contact_request.mark(status, by=by)
        if status == ContactRequest.Status.REPLIED:
            end_contact_request(contact_request, WaitingItem.Outcome.ANOTHER_WAY, by=by)
        return is_changed
