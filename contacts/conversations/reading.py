"""Reading: marking what a person wrote as looked at by the office. It changes nothing in who waits.

An app whose rows are read too has `mark_read(contact, until, by)` in its module `desk`: it returns parts that show them
as they are now, each with a `template` and its `item`.
"""

from datetime import datetime
from typing import Any

from config.accounts.models import User
from config.notifications.seeing import note_person_seen
from config.web.hooks import hooks

from ..models import Contact, ContactMessage


def mark_person_read(contact: Contact, until: datetime, *, by: User) -> list[Any]:
    """Mark as read what a contact had written until a time, messages and requests; returns the changed parts.

    Raises DoesNotExist when the contact is archived or merged meanwhile.
    """
    ContactMessage.objects.mark_read(contact, until=until)
    note_person_seen(by, contact.pk)
    return [part for module in hooks("desk", "mark_read") for part in module.mark_read(contact, until, by)]
