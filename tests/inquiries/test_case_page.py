"""The case of an inquiry, edited by two at once."""

import pytest

from inquiries.models import Inquiry

from ..pages import Page
from . import detail_page

path = detail_page.path

HTMX = {"HX-Request": "true", "HX-Target": "inquiry-case"}


def case_of(inquiry):
    return Inquiry.objects.values_list("case_id", flat=True).get(pk=inquiry.pk)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_second_of_two_is_told_and_overwrites_nothing(browser, inquiry, path, headers):
    seen = Page(browser.get(path)).form("#inquiry-case form").fields
    assert seen["was"] == ""
    browser.post(f"{path}/case", {**seen, "case_id": "7"})
    page = Page(browser.post(f"{path}/case", {**seen, "case_id": "8"}, headers=headers), 409)
    section = page.one("#inquiry-case")
    assert section.one("[role=alert]").text == (
        "Somebody else linked it to case 7 meanwhile. Nothing of yours is saved yet."
    )
    assert case_of(inquiry) == 7
    form = page.form("#inquiry-case form.case")
    assert form.fields == {"was": "7", "case_id": "8"}
    browser.post(form.action, form.fields)
    assert case_of(inquiry) == 8


def test_unlinking_what_another_has_changed_is_told(browser, inquiry, path):
    Inquiry.objects.update(case_id=7)
    seen = Page(browser.get(path)).form("#inquiry-case form").fields
    Inquiry.objects.update(case_id=9)
    page = Page(browser.post(f"{path}/case", {**seen, "unlink": "1"}, headers=HTMX), 409)
    assert "linked it to case 9 meanwhile" in page.one("[role=alert]").text
    assert case_of(inquiry) == 9
    Inquiry.objects.update(case_id=None)
    page = Page(browser.post(f"{path}/case", {"was": "9", "case_id": "5"}, headers=HTMX), 409)
    assert "unlinked the case meanwhile" in page.one("[role=alert]").text
    assert case_of(inquiry) is None


def test_the_same_case_from_two_is_no_conflict(browser, inquiry, path):
    Inquiry.objects.update(case_id=7)
    assert browser.post(f"{path}/case", {"was": "", "case_id": "7"})["Location"] == path
    assert case_of(inquiry) == 7


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(browser, inquiry, path, at_once):
    def link(number):
        return browser.post(f"{path}/case", {"was": "", "case_id": str(7 + number)}, headers=HTMX).status_code

    statuses = at_once(2, link)
    assert sorted(statuses) == [200, 409]
    assert case_of(inquiry) == 7 + statuses.index(200)
