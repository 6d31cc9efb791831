"""The web font of the pages, made of Source Serif 4: `make font` writes static/fonts."""

import io
from pathlib import Path
from typing import Any

import fontpkg
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

# The licence reserves the name "Source"; a changed font must have another one.
FAMILY = "Vestibule Serif"
FOLDER = Path(__file__).resolve().parents[1] / "static/fonts"
FILE = FOLDER / "vestibule-serif.woff2"
MAX_BYTES = 20_000
# The texts of pages, and the names and letters of people in western Europe. Other characters fall back one by one.
CHARACTERS = (
    "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "\\^`{|}~<>")
    + "àâäæçéèêëîïôöœùûüÿÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜÁÍÓÚÑÅØáíóúñãõåøìòß"
    + "ćčęğıłńřśşšźżžĆČŁŚŞŠŻŽ"
    + "’‘“”„«»–—…·•€°²×\u00a0\u202f"
)
WEIGHTS = (400, 600)
# Drawn for a size between the letters (17 px) and the names (20 px and more).
OPTICAL_SIZE = 18
# The type of a lookup that moves two glyphs closer to each other.
PAIRS = 2


def make_font() -> bytes:
    """WOFF2 with two weights on one axis, kerned, in the characters of the pages."""
    font = _keep_characters(TTFont(fontpkg.path("Source Serif 4"), recalcTimestamp=False))
    font = instantiateVariableFont(font, {"opsz": OPTICAL_SIZE, "wght": WEIGHTS})
    _kern_all_weights_alike(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = FAMILY
    font.flavor = "woff2"
    return _write(font)


def _keep_characters(font: TTFont) -> TTFont:
    options = Options()
    options.hinting, options.layout_features = False, ["kern"]
    # Family, style, copyright and licence.
    options.name_IDs = [0, 1, 2, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(text=CHARACTERS)
    subsetter.subset(font)
    return TTFont(io.BytesIO(_write(font)), recalcTimestamp=False)


def _kern_all_weights_alike(font: TTFont) -> None:
    """Drop how the kerning varies with the weight: a quarter of the file, and not to be seen."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            pairs = getattr(subtable, "ExtSubTable", subtable)
            if pairs.LookupType != PAIRS:
                continue
            for value in _kerning_values(pairs):
                for device in ("XPlaDevice", "YPlaDevice", "XAdvDevice", "YAdvDevice"):
                    value.__dict__.pop(device, None)
            pairs.ValueFormat1, pairs.ValueFormat2 = pairs.ValueFormat1 & 0xF, pairs.ValueFormat2 & 0xF
    del font["GDEF"]


def _kerning_values(pairs: Any) -> list[Any]:
    if pairs.Format == 1:
        records = [record for pair_set in pairs.PairSet for record in pair_set.PairValueRecord]
    else:
        records = [record for first in pairs.Class1Record for record in first.Class2Record]
    return [value for record in records for value in (record.Value1, record.Value2) if value is not None]


def _write(font: TTFont) -> bytes:
    content = io.BytesIO()
    font.save(content)
    return content.getvalue()


if __name__ == "__main__":
    FILE.write_bytes(make_font())
    licence = Path(fontpkg.family("Source Serif 4").files[0].path).parents[1] / "LICENSE"
    (FOLDER / "OFL.txt").write_text(licence.read_text())
