"""/inbox/all: every conversation, the last word first, by pages."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from config.web.paging import to_cursor
from contacts.channels.message import Media
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage

from ...pages import Page
from ..messaging import arrive, connect
from .pages import LIST, MORE, ago, arrive_many, is_whole, names, query_count, rows


def test_newest_message_comes_first(browser, user, whatsapp, telegram, letterbox, contact):
    contact(name="Silent")
    arrive(whatsapp, "First", who="Anna", sent_at=ago(hours=3))
    arrive(letterbox, "Two\nlines", who="Boris", subject="The house", sent_at=ago(hours=2))
    arrive(telegram, "", who="Chloé", media=(Media("voice"),), sent_at=ago(hours=1), is_automatic=True)
    for minute in (4, 3):
        arrive(whatsapp, f"{minute} minutes ago", who="Anna", sent_at=ago(minutes=minute))
    dirk = arrive(telegram, "Hello", who="Dirk", sent_at=ago(minutes=2)).contact
    failed = write_message(dirk, "Hi", channel="telegram", by=user)
    emma = arrive(whatsapp, "Hello", who="Emma", sent_at=ago(minutes=1)).contact
    write_message(emma, "Hi", channel="whatsapp", by=user)
    ContactMessage.objects.filter(pk=failed.pk).update(state="failed", error="Too late")
    assert rows(Page(browser.get(LIST))) == [
        "Emma You: Hi",
        "Dirk Failed You: Hi",
        "Anna 3 minutes ago",
        "Chloé Voice message",
        "Boris The house – Two lines",
    ]


def test_archived_contacts_and_other_pros_are_neither_listed_nor_counted(browser, other_user, whatsapp):
    arrive(whatsapp, who="Present")
    arrive(whatsapp, who="Gone").contact.archive(by=None)
    arrive(connect(other_user.pro, "whatsapp"), who="Foreign")
    page = Page(browser.get(LIST))
    assert rows(page) == ["Present Is it free?"]
    assert "Gone" not in page.text and "Foreign" not in page.text


def test_restored_contact_has_its_conversation_again(browser, whatsapp):
    contact = arrive(whatsapp, who="Back").contact
    contact.archive(by=None)
    contact.restore(by=None)
    assert rows(Page(browser.get(LIST))) == ["Back Is it free?"]


def test_empty_list_says_so(browser, user):
    empty = Page(browser.get(LIST)).one("#list .empty")
    assert empty.text == "Nobody has written yet. Requests, inquiries and messages appear here. Connect a channel"
    assert empty.one("a")["href"] == "/settings/channels"


def test_conversation_of_an_ended_connection_is_listed(browser, whatsapp):
    arrive(whatsapp)
    whatsapp.disconnect()
    assert rows(Page(browser.get(LIST))) == ["Inès Is it free?"]


def test_pages_by_cursor_are_complete_while_messages_arrive(browser, whatsapp):
    arrive_many(whatsapp, 60)
    listed, path, headers = [], LIST, {}
    while path:
        page = Page(browser.get(path, headers=headers))
        assert is_whole(page) is (not headers)
        listed += names(page)
        arrive(whatsapp, who="Late", sent_at=timezone.now())
        more = page.all("#more a")
        assert [link["href"] for link in more] == [link["hx-get"] for link in more]
        path, headers = more[0]["href"] if more else None, MORE
    assert listed == [f"V{n:02}" for n in range(60)]


def test_next_page_without_scripts_leads_back_to_the_newest(browser, whatsapp):
    messages = arrive_many(whatsapp, 26)
    page = Page(browser.get(LIST, {"cursor": to_cursor(messages[24].created_at, messages[24].contact_id)}))
    assert names(page) == ["V25"]
    back = page.one(".list-foot a")
    assert (back.text, back["href"]) == ("Back to the top", LIST)
    assert not page.has("#arrivals")


def test_conversations_of_one_moment_are_all_listed(browser, whatsapp):
    at = ago(hours=1)
    for n in range(30):
        arrive(whatsapp, who=f"V{n:02}", sent_at=at)
    first = Page(browser.get(LIST))
    second = Page(browser.get(first.one("#more a")["href"]))
    assert sorted(names(first) + names(second)) == [f"V{n:02}" for n in range(30)]


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "MjAyNi0wMS0wMXx4", "%C3%A9"])
def test_invalid_cursor_is_404(browser, cursor):
    lists = ("/inbox", "/inbox/later", "/inbox/done", LIST, "/inbox/drafts")
    for path in (*(f"{path}?cursor={cursor}" for path in lists), f"/inbox/arrivals?since={cursor}", "/inbox/arrivals"):
        assert Page(browser.get(path), 404).one("h1").text == "There is nothing here"


def test_times_long_ago_and_in_the_future(browser, whatsapp):
    arrive(whatsapp, who="Old", sent_at=datetime(1970, 1, 1, tzinfo=UTC))
    arrive(whatsapp, who="Future", sent_at=datetime(2999, 1, 1, tzinfo=UTC))
    assert names(Page(browser.get(LIST))) == ["Future", "Old"]


def test_number_of_queries_does_not_grow(browser, whatsapp):
    # Session with its user and Pro; the rows, their last messages; the counts of the menu, and of who waits.
    arrive(whatsapp, sent_at=ago(hours=1))
    few = query_count(browser, LIST)
    arrive_many(whatsapp, 50)
    assert query_count(browser, LIST) == few <= 6


# --- Search


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_list_is_searched(browser, whatsapp, letterbox, contact, text, expected):
    arrive(letterbox, who="Bob Stone", sent_at=ago(hours=1), email="bob@example.org")
    arrive(whatsapp, who="Zoé Maës", phone="+33612345678")
    contact(name="Zoé Silent")
    for headers in ({}, {"HX-Request": "true", "HX-Target": "list"}):
        page = Page(browser.get(LIST, {"q": text}, headers=headers))
        assert (is_whole(page), names(page)) == (not headers, expected)
        content = page.one("#list")
        assert content.texts(".empty p:first-child") == ([] if expected else ["Nothing matches."])


def test_next_page_keeps_the_search(browser, whatsapp):
    for number in range(27):
        arrive(whatsapp, who=f"Zoé {number:02}", sent_at=ago(minutes=number))
        arrive(whatsapp, who=f"Bob {number:02}", sent_at=ago(minutes=number))
    more = Page(browser.get(LIST, {"q": "zoe"})).one("#more a")
    assert more["href"].startswith(f"{LIST}?q=zoe&cursor=")
    assert names(Page(browser.get(more["href"]))) == ["Zoé 25", "Zoé 26"]
