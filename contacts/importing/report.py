"""The outcome of each row, for the import's page and for the file of refused rows."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Q
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
LEFT_OUT, NOT_UNDONE = ContactImport.LEFT_OUT, "not_undone"  # further tabs
# Labels of outcomes after the run.
DONE = {Outcome.CREATE: _("Created"), Outcome.COMPLETE: _("Completed")}


class DisplayedRow(NamedTuple):
    """A row for display: values beside name, e-mail and phone; values added to its contact; reasons for a refusal."""

    row: ContactImportRow
    other_values: list[str]
    added: list[tuple[Any, str]]  # field, value
    reasons: list[tuple[Any, str, str]]  # field, invalid value, reason
    left_out: list[tuple[Any, str]]  # field, unusable value
    has_other_name: bool  # the name of the matching contact differs


class Report:
    """One tab of an import's rows, as the URL asks for it."""

    FILTERS: ClassVar = {
        **{str(each): Q(outcome=each) for each in Outcome},
        LEFT_OUT: ~Q(left_out={}),
        NOT_UNDONE: ~Q(undo__in=("", ContactImportRow.Undo.UNDONE)),
    }

    def __init__(self, contact_import: ContactImport, query: Mapping[str, str]) -> None:
        self.contact_import = contact_import
        shown = [show for show, _title, count in self.tabs if count]
        show = query.get("show", "")
        self.show = show if show in self.FILTERS else next(iter(shown), str(Outcome.CREATE))
        self.after = query.get("after") or "0"
        if not (self.after.isdecimal() and len(self.after) < 9):
            raise Http404

    @property
    def tabs(self) -> list[tuple[str, Any, int]]:
        """(name, title, count): the outcomes, and rows that need a look."""
        contact_import = self.contact_import
        labels = {} if contact_import.is_pending else DONE
        tabs = [(str(each), labels.get(each, each.label), contact_import.count(each)) for each in Outcome]
        left_out = contact_import.count(ContactImport.LEFT_OUT)
        not_undone = sum(count for _reason, count in contact_import.not_undone)
        more = [(LEFT_OUT, _("Values left out"), left_out), (NOT_UNDONE, _("Not undone"), not_undone)]
        return tabs + [tab for tab in more if tab[2]]

    def page(self) -> dict[str, Any]:
        """Rows of one page, and the row number after which the next page begins."""
        rows = self.contact_import.rows.filter(self.FILTERS[self.show], number__gt=int(self.after))
        page = list(rows.select_related("contact").order_by("number")[: ROWS + 1])
        more = page[ROWS - 1].number if len(page) > ROWS else ""
        country = self.contact_import.pro.country
        return {"rows": [_display_row(row, country) for row in page[:ROWS]], "next_after": more}


def _display_row(row: ContactImportRow, country: str) -> DisplayedRow:
    other_values = [_display_value(name, value, country) for name, value in row.fields.items() if name not in HEAD]
    added = [(TARGETS[name], _display_value(name, value, country)) for name, value in row.learnt.items()]
    reasons = [(TARGETS.get(name, ""), row.fields.get(name, ""), reason) for name, reason in row.reasons.items()]
    left_out = [(TARGETS[name], text) for name, text in row.left_out.items()]
    return DisplayedRow(row, other_values, added, reasons, left_out, _has_other_name(row))


def _has_other_name(row: ContactImportRow) -> bool:
    if row.contact is None or row.outcome not in (Outcome.COMPLETE, Outcome.KNOWN):
        return False
    return not are_similar(name_words(row.contact.name), name_words(row.fields.get("name", "")))


def _display_value(name: str, value: str, country: str) -> str:
    """Readable value; an unknown choice is returned as in the file."""
    if name == "phone":
        return to_display(value, country)
    if name == "note":
        return " · ".join(value.split("\n"))
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
