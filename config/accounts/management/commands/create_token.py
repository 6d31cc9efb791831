from argparse import ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.accounts.management.reading import problems, text
from config.accounts.models import SCOPES, ApiToken, Pro, User

MAX_DAYS = 36_500


class Command(BaseCommand):
    help = "Make an API token for a Pro. Its secret, and nothing else, goes to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "pro", type=text, help="the Pro's id, its e-mail, or the e-mail somebody of it signs in with"
        )
        parser.add_argument("--name", type=text, required=True, help="what the token is for")
        parser.add_argument(
            "--scope",
            type=text,
            action="extend",
            nargs="+",
            default=[],
            metavar="SCOPE",
            help=f"one or more of {', '.join(SCOPES)} (default: all)",
        )
        parser.add_argument("--expires-in-days", type=days, metavar="N", help="from 1 to 36500 (default: never)")
        parser.add_argument("--actor-id", type=int, metavar="N", help="the UserHub user in whose name it acts")

    def handle(self, *, pro: str, name: str, scope: list[str], **options: Any) -> None:
        ends = expiry(options["expires_in_days"])
        scopes = list(dict.fromkeys(scope)) or SCOPES
        try:
            token, secret = ApiToken.objects.issue(
                find(pro), name, scopes, expires_at=ends, actor_id=options["actor_id"]
            )
        except ValidationError as error:
            raise CommandError(problems(error)) from error
        until = f"until {ends:%Y-%m-%d %H:%M} UTC" if ends else "until it is revoked"
        self.stderr.write(f"Token {token.name} of {token.pro}, good {until}, for {', '.join(scopes)}.", str)
        self.stderr.write("It is not shown again:", str)
        self.stdout.write(secret)


def days(value: str) -> int:
    if not value.isdecimal() or len(value) > 5 or not 1 <= int(value) <= MAX_DAYS:
        raise ArgumentTypeError(f"{value!r} is not a whole number of days from 1 to {MAX_DAYS}")
    return int(value)


def expiry(days: int | None) -> datetime | None:
    return timezone.now() + timedelta(days=days) if days else None


def find(wanted: str) -> Pro:
    """The Pro with this id or e-mail. Raises CommandError when there is none, or more than one."""
    if wanted.isdecimal() and len(wanted) < 19:
        found = list(Pro.objects.filter(pk=int(wanted)))
    else:
        user = User.objects.filter(email=wanted.lower(), pro__isnull=False).select_related("pro").first()
        found = [user.pro] if user and user.pro else list(Pro.objects.filter(email__iexact=wanted))
    if not found:
        raise CommandError(f"There is no Pro {wanted}.")
    if len(found) > 1:
        ids = ", ".join(str(pro.pk) for pro in found)
        raise CommandError(f"More than one Pro has the e-mail {wanted}: say which by its id ({ids}).")
    return found[0]
