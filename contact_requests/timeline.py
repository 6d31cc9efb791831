"""Contact requests and status changes in a contact's timeline."""

from django.db.models import QuerySet

from contacts.models import Contact
from contacts.timeline import Source

from .models import ContactRequest, ContactRequestEvent


def _requests(contact: Contact) -> QuerySet[ContactRequest]:
    """Contact requests; the e-mail of the same contact that brought one shows it."""
    rows = ContactRequest.objects.filter(contact=contact).exclude(inbound_message__contact=contact)
    return rows.select_related("property")


def _request_events(contact: Contact) -> QuerySet[ContactRequestEvent]:
    rows = ContactRequestEvent.objects.filter(contact_request__contact=contact)
    return rows.select_related("user", "token", "contact_request")


# See `contacts.timeline`.
SOURCES = [
    Source(_requests, "contact_requests/_timeline_request.html", is_word=True),
    Source(_request_events, "contact_requests/_timeline_event.html"),
]
