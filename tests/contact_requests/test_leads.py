"""A lead of an e-mail becomes a contact request of the property that it names."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.accounts.models import Pro
from contact_requests.models import ContactRequest, Property, PropertyNumber
from contacts.channels.message import InboundMessage, Lead
from contacts.conversations.leads import read_lead
from contacts.conversations.receiving import receive_message
from contacts.models import ChannelConnection, Contact, ContactMessage, MailboxSettings, StatedAddress

from ..contacts.messaging import arrive, connect
from ..factories import PropertyFactory
from .lead_mails import LEA, arrive_with_lead
from .rows import Broken, jobs

INBOUND = InboundMessage(
    external_id="<1@portal.example>",
    identities=(("email", "lea@visitor.example"),),
    address="lea@visitor.example",
    name="Lea Visitor",
    email="lea@visitor.example",
    text="May I visit it on Friday?",
    by_way_of="noreply@portal.example",
    is_proven=False,
    lead=Lead(**LEA, references=("AP-12",)),
)


@pytest.fixture
def letterbox(pro: Pro) -> ChannelConnection:
    return connect(pro, "email")


@pytest.fixture
def lake(pro: Pro) -> Property:
    lake = PropertyFactory(pro=pro, title="House by the Lake", slug="lake", reference="AP-12")
    PropertyNumber.objects.create(property=lake, portal="portal.example", number="88-123")
    return lake


@pytest.fixture
def request_of(letterbox: ChannelConnection, lake: Property) -> Callable[..., ContactRequest]:
    """The contact request that Lea's lead about the lake becomes, with these changes."""

    def run(**lead: Any) -> ContactRequest:
        message = arrive_with_lead(letterbox, {"references": ("AP-12",), **lead})
        return ContactRequest.objects.get(inbound_message=message)

    return run


def requests_and_jobs() -> tuple[int, list[str]]:
    """Number of contact requests, and the names of the jobs."""
    return ContactRequest.objects.count(), [job[0] for job in jobs()]


def test_the_contact_request_as_it_is_stored(pro, letterbox, lake):
    sent_at = timezone.now() - timedelta(hours=2)
    message = arrive_with_lead(letterbox, {"references": ("AP-12",)}, sent_at=sent_at)
    [row], [contact] = ContactRequest.objects.values(), Contact.objects.values()
    assert row == {
        "id": row["id"],
        "pro_id": pro.pk,
        "property_id": lake.pk,
        "contact_id": message.contact_id,
        "name": "Lea Visitor",
        "email": "lea@visitor.example",
        "phone": "+33612345678",
        "message": "May I visit it on Friday?",
        "language": "en",
        "source": "portal.example",
        "inbound_message_id": message.pk,
        "status": "new",
        "created_at": sent_at,
        "updated_at": row["updated_at"],
        "read_at": None,
        "replied_at": None,
        "acknowledged_at": None,
        "acknowledgment_returned_at": None,
        "notified_at": None,
        "quarantined_at": None,
        "quarantine_reason": "",
        "consent": None,
        "search_text": row["search_text"],
    }
    assert (contact["id"], contact["name"]) == (message.contact_id, "Lea Visitor")
    assert jobs() == [("notify", str(row["id"])), ("acknowledge", str(row["id"]))]


def test_the_message_counts_as_read_and_keeps_the_lead(letterbox, lake):
    arrive_with_lead(letterbox, {"references": ("AP-12",)})
    message, contact = ContactMessage.objects.get(), Contact.objects.get()
    assert (message.read_at is not None, contact.unread_count) == (True, 0)
    assert contact.last_message_at is not None
    assert read_lead(message) == Lead(**LEA, references=("AP-12",))


def test_a_message_without_a_lead_is_none(letterbox, lake):
    message = arrive(letterbox, "AP-12")
    assert (ContactMessage.objects.get().lead, message.contact.unread_count) == (None, 1)
    assert requests_and_jobs() == (0, ["notify_message"])


def test_the_property_that_a_lead_names(pro, letterbox, lake, settings, case):
    settings.SITE_URL = "https://site.example"
    flat = PropertyFactory(pro=pro, title="Flat", reference="12", is_published=False)
    PropertyFactory.create_batch(2, pro=pro, title="Garage")
    foreign = PropertyFactory(title="Somebody's villa", reference="V-1", slug="villa")
    table: dict[str, tuple[dict[str, Any], Property | None]] = {
        "own reference": ({"references": ("ap 12",)}, lake),
        "portal number": ({"references": ("88123",)}, lake),
        "the first that is known": ({"references": ("none", "12", "AP-12")}, flat),
        "before the title": ({"references": ("12",), "title": "House by the Lake"}, flat),
        "page": ({"references": ("https://site.example/properties/lake",)}, lake),
        "page, otherwise written": ({"references": ("HTTP://Site.Example/properties/lake/?utm=1#contact",)}, lake),
        "page without a scheme": ({"references": ("site.example/properties/lake",)}, lake),
        "another site's page": ({"references": ("https://other.example/properties/lake",)}, None),
        "another page of ours": ({"references": ("https://site.example/inbox",)}, None),
        "no address at all": ({"references": ("https://[site.example/properties/lake",)}, None),
        "title": ({"title": " HOUSE  by the lâke "}, lake),
        "title of two": ({"title": "Garage"}, None),
        "part of a title": ({"title": "House"}, None),
        "nothing": ({}, None),
        "marks alone": ({"references": ("--", ""), "title": " "}, None),
        "another Pro's reference": ({"references": ("V-1",)}, None),
        "another Pro's page": ({"references": (f"https://site.example/properties/{foreign.slug}",)}, None),
        "another Pro's title": ({"title": "Somebody's villa"}, None),
    }
    for label, (lead, prop) in table.items():
        with case(label):
            arrive_with_lead(letterbox, lead)
            stored = list(ContactRequest.objects.values_list("pro", "property"))
            assert stored == ([(pro.pk, prop.pk)] if prop else [])


def test_an_unreadable_phone_or_e_mail_is_kept_in_the_message(request_of, pro, case):
    pro.language = "fr"
    pro.save()
    text = "May I visit it on Friday?"
    table = {
        "phone": ({"phone": "call me"}, "lea@visitor.example", "", f"{text}\n\nTéléphone: call me"),
        "e-mail": ({"email": "lea@"}, "", "+33612345678", f"{text}\n\nE-mail: lea@"),
        "both": (
            {"email": "lea@", "phone": "12"},
            "lea@visitor.example",
            "",
            f"{text}\n\nE-mail: lea@\nTéléphone: 12",
        ),
        "neither given": ({"email": "", "phone": ""}, "lea@visitor.example", "", text),
    }
    for label, (lead, *expected) in table.items():
        with case(label):
            row = request_of(**lead)
            assert [row.email, row.phone, row.message] == expected


def test_missing_and_oversized_parts(request_of, case):
    table = {
        "no name": ({"name": " "}, "Lea Visitor", LEA["message"], "portal.example"),
        "long name": ({"name": "L" * 500}, "L" * 200, LEA["message"], "portal.example"),
        "name of two lines": ({"name": "Lea\r\nBcc: x\0"}, "Lea Bcc: x", LEA["message"], "portal.example"),
        "no message": (
            {"message": ""},
            "Lea Visitor",
            "Name: Lea Visitor\nMessage: May I visit it on Friday?",
            "portal.example",
        ),
        "long message": ({"message": "x" * 6000}, "Lea Visitor", "x" * 4999 + "…", "portal.example"),
        "NUL in the message": ({"message": "a\0b\ud800c"}, "Lea Visitor", "abc", "portal.example"),
        "no source": ({"source": ""}, "Lea Visitor", LEA["message"], "email"),
        "long source": ({"source": "x" * 300}, "Lea Visitor", LEA["message"], "x" * 50),
        "many references": ({"references": ("AP-12", *("x" * 9000 for _ in range(900)))}, *_usual()),
    }
    for label, (lead, *expected) in table.items():
        with case(label):
            row = request_of(**lead)
            assert [row.name, row.message, row.source] == expected


def _usual() -> tuple[str, str, str]:
    return "Lea Visitor", LEA["message"], "portal.example"


def test_a_lead_that_nobody_could_answer_stays_a_message(letterbox, lake):
    lead = {"references": ("AP-12",), "email": "", "phone": ""}
    sender = {"identities": (("email", "noreply@portal.example"),), "address": "noreply@portal.example"}
    arrive_with_lead(letterbox, lead, **sender, email="", is_automatic=False)
    assert requests_and_jobs() == (0, ["notify_message"])
    assert Contact.objects.get().unread_count == 1


def test_somebody_else_than_the_sender_is_a_contact_of_their_own(letterbox, lake):
    lead = {"references": ("AP-12",), "phone": ""}
    sender = {"identities": (("email", "desk@portal.example"),), "address": "desk@portal.example"}
    message = arrive_with_lead(letterbox, lead, **sender, email="desk@portal.example", name="Desk")
    row = ContactRequest.objects.select_related("contact").get()
    assert (row.contact.name, row.contact.email, row.contact.source) == (
        "Lea Visitor",
        "lea@visitor.example",
        "portal.example",
    )
    assert message.contact != row.contact


def test_a_known_person_keeps_the_contact_and_gets_no_address_that_was_only_stated(letterbox, lake, pro):
    known = Contact.objects.register(pro, name="Lea V.", email="Lea@Visitor.example")
    arrive_with_lead(letterbox, {"references": ("AP-12",)})
    row = ContactRequest.objects.select_related("contact").get()
    assert (row.contact, row.name, row.contact.phone, Contact.objects.count()) == (known, "Lea Visitor", "", 1)
    stated = StatedAddress.objects.values_list("contact", "channel", "external_id", "source")
    assert list(stated) == [(known.pk, "phone", "+33612345678", "portal.example")]


def test_an_old_or_silent_mail_sends_nothing(letterbox, lake):
    arrive_with_lead(letterbox, {"references": ("AP-12",)}, is_silent=True)
    assert requests_and_jobs() == (1, [])


def test_a_pro_who_reads_the_mailbox_gets_no_second_mail(letterbox, lake, pro):
    pro.email = letterbox.address
    pro.save()
    letterbox.refresh_from_db()
    arrive_with_lead(letterbox, {"references": ("AP-12",)})
    assert requests_and_jobs() == (1, ["acknowledge"])


def test_a_no_reply_address_is_not_acknowledged(request_of):
    request_of(email="no-reply@portal.example")
    assert requests_and_jobs() == (1, ["notify"])


def test_the_same_mail_again_makes_no_second_one(letterbox, lake):
    assert receive_message(letterbox, INBOUND) is not None
    assert receive_message(letterbox, INBOUND) is None
    assert requests_and_jobs() == (1, ["notify", "acknowledge"])


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_several_times_at_once_makes_one(letterbox, lake, at_once):
    assert sorted(bool(message) for message in at_once(4, lambda _n: receive_message(letterbox, INBOUND))) == [
        *[False] * 3,
        True,
    ]
    assert (ContactMessage.objects.count(), Contact.objects.count()) == (1, 1)
    assert requests_and_jobs() == (1, ["notify", "acknowledge"])


@pytest.mark.django_db(transaction=True)
def test_when_one_part_fails_neither_is_stored(letterbox, lake, monkeypatch):
    monkeypatch.setattr("contact_requests.receiving.enqueue_together", Broken())
    with pytest.raises(RuntimeError):
        arrive_with_lead(letterbox, {"references": ("AP-12",)})
    assert (ContactMessage.objects.count(), Contact.objects.count(), *requests_and_jobs()) == (0, 0, 0, [])


def test_the_same_reference_in_two_pros(letterbox, lake):
    other = PropertyFactory(reference="AP-12")
    box = connect(other.pro, "email", address="other@in.example.com")
    messages = [arrive_with_lead(each, {"references": ("AP-12",)}) for each in (letterbox, box)]
    rows = ContactRequest.objects.order_by("created_at").values_list("inbound_message", "pro", "property")
    assert list(rows) == [(messages[0].pk, lake.pro_id, lake.pk), (messages[1].pk, other.pro_id, other.pk)]


def test_lead_from_before_the_mailbox_was_connected_is_told_and_acknowledged_to_nobody(pro, lake):
    fields = {"address": "office@in.example.com", "username": "office", "password": "x"}
    fields |= {"imap_host": "imap.example.com", "smtp_host": "smtp.example.com"}
    connection = MailboxSettings.objects.connect(pro, fields).connection
    days_ago = timezone.now() - timedelta(days=3)
    receive_message(connection, replace(INBOUND, sent_at=days_ago, is_past=True))
    assert requests_and_jobs() == (1, [])
    assert ContactRequest.objects.get().created_at == days_ago
