"""Answers to the customer on the page of an inquiry."""

import uuid

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.models import ContactMessage, Draft, WaitingItem
from contacts.waiting.arrivals import move_items
from inquiries.models import Inquiry
from inquiries.waiting import add_inquiry

from ..factories import ContactFactory, InquiryFactory
from ..pages import Page

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "composer"}


@pytest.fixture
def helene(pro):
    return ContactFactory(pro=pro, name="Hélène Marchand", email="helene@example.org")


@pytest.fixture
def asked(pro, inquiry_type, helene):
    """An inquiry of Hélène that waits."""
    person = {"first_name": "Hélène", "last_name": "Marchand", "email": "helene@example.org", "language": "en"}
    inquiry = InquiryFactory(
        pro=pro, inquiry_type=inquiry_type, contact=helene, person=person, profile_at=timezone.now(), subject="Roof"
    )
    add_inquiry(inquiry)
    return inquiry


@pytest.fixture
def path(asked):
    return f"/inquiries/{asked.pk}"


@pytest.fixture
def over(work_tasks):
    def let():
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        work_tasks()

    return let


def answer_form(browser, path):
    return Page(browser.get(path)).form("#answer-form")


def item_of(inquiry):
    return WaitingItem.objects.get(kind="inquiry", key=str(inquiry.pk))


def test_the_answer_goes_by_mail_and_ends_the_waiting(browser, asked, helene, path, over, mailoutbox):
    assert Page(browser.get(path)).one(".inquiry-waits").text == "waits now"
    form = answer_form(browser, path)
    assert form.action == f"{path}/answer"
    response = browser.post(form.action, {**form.fields, "text": "We come on Monday."})
    assert response["Location"] == f"{path}#composer"
    message = ContactMessage.objects.get()
    assert (message.contact, message.topic, message.state) == (helene, f"inquiry:{asked.pk}", "scheduled")
    assert (item_of(asked).outcome, item_of(asked).answer) == ("answered", message)
    page = Page(browser.get(path))
    assert page.texts(".toast[data-seconds] p") == ["Your answer leaves in 10 seconds."]
    assert "We come on Monday." in page.one("#history").text
    assert "Answered just now" in page.one("#inquiry-details").text and not page.has(".inquiry-waits")
    assert Inquiry.objects.get().responded_at is None
    over()
    assert [mail.to for mail in mailoutbox if "We come on Monday." in mail.body] == [["helene@example.org"]]
    assert Inquiry.objects.get().responded_at is not None


def test_htmx_gets_the_composer_and_the_thread(browser, path):
    form = answer_form(browser, path)
    page = Page(browser.post(form.action, {**form.fields, "text": "Monday."}, headers=HTMX))
    assert page.one("#composer").form("form").fields["text"] == ""
    assert "Monday." in page.one("#history").text
    assert set(page.values("[hx-swap-oob=true]", "id")) >= {"progress", "inquiry-state", "history"}


def test_undone_the_words_are_the_draft_again(browser, asked, path, over, mailoutbox):
    form = answer_form(browser, path)
    browser.post(form.action, {**form.fields, "text": "We come on Monday."})
    undo = Page(browser.get(path)).form(".toast form")
    assert browser.post(undo.action)["Location"] == f"{path}#composer"
    over()
    assert not ContactMessage.objects.exists() and mailoutbox == []
    assert item_of(asked).ended_at is None
    assert answer_form(browser, path).fields["text"] == "We come on Monday."
    assert browser.post(undo.action)["Location"] == f"{path}#composer"
    assert "This message was undone already." in Page(browser.get(path)).one("#messages").text


def test_other_things_that_wait_go_on_waiting(browser, pro, asked, helene, path, inquiry_type):
    other = InquiryFactory(pro=pro, inquiry_type=inquiry_type, contact=helene)
    add_inquiry(other)
    form = answer_form(browser, path)
    browser.post(form.action, {**form.fields, "text": "Yes."})
    assert (item_of(asked).outcome, item_of(other).ended_at) == ("answered", None)
    form = answer_form(browser, path)
    browser.post(form.action, {**form.fields, "text": "And one more thing."})
    assert item_of(other).ended_at is None


def test_nothing_leaves_when_a_colleague_was_quicker(browser, asked, helene, path, user):
    form = answer_form(browser, path)
    ContactMessage.objects.create(
        pro=asked.pro, contact=helene, channel="email", text="I did.", state="sent", topic=f"inquiry:{asked.pk}"
    )
    page = Page(browser.post(form.action, {**form.fields, "text": "Mine."}, headers=HTMX), 409)
    assert "Nothing was sent." in page.one("#composer [role=alert]").text
    assert "I did." in page.one("#history").text
    again = page.form("#answer-form")
    assert again.fields["text"] == "Mine." and "Send all the same" in page.one("#composer").text
    assert ContactMessage.objects.count() == 1 and Draft.objects.get().text == "Mine."
    browser.post(again.action, again.fields)
    assert ContactMessage.objects.filter(text="Mine.").count() == 1


@pytest.mark.parametrize("text", ["", " \n", "a\0b", "x" * 50_001])
def test_what_cannot_be_sent_is_refused_and_stays(browser, path, text):
    form = answer_form(browser, path)
    for headers in ({}, HTMX):
        page = Page(browser.post(form.action, {**form.fields, "text": text}, headers=headers), 422)
        assert page.has("#composer [role=alert]")
    assert not ContactMessage.objects.exists()


def test_the_same_form_twice_is_one_answer(browser, path):
    form = answer_form(browser, path)
    for _ in range(2):
        browser.post(form.action, {**form.fields, "text": "Yes."})
    assert ContactMessage.objects.count() == 1


def test_without_a_contact_there_is_nobody_to_answer(browser, asked, path):
    Inquiry.objects.update(contact=None)
    move_items(WaitingItem.objects.all(), None)
    page = Page(browser.get(path))
    assert page.one("#composer").text == "Link a contact to answer from here. Contact"
    assert browser.post(f"{path}/answer", {"text": "Yes."}).status_code == 404


def test_another_pros_inquiry_is_404(other_browser, browser, asked, path):
    form = answer_form(browser, path)
    browser.post(form.action, {**form.fields, "text": "Yes."})
    message = ContactMessage.objects.get()
    assert other_browser.post(f"{path}/answer", {"text": "Mine"}).status_code == 404
    assert other_browser.post(f"{path}/answers/{message.pk}/undo").status_code == 404
    assert browser.post(f"{path}/answers/{uuid.uuid4()}/undo").status_code == 302
    assert ContactMessage.objects.get().state == "scheduled"
