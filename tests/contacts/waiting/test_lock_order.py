"""Items end at once, with their effect, while others change what they stand for: nobody waits for each other."""

import threading

import pytest
from django.db import connection, transaction

from contact_requests.models import ContactRequest
from contact_requests.receiving import receive
from contact_requests.waiting import end_contact_request
from contacts.models import WaitingItem
from contacts.waiting import endings
from contacts.waiting.endings import end_waiting

from ...factories import PropertyFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def contact_request(pro, user):
    user.undo_seconds = 0
    user.save()
    prop = PropertyFactory(pro=pro)
    return receive(prop, name="Zoë", email="zoe@example.org", phone="", message="Is it free?", language="fr")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.parametrize(("theirs", "status"), [("no_answer", "new"), ("another_way", "replied")])
def test_a_request_that_is_held_is_waited_for_before_its_item(
    contact_request, user, at_once, monkeypatch, theirs, status
):
    meeting, met = threading.Barrier(2), []
    apply_ending = endings.apply_ending

    def meet_and_apply(item, by):
        if by == user and not met:
            # The other has the request by now, and wants its item.
            met.append(item)
            meeting.wait(30)
        apply_ending(item, by)

    def end_request():
        with transaction.atomic():
            row = ContactRequest.objects.get(pk=contact_request.pk)
            row.lock()
            meeting.wait(30)
            row.mark_locked(status, by=None)
            end_contact_request(row, theirs, by=None)

    monkeypatch.setattr(endings, "apply_ending", meet_and_apply)
    contact = contact_request.contact
    work = [lambda: [item.outcome for item in end_waiting(contact, "another_way", by=user)], end_request]
    ended, _none = at_once(2, lambda number: work[number]())
    contact_request.refresh_from_db()
    item = WaitingItem.objects.get(contact=contact)
    assert (ended, item.outcome, item.ended_by, contact_request.status) == ([], theirs, None, status)
