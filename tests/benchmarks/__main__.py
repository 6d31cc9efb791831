"""Benchmarks of search, lists and submissions on large tables: `make bench`.

    python -m tests.benchmarks [contacts] [inquiries] [waiting] [--small]

Fills a database of its own (on the server of DATABASE_URL, as the tests do), prints a table and exits with 1 when a
goal is missed. Every figure is a median; figures that are compared are measured side by side in one run.
"""

import tests.environment  # noqa: F401 - before the settings are read, # isort: skip

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests.benchmarks import contacts, inquiries, waiting  # noqa: E402

# --small fills a tenth of the rows, for work on the benchmark itself.
IS_SMALL = "--small" in sys.argv
ALL = {
    "contacts": contacts.figures,
    "inquiries": lambda: inquiries.figures(IS_SMALL),
    "waiting": lambda: waiting.figures(IS_SMALL),
}


def main() -> int:
    chosen = [name for name in ALL if name in sys.argv] or list(ALL)
    setup_test_environment(debug=False)
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        figures = [figure for name in chosen for figure in ALL[name]()]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    missed = sum(figure.is_missed for figure in figures)
    print(f"{missed} missed" if missed else "All goals reached", flush=True)  # noqa: T201
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
