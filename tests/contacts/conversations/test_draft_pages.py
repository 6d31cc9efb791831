"""Drafts are saved while typing, with and without JavaScript, and answers are undone from their page."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.conversations.drafts import save_draft
from contacts.conversations.seen import thread_version
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage, ContactNote, Draft, DraftFile, WaitingItem
from tests.factories import UserFactory
from tests.pages import Page

from ..messaging import arrive

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ana(letterbox):
    return arrive(letterbox, "Is it free?", who="Ana").contact


def address(contact, *rest):
    return "/".join([f"/inbox/{contact.pk}", *map(str, rest)])


def send(browser, contact, **fields):
    data = {"id": uuid.uuid4(), "channel": "email", "text": "Yes", **fields}
    return browser.post(f"/inbox/{contact.pk}/send", data)


def test_a_draft_is_saved_by_htmx(browser, user, ana):
    response = browser.post(address(ana, "draft"), {"text": "Dear", "channel": "email", "cc": "b@x.org"}, headers=HTMX)
    assert Page(response).one("p").text.startswith("Draft saved at ")
    assert list(Draft.objects.values_list("user", "text", "channel", "cc")) == [(user.pk, "Dear", "email", "b@x.org")]


def test_a_draft_is_saved_by_a_button(browser, user, ana):
    files = [SimpleUploadedFile("plan.pdf", b"%PDF-1.4 plan"), SimpleUploadedFile("empty.txt", b"")]
    data = {"text": "Dear", "kind": "note", "next": "/contacts", "files": files}
    response = browser.post(address(ana, "draft"), data)
    assert (response.status_code, response["Location"]) == (302, "/contacts")
    assert [(draft.kind, draft.text) for draft in Draft.objects.all()] == [("note", "Dear")]
    assert [file.filename for file in DraftFile.objects.all()] == ["plan.pdf"]
    assert Page(browser.get("/contacts")).texts("#messages p") == ["empty.txt: The file is empty."]


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_it_leads_to_no_other_site(browser, ana, next):
    response = browser.post(address(ana, "draft"), {"text": "Dear", "next": next})
    assert response["Location"] == f"/inbox/{ana.pk}"


@pytest.mark.parametrize("field", ["text", "cc", "topic", "channel"])
def test_odd_words_are_saved_as_far_as_they_go(browser, ana, field):
    response = browser.post(address(ana, "draft"), {"text": "Dear", field: "\0" + "é" * 70_000}, headers=HTMX)
    assert (response.status_code, Draft.objects.count()) == (200, 1)


def test_another_pro_saves_and_undoes_nothing(other_browser, user, ana):
    user.undo_seconds = 10
    message = write_message(ana, "Yes", channel="email", by=user)
    draft = save_draft(ana, user, "Dear")
    assert other_browser.post(address(ana, "draft"), {"text": "x"}).status_code == 404
    assert other_browser.post(address(ana, "draft", draft.pk, "delete")).status_code == 404
    other_browser.post(address(ana, message.pk, "undo"))
    assert (Draft.objects.get().text, ContactMessage.objects.filter(pk=message.pk).count()) == ("Dear", 1)


def test_a_draft_and_a_file_of_it_are_deleted(browser, ana):
    browser.post(address(ana, "draft"), {"text": "Dear", "files": SimpleUploadedFile("plan.txt", b"plan")})
    browser.post(address(ana, "draft", "files", DraftFile.objects.get().pk, "delete"))
    assert (Draft.objects.count(), DraftFile.objects.count()) == (1, 0)
    path = address(ana, "draft", Draft.objects.get().pk, "delete")
    for _click in "12":
        assert browser.post(path).status_code == 302
    assert Draft.objects.count() == 0


def test_a_colleagues_draft_is_not_deleted(browser, ana, pro):
    draft = save_draft(ana, UserFactory(pro=pro), "Theirs")
    browser.post(address(ana, "draft", draft.pk, "delete"))
    assert Draft.objects.get() == draft


def test_an_answer_is_undone_once(browser, user, ana):
    user.undo_seconds = 10
    message = write_message(ana, "Yes", channel="email", by=user)
    for said in ("Not sent. Your words are in the draft.", "This message was undone already."):
        assert browser.post(address(ana, message.pk, "undo"))["Location"] == f"/inbox/{ana.pk}"
        assert Page(browser.get(f"/inbox/{ana.pk}")).texts("#toasts p") == [said]
    assert (Draft.objects.get().text, ContactMessage.objects.filter(author=user).count()) == ("Yes", 0)


def test_what_has_left_is_not_undone(browser, user, ana):
    message = write_message(ana, "Yes", channel="email", by=user)
    ContactMessage.objects.filter(pk=message.pk).update(state="sent")
    browser.post(address(ana, message.pk, "undo"))
    said = Page(browser.get(f"/inbox/{ana.pk}")).texts("#messages p")
    assert said == ["It is too late: the message is on its way."]


def test_an_answer_has_files_copies_and_a_time(browser, ana):
    response = send(
        browser,
        ana,
        cc="ben@example.org; cleo@example.org",
        send_at="2027-01-02T09:00",
        files=SimpleUploadedFile("plan.txt", b"plan"),
    )
    assert response.status_code == 302
    message = ContactMessage.objects.get(state="scheduled")
    assert message.cc == [["", "ben@example.org"], ["", "cleo@example.org"]]
    assert [file.filename for file in message.files.all()] == ["plan.txt"]
    assert f"{message.send_at:%d.%m.%Y}" == "02.01.2027"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"cc": "nobody"}, "“nobody” is not an e-mail address."),
        ({"cc": " ".join(f"a{n}@x.org" for n in range(21))}, "Use at most 20 addresses."),
        ({"send_at": "2020-01-01T10:00"}, "Choose a time within the next year."),
        ({"files": SimpleUploadedFile("empty.txt", b"")}, "empty.txt: The file is empty."),
        ({"topic": "request:gone"}, "What this answer is about belongs to somebody else now."),
        ({"text": "About {property}"}, "Fill in {property} first."),
    ],
)
def test_what_cannot_be_sent_says_why_and_is_kept(browser, user, ana, fields, said):
    response = send(browser, ana, **fields)
    assert (response.status_code, said in Page(response, 422).text) == (422, True)
    assert Draft.objects.get(user=user).text == fields.get("text", "Yes")
    assert ContactMessage.objects.filter(author=user).count() == 0


@pytest.mark.parametrize(("ticks", "ended"), [([0], [True, False]), ([], [False, False]), ([0, 1], [True, True])])
def test_ticks_say_what_the_answer_ends(browser, ana, letterbox, ticks, ended):
    arrive(letterbox, "And the garage?", who="Ana")
    items = list(WaitingItem.objects.filter(contact=ana).order_by("pk"))
    listed = ",".join(str(item.pk) for item in items)
    send(browser, ana, listed=listed, settles=[items[tick].pk for tick in ticks])
    assert [item.ended_at is not None for item in WaitingItem.objects.filter(contact=ana).order_by("pk")] == ended


def test_without_ticks_all_that_waits_ends(browser, ana, letterbox):
    arrive(letterbox, "And the garage?", who="Ana")
    send(browser, ana)
    assert not WaitingItem.objects.filter(contact=ana, ended_at=None).exists()


def test_what_a_colleague_added_stops_the_answer(browser, ana, pro):
    seen = thread_version(ana)
    ContactNote.objects.add_note(ana, "Called her", by=UserFactory(pro=pro))
    response = send(browser, ana, seen=seen)
    said = "Something was added since you began. Nothing was sent."
    assert (response.status_code, said in Page(response, 422).text) == (422, True)
    assert (Draft.objects.get().text, ContactMessage.objects.filter(state="scheduled").count()) == ("Yes", 0)
    assert send(browser, ana, seen=thread_version(ana)).status_code == 302


@pytest.mark.parametrize("listed", ["x", "-1", "99999999999999999999", "1,\0", "٣"])
def test_made_up_ticks_end_nothing_else(browser, ana, listed):
    send(browser, ana, listed=listed, settles=listed.split(","))
    assert WaitingItem.objects.filter(contact=ana, ended_at=None).count() == 1
