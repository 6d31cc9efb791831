"""/inbox/messages/{contact}: one conversation beside the list, and reading it."""

import pytest

from contacts.channels.message import File, Media
from contacts.conversations.writing import write_message
from contacts.models import Contact, MessageFile

from ...factories import ContactFactory
from ...pages import Page
from ..messaging import arrive, connect
from .pages import (
    CANNOT_ANSWER,
    DETAIL,
    LIST,
    PDF,
    THREAD,
    ago,
    answer,
    arrive_many,
    is_whole,
    letters,
    path_of,
    query_count,
    rows,
    tabs,
    unread,
    with_and_without_htmx,
)


@with_and_without_htmx
def test_opening_a_conversation_marks_it_as_read(browser, whatsapp, headers):
    for text in ("First", "Second"):
        contact = arrive(whatsapp, text).contact
    before = Contact.objects.get().updated_at
    assert unread(contact) == (2, 2)
    page = Page(browser.get(path_of(contact), headers=headers))
    assert letters(page) == [(False, "WhatsApp Inès Second"), (False, "WhatsApp Inès First")]
    assert (rows(page), tabs(page)[-1]) == (["Inès Second WhatsApp"], ("Messages", 0, True))
    assert (unread(contact), Contact.objects.get().updated_at) == ((0, 0), before)
    assert (is_whole(page), page.one("title").text) == (not headers, "Inès · Messages · Vestibule")


def test_htmx_gets_the_conversation_row_tabs_and_messages(browser, whatsapp):
    contact = arrive(whatsapp).contact
    page = Page(browser.get(path_of(contact), headers=DETAIL))
    assert [(swap.tag, swap["id"]) for swap in page.all("[hx-swap-oob=true]")] == [
        ("li", f"row-{contact.pk}"),
        ("nav", "inbox-tabs"),
        ("div", "messages"),
    ]
    history = browser.get(path_of(contact), headers={**DETAIL, "HX-History-Restore-Request": "true"})
    assert is_whole(Page(history))


def test_requests_without_a_reader_mark_nothing_as_read(browser, whatsapp):
    contact = arrive(whatsapp).contact
    for headers in ({}, DETAIL):
        response = browser.head(path_of(contact), headers=headers)
        assert (response.status_code, response.content) == (200, b"")
    polled = Page(browser.get(path_of(contact), headers=THREAD))
    assert letters(polled) == [(False, "WhatsApp Inès Is it free?")]
    assert unread(contact) == (1, 1)


def test_fifty_messages_are_shown_and_the_contact_page_has_the_rest(browser, whatsapp):
    for n in range(50):
        contact = arrive(whatsapp, f"No {n:02}", sent_at=ago(minutes=60 - n)).contact
    link = f'a[href="/contacts/{contact.pk}"]'
    earlier = "Earlier messages are on the contact's timeline"
    page = Page(browser.get(path_of(contact)))
    assert (len(letters(page)), page.texts(link)) == (50, ["Open the contact"])
    arrive(whatsapp, "One more")
    page = Page(browser.get(path_of(contact)))
    expected = ["One more", *(f"No {n:02}" for n in range(49, 0, -1))]
    assert [text for _own, text in letters(page)] == [f"WhatsApp Inès {text}" for text in expected]
    assert page.texts(link) == ["Open the contact", earlier]


def test_files_quotations_and_media_are_shown(browser, letterbox, whatsapp):
    files = (File("plan.pdf", PDF), File("empty.pdf", b""))
    mail = arrive(letterbox, "See here", subject="Plan", quoted="> before", files=files, is_automatic=True)
    page = Page(browser.get(path_of(mail.contact)))
    text = f"E-mail Inès {mail.address} Automatic Plan See here plan.pdf 15 bytes"
    assert letters(page) == [(False, f"{text} Not saved: {mail.refused[0]} Quoted history > before")]
    link = page.one(".message-files a")
    assert (link.text, link["href"]) == ("plan.pdf", f"{path_of(mail.contact)}/files/{MessageFile.objects.get().pk}")

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
    assert Page(browser.get(path_of(contact))).one(".letter-head").texts(".message") == []
    twin = ContactFactory(pro=pro, name="Anna Visser", email="anna@example.net")
    suggestion = Page(browser.get(path_of(contact))).one(".letter-head .message")
    assert suggestion.text == "This may be the same person as Anna Visser. Compare"
    assert suggestion.one("a")["href"] == f"/contacts/{contact.pk}/merge/{twin.pk}"


def test_conversation_opened_from_a_search_keeps_it(browser, whatsapp):
    path = path_of(arrive(whatsapp, who="Zoé & Co").contact)
    query = "?q=zo%C3%A9+%26"
    row = Page(browser.get(LIST, {"q": "zoé &"})).one("li[id^=row-] a")
    assert (row["href"], row["hx-get"]) == (path + query, path + query)
    page = Page(browser.get(path, {"q": "zoé &"}))
    assert (page.form("form.reply").action, page.one(".letter-page .back a")["href"]) == (
        f"{path}/send{query}",
        f"{LIST}{query}",
    )
    response = browser.post(f"{path}/send{query}", answer())
    assert (response.status_code, response["Location"]) == (302, f"{path}{query}#thread")


def test_number_of_queries_does_not_grow(browser, user, whatsapp, letterbox):
    contact = arrive(whatsapp, sent_at=ago(days=1)).contact
    browser.get(path_of(contact))
    few = query_count(browser, path_of(contact))
    for n in range(45):
        arrive(whatsapp, f"{n}")
        write_message(contact, f"{n}", channel="whatsapp", by=user)
    arrive(whatsapp, "Read this", files=tuple(File(f"{n}.txt", b"x") for n in range(9)))
    arrive_many(whatsapp, 50)
    browser.get(path_of(contact))
    # Session, user with its Pro; the contact; the rows, their last messages; the tabs; the messages, their files,
    # media, answers and reactions; the channels, the last message by each of the two; likely duplicates: four.
    assert query_count(browser, path_of(contact)) == few <= 17


# --- The form of the answer


def test_contact_without_messages_has_the_form_of_an_e_mail(browser, letterbox, contact):
    page = Page(browser.get(path_of(contact(name="Jane", email="jane@example.org"))))
    assert (letters(page), page.one("form.reply button").text) == ([], "Send by e-mail")
    assert page.one(".reply-foot p").text == "to jane@example.org"


def test_channel_of_the_last_message_is_chosen(browser, whatsapp, letterbox, telegram):
    arrive(letterbox, sent_at=ago(hours=2))
    contact = Contact.objects.get()
    arrive(whatsapp, sent_at=ago(hours=1), email=contact.email, identities=(("email", contact.email),))
    form = Page(browser.get(path_of(contact))).form("form.reply")
    assert [(option.value, option.text) for option in form.all("option")] == [
        ("whatsapp", "WhatsApp"),
        ("email", f"E-mail ({contact.email})"),
    ]
    assert form.fields["channel"] == "whatsapp"
    assert "24 hours" not in form.text


def test_without_a_reply_channel_there_is_no_form(browser, pro):
    channel = connect(pro, "whatsapp")
    contact = arrive(channel).contact
    page = Page(browser.get(path_of(contact)))
    assert (page.has("form.reply textarea"), CANNOT_ANSWER in page.text) == (True, False)
    channel.disconnect()
    page = Page(browser.get(path_of(contact)))
    assert (page.has("form.reply"), CANNOT_ANSWER in page.text) == (False, True)


def test_every_page_has_its_own_form_id(browser, whatsapp):
    contact = arrive(whatsapp).contact
    ids = [Page(browser.get(path_of(contact))).form("form.reply").fields["id"] for _n in range(2)]
    assert all(ids) and ids[0] != ids[1]


# --- Mark as unread


def test_conversation_is_marked_as_unread(browser, user, whatsapp):
    for text in ("First", "Second"):
        contact = arrive(whatsapp, text).contact
    browser.get(path_of(contact))
    write_message(contact, "Yes", channel="whatsapp", by=user)
    response = browser.post(f"{path_of(contact)}/unread")
    assert (response.status_code, response["Location"]) == (302, LIST)
    page = Page(browser.get(LIST))
    assert page.texts("#messages p") == ["The conversation with Inès is unread again."]
    assert (rows(page), tabs(page)[-1]) == (["Inès You: Yes WhatsApp 1 unread"], ("Messages", 1, True))
    assert (unread(contact), contact.messages.get(read_at=None, state="received").text) == ((1, 1), "Second")


def test_conversation_of_only_own_messages_cannot_be_unread(browser, user, letterbox, contact):
    jane = contact(name="Jane", email="jane@example.org")
    write_message(jane, "Hello", channel="email", by=user)
    page, other = (Page(browser.get(path_of(row))) for row in (jane, arrive(letterbox).contact))
    unread_form = 'article form[action$="/unread"]'
    assert (page.one("article").texts(unread_form), other.one("article").texts(unread_form)) == ([], ["Mark as unread"])
    response = browser.post(f"{path_of(jane)}/unread")
    assert (response.status_code, response["Location"], unread(jane)) == (302, LIST, (0, 0))
    assert Page(browser.get(LIST)).one("#messages").texts("p") == []


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_marking_as_unread_takes_a_post(browser, whatsapp, method):
    contact = arrive(whatsapp).contact
    browser.get(path_of(contact))
    assert getattr(browser, method)(f"{path_of(contact)}/unread").status_code == 405
    assert unread(contact) == (0, 0)
