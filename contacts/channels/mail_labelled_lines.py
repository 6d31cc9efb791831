"""Read labelled lines of a text: "Nom : Petit", a label above its value, and rows of a table."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from .mail_labels import MAX_LABEL, field_of

MAX_LINES = 2000
# Lines below a "From:" in which a repeated e-mail has its recipient.
HEADER_LINES = 5
_COLON = re.compile(r"\s*(?:[:：]|=>?)\s*")
_CELLS = re.compile(r"\t+|\s{1,20}\|\s{1,20}|[ \xa0]{2,}")
# Emphasis as HTML readers and mail programs write it, and bullets.
_BEFORE, _AFTER = " \t\xa0*_•·▪►-–>|", " \t\xa0*_|"
_DASHES = re.compile(r"^\s*(?:--\s*|[-_=*~–—]{3,}\s*)$")
_DIVIDER = re.compile(r"^\s*[-_]{3,}[^-_]{1,60}[-_]{3,}\s*$")
# Of a repeated e-mail's header, and no end of a message.
_ENVELOPE = ("from", "to", "sent")


class LabelledLine(NamedTuple):
    """A value with the field that its label is of; `field` is "" without a label, and "quoted" for a quoted line."""

    field: str
    value: str
    line: str = ""


def plain_value(value: str) -> str:
    """A value without bullets and the marks of bold print."""
    return value.lstrip(_BEFORE).rstrip(_AFTER)


def read_labelled_lines(text: str, *, is_whole: bool) -> list[LabelledLine]:
    """Labelled values of a text, in order; the value of "message" may have several lines.

    Quoted lines are left out. `is_whole`: read on below the header of a repeated e-mail, such as a forwarded one; else
    the text ends there.
    """
    lines = text.split("\n", MAX_LINES)[:MAX_LINES]
    return list(_join_values(list(_label_lines(lines, is_whole=is_whole))))


def _label_lines(lines: list[str], *, is_whole: bool) -> Iterator[LabelledLine]:
    read_until = 0
    for at, line in enumerate(lines):
        if at < read_until:
            continue
        if line.startswith(">"):
            yield LabelledLine("quoted", "")
        elif _starts_repeated_mail(lines, at):
            if not is_whole:
                return
            read_until = at + HEADER_LINES
            yield LabelledLine("quoted", "")
        elif columns := _read_columns(lines, at):
            read_until = at + 2
            yield from columns
        else:
            yield from _split_cells(line)


def _read_columns(lines: list[str], at: int) -> list[LabelledLine]:
    """Values below a row of labels, the columns of a table; none when there is no such row."""
    labels = [plain_value(cell) for cell in lines[at].split("\t") if plain_value(cell)]
    if len(labels) < 2 or not all(map(field_of, labels)):
        return []
    values = [cell.strip() for cell in lines[at + 1].split("\t") if cell.strip()] if at + 1 < len(lines) else []
    if len(values) != len(labels) or any(map(field_of, values)):
        return []
    return [LabelledLine(field_of(label), value) for label, value in zip(labels, values, strict=True)]


def _starts_repeated_mail(lines: list[str], at: int) -> bool:
    """True for "From:" with "To:" or "Sent:" near below it, and for a line such as "--- Original message ---"."""
    if _DIVIDER.match(lines[at][:200]):
        return any(_split_label(line)[0] == "from" for line in lines[at + 1 : at + 4])
    if _split_label(lines[at])[0] != "from":
        return False
    return any(_split_label(line)[0] in ("to", "sent") for line in lines[at + 1 : at + HEADER_LINES])


def _split_label(line: str) -> tuple[str, str]:
    """(field, value) of "label: value"; ("", line) for a line without a label."""
    start = line[: MAX_LABEL + 20]
    match = _COLON.search(start)
    field = field_of(plain_value(start[: match.start()])) if match else ""
    if not match or not field:
        return "", line.strip()
    value = line[match.end() :].strip()
    # Bold print that includes the colon: "**Name:** Lea".
    return field, value.lstrip("*_ ") if start.lstrip()[:1] in ("*", "_") else value


def _split_cells(line: str) -> Iterator[LabelledLine]:
    """Each label in a line with its value: of "Name: Lea", of "Name  Lea  Phone  0612", and of a label alone."""
    cells = [cell for cell in _CELLS.split(line.strip(), 20) if plain_value(cell)]
    fields = [_label_of(cell, is_in_table=len(cells) > 1) for cell in cells]
    if not cells or not fields[0][0]:
        yield LabelledLine("", line.rstrip(), line.rstrip())
        return
    field, value = fields[0]
    if field == "message":
        yield LabelledLine(field, f"{value} {line.strip()[len(cells[0]) :]}".strip(" \t|"), line.rstrip())
        return
    for (next_field, next_value), cell in zip(fields[1:], cells[1:], strict=True):
        # A value may be a label's word itself: "Name  Via".
        if next_field and value:
            yield LabelledLine(field, value, line.rstrip())
            field, value, line = next_field, next_value, ""
        else:
            value = f"{value} {cell}".strip()
    yield LabelledLine(field, value, line.rstrip())


def _label_of(cell: str, *, is_in_table: bool) -> tuple[str, str]:
    """(field, value) of a cell, which may be a label alone."""
    field, value = _split_label(cell)
    if field:
        return field, value
    field = field_of(plain_value(cell))
    # Without a colon "De" and "Date" are words.
    is_word = field in _ENVELOPE or (field in ("other", "person", "subject") and not is_in_table)
    return ("", cell) if is_word else (field, "")


def _join_values(lines: list[LabelledLine]) -> Iterator[LabelledLine]:
    """Give a label without a value the line below it, and a message all of its lines."""
    at, seen = 0, set[str]()
    while at < len(lines):
        field, value, _line = lines[at]
        at += 1
        if field == "message":
            end = _end_of_message(lines, at, seen)
            within = lines[at:end]
            yield LabelledLine(field, "\n".join([value, *(line.line for line in within)]).strip())
            yield from (line for line in within if line.field not in ("", "message"))
            at = end
        elif field and not value:
            below = next((n for n in range(at, min(at + 3, len(lines))) if any(lines[n])), at)
            if below < len(lines) and not lines[below].field:
                value, at = lines[below].value.strip(), below + 1
        if field and field != "message":
            yield LabelledLine(field, value)
        seen.add(field)


def _end_of_message(lines: list[LabelledLine], start: int, seen: set[str]) -> int:
    """Index of the line that ends a message: a line of dashes, a quotation, the label of a field without a value yet.

    A labelled line with text right below it is the visitor's: "Tel.: 0612345678", "Please call me.".
    """
    for at in range(start, len(lines)):
        field, value, line = lines[at]
        is_next_text = at + 1 < len(lines) and not lines[at + 1].field and bool(lines[at + 1].value)
        is_own_words = bool(value) and is_next_text and not _DASHES.match(lines[at + 1].line[:200])
        is_label = field not in ("", "message", *_ENVELOPE, *(seen - {"other"}))
        if _DASHES.match(line[:200]) or (is_label and not is_own_words):
            return at
    return len(lines)
