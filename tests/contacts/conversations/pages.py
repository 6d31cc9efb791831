"""The thread of a person and the list of conversations, as tests read them."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import ChannelConnection, Contact, ContactMessage

from ...pages import Page
from ..messaging import arrive

LIST, WAITING = "/inbox/all", "/inbox"
# Requests of htmx, by the element that they replace.
DETAIL = {"HX-Request": "true", "HX-Target": "item"}
THREAD = {"HX-Request": "true", "HX-Target": "thread"}
MORE = {"HX-Request": "true", "HX-Target": "more"}
with_and_without_htmx = pytest.mark.parametrize("headers", [{}, DETAIL], ids=["page", "htmx"])
PDF = b"%PDF-1.7\n%%EOF\n"
EVIL = "<script>x</script>"
CANNOT_ANSWER = "You cannot answer from here"


def path_of(contact: Contact) -> str:
    return f"{WAITING}/{contact.pk}"


def messages_path(contact: Contact) -> str:
    """Beginning of the addresses of files and actions of single messages."""
    return f"{WAITING}/messages/{contact.pk}"


def ago(**time: float) -> datetime:
    return timezone.now() - timedelta(**time)


def is_whole(page: Page) -> bool:
    """True for a whole page, False for a fragment for htmx."""
    return page.has("body")


def rows(page: Page) -> list[str]:
    """Texts of the rows of the list, without initials and times."""
    return page.without("time, .face").texts("li[id^=row-]")


def names(page: Page) -> list[str]:
    """Names of the contacts in the list."""
    return page.texts("li[id^=row-] .row-name strong")


def letters(page: Page) -> list[tuple[bool, str]]:
    """(is the Pro's own, text without time) of each message, newest first."""
    thread = page.without("time").one("#thread")
    return [("bubble-own" in bubble.classes, bubble.text) for bubble in reversed(thread.all("li.bubble"))]


def polled_path(page: Page) -> str:
    """The address that an open page asks every 15 seconds."""
    return page.one("#thread")["hx-get"]


def answer(text: str = "Yes.", channel: str = "whatsapp", **more: Any) -> dict[str, Any]:
    """The filled-in form of an answer."""
    return {"text": text, "channel": channel, "id": uuid.uuid4(), **more}


def outbound() -> list[ContactMessage]:
    return list(ContactMessage.objects.exclude(state="received").order_by("created_at"))


def arrive_many(channel: ChannelConnection, count: int) -> list[ContactMessage]:
    """Receive one message of each of `count` senders V00, V01 …, the newest first."""
    return [arrive(channel, who=f"V{n:02}", sent_at=ago(minutes=n + 1)) for n in range(count)]


def query_count(browser: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return len(queries)
