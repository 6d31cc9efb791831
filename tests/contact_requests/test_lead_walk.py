"""A portal's mail as raw bytes, through the e-mail channel, becomes a contact request or asks for its property."""

from collections.abc import Callable
from typing import Any

import pytest

from contact_requests.models import ContactRequest, Property, PropertyNumber
from contacts.conversations.receiving import read_delivery, store_delivery
from contacts.models import ChannelDelivery, ContactMessage

from ..contacts.messaging import connect
from ..factories import PropertyFactory
from .rows import jobs

LABELS = (
    "Name: Zoé Lambert\nE-mail: zoe@visitor.example\nPhone: 06 12 34 56 78\n{more}Message: May I see it on Friday?\n"
)
HEAD = "From: Portal <noreply@portal.example>\nTo: port@in.example.com\nMessage-ID: <{id}@portal.example>\n"


@pytest.fixture
def lake(pro: Any) -> Property:
    lake = PropertyFactory(pro=pro, title="House by the Lake", slug="lake", reference="AP-12")
    PropertyNumber.objects.create(property=lake, portal="portal.example", number="88123456")
    return lake


@pytest.fixture
def receive_mail(pro: Any) -> Callable[[str], ContactMessage]:
    """Delivers a mail of the portal with these further labelled lines, and has it read."""
    connection = connect(pro, "email")

    def run(more: str = "") -> ContactMessage:
        head = (
            HEAD.format(id=ChannelDelivery.objects.count())
            + "Subject: New request\nContent-Type: text/plain; charset=utf-8\n"
        )
        store_delivery(connection, f"{head}\n{LABELS.format(more=more)}".encode(), "message/rfc822")
        read_delivery.call(ChannelDelivery.objects.latest("pk").pk)
        return ContactMessage.objects.select_related("contact").latest("created_at")

    return run


def test_the_property_by_each_of_its_names(lake, receive_mail, settings, case):
    settings.SITE_URL = "https://site.example"
    names = [
        "Reference: AP-12\n",
        "Portal number: 88123456\n",
        "Property: House by the Lake\n",
        "Link: https://site.example/properties/lake\n",
    ]
    for more in names:
        with case(more):
            message = receive_mail(more)
            row = ContactRequest.objects.get()
            assert (row.property, row.inbound_message, row.contact) == (lake, message, message.contact)
            assert (row.name, row.email, row.phone, row.message, row.source) == (
                "Zoé Lambert",
                "zoe@visitor.example",
                "+33612345678",
                "May I see it on Friday?",
                "portal.example",
            )
            assert [job[0] for job in jobs() if job[0] != "read_delivery"] == ["notify", "acknowledge"]


def test_without_a_property_it_asks_and_the_pro_is_told_of_the_message(lake, receive_mail, browser):
    message = receive_mail()
    assert (ContactRequest.objects.count(), message.contact.email) == (0, "zoe@visitor.example")
    assert [job[0] for job in jobs() if job[0] != "read_delivery"] == ["notify_message"]
    browser.post(f"/inbox/leads/{message.pk}", {"property": str(lake.pk)})
    assert ContactRequest.objects.values_list("property", "contact", "source").get() == (
        lake.pk,
        message.contact_id,
        "portal.example",
    )
