"""/contacts/<id>: what is known of a contact, and one timeline of what happened."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contact_requests.models import ContactRequestEvent, Reply
from contacts.models import Contact, ContactEvent
from contacts.timeline import SIZE

from ..factories import PropertyFactory, RequestFactory, make_token

OLDER = {"HX-Request": "true", "HX-Target": "older"}


@pytest.fixture
def jane(contact):
    return contact(name="Jane <b>", email="jane@example.org", phone="+33612345678", referral_source="A friend")


def page(client, row, query="", **more):
    response = client.get(f"/contacts/{row.pk}{query}", **more)
    assert response.status_code == 200
    return response.content.decode()


def text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def entries(html):
    """What stands in the timeline, without tags and times, as [(classes, text)…]."""
    html = re.sub(r"<time.*?</time>", "", html)
    found = re.findall(r'<li class="entry ([\w -]+)"[^>]*>(.*?)</li>', html, re.S)
    return [(classes, text(body).rstrip(" ·")) for classes, body in found]


def facts(html):
    found = re.findall(r'<span class="fact-label">(.*?)</span>\s*<span[^>]*>(.*?)</span>', html, re.S)
    return {label: text(value) for label, value in found}


def test_what_is_known(browser, jane):
    html = page(browser, jane)
    known = facts(html)
    assert re.fullmatch(r"\d+ [\w.]+ 2026", known.pop("Added"))
    assert known.pop("Applied") == "" and 'id="applied" hidden' in html
    assert known == {
        "Name": "Jane &lt;b&gt;",
        "E-mail": "jane@example.org",
        "Phone": "06 12 34 56 78",
        "Status": "Prospect",
        "Role": "Prospect",
        "Preferred channel": "–",
        "Language": "English",
        "Source": "Contact form",
        "Referred by": "A friend",
    }
    assert 'href="mailto:jane@example.org"' in html and 'href="tel:+33612345678"' in html


def test_one_timeline_of_everything_newest_first(browser, user, pro, contact):
    row = contact(name="Jane", email="jane@example.org")
    house = PropertyFactory(pro=pro, title="The House")
    found = RequestFactory(property=house, contact=row, message="Is it free?", name="Jane", email=row.email)
    found.reply("Yes, it is.", by=user)
    row.change({"status": "applicant", "phone": "+33612345678"}, by=user)
    row.add_note("Nice voice.", by=user)
    row.archive(by=user)
    row.restore(by=user)
    start = timezone.now() - timedelta(hours=1)
    # The order in which it was told above, whatever the clock's resolution.
    events = list(row.events.order_by("id"))
    told = [found, Reply.objects.get(), ContactRequestEvent.objects.get(), events[0], row.notes.get(), *events[1:]]
    for minute, item in enumerate(told):
        type(item).objects.filter(pk=item.pk).update(created_at=start + timedelta(minutes=minute))
    assert entries(page(browser, row)) == [
        ("happened", "Restored Olive Owner"),
        ("happened", "Archived Olive Owner"),
        ("note", "Note Olive Owner · Nice voice. Edit Delete"),
        ("happened", "Phone 06 12 34 56 78 Status Prospect → Applicant Olive Owner"),
        ("happened", "Request New → Replied Olive Owner"),
        ("letter letter-own", "Olive Owner · on its way Yes, it is."),
        ("letter", "The House Replied Is it free?"),
    ]


def test_nothing_of_another_contact(browser, jane, contact, user):
    other = contact(name="Other")
    RequestFactory(property=PropertyFactory(pro=jane.pro), contact=other, message="Secret").reply("Hush", by=user)
    other.add_note("Also secret", by=user)
    assert entries(page(browser, jane)) == []
    assert "Nothing has happened yet." in page(browser, jane)


def test_a_message_that_is_signed_otherwise_says_so(browser, jane):
    house = PropertyFactory(pro=jane.pro, title="The House")
    same = {"name": jane.name, "email": jane.email, "phone": jane.phone}
    RequestFactory(property=house, contact=jane, message="Mine", **same)
    other = {"name": "Her husband", "email": jane.email, "phone": "+33699999999"}
    RequestFactory(property=house, contact=jane, message="His", **other)
    assert [text for _classes, text in entries(page(browser, jane))] == [
        "The House New Signed: Her husband · 06 99 99 99 99 His",
        "The House New Mine",
    ]


def test_who_did_it_may_be_a_program(browser, jane, api):
    api.patch(f"/api/v1/contacts/{jane.pk}", {"language": "fr"})
    assert entries(page(browser, jane)) == [("happened", "Language English → French Test")]


def test_a_change_of_what_is_no_field_any_more_is_left_out(browser, jane):
    jane.record(ContactEvent.Kind.CHANGED, None, {"shoe_size": ["1", "2"]})
    assert entries(page(browser, jane)) == [("happened", "Changed")]


def test_the_timeline_comes_in_pages_and_nothing_is_lost(browser, jane, user):
    start = timezone.now() - timedelta(days=1)
    for n in range(2 * SIZE + 5):
        note = jane.add_note(f"Note {n:02}", by=user)
        # Forty share a moment, more than a page; others come while one reads.
        type(note).objects.filter(pk=note.pk).update(created_at=start + timedelta(minutes=max(n, 40)))
    seen, query, headers = [], "", {}
    while query is not None:
        html = page(browser, jane, query, headers=headers)
        seen.append(re.findall(r"Note \d\d", html))
        more = re.search(r'<a class="button" href="(\?until=[^"]+)" hx-get="\1" hx-target="#older"', html)
        jane.add_note(f"Later {len(seen)}", by=user)
        query, headers = (more[1].replace("&amp;", "&"), OLDER) if more else (None, {})
    assert sorted(name for part in seen for name in part) == [f"Note {n:02}" for n in range(2 * SIZE + 5)]
    assert [len(part) for part in seen] == [SIZE, SIZE, 5]


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
def test_a_place_that_is_none_is_404(browser, jane, until, skip):
    assert browser.get(f"/contacts/{jane.pk}", {"until": until, "skip": skip}).status_code == 404


def test_an_archived_contact_is_read_only(browser, jane, user):
    jane.add_note("Kept", by=user)
    jane.archive(by=user)
    html = page(browser, jane)
    assert "This contact is archived" in html and f'action="/contacts/{jane.pk}/restore"' in html
    for closed in ("/edit/", "/archive", 'id="note-new"', "/delete"):
        assert closed not in html
    assert ("note", "Note Olive Owner · Kept") in entries(html)


@pytest.mark.parametrize("is_archived", [False, True])
def test_another_pros_contact_is_404(other_browser, jane, is_archived):
    if is_archived:
        jane.archive(by=None)
    response = other_browser.get(f"/contacts/{jane.pk}")
    assert (response.status_code, "jane@" in response.content.decode()) == (404, False)
    assert other_browser.get(f"/contacts/{uuid.uuid4()}").status_code == 404


def test_the_page_of_a_merged_contact_leads_to_the_one_that_stayed(browser, other_browser, jane, contact, user):
    first, second = contact(name="First"), contact(name="Second")
    second.absorb(first, by=user)
    jane.absorb(second, by=user)
    response = browser.get(f"/contacts/{first.pk}")
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{jane.pk}")
    assert other_browser.get(f"/contacts/{first.pk}").status_code == 404
    shown = entries(page(browser, jane))
    assert [text for classes, text in shown if classes == "happened"] == [
        "Merged Second Olive Owner",
        "Merged First Olive Owner",
    ]


def test_the_request_in_the_inbox_leads_to_its_contact(browser, jane):
    found = RequestFactory(property=PropertyFactory(pro=jane.pro), contact=jane)
    html = browser.get(f"/inbox/{found.pk}").content.decode()
    assert f'<a href="/contacts/{jane.pk}">' in html


def test_the_same_queries_for_one_entry_of_each_and_for_ten(browser, jane, user):
    house, counts = PropertyFactory(pro=jane.pro), []
    make_token(jane.pro)
    for more in (1, 9):
        for n in range(more):
            RequestFactory(property=house, contact=jane).reply("Yes", by=user)
            jane.add_note(f"{more} {n}", by=user)
            jane.change({"referral_source": f"{more} {n}"}, by=user)
        with CaptureQueriesContext(connection) as queries:
            page(browser, jane)
        counts.append(len(queries))
    # Session, user with its Pro; the contact; notes, messages, events; requests, replies, their events; inquiries,
    # moves, offers sent, offers answered; merges, duplicates; ways to write.
    assert counts[0] == counts[1] <= 19
    assert Contact.objects.count() == 1


def test_an_address_carries_no_headers_into_the_mail_program(browser, contact):
    row = contact(name="Evil", email="x?bcc=evil%40evil.com&subject=@example.org")
    assert 'href="mailto:x%3Fbcc%3Devil%2540evil.com%26subject%3D@example.org"' in page(browser, row)


def test_older_entries_alone_ask_for_no_duplicates(browser, jane, user):
    for n in range(SIZE + 1):
        jane.add_note(f"Note {n}", by=user)
    older = browser.get(f"/contacts/{jane.pk}").context["older"]
    with CaptureQueriesContext(connection) as queries:
        page(browser, jane, f"?{older}", headers=OLDER)
    # Session, user with its Pro; the contact; notes, messages, events; requests, replies, their events; inquiries,
    # moves, offers sent, offers answered.
    assert len(queries) == 13
