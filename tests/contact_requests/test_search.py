"""ContactRequest.objects.search: whatever is typed finds a Pro's own requests."""

import pytest
from django.utils import timezone

from contact_requests.models import ContactRequest

from ..factories import PropertyFactory, RequestFactory


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro)


def search_names(pro, text):
    return sorted(ContactRequest.objects.for_pro(pro).search(text).values_list("name", flat=True))


def test_by_name_e_mail_phone_message_and_reference(pro, house, subtests):
    message = "Madame, le jardin est-il 100% clos ?"
    row = RequestFactory(
        property=house, name="Hélène Œuvrard", email="visitor@example.org", phone="+33612345678", message=message
    )
    RequestFactory(property=house, name="Paul", email="paul@example.net", phone="+32475123456", message="Bonjour")
    typed = ["helene", "OEUVRARD hélène", "jardin helene", "visitor@", "@example.org", "100%", "clos ?", row.reference]
    phones = ["+33612345678", "06 12 34", "0612345678", "6.12.34", "+33 (0)6 12 34", "0033 612", "٠٦١٢", "(06) 12-34"]
    for text in typed + phones:
        with subtests.test(text):
            assert search_names(pro, text) == ["Hélène Œuvrard"]
    for text in ("_", "'", "helene bonjour", "%%", "9" * 5_000, "\0", "hel\0ene", "06\0", "\ud800", "NEAR", '"', "*"):
        with subtests.test(repr(text[:20])):
            assert search_names(pro, text) == []
    assert search_names(pro, "") == search_names(pro, "  ") == ["Hélène Œuvrard", "Paul"]


def test_another_pros_and_quarantined_requests_are_never_found(pro, house):
    RequestFactory(property=house, name="Mine", message="A kitchen")
    RequestFactory(property=house, name="Aside", message="A kitchen", quarantined_at=timezone.now())
    RequestFactory(name="Theirs", message="A kitchen")
    assert (search_names(pro, "kitchen"), search_names(pro, "a"), search_names(pro, "theirs")) == (
        ["Mine"],
        ["Mine"],
        [],
    )
    aside = ContactRequest.objects.for_pro(pro, quarantined=True).search("kitchen")
    assert list(aside.values_list("name", flat=True)) == ["Aside"]
