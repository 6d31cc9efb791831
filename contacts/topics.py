"""Topics: the contact request or inquiry that a message is about, "request:<id>" or "inquiry:<id>".

An app adds its own with a module `topics`: `describe_topic(contact, topic)` returns the Topic, None for one that is not
the app's or not that contact's; `topic_of_mails(contact, message_ids)` returns the topic whose own mails, such as an
acknowledgment, have one of these Message-IDs, "" for none; `owner_of_topic(topic)` returns the Owner, None for a topic
that is not the app's or gone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from config.accounts.models import Pro
from config.web.hooks import hooks

from .models import Contact, ContactMessage, WaitingItem

REQUEST, INQUIRY = "request", "inquiry"
GONE_OUT = (ContactMessage.State.SENT, ContactMessage.State.DELIVERED, ContactMessage.State.READ)


class Topic(NamedTuple):
    """A contact request or inquiry as its answers need it.

    `title` is the property's, "" for none; `subject` that of the first e-mail about it, `references` the Message-IDs
    before that. `address` is the e-mail address given with it, "" for none. `words` are what the person wrote, `at` the
    time.
    """

    title: str
    reference: str
    subject: str
    address: str
    words: str
    at: datetime
    references: tuple[str, ...] = ()


class Owner(NamedTuple):
    """Pro and contact of a topic; one that came in without an address may have no contact."""

    pro: Pro
    contact: Contact | None


def make_topic(kind: str, id: object) -> str:
    """Topic of messages about a contact request or an inquiry."""
    return f"{kind}:{id}"


def read_topic(contact: Contact, topic: str) -> Topic | None:
    """The contact request or inquiry of a topic; None when it is not (or no longer) this contact's."""
    if not topic:
        return None
    topics = (module.describe_topic(contact, topic) for module in hooks("topics", "describe_topic"))
    return next((each for each in topics if each), None)


def clean_topic(text: str) -> str:
    """A topic as a form or a query names it, without what no database takes."""
    return text.replace("\0", "")[:60]


def find_owner(topic: str) -> Owner | None:
    """The owner of a topic, whatever it is about; None when it is gone."""
    owners = (module.owner_of_topic(topic) for module in hooks("topics", "owner_of_topic"))
    return next((owner for owner in owners if owner), None)


def split_topic(topic: str) -> tuple[str, str]:
    """Kind and key of the waiting item of a topic, ("", "") without one."""
    kind, _colon, key = topic.partition(":")
    return kind, key


def topic_of_items(items: Iterable[WaitingItem]) -> str:
    """The topic of what waits: the first contact request or inquiry among these items, "" for none."""
    return next((make_topic(item.kind, item.key) for item in items if item.kind in (REQUEST, INQUIRY)), "")


def topic_of_answer(contact: Contact, message_ids: Iterable[str]) -> str:
    """The topic of what a contact answers, by the provider's ids of the messages before it; "" for none."""
    ids = [id for id in dict.fromkeys(message_ids) if id]
    if not ids:
        return ""
    answered = contact.messages.filter(external_id__in=ids).exclude(topic="")
    if message := answered.order_by("-created_at", "-id").first():
        return message.topic
    topics = (module.topic_of_mails(contact, ids) for module in hooks("topics", "topic_of_mails"))
    return next((topic for topic in topics if topic), "")
