"""Cells of CSV files: what a spreadsheet would take for a formula goes out with an apostrophe before it, and comes
back in without. Source: OWASP, "CSV Injection".
"""

import unicodedata
from collections.abc import Iterable

from django.utils.formats import get_format

QUOTES = "'\"`´‘’“”«»"
SIGNS = tuple("=+-@")


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
    return f"'{cell}" if is_formula(cell) else cell


def unescape(cell: str) -> str:
    """Undoes `escape`, and nothing else."""
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell


def escape_all(cells: Iterable[str]) -> list[str]:
    return [escape(cell) for cell in cells]


def delimiter() -> str:
    """What the spreadsheets of the reader's language put between cells: where 1,5 is a number the comma is taken."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
