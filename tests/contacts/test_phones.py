"""Phone numbers: read in any notation, stored in E.164, displayed in the reader's."""

import phonenumbers
import pytest
from django.core.exceptions import ValidationError

from contacts.models import Contact
from contacts.phones import other_forms, to_display, to_e164


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("+33 6 12 34 56 78", "BE", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("(+33) 06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("0475/12.34.56", "BE", "+32475123456"),
        ("02 123 45 67", "BE", "+3221234567"),
        ("06-12345678", "NL", "+31612345678"),
        ("  +44 20 7946 0958  ", "FR", "+442079460958"),
        ("٠٦١٢٣٤٥٦٧٨", "FR", "+33612345678"),
        ("tel:+33612345678", "FR", "+33612345678"),
    ],
)
def test_a_typed_number_in_e164(text, country, number):
    assert to_e164(text, country) == number


@pytest.mark.parametrize(
    "text", ["", " ", "12", "abc", "+", "+999 123 456", "06 12", "1" * 40, "+33" + "1" * 30, "\x00", "\u202e"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(ValidationError) as raised:
        to_e164(text, "FR")
    assert raised.value.messages == ["Enter a phone number, such as +33 6 12 34 56 78."]
    assert raised.value.code == "phone"


def test_the_longest_number_of_a_country_fits_its_column(subtests):
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        with subtests.test(country):
            lengths = phonenumbers.PhoneMetadata.metadata_for_region(country).general_desc.possible_length
            digits = f"{phonenumbers.country_code_for_region(country)}{'1' * max(lengths)}"
            assert len(f"+{digits}") <= Contact._meta.get_field("phone").max_length == 20


@pytest.mark.parametrize(
    ("number", "country", "shown"),
    [
        ("+33612345678", "FR", "06 12 34 56 78"),
        ("+33612345678", "BE", "+33 6 12 34 56 78"),
        ("+32475123456", "BE", "0475 12 34 56"),
        ("+31612345678", "NL", "06 12345678"),
        ("", "FR", ""),
        ("not a number", "FR", "not a number"),
    ],
)
def test_a_number_in_the_notation_of_its_country(number, country, shown):
    assert to_display(number, country) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5511987654321", "+551187654321"),
        ("+5491123456789", "+541123456789"),
        ("+5215512345678", "+525512345678"),
    ],
)
def test_the_two_forms_of_a_number(one, other):
    assert (other_forms(one), other_forms(other)) == ([other], [one])


@pytest.mark.parametrize("number", ["+33612345678", "+551133334444", "", "+54", "+52155", "nonsense"])
def test_most_numbers_have_one_form(number):
    assert other_forms(number) == []
