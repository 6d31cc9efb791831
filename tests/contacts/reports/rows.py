"""Rows for the reports: things that were asked and answered at random."""

import random
import uuid
from datetime import UTC, datetime, timedelta

from contacts.models import FirstResponse, WaitingItem

Kind, Outcome = WaitingItem.Kind, WaitingItem.Outcome
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ask(pro, since=MONDAY, **fields):
    """A waiting item, ended by `ended_at` and `outcome` among `fields`."""
    kind = fields.setdefault("kind", Kind.MESSAGE)
    key = str(uuid.uuid4().int % 10**9) if kind in (Kind.INQUIRY, Kind.OFFER) else str(uuid.uuid4())
    usual = {"key": key, "channel": "email", "words": "Is it free?"}
    return WaitingItem.objects.create(pro=pro, since=since, **usual | fields)


def answer(item, seconds=600, by=None, target=3600, **fields):
    """End an item by an answer so many seconds later."""
    at = item.since + timedelta(seconds=seconds)
    item.ended_at, item.outcome, item.ended_by = at, Outcome.ANSWERED, by
    item.save()
    names = ("pro", "kind", "channel", "property_id", "inquiry_type_id", "source")
    same = {name: getattr(item, name) for name in names}
    times = {"office_seconds": seconds // 2, "real_seconds": seconds, "target_seconds": target}
    row = {"item": item, "asked_at": item.since, "answered_at": at, "answered_by": by, "outcome": Outcome.ANSWERED}
    return FirstResponse.objects.create(**same | times | row | fields)


def fill(pro, people, properties, types, *, number=120, days=9, seed=7):
    """Things of several days, most of them answered."""
    rng = random.Random(seed)
    for _ in range(number):
        since = MONDAY + timedelta(seconds=rng.randrange(days * 86400))
        item = ask(
            pro,
            since,
            kind=rng.choice([Kind.REQUEST, Kind.MESSAGE, Kind.INQUIRY, Kind.OFFER, Kind.REMINDER]),
            channel=rng.choice(["form", "email", "whatsapp", ""]),
            property_id=rng.choice([*properties, None]),
            inquiry_type_id=rng.choice([*types, None]),
            source=rng.choice(["contact_form", "www.example.org", ""]),
            assigned_to=rng.choice([*people, None]),
        )
        if item.kind != Kind.REMINDER and rng.random() < 0.7:
            answer(item, int(rng.lognormvariate(9, 1.5)), rng.choice([*people, None]), rng.choice([0, 1800, 7200]))
        elif rng.random() < 0.2:
            WaitingItem.objects.filter(pk=item.pk).end(rng.choice([Outcome.SPAM, Outcome.NO_ANSWER]), by=None)
