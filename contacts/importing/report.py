"""The outcome of each row, for the import's page and for the file of refused rows."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from ..book.duplicates import are_similar, name_words
from ..models import ContactImport, ContactImportRow
from ..phones import to_display
from .columns import CHOICES, TARGETS

ROWS = 50  # on one page
HEAD = ("name", "email", "phone")  # fields in the first lines of a row
BLOCK = 500  # rows read at once for the download
REASON = "reason"
Outcome = ContactImportRow.Outcome
# Labels of outcomes after the run.
DONE = {Outcome.CREATE: _("Created"), Outcome.COMPLETE: _("Completed")}


class DisplayedRow(NamedTuple):
    """A row for display: values beside name, e-mail and phone; values added to its contact; reasons for a refusal."""

    row: ContactImportRow
    other_values: list[str]
    added: list[tuple[Any, str]]  # field, value
    reasons: list[tuple[Any, str, str]]  # field, invalid value, reason
    has_other_name: bool  # the name of the matching contact differs


class Report:
    """One tab of an import's rows, as the URL asks for it."""

    def __init__(self, contact_import: ContactImport, query: Mapping[str, str]) -> None:
        self.contact_import = contact_import
        with_rows = [outcome for outcome in Outcome.values if contact_import.count(outcome)]
        outcome = query.get("show", "")
        self.show = outcome if outcome in Outcome.values else next(iter(with_rows), Outcome.CREATE)
        self.after = query.get("after") or "0"
        if not (self.after.isdecimal() and len(self.after) < 9):
            raise Http404

    @property
    def tabs(self) -> list[tuple[str, Any, int]]:
        """(outcome, title, count)."""
        labels = {} if self.contact_import.is_pending else DONE
        return [(each, labels.get(each, each.label), self.contact_import.count(each)) for each in Outcome]

    def page(self) -> dict[str, Any]:
        """Rows of one page, and the row number after which the next page begins."""
        rows = self.contact_import.rows.filter(outcome=self.show, number__gt=int(self.after))
        page = list(rows.select_related("contact").order_by("number")[: ROWS + 1])
        more = page[ROWS - 1].number if len(page) > ROWS else ""
        country = self.contact_import.pro.country
        return {"rows": [_display_row(row, country) for row in page[:ROWS]], "next_after": more}


def _display_row(row: ContactImportRow, country: str) -> DisplayedRow:
    other_values = [_display_value(name, value, country) for name, value in row.fields.items() if name not in HEAD]
    added = [(TARGETS[name], _display_value(name, value, country)) for name, value in row.learnt.items()]
    reasons = [(TARGETS.get(name, ""), row.fields.get(name, ""), reason) for name, reason in row.reasons.items()]
    return DisplayedRow(row, other_values, added, reasons, _has_other_name(row))


def _has_other_name(row: ContactImportRow) -> bool:
    if row.contact is None or row.outcome not in (Outcome.COMPLETE, Outcome.KNOWN):
        return False
    return not are_similar(name_words(row.contact.name), name_words(row.fields.get("name", "")))


def _display_value(name: str, value: str, country: str) -> str:
    """Readable value; an unknown choice is returned as in the file."""
    if name == "phone":
        return to_display(value, country)
    return str(dict(CHOICES[name].choices).get(value, value)) if name in CHOICES else value


def refused_cells(contact_import: ContactImport) -> tuple[list[str], Iterator[list[str]]]:
    """Headings and cells of the refused rows as in the file, after a first column with the reason."""
    # A file of refused rows that is uploaded again has that column already.
    start = int(contact_import.headings[:1] == [REASON])
    cells = ([_join_reasons(row.reasons), *row.values[start:]] for row in _read_refused_rows(contact_import))
    return [REASON, *contact_import.headings[start:]], cells


def _read_refused_rows(contact_import: ContactImport) -> Iterator[ContactImportRow]:
    """Refused rows, one query a block: a slow download keeps nothing open in the database."""
    rows, after = contact_import.rows.filter(outcome=Outcome.REFUSE).order_by("number"), 0
    while block := list(rows.filter(number__gt=after)[:BLOCK]):
        yield from block
        after = block[-1].number


def _join_reasons(reasons: dict[str, str]) -> str:
    texts = (
        reason if name == NON_FIELD_ERRORS else f"{TARGETS.get(name, name)}: {reason}"
        for name, reason in reasons.items()
    )
    return "; ".join(texts)
