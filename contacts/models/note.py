import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User
from config.web.text import unix_lines

from .stale import StaleEditError

if TYPE_CHECKING:
    from .contact import Contact

MAX_LENGTH = 5000
# A deleted note can be restored for this time.
RETENTION = timedelta(days=30)


class ContactNoteQuerySet(models.QuerySet["ContactNote"]):
    def present(self) -> Self:
        """Notes that are not deleted."""
        return self.filter(deleted_at=None)

    def add_note(self, contact: "Contact", body: str, *, by: User | None, id: uuid.UUID | None = None) -> "ContactNote":
        """Store a note about a contact. The same `id` and text again is one form, sent twice: one note.

        Raises ValidationError for an unusable text, and DoesNotExist when the contact is deleted.
        """
        text = clean_body(body)
        with transaction.atomic():
            contact.lock()
            if id is None:
                return self.add_notes([(contact, text)], by=by)[0]
            # A second text typed on the same page is another note, so the text is part of the key.
            key = uuid.uuid5(contact.pk, f"{id}\n{text}")
            return self.get_or_create(id=key, contact=contact, defaults={"body": text, "author": by})[0]

    def add_notes(self, notes: Iterable[tuple["Contact", str]], *, by: User | None) -> Sequence["ContactNote"]:
        """Store notes about contacts that the caller has locked, given as (contact, text).

        Raises ValidationError for an unusable text.
        """
        rows = [self.model(contact=contact, body=clean_body(body), author=by) for contact, body in notes]
        return self.bulk_create(rows)


class ContactNote(models.Model):
    """Internal note about a contact; it is in no API, export or mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("author"))
    body = models.TextField(_("note"), max_length=MAX_LENGTH)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited at"), null=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True)
    # [time of its edit or None, text] before the last edit, which can be undone; [] without one.
    former = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)
    # "@Inès Moreau": the colleagues whom it mentions, as they are written in it.
    mentions = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)

    objects = ContactNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.body[:50]

    def change_body(self, body: str, *, expected: str) -> None:
        """Change the text. `expected` is the text at the beginning of the edit.

        Raises StaleEditError when the text was changed meanwhile, ValidationError for an unusable text, and
        ObjectDoesNotExist when the note was deleted, or its contact archived.
        """
        with transaction.atomic():
            self.contact.lock()
            self.refresh_from_db(from_queryset=ContactNote.objects.present().select_for_update(of=("self",)))
            text = clean_body(body)
            if text == self.body:
                return
            if self.body != unix_lines(expected):
                raise StaleEditError("body", self.body)
            self.former = [self.edited_at and self.edited_at.isoformat(), self.body]
            self.body, self.edited_at = text, timezone.now()
            self.save(update_fields=["former", "body", "edited_at"])

    def undo_change(self, edited_at: datetime) -> bool:
        """Undo the edit of a time; False when the note was changed or deleted since.

        Raises Contact.DoesNotExist when the contact is archived.
        """
        with transaction.atomic():
            self.contact.lock()
            self.refresh_from_db(from_queryset=ContactNote.objects.select_for_update(of=("self",)))
            if self.deleted_at or self.edited_at != edited_at or not self.former:
                return False
            at, self.body = self.former
            self.edited_at, self.former = datetime.fromisoformat(at) if at else None, []
            self.save(update_fields=["former", "body", "edited_at"])
            return True

    def soft_delete(self) -> None:
        """Delete the note until `restore`. A second time changes nothing.

        Raises Contact.DoesNotExist when the contact is archived.
        """
        self._set_deleted(timezone.now())

    def restore(self) -> None:
        """Undo `soft_delete`; raises the same."""
        self._set_deleted(None)

    def _set_deleted(self, at: datetime | None) -> None:
        with transaction.atomic():
            self.contact.lock()
            self.refresh_from_db(from_queryset=ContactNote.objects.select_for_update(of=("self",)))
            if (self.deleted_at is None) != (at is None):
                self.deleted_at = at
                self.save(update_fields=["deleted_at"])


def clean_body(body: str) -> str:
    """Text of a note without surrounding space. Raises ValidationError when it is empty, too long, or has a NUL."""
    text = unix_lines(body).strip()
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise ValidationError({"body": _("Write something first.")})
    if len(text) > MAX_LENGTH:
        raise ValidationError({"body": _("Use at most %(n)s characters.") % {"n": MAX_LENGTH}})
    if "\0" in text:
        raise ValidationError({"body": _("Null characters are not allowed.")})
    return text


def prune_notes() -> None:
    """Delete notes that were soft-deleted longer ago than RETENTION."""
    ContactNote.objects.filter(deleted_at__lt=timezone.now() - RETENTION).delete()
