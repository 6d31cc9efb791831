"""The kinds of events that programs are told of. Source: docs/api/webhooks.md."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EventType(TextChoices):
    """Kinds of what happened. A new one needs no migration."""

    REQUEST_CREATED = "contact_request.created", _("A contact request arrived")
    REQUEST_UPDATED = "contact_request.updated", _("A contact request was read or replied to")
    REQUEST_DELETED = "contact_request.deleted", _("A contact request was deleted, or set aside as spam")
    CONTACT_CREATED = "contact.created", _("A contact was added")
    CONTACT_UPDATED = "contact.updated", _("A contact was changed or restored")
    CONTACT_DELETED = "contact.deleted", _("A contact was archived")
    CONTACT_MERGED = "contact.merged", _("A contact was merged into another one")
    INQUIRY_CREATED = "inquiry.created", _("An inquiry was submitted")
    INQUIRY_MOVED = "inquiry.moved", _("An inquiry moved to another step")
    INQUIRY_CLOSED = "inquiry.closed", _("An inquiry was closed")
    OFFER_ANSWERED = "offer.answered", _("An offer was accepted or declined")
    MESSAGE_RECEIVED = "message.received", _("A message arrived")
    MESSAGE_SENT = "message.sent", _("A message was sent")
    MESSAGE_FAILED = "message.failed", _("A message could not be sent")


# Scopes by which a program may read what an event tells, by the beginning of its type.
SCOPES = {
    "contact_request": "contact_requests:read",
    "contact": "contacts:read",
    "inquiry": "inquiries:read",
    "offer": "inquiries:read",
    "message": "messages:read",
}
# They hold the ids of what is gone, and no words.
OF_GONE = (EventType.REQUEST_DELETED, EventType.CONTACT_DELETED, EventType.CONTACT_MERGED)
# Sent to one endpoint alone, when somebody asks for it.
TEST = "webhook.test"


def scopes_of(type: str) -> set[str]:
    """The scopes by which a program may read what an event of this type tells; all, for one of a later release."""
    if type == TEST:
        return set()
    scope = SCOPES.get(type.partition(".")[0])
    return {scope} if scope else {*SCOPES.values()}
