"""Benchmarks among a million rows: `make bench`.

    python -m tests.benchmarks [NAME …] [--small]

Prints a table and exits with 1 when a goal is missed. Every figure is a median; figures that are compared are measured
side by side in one run. On PostgreSQL everything, on SQLite what its users notice.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .clock import BY_PROCESSOR
from .kept import server
from .load import ROUNDS, SECONDS, SMALL_SECONDS
from .report import DATABASES, Row, read_load, write_report

# The databases of each part.
BOTH = ["postgresql", "sqlite"]
# In the order in which they are measured: what writes comes last.
PARTS = {
    **dict.fromkeys(["lists", "depth", "growth", "inbox", "pages", "admin", "memory"], BOTH[:1]),
    **dict.fromkeys(["plans", "search", "writes"], BOTH),
    "work": BOTH[:1],
}


def main() -> int:
    # Ended, it still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    arguments = read_arguments()
    chosen = [name for name in PARTS if name in arguments.names] or list(PARTS)
    load = read_load()
    rows = [
        row
        for database in DATABASES
        if (names := [name for name in chosen if database in PARTS[name]])
        for row in measure(database, names, is_small=arguments.small)
    ]
    is_whole = not arguments.small and chosen == list(PARTS) and not BY_PROCESSOR
    if is_whole or arguments.page:
        seconds = SMALL_SECONDS if arguments.small else SECONDS
        write_report(rows, command=describe_command(arguments), rounds=ROUNDS, seconds=seconds, load=load)
    missed = sum(row["is_missed"] for row in rows)
    print(f"\n{missed} of {len(rows)} missed" if missed else "\nAll goals reached", flush=True)  # noqa: T201
    return min(missed, 1)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PARTS)}; all without one")
    parser.add_argument("--small", action="store_true", help="a tenth of the rows and short rounds, to try a change")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md, as a whole run does")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(PARTS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return arguments


def describe_command(arguments: argparse.Namespace) -> str:
    """The command of make that measures this."""
    names = [f'ARGS="{" ".join(arguments.names)}"'] if arguments.names else []
    return " ".join(["make bench", *["SMALL=1"] * arguments.small, *names, *["CLOCK=processor"] * BY_PROCESSOR])


def measure(database: str, names: list[str], *, is_small: bool) -> list[Row]:
    """Run parts on one database, in a process of its own."""
    if database == "postgresql":
        with server() as address:
            return _run(names, is_small, {**os.environ, "TEST_DATABASE_URL": address})
    return _run(names, is_small, {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"})


def _run(names: list[str], is_small: bool, environment: dict[str, str]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "tests.benchmarks.run", str(output), *names, *["--small"] * is_small]
        process = subprocess.Popen(command, env=environment)
        try:
            status = process.wait()
        finally:
            # Not killed: it deletes its copy of the database.
            process.terminate()
            process.wait()
        if status:
            sys.exit("The measurement has failed")
        return json.loads(output.read_text())


if __name__ == "__main__":
    sys.exit(main())
