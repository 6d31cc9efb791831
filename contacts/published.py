"""Events about contacts and messages, as programs are told of them; see `config.events.publishing`."""

import uuid

from msgspec import Struct

from config.api.times import format_utc
from config.events.kinds import EventType
from config.events.publishing import Subject

from .dialect import to_contact_body
from .models import Contact, ContactMessage
from .schemas import DeletedContact, Moment


class MessageBody(Struct, rename="camel"):
    """A message, without its words. `topic` is what it is about, "request:<id>" or "inquiry:<id>"."""

    id: uuid.UUID
    contact_id: uuid.UUID
    channel: str
    state: str
    topic: str | None
    error: str | None
    created_at: Moment
    sent_at: Moment | None


def _key(contact_id: uuid.UUID) -> str:
    return f"contact:{contact_id}"


def _describe_contact(contact: Contact) -> Subject:
    return Subject(_key(contact.pk), contact.pk, to_contact_body(contact))


def _describe_gone(contact: Contact) -> Subject:
    # Of a contact that is there `deleted_at` is None.
    deleted = DeletedContact(contact.pk, format_utc(contact.deleted_at), contact.merged_into_id)  # type: ignore[arg-type]
    return Subject(_key(contact.pk), contact.pk, deleted)


def _describe_message(message: ContactMessage) -> Subject:
    body = MessageBody(
        id=message.pk,
        contact_id=message.contact_id,
        channel=message.channel,
        state=message.state,
        topic=message.topic or None,
        error=message.error or None,
        created_at=format_utc(message.created_at),
        sent_at=format_utc(message.sent_at),
    )
    return Subject(f"message:{message.pk}", message.contact_id, body)


SUBJECTS = {
    EventType.CONTACT_CREATED: _describe_contact,
    EventType.CONTACT_UPDATED: _describe_contact,
    EventType.CONTACT_DELETED: _describe_gone,
    EventType.CONTACT_MERGED: _describe_gone,
    EventType.MESSAGE_RECEIVED: _describe_message,
    EventType.MESSAGE_SENT: _describe_message,
    EventType.MESSAGE_FAILED: _describe_message,
}
