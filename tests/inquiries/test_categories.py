"""The categories that forms of inquiries offer."""

import pytest

from inquiries.forms.choices import MAX_CATEGORIES, categories_of

from ..factories import InquiryFactory, ProFactory

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def test_each_of_the_pros_own_once_in_the_order_of_the_database(pro):
    for category in ("b", "", "a", "b", "it's 100 %", '"quoted"', "a"):
        InquiryFactory(pro=pro, category=category)
    InquiryFactory(category="foreign")
    found = categories_of(pro)
    assert set(found) == {"a", "b", "it's 100 %", '"quoted"'} and len(found) == 4
    assert found.index("a") < found.index("b") < found.index("it's 100 %")


def test_none_for_a_pro_without_any(pro):
    InquiryFactory(pro=pro, category="")
    assert categories_of(pro) == [] == categories_of(ProFactory())


def test_so_many_are_offered(pro):
    for number in range(MAX_CATEGORIES + 1):
        InquiryFactory(pro=pro, category=f"{number:03}")
    assert categories_of(pro) == [f"{number:03}" for number in range(MAX_CATEGORIES)]
