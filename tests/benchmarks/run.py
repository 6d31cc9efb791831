"""One database's part of `make bench`: `python -m tests.benchmarks.run OUTPUT [--small] NAME …`.

OUTPUT is a JSON file for the figures. The database is that of TEST_DATABASE_URL, else SQLite.
"""

import tests.environment  # noqa: F401 - before the settings are read, # isort: skip

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "false", "SECURE_SSL_REDIRECT": "false"}
os.environ |= {"LOG_LEVEL": "ERROR", "API_REQUESTS_PER_MINUTE": "1000000"}
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from . import administration, background, depth, list_plans, lists, memory, pages, searching, writing  # noqa: E402
from .copies import copied_database  # noqa: E402
from .setting import Setting, make_setting  # noqa: E402
from .unused import print_unused_indexes  # noqa: E402

PARTS = {
    "lists": lists.figures,
    "depth": depth.figures,
    "growth": depth.growth_figures,
    "search": searching.figures,
    "inbox": pages.inbox_figures,
    "pages": pages.page_figures,
    "admin": administration.figures,
    "plans": list_plans.figures,
    "writes": writing.figures,
    "memory": memory.figures,
    "work": background.figures,
}


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.run")
    parser.add_argument("output", type=Path)
    parser.add_argument("names", nargs="*", help="none: the database is filled, if it is not, and that is all")
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    setting = make_setting(connection.vendor, is_small=arguments.small)
    # Pages name static files by their hashes.
    call_command("collectstatic", interactive=False, verbosity=0)
    with copied_database(setting.shape):
        rows = [row for name in arguments.names for row in measure(name, setting)]
        print_unused_indexes()
    arguments.output.write_text(json.dumps(rows))


def measure(name: str, setting: Setting) -> list[dict[str, Any]]:
    """Measure one part; returns its figures as the report reads them."""
    print(f"\n{name} on {connection.display_name}, {setting.shape.rows:,} rows a table", flush=True)  # noqa: T201
    about = {"part": name, "database": connection.vendor, "size": setting.shape.rows}
    return [{**about, **figure.to_row()} for figure in PARTS[name](setting)]


if __name__ == "__main__":
    main()
