"""Times with an offset from UTC that no zone has, as ISO 8601 allows them."""

import pytest


@pytest.mark.dialect
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/contacts", "/pro/contact-requests"])
def test_any_offset_is_a_time(api, path):
    for offset in ("-21:50", "%2B16:00", "%2B23:59"):
        assert api.get(f"{path}?updated_since=2026-05-20T12:02:52{offset}").status_code == 200
