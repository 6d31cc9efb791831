"""Words typed to somebody are neither lost nor kept from leaving, whatever becomes of the person meanwhile."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from contacts.book.merging import merge_contacts
from contacts.conversations.drafts import find_draft, save_draft
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage, Draft, DraftFile, WaitingItem
from tests.factories import ContactFactory
from tests.pages import Page

from ..messaging import arrive
from .pages import DETAIL, answer, outbound, path_of, with_and_without_htmx


@pytest.fixture
def ana(letterbox):
    return arrive(letterbox, "Is it free?", who="Ana").contact


def pdf():
    return SimpleUploadedFile("plan.pdf", b"%PDF-1.4 plan")


@with_and_without_htmx
def test_files_leave_with_words_that_were_sent_a_moment_ago(browser, ana, headers):
    browser.post(f"{path_of(ana)}/send", answer("Here is the plan.", "email"), headers=headers)
    form = answer("Here is the plan.", "email")
    for _n in range(2):
        browser.post(f"{path_of(ana)}/send", {**form, "files": [pdf()]}, headers=headers)
    files = [list(message.files.values_list("filename", flat=True)) for message in outbound()]
    assert files == [[], ["plan.pdf"]]
    assert (Draft.objects.count(), DraftFile.objects.count()) == (0, 0)


def test_a_draft_about_something_else_is_shown(browser, user, ana):
    save_draft(ana, user, "About the roof", topic="")
    WaitingItem.objects.create(
        pro=ana.pro, contact=ana, kind="inquiry", key="7", since=timezone.now() - timedelta(days=1), channel=""
    )
    form = Page(browser.get(path_of(ana))).form("#message-form")
    assert (form.fields["text"], form.fields["topic"]) == ("About the roof", "")


def test_a_draft_about_what_is_no_longer_theirs_is_shown(browser, user, ana):
    save_draft(ana, user, "About the roof", topic="inquiry:7")
    form = Page(browser.get(path_of(ana))).form("#message-form")
    assert (form.fields["text"], form.fields["topic"]) == ("About the roof", "")
    browser.post(form.action, form.fields)
    assert [(message.text, message.topic) for message in outbound()] == [("About the roof", "")]


def test_somebody_with_hundreds_of_messages_is_answered(browser, ana):
    items = [
        WaitingItem(pro=ana.pro, contact=ana, kind="message", key=str(uuid.uuid4()), since=timezone.now(), channel="")
        for _n in range(600)
    ]
    for number, item in enumerate(items):
        item.pk = 10_000_000 + number
    WaitingItem.objects.bulk_create(items)
    form = Page(browser.get(path_of(ana))).form("#message-form")
    browser.post(form.action, {**form.fields, "text": "Yes."}, headers=DETAIL)
    assert [message.text for message in outbound()] == ["Yes."]
    assert WaitingItem.objects.open().count() == 0


@pytest.mark.parametrize("action", ["another-way", "no-answer", "later"])
def test_all_of_somebody_with_hundreds_of_messages_come_back_when_undone(browser, ana, action):
    rows = [
        WaitingItem(pro=ana.pro, contact=ana, kind="message", key=str(uuid.uuid4()), since=timezone.now(), channel="")
        for _n in range(600)
    ]
    WaitingItem.objects.bulk_create(rows)
    browser.post(f"{path_of(ana)}/{action}", {"when": "tomorrow"})
    assert WaitingItem.objects.listed().count() == 0
    undo = Page(browser.get("/inbox")).form(".toast form")
    assert len(undo.action) < 200
    browser.post(undo.action, undo.fields)
    assert WaitingItem.objects.listed().count() == 601


def test_an_answer_is_undone_after_a_merge(browser, user, ana, pro):
    message = write_message(ana, "Yes", channel="email", by=user)
    kept = ContactFactory(pro=pro, name="Ana Maria")
    merge_contacts(kept, ana, by=user)
    response = browser.post(f"/inbox/{ana.pk}/{message.pk}/undo")
    assert response["Location"] == path_of(kept)
    assert (ContactMessage.objects.filter(pk=message.pk).exists(), find_draft(kept, user).text) == (False, "Yes")


@with_and_without_htmx
def test_a_button_keeps_words_and_files_and_shows_the_page_again(browser, ana, headers):
    page = Page(browser.post(f"{path_of(ana)}/send", answer("", "email"), headers=headers), 422)
    form, button = page.form("#message-form"), page.one("#message-form button[name=keep]")
    assert not page.has("#message-form button[name=keep][hx-post]")
    data = {**form.fields, "text": "See the plan.", "files": [pdf()], "keep": "1"}
    response = browser.post(button["formaction"], data, headers=headers)
    assert response.headers["HX-Redirect" if headers else "Location"] == path_of(ana)
    page = Page(browser.get(path_of(ana)))
    assert page.form("#message-form").fields["text"] == "See the plan."
    assert page.texts(".composer-files li > span") == ["plan.pdf"]


def test_taking_a_file_out_keeps_what_was_typed_since(browser, ana):
    browser.post(f"{path_of(ana)}/draft", {"text": "See", "channel": "email", "files": [pdf()]})
    page = Page(browser.get(path_of(ana)))
    form, button = page.form("#message-form"), page.one(".composer-files button")
    browser.post(button["formaction"], {**form.fields, "text": "See the plan."})
    assert list(Draft.objects.values_list("text", "files")) == [("See the plan.", None)]


@with_and_without_htmx
@pytest.mark.parametrize("action", ["send", "draft"])
def test_words_to_somebody_who_was_merged_meanwhile_are_kept(browser, user, ana, pro, headers, action):
    kept = ContactFactory(pro=pro, name="Ana Maria")
    merge_contacts(kept, ana, by=user)
    browser.post(f"{path_of(ana)}/{action}", answer("I typed long.", "email"), headers=headers)
    assert outbound() == []
    assert [(draft.contact, draft.text) for draft in Draft.objects.all()] == [(kept, "I typed long.")]
