import uuid
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils import timezone

from config.accounts.models import Pro, TenantQuerySet
from config.saving import update_many
from config.search.query import read_query
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers

from ..search_text import contact_terms
from .contact import Contact
from .queryset import ContactQuerySet

if TYPE_CHECKING:
    from .message import ContactMessage


@cache
def _totals(model: "type[ContactMessage]") -> Compiled[Any]:
    """Compiled query of a contact's time of the last message and count of unread ones; no row without a message."""

    def rows(contact_id: uuid.UUID) -> Any:
        unread = Count("pk", filter=Q(read_at=None, state=model.State.RECEIVED))
        groups = model.objects.filter(contact=contact_id).order_by().values("contact")
        return groups.annotate(last=Max("created_at"), unread=unread).values_list("last", "unread")

    return Compiled(rows, keeps_plan=True)


# Long columns that no row of a list shows.
_LONG = ("quoted", "former", "references", "search_text")


@cache
def _newest(model: "type[ContactMessage]") -> Compiled["ContactMessage"]:
    """Compiled query of the newest message of each of some contacts."""

    def rows(ids: list[uuid.UUID]) -> Any:
        newest = model.objects.filter(contact=OuterRef("pk")).order_by("-created_at", "-id").values("pk")[:1]
        contacts = Contact.objects.filter(pk__in=ids).annotate(newest=Subquery(newest))
        return model.objects.filter(pk__in=contacts.values("newest")).order_by().defer(*_LONG)

    return Compiled(rows)


class ContactMessageQuerySet(TenantQuerySet["ContactMessage"]):
    def unread(self, contact: Contact) -> Self:
        """Inbound messages of a conversation that nobody has read."""
        return self.filter(contact=contact, read_at=None, state=self.model.State.RECEIVED)

    def answers(self) -> Self:
        """Messages of somebody to the contact; those that could not be sent are none, nor are automatic replies."""
        written = self.filter(is_automatic=False)
        return written.exclude(state__in=(self.model.State.RECEIVED, self.model.State.FAILED))

    def mark_read(self, contact: Contact, *, until: datetime | None = None, topic: str = "") -> None:
        """Mark the messages of a conversation as read: those until a time and about a topic, by default all.

        Raises DoesNotExist when the contact is archived or merged meanwhile.
        """
        if not contact.unread_count:
            return
        with transaction.atomic():
            contact.lock()
            unread = self.unread(contact).filter(topic=topic) if topic else self.unread(contact)
            (unread.filter(created_at__lte=until) if until else unread).update(read_at=timezone.now())
            self.recount(contact, at=contact.last_message_at)

    def ask_last(self, contacts: list[Contact]) -> Question["ContactMessage"]:
        """The question of `with_last`."""
        return _newest(self.model).question([contact.pk for contact in contacts])

    def with_last(self, contacts: list[Contact], answers: Answers = UNASKED) -> list[Contact]:
        """Set `last_message`, the newest message or None, on each of the contacts, in one query; return them."""
        found = answers.rows(self.ask_last(contacts)) if contacts else []
        rows = {row.contact_id: row for row in found}
        for contact in contacts:
            contact.last_message = rows.get(contact.pk)  # type: ignore[attr-defined]
        return contacts

    def search(self, text: str) -> Self:
        """Messages with every word of `text` in subject or text; case and accents are ignored."""
        return self.filter(self.model.search_index.matching(read_query(text).words_or_number(), self.db))

    def search_conversations(self, pro: Pro, text: str) -> ContactQuerySet:
        """The Pro's contacts with every word of `text` in name, e-mail or phone, or in one of their messages."""
        contacts = Contact.objects.for_pro(pro)
        if not text:
            return contacts
        said = self.for_pro(pro).search(text).order_by()
        if not self.model.search_index.is_used_for(read_query(text).words_or_number(), self.db):
            # Two letters are in many messages: the newest conversations are read until a page is full. A subquery, and
            # not EXISTS, for which PostgreSQL would first read all messages.
            by_name = Contact.search_index.matching(contact_terms(text, by_word=True), self.db)
            rows = contacts.alias(said=Subquery(said.filter(contact=OuterRef("pk")).values("pk")[:1]))
            return rows.filter(by_name | Q(said__isnull=False))
        by_contact = contacts.search(text, by_word=True).values("pk")
        by_message = said.values("contact")
        # A union, and not "or": each half is then read from its own index.
        return contacts.filter(pk__in=by_contact.union(by_message))

    def recount(self, contact: Contact, *, at: datetime | None = None) -> None:
        """Update the contact's unread count and time of the last message. The caller holds the contact or its book.

        `at` is when the last message arrived, which may have been written before others. The last word is brought
        forward; where messages moved away, see `contacts.last_words`.
        """
        last, unread = _totals(self.model).first(contact.pk) or (None, 0)
        contact.last_message_at, contact.unread_count = max(last, at) if last and at else last, unread
        # Not by `save`: a message does not change the contact's `updated_at`.
        update_many([contact], "last_message_at", "unread_count")
        if contact.last_message_at:
            contact.note_word(contact.last_message_at)
