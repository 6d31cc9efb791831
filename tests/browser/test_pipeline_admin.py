"""The steps of a pipeline in the staff admin, in a real browser: they change places by drag."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories import InquiryTypeFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_step_is_dragged_to_another_place(open_page: Any) -> None:
    staff = UserFactory(pro=None, is_staff=True, is_superuser=True)
    inquiry_type = InquiryTypeFactory()
    page = open_page(f"/admin/inquiries/inquirytype/{inquiry_type.pk}/change/", as_user=staff)
    handles = page.locator("#steps-group .has_original .field-sort_order")
    expect(handles.first).to_be_visible()
    handles.first.scroll_into_view_if_needed()
    start, end = handles.nth(0).bounding_box(), handles.nth(2).bounding_box()
    page.mouse.move(start["x"] + 9, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 9, end["y"], steps=8)
    page.mouse.move(start["x"] + 9, end["y"] + 40, steps=5)
    page.mouse.up()
    expect(page.locator("#steps-group tr.form-row [name$='-key']").nth(2)).to_have_value("submitted")
    page.click("[name=_save]")
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert list(inquiry_type.steps.values_list("key", flat=True)) == ["in_review", "answered", "submitted", "closed"]
