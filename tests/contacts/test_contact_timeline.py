"""The thread on a contact's page: entries of all apps, page by page."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contact_requests.models import ContactRequestEvent
from contacts.models import Contact, ContactEvent, ContactMessage, ContactNote
from contacts.timeline import SIZE
from tests.contact_requests.rows import answer
from tests.factories import PropertyFactory, RequestFactory, make_token
from tests.pages import Page

from .contact_pages import EARLIER, contact_page, earlier_query, entries


@pytest.fixture
def jane(contact):
    return contact(name="Jane", email="jane@example.org", phone="+33612345678")


def test_one_timeline_of_everything_newest_first(browser, user, pro, contact):
    jane = contact(name="Jane", email="jane@example.org")
    house = PropertyFactory(pro=pro, title="The House")
    contact_request = RequestFactory(property=house, contact=jane, message="Is it free?", name="Jane", email=jane.email)
    answer(contact_request, "Yes, it is.", by=user)
    contact_request.mark("replied", by=user)
    jane.change({"status": "applicant", "phone": "+33612345678"}, by=user)
    ContactNote.objects.add_note(jane, "Nice voice.", by=user)
    jane.archive(by=user)
    jane.restore(by=user)
    start = timezone.now() - timedelta(hours=1)
    # One minute apart in this order, whatever the clock's resolution.
    first, *events = jane.events.order_by("id")
    happened = [
        contact_request,
        ContactMessage.objects.get(),
        ContactRequestEvent.objects.get(),
        first,
        jane.notes.get(),
    ]
    for minute, item in enumerate([*happened, *events]):
        type(item).objects.filter(pk=item.pk).update(created_at=start + timedelta(minutes=minute))
    assert entries(contact_page(browser, jane)) == [
        ("happened", "Restored Olive Owner"),
        ("happened", "Archived Olive Owner"),
        ("note", "Note Olive Owner · Nice voice. Edit Delete"),
        ("happened", "Phone 06 12 34 56 78 Status Prospect → Applicant Olive Owner"),
        ("happened", "Request New → Replied Olive Owner"),
        ("bubble bubble-own", "E-mail Olive Owner Your message about The House Yes, it is. Sending…"),
        ("request-letter", f"The House · {contact_request.reference} Is it free?"),
    ]


def test_no_entry_of_another_contact(browser, jane, contact, user):
    other = contact(name="Other")
    secret = RequestFactory(property=PropertyFactory(pro=jane.pro), contact=other, message="Secret")
    answer(secret, "Hush", by=user)
    ContactNote.objects.add_note(other, "Also secret", by=user)
    page = contact_page(browser, jane)
    assert (entries(page), page.one(".nothing-yet").text) == ([], "No activity yet.")


def test_a_request_with_another_name_or_phone_shows_them(browser, jane):
    house = PropertyFactory(pro=jane.pro, title="The House")
    same = {"name": jane.name, "email": jane.email, "phone": jane.phone}
    mine = RequestFactory(property=house, contact=jane, message="Mine", **same)
    other = {"name": "Her husband", "email": jane.email, "phone": "+33699999999"}
    his = RequestFactory(property=house, contact=jane, message="His", **other)
    assert [text for _classes, text in entries(contact_page(browser, jane))] == [
        f"The House · {his.reference} Signed: Her husband · 06 99 99 99 99 His",
        f"The House · {mine.reference} Mine",
    ]


def test_a_change_by_a_program_has_the_tokens_name(browser, jane, api):
    api.patch(f"/api/v1/contacts/{jane.pk}", {"language": "fr"})
    assert entries(contact_page(browser, jane)) == [("happened", "Language English → French Test")]


def test_a_change_of_an_unknown_field_is_left_out(browser, jane):
    jane.record_event(ContactEvent.Kind.CHANGED, None, {"shoe_size": ["1", "2"]})
    assert entries(contact_page(browser, jane)) == [("happened", "Changed")]


def test_no_entry_is_lost_between_pages(browser, jane, user):
    start = timezone.now() - timedelta(days=1)
    for n in range(2 * SIZE + 5):
        note = ContactNote.objects.add_note(jane, f"Note {n:02}", by=user)
        # Forty share one time, more than a page; others are added while pages are read.
        ContactNote.objects.filter(pk=note.pk).update(created_at=start + timedelta(minutes=max(n, 40)))
    page = contact_page(browser, jane)
    pages = [re.findall(r"Note \d\d", page.one(".thread").text)]
    while query := earlier_query(page):
        ContactNote.objects.add_note(jane, f"Later {len(pages)}", by=user)
        assert page.one("#earlier a")["hx-get"].endswith(query)
        page = contact_page(browser, jane, query, headers=EARLIER)
        pages.append(re.findall(r"Note \d\d", page.one(".thread").text))
    assert sorted(name for names in pages for name in names) == [f"Note {n:02}" for n in range(2 * SIZE + 5)]
    assert [len(names) for names in pages] == [SIZE, SIZE, 5]


@pytest.mark.parametrize(
    ("until", "skip"),
    [
        ("nonsense", "0"),
        ("", "0"),
        ("2026-02-10", "0"),
        ("2026-02-30T10:00:00Z", "0"),
        ("2026-02-10T10:00:00", "0"),
        ("\0", "0"),
        ("0001-01-01T00:00:00+14:00", "0"),
        ("9999-12-31T23:59:59-14:00", "0"),
        ("2026-02-10T10:00:00Z", "-1"),
        ("2026-02-10T10:00:00Z", "²"),
        ("2026-02-10T10:00:00Z", "9" * 30),
    ],
)
def test_an_invalid_place_is_404(browser, jane, until, skip):
    page = Page(browser.get(f"/contacts/{jane.pk}", {"until": until, "skip": skip}), status=404)
    assert (page.one("h1").text, "Jane" in page.text) == ("There is nothing here", False)


def test_the_same_queries_for_one_entry_of_each_and_for_ten(browser, jane, user):
    house, counts = PropertyFactory(pro=jane.pro), []
    make_token(jane.pro)
    # The first view of an hour is recorded.
    contact_page(browser, jane)
    for more in (1, 9):
        for n in range(more):
            answer(RequestFactory(property=house, contact=jane), "Yes", by=user)
            ContactNote.objects.add_note(jane, f"{more} {n}", by=user)
            jane.change({"referral_source": f"{more} {n}"}, by=user)
        with CaptureQueriesContext(connection) as queries:
            contact_page(browser, jane)
        counts.append(len(queries))
    # Session with its user and Pro; the contact; which entries there are, and each kind of them; merges, duplicates;
    # stated addresses, an unconfirmed message; connections with the last messages; how many wait; for the composer what
    # waits, drafts, canned replies, and the version of the thread.
    assert counts[0] == counts[1] <= 23
    assert Contact.objects.count() == 1


def test_earlier_entries_alone_look_up_no_duplicates(browser, jane, user):
    for n in range(SIZE + 1):
        ContactNote.objects.add_note(jane, f"Note {n}", by=user)
    query = earlier_query(contact_page(browser, jane))
    with CaptureQueriesContext(connection) as queries:
        page = contact_page(browser, jane, query, headers=EARLIER)
    assert page.texts(".note .words") == ["Note 0"]
    # Session with its user and their Pro; the contact; which entries there are; the notes.
    assert len(queries) == 4
