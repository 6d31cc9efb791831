"""The number of people who wait stands in the menu of lists and beside it, and is counted once a page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ...factories import InquiryFactory
from ...pages import Page
from ..messaging import arrive, connect

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]

WITH_MENU = ["/inbox", "/inbox?q=ana", "/inbox/later", "/inbox/all", "/inbox/all?q=ana", "/inbox/done"]
BESIDE = ["/inbox/requests", "/inquiries", "/contacts"]


@pytest.mark.parametrize("path", [*WITH_MENU, *BESIDE])
def test_it_is_counted_once(browser, pro, path):
    arrive(connect(pro, "whatsapp"), who="Ana")
    InquiryFactory(pro=pro)
    with CaptureQueriesContext(connection) as queries:
        page = Page(browser.get(path))
    assert page.one("#rail-count").text == "1"
    assert sum(query["sql"].count("is_returned OR is_old") for query in queries) == 1
