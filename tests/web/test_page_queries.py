"""Pages of a person, a contact, an inquiry and the board ask no more queries for ten times as much on them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.channels.message import File
from contacts.conversations.drafts import save_draft
from contacts.conversations.writing import write_message
from contacts.models import CannedReply, ContactNote, WaitingItem
from inquiries.models import Offer

from ..contacts.messaging import arrive, connect
from ..factories import (
    ContactFactory,
    InquiryFactory,
    InquiryTypeFactory,
    PropertyFactory,
    RequestFactory,
    UserFactory,
)
from ..suite import thorough_but

NUMBERS = {"whatsapp": "33612345678", "telegram": "4711", "email": "jane@example.org"}
ITEM, THREAD, BOARD = ({"HX-Request": "true", "HX-Target": target} for target in ("item", "thread", "board"))
# SQLite counts the rows of a full-text search before it chooses a plan: once for each word of a name.
COUNTS_OF_SEARCH = 2


class Desk:
    """Jane, with an inquiry, at an office with every channel."""

    def __init__(self, pro, user):
        self.pro, self.user = pro, user
        self.colleague = UserFactory(pro=pro, name="Carl Colleague")
        self.channels = [connect(pro, channel) for channel in NUMBERS]
        self.jane = ContactFactory(pro=pro, name="Jane Martin", email="jane@example.org", phone="+33612345678")
        for channel, number in NUMBERS.items():
            self.jane.identities.get_or_create(pro=pro, channel=channel, external_id=number)
        self.house = PropertyFactory(pro=pro)
        self.inquiry_type = InquiryTypeFactory(name="Test", slug="test")
        self.inquiry = self._add_inquiry()

    def enlarge(self, times):
        """Add everything that the pages show."""
        for n in range(times):
            self._exchange_messages(f"{times} {n}")
            self._ask(f"{times} {n}")
            self._write_down(f"{times} {n}")
            for inquiry in (self.inquiry, self._add_inquiry()):
                self._offer(inquiry)
            ContactFactory(pro=self.pro, name="Jane Martin", email="jane@example.org")
        self.jane.refresh_from_db()

    def _exchange_messages(self, text):
        for channel in self.channels:
            number = NUMBERS[channel.channel]
            sender = {"identities": ((channel.channel, number),), "address": number}
            arrive(channel, text, who="Jane Martin", files=(File("plan.pdf", b"%PDF"),), **sender)
            write_message(self.jane, text, channel=channel.channel, by=self.user)
        write_message(self.jane, text, channel="email", topic=f"inquiry:{self.inquiry.pk}", by=self.user)

    def _ask(self, text):
        request = RequestFactory(property=self.house, contact=self.jane, message=text)
        WaitingItem.objects.add(
            self.pro, "request", request.pk, contact=self.jane, since=request.created_at, channel="form"
        )
        request.mark("read", by=self.user)
        for user in (self.user, self.colleague):
            save_draft(self.jane, user, text, topic=f"request:{request.pk}")

    def _write_down(self, text):
        ContactNote.objects.add_note(self.jane, text, by=self.user)
        self.jane.change({"referral_source": text}, by=self.user)
        reply = CannedReply.objects.create(pro=self.pro, title=text)
        reply.texts.create(language="fr", text="Hello {first_name|there}, {property}")

    def _add_inquiry(self):
        return InquiryFactory(pro=self.pro, inquiry_type=self.inquiry_type, contact=self.jane)

    def _offer(self, inquiry):
        fields = {"title": "Roof", "amount": Decimal(10), "status": "accepted"}
        Offer.objects.create(inquiry=inquiry, sent_at=timezone.now(), answered_at=timezone.now(), **fields)


@pytest.fixture
def desk(pro, user):
    return Desk(pro, user)


def count_queries(browser, path, headers):
    browser.get(path, headers=headers)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path, headers=headers).status_code == 200
    return len(queries)


# The page, its headers, and the most queries that it may take.
PAGES = {
    "person": ("/inbox/{jane}", {}, 12),
    "person beside the list": ("/inbox/{jane}", ITEM, 12),
    "conversation": ("/inbox/{jane}", THREAD, 15),
    "contact": ("/contacts/{jane}", {}, 32),
    "conversation of a contact": ("/contacts/{jane}", THREAD, 15),
    "inquiry": ("/inquiries/{inquiry}", {}, 26),
    "conversation of an inquiry": ("/inquiries/{inquiry}", THREAD, 13),
    "board": ("/inquiries/board/test", {}, 11),
    "cards of the board": ("/inquiries/board/test", BOARD, 10),
}


@pytest.mark.parametrize("name", thorough_but("person beside the list", "inquiry", of=PAGES))
def test_the_same_queries_for_ten_times_as_much(browser, desk, name):
    page, headers, limit = PAGES[name]
    path = page.format(jane=desk.jane.pk, inquiry=desk.inquiry.pk)
    desk.enlarge(1)
    small = count_queries(browser, path, headers)
    desk.enlarge(9)
    counted = COUNTS_OF_SEARCH if connection.vendor == "sqlite" else 0
    assert count_queries(browser, path, headers) <= small <= limit + counted
