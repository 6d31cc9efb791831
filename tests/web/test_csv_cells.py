"""Formulas are escaped for spreadsheets, and unescaped by the import."""

import pytest
from django.utils import translation

from config.web.csv_cells import delimiter, escape, unescape

FORMULAS = [
    "=1+1",
    "+33612345678",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\u202e=1",
    "\x01=1",
    '"=1',
    "'=1",
    "''=1",
    "“=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "﹦1",
    "=cmd|' /C calc'!A0",
]
PLAIN = [
    "",
    "Anna",
    "a=b",
    "1-2",
    "0612345678",
    "'t Hooft",
    "'",
    '"quoted"',
    "  ",
    "“Anna”",
    "(+33) 6",
    "é",
    "&=",
    "'Anna",
]


def test_a_formula_is_escaped(subtests):
    for cell in FORMULAS:
        with subtests.test(cell):
            assert escape(cell) == f"'{cell}"


def test_other_cells_stay_as_they_are(subtests):
    for cell in PLAIN:
        with subtests.test(cell):
            assert (escape(cell), unescape(cell)) == (cell, cell)


# What is a formula where a cell is cut otherwise, and how it goes out.
PIECES = {
    "Jane;=1": "Jane;'=1",
    "Jane, =1": "Jane,' =1",
    "\t=1": "'\t'=1",
    "a;b": "a;b",
    "=1;=2": "'=1;'=2",
    ";'=1": ";''=1",
    "a\r\n+1": "a\r\n'+1",
    "a;'b": "a;'b",
}


def test_a_formula_behind_another_delimiter_is_escaped(subtests):
    for cell, escaped in PIECES.items():
        with subtests.test(cell):
            assert escape(cell) == escaped


def test_an_escaped_cell_is_unescaped_to_itself(subtests):
    for cell in [*FORMULAS, *PLAIN, *PIECES, *PIECES.values()]:
        with subtests.test(cell):
            assert unescape(escape(cell)) == cell


@pytest.mark.parametrize("language, mark", [("en", ","), ("fr", ";"), ("nl", ";")])
def test_the_delimiter_is_the_one_of_the_readers_spreadsheet(language, mark):
    with translation.override(language):
        assert delimiter() == mark
