"""The composer on the page of an inquiry, and canned replies in it, with and without JavaScript."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from contacts.models import CannedReply, ContactMessage, Draft, WaitingItem
from inquiries.waiting import add_inquiry
from tests.factories import ContactFactory, InquiryFactory, InquiryTypeFactory, UserFactory

from .conftest import on_one_width

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inquiry(user):
    """An inquiry of Hélène that waits, and two canned replies."""
    contact = ContactFactory(pro=user.pro, name="Hélène Marchand", email="helene@example.org")
    kind = InquiryTypeFactory(name="Test", slug="test")
    inquiry = InquiryFactory(pro=user.pro, inquiry_type=kind, subject="Roof", contact=contact)
    with transaction.atomic():
        add_inquiry(inquiry)
    for title, text in {"Visit": "Come tomorrow, {first_name}.", "Price": "{property} costs nothing."}.items():
        CannedReply.objects.add_reply(user.pro, title, {"en": text}, user=None)
    return inquiry


@on_one_width
def test_an_inquiry_is_answered_and_undone_on_its_page(enter, inquiry, has_javascript):
    page = enter(f"/inquiries/{inquiry.pk}", java_script_enabled=has_javascript)
    page.get_by_label("Your message").fill("On Monday.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#history .bubble")).to_contain_text("On Monday.")
    assert WaitingItem.objects.get().outcome == "answered"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Your message")).to_have_value("On Monday.")
    expect(page.locator("#subject")).to_have_text("Roof")
    assert not ContactMessage.objects.exists()


def test_files_that_are_too_large_are_refused_with_words(enter, inquiry, tmp_path):
    page = enter(f"/inquiries/{inquiry.pk}")
    page.get_by_label("Your message").fill("Here is the plan.")
    page.get_by_text("File, copy, later").click()
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"x" * (28 << 20))
    page.get_by_label("Files").set_input_files(path)
    page.get_by_role("button", name="Send", exact=True).click()
    refusal = page.locator("#message-form [role=alert]")
    expect(refusal).to_have_text("All files together may have 25 MB. Choose fewer, or smaller ones.")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    expect(page.get_by_label("Your message")).to_have_value("Here is the plan.")
    assert not ContactMessage.objects.exists()


def test_whoever_points_at_a_tab_writes_next(enter, inquiry):
    page = enter(f"/inquiries/{inquiry.pk}")
    page.locator("label[for=tab-note]").click()
    expect(page.locator("#id_note_body")).to_be_focused()
    page.keyboard.type("ehz")
    expect(page.locator("#id_note_body")).to_have_value("ehz")
    page.locator("label[for=tab-message]").click()
    expect(page.get_by_label("Your message")).to_be_focused()
    page.locator("#tab-message").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-note")).to_be_focused()


def test_who_was_quicker_is_shown_before_anything_leaves(enter, inquiry):
    page = enter(f"/inquiries/{inquiry.pk}")
    page.get_by_label("Your message").fill("Mine.")
    ContactMessage.objects.create(
        pro=inquiry.pro,
        contact=inquiry.contact,
        channel="email",
        text="I did.",
        state="sent",
        topic=f"inquiry:{inquiry.pk}",
    )
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#composer [role=alert]")).to_contain_text("Nothing was sent.")
    expect(page.locator("#history .bubble")).to_contain_text("I did.")
    expect(page.get_by_label("Your message")).to_have_value("Mine.")
    page.get_by_role("button", name="Send all the same").click()
    expect(page.locator("#history .bubble")).to_have_count(2)


def test_a_colleague_who_answers_is_shown(enter, inquiry, user):
    Draft.objects.create(
        pro=user.pro, contact=inquiry.contact, user=UserFactory(pro=user.pro, name="Mehdi"), text="Dear Hélène"
    )
    page = enter(f"/inquiries/{inquiry.pk}")
    expect(page.locator("#presence")).to_have_text("Mehdi is answering")


@on_one_width
def test_a_canned_reply_is_added_from_the_list(enter, inquiry, has_javascript):
    page = enter(f"/inquiries/{inquiry.pk}", java_script_enabled=has_javascript)
    page.get_by_label("Your message").fill("Hello")
    page.get_by_role("button", name="Canned replies").click()
    page.get_by_role("button", name="Visit").click()
    expect(page.get_by_label("Your message")).to_have_value("Hello\n\nCome tomorrow, Hélène.")
    expect(page.locator("#canned")).to_be_hidden()


def test_by_a_key_it_is_found_and_what_is_missing_is_named(enter, inquiry):
    page = enter(f"/inquiries/{inquiry.pk}")
    page.get_by_label("Your message").press("/")
    expect(page.locator("#canned-q")).to_be_focused()
    page.keyboard.type("pri")
    expect(page.locator("#canned-list button")).to_have_count(1)
    page.keyboard.press("Enter")
    box = page.get_by_label("Your message")
    expect(box).to_be_focused()
    page.keyboard.type(" Really/")
    expect(box).to_have_value("{property} costs nothing. Really/")
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#composer [role=alert]")).to_have_text("Fill in {property} first.")
    assert not ContactMessage.objects.exists()
