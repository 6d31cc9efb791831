"""Fills tables with contacts and inquiries by the hundred thousand, generated in the database.

A million contacts take PostgreSQL about a minute. Their names are combinations of the demo's; contact number n is
`…n@example.org` with a unique phone. Inquiries are of all shipped types, spread over their steps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from config.accounts.models import Pro
from config.search.folding import fold
from contacts.demo import FIRST, LAST
from inquiries.models import Inquiry, PipelineStep
from inquiries.pipeline.moves import coarse_status

BATCH = 50_000
SQL = {
    "id": {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"},
    "series": {
        "postgresql": "generate_series(%s::int, %s::int) AS series(n)",
        "sqlite": """(WITH RECURSIVE counter(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM counter WHERE n < %s)
                      SELECT n FROM counter) AS series""",
    },
    "digits": {
        "postgresql": "lpad((n::bigint * 48271 %% 99999989)::text, 8, '0')",
        "sqlite": "printf('%%08d', n * 48271 %% 99999989)",
    },
    # Within two years, in no order.
    "time": {
        "postgresql": "now() - (n::bigint * 7919 %% 63072000) * interval '1 second'",
        "sqlite": "datetime('now', '-' || (n * 7919 %% 63072000) || ' seconds')",
    },
}
INSERT = """
INSERT INTO contacts_contact (id, pro_id, name, email, phone, status, role, channel_preference, source,
    referral_source, language, reached_by, unread_count, search_text, created_at, updated_at)
SELECT {id}, {pro}, first.name || ' ' || last.name, first.folded || '.' || last.folded || n || '@example.org',
    '+336' || {digits}, 'prospect', 'prospect', '', 'benchmark', '', 'fr', '', 0,
    first.folded || ' ' || last.folded || '
' || first.folded || '.' || last.folded || n || '@example.org
+336' || {digits} || '
06' || {digits}, {time}, {time}
FROM {series}
JOIN bench_names AS first ON first.number = n / {turn} %% {firsts}
JOIN bench_names AS last ON last.number = {firsts} + n / {turn} / {firsts} %% {lasts}
"""


@contextmanager
def without_search_index(model: Any) -> Iterator[None]:
    """Drop the index while a table is filled: creating it at the end takes a fraction of the time."""
    model.search_index.drop(connection)
    yield
    # PostgreSQL creates no index while checks of foreign keys are pending.
    connection.check_constraints()
    model.search_index.create(connection)


def fill(*, contacts: int, pros: int, largest: int) -> Pro:
    """Insert `pros` Pros with `contacts` contacts; return the first Pro, who has `largest` of them.

    Their rows are interleaved, as they would be in production.
    """
    created = Pro.objects.bulk_create(
        Pro(name=f"Pro {n}", email=f"bench{n}@example.com", country="FR") for n in range(pros)
    )
    first, turn = created[0].pk, contacts // largest
    _create_names_table()
    pro = f"CASE WHEN n %% {turn} = 0 THEN {first} ELSE {first} + 1 + n %% {max(pros - 1, 1)} END"
    snippets = {name: sql[connection.vendor] for name, sql in SQL.items()}
    sql = INSERT.format(pro=pro, turn=turn, firsts=len(FIRST), lasts=len(LAST), **snippets)
    for start in range(0, contacts, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [start, min(start + BATCH, contacts) - 1])
    return created[0]


WAITING = """
INSERT INTO contacts_waitingitem (pro_id, contact_id, kind, key, since, channel, about, words, later_until, later_words,
    is_returned, ended_at, outcome)
SELECT pro_id, id, 'message', {key}, created_at, 'email', 'About ' || n, 'Words ' || n,
    {later}, '', {returned}, {ended}, {outcome}
FROM contacts_contact CROSS JOIN {series} WHERE source = 'benchmark'
"""


def fill_waiting(*, listed: int, later: int, ended: int) -> None:
    """Insert as many waiting items of each kind of state for every contact that `fill` inserted.

    They have waited since the contact was created. Every seventh listed one has come back.
    """
    snippets = {name: sql[connection.vendor] for name, sql in SQL.items()}
    snippets["key"] = f"CAST({snippets['id']} AS text)"
    no, at = ("false" if connection.vendor == "postgresql" else "0"), "created_at"
    nothing = {"later": "NULL", "returned": no, "ended": "NULL", "outcome": "''"}
    for count, more in (
        (listed, {"returned": "n %% 7 = 0"}),
        (later, {"later": at}),
        (ended, {"ended": at, "outcome": "'answered'"}),
    ):
        if count:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(WAITING.format(**{**snippets, **nothing, **more}), [1, count])


# Columns that differ from one inquiry to the next. A quarter are linked to a case.
INQUIRY = {
    "pro_id": "{pro}",
    "inquiry_type_id": "step.type",
    "step_id": "step.id",
    "status": "step.status",
    "user_id": "1 + n / {turn} * 31 %% 4999",
    "subject": "'Subject ' || n",
    "category": "'category ' || (n / {turn} / 7 %% 10)",
    "case_id": "CASE WHEN n / {turn} / 3 %% 4 = 0 THEN n + 1 END",
    "search_text": "'jan de vries subject ' || n",
    "created_at": "{time}",
    "updated_at": "{time}",
}


def fill_inquiries(*, inquiries: int, pros: int, largest: int) -> Pro:
    """Insert inquiries like `fill` does contacts. Needs the shipped types; writes no history."""
    created = Pro.objects.bulk_create(
        Pro(name=f"Pro {n}", email=f"inquiries{n}@example.com", country="NL") for n in range(pros)
    )
    steps = _create_steps_table()
    pattern = _create_pattern(created[0])
    turn = inquiries // largest
    pro = f"CASE WHEN n %% {turn} = 0 THEN {created[0].pk} ELSE {created[0].pk} + 1 + n %% {max(pros - 1, 1)} END"
    snippets = {name: sql[connection.vendor] for name, sql in SQL.items()} | {"pro": pro, "turn": turn}
    columns = [field.column for field in Inquiry._meta.concrete_fields if not field.primary_key]
    values = [INQUIRY.get(column, f"pattern.{column}") for column in columns]
    sql = f"""
INSERT INTO inquiries_inquiry ({", ".join(columns)}) SELECT {", ".join(values)}
FROM {{series}} JOIN bench_steps AS step ON step.number = n / {{turn}} %% {steps}
JOIN inquiries_inquiry AS pattern ON pattern.id = {pattern.pk}""".format(**snippets)  # noqa: S608
    for start in range(0, inquiries, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [start, min(start + BATCH, inquiries) - 1])
    pattern.delete()
    return created[0]


def _create_pattern(pro: Pro) -> Inquiry:
    """Create the inquiry whose columns the others copy; it has no history, so that it can be deleted."""
    person = {"first_name": "Jan", "last_name": "de Vries", "email": "jan.devries@example.com", "language": "nl"}
    return Inquiry.objects.create(
        pro=pro,
        inquiry_type_id=(step := PipelineStep.objects.all()[0]).inquiry_type_id,
        step=step,
        user_id=1,
        created_by=1,
        message="Ik wil graag mijn keuken laten verbouwen en zou graag een offerte ontvangen.",
        budget=450,
        person=person,
        profile_at=timezone.now(),
    )


def _create_steps_table() -> int:
    """Create a table of the steps of all types, mixed, and return how many there are."""
    rows = [
        (number, step.inquiry_type_id, step.pk, coarse_status(step, Inquiry.Status.CLOSED))
        for number, step in enumerate(PipelineStep.objects.order_by("sort_order", "key"))
    ]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_steps")
        cursor.execute("CREATE TEMPORARY TABLE bench_steps (number integer, type bigint, id bigint, status text)")
        cursor.executemany("INSERT INTO bench_steps VALUES (%s, %s, %s, %s)", rows)
    return len(rows)


def _create_names_table() -> None:
    rows = [(number, name, fold(name)) for number, name in enumerate([*FIRST, *LAST])]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_names")
        cursor.execute("CREATE TEMPORARY TABLE bench_names (number integer PRIMARY KEY, name text, folded text)")
        cursor.executemany("INSERT INTO bench_names VALUES (%s, %s, %s)", rows)
