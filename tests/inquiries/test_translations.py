"""What the product itself wrote into the database is read in everybody's own language."""

import pytest
from django.utils import translation

from inquiries.translations import OWN_NOTES, history_note


def test_the_notes_of_the_product_are_those_that_it_writes():
    assert {"Inquiry created", "Pipeline changed"} == OWN_NOTES


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Inquiry created"), ("fr", "Dossier créé"), ("nl", "Aanvraag gemaakt")]
)
def test_a_note_of_the_product_is_translated(language, words):
    with translation.override(language):
        assert history_note("Inquiry created") == words


@pytest.mark.parametrize("note", ["Closed", "Contact", "Inquiry created by phone", ""])
def test_what_somebody_wrote_stays_as_it_is(note):
    with translation.override("fr"):
        assert history_note(note) == note
