"""Cells of CSV files: formulas are escaped with an apostrophe in exports, and unescaped in imports.

Source: OWASP, "CSV Injection".
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from django.utils.formats import get_format

QUOTES = "'\"`´‘’“”«»"
FORMULA_SIGNS = tuple("=+-@")
# A program that splits the file at another delimiter begins a cell after each of these characters.
DELIMITERS = re.compile(r"([,;\t\r\n])")


def is_formula(cell: str) -> bool:
    """True when a spreadsheet may run `cell` as a formula.

    It begins, after blanks, quotes and invisible characters, with = + - @ of any width; or with a tab or a line break.
    """
    if not cell or cell[0].isalnum():
        return False
    if cell[0] in "\t\r\n":
        return True
    first = next((c for c in cell if not (c.isspace() or c in QUOTES or unicodedata.category(c) in ("Cc", "Cf"))), "")
    return unicodedata.normalize("NFKC", first).startswith(FORMULA_SIGNS)


def escape(cell: str) -> str:
    """Put an apostrophe before a cell that is a formula, and before each part of it that is one."""
    start = "'" if is_formula(cell) else ""
    return start + _change_parts(cell, lambda part: f"'{part}" if is_formula(part) else part)


def unescape(cell: str) -> str:
    """Undo `escape`, and nothing else."""
    plain = _change_parts(cell, lambda part: part[1:] if part.startswith("'") and is_formula(part[1:]) else part)
    return plain[1:] if plain.startswith("'") and is_formula(plain[1:]) else plain


def _change_parts(cell: str, change: Callable[[str], str]) -> str:
    """Change each part after a delimiter."""
    first, *rest = DELIMITERS.split(cell)
    return first + "".join(part if number % 2 == 0 else change(part) for number, part in enumerate(rest))


def escape_all(cells: Iterable[str]) -> list[str]:
    return [escape(cell) for cell in cells]


def delimiter() -> str:
    """Delimiter of spreadsheets in the active language: a semicolon where numbers have a decimal comma."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
