"""/inbox/{contact}: the thread of one person beside the list."""

import pytest

from contacts.channels.message import File, Media
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage, MessageFile

from ...factories import ContactFactory
from ...pages import Page
from ..messaging import arrive, connect
from .pages import (
    CANNOT_ANSWER,
    DETAIL,
    LIST,
    PDF,
    ago,
    answer,
    arrive_many,
    is_whole,
    letters,
    names,
    path_of,
    query_count,
    with_and_without_htmx,
)


@with_and_without_htmx
def test_opening_a_thread_changes_nothing(browser, user, whatsapp, headers):
    for text in ("First", "Second"):
        contact = arrive(whatsapp, text).contact
    before = (list(Contact.objects.values()), list(ContactMessage.objects.order_by("pk").values()))
    page = Page(browser.get(path_of(contact), headers=headers))
    assert letters(page) == [(False, "WhatsApp Inès Second"), (False, "WhatsApp Inès First")]
    assert (list(Contact.objects.values()), list(ContactMessage.objects.order_by("pk").values())) == before
    assert (is_whole(page), page.one("title").text.endswith("Inès · Waiting · Vestibule")) == (not headers, True)


def test_htmx_gets_the_person_and_what_says_how_many_wait(browser, whatsapp):
    contact = arrive(whatsapp).contact
    page = Page(browser.get(path_of(contact), headers=DETAIL))
    assert page.values("[hx-swap-oob=true]", "id") == ["rail-count", "messages"]
    history = browser.get(path_of(contact), headers={**DETAIL, "HX-History-Restore-Request": "true"})
    assert is_whole(Page(history))


def test_the_thread_begins_with_the_newest_entries_and_brings_earlier_ones(browser, whatsapp):
    for n in range(40):
        contact = arrive(whatsapp, f"No {n:02}", sent_at=ago(minutes=60 - n)).contact
    page = Page(browser.get(path_of(contact)))
    # The event that the contact was made is one of the thirty.
    assert [text for _own, text in letters(page)] == [f"WhatsApp Inès No {n:02}" for n in range(39, 10, -1)]
    link = page.one("#earlier a")
    assert link["href"] == link["hx-get"]
    earlier = Page(browser.get(link["href"], headers={"HX-Request": "true", "HX-Target": "earlier"}))
    assert [bubble.text.split()[-1] for bubble in earlier.all("li.bubble")] == [f"{n:02}" for n in range(11)]
    assert not earlier.has("#earlier")
    # Without JavaScript the link leads to a page of earlier entries.
    assert [text for _own, text in letters(Page(browser.get(link["href"])))] == [
        f"WhatsApp Inès No {n:02}" for n in range(10, -1, -1)
    ]


@pytest.mark.parametrize("query", ["until=x", "until=2026-01-01", "until=2026-01-01T00:00:00Z&skip=-1", "until=%00"])
def test_an_invalid_place_is_404(browser, whatsapp, query):
    path = f"{path_of(arrive(whatsapp).contact)}?{query}"
    for headers in ({}, {"HX-Request": "true", "HX-Target": "earlier"}):
        assert browser.get(path, headers=headers).status_code == 404


def test_days_stand_above_their_entries(browser, whatsapp):
    for days in (400, 1, 0):
        contact = arrive(whatsapp, sent_at=ago(days=days)).contact
    days = Page(browser.get(path_of(contact))).texts("#thread .day")
    assert (len(days), days[1:]) == (3, ["Yesterday", "Today"])


def test_files_quotations_and_media_are_shown(browser, letterbox, whatsapp):
    files = (File("plan.pdf", PDF), File("empty.pdf", b""))
    mail = arrive(letterbox, "See here", subject="Plan", quoted="> before", files=files, is_automatic=True)
    page = Page(browser.get(path_of(mail.contact)))
    text = f"E-mail Inès {mail.address} Automatic Plan See here plan.pdf 15 bytes"
    assert letters(page) == [(False, f"{text} Not saved: {mail.refused[0]} Quoted history > before")]
    link = page.one(".message-files a")
    path = f"/inbox/messages/{mail.contact.pk}/files/{MessageFile.objects.get().pk}"
    assert (link.text, link["href"]) == ("plan.pdf", path)

    media = tuple(Media(kind) for kind in ("image", "document", "location", "reaction", "unsupported", "hologram"))
    message = arrive(whatsapp, "", who="Media", media=(Media("document", filename="a.pdf"), *media))
    assert letters(Page(browser.get(path_of(message.contact)))) == [
        (
            False,
            "WhatsApp Media Document “a.pdf”: open WhatsApp to view it Picture: open WhatsApp to view it "
            "Document: open WhatsApp to view it Location Reaction "
            "Something that cannot be shown here: open WhatsApp to view it "
            "Something that cannot be shown here: open WhatsApp to view it",
        )
    ]


def test_likely_duplicate_is_suggested(browser, pro, letterbox):
    contact = arrive(letterbox, who="Anna Visser").contact
    assert Page(browser.get(path_of(contact))).one(".desk-context").texts(".likely") == []
    twin = ContactFactory(pro=pro, name="Anna Visser", email="anna@example.net")
    suggestion = Page(browser.get(path_of(contact))).one(".desk-context .likely")
    assert suggestion.text == "This may be the same person as Anna Visser. Compare"
    assert suggestion.one("a")["href"] == f"/contacts/{contact.pk}/merge/{twin.pk}"


def test_person_opened_from_a_search_keeps_it(browser, whatsapp):
    path = path_of(arrive(whatsapp, who="Zoé & Co").contact)
    query = "?q=zo%C3%A9+%26&view=all"
    row = Page(browser.get(LIST, {"q": "zoé &"})).one("li[id^=row-] a")
    assert (row["href"], row["hx-get"]) == (path + query, path + query)
    page = Page(browser.get(path + query))
    assert names(page) == ["Zoé & Co"]
    assert (page.form("#message-form").action, page.one(".item-back")["href"].split("#")[0]) == (
        f"{path}/send{query}",
        f"{LIST}?q=zo%C3%A9+%26",
    )
    response = browser.post(f"{path}/send{query}", answer())
    assert (response.status_code, response["Location"]) == (302, f"{path}{query}#thread-end")


@pytest.mark.thorough
def test_number_of_queries_does_not_grow(browser, user, whatsapp, letterbox):
    contact = arrive(whatsapp, sent_at=ago(days=1)).contact
    few = query_count(browser, path_of(contact))
    for n in range(45):
        arrive(whatsapp, f"{n}")
        write_message(contact, f"{n}", channel="whatsapp", by=user)
    arrive(whatsapp, "Read this", files=tuple(File(f"{n}.txt", b"x") for n in range(9)))
    arrive_many(whatsapp, 50)
    assert query_count(browser, path_of(contact)) <= few


# --- The form of the answer


def test_contact_without_messages_has_the_form_of_an_e_mail(browser, letterbox, contact):
    page = Page(browser.get(path_of(contact(name="Jane", email="jane@example.org"))))
    assert (letters(page), page.texts("#message-form .composer-buttons button")) == ([], ["Send"])
    assert page.one("#message-form .composer-way").text == "E-mail (jane@example.org)"


def test_channel_of_the_last_message_is_chosen(browser, whatsapp, letterbox, telegram):
    arrive(letterbox, sent_at=ago(hours=2))
    contact = Contact.objects.get()
    arrive(whatsapp, sent_at=ago(hours=1), email=contact.email, identities=(("email", contact.email),))
    form = Page(browser.get(path_of(contact))).form("#message-form")
    assert [(option.value, option.text) for option in form.all("select[name=channel] option")] == [
        ("whatsapp", "WhatsApp"),
        ("email", f"E-mail ({contact.email})"),
    ]
    assert form.fields["channel"] == "whatsapp"
    assert "24 hours" not in form.text


def test_without_a_reply_channel_there_is_no_form(browser, pro):
    channel = connect(pro, "whatsapp")
    contact = arrive(channel).contact
    page = Page(browser.get(path_of(contact)))
    assert (page.has("#message-form textarea"), CANNOT_ANSWER in page.text) == (True, False)
    channel.disconnect()
    page = Page(browser.get(path_of(contact)))
    assert (page.has("#message-form"), CANNOT_ANSWER in page.text) == (False, True)


def test_every_page_has_its_own_form_id(browser, whatsapp):
    contact = arrive(whatsapp).contact
    ids = [Page(browser.get(path_of(contact))).form("#message-form").fields["id"] for _n in range(2)]
    assert all(ids) and ids[0] != ids[1]


@with_and_without_htmx
def test_a_note_stands_in_the_thread_as_it_was_saved(browser, whatsapp, headers):
    contact = arrive(whatsapp).contact
    response = browser.post(f"{path_of(contact)}/note", {"body": "Prefers calls."}, headers=headers)
    page = Page(response if headers else browser.get(path_of(contact)))
    note = page.one("#thread .note")
    assert (note.one(".words").text, note.has("textarea"), "hx-swap-oob" in note) == ("Prefers calls.", False, False)
