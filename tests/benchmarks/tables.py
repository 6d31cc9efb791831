"""The tables of the benchmark: for each number n a contact with its identities, a contact request, an inquiry, a
message and a waiting item, all of one Pro.

The first Pro has every tenth of them, the second every hundredth, the others share the rest.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from config.accounts.models import Pro
from contact_requests.models import ContactRequest, Property
from contacts.models import Contact, ContactIdentity, ContactMessage, WaitingItem
from inquiries.models import Inquiry, PipelineStep
from inquiries.pipeline.moves import coarse_status

from .rows import (
    digits_of,
    insert_rows,
    json_of,
    reset_sequences,
    temporary_table,
    time_of,
    unindexed,
    uuid_of,
    uuid_text,
)
from .words import Shape, Words, make_word_tables

TABLES = (Contact, ContactIdentity, ContactMessage, WaitingItem, Property, ContactRequest, Inquiry)
CONTACT, REQUEST, MESSAGE, PROPERTY = range(4)
PROPERTIES = 3


@dataclass(frozen=True)
class Series:
    """The numbers that rows are made for, and what of them is the same in every table."""

    shape: Shape
    first_id: int
    numbers: range
    base: datetime

    @property
    def words(self) -> Words:
        return Words(self.shape.turn)

    @property
    def pro(self) -> str:
        return self.shape.pro(self.first_id)

    @property
    def time(self) -> str:
        return time_of("n", self.base)


def fill(shape: Shape) -> None:
    """Fill the tables of an empty, migrated database."""
    first_id = Pro.objects.bulk_create(
        Pro(name=f"Office {n}", email=f"office{n}@example.com") for n in range(shape.pros)
    )[0].pk
    with unindexed(*TABLES):
        _fill_properties(shape, first_id)
        _fill_numbers(shape, range(shape.rows))


def fill_more(shape: Shape, rows: int) -> None:
    """Insert as many further rows into each table, with all indexes."""
    first = Inquiry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    _fill_numbers(shape, range(first, first + rows))


def _fill_numbers(shape: Shape, numbers: range) -> None:
    """Insert the rows of these numbers into all tables."""
    first_id = Pro.objects.order_by("pk").values_list("pk", flat=True)[0]
    make_word_tables()
    series = Series(shape, first_id, numbers, _now())
    for fill_table in (
        _fill_contacts,
        _fill_identities,
        _fill_messages,
        _fill_waiting,
        _fill_requests,
        _fill_inquiries,
    ):
        fill_table(series)
    reset_sequences(ContactIdentity, WaitingItem, Inquiry)


def _now() -> datetime:
    # To the second, as SQLite's functions give it.
    return datetime.now(UTC).replace(microsecond=0)


def _fill_contacts(series: Series) -> None:
    words = series.words
    time = series.time
    values = {
        "id": uuid_of("n", CONTACT),
        "pro_id": series.pro,
        "name": words.name,
        "email": words.email,
        "phone": words.phone,
        "status": f"CASE {words.k} %% 8 WHEN 6 THEN 'scheduled' WHEN 7 THEN 'renter' ELSE 'prospect' END",
        "source": "'contact_form'",
        "language": "'fr'",
        "last_message_at": time,
        "last_word_at": time,
        "unread_count": f"CASE WHEN {words.k} %% 5 = 0 THEN 1 ELSE 0 END",
        "search_text": f"{words.folded_name} || '\n' || {words.email} || '\n+336' || {digits_of('n')} || '\n06' || "
        + digits_of("n"),
        "created_at": time,
        "updated_at": time,
    }
    insert_rows(Contact, values, series.numbers, joins=words.joins)


def _fill_identities(series: Series) -> None:
    words = series.words
    shared = {"pro_id": series.pro, "contact_id": uuid_of("n", CONTACT)}
    for channel, external_id in (("email", words.email), ("phone", words.phone)):
        values = {**shared, "channel": f"'{channel}'", "external_id": external_id}
        insert_rows(ContactIdentity, values, series.numbers, joins=words.joins)


def _fill_messages(series: Series) -> None:
    words = series.words
    time = series.time
    values = {
        "id": uuid_of("n", MESSAGE),
        "pro_id": series.pro,
        "contact_id": uuid_of("n", CONTACT),
        "channel": "'email'",
        "external_id": "'<' || n || '@mail.example.org>'",
        "address": words.email,
        "subject": "'Dossier ' || n",
        "text": words.message,
        "search_text": f"'dossier ' || n || '\n' || {words.folded_message}",
        "sender_name": words.name,
        "state": "'received'",
        "read_at": f"CASE WHEN {words.k} %% 5 <> 0 THEN {time} END",
        "created_at": time,
    }
    insert_rows(ContactMessage, values, series.numbers, joins=words.joins)


def _fill_waiting(series: Series) -> None:
    """A quarter is listed, an eighth put off, the rest has ended."""
    words = series.words
    time, soon = series.time, time_of("n", series.base + timedelta(days=730))
    values = {
        "pro_id": series.pro,
        "contact_id": uuid_of("n", CONTACT),
        "kind": "'message'",
        "key": uuid_text("n", MESSAGE),
        "since": time,
        "channel": "'email'",
        "about": "'Dossier ' || n",
        "words": words.message,
        "is_returned": f"{words.k} %% 56 = 0",
        "later_until": f"CASE WHEN {words.k} %% 8 = 2 THEN {soon} END",
        "ended_at": f"CASE WHEN {words.k} %% 8 > 2 THEN {time} END",
        "outcome": f"CASE WHEN {words.k} %% 8 > 2 THEN 'answered' ELSE '' END",
    }
    insert_rows(WaitingItem, values, series.numbers, joins=words.joins)


def _fill_properties(shape: Shape, first_id: int) -> None:
    place = f"n / {PROPERTIES}"
    values = {
        "id": uuid_of("n", PROPERTY),
        "pro_id": f"{first_id} + {place}",
        "slug": "'house-' || n",
        "title": "'House ' || n",
        "city": "'Lyon'",
        "created_at": time_of("n", _now()),
    }
    insert_rows(Property, values, range(shape.pros * PROPERTIES))


def _fill_requests(series: Series) -> None:
    """Every fiftieth lies in quarantine; six of eight are new."""
    words = series.words
    time, id = series.time, uuid_of("n", REQUEST)
    house = f"(({series.pro}) - {series.first_id}) * {PROPERTIES} + {words.k} %% {PROPERTIES}"
    reference = f"substr({uuid_text('n', REQUEST)}, 1, 8)"
    values = {
        "id": id,
        "pro_id": series.pro,
        "property_id": uuid_of(house, PROPERTY),
        "contact_id": uuid_of("n", CONTACT),
        "name": words.name,
        "email": words.email,
        "phone": words.phone,
        "message": words.message,
        "language": "'fr'",
        "status": f"CASE {words.k} %% 8 WHEN 6 THEN 'read' WHEN 7 THEN 'replied' ELSE 'new' END",
        "read_at": f"CASE WHEN {words.k} %% 8 = 6 THEN {time} END",
        "replied_at": f"CASE WHEN {words.k} %% 8 = 7 THEN {time} END",
        "quarantined_at": f"CASE WHEN {words.k} %% 50 = 49 THEN {time} END",
        "quarantine_reason": f"CASE WHEN {words.k} %% 50 = 49 THEN 'too_fast' ELSE '' END",
        "search_text": f"{reference} || ' ' || {words.folded_name} || ' ' || {words.email} || ' 336' || "
        f"{digits_of('n')} || ' ' || {words.folded_message}",
        "acknowledged_at": time,
        "created_at": time,
        "updated_at": time,
    }
    insert_rows(ContactRequest, values, series.numbers, joins=words.joins)


def _fill_inquiries(series: Series) -> None:
    """Of all shipped types, spread over their steps; a quarter is linked to a case. Without history."""
    steps = [
        (number, step.inquiry_type_id, step.pk, coarse_status(step, Inquiry.Status.CLOSED))
        for number, step in enumerate(PipelineStep.objects.order_by("sort_order", "key"))
    ]
    temporary_table("bench_steps", "number integer, type bigint, id bigint, status text", steps)
    words = series.words
    time = series.time
    person = (
        '\'{"first_name": "\' || first.name || \'", "last_name": "\' || last.name || \'", "email": "\' || '
        f'{words.email} || \'", "phone": "\' || {words.phone} || \'", "language": "fr", "address": {{}}}}\''
    )
    values = {
        "id": "n + 1",
        "pro_id": series.pro,
        "inquiry_type_id": "step.type",
        "step_id": "step.id",
        "status": "step.status",
        "user_id": f"1 + {words.k} * 31 %% 4999",
        "created_by": f"1 + {words.k} * 31 %% 4999",
        "contact_id": uuid_of("n", CONTACT),
        "subject": "'Dossier ' || n",
        "message": words.message,
        "category": f"'category ' || ({words.k} / 7 %% 10)",
        "budget": "n %% 9000",
        "source": "'portal'",
        "case_id": f"CASE WHEN {words.k} / 3 %% 4 = 0 THEN n + 1 END",
        "person": json_of(person),
        "search_text": f"{words.folded_name} || ' ' || {words.email} || ' dossier ' || n || ' ' || "
        f"{words.folded_message} || ' 336' || {digits_of('n')}",
        "profile_at": time,
        "acknowledged_at": time,
        "moved_at": time,
        "created_at": time,
        "updated_at": time,
    }
    steps_join = f"JOIN bench_steps AS step ON step.number = {words.k} %% {len(steps)}"
    insert_rows(Inquiry, values, series.numbers, joins=f"{words.joins}\n{steps_join}")


def analyze() -> None:
    """Do what autovacuum does within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
