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


@pytest.mark.thorough
def test_fold_leaves_no_case_in_any_character():
    """A bar takes part in nothing, so each character between two is folded as it would be alone, 256 in one call."""
    blocks = [range(start, start + 256) for start in range(0, sys.maxunicode + 1, 256)]
    folded = [fold("|".join(map(chr, block))) for block in blocks]
    assert [text for text in folded if fold(text) != text or text.casefold() != text] == []
    alone = [fold(chr(number)) for number in blocks[1]]
    assert "|".join(alone) == folded[1]


@pytest.mark.parametrize(
    ("text", "number"),
    [("", ""), ("+32 475/12.34.56", "32475123456"), ("no number", ""), ("(0)6-12", "0612")],
)
def test_digits_alone(text, number):
    assert digits(text) == number
