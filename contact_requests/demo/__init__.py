"""The demo's properties, and contact requests of the last weeks."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from config.accounts.models import Pro, User
from contacts.demo import end_in_demo, put_off_in_demo
from contacts.models import Contact, ContactMessage, WaitingItem
from contacts.topics import REQUEST, make_topic, read_topic

from ..models import ContactRequest, ContactRequestEvent, OfficePage, Property
from ..office import propose_slug
from ..pictures import add_picture
from ..waiting import add_contact_request
from .drawings import draw_houses
from .earlier import EARLIER
from .houses import HOUSES, House
from .visits import NEW, READ, REPLIED, VISITS, Visit

Outcome = WaitingItem.Outcome
SCALES = {"requests"}
MORNING = 8  # the hour, UTC
WITH_PICTURES = 2  # properties of each Pro
STATES = {"AP-103": "let", "AP-104": "under_offer", "KG-103": "sold", "GW-102": "under_offer"}
BATCH = 5_000
MAX_SENDERS = 20_000  # the most contacts that contact requests in bulk come from


def load(pros: list[Pro], rng: random.Random) -> None:
    """Give each demo Pro its properties and requests, unless it has properties."""
    for pro in pros:
        if Property.objects.for_pro(pro).exists():
            continue
        houses = [_load_house(pro, house) for house in HOUSES.get(pro.email, [])]
        if houses:
            OfficePage.objects.get_or_create(pro=pro, defaults={"slug": propose_slug(pro)})
        for house in houses[:WITH_PICTURES]:
            # Files are stored outside of any transaction.
            transaction.on_commit(partial(_add_pictures, house), robust=True)
        people = list(pro.users.order_by("pk"))
        for visit in [*VISITS.get(pro.email, []), *EARLIER.get(pro.email, [])] if houses else []:
            signers = [person for person in people if person.name in visit.reply]
            _load_visit(houses[visit.house], visit, rng.choice(signers or people or [None]), rng)
        latest = Coalesce("replied_at", "read_at", "created_at")
        ContactRequest.objects.filter(pro=pro).update(updated_at=latest)


def _load_house(pro: Pro, house: House) -> Property:
    fields = house._asdict() | {"price": Decimal(house.price), "state": STATES.get(house.reference, "available")}
    return Property.objects.create(pro=pro, created_at=timezone.now() - timedelta(days=30), **fields)


def _add_pictures(prop: Property) -> None:
    for number, drawing in enumerate(draw_houses(prop.slug), start=1):
        add_picture(prop, drawing, filename=f"{prop.slug}-{number}.jpg", description=prop.title)


def _load_visit(prop: Property, visit: Visit, reader: User | None, rng: random.Random) -> None:
    """Store a contact request in its state of today. `receive` is left out, as it would send old mails again."""
    at = timezone.now() - timedelta(hours=visit.hours, minutes=rng.uniform(0, 5))
    if visit.took:
        at = at.replace(hour=MORNING, minute=rng.randrange(60))
    fields = {name: getattr(visit, name) for name in ("name", "email", "phone", "language", "message")}
    row = ContactRequest(pro=prop.pro, property=prop, created_at=at, **fields)
    if visit.state in ContactRequest.Quarantine.values:
        row.quarantined_at, row.quarantine_reason = at, visit.state
        row.save()
        return
    row.contact = _find_or_create_contact(prop.pro, visit, at)
    row.status = visit.state
    _set_times(row, rng, visit.took)
    row.save()
    ContactRequestEvent.objects.bulk_create(_status_events(row, reader))
    _let_wait(row, visit, reader)
    if visit.reply and row.replied_at:
        _answer(row.contact, row, visit.reply, reader, row.replied_at)


def _answer(contact: Contact, row: ContactRequest, text: str, by: User | None, at: datetime) -> None:
    """Store an answer that was mailed."""
    topic = make_topic(REQUEST, row.pk)
    about = read_topic(contact, topic)
    ContactMessage.objects.create(
        pro=row.pro,
        contact=contact,
        channel="email",
        address=row.email,
        subject=about.subject if about else "",
        references=list(about.references) if about else [],
        text=text,
        topic=topic,
        author=by,
        state=ContactMessage.State.SENT,
        created_at=at,
        sent_at=at + timedelta(seconds=2),
    )
    ContactMessage.objects.recount(contact)


def _let_wait(row: ContactRequest, visit: Visit, reader: User | None) -> None:
    item = add_contact_request(row)
    if row.replied_at:
        end_in_demo(item, Outcome.ANSWERED, row.replied_at, by=reader)
    elif visit.later and row.contact and reader:
        put_off_in_demo(row.contact, visit.later, by=reader)


def _find_or_create_contact(pro: Pro, visit: Visit, at: datetime) -> Contact:
    contact = Contact.objects.find_or_create(
        pro,
        name=visit.name,
        email=visit.email,
        phone=visit.phone,
        source="contact_form",
        language=visit.language,
    )
    # A contact is as old as its first contact request.
    Contact.objects.filter(pk=contact.pk, created_at__gt=at).update(created_at=at, updated_at=at)
    contact.events.filter(created_at__gt=at).update(created_at=at)
    return contact


def _set_times(row: ContactRequest, rng: random.Random, took: float = 0) -> None:
    """Set the times that the status of `row` requires, all in the past; the answer after so many hours, if any."""
    row.notified_at = row.created_at + timedelta(seconds=1)
    row.acknowledged_at = row.notified_at if row.email else None
    age = timedelta(hours=took) / 0.6 if took else timezone.now() - row.created_at
    if row.status != NEW:
        row.read_at = row.created_at + age * rng.uniform(0.05, 0.3)
    if row.status == REPLIED:
        row.replied_at = row.created_at + age * (0.6 if took else rng.uniform(0.35, 0.6))


def _status_events(row: ContactRequest, by: User | None) -> list[ContactRequestEvent]:
    """The status changes that led to the status of `row`."""
    changes = [(NEW, READ, row.read_at), (READ, REPLIED, row.replied_at)]
    return [
        ContactRequestEvent(contact_request=row, from_status=from_status, to_status=to_status, user=by, created_at=at)
        for from_status, to_status, at in changes
        if at
    ]


def describe(pro: Pro) -> dict[str, Any]:
    """{"properties": [{"id", "slug"}]}: the published properties."""
    houses = Property.objects.for_pro(pro).filter(is_published=True).order_by("created_at", "slug")
    return {"properties": [{"id": str(house.pk), "slug": house.slug} for house in houses]}


def scale(pro: Pro, counts: dict[str, int], progress: Callable[[str, int], Callable[[int], None]]) -> None:
    """Add `counts["requests"]` contact requests from the Pro's contacts, spread over two years."""
    houses = list(Property.objects.for_pro(pro))
    # Some wrote by Telegram and have neither.
    senders = list(Contact.objects.for_pro(pro).exclude(email="", phone="").order_by("-pk")[:MAX_SENDERS])
    messages = [visit.message for visit in VISITS["agence@example.com"] if visit.language == "fr"]
    reader, total = pro.users.order_by("pk").first(), counts["requests"]
    rng = random.Random(f"requests:{ContactRequest.objects.for_pro(pro).count()}")  # noqa: S311
    advance = progress("requests", total)
    for numbers in batched(range(total), BATCH):
        rows = [
            _make_random_request(rng.choice(houses), rng.choice(senders), rng.choice(messages), rng) for _ in numbers
        ]
        with transaction.atomic():
            ContactRequest.objects.bulk_create(rows)
            ContactRequestEvent.objects.bulk_create([event for row in rows for event in _status_events(row, reader)])
        advance(len(rows))


def _make_random_request(prop: Property, contact: Contact, message: str, rng: random.Random) -> ContactRequest:
    row = ContactRequest(
        pro_id=prop.pro_id,
        property=prop,
        contact=contact,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        message=message,
        language="fr",
        status=rng.choices([NEW, READ, REPLIED], [1, 3, 6])[0],
        created_at=timezone.now() - timedelta(seconds=rng.uniform(86_400, 2 * 365 * 86_400)),
    )
    _set_times(row, rng)
    row.search_text = row.make_search_text()
    return row
