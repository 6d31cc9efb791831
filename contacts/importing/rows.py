"""Parse the cells of a row into a valid, unsaved contact."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Contact, ContactImport, ContactImportRow
from ..models.note import clean_body
from .columns import CHOICES, read_cells, read_id

SOURCE = "csv_import"
# Longest value, or message that repeats one, that is stored for display: a cell may be very long.
MAX_DISPLAYED = 300  # characters
logger = logging.getLogger("vestibule.contacts")


class ParsedRow(NamedTuple):
    """Content of a row: a valid, unsaved contact; the id given by an export of Vestibule; a note, or ""."""

    contact: Contact
    id: UUID | None
    note: str

    def has_note(self, contact: Contact) -> bool:
        """True when the contact has this note already, or the row has none."""
        return not self.note or contact.notes.filter(body=self.note).exists()


def parse_row(contact_import: ContactImport, row: ContactImportRow) -> ParsedRow:
    """Parse a row, and set its `fields`. Raises ValidationError with the invalid fields."""
    cells = read_cells(row.values, contact_import.columns)
    row.fields = {name: value[:MAX_DISPLAYED] for name, value in cells.items() if name != "id"}
    id = read_id(cells.pop("id", ""))
    if len(row.values) > len(contact_import.headings):
        raise ValidationError(_("This row has more cells than there are headings."))
    note = _clean_note(cells.pop("note", ""))
    contact = Contact(pro=contact_import.pro)
    if id and not (cells.get("email") or cells.get("phone")):
        # An export also holds senders of a channel who gave neither e-mail nor phone.
        exported = Contact.objects.for_pro(contact_import.pro).filter(pk=id)
        contact.reached_by = exported.values_list("reached_by", flat=True).first() or ""
    contact.assign_fields({"source": SOURCE, "language": contact_import.pro.language, **cells})
    row.fields |= {name: getattr(contact, name) for name in cells}
    return ParsedRow(contact, id, note)


def _clean_note(text: str) -> str:
    try:
        return clean_body(text) if text else ""
    except ValidationError as error:
        raise ValidationError({"note": error.messages}) from error


@contextmanager
def refuse_on_error(row: ContactImportRow) -> Iterator[None]:
    """Refuse the row on any error, so that the other rows go on. An unreachable database still stops the import."""
    try:
        yield
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        refuse(row, {name: _reason(name, messages[0]) for name, messages in fields.items()})
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Without the message: it may repeat personal data of the row.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("row %s cannot be imported: %s\n%s", row, type(error).__name__, frames)
        refuse(row, {NON_FIELD_ERRORS: _("Something went wrong with this row on our side.")})


def refuse(row: ContactImportRow, reasons: dict[str, str]) -> None:
    """Set the outcome of a row to refused, unsaved."""
    row.set_result(row.Outcome.REFUSE, reasons=reasons)


def _reason(name: str, message: str) -> str:
    """Reason for a refusal, for the person who corrects the file: for a choice, the possible values."""
    if name in CHOICES:
        return _("Use one of: %(choices)s.") % {"choices": ", ".join(map(str, CHOICES[name].labels))}
    return message[:MAX_DISPLAYED]


@contextmanager
def language_of(contact_import: ContactImport) -> Iterator[None]:
    """Activate the language of the import's user, for stored reasons."""
    with override(contact_import.user.language if contact_import.user else contact_import.pro.language):
        yield
