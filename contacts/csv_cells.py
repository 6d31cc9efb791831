"""Cells of CSV files: what a spreadsheet would take for a formula goes out with an apostrophe before it, and comes
back in without. Source: OWASP, "CSV Injection".
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from django.utils.formats import get_format

QUOTES = "'\"`´‘’“”«»"
SIGNS = tuple("=+-@")


# A program that cuts cells elsewhere than the file does begins a cell behind each of these.
CUTS = re.compile(r"([,;\t\r\n])")


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may run `cell`: it begins, behind blanks, quotes and invisible characters, with = + - @ in
    any width, or it begins with a tab or a line break."""
    if not cell or cell[0].isalnum():
        return False
    if cell[0] in "\t\r\n":
        return True
    first = next((c for c in cell if not (c.isspace() or c in QUOTES or unicodedata.category(c) in ("Cc", "Cf"))), "")
    return unicodedata.normalize("NFKC", first).startswith(SIGNS)


def escape(cell: str) -> str:
    """`cell` with an apostrophe before it, and before each piece of it, that is a formula."""
    start = "'" if is_formula(cell) else ""
    return start + _piecewise(cell, lambda piece: f"'{piece}" if is_formula(piece) else piece)


def unescape(cell: str) -> str:
    """Undoes `escape`, and nothing else."""
    plain = _piecewise(cell, lambda piece: piece[1:] if piece.startswith("'") and is_formula(piece[1:]) else piece)
    return plain[1:] if plain.startswith("'") and is_formula(plain[1:]) else plain


def _piecewise(cell: str, change: Callable[[str], str]) -> str:
    """`cell` with what stands behind each cut changed."""
    first, *rest = CUTS.split(cell)
    return first + "".join(part if number % 2 == 0 else change(part) for number, part in enumerate(rest))


def escape_all(cells: Iterable[str]) -> list[str]:
    return [escape(cell) for cell in cells]


def delimiter() -> str:
    """What the spreadsheets of the reader's language put between cells: where 1,5 is a number the comma is taken."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
