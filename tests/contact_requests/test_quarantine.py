"""Quarantine and release: contact and mails wait until the Pro lets a contact request through."""

import pytest

from contact_requests.models import ContactRequest, ContactRequestCount, InvalidTransitionError
from contact_requests.receiving import release, set_aside
from contacts.models import Contact, WaitingItem
from contacts.waiting.endings import end_waiting, undo_ending

from .rows import ID, events, jobs


def test_a_quarantined_contact_request_has_neither_contact_nor_jobs(pro, receive):
    contact_request = receive(quarantine="honeypot")
    contact_request.refresh_from_db()
    assert (contact_request.quarantine_reason, contact_request.contact) == ("honeypot", None)
    assert (contact_request.status, contact_request.quarantined_at is None) == ("new", False)
    assert (Contact.objects.count(), jobs(), events(contact_request)) == (0, [], [])
    assert list(ContactRequest.objects.for_pro(pro)) == []
    assert list(ContactRequest.objects.for_pro(pro, quarantined=True)) == [contact_request]
    counts = {"new": 0, "read": 0, "replied": 0, "all": 0, "quarantined": 1}
    assert ContactRequestCount.objects.by_status(pro) == counts


def test_a_release_creates_contact_jobs_and_one_event(pro, user, receive):
    contact_request = receive(id=ID, quarantine="too_fast")
    assert release(contact_request, by=user) is True
    contact_request.refresh_from_db()
    assert (contact_request.quarantined_at, contact_request.quarantine_reason) == (None, "")
    contact = contact_request.contact
    assert (contact_request.status, contact.pro, contact.email) == ("new", pro, "Anna@Example.org")
    assert jobs() == [("notify", str(ID)), ("acknowledge", str(ID))]
    assert events(contact_request) == [("quarantine", "new", user.pk, None)]
    assert list(ContactRequest.objects.for_pro(pro)) == [contact_request]


def test_a_second_release_changes_nothing(user, receive):
    contact_request = receive(quarantine="too_fast")
    stale = ContactRequest.objects.get(pk=contact_request.pk)
    release(contact_request, by=user)
    before = ContactRequest.objects.values().get()
    assert (release(contact_request, by=user), release(stale, by=user)) == (False, False)
    assert (ContactRequest.objects.values().get(), len(jobs()), len(events(contact_request))) == (before, 2, 1)


def test_one_in_the_inbox_is_not_released(user, receive):
    contact_request = receive()
    assert (release(contact_request, by=user), events(contact_request), len(jobs())) == (False, [], 2)


def test_an_end_undone_after_the_request_was_set_aside_waits_for_its_release(user, receive):
    contact_request = receive()
    end_waiting(contact_request.contact, "no_answer", by=user)
    set_aside(contact_request, by=user)
    assert undo_ending(WaitingItem.objects.all()) == 0
    assert WaitingItem.objects.get().outcome == "spam"
    release(contact_request, by=user)
    assert (WaitingItem.objects.get().outcome, WaitingItem.objects.get().ended_at) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_eight_releases_at_once_are_one(user, receive, at_once):
    contact_request = receive(quarantine="too_fast")

    def release_stored(_number):
        return release(ContactRequest.objects.get(pk=contact_request.pk), by=user)

    assert sorted(at_once(8, release_stored)) == [False] * 7 + [True]
    assert (Contact.objects.count(), len(jobs()), len(events(contact_request))) == (1, 2, 1)


def test_in_quarantine_there_is_no_mark(user, receive):
    contact_request = receive(quarantine="honeypot")
    before = ContactRequest.objects.values().get()
    with pytest.raises(InvalidTransitionError, match="quarantine -> read"):
        contact_request.mark("read", by=user)
    with pytest.raises(InvalidTransitionError, match="quarantine -> replied"):
        contact_request.mark("replied", by=user)
    assert (ContactRequest.objects.values().get(), jobs()) == (before, [])
