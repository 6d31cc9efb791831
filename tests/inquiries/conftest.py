"""What the tests of inquiries share."""

from importlib import import_module

import pytest
from django.apps import apps

from inquiries.models import InquiryType

from ..factories import InquiryFactory, InquiryTypeFactory


@pytest.fixture
def kind(db):
    """A type with the steps submitted, in_review, answered and closed."""
    return InquiryTypeFactory(name="Test", slug="test")


@pytest.fixture
def inquiry(pro, kind):
    """One of the owner's, of that type."""
    return InquiryFactory(pro=pro, inquiry_type=kind)


@pytest.fixture
def shipped(db):
    """The types that come with the product, by slug; a test that flushed the database took them away."""
    import_module("inquiries.migrations.0002_shipped_types").ship(apps, None)
    return {kind.slug: kind for kind in InquiryType.objects.all()}
