"""Benchmarks of search, lists and submissions on large tables: `make bench`.

    python -m tests.benchmarks [contacts] [inquiries] [waiting] [--small]

Fills a database of its own (on the server of DATABASE_URL, as the tests do), prints a table and exits with 1 when a
goal is missed. Every figure is a median; figures that are compared are measured side by side in one run.
"""

import tests.environment  # noqa: F401 - before the settings are read, # isort: skip

import argparse
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests.benchmarks import contacts, inquiries, waiting  # noqa: E402

ALL = {"contacts": contacts.figures, "inquiries": inquiries.figures, "waiting": waiting.figures}


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}; all without one")
    parser.add_argument("--small", action="store_true", help="a tenth of the rows, for work on the benchmark itself")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(ALL):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return arguments


def main() -> int:
    arguments = read_arguments()
    chosen = [name for name in ALL if name in arguments.names] or list(ALL)
    setup_test_environment(debug=False)
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        figures = [figure for name in chosen for figure in ALL[name](arguments.small)]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    missed = sum(figure.is_missed for figure in figures)
    print(f"{missed} missed" if missed else "All goals reached", flush=True)  # noqa: T201
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
