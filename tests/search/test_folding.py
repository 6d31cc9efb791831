import sys

import pytest

from config.search.folding import digits, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("Hélène  ŒUVRARD", "helene oeuvrard"),
        ("  Zoë\t\n de  Vries ", "zoe de vries"),
        ("STRASSE straße", "strasse strasse"),
        ("Łódź Ørsted Ðorđe Þór", "lodz orsted dorde thor"),
        ("İstanbul ısparta", "istanbul isparta"),
        ("e\u0301 \u00e9", "e e"),
        ("ﬁn ²", "fin 2"),
        ("ᴬnna ℝobert", "anna robert"),
        ("Αθήνα МОСКВА", "αθηνα москва"),
        ("日本 🏠", "日本 🏠"),
        ("a\u00a0b\u2003c", "a b c"),
    ],
)
def test_fold_leaves_case_accents_and_spaces_out(text, folded):
    assert fold(text) == folded
    assert fold(folded) == folded


def test_fold_leaves_no_case_in_any_character():
    folded = [fold(chr(number)) for number in range(sys.maxunicode + 1)]
    assert [text for text in folded if fold(text) != text or text.casefold() != text] == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("", ""), ("+32 475/12.34.56", "32475123456"), ("no number", ""), ("(0)6-12", "0612")],
)
def test_digits_alone(text, number):
    assert digits(text) == number
