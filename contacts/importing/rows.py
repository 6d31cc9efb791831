"""Parse the cells of a row into a valid, unsaved contact."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.instances import make_instance
from config.web.text import unix_lines

from ..models import Contact, ContactImport, ContactImportRow
from ..models.note import MAX_LENGTH, clean_body
from .columns import CHOICES, join_extra_cells, read_cells, read_id

SOURCE = "csv_import"
# Longest value, or message that repeats one, that is stored for display: a cell may be very long.
MAX_DISPLAYED = 300  # characters
logger = logging.getLogger("vestibule.contacts")


class ParsedRow(NamedTuple):
    """Content of a row: a valid, unsaved contact; the id given by an export of Vestibule; notes."""

    contact: Contact
    id: UUID | None
    notes: list[str]

    def missing_notes(self, contact: Contact) -> list[str]:
        """Notes that the contact has not."""
        if not self.notes:
            return []
        present = {*contact.notes.filter(body__in=self.notes).values_list("body", flat=True)}
        return [note for note in self.notes if note not in present]


def parse_row(contact_import: ContactImport, row: ContactImportRow) -> ParsedRow:
    """Parse a row, and set its `fields` and `left_out`. Raises ValidationError with the invalid fields.

    An unusable e-mail beside a usable phone, or the other way round, is left out.
    """
    pro, columns = contact_import.pro, contact_import.columns
    values = join_extra_cells(row.values, columns, pro.country)
    cells, unusable, rest = read_cells(values, columns, pro.country)
    has_address = bool(cells.get("email") or cells.get("phone"))
    if not has_address:
        cells |= unusable
    row.fields = {name: value[:MAX_DISPLAYED] for name, value in cells.items() if name != "id"}
    row.left_out = {name: text[:MAX_DISPLAYED] for name, text in unusable.items() if has_address}
    if len(values) > len(contact_import.headings):
        raise ValidationError(_("This row has more cells than there are headings."))
    id_text = cells.pop("id", "")
    if (id := read_id(id_text)) is None and id_text:
        rest.append((columns.index("id"), id_text))
    notes = [*_clean_note(cells.pop("note", "")), *_notes_of_rest(contact_import, rest)]
    contact = Contact(pro=pro)
    if id and not (cells.get("email") or cells.get("phone")):
        # An export also holds senders of a channel who gave neither e-mail nor phone.
        exported = Contact.objects.for_pro(pro).filter(pk=id)
        contact.reached_by = exported.values_list("reached_by", flat=True).first() or ""
    contact.assign_fields({"source": SOURCE, "language": pro.language, **cells})
    row.fields |= {name: getattr(contact, name) for name in cells}
    row.fields |= {"note": displayed_note(notes)} if notes else {}
    return ParsedRow(contact, id, notes)


def read_checked_row(contact_import: ContactImport, row: ContactImportRow) -> ParsedRow:
    """Content of a row as its check has stored it. Where `fields` do not hold all of it, the row is parsed again."""
    fields = row.fields
    is_cut = "note" in fields or any(len(value) >= MAX_DISPLAYED for value in fields.values())
    if is_cut or "id" in contact_import.columns:
        return parse_row(contact_import, row)
    pro = contact_import.pro
    contact = make_instance(Contact, **{"source": SOURCE, "language": pro.language, **fields})
    contact.pro = pro
    return ParsedRow(contact, None, [])


def displayed_note(notes: list[str]) -> str:
    return "\n".join(notes)[:MAX_DISPLAYED]


def _clean_note(text: str) -> list[str]:
    try:
        return [clean_body(text)] if text else []
    except ValidationError as error:
        raise ValidationError({"note": error.messages}) from error


def _notes_of_rest(contact_import: ContactImport, rest: list[tuple[int, str]]) -> list[str]:
    """Notes with the cells that no field holds, as lines "Heading: value": one, or more where it is too long."""
    if not (contact_import.keeps_rest and rest):
        return []
    headings = contact_import.headings
    lines = (
        f"{headings[number] or _('Column %(number)d') % {'number': number + 1}}: {text}"
        for number, text in sorted(rest, key=itemgetter(0))
    )
    text = unix_lines("\n".join(lines))
    parts = [text[start : start + MAX_LENGTH] for start in range(0, len(text), MAX_LENGTH)]
    return [part.strip() for part in parts if part.strip()]


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
    row.left_out = {}
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
