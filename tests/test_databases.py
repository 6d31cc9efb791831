"""The test database is put back to what the migrations left: see `tests.databases`."""

import pytest
from django.contrib.auth.models import Permission

from inquiries.models import InquiryHistory, InquiryType

from .databases import put_back, read_tables
from .factories import InquiryFactory, RequestFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_table_is_put_back():
    migrated = read_tables()
    UserFactory(), RequestFactory(), InquiryFactory()
    InquiryType.objects.update(name="Renamed")
    Permission.objects.first().delete()
    put_back(migrated)
    assert read_tables() == migrated
    # The next rows get numbers of their own, and the history is append-only again.
    inquiry = InquiryFactory()
    with pytest.raises(Exception, match="append-only"):
        InquiryHistory.objects.filter(inquiry_id=inquiry.pk).delete()


def test_what_is_shipped_is_there(shipped):
    assert {"question", "callback_request", "offer_request"} <= set(shipped)
