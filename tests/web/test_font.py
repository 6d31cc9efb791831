"""The web font: small, licensed, complete, and made of its package."""

import io

import pytest
from fontTools.ttLib import TTFont

from tests.font import CHARACTERS, FILE, FOLDER, MAX_BYTES, make_font


@pytest.mark.thorough
def test_it_is_what_make_font_makes():
    assert FILE.read_bytes() == make_font()


def test_it_is_small_and_has_its_licence_beside_it():
    assert len(FILE.read_bytes()) <= MAX_BYTES
    assert "SIL Open Font License, Version 1.1" in (FOLDER / "OFL.txt").read_text()


def test_it_has_the_characters_and_another_name_than_the_reserved_one():
    font = TTFont(io.BytesIO(FILE.read_bytes()))
    assert {ord(character) for character in CHARACTERS} <= set(font.getBestCmap())
    assert font["name"].getBestFamilyName() == "Vestibule Serif"
    assert (font["fvar"].axes[0].minValue, font["fvar"].axes[0].maxValue) == (400, 600)
