import json
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import IntegrityError, reset_queries

from config.accounts import demo

COUNTS = ("contacts", "requests", "inquiries")


class Command(BaseCommand):
    help = "Load a realistic demo, once; called again it only makes fresh tokens, and what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print what is there as JSON, and nothing else")
        parser.add_argument("--existing", action="store_true", help="load nothing: describe what is there")
        for name in COUNTS:
            parser.add_argument(
                f"--{name}", type=read_count, default=0, metavar="N", help=f"add N {name} to the first Pro"
            )

    def handle(self, **options: Any) -> None:
        if not options["existing"]:
            self._load({name: options[name] for name in COUNTS})
        description = demo.describe()
        as_json = json.dumps(description, ensure_ascii=False)
        self.stdout.write(as_json if options["json"] else as_text(description))

    def _load(self, counts: dict[str, int]) -> None:
        if not settings.DEBUG:
            self.stderr.write("Warning: the demo's passwords are public. Delete it before real use.", str)
        try:
            pros = demo.load()
        except IntegrityError as error:
            problem = str(error).splitlines()[0]
            raise CommandError(f"The demo was not loaded: rows of your own stand in its way ({problem}).") from error
        for name in sorted(demo.scale(pros[0], counts, self._progress)):
            self.stderr.write(f"No installed app takes --{name}: none were made.", str)

    def _progress(self, label: str, total: int) -> Callable[[int], None]:
        return bar(label, total, self.stderr)


def read_count(text: str) -> int:
    """A number of rows from 0 to 10 million. Raises ArgumentTypeError."""
    if not text.isdecimal() or len(text) > 8 or int(text) > 10_000_000:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 to 10000000")
    return int(text)


def bar(label: str, total: int, out: OutputWrapper) -> Callable[[int], None]:
    """A progress bar on one line of `out`: call it with the number of rows just done. A file gets its end only."""
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        done += rows
        # With DEBUG, Django keeps every statement in memory: too many for a million rows.
        reset_queries()
        start, end = ("\r" if out.isatty() else ""), ("\n" if done >= total else "")
        if start or end:
            line = f"{label:<10} [{'#' * (30 * done // total):<30}] {done:>9,} of {total:,}"
            out.write(f"{start}{line}{end}", str, ending="")
            out.flush()

    return advance


def as_text(description: dict[str, Any]) -> str:
    """The description, for people."""
    lines = []
    for pro in description["pros"]:
        gate = " (behind the identity check)" if pro["cni_gate"] else ""
        lines += [
            f"{pro['name']}{gate}",
            f"  sign in  {pro['email']} / {pro['password']}",
            f"  token    {pro['token']}",
        ]
        lines += [f"  page     {settings.SITE_URL}/properties/{house['slug']}" for house in pro.get("properties", [])]
    if description["staff"]:
        lines += ["Staff", f"  sign in  {description['staff']['email']} / {description['staff']['password']}"]
    return "\n".join(lines) or "There is no demo here."
