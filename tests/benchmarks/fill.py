"""Contacts by the hundred thousand, written by the database itself: a million take PostgreSQL about a minute.

The names are the demo's, in every combination; contact number n is `…n@example.org`, and its phone is like no other's.
"""

from django.db import connection, transaction

from config.accounts.models import Pro
from config.web.text import fold
from contacts.demo import FIRST, LAST

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
    # Two years, in no order.
    "time": {
        "postgresql": "now() - (n::bigint * 7919 %% 63072000) * interval '1 second'",
        "sqlite": "datetime('now', '-' || (n * 7919 %% 63072000) || ' seconds')",
    },
}
INSERT = """
INSERT INTO contacts_contact (id, pro_id, name, email, phone, status, role, channel_preference, source,
    referral_source, language, search_text, created_at, updated_at)
SELECT {id}, {pro}, first.name || ' ' || last.name, first.folded || '.' || last.folded || n || '@example.org',
    '+336' || {digits}, 'prospect', 'prospect', '', 'benchmark', '', 'fr',
    first.folded || ' ' || last.folded || '
' || first.folded || '.' || last.folded || n || '@example.org
+336' || {digits} || '
06' || {digits}, {time}, {time}
FROM {series}
JOIN bench_names AS first ON first.number = n / {turn} %% {firsts}
JOIN bench_names AS last ON last.number = {firsts} + n / {turn} / {firsts} %% {lasts}
"""


def fill(*, contacts: int, pros: int, largest: int) -> Pro:
    """Adds `pros` Pros with `contacts` contacts: `largest` of them the first Pro's, who is returned.

    They come in turns, as they do in life: nobody's rows lie side by side.
    """
    made = Pro.objects.bulk_create(
        Pro(name=f"Pro {n}", email=f"bench{n}@example.com", country="FR") for n in range(pros)
    )
    first, turn = made[0].pk, contacts // largest
    _names()
    pro = f"CASE WHEN n %% {turn} = 0 THEN {first} ELSE {first} + 1 + n %% {max(pros - 1, 1)} END"
    words = {name: ways[connection.vendor] for name, ways in SQL.items()}
    sql = INSERT.format(pro=pro, turn=turn, firsts=len(FIRST), lasts=len(LAST), **words)
    for start in range(0, contacts, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [start, min(start + BATCH, contacts) - 1])
    return made[0]


def _names() -> None:
    rows = [(number, name, fold(name)) for number, name in enumerate([*FIRST, *LAST])]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_names")
        cursor.execute("CREATE TEMPORARY TABLE bench_names (number integer PRIMARY KEY, name text, folded text)")
        cursor.executemany("INSERT INTO bench_names VALUES (%s, %s, %s)", rows)
