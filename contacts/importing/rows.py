"""From the cells of a row to a contact that could be stored."""

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
# A value or a message that repeats one, as it is shown: a cell may hold a book.
MAX_SHOWN = 300  # characters
logger = logging.getLogger("vestibule.contacts")


class Read(NamedTuple):
    """What a row says: a contact, checked and unsaved; the id it gives, as exports from here do; a note, or ""."""

    contact: Contact
    id: UUID | None
    note: str

    def is_noted(self, contact: Contact) -> bool:
        """Whether the note was kept for this contact already; true when there is none to keep."""
        return not self.note or contact.notes.filter(body=self.note).exists()


def read_row(found: ContactImport, row: ContactImportRow) -> Read:
    """What a row says. Raises ValidationError with the fields at fault."""
    cells = read_cells(row.values, found.columns)
    row.fields = {name: value[:MAX_SHOWN] for name, value in cells.items() if name != "id"}
    id = read_id(cells.pop("id", ""))
    if len(row.values) > len(found.headings):
        raise ValidationError(_("This row has more cells than there are headings."))
    note = _clean_note(cells.pop("note", ""))
    contact = Contact(pro=found.pro)
    if id and not (cells.get("email") or cells.get("phone")):
        # An export from here has those too who wrote by a channel and gave neither.
        named = Contact.objects.for_pro(found.pro).filter(pk=id)
        contact.reached_by = named.values_list("reached_by", flat=True).first() or ""
    contact.set({"source": SOURCE, "language": found.pro.language, **cells})
    row.fields |= {name: getattr(contact, name) for name in cells}
    return Read(contact, id, note)


def _clean_note(words: str) -> str:
    try:
        return clean_body(words) if words else ""
    except ValidationError as error:
        raise ValidationError({"note": error.messages}) from error


@contextmanager
def refusing(row: ContactImportRow) -> Iterator[None]:
    """What goes wrong with one row refuses it and stops no other; only a database that is gone stops them all."""
    try:
        yield
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        refuse(row, {name: _worded(name, messages[0]) for name, messages in fields.items()})
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Its message may repeat what stands in the row, and that is not for the log.
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("row %s cannot be imported: %s\n%s", row, type(error).__name__, place)
        refuse(row, {NON_FIELD_ERRORS: _("Something went wrong with this row on our side.")})


def refuse(row: ContactImportRow, reasons: dict[str, str]) -> None:
    row.decide(row.Outcome.REFUSE, reasons=reasons)


def _worded(name: str, message: str) -> str:
    """A reason as it helps whoever corrects the file: of a choice, what there is to choose from."""
    if name in CHOICES:
        return _("Use one of: %(choices)s.") % {"choices": ", ".join(map(str, CHOICES[name].labels))}
    return message[:MAX_SHOWN]


@contextmanager
def in_language_of(found: ContactImport) -> Iterator[None]:
    """What is written down for the pro to read is in the language of the person whose import it is."""
    with override(found.user.language if found.user else found.pro.language):
        yield
