"""Several workers at once, and one that is killed: each event arrives, in the order of its object."""

import pytest

from config.events.models import Dispatch, Endpoint
from config.events.sending import send_events, wake_endpoints
from contacts.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_at_once_send_each_event_once(endpoint, receiver, pro, at_once):
    contacts = [Contact.objects.register(pro, name=f"c{n}", email=f"c{n}@example.org") for n in range(5)]
    for contact in contacts:
        contact.change({"status": "applicant"}, by=None)
    at_once(4, lambda number: send_events.func(str(endpoint.pk)))
    events = receiver.accepted
    assert len(events) == Dispatch.objects.filter(state="delivered").count() == 10
    for contact in contacts:
        own = [event["type"] for event in events if event["data"]["id"] == str(contact.pk)]
        assert own == ["contact.created", "contact.updated"]


def test_what_comes_while_a_job_sends_is_not_left(endpoint, receiver, pro, at_once):
    def work(number):
        if number == 0:
            return [Contact.objects.register(pro, name=f"c{n}", email=f"c{n}@example.org").pk for n in range(20)]
        return [send_events.func(str(endpoint.pk)) for _ in range(20)]

    at_once(3, work)
    # The job of the last one.
    send_events.func(str(endpoint.pk))
    assert len(receiver.accepted) == 20


def test_a_killed_worker_sends_again_and_loses_nothing(endpoint, receiver, pro, monkeypatch, later):
    Contact.objects.register(pro, name="jane", email="jane@example.org")
    monkeypatch.setattr("config.events.sending._note_outcome", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        send_events.func(str(endpoint.pk))
    monkeypatch.undo()
    # As a process leaves it that has no time for anything.
    Endpoint.objects.update(held_until="2026-01-01T00:00Z")
    wake_endpoints()
    send_events.func(str(endpoint.pk))
    ids = [call.headers["webhook-id"] for call in receiver.calls]
    assert (len(ids), len(set(ids)), Dispatch.objects.get().state) == (2, 1, "delivered")
