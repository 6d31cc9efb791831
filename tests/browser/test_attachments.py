"""Attaching a file in a real browser."""

import pytest
from playwright.sync_api import expect

from config.web.middleware import MAX_REQUEST
from inquiries.models import Attachment
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", [MAX_REQUEST + 1, 40 * 1024 * 1024])
def test_a_file_that_is_far_too_large(enter, user, size, tmp_path):
    inquiry = InquiryFactory(pro=user.pro)
    page = enter(f"/inquiries/{inquiry.pk}")
    path = tmp_path / "plan.txt"
    path.write_bytes(b"x" * size)
    page.get_by_label("Add a file").set_input_files(path)
    for _ in range(2):
        page.get_by_role("button", name="Attach").click()
        expect(page.locator("#attachments [role=alert]")).to_have_text(
            "Files can have at most 10 MB. Choose a smaller one."
        )
    expect(page.locator("#request-error")).to_be_hidden()
    path.write_bytes(b"small")
    page.get_by_label("Add a file").set_input_files(path)
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_role("status").filter(has_text="plan.txt")).to_have_text("“plan.txt” is attached.")
    assert Attachment.objects.get().size == 5
