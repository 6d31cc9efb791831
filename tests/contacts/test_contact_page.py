"""/contacts/<id>: what is known of a contact, and one timeline of what happened."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contact_requests import replying
from contact_requests.models import ContactRequestEvent, Reply
from contacts.book.merging import merge_contacts
from contacts.channels.message import File, Media
from contacts.conversations.sending import write_message
from contacts.models import Contact, ContactEvent, ContactMessage, ContactNote
from contacts.timeline import SIZE

from ..factories import PropertyFactory, RequestFactory, make_token
from .conversing import arrive, letterbox, telegram, whatsapp

__all__ = ["letterbox", "telegram", "whatsapp"]

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
    replying.reply(found, "Yes, it is.", by=user)
    row.change({"status": "applicant", "phone": "+33612345678"}, by=user)
    ContactNote.objects.add_note(row, "Nice voice.", by=user)
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
    secret = RequestFactory(property=PropertyFactory(pro=jane.pro), contact=other, message="Secret")
    replying.reply(secret, "Hush", by=user)
    ContactNote.objects.add_note(other, "Also secret", by=user)
    assert entries(page(browser, jane)) == []
    assert "No activity yet." in page(browser, jane)


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
    jane.record_event(ContactEvent.Kind.CHANGED, None, {"shoe_size": ["1", "2"]})
    assert entries(page(browser, jane)) == [("happened", "Changed")]


def test_the_timeline_comes_in_pages_and_nothing_is_lost(browser, jane, user):
    start = timezone.now() - timedelta(days=1)
    for n in range(2 * SIZE + 5):
        note = ContactNote.objects.add_note(jane, f"Note {n:02}", by=user)
        # Forty share a moment, more than a page; others come while one reads.
        type(note).objects.filter(pk=note.pk).update(created_at=start + timedelta(minutes=max(n, 40)))
    seen, query, headers = [], "", {}
    while query is not None:
        html = page(browser, jane, query, headers=headers)
        seen.append(re.findall(r"Note \d\d", html))
        more = re.search(r'<a class="button" href="(\?until=[^"]+)" hx-get="\1" hx-target="#older"', html)
        ContactNote.objects.add_note(jane, f"Later {len(seen)}", by=user)
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
    ContactNote.objects.add_note(jane, "Kept", by=user)
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
    merge_contacts(second, first, by=user)
    merge_contacts(jane, second, by=user)
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
            replying.reply(RequestFactory(property=house, contact=jane), "Yes", by=user)
            ContactNote.objects.add_note(jane, f"{more} {n}", by=user)
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
        ContactNote.objects.add_note(jane, f"Note {n}", by=user)
    older = browser.get(f"/contacts/{jane.pk}").context["older"]
    with CaptureQueriesContext(connection) as queries:
        page(browser, jane, f"?{older}", headers=OLDER)
    # Session, user with its Pro; the contact; notes, messages, events; requests, replies, their events; inquiries,
    # moves, offers sent, offers answered.
    assert len(queries) == 13


# --- What was written by the channels


def test_the_conversation_is_part_of_the_timeline(browser, user, whatsapp, letterbox, jane):
    jane.hold_identities()
    at = timezone.now() - timedelta(hours=1)
    known = {"email": jane.email, "identities": (("email", jane.email),), "address": jane.email}
    files = (File("plan.pdf", b"%PDF-1.7\n%%EOF\n"),)
    letter = arrive(letterbox, "See here", subject="Plan", quoted="> before", files=files, sent_at=at, **known)
    ContactNote.objects.add_note(jane, "Nice voice.", by=user)
    voice = arrive(whatsapp, "", media=(Media("voice"),), phone=jane.phone, identities=(("phone", jane.phone),))
    sent = write_message(jane, "Yes", channel="whatsapp", by=user)
    sent.note_failure("Unknown", is_last=True)
    arrive(whatsapp, "Secret", who="Somebody else")
    assert {letter.contact, voice.contact} == {jane}
    html = page(browser, jane)
    file = letter.files.get()
    assert letters(html) == [
        ("letter letter-own", "WhatsApp Olive Owner Yes Failed: Unknown Try again"),
        ("letter", "WhatsApp Jane &lt;b&gt; Voice message: open WhatsApp to view it"),
        ("letter", "E-mail Jane &lt;b&gt; Plan See here plan.pdf 15 bytes Quoted history &gt; before"),
    ]
    assert f'<a href="/inbox/messages/{jane.pk}/files/{file.pk}">plan.pdf</a>' in html
    # From here it is sent again by a page of its own: the conversation's.
    assert f'action="/inbox/messages/{jane.pk}/{sent.pk}/again">' in html
    assert html.index("Voice message:") < html.index("Nice voice.") < html.index("See here")


def letters(html):
    """The messages in the timeline, as [(classes, text)…]."""
    _before, *found = re.sub(r"<time.*?</time>", "", html).partition("</main>")[0].split('<li class="entry ')
    pairs = [each.partition('">')[::2] for each in found]
    return [(classes, text(body.rpartition("</li>")[0])) for classes, body in pairs if "letter" in classes]


def test_to_look_at_the_contact_is_not_to_read_the_conversation(browser, whatsapp):
    contact = arrive(whatsapp).contact
    page(browser, contact)
    contact.refresh_from_db()
    assert contact.unread_count == 1


def box(html):
    """Where a message is written; None where there is no such box."""
    found = re.search(r'<details class="card write">(.*?)</details>', html, re.S)
    return found and found[1]


def test_a_message_is_written_from_the_contacts_page(browser, user, whatsapp):
    contact = arrive(whatsapp).contact
    shown = box(page(browser, contact))
    assert "Write a message" in shown and "Send by WhatsApp" in shown
    # The browser goes to the conversation; a draft would come back there after it was sent.
    assert "hx-post" not in shown and "data-draft" not in shown
    inputs = dict(re.findall(r'name="(id|channel)" value="([^"]+)"', shown))
    path = re.search(r'action="([^"]+)"', shown)[1]
    response = browser.post(path, {**inputs, "text": "Yes"})
    assert (response.status_code, response["Location"]) == (302, f"/inbox/messages/{contact.pk}#thread")
    [sent] = ContactMessage.objects.filter(state="sending")
    assert (sent.contact, sent.text, sent.channel, sent.author) == (contact, "Yes", "whatsapp", user)
    assert letters(page(browser, contact))[0] == ("letter letter-own", "WhatsApp Olive Owner Yes Sending…")


def test_whoever_has_an_email_can_be_written_to_without_having_written(browser, letterbox, jane, contact):
    assert "Send by e-mail" in box(page(browser, jane))
    assert box(page(browser, contact(name="Phone", email="", phone="+33612345679"))) is None
    assert box(page(browser, contact(name="Machine", email="no-reply@example.org"))) is None


def test_of_several_ways_one_is_chosen(browser, whatsapp, telegram):
    contact = arrive(whatsapp).contact
    address = contact.identities.get().external_id
    arrive(telegram, identities=(("telegram", "7"), ("whatsapp", address)), address="7")
    shown = box(page(browser, contact))
    assert re.findall(r'<option value="(\w+)"( selected)?', shown) == [("telegram", " selected"), ("whatsapp", "")]


@pytest.mark.parametrize("reason", ["no channel", "disconnected", "archived"])
def test_without_a_way_there_is_no_box(browser, user, jane, whatsapp, reason):
    row = jane if reason == "no channel" else arrive(whatsapp).contact
    if reason == "disconnected":
        whatsapp.disconnect()
    if reason == "archived":
        row.archive(by=user)
    html = page(browser, row)
    assert box(html) is None and "You cannot answer" not in html
    assert len(letters(html)) == (reason != "no channel")


def test_messages_come_in_pages_of_the_timeline_too(browser, whatsapp):
    at = timezone.now() - timedelta(hours=1)
    for n in range(SIZE + 3):
        contact = arrive(whatsapp, f"Words {n:02}", sent_at=at + timedelta(seconds=n)).contact
    html = page(browser, contact)
    older = re.search(r'<a class="button" href="(\?until=[^"]+)"', html)[1].replace("&amp;", "&")
    rest = page(browser, contact, older, headers=OLDER)
    expected = [f"Words {n:02}" for n in reversed(range(SIZE + 3))]
    assert re.findall(r"Words \d\d", html) + re.findall(r"Words \d\d", rest) == expected


def test_the_same_queries_for_one_message_and_for_ten(browser, user, whatsapp):
    counts = []
    for more in (1, 9):
        for n in range(more):
            contact = arrive(whatsapp, f"{more} {n}", files=(File("a.txt", b"x"),)).contact
            write_message(contact, f"{more} {n}", channel="whatsapp", by=user)
        with CaptureQueriesContext(connection) as queries:
            page(browser, contact)
        counts.append(len(queries))
    # As above, and the files, the last message by the channel.
    assert counts[0] == counts[1] <= 21
