"""Answers to the customer on the page of an inquiry."""

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.conversations.drafts import save_draft
from contacts.models import ContactMessage, Draft, WaitingItem
from contacts.waiting.arrivals import move_items
from inquiries.models import Inquiry
from inquiries.waiting import add_inquiry

from ..factories import ContactFactory, InquiryFactory, UserFactory
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
    return Page(browser.get(path)).form("#message-form")


def item_of(inquiry):
    return WaitingItem.objects.get(kind="inquiry", key=str(inquiry.pk))


def test_the_answer_goes_by_mail_and_ends_the_waiting(browser, asked, helene, path, over, mailoutbox):
    assert Page(browser.get(path)).one(".inquiry-waits").text == "just came in"
    form = answer_form(browser, path)
    assert form.action == f"/inbox/{helene.pk}/send"
    response = browser.post(form.action, {**form.fields, "text": "We come on Monday."})
    assert response["Location"] == f"{path}#composer"
    message = ContactMessage.objects.get()
    assert (message.contact, message.topic, message.state) == (helene, f"inquiry:{asked.pk}", "scheduled")
    assert (item_of(asked).outcome, item_of(asked).answer) == ("answered", message)
    page = Page(browser.get(path))
    assert page.texts(".toast[data-seconds] p") == ["Sent to Hélène Marchand."]
    assert "We come on Monday." in page.one("#history").text
    assert "Answered just now" in page.one("#inquiry-details").text and not page.has(".inquiry-waits")
    assert Inquiry.objects.get().responded_at is None
    over()
    assert [mail.to for mail in mailoutbox if "We come on Monday." in mail.body] == [["helene@example.org"]]
    assert Inquiry.objects.get().responded_at is not None


def test_htmx_is_led_back_to_the_page(browser, path):
    form = answer_form(browser, path)
    response = browser.post(form.action, {**form.fields, "text": "Monday."}, headers=HTMX)
    assert (response.status_code, response["HX-Redirect"], response.content) == (200, path, b"")
    page = Page(browser.get(path))
    assert page.form("#message-form").fields["text"] == "" and "Monday." in page.one("#history").text


@pytest.mark.parametrize(
    "page", ["https://example.org/inquiries/1", "//example.org", "/\\example.org", "inquiries/1", ""]
)
def test_it_leads_to_no_page_of_another_host(browser, helene, path, page):
    form = answer_form(browser, path)
    response = browser.post(form.action, {**form.fields, "text": "Monday.", "next": page})
    assert response["Location"] == f"/inbox/{helene.pk}#thread-end"


def test_a_note_leads_back_to_the_page(browser, helene, path):
    form = Page(browser.get(path)).form("#note-form")
    response = browser.post(form.action, {**form.fields, "body": "Calls back."})
    assert response["Location"] == f"{path}#composer"
    assert helene.notes.get().body == "Calls back."
    assert "Calls back." in Page(browser.get(path)).one("#history .note").text


def test_undone_the_words_are_the_draft_again(browser, asked, path, over, mailoutbox):
    form = answer_form(browser, path)
    browser.post(form.action, {**form.fields, "text": "We come on Monday."})
    undo = Page(browser.get(path)).form(".toast form")
    assert browser.post(undo.action)["Location"] == path
    over()
    assert not ContactMessage.objects.exists() and mailoutbox == []
    assert item_of(asked).ended_at is None
    assert answer_form(browser, path).fields["text"] == "We come on Monday."
    assert browser.post(undo.action)["Location"] == path
    assert "This message was undone already." in Page(browser.get(path)).one("#toasts").text


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
    page = Page(browser.post(form.action, {**form.fields, "text": "Mine."}, headers=HTMX), 422)
    assert "Nothing was sent." in page.one("#composer [role=alert]").text
    news = Page(browser.get(f"{path}?seen=", headers={"HX-Request": "true", "HX-Target": "thread"}))
    assert "I did." in news.one("#thread").text
    again = page.form("#message-form")
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


def test_another_pros_inquiry_is_nothing_to_answer(other_browser, browser, pro, asked, path):
    other = ContactFactory(pro=pro, email="karl@example.org")
    form = answer_form(browser, path)
    assert other_browser.post(form.action, {**form.fields, "text": "Mine"}).status_code == 404
    response = browser.post(f"/inbox/{other.pk}/send", {**form.fields, "text": "Yes."}, headers=HTMX)
    assert "What this answer is about belongs to somebody else now." in Page(response, 422).one("[role=alert]").text
    assert not ContactMessage.objects.exists()


def test_an_unconfirmed_sender_is_asked_about(browser, pro, asked, helene, path):
    unconfirmed = ContactMessage.objects.create(
        pro=pro,
        contact=helene,
        channel="email",
        text="Hello",
        state="received",
        is_unconfirmed=True,
    )
    form = answer_form(browser, path)
    page = Page(browser.post(form.action, {**form.fields, "text": "Yes."}, headers=HTMX), 422)
    assert page.one("#composer .errorlist").text == "Say first who wrote: the same person, or somebody else."
    browser.post(form.action, {**form.fields, "text": "Yes.", "is_same": unconfirmed.pk})
    assert ContactMessage.objects.get(text="Yes.").topic == f"inquiry:{asked.pk}"


def test_a_poll_brings_what_is_new_and_who_is_answering(browser, pro, asked, helene, path):
    colleague, htmx = UserFactory(pro=pro), {"HX-Request": "true", "HX-Target": "thread"}
    version = Page(browser.get(path)).one("#thread")["hx-get"].partition("seen=")[2]
    assert browser.get(f"{path}?seen={version}", headers=htmx).status_code == 204
    save_draft(helene, colleague, "Dear Hélène", topic=f"inquiry:{asked.pk}")
    page = Page(browser.get(f"{path}?seen={version}", headers=htmx))
    assert page.texts("#presence") == [f"{colleague} is answering"]
    assert Page(browser.get(path)).texts("#presence") == [f"{colleague} is answering"]


def test_the_draft_is_that_of_the_inquiry(browser, asked, helene, path, user):
    save_draft(helene, user, "About something else")
    save_draft(helene, user, "About the roof", topic=f"inquiry:{asked.pk}")
    assert answer_form(browser, path).fields["text"] == "About the roof"
