"""Items end by an answer or a decision; effects with no way back wait for the seconds to undo."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contact_requests.marking import mark_contact_request
from contact_requests.models import ContactRequest, InvalidTransitionError
from contact_requests.receiving import receive
from contacts.conversations.sending import fail_message, resend_message
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage, WaitingItem
from contacts.news import item_url
from contacts.waiting.endings import apply_answer, apply_endings, end_waiting, undo_answer, undo_ending
from contacts.waiting.persons import items_of
from inquiries.models import Offer
from inquiries.offers.lifecycle import answer_offer, send_offer
from inquiries.pipeline.moves import close_inquiry, move_inquiry
from inquiries.waiting import add_inquiry

from ...factories import ContactFactory, InquiryFactory, PropertyFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact_request(pro):
    prop = PropertyFactory(pro=pro)
    return receive(prop, name="Zoë", email="zoe@example.org", phone="", message="Is it free?", language="fr")


@pytest.fixture
def inquiry(pro):
    contact = ContactFactory(pro=pro, name="Jan")
    person = {"first_name": "Jan", "last_name": "", "email": "jan@example.org", "language": "en"}
    inquiry = InquiryFactory(pro=pro, contact=contact, person=person)
    add_inquiry(inquiry)
    return inquiry


def answer_to(contact, by=None):
    return ContactMessage.objects.create(
        pro=contact.pro, contact=contact, channel="email", text="Yes", state="scheduled", author=by
    )


def status(contact_request):
    return ContactRequest.objects.values_list("status", flat=True).get(pk=contact_request.pk)


def jobs():
    rows = DBTaskResult.objects.filter(task_path=apply_endings.module_path, status="READY")
    return list(rows.order_by("enqueued_at"))


def run(job):
    apply_endings.func(*job.args_kwargs["args"])


def test_an_answer_ends_all_that_waits_and_takes_effect_when_it_leaves(user, contact_request, telegram):
    contact = contact_request.contact
    answer = answer_to(contact, user)
    items = end_waiting(contact, "answered", by=user, answer=answer)
    assert [(item.kind, item.outcome, item.ended_by, item.answer) for item in items] == [
        ("request", "answered", user, answer)
    ]
    stored = WaitingItem.objects.get()
    assert (stored.ended_at, stored.outcome, stored.ended_by, stored.answer) == (
        items[0].ended_at,
        "answered",
        user,
        answer,
    )
    assert (status(contact_request), jobs()) == ("new", [])
    apply_answer(answer)
    assert status(contact_request) == "replied"
    assert [event.user for event in contact_request.events.all()] == [user]
    apply_answer(answer)
    assert contact_request.events.count() == 1


def test_an_undone_answer_lets_its_items_wait_again(user, contact_request, waiting):
    answer = answer_to(contact_request.contact, user)
    end_waiting(contact_request.contact, "answered", by=user, answer=answer)
    assert undo_answer(answer) == 1
    assert waiting() == [("request", "Zoë", "")]
    item = WaitingItem.objects.get()
    assert (item.ended_at, item.ended_by, item.answer, item.is_listed) == (None, None, None, True)
    apply_answer(answer)
    assert status(contact_request) == "new"


def test_some_items_alone_can_be_ended(pro, user, telegram, waiting):
    first, second = (arrive(telegram, text) for text in ("Is it free?", "And the garage?"))
    end_waiting(WaitingItem.objects.filter(key=str(first.pk)), "no_answer", by=user)
    assert waiting() == [("message", "Inès", "no_answer"), ("message", "Inès", "")]
    assert end_waiting(items_of(second.contact), "no_answer", by=user) == [WaitingItem.objects.get(key=second.pk)]
    assert end_waiting(second.contact, "no_answer", by=user) == []


def test_answered_another_way_takes_effect_when_the_seconds_are_over(user, contact_request):
    before = timezone.now()
    end_waiting(contact_request.contact, "another_way", by=user)
    assert status(contact_request) == "new"
    (job,) = jobs()
    assert timedelta(seconds=10) <= job.run_after - before < timedelta(seconds=20)
    run(job)
    assert status(contact_request) == "replied"
    assert [event.user for event in contact_request.events.all()] == [user]


def test_answered_another_way_takes_effect_at_once_without_seconds_to_undo(user, contact_request):
    user.undo_seconds = 0
    end_waiting(contact_request.contact, "another_way", by=user)
    assert (status(contact_request), jobs()) == ("replied", [])


def test_answered_another_way_and_undone_has_no_effect(user, contact_request, waiting):
    end_waiting(contact_request.contact, "another_way", by=user)
    assert undo_ending(items_of(contact_request.contact)) == 1
    run(jobs()[0])
    assert (status(contact_request), waiting()) == ("new", [("request", "Zoë", "")])
    # The first job is not about what ends later.
    end_waiting(contact_request.contact, "another_way", by=user)
    first, second = jobs()
    run(first)
    assert status(contact_request) == "new"
    run(second)
    assert status(contact_request) == "replied"


def test_no_answer_needed_changes_no_status(user, contact_request, inquiry):
    for contact in (contact_request.contact, inquiry.contact):
        end_waiting(contact, "no_answer", by=user, is_immediate=True)
    inquiry.refresh_from_db()
    assert (status(contact_request), inquiry.responded_at, jobs()) == ("new", None, [])


def test_a_status_by_a_program_ends_the_waiting(user, contact_request, waiting):
    assert mark_contact_request(contact_request, "read", by=user) is True
    assert waiting() == [("request", "Zoë", "")]
    assert mark_contact_request(contact_request, "replied", by=user) is True
    item = WaitingItem.objects.get()
    assert (item.outcome, item.ended_by, jobs()) == ("another_way", user, [])
    assert mark_contact_request(contact_request, "replied", by=user) is False
    with pytest.raises(InvalidTransitionError):
        mark_contact_request(contact_request, "read", by=user)


def test_an_answered_inquiry_is_responded_to(user, inquiry):
    answer = answer_to(inquiry.contact, user)
    end_waiting(inquiry.contact, "answered", by=user, answer=answer)
    inquiry.refresh_from_db()
    assert inquiry.responded_at is None
    apply_answer(answer)
    inquiry.refresh_from_db()
    assert inquiry.responded_at is not None


def test_moving_an_inquiry_does_not_answer_it_and_closing_ends_it(user, inquiry, waiting):
    move_inquiry(inquiry, to="in_review", by=user)
    assert waiting() == [("inquiry", "Jan", "")]
    close_inquiry(inquiry, by=user)
    assert waiting() == [("inquiry", "Jan", "closed")]


def test_an_inquiry_that_its_customer_closes_needs_no_answer(inquiry, waiting):
    close_inquiry(inquiry, by=None, outcome="cancelled")
    inquiry.refresh_from_db()
    assert (waiting(), inquiry.responded_at) == ([("inquiry", "Jan", "no_answer")], None)


def test_an_offer_answers_the_inquiry_and_its_answer_waits(user, inquiry, waiting):
    offer = Offer.objects.create_draft(inquiry, by=user, title="Kitchen", text="", amount=Decimal(4350))
    send_offer(offer, by=user)
    assert waiting() == [("inquiry", "Jan", "answered")]
    assert answer_offer(offer, "accepted") is True
    assert answer_offer(offer, "accepted") is False
    assert waiting() == [("inquiry", "Jan", "answered"), ("offer", "Jan", "")]
    item = WaitingItem.objects.get(kind="offer")
    offer.refresh_from_db()
    assert (item.key, item.since, item.contact) == (str(offer.pk), offer.answered_at, inquiry.contact)
    close_inquiry(inquiry, by=user)
    assert waiting() == [("inquiry", "Jan", "answered"), ("offer", "Jan", "closed")]


def test_an_offer_accepted_by_an_archived_contact_stands_by_itself(user, inquiry, waiting):
    offer = Offer.objects.create_draft(inquiry, by=user, title="Kitchen", text="", amount=Decimal(4350))
    send_offer(offer, by=user)
    inquiry.contact.archive(by=user)
    answer_offer(Offer.objects.get(pk=offer.pk), "accepted")
    assert waiting() == [("inquiry", "Jan", "answered"), ("offer", "", "")]
    urls = [item_url(item) for item in WaitingItem.objects.order_by("pk")]
    assert urls == [f"/inquiries/{inquiry.pk}", f"/inquiries/{inquiry.pk}"]


@pytest.mark.django_db(transaction=True)
def test_an_end_that_takes_effect_and_a_change_of_the_status_do_not_wait_for_each_other(
    contact_request, user, monkeypatch
):
    """The item is not locked while the effect waits for the contact request, which others lock first."""
    end_waiting(contact_request.contact, "another_way", by=user)
    [job] = jobs()
    locked = []

    def note_locks(item, by):
        with ThreadPoolExecutor(1) as other:
            locked.append(other.submit(is_locked, item).result())

    monkeypatch.setattr("contacts.waiting.endings.apply_ending", note_locks)
    run(job)
    assert locked == [False]


def is_locked(item):
    if not connection.features.has_select_for_update:
        return False
    try:
        with transaction.atomic():
            return not WaitingItem.objects.filter(pk=item.pk).select_for_update(skip_locked=True)
    finally:
        connection.close()


def test_the_effect_is_taken_back_when_the_end_is_undone_meanwhile(contact_request, user, monkeypatch):
    end_waiting(contact_request.contact, "another_way", by=user)
    [job] = jobs()
    rows = WaitingItem.objects.filter(contact=contact_request.contact)

    def undo_meanwhile(item, by):
        ContactRequest.objects.update(status="replied")
        undo_ending(rows)

    monkeypatch.setattr("contacts.waiting.endings.apply_ending", undo_meanwhile)
    run(job)
    # In one connection the undo is taken back with the effect.
    assert (status(contact_request), [row.outcome for row in rows]) == ("new", ["another_way"])


def test_an_answer_that_failed_before_any_attempt_takes_effect_when_it_is_sent_anew(contact_request, user, work_tasks):
    topic = f"request:{contact_request.pk}"
    message = write_message(contact_request.contact, "Yes", channel="email", by=user, topic=topic)
    DBTaskResult.objects.all().delete()
    fail_message(message, "This message is no longer being sent.")
    assert resend_message(message)
    work_tasks()
    assert (status(contact_request), items_of(contact_request.contact).get().outcome) == ("replied", "answered")
