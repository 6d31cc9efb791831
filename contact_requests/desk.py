"""Contact requests at the desk: the thread that an old address of one leads to, and the properties beside a thread."""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from config.accounts.models import Pro, User
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers
from contacts.models import Contact

from .marking import mark_requests_read
from .models import ContactRequest


class Aside(NamedTuple):
    """Template and content of a part beside a thread."""

    template: str
    item: Any


def find_url(pro: Pro, id: uuid.UUID) -> str:
    """Address of a contact request in its contact's thread; "" when the Pro has no such contact request."""
    row = ContactRequest.objects.for_pro(pro).filter(pk=id, contact__deleted_at=None).first()
    return thread_url(row) if row else ""


def thread_url(contact_request: ContactRequest) -> str:
    """Address of a contact request in its contact's thread."""
    return f"{reverse('waiting:person', args=[contact_request.contact_id])}#request-{contact_request.pk}"


def parts(contact: Contact, answers: Answers = UNASKED) -> tuple[list[Aside], list[Aside]]:
    """Entries of the thread's menu, and what stands beside the thread.

    Each of the last contact requests can be set aside as spam; beside the thread are the properties that the contact
    asked about, the last one first.
    """
    rows = answers.rows(ask_parts(contact))
    properties = list({row.property_id: row.property for row in rows}.values())[:3]
    asides = [Aside("contact_requests/_desk_properties.html", properties)] if properties else []
    return [Aside("contact_requests/_desk_spam.html", row) for row in rows[:3]], asides


def mark_read(contact: Contact, until: datetime, by: User) -> list[Aside]:
    """See `contacts.conversations.reading`."""
    return [Aside("contact_requests/_read.html", row) for row in mark_requests_read(contact, until, by=by)]


def ask_parts(contact: Contact) -> Question[ContactRequest]:
    """The question of `parts`, for what is asked together."""
    return _NEWEST.question(contact.pro, contact).part(20)


def _requests(pro: Pro, contact: Contact) -> QuerySet[ContactRequest]:
    rows = ContactRequest.objects.for_pro(pro).filter(contact=contact)
    return rows.select_related("property").newest_first()


_NEWEST = Compiled(_requests, keeps_plan=True)
