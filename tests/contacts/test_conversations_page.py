"""/inbox/messages: who wrote last, what was said, and the answer."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.web.paging import to_cursor
from contacts.book.merging import merge_contacts
from contacts.channels.message import File, InboundMessage, Media, Receipt
from contacts.conversations import views as conversations
from contacts.conversations.receiving import apply_receipt, receive_message
from contacts.conversations.reply_channels import find_reply_channels
from contacts.conversations.sending import write_message
from contacts.models import Contact, ContactMessage, MessageFile

from ..factories import ContactFactory, UserFactory
from .messaging import SETTINGS, arrive, connect, stand

LIST = "/inbox/messages"
DETAIL = {"HX-Request": "true", "HX-Target": "detail"}
THREAD = {"HX-Request": "true", "HX-Target": "thread"}
MORE = {"HX-Request": "true", "HX-Target": "more"}
WAYS = pytest.mark.parametrize("headers", [{}, DETAIL], ids=["page", "htmx"])
PDF = b"%PDF-1.7\n%%EOF\n"
EVIL = "<script>x</script>"
NO_WAY = "You cannot answer from here"


def html_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def text(html):
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<time.*?</time>", "", html)).split()))


def rows(html):
    """What each row of the list says, without its time."""
    found = re.findall(r'<li id="row-[^"]+"[^>]*>(.*?)</li>', html, re.S)
    return [text(row) for row in found]


def names(html):
    return re.findall(r'<span class="request-top"><strong>(.*?)</strong>', html)


def letters(html):
    """What was said, the newest first, as [(whether it is the Pro's own, text without time)…]."""
    thread = html.partition('<ol class="thread"')[2].partition("</ol>")[0]
    _before, *found = thread.split('<li id="message-')
    return [(' letter-own"' in each.split(">")[0], text(each.partition(">")[2])) for each in found]


def page_of(contact):
    return f"{LIST}/{contact.pk}"


def ago(**time):
    return timezone.now() - timedelta(**time)


def form(words="Yes.", channel="whatsapp", **more):
    return {"text": words, "channel": channel, "id": uuid.uuid4(), **more}


def seen(html):
    """What the page, once opened, asks for every 15 seconds."""
    return unescape(re.search(r'<div id="thread"[^>]* hx-get="([^"]+)"', html)[1])


def queries_of(browser, path, **more):
    with CaptureQueriesContext(connection) as queries:
        html_of(browser.get(path, **more))
    return len(queries)


# --- The list


def test_the_newest_message_comes_first(browser, user, whatsapp, telegram, letterbox, contact):
    contact(name="Silent")
    arrive(whatsapp, "First", who="Anna", sent_at=ago(hours=3))
    arrive(letterbox, "The\nwords", who="Boris", subject="The house", sent_at=ago(hours=2))
    arrive(telegram, "", who="Chloé", media=(Media("voice"),), sent_at=ago(hours=1), is_automatic=True)
    for minute in (4, 3):
        arrive(whatsapp, f"{minute} minutes ago", who="Anna", sent_at=ago(minutes=minute))
    write_message(
        arrive(telegram, "Hello", who="Dirk", sent_at=ago(minutes=2)).contact, "Hi", channel="telegram", by=user
    )
    write_message(
        arrive(whatsapp, "Hello", who="Emma", sent_at=ago(minutes=1)).contact, "Hi", channel="whatsapp", by=user
    )
    ContactMessage.objects.filter(contact__name="Dirk", author=user).update(state="failed", error="Too late")
    assert rows(html_of(browser.get(LIST))) == [
        "Emma You: Hi WhatsApp",
        "Dirk You: Hi Telegram Failed",
        "Anna 3 minutes ago WhatsApp 3 unread",
        "Chloé Voice message Telegram 1 unread Automatic",
        "Boris The house – The words E-mail 1 unread",
    ]


def test_archived_contacts_and_another_pros_are_in_no_list_and_no_count(browser, other_user, whatsapp):
    arrive(whatsapp, who="Gone").contact.archive(by=None)
    arrive(connect(other_user.pro, "whatsapp"), who="Foreign")
    html = html_of(browser.get(LIST))
    assert (names(html), "Gone" in html, "Foreign" in html) == ([], False, False)
    assert tabs(html)[-1] == ("Messages", 0, True)


def test_a_restored_contact_has_its_conversation_again(browser, whatsapp):
    found = arrive(whatsapp, who="Back").contact
    found.archive(by=None)
    found.restore(by=None)
    assert rows(html_of(browser.get(LIST))) == ["Back Is it free? WhatsApp 1 unread"]


@pytest.mark.parametrize(
    ("is_connected", "words"),
    [
        (False, "Receive WhatsApp, Telegram and e-mail here, and answer from one place. Connect a channel"),
        (True, "No messages yet. Messages from your channels appear here."),
    ],
)
def test_an_empty_list_says_what_to_do(browser, pro, is_connected, words):
    if is_connected:
        connect(pro, "whatsapp")
    html = html_of(browser.get(LIST))
    assert text(re.search(r'<div class="empty">(.*?)</div>', html, re.S)[1]) == words
    assert ('href="/settings/channels"' in html.split('id="list"')[1].split("</section>")[0]) is not is_connected


def test_a_channel_that_is_switched_off_is_none(browser, pro):
    connect(pro, "whatsapp", is_active=False)
    assert "Connect a channel" in html_of(browser.get(LIST))


def test_who_wrote_by_a_channel_of_the_past_is_still_listed(browser, whatsapp):
    arrive(whatsapp)
    whatsapp.disconnect()
    assert names(html_of(browser.get(LIST))) == ["Inès"]


def many(channel, count, start=0):
    return [arrive(channel, who=f"V{n:02}", sent_at=ago(minutes=n + 1)) for n in range(start, start + count)]


def test_more_rows_come_by_cursor_while_others_arrive(browser, whatsapp):
    many(whatsapp, 60)
    found, path, headers = [], LIST, {}
    while path:
        html = html_of(browser.get(path, headers=headers))
        found += names(html)
        arrive(whatsapp, who="Late", sent_at=timezone.now())
        more = re.search(r'<li id="more">\s*<a class="button" href="([^"]+)" hx-get="\1"', html)
        path, headers = more and unescape(more[1]), MORE
        assert ("<html" in html) is (len(found) == 25)
    assert found == [f"V{n:02}" for n in range(60)]


def test_without_scripts_the_next_page_leads_back_to_the_newest(browser, whatsapp):
    found = many(whatsapp, 26)
    html = html_of(browser.get(LIST, {"cursor": to_cursor(found[24].created_at, found[24].contact_id)}))
    assert names(html) == ["V25"]
    assert f'<a href="{LIST}">Back to the newest</a>' in html and 'id="arrivals"' not in html


def test_conversations_of_one_moment_are_all_shown(browser, whatsapp):
    at = ago(hours=1)
    for n in range(30):
        arrive(whatsapp, who=f"V{n:02}", sent_at=at)
    html = html_of(browser.get(LIST))
    more = unescape(re.search(r'<li id="more">\s*<a class="button" href="([^"]+)"', html)[1])
    found = names(html) + names(html_of(browser.get(more)))
    assert sorted(found) == [f"V{n:02}" for n in range(30)]


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "MjAyNi0wMS0wMXx4", "%C3%A9"])
def test_a_made_up_cursor_is_404(browser, cursor):
    assert browser.get(f"{LIST}?cursor={cursor}").status_code == 404
    assert browser.get(f"{LIST}/arrivals?since={cursor}").status_code == 404
    assert browser.get(f"{LIST}/arrivals").status_code == 404


def test_arrivals_are_announced(browser, whatsapp, other_user):
    arrive(whatsapp, who="Present", sent_at=ago(hours=1))
    html = html_of(browser.get(LIST))
    path = unescape(re.search(r'hx-get="(/inbox/messages/arrivals[^"]+)"', html)[1])
    arrive(connect(other_user.pro, "whatsapp"), who="Foreign")
    nothing = html_of(browser.get(path))
    assert text(nothing) == "" and 'role="status"' in nothing and 'hx-trigger="every 30s"' in nothing
    for words in ("Two messages", "of one conversation"):
        arrive(whatsapp, words, who="Present")
    arrive(whatsapp, who="Newcomer")
    arrive(whatsapp, who="Gone").contact.archive(by=None)
    shown = html_of(browser.get(path))
    assert (text(shown), f'<a class="arrivals" href="{LIST}">' in shown) == ("2 new", True)
    # It goes on asking from where the list began.
    assert unescape(re.search(r'hx-get="([^"]+)"', shown)[1]) == path


def test_an_empty_list_announces_arrivals_too(browser, whatsapp):
    path = unescape(re.search(r'hx-get="(/inbox/messages/arrivals[^"]+)"', html_of(browser.get(LIST)))[1])
    assert text(html_of(browser.get(path))) == ""
    arrive(whatsapp)
    assert text(html_of(browser.get(path))) == "1 new"


def test_what_the_pro_wrote_is_no_arrival(browser, user, whatsapp):
    found = arrive(whatsapp, sent_at=ago(hours=1)).contact
    path = unescape(re.search(r'hx-get="(/inbox/messages/arrivals[^"]+)"', html_of(browser.get(LIST)))[1])
    write_message(found, "Yes", channel="whatsapp", by=user)
    assert text(html_of(browser.get(path))) == ""


@pytest.mark.parametrize(("path", "most"), [(LIST, 5), (f"{LIST}/arrivals?since={{since}}", 3)])
def test_the_number_of_queries_of_the_list_does_not_grow(browser, whatsapp, path, most):
    # Session, user with its Pro; the rows, their last messages; the tabs.
    found = arrive(whatsapp, sent_at=ago(hours=1))
    path = path.format(since=to_cursor(found.created_at, found.contact_id))
    few = queries_of(browser, path)
    many(whatsapp, 50)
    assert queries_of(browser, path) == few <= most


# --- One conversation


def tabs(html):
    """The tabs of the inbox, as [(name, how many wait, whether it is this page's)…]."""
    nav = re.search(r'<nav id="kinds" class="kinds" aria-label="What has come in"[^>]*>(.*?)</nav>', html, re.S)[1]
    found = re.findall(r'<a href="[^"]+"( aria-current="page")?>(\w+) <span class="count">(\d+)</span></a>', nav)
    return [(name, int(count), bool(current)) for current, name, count in found]


def unread(contact):
    """How many are unread, as the contact and as the messages have it."""
    return (
        Contact.objects.values_list("unread_count", flat=True).get(pk=contact.pk),
        contact.messages.filter(read_at=None, state="received").count(),
    )


@WAYS
def test_opening_a_conversation_is_reading_it(browser, whatsapp, headers):
    for words in ("First", "Second"):
        contact = arrive(whatsapp, words).contact
    before = Contact.objects.get().updated_at
    assert unread(contact) == (2, 2)
    html = html_of(browser.get(page_of(contact), headers=headers))
    assert letters(html) == [(False, "WhatsApp Inès Second"), (False, "WhatsApp Inès First")]
    assert rows(html) == ["Inès Second WhatsApp"]
    assert (unread(contact), Contact.objects.get().updated_at) == ((0, 0), before)
    assert ("<html" in html, "<title>Inès · Messages · Vestibule</title>" in html) == (not headers, True)
    if not headers:
        assert tabs(html)[-1] == ("Messages", 0, True)


def test_htmx_gets_the_conversation_the_row_and_the_messages_alone(browser, whatsapp):
    contact = arrive(whatsapp).contact
    html = html_of(browser.get(page_of(contact), headers=DETAIL))
    assert re.findall(r'<(\w+)[^>]* id="([\w-]+)"[^>]* hx-swap-oob="true"', html) == [
        ("li", f"row-{contact.pk}"),
        ("nav", "kinds"),
        ("div", "messages"),
    ]
    assert tabs(html)[-1] == ("Messages", 0, True)
    history = browser.get(page_of(contact), headers={**DETAIL, "HX-History-Restore-Request": "true"})
    assert "<html" in html_of(history)


def test_looking_without_a_reader_marks_nothing_as_read(browser, whatsapp):
    contact = arrive(whatsapp).contact
    assert browser.head(page_of(contact)).status_code == 200
    assert browser.head(page_of(contact), headers=DETAIL).status_code == 200
    assert letters(html_of(browser.get(page_of(contact), headers=THREAD))) == [(False, "WhatsApp Inès Is it free?")]
    assert unread(contact) == (1, 1)


def test_an_open_page_gets_what_was_said_when_there_is_something_new(browser, user, whatsapp):
    contact = arrive(whatsapp, external_id="in.1").contact
    path = seen(html_of(browser.get(page_of(contact))))

    def asked():
        """What the open page gets, and by which address it asks again."""
        nonlocal path
        response = browser.get(path, headers=THREAD)
        if response.status_code == 204:
            assert response.content == b""
            return None
        html = html_of(response)
        assert html.strip().startswith('<div id="thread" role="log"') and html.count("<div id") == 1
        path = seen(html)
        return letters(html)

    assert asked() is None
    arrive(whatsapp, "Hello?")
    assert asked() == [(False, "WhatsApp Inès Hello?"), (False, "WhatsApp Inès Is it free?")]
    assert asked() is None
    message = write_message(contact, "Yes", channel="whatsapp", by=user)
    assert asked()[0] == (True, "WhatsApp Olive Owner Yes Sending…")
    message.note_failure("The provider answered 503.", is_last=False)
    assert asked()[0] == (True, "WhatsApp Olive Owner Yes Not sent yet, trying again: The provider answered 503.")
    message.update_state("sent", external_id="out.1")
    assert asked()[0] == (True, "WhatsApp Olive Owner Yes Sent")
    for state, shown in (("delivered", "Delivered"), ("read", "Read")):
        apply_receipt(whatsapp, Receipt("out.1", state))
        assert asked()[0] == (True, f"WhatsApp Olive Owner Yes {shown}")
    assert asked() is None
    edited = InboundMessage("in.1", (("whatsapp", "1"),), "1", "Inès", text="Is it?", edited_at=timezone.now())
    receive_message(whatsapp, edited)
    assert asked()[-1] == (False, "WhatsApp Inès · edited Is it? Earlier text Is it free?")


@pytest.mark.parametrize("old", ["", "x", "a\0b", "x" * 5000])
def test_another_version_than_the_present_one_is_an_old_one(browser, whatsapp, old):
    contact = arrive(whatsapp).contact
    response = browser.get(page_of(contact), {"seen": old}, headers=THREAD)
    assert len(letters(html_of(response))) == 1


def test_what_comes_into_an_open_conversation_is_told_to_the_list_too(browser, whatsapp):
    contact = arrive(whatsapp).contact
    path = seen(html_of(browser.get(page_of(contact))))
    arrive(whatsapp, "Hello?")
    html = html_of(browser.get(path, headers=THREAD))
    assert f'<li id="row-{contact.pk}" hx-swap-oob="true">' in html
    assert rows(html) == ["Inès Hello? WhatsApp 1 unread"]
    assert tabs(html)[-1] == ("Messages", 1, True)


def test_what_comes_late_is_announced(browser, whatsapp):
    arrive(whatsapp, who="First")
    html = html_of(browser.get(LIST))
    since = re.search(r'hx-get="([^"]*arrivals[^"]*)"', html)[1].replace("&amp;", "&")
    message = InboundMessage("late", (("whatsapp", "late"),), "late", "Late", "Hi", ago(hours=5))
    receive_message(whatsapp, message)
    assert "1 new" in html_of(browser.get(since))
    assert re.findall(r"<strong>([^<]+)</strong>", html_of(browser.get(LIST))) == ["Late", "First"]


def test_what_was_only_sent_cannot_be_unread(browser, letterbox, contact, user):
    row = contact(name="Jane", email="jane@example.org")
    write_message(row, "Hello", channel="email", by=user)
    assert "Mark as unread" not in html_of(browser.get(page_of(row)))
    assert "Mark as unread" in html_of(browser.get(page_of(arrive(letterbox).contact)))


def test_whatsapps_day_is_over_also_where_they_wrote_by_e_mail_since(browser, whatsapp, letterbox):
    contact = arrive(whatsapp, sent_at=ago(hours=30), email="ines@example.org").contact
    mail = (("email", "ines@example.org"),)
    arrive(letterbox, identities=mail, address="ines@example.org", email="ines@example.org")
    assert [reply_channel.channel for reply_channel in find_reply_channels(contact)] == ["email", "whatsapp"]
    assert "That time is over: it may refuse this one." in html_of(browser.get(page_of(contact)))


def test_the_polled_piece_takes_five_queries(browser, user, whatsapp):
    contact = arrive(whatsapp).contact
    for n in range(20):
        write_message(contact, f"{n}", channel="whatsapp", by=user)
    path = seen(html_of(browser.get(page_of(contact))))
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path, headers=THREAD).status_code == 204
    # Session, user with its Pro; the contact; the messages, their files.
    assert len(queries) == 5


def test_fifty_are_shown_and_the_contact_has_the_rest(browser, whatsapp):
    for n in range(50):
        contact = arrive(whatsapp, f"Words {n:02}", sent_at=ago(minutes=60 - n)).contact
    link = f'<a href="/contacts/{contact.pk}">Earlier messages are on the contact&#x27;s timeline</a>'
    html = html_of(browser.get(page_of(contact)))
    assert (len(letters(html)), link in html.replace("'s timeline", "&#x27;s timeline")) == (50, False)
    arrive(whatsapp, "One more")
    html = html_of(browser.get(page_of(contact)))
    said = [words for _own, words in letters(html)]
    assert said == [f"WhatsApp Inès {w}" for w in ["One more", *(f"Words {n:02}" for n in range(49, 0, -1))]]
    assert link in html.replace("'s timeline", "&#x27;s timeline")


def test_everything_that_came_with_a_message_is_shown(browser, letterbox, whatsapp):
    files = (File("plan.pdf", PDF), File("run.exe", b"MZ\x90"))
    mail = arrive(letterbox, "See here", subject="Plan", quoted="> before", files=files, is_automatic=True)
    kept = MessageFile.objects.get()
    assert letters(html_of(browser.get(page_of(mail.contact)))) == [
        (
            False,
            "E-mail Inès Automatic Plan See here plan.pdf 15 bytes Not saved: "
            f"{mail.refused[0]} Quoted history > before",
        )
    ]
    assert f'<a href="{page_of(mail.contact)}/files/{kept.pk}">plan.pdf</a>' in html_of(
        browser.get(page_of(mail.contact))
    )
    media = tuple(Media(kind) for kind in ("image", "document", "location", "reaction", "unsupported", "hologram"))
    shown = arrive(whatsapp, "", who="Media", media=(Media("document", filename="a.pdf"), *media))
    assert letters(html_of(browser.get(page_of(shown.contact)))) == [
        (
            False,
            "WhatsApp Media Document “a.pdf”: open WhatsApp to view it Picture: open WhatsApp to view it "
            "Document: open WhatsApp to view it Location Reaction "
            "Something that cannot be shown here: open WhatsApp to view it "
            "Something that cannot be shown here: open WhatsApp to view it",
        )
    ]


def test_a_likely_duplicate_is_suggested(browser, pro, letterbox):
    contact = arrive(letterbox, who="Anna Visser").contact
    assert "may be the same person" not in html_of(browser.get(page_of(contact)))
    twin = ContactFactory(pro=pro, name="Anna Visser", email="anna@example.net")
    html = html_of(browser.get(page_of(contact)))
    assert "This may be the same person as Anna Visser." in html
    assert f'<a href="/contacts/{contact.pk}/merge/{twin.pk}">Compare</a>' in html


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Zoé Maës", "Bob Stone"]),
        ("zoe", ["Zoé Maës"]),
        ("maes ZOE", ["Zoé Maës"]),
        ("0612", ["Zoé Maës"]),
        ("bob@", ["Bob Stone"]),
        ("nobody", []),
        ("%", []),
        ("a\0b", []),
    ],
)
def test_the_list_is_searched(browser, whatsapp, letterbox, contact, text, found):
    arrive(letterbox, who="Bob Stone", sent_at=ago(hours=1), email="bob@example.org")
    arrive(whatsapp, who="Zoé Maës", phone="+33612345678")
    contact(name="Zoé Silent")
    html = html_of(browser.get(LIST, {"q": text}))
    assert re.findall(r"<strong>([^<]+)</strong>", html) == found
    assert ("Nothing matches." in html, 'id="arrivals"' in html) == (not found, not text)
    part = html_of(browser.get(LIST, {"q": text}, headers={"HX-Request": "true", "HX-Target": "list"}))
    assert (part.strip().startswith('<div id="list">'), "<html" in part) == (True, False)
    assert re.findall(r"<strong>([^<]+)</strong>", part) == found


def test_what_is_opened_from_a_search_keeps_to_it(browser, whatsapp, user):
    found = arrive(whatsapp, who="Zoé & Co")
    page = page_of(found.contact)
    html = html_of(browser.get(LIST, {"q": "zoé &"}))
    assert f'href="{page}?q=zo%C3%A9+%26" hx-get="{page}?q=zo%C3%A9+%26"' in " ".join(html.split())
    html = html_of(browser.get(page, {"q": "zoé &"}))
    assert f'action="{page}/send?q=zo%C3%A9+%26"' in html and f'href="{LIST}?q=zo%C3%A9+%26"' in html
    response = browser.post(f"{page}/send?q=zo%C3%A9+%26", form())
    assert response["Location"] == f"{page}?q=zo%C3%A9+%26#thread"


def test_a_search_goes_on_with_its_next_page(browser, whatsapp):
    for number in range(27):
        arrive(whatsapp, who=f"Zoé {number:02}", sent_at=ago(minutes=number))
        arrive(whatsapp, who=f"Bob {number:02}", sent_at=ago(minutes=number))
    html = html_of(browser.get(LIST, {"q": "zoe"}))
    (more,) = set(re.findall(r'href="[^"]*(\?q=zoe&amp;cursor=[^"]+)"', html))
    rest = html_of(browser.get(LIST + more.replace("&amp;", "&")))
    assert re.findall(r"<strong>([^<]+)</strong>", rest) == ["Zoé 25", "Zoé 26"]


def test_a_conversation_without_messages_has_the_box_of_an_email(browser, letterbox, contact):
    row = contact(name="Jane", email="jane@example.org")
    html = html_of(browser.get(page_of(row)))
    assert (letters(html), "Send by e-mail" in html, "to <bdi>jane@example.org</bdi>" in html) == ([], True, True)


def test_of_several_ways_the_last_one_is_chosen(browser, whatsapp, letterbox, telegram):
    arrive(letterbox, sent_at=ago(hours=2))
    contact = Contact.objects.get()
    arrive(whatsapp, sent_at=ago(hours=1), email=contact.email, identities=(("email", contact.email),))
    html = html_of(browser.get(page_of(contact)))
    options = re.findall(r'<option value="(\w*)"( selected)?>([^<]*)', html)
    assert options == [("whatsapp", " selected", "WhatsApp"), ("email", "", f"E-mail ({contact.email})")]
    assert "24 hours" not in html


def test_where_whatsapps_day_is_over_the_box_says_so(browser, whatsapp):
    contact = arrive(whatsapp, sent_at=ago(hours=25)).contact
    html = html_of(browser.get(page_of(contact)))
    assert "That time is over: it may refuse this one." in html and "Send by WhatsApp" in html


def test_without_a_way_the_page_says_so(browser, pro):
    channel = connect(pro, "whatsapp")
    contact = arrive(channel).contact
    html = html_of(browser.get(page_of(contact)))
    assert (NO_WAY in html, "<textarea" in html) == (False, True)
    channel.disconnect()
    html = html_of(browser.get(page_of(contact)))
    assert NO_WAY in html and "<textarea" not in html


def test_the_number_of_queries_of_a_conversation_does_not_grow(browser, user, whatsapp, letterbox):
    contact = arrive(whatsapp, sent_at=ago(days=1)).contact
    browser.get(page_of(contact))
    few = queries_of(browser, page_of(contact))
    for n in range(45):
        arrive(whatsapp, f"{n}")
        write_message(contact, f"{n}", channel="whatsapp", by=user)
    arrive(whatsapp, "Read this", files=tuple(File(f"{n}.txt", b"x") for n in range(9)))
    many(whatsapp, 50)
    browser.get(page_of(contact))
    # Session, user with its Pro; the contact; the rows, their last messages; the tabs; the messages, their files; the
    # channels, the last message by each of the two; who is alike: four.
    assert queries_of(browser, page_of(contact)) == few <= 15


# --- Answering


def sent_ones():
    return list(ContactMessage.objects.exclude(state="received").order_by("created_at"))


def jobs():
    return DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message").count()


@WAYS
def test_an_answer_is_kept_at_once_and_goes_out(browser, user, pro, whatsapp, peer, work_tasks, headers):
    contact = arrive(whatsapp).contact
    response = browser.post(f"{page_of(contact)}/send", form(" Yes.\r\nAt ten. "), headers=headers)
    [found] = sent_ones()
    assert ContactMessage.objects.filter(pk=found.pk).values().get() == {
        "id": found.pk,
        "pro_id": pro.pk,
        "contact_id": contact.pk,
        "connection_id": whatsapp.pk,
        "channel": "whatsapp",
        "external_id": "",
        "address": contact.messages.get(state="received").address,
        "subject": "",
        "text": "Yes.\nAt ten.",
        "quoted": "",
        "media": [],
        "references": [],
        "refused": [],
        "former": [],
        "is_automatic": False,
        "state": "sending",
        "error": "",
        "author_id": user.pk,
        "created_at": found.created_at,
        "edited_at": None,
        "read_at": None,
        "sent_at": None,
        "notified_at": None,
        "search_text": "\nyes. at ten.",
    }
    assert (unread(contact), jobs()) == ((0, 0), 1)
    if headers:
        html = html_of(response)
        assert rows(html) == ["Inès You: Yes. At ten. WhatsApp"]
        assert "<html" not in html and "<textarea" in html and "Yes.\nAt ten.</textarea>" not in html
    else:
        assert (response.status_code, response["Location"]) == (302, f"{page_of(contact)}#thread")
        html = html_of(browser.get(page_of(contact)))
    assert letters(html)[0] == (True, "WhatsApp Olive Owner Yes. At ten. Sending…")
    work_tasks()
    assert peer.bodies("messages")[0]["text"]["body"] == "Yes.\nAt ten."
    assert letters(html_of(browser.get(page_of(contact))))[0] == (True, "WhatsApp Olive Owner Yes. At ten. Sent")


@WAYS
def test_one_form_sent_twice_is_one_message(browser, whatsapp, headers):
    contact = arrive(whatsapp).contact
    data = form()
    for _n in range(2):
        assert browser.post(f"{page_of(contact)}/send", data, headers=headers).status_code == (200 if headers else 302)
    assert ([found.text for found in sent_ones()], jobs()) == (["Yes."], 1)
    # Other words are another message, whatever form they were written in.
    browser.post(f"{page_of(contact)}/send", {**data, "text": "No."}, headers=headers)
    assert ([found.text for found in sent_ones()], jobs()) == (["Yes.", "No."], 2)


def test_every_page_has_a_form_of_its_own(browser, whatsapp):
    contact = arrive(whatsapp).contact
    ids = [re.search(r'name="id" value="([^"]+)"', html_of(browser.get(page_of(contact))))[1] for _n in range(2)]
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("", "Write something first."),
        (" \n\t ", "Write something first."),
        ("\u200b\u2060", "Write something first."),
        ("x" * 4097, "Use at most 4096 characters for this channel."),
        ("😀" * 2049, "Use at most 4096 characters for this channel."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
@WAYS
def test_what_cannot_be_sent_is_said_and_stays_typed(browser, whatsapp, words, error, headers):
    contact = arrive(whatsapp).contact
    html = html_of(browser.post(f"{page_of(contact)}/send", form(words), headers=headers), 422)
    assert f'<ul class="errorlist" id="id_text_error"><li>{error}</li></ul>' in html
    assert ("<html" in html, sent_ones(), jobs()) == (not headers, [], 0)
    if words.strip():
        typed = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", html, re.S)[1]
        assert unescape(typed) == words


@pytest.mark.parametrize("words", ["x" * 4096, "😀" * 2048, "ok\u202e", EVIL])
def test_what_can_just_be_sent_is(browser, whatsapp, words):
    contact = arrive(whatsapp).contact
    assert browser.post(f"{page_of(contact)}/send", form(words)).status_code == 302
    assert [found.text for found in sent_ones()] == [words]


@pytest.mark.parametrize("channel", ["telegram", "email", "", "fax", "a\0b", "x" * 5000])
@WAYS
def test_a_channel_that_is_no_way_is_refused_and_the_one_that_is_one_is_offered(browser, whatsapp, channel, headers):
    contact = arrive(whatsapp).contact
    html = html_of(browser.post(f"{page_of(contact)}/send", form("Long words", channel), headers=headers), 422)
    assert re.search(r'<ul class="errorlist" id="id_channel_error"><li>([^<]+)', html)
    assert re.findall(r'<option value="(\w*)"', html) == ["whatsapp"]
    assert "Long words</textarea>" in html and (sent_ones(), jobs()) == ([], 0)


@WAYS
def test_where_the_only_channel_has_gone_the_words_stay(browser, whatsapp, headers):
    contact = arrive(whatsapp).contact
    whatsapp.disconnect()
    html = html_of(browser.post(f"{page_of(contact)}/send", form("Long words"), headers=headers), 422)
    assert "Long words</textarea>" in html and NO_WAY in html
    assert "Send by" not in html and (sent_ones(), jobs()) == ([], 0)


@pytest.mark.parametrize("id", ["", "x", "a\0b"])
def test_an_unusable_form_id(browser, whatsapp, id):
    contact = arrive(whatsapp).contact
    response = browser.post(f"{page_of(contact)}/send", form(id=id))
    assert (response.status_code, len(sent_ones())) == ((302, 1) if not id else (422, 0))


def failed(contact, user, words="Yes.", error="Recipient is not known (131026)"):
    message = write_message(contact, words, channel="whatsapp", by=user)
    message.note_failure(error, is_last=True)
    return message


def test_the_reason_of_a_failure_is_shown_with_a_way_on(browser, user, whatsapp):
    contact = arrive(whatsapp).contact
    message = failed(contact, user)
    html = html_of(browser.get(page_of(contact)))
    assert letters(html)[0] == (
        True,
        "WhatsApp Olive Owner Yes. Failed: Recipient is not known (131026) Try again",
    )
    assert f'action="{page_of(contact)}/{message.pk}/again"' in html
    assert rows(html) == ["Inès You: Yes. WhatsApp Failed"]


@WAYS
def test_a_failed_message_is_sent_again(browser, user, whatsapp, peer, work_tasks, headers):
    contact = arrive(whatsapp).contact
    message = failed(contact, user)
    DBTaskResult.objects.all().delete()
    path = f"{page_of(contact)}/{message.pk}/again"
    response = browser.post(path, headers=headers)
    assert (stand(message), jobs()) == (("sending", "Yes.", ""), 1)
    if headers:
        html = html_of(response)
        assert (letters(html)[0], rows(html)) == (
            (True, "WhatsApp Olive Owner Yes. Sending…"),
            ["Inès You: Yes. WhatsApp"],
        )
    else:
        assert (response.status_code, response["Location"]) == (302, f"{page_of(contact)}#thread")
    # A second time it is on its way already.
    response = browser.post(path, headers=headers)
    html = html_of(response) if headers else html_of(browser.get(response["Location"]))
    assert "This message has not failed, or is being sent already." in html
    assert (stand(message), jobs()) == (("sending", "Yes.", ""), 1)
    work_tasks()
    assert (stand(message), len(peer.bodies("messages"))) == (("sent", "Yes.", ""), 1)


def test_what_came_in_is_not_sent(browser, whatsapp):
    message = arrive(whatsapp)
    response = browser.post(f"{page_of(message.contact)}/{message.pk}/again")
    assert (response.status_code, stand(message), jobs()) == (302, ("received", "Is it free?", ""), 0)


def test_a_message_of_another_conversation_is_404(browser, user, whatsapp):
    one, other = arrive(whatsapp, who="One").contact, arrive(whatsapp, who="Other").contact
    message = failed(one, user)
    assert browser.post(f"{page_of(other)}/{message.pk}/again").status_code == 404
    assert stand(message)[0] == "failed"


# --- Unread again


def test_a_conversation_is_put_back_among_the_unread(browser, user, whatsapp):
    for words in ("First", "Second"):
        contact = arrive(whatsapp, words).contact
    browser.get(page_of(contact))
    write_message(contact, "Yes", channel="whatsapp", by=user)
    response = browser.post(f"{page_of(contact)}/unread")
    assert (response.status_code, response["Location"]) == (302, LIST)
    html = html_of(browser.get(LIST))
    assert "The conversation with Inès is unread again." in html
    assert (rows(html), tabs(html)[-1]) == (["Inès You: Yes WhatsApp 1 unread"], ("Messages", 1, True))
    assert (unread(contact), contact.messages.get(read_at=None, state="received").text) == ((1, 1), "Second")


def test_what_nobody_wrote_is_not_called_unread(browser, user, letterbox, contact):
    row = contact(email="jane@example.org")
    write_message(row, "Hello", channel="email", by=user)
    response = browser.post(f"{page_of(row)}/unread")
    assert (response["Location"], unread(row)) == (LIST, (0, 0))
    assert "is unread again" not in html_of(browser.get(LIST))


# --- Files


@pytest.fixture
def mail(letterbox):
    return arrive(letterbox, files=(File('Plan "é" 📎.pdf', PDF),))


def file_of(message):
    return f"{page_of(message.contact)}/files/{message.files.get().pk}"


@pytest.mark.parametrize("is_archived", [False, True])
def test_a_file_is_a_download_that_may_do_nothing(browser, mail, is_archived):
    if is_archived:
        mail.contact.archive(by=None)
    response = browser.get(file_of(mail))
    assert (response.status_code, b"".join(response)) == (200, PDF)
    assert {name: response[name] for name in FILE_HEADERS} == FILE_HEADERS
    assert browser.head(file_of(mail)).status_code == 200


FILE_HEADERS = {
    "Content-Type": "application/pdf",
    "Content-Length": str(len(PDF)),
    "Content-Disposition": "attachment; filename*=utf-8''Plan%20%22%C3%A9%22%20%F0%9F%93%8E.pdf",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def test_a_file_of_another_conversation_is_404(browser, mail, letterbox):
    other = arrive(letterbox, who="Other")
    assert browser.get(f"{page_of(other.contact)}/files/{mail.files.get().pk}").status_code == 404
    for number in (0, 10**30):
        assert browser.get(f"{page_of(mail.contact)}/files/{number}").status_code == 404


def test_a_file_that_is_not_there_is_404(browser, mail, attachment_folder):
    (attachment_folder / mail.files.get().key).unlink()
    assert browser.get(file_of(mail)).status_code == 404


def test_a_file_that_cannot_be_fetched_now_leads_to_the_contact(browser, mail, attachment_folder):
    path = attachment_folder / mail.files.get().key
    path.unlink()
    path.mkdir()
    response = browser.get(file_of(mail))
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{mail.contact_id}")
    assert "The file cannot be fetched at the moment." in html_of(browser.get(response["Location"]))


def test_the_file_of_a_merged_contact_goes_with_its_message(browser, user, mail, contact):
    survivor = contact(name="Survivor")
    old = file_of(mail)
    merge_contacts(survivor, mail.contact, by=user)
    assert browser.get(old).status_code == 404
    response = browser.get(f"{page_of(survivor)}/files/{mail.files.get().pk}")
    assert b"".join(response) == PDF


# --- What others typed


def test_all_that_others_typed_stays_text(browser, user, pro, whatsapp, letterbox):
    user.name = f"{EVIL} author"
    user.save()
    address = "x@example.org"
    first = arrive(
        letterbox,
        f"{EVIL} text",
        who=f"{EVIL} name",
        subject=f"{EVIL} subject",
        quoted=f"{EVIL} quoted",
        media=(Media("document", filename=f"{EVIL} media"),),
        files=(File("<script>x file.pdf", PDF), File("<script>x refused.exe", b"MZ")),
        identities=(("email", address),),
        email=address,
        address=address,
        external_id="<1@x>",
    )
    first.edit(f"{EVIL} edited", timezone.now())
    sent = write_message(first.contact, f"{EVIL} sent", channel="email", by=user)
    sent.note_failure(f"{EVIL} error", is_last=True)
    waiting = write_message(first.contact, f"{EVIL} waiting", channel="email", by=user)
    waiting.note_failure(f"{EVIL} reason", is_last=False)
    ContactFactory(pro=pro, name=f"{EVIL} twin", email=address)
    ContactMessage.objects.filter(pk=waiting.pk).update(created_at=ago(hours=2))
    contact = first.contact
    shown = {
        "list": html_of(browser.get(LIST)),
        "page": html_of(browser.get(page_of(contact))),
        "detail": html_of(browser.get(page_of(contact), headers=DETAIL)),
        "thread": html_of(browser.get(page_of(contact), headers=THREAD)),
        "contact": html_of(browser.get(f"/contacts/{contact.pk}")),
        "refused": html_of(browser.post(f"{page_of(contact)}/send", form(f"{EVIL} typed", EVIL)), 422),
    }
    letter = {"text", "subject", "quoted", "media", "file.pdf", "refused.exe", "edited", "sent", "error", "author"}
    letter |= {"waiting", "reason"}
    expected = {
        "list": {"name", "subject", "sent"},
        "page": letter | {"name", "twin"},
        "detail": letter | {"name", "twin"},
        "thread": letter | {"name"},
        "contact": letter | {"name", "twin"},
        # "… is not one of the available choices."
        "refused": letter | {"name", "twin", "typed", "is"},
    }
    for page, html in shown.items():
        assert "<script>x" not in html, page
        words = set(re.findall(r"&lt;script&gt;x(?:&lt;/script&gt;)? (\w+(?:\.\w+)?)", html))
        assert words == expected[page], page


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_the_pages_are_in_the_readers_language(browser, user, whatsapp, letterbox, language):
    user.language = language
    user.save()
    contact = arrive(whatsapp, media=(Media("image"),)).contact
    failed(contact, user)
    mail = arrive(letterbox, files=(File("a.pdf", PDF),), quoted="before").contact
    for path in (LIST, page_of(contact), page_of(mail), f"/contacts/{contact.pk}"):
        html = html_of(browser.get(path))
        assert f'<html lang="{language}">' in html and "Inès" in html


# --- Whose they are


@pytest.fixture
def everything(user, mail, whatsapp):
    """{address: the methods that it takes} of a conversation with one of everything."""
    contact = mail.contact
    ContactMessage.objects.filter(pk=mail.pk).update(address="x@example.org")
    message = write_message(contact, "Yes", channel="email", by=user)
    message.note_failure("No", is_last=True)
    return {
        page_of(contact): ["get", "head"],
        f"{page_of(contact)}/send": ["post"],
        f"{page_of(contact)}/unread": ["post"],
        f"{page_of(contact)}/{message.pk}/again": ["post"],
        file_of(mail): ["get", "head"],
    }


def rows_now():
    return [list(model.objects.order_by("pk").values()) for model in (Contact, ContactMessage, MessageFile)]


METHODS = ("get", "head", "post", "put", "patch", "delete")


@pytest.mark.parametrize("headers", [{}, DETAIL, THREAD], ids=["page", "detail", "thread"])
def test_another_pros_conversation_is_404_at_every_address(other_browser, everything, headers):
    before, waiting = rows_now(), DBTaskResult.objects.count()
    for path, taken in everything.items():
        for method in METHODS:
            data = form(channel="email") if method == "post" else None
            response = getattr(other_browser, method)(path, data, headers=headers)
            assert (method, path, response.status_code) == (method, path, 404 if method in taken else 405)
            assert b"In\xc3\xa8s" not in response.content and b"Plan" not in response.content
    assert (rows_now(), DBTaskResult.objects.count()) == (before, waiting)


def test_an_archived_contacts_conversation_is_404_and_its_page_leads_to_the_contact(browser, everything, mail):
    mail.contact.archive(by=None)
    before = rows_now()
    for path, taken in everything.items():
        if "/files/" in path:
            continue
        for method in taken:
            response = getattr(browser, method)(path, form(channel="email"))
            if path == page_of(mail.contact):
                assert (response.status_code, response["Location"]) == (302, f"/contacts/{mail.contact.pk}")
            else:
                assert response.status_code == 404, path
    assert rows_now() == before
    assert browser.get(f"/contacts/{mail.contact.pk}").status_code == 200


@pytest.mark.parametrize("action", ["", "/send", "/unread", "/again"])
def test_a_contact_that_is_archived_in_that_moment_is_404(browser, user, whatsapp, monkeypatch, action):
    contact = arrive(whatsapp).contact
    message = failed(contact, user) if action == "/again" else None
    ContactMessage.objects.mark_unread(contact)
    find = conversations._find_contact

    def find_and_archive(request, id):
        found = find(request, id)
        Contact.objects.get(pk=id).archive(by=None)
        return found

    monkeypatch.setattr(conversations, "_find_contact", find_and_archive)
    path = page_of(contact) + (f"/{message.pk}/again" if message else action)
    response = browser.post(path, form()) if action else browser.get(path)
    assert (response.status_code, unread(contact)) == (404, (1, 1))
    assert [found.state for found in sent_ones()] == ["failed"] * bool(message)


def test_the_mail_about_a_message_leads_to_whoever_stayed_of_two(browser, other_browser, user, whatsapp, contact):
    absorbed, survivor = arrive(whatsapp).contact, contact(name="Survivor")
    merge_contacts(survivor, absorbed, by=user)
    response = browser.get(page_of(absorbed))
    assert (response.status_code, response["Location"]) == (302, page_of(survivor))
    for headers in (DETAIL, THREAD):
        response = browser.get(page_of(absorbed), headers=headers)
        assert (response.status_code, response["HX-Redirect"], response.content) == (200, page_of(survivor), b"")
    assert other_browser.get(page_of(absorbed)).status_code == 404
    assert browser.post(f"{page_of(absorbed)}/send", form()).status_code == 404
    assert rows(html_of(browser.get(LIST))) == ["Survivor Is it free? WhatsApp 1 unread"]
    survivor.archive(by=user)
    assert browser.get(page_of(survivor))["Location"] == f"/contacts/{survivor.pk}"


def test_nobody_is_sent_to_sign_in(nobody, everything):
    before = rows_now()
    for path in (LIST, f"{LIST}/arrivals?since=x", *everything):
        for method in METHODS:
            response = getattr(nobody, method)(path, form(channel="email") if method == "post" else None)
            assert (response.status_code, response["Location"].split("?")[0]) == (302, "/sign-in"), path
    assert rows_now() == before


def test_a_gated_pro_is_sent_to_the_identity_page(browser, pro, everything):
    pro.cni_required = True
    pro.save()
    before = rows_now()
    for path, taken in {LIST: ["get"], f"{LIST}/arrivals": ["get"], **everything}.items():
        for method in taken:
            response = getattr(browser, method)(path, form(channel="email") if method == "post" else None)
            assert (response.status_code, response["Location"]) == (302, "/settings/identity"), path
    assert rows_now() == before


def test_staff_without_a_pro_are_led_to_the_admin(staff_browser, everything):
    for path in (LIST, *everything):
        assert staff_browser.get(path)["Location"] == "/admin/"


def test_colleagues_share_the_conversations(pro, user, client, whatsapp):
    contact = arrive(whatsapp).contact
    write_message(contact, "Mine", channel="whatsapp", by=user)
    client.force_login(UserFactory(pro=pro, name="Carl Colleague"), backend="config.accounts.backends.EmailBackend")
    client.post(f"{page_of(contact)}/send", form("Carl's"))
    assert [words for own, words in letters(html_of(client.get(page_of(contact)))) if own] == [
        "WhatsApp Carl Colleague Carl's Sending…",
        "WhatsApp Olive Owner Mine Sending…",
    ]


def test_no_secret_of_a_channel_is_on_any_page(browser, user, everything, mail):
    secrets = {value for known in SETTINGS.values() for name, value in known.items() if name in ("secret", "token")}
    for path in (LIST, page_of(mail.contact), f"/contacts/{mail.contact_id}"):
        html = html_of(browser.get(path))
        assert [secret for secret in secrets if secret in html] == []


def test_a_time_of_long_ago_and_one_to_come(browser, whatsapp):
    arrive(whatsapp, who="Old", sent_at=datetime(1970, 1, 1, tzinfo=UTC))
    arrive(whatsapp, who="Future", sent_at=datetime(2999, 1, 1, tzinfo=UTC))
    assert names(html_of(browser.get(LIST))) == ["Future", "Old"]
