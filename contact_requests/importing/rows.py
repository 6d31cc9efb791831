"""The check and the run of a file of properties: what each row would do, and what it does."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Property, PropertyImport, PropertyImportRow
from ..models.property import reference_key
from ..properties import keep_property, preview_property
from .columns import PICTURES, read_price, read_state

Outcome = PropertyImportRow.Outcome
MAX_DISPLAYED = 300  # characters of a value that is stored for display
logger = logging.getLogger("vestibule.contact_requests")


def check_rows(property_import: PropertyImport, rows: list[PropertyImportRow]) -> None:
    """Set the expected outcome of these rows, unsaved: the dry run."""
    with language_of(property_import):
        for row in rows:
            with _refuse_on_error(row):
                fields = _parse(property_import, row)
                _refuse_second(property_import, row, rows)
                prop, changed = preview_property(property_import.pro, row.fields["reference"], fields)
                row.set_result(_outcome(prop, changed), property=prop, changed=changed)


def run_rows(property_import: PropertyImport, rows: list[PropertyImportRow]) -> None:
    """Import the rows that the check has not refused, and set their outcomes, unsaved."""
    pro, user = property_import.pro, property_import.user
    with language_of(property_import):
        for row in rows:
            if row.outcome == Outcome.REFUSE:
                continue
            with _refuse_on_error(row), transaction.atomic():
                fields = _parse(property_import, row)
                found, changed = preview_property(pro, row.fields["reference"], fields)
                prop = found
                if changed or found is None:
                    prop, _is_new = keep_property(pro, row.fields["reference"], fields, by=user)
                row.set_result(_outcome(found, changed), property=prop, changed=changed)


def _outcome(found: Property | None, changed: list[str]) -> str:
    if found is None:
        return Outcome.CREATE
    return Outcome.CHANGE if changed else Outcome.SAME


def _parse(property_import: PropertyImport, row: PropertyImportRow) -> dict[str, Any]:
    """Fields of the row as `keep_property` takes them; sets `fields` and `key`. Raises ValidationError."""
    cells: dict[str, str] = {}
    for column, cell in zip(property_import.columns, row.values, strict=False):
        if column and cell.strip():
            cells.setdefault(column, cell.strip().replace("\0", ""))
    row.fields = {name: text[:MAX_DISPLAYED] for name, text in cells.items() if name != PICTURES}
    row.key = ""
    if len(row.values) > len(property_import.headings):
        raise ValidationError(_("This row has more cells than there are headings."))
    if not (key := reference_key(cells.get("reference", ""))):
        raise ValidationError({"reference": _("Each property needs a reference, by which it is found again.")})
    row.key = key
    found = Property.objects.for_pro(property_import.pro).filter(reference_key=key).first()
    return _read_fields(cells, found, property_import.pro.language)


def _read_fields(cells: dict[str, str], found: Property | None, language: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: cells[name] for name in ("title", "summary", "description", "city") if name in cells
    }
    if "price" in cells:
        fields["price"] = read_price(cells["price"])
    if "state" in cells:
        fields["state"] = read_state(cells["state"])
    translations = {code: dict(texts) for code, texts in found.translations.items()} if found else {}
    for column, text in cells.items():
        name, _underscore, code = column.rpartition("_")
        if name in ("title", "summary", "description") and code == language:
            fields.setdefault(name, text)
        elif name in ("title", "summary", "description"):
            translations.setdefault(code, {})[name] = text
    if translations:
        fields["translations"] = translations
    if "number" in cells:
        fields["numbers"] = _add_number(found, cells["number"])
    return fields


def _add_number(found: Property | None, number: str) -> list[tuple[str, str]]:
    numbers = list(found.numbers.values_list("portal", "number")) if found else []
    known = {reference_key(each) for _portal, each in numbers}
    return numbers if reference_key(number) in known else [*numbers, ("", number)]


def _refuse_second(property_import: PropertyImport, row: PropertyImportRow, rows: list[PropertyImportRow]) -> None:
    """Raise ValidationError for a reference that an earlier row of the file has."""
    same = [each.number for each in rows if each.key == row.key and each.number < row.number]
    earlier = property_import.rows.filter(key=row.key, number__lt=rows[0].number).values_list("number", flat=True)
    if number := next(iter([*earlier[:1], *same]), None):
        message = _("Row %(number)d has the same reference.") % {"number": number}
        raise ValidationError({"reference": message})


@contextmanager
def _refuse_on_error(row: PropertyImportRow) -> Iterator[None]:
    """Refuse the row on any error, so that the other rows go on. An unreachable database still stops the import."""
    try:
        yield
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        row.set_result(Outcome.REFUSE, reasons={name: texts[0][:MAX_DISPLAYED] for name, texts in fields.items()})
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("row %s cannot be imported: %s\n%s", row, type(error).__name__, frames)
        reason = _("Something went wrong with this row on our side.")
        row.set_result(Outcome.REFUSE, reasons={NON_FIELD_ERRORS: reason})


@contextmanager
def language_of(property_import: PropertyImport) -> Iterator[None]:
    """Activate the language of the import's user, for stored reasons."""
    user = property_import.user
    with override(user.language if user else property_import.pro.language):
        yield
