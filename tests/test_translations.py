"""French and Dutch translations are complete and match the source."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import django
import polib
import pytest
from django.utils import dates, translation

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["fr", "nl"]
MISSING = "xgettext is missing, so the catalogs were not compared with the source. Run `apt-get install gettext`."
IGNORED = (".*", "__pycache__", "var")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def path(language, suffix):
    return ROOT / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


@pytest.fixture
def catalog(language):
    return polib.pofile(str(path(language, "po")))


def key(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def texts(entry):
    """Return every form of the translation."""
    return [entry.msgstr_plural[n] for n in sorted(entry.msgstr_plural)] or [entry.msgstr]


def entries(catalog):
    return {key(entry): texts(entry) for entry in catalog if entry.msgid}


def placeholders(text):
    return sorted(PLACEHOLDER.findall(text))


def test_every_text_is_translated(catalog):
    assert len(catalog) > 200
    assert [entry.msgid for entry in catalog if not all(text.strip() for text in texts(entry))] == []
    assert [entry.msgid for entry in catalog if entry.fuzzy or entry.obsolete] == []


def test_every_plural_form_is_translated(catalog):
    count = int(re.match(r"nplurals=(\d);", catalog.metadata["Plural-Forms"])[1])
    plurals = [entry for entry in catalog if entry.msgid_plural]
    assert plurals and {len(entry.msgstr_plural) for entry in plurals} == {count}


def test_the_placeholders_match_the_source(catalog):
    wrong = []
    for entry in catalog:
        one, many = placeholders(entry.msgid), placeholders(entry.msgid_plural or entry.msgid)
        first, *others = [placeholders(text) for text in texts(entry)]
        # "for an hour" may name its number or not.
        if first not in (one, many) or any(other != many for other in others):
            wrong.append(entry.msgid)
    assert wrong == []


def test_surrounding_space_matches_the_source(catalog):
    """Line breaks and spaces at the ends carry layout."""

    def ends(text):
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [entry.msgid for entry in catalog if any(ends(text) != ends(entry.msgid) for text in texts(entry))] == []


def test_the_header_names_no_translator(language, catalog):
    assert (catalog.metadata["Project-Id-Version"], catalog.metadata["Language"]) == ("Vestibule", language)
    assert not catalog.metadata_is_fuzzy and not catalog.header.strip()
    assert not {"Last-Translator", "Language-Team", "PO-Revision-Date"} & catalog.metadata.keys()


def test_the_compiled_catalog_is_up_to_date(language, catalog, tmp_path):
    catalog.save_as_mofile(str(tmp_path / "fresh.mo"))
    shipped, fresh = (polib.mofile(str(file)) for file in (path(language, "mo"), tmp_path / "fresh.mo"))
    assert entries(shipped) == entries(fresh) == entries(catalog), "Run `make messages`."
    assert shipped.metadata["Plural-Forms"] == catalog.metadata["Plural-Forms"]


def test_names_of_months_and_days_are_djangos(language, catalog):
    """A catalog of the project precedes Django's: a button named "May" would rename the month."""
    with translation.override(None):
        tables = (dates.MONTHS, dates.MONTHS_3, dates.WEEKDAYS, dates.WEEKDAYS_ABBR)
        names = {str(name) for table in tables for name in table.values()}
    own = Path(django.__file__).parent / "conf" / "locale" / language / "LC_MESSAGES" / "django.mo"
    djangos = {entry.msgid: entry.msgstr for entry in polib.mofile(str(own)) if not entry.msgctxt}
    ours = {entry.msgid: entry.msgstr for entry in catalog if not entry.msgctxt and entry.msgid in names}
    assert names <= djangos.keys()
    assert ours == {name: djangos[name] for name in ours}


def test_french_typography():
    """No-break spaces before : ; ? ! and inside « », and typographic apostrophes. 9:00 is a time."""
    wrong = re.compile(r"'|[ \w][;?!»]|«[ \w]| :|\w:(?!//|\d\d)")
    catalog = polib.pofile(str(path("fr", "po")))
    assert [text for entry in catalog for text in texts(entry) if wrong.search(text)] == []


@pytest.fixture(scope="session")
def source_texts(tmp_path_factory):
    """Return the texts that `make messages` finds, in a copy of the source: makemessages writes beside it."""
    if shutil.which("xgettext") is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(MISSING)
    copy = tmp_path_factory.mktemp("messages") / "source"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*IGNORED))
    shutil.rmtree(copy / "locale")
    (copy / "locale").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "-l", "fr", "--no-location", "--keep-pot"]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, env={**os.environ, "DEBUG": "true"})
    assert result.returncode == 0, result.stderr
    return {key(entry) for entry in polib.pofile(str(copy / "locale" / "django.pot"))}


@pytest.mark.thorough
def test_the_catalog_matches_the_source(catalog, source_texts):
    known = {key(entry) for entry in catalog}
    assert len(source_texts) > 200
    assert source_texts - known == set(), "New texts: run `make messages` and translate them."
    assert known - source_texts == set(), "Texts that are gone: run `make messages`."
