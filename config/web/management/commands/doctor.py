import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.web.doctor import FAIL, find_out


class Command(BaseCommand):
    help = (
        "Try everything that the installation leans on: database, files, mail, channels, UserHub, the worker, the "
        "site's own address. A line for each says ok, warn or fail, and what to do. Ends with 1 if something failed."
    )
    # It says itself what is wrong with the settings.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print an array of objects instead of lines")
        parser.add_argument("--dns", action="store_true", help="look at DNS records too")

    def handle(self, **options: Any) -> None:
        findings = []
        for finding in find_out(asks_dns=options["dns"]):
            findings.append(finding)
            if not options["json"]:
                self.stdout.write(f"{finding.state:4}  {finding.name}: {finding.text}")
                if finding.advice:
                    self.stdout.write(f"      {finding.advice}")
        if options["json"]:
            self.stdout.write(json.dumps([finding._asdict() for finding in findings], indent=2))
        if any(finding.state == FAIL for finding in findings):
            sys.exit(1)
