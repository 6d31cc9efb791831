"""Requests that no form of the admin sends: ids beyond any integer, and the name of a field in the address."""

import pytest
from django.contrib.auth.models import Group

from ..pages import Page

pytestmark = pytest.mark.django_db


def test_an_id_beyond_all_integers_is_no_choice(staff_browser):
    for number in (2**63, 2**80):
        response = staff_browser.post("/admin/auth/group/add/", {"name": "Readers", "permissions": [str(number)]})
        assert Page(response).all(".errorlist")
    assert not Group.objects.exists()


def test_a_field_that_is_none_is_not_written_to_the_log(staff_browser, caplog):
    for path in ("/admin/auth/group/add/", "/admin/accounts/pro/add/", "/admin/accounts/user/"):
        assert staff_browser.get(path, {"_to_field": "canarytext"}).status_code == 400
    assert "canarytext" not in caplog.text
