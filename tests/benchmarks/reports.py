"""How long the page of the reports takes in an office with a million rows: `python -m tests.benchmarks.reports`.

It fills the empty, migrated database of DATABASE_URL with a million things that were asked in a year about 300
properties and answered by ten people, counts the roll-up, opens the page for each period and dimension, prints a
table, and fails when a page misses its limit.
"""

# ruff: noqa: E402, T201 - Django is set up first; a command prints
import os
import statistics
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction
from django.test import Client

from config.accounts.models import Pro, User
from contacts.reports.facts import DIMENSIONS
from contacts.reports.rollup import rebuild_reports

ROWS = int(os.environ.get("REPORT_ROWS", "1000000"))
NAME = "Office with a million"
PART = 1_000
YEAR, RUNS, LIMIT_MS = 365 * 86_400, 7, 300
POSTGRESQL = {
    "numbers": "generate_series(CAST({first} AS bigint), {first} + {part} - 1) AS numbers(n)",
    "since": "now() - (n * 7919 % {rows}) * {year} / {rows} * interval '1 second'",
    "property": "lpad(to_hex(n * 31 % 300), 32, '0')::uuid",
}
SQLITE = {
    "numbers": "(WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers"
    " WHERE n + 1 < {first} + {part}) SELECT n FROM numbers)",
    "since": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ((n * 7919 % {rows}) * {year} / {rows}) || ' seconds')",
    "property": "printf('%032x', n * 31 % 300)",
}
ITEMS = """\
INSERT INTO contacts_waitingitem (pro_id, kind, key, since, channel, property_id, inquiry_type_id, source, about, words,
    later_words, is_returned, assigned_to_id, ended_at, outcome, ended_by_id)
SELECT {pro}, CASE n % 3 WHEN 0 THEN 'request' WHEN 1 THEN 'message' ELSE 'inquiry' END, 'b' || n, {since},
    CASE n % 4 WHEN 0 THEN 'form' WHEN 1 THEN 'email' WHEN 2 THEN 'whatsapp' ELSE '' END, {property}, n % 3 + 1,
    'www' || (n % 10) || '.example.org', '', '', '', false, {user} + n % 10,
    CASE WHEN n % 5000 = 0 THEN NULL ELSE {since} END, CASE WHEN n % 5000 = 0 THEN '' ELSE 'answered' END, NULL
FROM {numbers}"""
RESPONSES = """\
INSERT INTO contacts_firstresponse (pro_id, item_id, kind, channel, property_id, inquiry_type_id, source, asked_at,
    answered_at, answered_by_id, outcome, office_seconds, real_seconds, target_seconds)
SELECT pro_id, id, kind, channel, property_id, inquiry_type_id, source, since, since, assigned_to_id, 'answered',
    1 + id * 104729 % 9973 * (id % 7) * (id % 11), 1, 7200
FROM contacts_waitingitem WHERE pro_id = {pro} AND ended_at IS NOT NULL"""


def main() -> int:
    # A second run measures alone.
    pro = Pro.objects.filter(name=NAME).first() or fill()
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.filter(pro=pro).order_by("pk")[0])
    paths = [f"/reports?period={days}&by={by}" for days in (30, 90, 365) for by in DIMENSIONS]
    slowest = max(measure(client, path) for path in paths)
    print(f"slowest: {slowest:.0f} ms, limit {LIMIT_MS} ms")
    return int(slowest > LIMIT_MS)


def fill() -> Pro:
    """The office, with its rows and their roll-up."""
    pro = Pro.objects.create(name=NAME, email="m@example.org", country="FR")
    people = [User.objects.create(email=f"p{n}@example.org", pro=pro, role="owner") for n in range(10)]
    dialect = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    # A transaction that changes a kept count once a row takes longer with each: PostgreSQL keeps all its versions.
    for first in range(0, ROWS, PART):
        names = {"rows": ROWS, "year": YEAR, "pro": pro.pk, "user": people[0].pk, "first": first, "part": PART}
        parts = {name: part.format(**names) for name, part in dialect.items()}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ITEMS.format(**names, **parts))
    with connection.cursor() as cursor:
        cursor.execute(RESPONSES.format(pro=pro.pk))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    begin = time.perf_counter()
    rows = rebuild_reports(pro)
    print(f"{connection.vendor}: {ROWS} rows, {rows} of the roll-up, counted in {time.perf_counter() - begin:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return pro


def measure(client: Client, path: str) -> float:
    """The median time of a page in milliseconds."""
    times, begun = [], time.process_time()
    for _ in range(RUNS):
        begin = time.perf_counter()
        response = client.get(path, secure=True)
        times.append(1000 * (time.perf_counter() - begin))
        if response.status_code != 200:
            sys.exit(f"{path}: {response.status_code}")
    per_page = 1000 * (time.process_time() - begun) / RUNS
    print(
        f"{path:36} {statistics.median(times):5.0f} ms, best {min(times):5.0f} ms, {per_page:5.0f} ms of this process"
    )
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
