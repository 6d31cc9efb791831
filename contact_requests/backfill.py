"""Contact requests and messages of earlier releases are let wait; see `contacts.waiting.backfill`."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet

from contacts.models.waiting import text_fields
from contacts.waiting.backfill import BATCH, GetModel, add_items, fill_messages


def fill_requests(get_model: GetModel) -> None:
    """Let contact requests wait that nobody has replied to, and messages that nobody has answered."""
    requests = get_model("contact_requests", "ContactRequest").objects
    became_requests = requests.filter(inbound_message__isnull=False).values("inbound_message")
    fill_messages(get_model, without=became_requests, replies=_replies(get_model))
    rows = requests.filter(quarantined_at=None, status__in=("new", "read"), contact__isnull=False)
    rows = rows.select_related("contact", "property", "inbound_message")
    add_items(get_model, "request", rows.iterator(BATCH), _request_fields)


def _replies(get_model: GetModel) -> QuerySet[Any] | None:
    """Replies to a contact, as long as they are rows of their own."""
    try:
        replies = get_model("contact_requests", "Reply").objects
    except LookupError:
        return None
    return replies.filter(contact_request__contact=OuterRef("contact")).annotate(at=F("created_at"))


def _request_fields(contact_request: Any) -> dict[str, Any]:
    message = contact_request.inbound_message
    channel = "form" if contact_request.source == "contact_form" else ""
    return {
        "since": contact_request.created_at,
        "channel": message.channel if message else channel,
        **text_fields(contact_request.property.title, contact_request.message),
    }
