"""Contact requests as topics of messages; see `contacts.topics`."""

import uuid
from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.web.compiled import Compiled
from config.web.mail import make_message_id, name_in_message_id
from contacts.addresses import email_key
from contacts.models import Contact, ContactMessage
from contacts.topics import REQUEST, Owner, Topic, make_topic, split_topic

from .mails import ACKNOWLEDGMENT_ID
from .models import ContactRequest


def describe_topic(contact: Contact, topic: str) -> Topic | None:
    """The contact request of a topic; see `contacts.topics`."""
    kind, _colon, id = topic.partition(":")
    contact_request = _find_of_contact(contact, id) if kind == REQUEST else None
    if contact_request is None:
        return None
    subject, references = _thread_of(contact_request)
    return Topic(
        title=contact_request.property.title,
        reference=contact_request.reference,
        subject=subject,
        address=contact_request.email,
        words=contact_request.message,
        at=contact_request.created_at,
        references=references,
    )


def owner_of_topic(topic: str) -> Owner | None:
    """The owner of a contact request; see `contacts.topics`."""
    kind, id = split_topic(topic)
    if kind != REQUEST:
        return None
    with suppress(ValueError):
        rows = ContactRequest.objects.filter(pk=uuid.UUID(id)).select_related("pro", "contact__pro")
        if contact_request := rows.first():
            return Owner(contact_request.pro, contact_request.contact)
    return None


def _find_of_contact(contact: Contact, id: str) -> ContactRequest | None:
    with suppress(ValueError):
        return _OF_CONTACT.first(contact, uuid.UUID(id))
    return None


def _of_contact(contact: Contact, id: uuid.UUID) -> QuerySet[ContactRequest]:
    rows = ContactRequest.objects.filter(contact=contact, pk=id)
    return rows.select_related("property", "pro", "inbound_message")


_OF_CONTACT = Compiled(_of_contact, keeps_plan=True)


def _thread_of(contact_request: ContactRequest) -> tuple[str, tuple[str, ...]]:
    """Subject and Message-IDs for the first answer: below the e-mail that brought it, or our acknowledgment.

    An e-mail that a portal wrote for the visitor is none that they have.
    """
    mail = contact_request.inbound_message
    if mail and mail.subject and not mail.by_way_of and email_key(mail.address) == email_key(contact_request.email):
        return f"Re: {mail.subject}", tuple(mail.references)
    language = contact_request.language
    with override(language if language in dict(settings.LANGUAGES) else contact_request.pro.language):
        subject = _("Your message about %(title)s") % {"title": contact_request.property.title}
    acknowledgment = make_message_id(f"{ACKNOWLEDGMENT_ID}{contact_request.pk}")
    return subject, (acknowledgment,) if contact_request.acknowledged_at else ()


def find_answers(contact_request: ContactRequest) -> QuerySet[ContactMessage]:
    """The Pro's messages about a contact request, oldest first, each with its author."""
    rows = ContactMessage.objects.for_pro(contact_request.pro).filter(topic=make_topic(REQUEST, contact_request.pk))
    return rows.exclude(state=ContactMessage.State.RECEIVED).select_related("author").order_by("created_at", "id")


def topic_of_mails(contact: Contact, message_ids: Iterable[str]) -> str:
    """The topic of the contact request that was acknowledged by one of these e-mails; see `contacts.topics`."""
    for message_id in message_ids:
        if contact_request := _find_of_contact(contact, name_in_message_id(message_id, ACKNOWLEDGMENT_ID)):
            return make_topic(REQUEST, contact_request.pk)
    return ""
