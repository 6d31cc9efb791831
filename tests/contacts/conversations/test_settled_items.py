"""An answer ends what its composer showed ticked, and nothing that its author did not see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.conversations.writing import write_message
from contacts.models import WaitingItem
from contacts.waiting.later import put_off

from ...factories import InquiryFactory
from ...pages import Page

MANY = 45


@pytest.fixture
def ana(received, user):
    return received("email").contact


@pytest.fixture
def browser(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def inquiry(ana):
    person = {"first_name": "Ana", "last_name": "", "email": "ana@example.org", "language": "en"}
    inquiry = InquiryFactory(pro=ana.pro, contact=ana, person=person)
    add(ana, "inquiry", inquiry.pk)
    return inquiry


def add(ana, kind="message", key="m"):
    since = timezone.now() + timedelta(seconds=1)
    return WaitingItem.objects.add(ana.pro, kind, key, contact=ana, since=since, channel="email", words=f"{kind} {key}")


def add_many(ana):
    """Forty-five things more that wait."""
    return [add(ana, key=f"m{number}") for number in range(MANY)]


def composer(browser, path):
    return Page(browser.get(path)).form("#message-form")


def ticks(form):
    """(label, True if it is ticked) of the boxes."""
    return [(box.text, "checked" in box.one("input")) for box in form.all(".settles label")]


def send(browser, form, **fields):
    response = browser.post(form.action, {**form.fields, "text": "Yes", **fields})
    assert response.status_code == 302


def waiting(ana):
    return set(WaitingItem.objects.filter(contact=ana, ended_at=None).values_list("kind", "key"))


def test_of_many_an_inquirys_page_ends_its_own_alone(browser, ana, inquiry):
    add_many(ana)
    before = waiting(ana)
    form = composer(browser, f"/inquiries/{inquiry.pk}")
    assert ticks(form) == [(f"inquiry {inquiry.pk}", True), (f"Everything that waits ({MANY + 2})", False)]
    send(browser, form)
    assert before - waiting(ana) == {("inquiry", str(inquiry.pk))}


def test_of_many_one_box_ends_all_that_the_page_showed(browser, ana, inquiry):
    add_many(ana)
    form = composer(browser, f"/inquiries/{inquiry.pk}")
    add(ana, key="unseen")
    send(browser, form, settles=["all"])
    assert waiting(ana) == {("message", "unseen")}


def test_the_desk_ticks_all_of_many_and_ends_none_that_came_since(browser, ana):
    add_many(ana)
    form = composer(browser, f"/inbox/{ana.pk}")
    assert ticks(form) == [(f"Everything that waits ({MANY + 1})", True)]
    add(ana, key="unseen")
    send(browser, form)
    assert waiting(ana) == {("message", "unseen")}


def test_without_the_box_none_of_many_ends(browser, ana):
    add_many(ana)
    before = waiting(ana)
    send(browser, composer(browser, f"/inbox/{ana.pk}"), settles=[])
    assert waiting(ana) == before


def test_what_came_to_an_empty_list_since_waits(browser, ana, user):
    WaitingItem.objects.filter(contact=ana).end("no_answer", by=user)
    form = composer(browser, f"/inbox/{ana.pk}")
    assert ticks(form) == []
    add(ana, key="unseen")
    send(browser, form)
    assert waiting(ana) == {("message", "unseen")}


def test_the_page_of_an_inquiry_that_was_put_off_ticks_it(browser, ana, inquiry, user):
    rows = WaitingItem.objects.filter(kind="inquiry", contact=ana)
    put_off(rows, timezone.now() + timedelta(days=2), by=user)
    other = add(ana, key="other")
    put_off(WaitingItem.objects.filter(pk=other.pk), timezone.now() + timedelta(days=2), by=user)
    form = composer(browser, f"/inquiries/{inquiry.pk}")
    assert [tick for tick in ticks(form) if tick[1]] == [(f"inquiry {inquiry.pk}", True)]
    send(browser, form)
    assert not rows.filter(ended_at=None).exists()
    assert ("message", "other") in waiting(ana)


def test_a_refused_answer_keeps_its_ticks(browser, ana):
    add_many(ana)
    form = composer(browser, f"/inbox/{ana.pk}")
    add(ana, key="unseen")
    refused = browser.post(form.action, {**form.fields, "text": ""})
    form = Page(refused, 422).form("#message-form")
    assert ticks(form) == [(f"Everything that waits ({MANY + 1})", True)]
    send(browser, form)
    assert waiting(ana) == {("message", "unseen")}


def test_a_program_ends_what_is_listed_and_the_topics_own(ana, inquiry, user):
    later = timezone.now() + timedelta(days=2)
    put_off(WaitingItem.objects.filter(contact=ana), later, by=user)
    add(ana, key="new")
    # It brought back what was put off.
    put_off(WaitingItem.objects.filter(contact=ana).exclude(key="new"), later, by=user)
    left = waiting(ana) - {("message", "new"), ("inquiry", str(inquiry.pk))}
    write_message(ana, "Yes", channel="email", by=user, topic=f"inquiry:{inquiry.pk}")
    assert (waiting(ana), len(left)) == (left, 1)
