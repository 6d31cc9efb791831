"""Headings and values are recognised in three languages."""

import re
import uuid
from pathlib import Path

import pytest

from contacts.book.exporting import COLUMNS
from contacts.importing.columns import TARGETS, read_cells, read_id
from contacts.importing.headings import HEADINGS, recognise_columns
from contacts.importing.views import SAMPLE

DOCS = (Path(__file__).parents[3] / "docs/import.md").read_text()


@pytest.mark.parametrize(
    "heading, column",
    [
        ("Name", "name"),
        ("NOM", "name"),
        ("Volledige naam", "name"),
        ("Prénom", "first_name"),
        ("last_name", "last_name"),
        ("E-mail", "email"),
        ("Adresse e-mail", "email"),
        ("E-mail 1 - Value", "email"),
        ("Courriel :", "email"),
        ("Téléphone (portable)", "phone"),
        ("Tél.", "phone"),
        ("GSM", "phone"),
        ("Mobile Phone", "phone"),
        ("Statut", "status"),
        ("rol", "role"),
        ("channelPreference", "channel_preference"),
        ("Herkomst", "source"),
        ("Recommandé par", "referral_source"),
        ("Taal", "language"),
        ("ID", "id"),
        ("Remarque", "note"),
        ("", ""),
        ("created at", ""),
        ("x" * 100_000, ""),
        ("\u202eeman", ""),
    ],
)
def test_a_heading_is_recognised(heading, column):
    assert recognise_columns([heading]) == [column]


@pytest.mark.parametrize(
    "headings, columns",
    [
        (["Nom", "Prénom", "Mail"], ["last_name", "first_name", "email"]),
        (["Name", "Given Name", "Family Name"], ["name", "first_name", "last_name"]),
        (["Naam", "Achternaam"], ["name", "last_name"]),
        (["First name", "Last name"], ["first_name", "last_name"]),
        (["Email", "Email", "Mobile", "Tel"], ["email", "email", "phone", "phone"]),
    ],
)
def test_headings_are_read_together(headings, columns):
    assert recognise_columns(headings) == columns


def test_every_heading_of_the_documentation_is_recognised():
    lines = re.findall(r"^\| ([A-Z][\w ,-]+) \| (.+) \| (.+) \| (.+) \|$", DOCS, re.M)
    labels = {str(label).casefold(): name for name, label in TARGETS.items()}
    assert len(lines) == 12
    for field, *headings in lines:
        fields = {labels[name.casefold()] for name in field.split(", ")}
        assert {recognise_columns([word])[0] for cell in headings for word in cell.split(", ")} == fields


def test_headings_of_the_export_and_the_sample_are_recognised():
    known = [name for name in COLUMNS.values() if name in TARGETS]
    assert recognise_columns(list(COLUMNS)) == [*known, "", "", "", ""]
    assert recognise_columns(list(SAMPLE)) == ["name", "email", "phone", *known[4:7], "referral_source", "language"]


def test_every_field_has_headings_and_no_heading_two_fields():
    headings = [word for line in HEADINGS.values() for word in line.split()]
    assert (list(HEADINGS), sorted(set(headings))) == (list(TARGETS), sorted(headings))


@pytest.mark.parametrize(
    "column, cell, value",
    [
        ("status", "applicant", "applicant"),
        ("status", "Candidat", "applicant"),
        ("status", "kandidaat", "applicant"),
        ("status", "Visite prévue", "scheduled"),
        ("status", "Sleeping", "Sleeping"),
        ("role", "property_manager", "property_manager"),
        ("role", "Property manager", "property_manager"),
        ("role", "Gestionnaire", "property_manager"),
        ("role", "HUURDER", "tenant"),
        ("channel_preference", "E-mail", "email"),
        ("channel_preference", "Téléphone", "phone"),
        ("channel_preference", "Sms", "sms"),
        ("language", "FR", "fr"),
        ("language", "nl-BE", "nl"),
        ("language", "fr_FR", "fr"),
        ("language", "Français", "fr"),
        ("language", "Frans", "fr"),
        ("language", "Dutch", "nl"),
        ("language", "néerlandais", "nl"),
        ("language", "Klingon", "Klingon"),
        ("name", "  Anna \n van\u00a0Dam ", "Anna van Dam"),
        ("source", "Bienici", "Bienici"),
    ],
)
def test_a_value_is_read(column, cell, value):
    assert read_cells([cell], [column], "FR").values == {column: value}


@pytest.mark.parametrize("cell", ["", "  ", "-", "–", "?", "\u200b", "\u202e", "()"])
def test_a_cell_without_content_is_empty(cell):
    assert read_cells([cell], ["phone"], "FR") == ({}, {}, [])


@pytest.mark.parametrize(
    "cells, columns, values, rest",
    [
        (["Anna", "van Dam"], ["first_name", "last_name"], {"name": "Anna van Dam"}, []),
        (["", "van Dam"], ["first_name", "last_name"], {"name": "van Dam"}, []),
        (["", "06", "0612345678"], ["phone"] * 3, {"phone": "+33612345678", "name": "+33612345678"}, [(1, "06")]),
        (["Anna", "x"], ["name", ""], {"name": "Anna"}, [(1, "x")]),
        (["Anna"], ["name", "email"], {"name": "Anna"}, []),
        (["Anna", "x", "y"], ["name"], {"name": "Anna"}, []),
        (["Ann", "Anna", "Dam"], ["name", "first_name", "last_name"], {"name": "Ann"}, [(1, "Anna"), (2, "Dam")]),
        (["", "Anna", "Dam"], ["name", "first_name", "last_name"], {"name": "Anna Dam"}, []),
        (["Ana", "García"], ["name", "last_name"], {"name": "Ana García"}, []),
        (["Ana García", "García"], ["name", "last_name"], {"name": "Ana García"}, []),
        (["", "Garage"], ["name", "company"], {"name": "Garage"}, []),
        (["Anna", "Garage"], ["name", "company"], {"name": "Anna"}, [(1, "Garage")]),
        (["", "a@x.org", "06"], ["name", "email", "phone"], {"name": "a@x.org", "email": "a@x.org"}, [(2, "06")]),
        ([], ["name"], {}, []),
    ],
)
def test_cells_are_read_together(cells, columns, values, rest):
    row = read_cells(cells, columns, "FR")
    assert (row.values, row.rest) == (values, rest)


def test_an_id_of_another_program_is_ignored():
    id = uuid.uuid4()
    assert (read_id(str(id)), read_id("1234"), read_id("")) == (id, None, None)
