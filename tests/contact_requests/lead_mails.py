"""E-mails with a lead, as they arrive at the owner's letterbox."""

from typing import Any

from contacts.channels.message import Lead
from contacts.models import ChannelConnection, ContactMessage

from ..contacts.messaging import arrive

LEA: dict[str, Any] = {
    "name": "Lea Visitor",
    "email": "lea@visitor.example",
    "phone": "06 12 34 56 78",
    "message": "May I visit it on Friday?",
    "source": "portal.example",
}


def arrive_with_lead(letterbox: ChannelConnection, lead: dict[str, Any], **fields: Any) -> ContactMessage:
    """Receive a portal's mail: Lea's lead with these changes, and its sender as the reading of mails takes her."""
    usual = {
        "text": "Name: Lea Visitor\nMessage: May I visit it on Friday?",
        "name": "Lea Visitor",
        "identities": (("email", "lea@visitor.example"),),
        "address": "lea@visitor.example",
        "email": "lea@visitor.example",
        "by_way_of": "noreply@portal.example",
        "is_automatic": True,
        "is_proven": False,
        "lead": Lead(**{**LEA, **lead}),
    }
    return arrive(letterbox, **{**usual, **fields})
