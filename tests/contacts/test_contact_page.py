"""/contacts/<id>: the details of a contact, and who may see them."""

import re
import uuid

import pytest

from contacts.book.merging import merge_contacts
from contacts.models import ContactNote
from tests.factories import PropertyFactory, RequestFactory
from tests.pages import Page

from .contact_pages import contact_page, details, entries


@pytest.fixture
def jane(contact):
    return contact(name="Jane <b>", email="jane@example.org", phone="+33612345678", referral_source="A friend")


def test_the_details(browser, jane):
    page = contact_page(browser, jane)
    known = details(page)
    assert re.fullmatch(r"\d+ [\w.]+ 2026", known.pop("Added"))
    assert (known.pop("Applied"), "hidden" in page.one("#applied")) == ("", True)
    assert known == {
        "Name": "Jane <b>",
        "E-mail": "jane@example.org",
        "Phone": "06 12 34 56 78",
        "Status": "Prospect",
        "Role": "Prospect",
        "Preferred channel": "–",
        "Language": "English",
        "Source": "Contact form",
        "Referred by": "A friend",
    }
    assert page.values(".reach a", "href") == ["mailto:jane@example.org", "tel:+33612345678"]


def test_an_address_adds_no_headers_to_the_mail_program(browser, contact):
    row = contact(name="Evil", email="x?bcc=evil%40evil.com&subject=@example.org")
    mailto = "mailto:x%3Fbcc%3Devil%2540evil.com%26subject%3D@example.org"
    assert contact_page(browser, row).values(".reach a", "href") == [mailto]


def test_an_archived_contact_is_read_only(browser, jane, user):
    ContactNote.objects.add_note(jane, "Still here", by=user)
    jane.archive(by=user)
    page = contact_page(browser, jane)
    assert page.texts(".message p") == [
        "This contact is archived. It is in no list, and a new message from its address creates a new contact."
    ]
    assert page.values("main form", "action") == [f"/contacts/{jane.pk}/restore"]
    assert [a["href"] for a in page.all("main a") if "/edit/" in a["href"]] == []
    assert ("note", "Note Olive Owner · Still here") in entries(page)


@pytest.mark.parametrize("is_archived", [False, True])
def test_another_pros_and_an_unknown_contact_are_404(other_browser, jane, is_archived):
    if is_archived:
        jane.archive(by=None)
    for id in (jane.pk, uuid.uuid4()):
        page = Page(other_browser.get(f"/contacts/{id}"), status=404)
        assert (page.one("h1").text, "jane@" in page.text) == ("There is nothing here", False)


def test_the_page_of_a_merged_contact_redirects_to_the_kept_one(browser, other_browser, jane, contact, user):
    first, second = contact(name="First"), contact(name="Second")
    merge_contacts(second, first, by=user)
    merge_contacts(jane, second, by=user)
    response = browser.get(f"/contacts/{first.pk}")
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{jane.pk}")
    assert "First" not in Page(other_browser.get(f"/contacts/{first.pk}"), status=404).text
    assert [text for classes, text in entries(contact_page(browser, jane)) if classes == "happened"] == [
        "Merged Second Olive Owner",
        "Merged First Olive Owner",
    ]


def test_a_request_in_the_inbox_links_to_its_contact(browser, jane):
    contact_request = RequestFactory(property=PropertyFactory(pro=jane.pro), contact=jane)
    page = Page(browser.get(f"/inbox/{contact_request.contact_id}"))
    assert page.has(f'a[href="/contacts/{jane.pk}"]')
