"""Contact requests and status changes in a contact's timeline."""

from contacts.models import Contact
from contacts.timeline import Source

from .models import ContactRequestEvent


def sources(contact: Contact) -> list[Source]:
    """See `contacts.timeline`."""
    # The e-mail of the same contact that brought one shows it.
    others = contact.contact_requests.exclude(inbound_message__contact=contact).select_related("property")
    events = ContactRequestEvent.objects.filter(contact_request__contact=contact)
    return [
        Source(others, "contact_requests/_timeline_request.html"),
        Source(events.select_related("user", "token", "contact_request"), "contact_requests/_timeline_event.html"),
    ]
