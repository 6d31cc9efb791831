"""Every verb tells the programs what happened, in its own transaction and in the words of the JSON routes."""

import json

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.events.managing import change_endpoint, create_endpoint, delete_endpoint
from config.events.models import Dispatch
from contact_requests.dialect import to_request_body
from contact_requests.marking import find_and_mark
from contact_requests.receiving import receive, release, set_aside
from contacts.book.merging import merge_contacts, undo_merge
from contacts.dialect import to_contact_body
from contacts.models import ChannelConnection, Contact, ContactMessage
from inquiries.customers.contacts import NamedCustomer
from inquiries.dialect import to_inquiry_body, to_offer
from inquiries.models import Inquiry, Offer
from inquiries.offers.lifecycle import answer_offer
from inquiries.pipeline.moves import close_inquiry, move_inquiry, relocate_inquiries
from inquiries.submission import SUBMITTED_FIELDS, prepare
from tests.contacts.imports import imported
from tests.factories import ContactFactory, InquiryFactory, ProFactory, PropertyFactory

pytestmark = pytest.mark.django_db
VISIT = {"name": "Nadia", "email": "nadia@example.org", "phone": "", "message": "Is it free?", "language": "fr"}


def plain(body):
    return json.loads(msgspec.json.encode(body))


def register(pro, name="Jane Smith", **more):
    return Contact.objects.register(pro, name=name, **{"email": "jane@example.org", **more})


def gone(contact, merged_into=None):
    contact.refresh_from_db()
    at = contact.deleted_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": str(contact.pk), "deletedAt": at, "mergedInto": merged_into}


def test_a_contact_is_told_as_its_route_shows_it(told, pro):
    contact = register(pro)
    created = plain(to_contact_body(contact))
    contact.change({"status": "applicant"}, by=None)
    changed = plain(to_contact_body(contact))
    contact.change({"status": "applicant"}, by=None)
    contact.archive(by=None)
    deleted = gone(contact)
    contact.restore(by=None)
    assert told() == [
        ("contact.created", created),
        ("contact.updated", changed),
        ("contact.deleted", deleted),
        ("contact.updated", plain(to_contact_body(contact))),
    ]


def test_a_merge_and_its_undoing(told, pro):
    kept, merged = ContactFactory(pro=pro, phone=""), ContactFactory(pro=pro, phone="+33612345678")
    merge = merge_contacts(kept, merged, copy_fields=["phone"], by=None)
    after = [("contact.updated", plain(to_contact_body(kept))), ("contact.merged", gone(merged, str(kept.pk)))]
    assert told() == after
    undo_merge(merge, by=None)
    assert told()[2:] == [
        ("contact.updated", plain(to_contact_body(each))) for each in (merge.survivor, merge.absorbed)
    ]


def test_somebody_who_is_recognised_is_told_only_where_something_changes(told, pro):
    register(pro)
    for phone in ("", "+33612345678", "+33612345678"):
        Contact.objects.find_or_create(pro, name="J", email="jane@example.org", phone=phone, source="api")
    assert [(type, data["phone"]) for type, data in told()] == [
        ("contact.created", None),
        ("contact.updated", "+33612345678"),
    ]


def test_an_import(told, pro, user, work_tasks):
    known = register(pro, phone="")
    imported(user, "name,email,phone\nJane,jane@example.org,0612345678\nA,a@x.org,\nB,b@x.org,\n", work_tasks)
    events = told()[1:]
    assert [(type, data["name"]) for type, data in events] == [
        ("contact.created", "A"),
        ("contact.created", "B"),
        ("contact.updated", "Jane Smith"),
    ]
    known.refresh_from_db()
    assert events[2][1] == plain(to_contact_body(known))


def test_a_contact_request(told, pro):
    prop = PropertyFactory(pro=pro)
    contact_request = receive(prop, **VISIT)
    created = plain(to_request_body(contact_request))
    find_and_mark(pro, contact_request.pk, "read", by=None)
    read = find_and_mark(pro, contact_request.pk, "read", by=None)
    assert told()[1:] == [
        ("contact_request.created", created),
        ("contact_request.updated", plain(to_request_body(read))),
    ]


def test_a_contact_request_in_quarantine(told, pro, user):
    spam = receive(PropertyFactory(pro=pro), **VISIT, quarantine="honeypot")
    assert told() == []
    release(spam, by=None)
    set_aside(spam, by=user)
    release(spam, by=None)
    [contact, created, deleted, updated] = told()
    assert [type for type, _data in (contact, created, updated)] == [
        *("contact.created", "contact_request.created", "contact_request.updated")
    ]
    assert deleted[0] == "contact_request.deleted"
    assert (deleted[1].keys(), deleted[1]["id"]) == ({"id", "deletedAt"}, str(spam.pk))


def submit(pro):
    """An inquiry that the office writes down for somebody whom it knows."""
    fields = dict.fromkeys(SUBMITTED_FIELDS, None) | {"subject": "Keuken", "message": "Graag een offerte."}
    fields |= {"category": "", "priority": "normal", "source": ""}
    customer = NamedCustomer(contact=ContactFactory(pro=pro))
    given = {"inquiry_type_id": None, "filter_option_ids": [], "customer": customer}
    return prepare(pro, fields, by=None, **given).save(by=None)


def test_an_inquiry_and_its_offer(told, pro, shipped):
    inquiry = submit(pro)
    created = plain(to_inquiry_body(inquiry))
    move_inquiry(inquiry, to=inquiry.allowed_steps()[0].key, by=None)
    moved = plain(to_inquiry_body(inquiry))
    offer = Offer.objects.create(inquiry=inquiry, title="Kitchen", amount=10, status="sent")
    answer_offer(offer, "declined")
    close_inquiry(inquiry, by=None)
    closed = plain(to_inquiry_body(inquiry))
    assert told() == [
        ("inquiry.created", created),
        ("inquiry.moved", moved),
        ("offer.answered", {"inquiry_id": inquiry.pk, "offer": plain(to_offer(offer))}),
        ("inquiry.moved", closed),
        ("inquiry.closed", closed),
    ]


def test_staff_who_change_a_pipeline(told, pro):
    inquiries = [InquiryFactory(pro=pro), InquiryFactory()]
    for inquiry in inquiries:
        steps = list(inquiry.inquiry_type.steps.all())
        relocate_inquiries([(steps[0], steps[-1])], by=None, note="")
    inquiry = Inquiry.objects.select_related("inquiry_type", "step").get(pk=inquiries[0].pk)
    body = plain(to_inquiry_body(inquiry))
    assert told() == [("inquiry.moved", body), ("inquiry.closed", body)]


def test_messages(told, pro):
    contact = ContactFactory(pro=pro)
    connection = ChannelConnection.objects.create(pro=pro, channel="whatsapp", provider="whatsapp")
    common = {"pro": pro, "contact": contact, "connection": connection, "channel": "whatsapp", "state": "sending"}
    sent, failed = (ContactMessage.objects.create(**common, text=text) for text in ("one", "two"))
    for state in ("sent", "delivered", "read"):
        sent.update_state(state)
    failed.update_state("failed", "Nobody is there.")
    assert [(type, data["id"], data["state"], data["error"]) for type, data in told()] == [
        ("message.sent", str(sent.pk), "sent", None),
        ("message.failed", str(failed.pk), "failed", "Nobody is there."),
    ]


def test_what_is_taken_back_was_not_told(told, pro):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        register(pro)
        1 / 0  # noqa: B018
    assert told() == []


def test_only_those_who_want_it_are_told(endpoint, pro):
    wants_merges = create_endpoint(pro, {"url": endpoint.url, "types": ["contact.merged"]}, by=None)
    off = create_endpoint(pro, {"url": endpoint.url, "types": ["contact.created"], "is_enabled": False}, by=None)
    create_endpoint(ProFactory(), {"url": endpoint.url, "types": ["contact.created"]}, by=None)
    register(pro)
    assert [each.endpoint for each in Dispatch.objects.all()] == [endpoint]
    change_endpoint(wants_merges, {"types": ["contact.created"]}, by=None)
    change_endpoint(off, {"is_enabled": True}, by=None)
    delete_endpoint(endpoint, by=None)
    Dispatch.objects.all().delete()
    register(pro, name="Another")
    assert {each.endpoint for each in Dispatch.objects.all()} == {wants_merges, off}


def test_a_pro_without_endpoints_pays_nothing(pro):
    with CaptureQueriesContext(connection) as queries:
        register(pro).archive(by=None)
    assert [query["sql"] for query in queries if '"events_' in query["sql"] or "taskresult" in query["sql"]] == []


def test_many_at_once_are_told_each(told, api, pro):
    rows = [{"name": f"N {n}", "email": f"n{n}@example.org"} for n in range(3)]
    assert api.post("/api/v1/contacts/bulk", {"contacts": rows}).status_code == 200
    assert [(type, data["name"]) for type, data in told()] == [("contact.created", row["name"]) for row in rows]
