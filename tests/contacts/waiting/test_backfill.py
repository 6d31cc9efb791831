"""Rows of earlier releases wait after the migrations, and once: they can be run again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from contact_requests.backfill import fill_requests
from contacts.models import WaitingItem
from inquiries.backfill import fill_inquiries

pytestmark = pytest.mark.released_migration
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def at(hours):
    return START + timedelta(hours=hours)


def models_before(migrate, app, name):
    """The models of a database that has no items yet."""
    places = [("contacts", "0021_draft_files"), (app, name)]
    for place in places:
        migrate(*place)
    return MigrationLoader(connection).project_state(places).apps.get_model


def migrate_to_now(migrate):
    """The schema of the models of now, which `apps` gives."""
    for app, name in MigrationLoader(connection).graph.leaf_nodes():
        if app in ("contacts", "contact_requests", "inquiries"):
            migrate(app, name)


def create(get_model, model, **fields):
    return get_model(*model.split(".")).objects.create(**fields)


def make_person(old, pro, name, **fields):
    return create(old, "contacts.Contact", pro=pro, name=name, email=f"{name.lower()}@example.org", **fields)


def write(old, contact, hours, state="received", **fields):
    usual = {"channel": "telegram", "text": f"At {hours}", "state": state, "created_at": at(hours)}
    return create(old, "contacts.ContactMessage", pro=contact.pro, contact=contact, **{**usual, **fields})


def ask(old, prop, contact, hours, **fields):
    usual = {"name": contact.name, "email": contact.email, "message": f"May I\nsee it at {hours}?", "search_text": ""}
    return create(
        old,
        "contact_requests.ContactRequest",
        pro=prop.pro,
        property=prop,
        contact=contact,
        created_at=at(hours),
        **{**usual, **fields},
    )


def items():
    rows = WaitingItem.objects.order_by("since", "key")
    return list(rows.values_list("kind", "contact__name", "since", "words", "outcome"))


def test_messages_and_requests_without_an_answer_wait(migrate):
    old = models_before(migrate, "contact_requests", "0008_property_picture")
    pro = create(old, "accounts.Pro", name="P", email="p@example.org", country="FR")
    prop = create(old, "contact_requests.Property", pro=pro, slug="sea", title="Sea view")
    ana, bob, cleo = (make_person(old, pro, name) for name in ("Ana", "Bob", "Cleo"))
    gone = make_person(old, pro, "Gone", deleted_at=at(50))
    # Answered, and written again; a failed answer is none.
    write(old, ana, 1)
    write(old, ana, 2, "sent")
    write(old, ana, 3)
    write(old, ana, 4, "failed")
    # Nothing that asks for an answer.
    write(old, bob, 5, is_silent=True)
    write(old, bob, 6, answers_to="x", media=[{"kind": "reaction", "id": ""}], text="")
    # A file alone.
    write(old, cleo, 7, text="", media=[{"kind": "document", "id": "a", "filename": "Plan.pdf"}])
    write(old, gone, 8)
    became = write(old, bob, 9)
    ask(old, prop, bob, 9, inbound_message=became, source="portal.example")
    ask(old, prop, cleo, 10)
    ask(old, prop, cleo, 11, status="read")
    ask(old, prop, cleo, 12, status="replied")
    ask(old, prop, cleo, 13, quarantined_at=at(13))
    migrate("contact_requests", "0009_who_waits")
    expected = [
        ("message", "Ana", at(3), "At 3", ""),
        ("message", "Cleo", at(7), "Plan.pdf", ""),
        ("message", "Gone", at(8), "At 8", "archived"),
        ("request", "Bob", at(9), "May I see it at 9?", ""),
        ("request", "Cleo", at(10), "May I see it at 10?", ""),
        ("request", "Cleo", at(11), "May I see it at 11?", ""),
    ]
    assert items() == expected
    channels = WaitingItem.objects.filter(kind="request").order_by("since").values_list("channel", "about")
    assert list(channels) == [("telegram", "Sea view"), ("form", "Sea view"), ("form", "Sea view")]
    migrate_to_now(migrate)
    with transaction.atomic():
        WaitingItem.objects.filter(contact=ana.pk).end("no_answer", by=None)
    fill_requests(apps.get_model)
    assert items() == [("message", "Ana", at(3), "At 3", "no_answer"), *expected[1:]]


def test_open_inquiries_and_answered_offers_wait(migrate):
    old = models_before(migrate, "inquiries", "0008_pending_move")
    pro = create(old, "accounts.Pro", name="P", email="p@example.org", country="NL")
    jan, piet = (make_person(old, pro, name) for name in ("Jan", "Piet"))
    inquiry_type = old("inquiries", "InquiryType").objects.order_by("pk").first()
    step = old("inquiries", "PipelineStep").objects.get(inquiry_type=inquiry_type, is_initial=True)
    usual = {"pro": pro, "inquiry_type": inquiry_type, "step": step, "user_id": 1, "created_by": 1, "message": "How?"}

    def submit(subject, hours, **fields):
        return create(old, "inquiries.Inquiry", subject=subject, created_at=at(hours), **usual, **fields)

    submit("New", 1)
    submit("Of Jan", 2, contact=jan)
    submit("Closed", 3, status="closed")
    answered, written = (submit("Answered", 4, contact=who, responded_at=at(5)) for who in (jan, piet))
    offer = {"title": "Kitchen", "amount": 10, "status": "accepted"}
    for number, inquiry in enumerate((answered, written)):
        create(old, "inquiries.Offer", inquiry=inquiry, answered_at=at(6), key=str(number), **offer)
    write(old, piet, 7, "sent")
    migrate("inquiries", "0009_who_waits")
    expected = [
        ("inquiry", None, at(1), "How?", ""),
        ("inquiry", "Jan", at(2), "How?", ""),
        ("offer", "Jan", at(6), "Kitchen", ""),
    ]
    assert items() == expected
    migrate_to_now(migrate)
    fill_inquiries(apps.get_model)
    assert items() == expected
