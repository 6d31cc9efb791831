"""What has become of the rows, for reading and for correcting."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from ..book.duplicates import are_alike, words_of
from ..models import ContactImport, ContactImportRow
from ..phones import to_display
from .columns import CHOICES, TARGETS

ROWS = 50  # on one page
HEAD = ("name", "email", "phone")  # what stands in a row's first lines
BLOCK = 500  # rows read at once for the download
REASON = "reason"
Outcome = ContactImportRow.Outcome
# What an outcome is called once it has come about.
DONE = {Outcome.CREATE: _("Created"), Outcome.COMPLETE: _("Completed")}


class Shown(NamedTuple):
    """A row as it is read: `said` beside name, e-mail and phone, what is `learnt`, and why it is refused."""

    row: ContactImportRow
    said: list[str]
    learnt: list[tuple[Any, str]]
    reasons: list[tuple[Any, str, str]]  # field, the value at fault, why
    is_other_name: bool  # the contact that it matches is called otherwise


class Report:
    """One tab of an import's rows, as the URL asks for it."""

    def __init__(self, found: ContactImport, query: Mapping[str, str]) -> None:
        self.found = found
        filled = [outcome for outcome in Outcome.values if found.count(outcome)]
        wanted = query.get("show", "")
        self.show = wanted if wanted in Outcome.values else next(iter(filled), Outcome.CREATE)
        self.after = query.get("after") or "0"
        if not (self.after.isdecimal() and len(self.after) < 9):
            raise Http404

    @property
    def tabs(self) -> list[tuple[str, Any, int]]:
        """(outcome, title, how many)."""
        done = {} if self.found.is_before else DONE
        return [(each, done.get(each, each.label), self.found.count(each)) for each in Outcome]

    def page(self) -> dict[str, Any]:
        """The rows of one page, and after which row the next begins."""
        rows = self.found.rows.filter(outcome=self.show, number__gt=int(self.after))
        page = list(rows.select_related("contact").order_by("number")[: ROWS + 1])
        more = page[ROWS - 1].number if len(page) > ROWS else ""
        return {"rows": [_shown(row, self.found.pro.country) for row in page[:ROWS]], "next_after": more}


def _shown(row: ContactImportRow, country: str) -> Shown:
    said = [_label(name, value, country) for name, value in row.fields.items() if name not in HEAD]
    learnt = [(TARGETS[name], _label(name, value, country)) for name, value in row.learnt.items()]
    reasons = [(TARGETS.get(name, ""), row.fields.get(name, ""), why) for name, why in row.reasons.items()]
    return Shown(row, said, learnt, reasons, _is_other_name(row))


def _is_other_name(row: ContactImportRow) -> bool:
    if row.contact is None or row.outcome not in (Outcome.COMPLETE, Outcome.KNOWN):
        return False
    return not are_alike(words_of(row.contact.name), words_of(row.fields.get("name", "")))


def _label(name: str, value: str, country: str) -> str:
    """A value as it is read; what is no known choice stays as it stood in the file."""
    if name == "phone":
        return to_display(value, country)
    return str(dict(CHOICES[name].choices).get(value, value)) if name in CHOICES else value


def refused_cells(found: ContactImport) -> tuple[list[str], Iterator[list[str]]]:
    """Headings and cells of the refused rows, as they stand in the file, behind a first column with the reason."""
    # A file of refused rows that comes back has that column already.
    again = int(found.headings[:1] == [REASON])
    cells = ([_reason(row.reasons), *row.values[again:]] for row in _refused(found))
    return [REASON, *found.headings[again:]], cells


def _refused(found: ContactImport) -> Iterator[ContactImportRow]:
    """By one query a block: a reader on a slow line holds nothing open in the database."""
    rows, after = found.rows.filter(outcome=Outcome.REFUSE).order_by("number"), 0
    while block := list(rows.filter(number__gt=after)[:BLOCK]):
        yield from block
        after = block[-1].number


def _reason(reasons: dict[str, str]) -> str:
    texts = (why if name == NON_FIELD_ERRORS else f"{TARGETS.get(name, name)}: {why}" for name, why in reasons.items())
    return "; ".join(texts)
