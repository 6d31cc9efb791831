"""Answered requests and old messages end while their contact stays."""

import pytest
from django.utils import timezone

from config.files.storage import store_kept_file
from contact_requests.models import ContactRequest
from contacts.models import ChannelDelivery, Contact, ContactMessage, MessageFile, WaitingItem
from contacts.privacy.decisions import decide
from contacts.privacy.retention import count_past
from tests.factories import RequestFactory

from .test_retention import YEAR_AGO, run_again

pytestmark = pytest.mark.django_db
MONTHS = {"settled": 12, "messages": 12}


@pytest.fixture
def answered(anna) -> ContactRequest:
    """Anna's request, answered a year ago, for which nothing waits."""
    request = anna.contact_requests.get()
    request.mark("replied", by=None)
    ContactRequest.objects.update(replied_at=YEAR_AGO, created_at=YEAR_AGO)
    anna.waiting_items.update(ended_at=YEAR_AGO, outcome="answered")
    return request


@pytest.fixture
def written(anna, answered) -> ContactMessage:
    """Anna's message of a year ago with an original, which was answered; another one came today."""
    call = {"pro": anna.pro, "provider": "mailgun", "content_type": "", "body": b"", "read_at": YEAR_AGO}
    delivery = ChannelDelivery.objects.create(**call, nonce="1", digest="", thread="message:1")
    anna.messages.update(created_at=YEAR_AGO, delivery=delivery)
    common = {"pro": anna.pro, "contact": anna, "channel": "email", "address": "anna@example.org"}
    ContactMessage.objects.create(**common, text="Vandaag", state="received")
    item = {"kind": "message", "key": "1", "since": YEAR_AGO, "words": "Tot morgen", "about": "Re: Villa"}
    ended = {"ended_at": YEAR_AGO, "outcome": "answered"}
    WaitingItem.objects.create(pro=anna.pro, contact=anna, **item, **ended)
    message = anna.messages.get(created_at=YEAR_AGO)
    with store_kept_file(b"%PDF-1.7\n%%EOF\n", "plan.pdf") as new_file:
        new_file.claim()
        MessageFile.objects.create(message=message, key=new_file.key, **new_file.info._asdict())
    return message


def test_they_end_and_the_contact_stays(anna, written, user):
    assert count_past(anna.pro, MONTHS) == {"settled": 1, "messages": 1}
    decide(anna.pro, consent_words="", retention=MONTHS, by=user)
    run_again()
    for model in (ContactRequest, ChannelDelivery, MessageFile):
        assert not model.objects.exists()
    assert list(anna.messages.values_list("text", flat=True)) == ["Vandaag"]
    items = WaitingItem.objects.values_list("kind", "words", "about", "outcome")
    assert list(items) == [("message", "", "", "answered")]
    anna.refresh_from_db()
    assert (anna.name, anna.deleted_at, anna.last_word_at) == ("Anna Peeters", None, anna.messages.get().created_at)


def test_they_stay_while_something_waits(anna, written, user):
    item = {"kind": "reminder", "key": "2", "since": timezone.now()}
    WaitingItem.objects.create(pro=anna.pro, contact=anna, **item)
    decide(anna.pro, consent_words="", retention=MONTHS, by=user)
    run_again()
    assert (ContactRequest.objects.count(), ContactMessage.objects.count()) == (1, 2)


def test_a_message_on_its_way_stays(anna, written, user):
    written.state = "scheduled"
    written.save()
    assert count_past(anna.pro, MONTHS)["messages"] == 0


def test_requests_that_are_new_or_of_another_pro_stay(anna, answered, pro, other_user, user):
    ContactRequest.objects.update(status="read")
    other = RequestFactory(property__pro=other_user.pro)
    ContactRequest.objects.filter(pk=other.pk).update(status="replied", replied_at=YEAR_AGO)
    decide(pro, consent_words="", retention=MONTHS, by=user)
    run_again()
    assert set(ContactRequest.objects.all()) == {answered, other}


def test_the_page_of_the_contact_is_shown_afterwards(browser, anna, written, user):
    anna.messages.update(topic=f"request:{anna.contact_requests.get().pk}")
    decide(anna.pro, consent_words="", retention=MONTHS, by=user)
    run_again()
    response = browser.get(f"/contacts/{anna.pk}")
    assert response.status_code == 200 and "Vandaag" in response.content.decode()
    assert Contact.objects.for_pro(anna.pro).get() == anna
