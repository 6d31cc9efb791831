"""What the tests of inquiries share."""

import pytest

from ..factories import InquiryTypeFactory


@pytest.fixture
def kind(db):
    """A type with the steps submitted, in_review, answered and closed."""
    return InquiryTypeFactory(name="Test", slug="test")
