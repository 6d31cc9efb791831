"""Leads of e-mails that are read again: recognised late, corrected, and never doubled."""

from dataclasses import replace
from typing import Any

import pytest

from config.accounts.models import Pro
from contact_requests.models import ContactRequest, Property
from contacts.channels import email
from contacts.channels.message import Lead
from contacts.conversations.receiving import read_delivery, store_delivery
from contacts.conversations.rereading import reread_delivery
from contacts.models import ChannelDelivery, ContactMessage

from ..contacts.messaging import connect
from ..factories import PropertyFactory
from .lead_mails import LEA
from .rows import jobs

MAIL = b"From: Desk <desk@portal.example>\nMessage-ID: <m1@portal.example>\nSubject: AP-12\n\nLea asks for a visit.\n"

LEAD = Lead(**LEA, references=("AP-12",))


@pytest.fixture
def house(pro: Pro) -> Property:
    return PropertyFactory(pro=pro, reference="AP-12")


@pytest.fixture
def mail(pro: Pro, house: Property, monkeypatch: pytest.MonkeyPatch) -> ContactMessage:
    """A portal's mail that an earlier release took for its sender's own words."""
    store_delivery(connect(pro, "email"), MAIL, "message/rfc822")
    message = read(monkeypatch, read_delivery)
    assert message.lead is None
    return message


def read(monkeypatch: pytest.MonkeyPatch, task: Any, lead: Lead | None = None, **changes: Any) -> ContactMessage:
    """Read the stored call by a task, as a reading would that finds this lead and these fields in it."""
    reading = email.read_call

    def better(*arguments: Any) -> Any:
        return (replace(inbound, lead=lead, **changes) for inbound in reading(*arguments))

    with monkeypatch.context() as patch:
        patch.setattr(email, "read_call", better)
        task.call(ChannelDelivery.objects.get().pk)
    return ContactMessage.objects.select_related("contact").get()


def test_a_lead_that_is_recognised_late_becomes_a_contact_request_once(mail, house, monkeypatch):
    before = len(jobs())
    for _ in range(3):
        message = read(monkeypatch, reread_delivery, lead=LEAD)
    row = ContactRequest.objects.get()
    assert (row.inbound_message, row.property, row.name, row.created_at) == (
        message,
        house,
        "Lea Visitor",
        message.created_at,
    )
    # Nobody had seen the message.
    assert [job[0] for job in jobs()[before:]] == ["notify", "acknowledge"]
    assert (message.read_at is not None, message.contact.unread_count) == (True, 0)


@pytest.mark.thorough
def test_a_pro_who_has_read_the_message_is_not_told_again(mail, monkeypatch):
    ContactMessage.objects.mark_read(mail.contact)
    before = len(jobs())
    read(monkeypatch, reread_delivery, lead=LEAD)
    assert (ContactRequest.objects.count(), [job[0] for job in jobs()[before:]]) == (1, ["acknowledge"])


def test_a_contact_request_follows_its_message_to_the_person(mail, monkeypatch):
    # First read with the portal's own address as the visitor's.
    read(monkeypatch, reread_delivery, lead=replace(LEAD, email="desk@portal.example", phone=""))
    assert ContactRequest.objects.get().contact == mail.contact
    person = {"identities": (("email", LEA["email"]),), "address": LEA["email"], "email": LEA["email"], "name": "Lea"}
    message = read(monkeypatch, reread_delivery, lead=LEAD, by_way_of="desk@portal.example", is_proven=False, **person)
    row = ContactRequest.objects.select_related("contact").get()
    assert (row.contact, row.contact.email) == (message.contact, LEA["email"])
    assert message.contact != mail.contact


def test_without_its_property_a_lead_that_is_recognised_late_asks(browser, mail, monkeypatch):
    message = read(monkeypatch, reread_delivery, lead=replace(LEAD, references=()))
    assert ContactRequest.objects.count() == 0
    assert f"/inbox/leads/{message.pk}".encode() in browser.get(f"/inbox/{message.contact_id}").content
