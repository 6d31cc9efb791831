"""Stored texts of the product are translated for the reader."""

import pytest
from django.utils import translation

from inquiries.translations import OWN_NOTES, history_note


def test_the_notes_of_the_product_are_those_that_it_writes():
    assert {
        "Inquiry created",
        "Pipeline changed",
        "Offer sent",
        "The customer opened the offer",
        "The customer accepted the offer",
    } == OWN_NOTES


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Inquiry created"), ("fr", "Dossier créé"), ("nl", "Aanvraag gemaakt")]
)
def test_a_note_of_the_product_is_translated(language, text):
    with translation.override(language):
        assert history_note("Inquiry created") == text


@pytest.mark.parametrize("note", ["Closed", "Contact", "Inquiry created by phone", ""])
def test_notes_of_users_are_not_translated(note):
    with translation.override("fr"):
        assert history_note(note) == note
