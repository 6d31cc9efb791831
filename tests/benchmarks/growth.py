"""Growth of the largest tables and of each index: measured at two sizes, and reckoned for 10⁸ rows.

    python -m tests.benchmarks.growth

The sizes are those of the databases that `make bench` keeps, with 100,000 and 1,000,000 rows a table; they are filled
the first time. A row more is taken to cost what each of the last 900,000 did.
"""

import tests.environment  # noqa: F401 - before the settings are read, # isort: skip

import os
import subprocess
import sys

import django

os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
django.setup()

from django.db import connection  # noqa: E402

from .copies import copied_database  # noqa: E402
from .kept import server  # noqa: E402
from .setting import SHAPES  # noqa: E402
from .tables import TABLES  # noqa: E402

REACH = 100_000_000
SIZES = """
SELECT relation.relname, '', pg_table_size(relation.oid) FROM pg_class AS relation WHERE relation.relname = ANY(%s)
UNION ALL SELECT relation.relname, own.relname, pg_relation_size(own.oid)
FROM pg_index JOIN pg_class AS relation ON relation.oid = indrelid JOIN pg_class AS own ON own.oid = indexrelid
WHERE relation.relname = ANY(%s)
"""

# Bytes by (table, index); the index "" stands for the table itself with what is stored out of line.
type Sizes = dict[tuple[str, str], int]


def main() -> int:
    if "TEST_DATABASE_URL" not in os.environ:
        # The settings are read with the server's address, in a process of their own.
        with server() as address:
            command = [sys.executable, "-m", "tests.benchmarks.growth"]
            return subprocess.call(command, env={**os.environ, "TEST_DATABASE_URL": address})
    shapes = [SHAPES["postgresql", is_small] for is_small in (True, False)]
    measured = []
    for shape in shapes:
        with copied_database(shape):
            measured.append(read_sizes())
    print("\n".join(lines((shapes[0].rows, measured[0]), (shapes[1].rows, measured[1]))))  # noqa: T201
    return 0


def read_sizes() -> Sizes:
    names = [model._meta.db_table for model in TABLES]
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [names, names])
        return {(table, index): size for table, index, size in cursor.fetchall()}


def reckon(small: tuple[int, int], large: tuple[int, int], rows: int = REACH) -> float:
    """Bytes at `rows`, from two pairs of (rows, bytes)."""
    return large[1] + (large[1] - small[1]) / (large[0] - small[0]) * (rows - large[0])


def lines(small: tuple[int, Sizes], large: tuple[int, Sizes]) -> list[str]:
    """Table of bytes a row at both sizes, and of gigabytes at REACH, largest table first."""
    sums: dict[str, float] = {}
    then = {key: reckon((small[0], small[1][key]), (large[0], large[1][key])) for key in large[1]}
    for (table, _index), size in then.items():
        sums[table] = sums.get(table, 0) + size
    written = [f"{'bytes a row':<56} {small[0]:>10,} {large[0]:>10,} {'GB at 10^8':>11}"]
    for table in sorted(sums, key=lambda table: -sums[table]):
        for key in sorted((key for key in then if key[0] == table), key=lambda key: (key[1] != "", -then[key])):
            figures = f"{small[1][key] / small[0]:>10.1f} {large[1][key] / large[0]:>10.1f} {then[key] / 1e9:>11.1f}"
            written.append(f"{'  ' + key[1] if key[1] else table:<56} {figures}")
        written.append(f"{'  together':<56} {'':>10} {'':>10} {sums[table] / 1e9:>11.1f}")
    return [*written, f"{'all of these tables':<56} {'':>10} {'':>10} {sum(sums.values()) / 1e9:>11.1f}"]


if __name__ == "__main__":
    sys.exit(main())
