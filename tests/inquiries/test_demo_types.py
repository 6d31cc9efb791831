"""The demo's inquiries where staff have deleted a shipped type."""

import pytest

from config.accounts import demo
from inquiries.models import Inquiry

pytestmark = pytest.mark.thorough


def test_a_type_that_staff_took_away_is_left_out(settings, shipped):
    settings.DEBUG = True
    shipped["callback_request"].delete()
    demo.load()
    assert set(Inquiry.objects.values_list("inquiry_type__slug", flat=True)) == {"question", "offer_request"}
