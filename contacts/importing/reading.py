"""Read headings and rows of an uploaded CSV file, whatever they mean.

An unreadable file is refused as a whole, with a ValidationError that tells the user what to do.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from config.web.csv_cells import unescape

from .headings import recognise_columns

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_LINES = 1_048_576  # blank ones included: those of a whole spreadsheet
MAX_COLUMNS = 100
MAX_HEADING = 100  # characters; longer headings are cut
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Signatures of workbooks (zip), old workbooks and PDF.
OTHER_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
DELIMITERS = ",;\t|"
# Line before the headings by which Excel names the delimiter.
DELIMITER_LINE = re.compile(r"sep=([,;\t|])\r?\n?")
LINE = re.compile(r"[^\r\n]+")
ALPHANUMERIC = re.compile(r"[^\W_]")
# E-mail address or phone number: found in a row of data, rarely in a heading.
DATA = re.compile(r"\w@\w|(?:\d[ ./-]?){6}")
# Rows that are looked at for what is wrong with the first one.
FIRST_ROWS = 10


Recognise = Callable[[list[str]], list[str]]


class Table(NamedTuple):
    """`rows` yields (row number, cells) of the rows that are not blank."""

    headings: list[str]
    rows: Iterator[tuple[int, list[str]]]


def check_beginning(data: bytes) -> None:
    """Raise ValidationError for a file that shows at first sight that it is none."""
    if not data:
        raise ValidationError(_("The file is empty."), code="empty")
    if len(data) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 10 MB. Split it into several."), code="too_large")
    if data.startswith(OTHER_SIGNATURES):
        message = _("This is a workbook or another document. Open it in your spreadsheet and save it as CSV.")
        raise ValidationError(message, code="kind")


def read_table(data: bytes, recognise: Recognise = recognise_columns) -> Table:
    """Read a CSV file in UTF-8, UTF-16 or Windows-1252 with commas, semicolons, tabs or pipes.

    `recognise` gives the field of each heading, "" for one that is not known. Raises ValidationError.
    """
    check_beginning(data)
    text = decode(data)
    records = _read_records(text, recognise)
    first_rows = list(islice(records, FIRST_ROWS))
    if not first_rows:
        raise ValidationError(_("The file is empty."), code="empty")
    (_number, headings), *rows = first_rows
    if len(headings) > MAX_COLUMNS:
        message = _("The file has more than %(limit)d columns. Leave out those that are not about contacts.")
        raise ValidationError(message, code="columns", params={"limit": MAX_COLUMNS})
    _check_first_rows(headings, rows, recognise)
    _check_rows(_read_records(text, recognise))
    return Table([" ".join(heading.split())[:MAX_HEADING] for heading in headings], chain(rows, records))


def _check_first_rows(headings: list[str], rows: list[tuple[int, list[str]]], recognise: Recognise) -> None:
    """Raise ValidationError where the headings stand further down, or the rows are divided otherwise than they."""
    columns = recognise(headings)
    is_title = not any(columns) or sum(map(bool, headings)) == 1
    for number, cells in rows:
        if is_title and len({*recognise(cells)} - {""}) > 1 and not looks_like_data(cells):
            message = _("The first row holds no headings, but row %(number)d does. Delete the rows above it.")
            raise ValidationError(message, code="title", params={"number": number})
    if "email" in columns and rows:
        _check_delimiters(columns, [cells for _number, cells in rows])


def _check_delimiters(columns: list[str], rows: list[list[str]]) -> None:
    """Raise ValidationError when e-mails stand in their column only if rows are divided at a second delimiter."""
    at = columns.index("email")
    for delimiter, name in {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("vertical bars")}.items():
        divided = [delimiter.join(cells).split(delimiter) for cells in rows]
        if all(len(cells) == len(columns) and "@" in cells[at] for cells in divided) and not any(
            "@" in cell for cells in rows for cell in cells[at : at + 1]
        ):
            message = _("The cells of the rows are separated by %(delimiter)s, but those of the headings are not.")
            raise ValidationError(message, code="delimiter", params={"delimiter": name})


def looks_like_data(headings: Iterable[str]) -> bool:
    """True when the first row looks like a contact and not like headings."""
    return any(DATA.search(heading) for heading in headings)


def decode(data: bytes) -> str:
    """Decode the text, without a byte order mark. Raises ValidationError for binary data."""
    codec, start = next(((codec, len(bom)) for bom, codec in BOMS if data.startswith(bom)), ("", 0))
    try:
        text = data[start:].decode(codec) if codec else _decode_without_mark(data)
    except UnicodeDecodeError:
        text = "\x00"  # refused like a text with a NUL
    if "\x00" in text:
        raise ValidationError(_("This file cannot be read as text. Save it as CSV in UTF-8."), code="text")
    return text


def _decode_without_mark(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Damaged UTF-8 must not be decoded as Windows-1252: every accented letter would become two others.
        loose = data.decode("utf-8", "replace")
        good = sum(c > "\x7f" for c in loose) - loose.count("\ufffd")
        return data.decode("utf-8" if good > loose.count("\ufffd") else "cp1252")


def _read_records(text: str, recognise: Recognise) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of each row that is not blank, without blank cells at its end."""
    start = line.end() if (line := DELIMITER_LINE.match(text)) else 0
    delimiter = line[1] if line else _guess_delimiter(text, recognise)
    number = 0
    lines = io.StringIO(text[start:], newline="")
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t", strict=True)
    try:
        for number, cells in enumerate(rows, 1):
            if number > MAX_LINES:
                raise _too_many_rows()
            if cells := _strip_end(cells):
                # One cell more than allowed is enough to refuse the row.
                yield number, [unescape(cell) for cell in cells[: MAX_COLUMNS + 1]]
    except csv.Error as error:
        message = _("Row %(number)d cannot be read: a quotation mark is not closed, or a cell is far too long.")
        raise ValidationError(message, code="row", params={"number": number + 1}) from error


def _guess_delimiter(text: str, recognise: Recognise) -> str:
    """The delimiter that splits the headings into the most cells, be they below a title."""
    lines = islice((line[0][:100_000] for line in LINE.finditer(text) if ALPHANUMERIC.search(line[0])), FIRST_ROWS)
    for number, line in enumerate(lines):
        delimiter = max(DELIMITERS, key=lambda each: len(_split(line, each)))
        cells = _split(line, delimiter)
        if (number == 0 and len(cells) > 1) or len({*recognise(cells[:MAX_COLUMNS])} - {""}) > 1:
            return delimiter
    return DELIMITERS[0]


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _strip_end(cells: list[str]) -> list[str]:
    end = len(cells) if any(map(str.strip, cells)) else 0
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _check_rows(records: Iterable[tuple[int, list[str]]]) -> None:
    """Raise ValidationError for too many rows or one that cannot be read.

    The file is read once more for it: storing 50,000 rows takes seconds, in which nobody else could write on SQLite.
    """
    # The headings are the first record.
    if any(count > MAX_ROWS for count, _record in enumerate(records)):
        raise _too_many_rows()


def _too_many_rows() -> ValidationError:
    message = _("The file has more than %(limit)s rows. Split it into several.")
    return ValidationError(message, code="rows", params={"limit": number_format(MAX_ROWS, force_grouping=True)})
