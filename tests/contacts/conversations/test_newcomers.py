"""First messages of new contacts that are stored together: the rows are those of reading each call by itself."""

import json
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from config.events.managing import create_endpoint
from config.events.models import Event
from contacts.conversations.mails import NOTIFICATIONS, notify_message
from contacts.conversations.receiving import read_delivery, store_delivery
from contacts.conversations.together import read_deliveries
from contacts.models import (
    AutomaticReply,
    ChannelDelivery,
    Contact,
    ContactEvent,
    ContactIdentity,
    ContactMessage,
)

from ...factories import ProFactory, UserFactory
from ..channels.payloads import AT, connect, telegram, text, update, whatsapp

pytestmark = pytest.mark.django_db(transaction=True)

# Of an office and its rows alone.
OWN = {"id", "pro", "contact", "connection", "delivery", "key"}


def person(number, id=0, **content):
    """A message of Telegram, of a person of its own unless their id is given."""
    user = {"id": id or 500 + number, "first_name": f"Zoé {number:02}", "language_code": "fr"}
    return telegram(**(content or {"text": f"Bonjour {number}"})) | {
        "message_id": number + 1,
        "from": {**user, "is_bot": False},
        "chat": {**user, "type": "private"},
        "date": AT + number,
    }


def picture(number):
    return person(number, photo=[{"file_id": f"f{number}", "file_unique_id": f"u{number}", "file_size": 1}])


CALLS = {
    "words": [update(person(number), number=number) for number in range(6)],
    "pictures, stickers and edits": [
        *(update(person(number), number=number) for number in range(3)),
        update(person(3) | {"edit_date": AT + 60}, "edited_message", number=3),
        update(picture(4), number=4),
        update(person(5, sticker={"file_id": "s", "emoji": "👋"}), number=5),
    ],
    "one person again": [update(person(number, id=700 + number % 2), number=number) for number in range(6)],
    "one message again": [update(person(number % 3), number=number) for number in range(6)],
}


def store(connection, calls, **written):
    for call in calls:
        assert store_delivery(connection, json.dumps(call, **written).encode(), "application/json")
    return list(ChannelDelivery.objects.filter(connection=connection).order_by("pk").values_list("pk", flat=True))


def fields(row, users):
    """A row without keys; a user is their number in the office, and a time of this minute is "now"."""
    values = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in OWN}
    for name, value in values.items():
        if isinstance(value, datetime) and timezone.now() - value < timedelta(hours=1):
            values[name] = "now"
    if values.get("assigned_to"):
        values["assigned_to"] = users.index(values["assigned_to"])
    if "changes" in values:
        values["changes"] = [*values["changes"]]
    return values


def stored(pro):
    """All rows of an office's people, by their names."""
    users = list(User.objects.filter(pro=pro).order_by("pk").values_list("pk", flat=True))
    people = []
    for contact in Contact.objects.for_pro(pro).order_by("name"):
        related = [
            contact.identities.order_by("channel"),
            ContactEvent.objects.filter(contact=contact).order_by("pk"),
            contact.messages.order_by("created_at", "pk"),
            contact.waiting_items.order_by("since", "pk"),
        ]
        rows = [[fields(row, users) for row in each] for each in related]
        events = list(Event.objects.filter(contact_id=contact.pk).order_by("pk").values_list("type", flat=True))
        people.append([fields(contact, users), *rows, events])
    return people


def jobs(pro):
    """How many jobs of each task were enqueued about an office's messages."""
    keys = {str(pk) for pk in ContactMessage.objects.for_pro(pro).values_list("pk", flat=True)}
    rows = DBTaskResult.objects.values_list("task_path", "args_kwargs")
    return Counter(path for path, content in rows if keys & set(map(str, content["args"])))


def make_office(**settings):
    """An office with two people, a program that wants events, and automatic replies; returns its connection."""
    pro = ProFactory(name="Office", language="en", **settings)
    UserFactory.create_batch(2, pro=pro)
    create_endpoint(pro, {"url": "https://example.org/", "types": ["contact.created", "message.received"]}, by=None)
    for is_open in (True, False):
        AutomaticReply.objects.create(pro=pro, channel="telegram", is_open=is_open, language="fr", text="Merci.")
    return connect(pro, "telegram")


@pytest.mark.parametrize("settings", [{}, {"assigns_by_turns": True}], ids=["nobody's", "by turns"])
@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
def test_the_rows_are_those_of_reading_each_by_itself(calls, settings, monkeypatch):
    monkeypatch.setattr(NOTIFICATIONS, "times", 4)
    together, alone = make_office(**settings), make_office(**settings)
    ids = store(together, calls)
    assert read_deliveries([[id] for id in ids]) == [True] * len(calls)
    for id in store(alone, calls):
        read_delivery.func(id)
    assert len(stored(together.pro)) == len({call[next(reversed(call))]["from"]["id"] for call in calls})
    assert stored(together.pro) == stored(alone.pro)
    assert jobs(together.pro) == jobs(alone.pro)
    assert jobs(together.pro)[notify_message.module_path] > 1


@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
def test_calls_that_come_again_add_nothing(calls):
    connection = make_office()
    read_deliveries([[id] for id in store(connection, calls)])
    before = stored(connection.pro)
    again = store(connection, calls, indent=1)
    assert read_deliveries([[id] for id in again]) == [False] * len(calls) + [True] * len(calls)
    assert stored(connection.pro) == before


def test_persons_of_whatsapp_are_known_by_their_phones_too():
    pro = ProFactory()
    connection, known = connect(pro, "whatsapp"), Contact.objects.register(pro, name="Known", phone="+33612345602")
    calls = []
    for number in range(4):
        who = {"profile": {"name": f"Person {number}"}, "wa_id": f"3361234560{number}", "user_id": f"FR.{number}"}
        message = text(f"Words {number}", id=f"wamid.{number}", **{"from": who["wa_id"]})
        calls.append(whatsapp(message, contacts=[who]))
    assert read_deliveries([[id] for id in store(connection, calls)]) == [True] * 4
    rows = Contact.objects.for_pro(pro).order_by("phone").values_list("name", "phone", "unread_count")
    assert list(rows) == [
        (name, f"+3361234560{number}", 1) for number, name in enumerate(["Person 0", "Person 1", "Known", "Person 3"])
    ]
    assert known.messages.get().text == "Words 2"
    identities = ContactIdentity.objects.values_list("external_id", flat=True)
    assert set(identities) >= {*(f"FR.{number}" for number in range(4)), "+33612345600"}


def test_a_statement_each_for_all_of_them():
    connection = make_office()
    AutomaticReply.objects.all().delete()
    few = store(connection, [update(person(number), number=number) for number in range(4)])
    many = store(connection, [update(person(number), number=number) for number in range(4, 20)])[4:]
    with CaptureQueriesContext(database) as of_few:
        read_deliveries([[id] for id in few])
    with CaptureQueriesContext(database) as of_many:
        read_deliveries([[id] for id in many])
    assert Contact.objects.count() == 20
    assert len(of_many) <= len(of_few)
