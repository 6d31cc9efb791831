"""An inquiry's page that was shown for a moment marks as read the messages that it shows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import ContactMessage

from ..factories import ContactFactory, InquiryFactory
from ..pages import Page

HTMX = {"HX-Request": "true"}


@pytest.fixture
def asked(pro, inquiry_type):
    contact = ContactFactory(pro=pro, name="Ana", email="ana@example.org")
    return InquiryFactory(pro=pro, inquiry_type=inquiry_type, contact=contact)


@pytest.fixture(autouse=True)
def messages(asked):
    """A message about the inquiry and one about nothing."""
    about = [arrive(asked, "About it", topic=f"inquiry:{asked.pk}"), arrive(asked, "About nothing")]
    ContactMessage.objects.recount(asked.contact)
    return about


def arrive(asked, text, **fields):
    return ContactMessage.objects.create(
        pro=asked.pro, contact=asked.contact, channel="email", text=text, state="received", **fields
    )


def facts(asked):
    asked.contact.refresh_from_db()
    read = ContactMessage.objects.order_by("created_at").values_list("text", "read_at")
    return [text for text, read_at in read if read_at], asked.contact.unread_count


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_what_it_shows_is_read(browser, asked, headers):
    path = f"/inquiries/{asked.pk}"
    form = Page(browser.get(path)).form(".read-mark")
    assert (form["hx-post"], form["hx-trigger"], facts(asked)) == (
        f"{path}/read",
        "intersect once delay:2s",
        ([], 2),
    )
    response = browser.post(form.action, form.fields, headers=headers)
    assert (response.status_code, response.get("Location")) == ((200, None) if headers else (302, path))
    assert facts(asked) == (["About it"], 1)
    page = Page(browser.get(path))
    assert (page.has("#history .entry"), page.has(".read-mark")) == (True, False)


def test_what_came_since_is_not(browser, asked):
    form = Page(browser.get(f"/inquiries/{asked.pk}")).form(".read-mark")
    arrive(asked, "Since", topic=f"inquiry:{asked.pk}")
    browser.post(form.action, form.fields)
    assert facts(asked)[0] == ["About it"]


@pytest.mark.parametrize("until", ["", "x", "2026-01-01T10:00:00", "\0"])
def test_a_made_up_time_is_a_bad_request(browser, asked, until):
    response = browser.post(f"/inquiries/{asked.pk}/read", {"until": until})
    assert (response.status_code, facts(asked)[0]) == (400, [])


def test_of_an_archived_contact_nothing_changes(browser, asked, user):
    form = Page(browser.get(f"/inquiries/{asked.pk}")).form(".read-mark")
    asked.contact.archive(by=user)
    assert browser.post(form.action, form.fields).status_code == 302
    assert facts(asked)[0] == []


def test_another_pro_marks_nothing(other_browser, asked):
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    assert other_browser.post(f"/inquiries/{asked.pk}/read", {"until": until}).status_code == 404
    assert facts(asked) == ([], 2)


@pytest.mark.parametrize("page_of", ["/inquiries/{0.pk}", "/contacts/{0.contact_id}", "/inbox/{0.contact_id}"])
def test_try_again_leads_back_to_the_page(browser, asked, page_of):
    failed = ContactMessage.objects.create(
        pro=asked.pro,
        contact=asked.contact,
        channel="email",
        address="ana@example.org",
        text="Yes",
        state="failed",
        topic=f"inquiry:{asked.pk}",
    )
    path = page_of.format(asked)
    form = Page(browser.get(path)).form(f"form[action^='/inbox/{asked.contact_id}/{failed.pk}/again']")
    response = browser.post(form.action, form.fields)
    assert response["Location"].split("#")[0] == path
    # A poll brings the same form.
    failed.state = "failed"
    failed.save()
    news = Page(browser.get(path, headers={"HX-Request": "true", "HX-Target": "thread"}))
    assert news.form(f"form[action^='/inbox/{asked.contact_id}/{failed.pk}/again']").fields["next"] == path
