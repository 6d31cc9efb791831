"""Fields that a column can have, and the values of a row's cells.

To import a further field, add it to TARGETS, and to HEADINGS in `headings`.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import zip_longest
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from ..languages import ISO_639_1
from ..models import Contact
from .address_cells import ADDRESS_READERS, Addresses
from .headings import normalize

# Fields a column can have, in the order of the choices.
TARGETS = {
    "name": _("Name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "company": _("Company"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "status": _("Status"),
    "role": _("Role"),
    "channel_preference": _("Preferred channel"),
    "source": _("Source"),
    "referral_source": _("Referred by"),
    "language": _("Language"),
    "note": _("Note"),
    "id": _("Id from an export of Vestibule"),
}
CHOICES = {"status": Contact.Status, "role": Contact.Role, "channel_preference": Contact.Channel}
NAME_PARTS = ("first_name", "last_name", "company")
MAX_NAME = 200  # characters of a name that is made from another field


class RowCells(NamedTuple):
    """Content of a row: `values` by field; `unusable` e-mails and phones by field; and everything else.

    `rest` is [(number of the column, text)] of ignored columns, unusable values, and values after the first one of
    their field.
    """

    values: dict[str, str]
    unusable: dict[str, str]
    rest: list[tuple[int, str]]


def read_cells(cells: list[str], columns: list[str], country: str) -> RowCells:
    """Read the cells of a row, empty ones left out.

    Of several values of a field the first one counts, of e-mails and phones (read as those of `country`) the first
    usable one. First and last name become the name where there is none, then the company, the e-mail, the phone.
    """
    row = RowCells({}, {}, [])
    for number, (column, cell) in enumerate(zip_longest(columns, cells[: len(columns)], fillvalue="")):
        # "-", "?" and invisible characters count as empty.
        if any(c.isalnum() for c in cell):
            _read_cell(row, number, column, cell, country)
    _complete_name(row, columns)
    return row


def join_extra_cells(cells: list[str], columns: list[str], country: str) -> list[str]:
    """Join the cells after the last column with its own, if all of them are addresses: "ann@x.org; bob@x.org"."""
    count = len(columns)
    read = ADDRESS_READERS.get(columns[-1]) if count < len(cells) else None
    extra = cells[count:]
    if read is None or not all(read(cell, country).usable for cell in extra):
        return cells
    return [*cells[: count - 1], ";".join(cells[count - 1 :])]


def _read_cell(row: RowCells, number: int, column: str, cell: str, country: str) -> None:
    text = cell.strip() if column in ("note", "") else " ".join(cell.split())
    if read := ADDRESS_READERS.get(column):
        _read_addresses(row, number, column, read(cell, country), text)
        return
    value = READERS.get(column, str)(text)
    if not column or row.values.setdefault(column, value) != value:
        row.rest.append((number, value))


def _read_addresses(row: RowCells, number: int, column: str, addresses: Addresses, text: str) -> None:
    usable, unusable, has_remarks = addresses
    row.values.update({column: usable[0]} if usable and column not in row.values else {})
    if unusable:
        row.unusable[column] = "; ".join([*filter(None, [row.unusable.get(column)]), *unusable])
    others = [value for value in usable if value != row.values[column]]
    row.rest.extend((number, each) for each in ([text] if usable and has_remarks else [*others, *unusable]))


def _complete_name(row: RowCells, columns: list[str]) -> None:
    """Set the name from the other values where there is none. Those that do not become the name are of the rest."""
    values = row.values
    parts = {field: values.pop(field) for field in NAME_PARTS if field in values}
    full = " ".join(parts[field] for field in ("first_name", "last_name") if field in parts)
    if "name" not in values:
        name = full or parts.pop("company", "") or values.get("email") or values.get("phone")
        values |= {"name": name if full else name[:MAX_NAME]} if name else {}
    elif "last_name" in parts and "first_name" not in columns and full not in values["name"]:
        # « Nombre, Apellidos », "Name, Surname": the name is the first one.
        values["name"] += f" {full}"
    row.rest.extend((columns.index(field), text) for field, text in parts.items() if text not in values.get("name", ""))


def read_id(text: str) -> UUID | None:
    """Id of a contact; None for an id of another program."""
    with suppress(ValueError):
        return UUID(text)
    return None


@cache
def _values_by_label(field: str) -> dict[str, str]:
    """{normalized text: value} of a choice field: each value, and its label in every language."""
    choices = CHOICES[field]
    values = {normalize(value): value for value in choices.values}
    for code, _label in settings.LANGUAGES:
        with override(code):
            values |= {normalize(str(label)): value for value, label in choices.choices}
    return values


def _choice_reader(field: str) -> Callable[[str], str]:
    # An unknown value is returned unchanged, for the model to refuse.
    return lambda text: _values_by_label(field).get(normalize(text), text)


@cache
def _codes_by_language() -> dict[str, str]:
    """{normalized name: code} of languages: the name in itself, and in every language of the pages."""
    known = {code: info for code, info in LANG_INFO.items() if code in ISO_639_1 and "name" in info}
    codes = {normalize(info["name_local"]): code for code, info in known.items()}
    for language, _label in settings.LANGUAGES:
        with override(language):
            codes |= {normalize(gettext(info["name"])): code for code, info in known.items()}
    return codes


def _read_language(text: str) -> str:
    """ "FR", "fr-BE", "Français", "Frans" -> "fr"."""
    code = text.casefold().replace("_", "-").partition("-")[0]
    return code if code in ISO_639_1 else _codes_by_language().get(normalize(text), text)


READERS: dict[str, Callable[[str], str]] = {
    **{field: _choice_reader(field) for field in CHOICES},
    "language": _read_language,
}
