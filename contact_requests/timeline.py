"""Contact requests and status changes in a contact's timeline."""

from datetime import datetime

from contacts.models import Contact
from contacts.timeline import Entry, newest

from .models import ContactRequestEvent


def entries(contact: Contact, until: datetime | None, size: int) -> list[Entry]:
    """See `contacts.timeline`."""
    # The e-mail of the same contact that brought one shows it.
    others = contact.contact_requests.exclude(inbound_message__contact=contact).select_related("property")
    requests = newest(others, until, size)
    of_contact = {"contact_request__contact": contact}
    events = ContactRequestEvent.objects.filter(**of_contact).select_related("user", "token", "contact_request")
    return [
        *(Entry(row.created_at, "contact_requests/_timeline_request.html", row) for row in requests),
        *(Entry(row.created_at, "contact_requests/_timeline_event.html", row) for row in newest(events, until, size)),
    ]
