"""References and portal numbers of properties: how they are compared, and unique in a Pro."""

import pytest
from django.db import IntegrityError, transaction

from contact_requests.models import Property, PropertyNumber
from contact_requests.models.property import reference_key

from ..factories import PropertyFactory

SAME = [
    ("AP-12/b", "ap12b"),
    ("  ap 12 B ", "ap12b"),
    ("Réf. Nº 7", "refno7"),
    ("ＡＢ１２", "ab12"),
    ("-/ .", ""),
    ("", ""),
    ("x" * 200, "x" * 100),
    ("\u0000A\u200b1", "a1"),
]


def test_a_reference_is_compared_without_case_spaces_and_punctuation(subtests):
    for text, key in SAME:
        with subtests.test(text):
            assert reference_key(text) == key


def test_a_property_is_found_by_its_own_reference_before_a_portal_number(pro):
    numbered, own = PropertyFactory(pro=pro), PropertyFactory(pro=pro, reference="AP-12")
    PropertyNumber.objects.create(property=numbered, portal="portal.example", number="ap 12")
    PropertyNumber.objects.create(property=numbered, portal="portal.example", number="881 23")
    find = Property.objects.find_by_reference
    assert [find(pro, text) for text in ("ap12", "88123", "AP-13", "", "--")] == [own, numbered, None, None, None]


def test_the_same_reference_and_number_in_two_pros(pro):
    own, foreign = (PropertyFactory(reference="AP-12", **fields) for fields in ({"pro": pro}, {}))
    for prop in (own, foreign):
        PropertyNumber.objects.create(property=prop, number="88123")
    for prop in (own, foreign):
        assert Property.objects.find_by_reference(prop.pro, "AP12") == prop
        assert Property.objects.find_by_reference(prop.pro, "88123") == prop


def test_the_database_refuses_a_second_one_in_a_pro(pro):
    first, second = PropertyFactory(pro=pro, reference="AP-12"), PropertyFactory(pro=pro)
    PropertyNumber.objects.create(property=first, number="88123")
    second.reference = "ap 12"
    for write in (second.save, lambda: PropertyNumber.objects.create(property=second, number="88-123")):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    assert list(Property.objects.order_by("reference").values_list("reference_key", flat=True)) == ["", "ap12"]
    assert PropertyNumber.objects.count() == 1


def test_properties_without_a_reference_are_many(pro):
    PropertyFactory.create_batch(2, pro=pro, reference="")
    assert Property.objects.for_pro(pro).filter(reference_key="").count() == 2


def test_published_ones_come_first(pro):
    titles = [("B", True), ("A", False), ("C", True)]
    for title, is_published in titles:
        PropertyFactory(pro=pro, title=title, is_published=is_published)
    rows = Property.objects.for_pro(pro).published_first()
    assert [(row.title, row.is_published) for row in rows] == [("B", True), ("C", True), ("A", False)]
