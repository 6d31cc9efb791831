from argparse import ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.accounts.management.reading import format_errors, read_text
from config.accounts.models import SCOPES, ApiToken, Pro, User

MAX_DAYS = 36_500


class Command(BaseCommand):
    help = "Make an API token for a Pro. Its secret, and nothing else, goes to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "pro", type=read_text, help="the Pro's id, its e-mail, or the e-mail somebody of it signs in with"
        )
        parser.add_argument("--name", type=read_text, required=True, help="what the token is for")
        parser.add_argument(
            "--scope",
            type=read_text,
            action="extend",
            nargs="+",
            default=[],
            metavar="SCOPE",
            help=f"one or more of {', '.join(SCOPES)} (default: all)",
        )
        parser.add_argument("--expires-in-days", type=read_days, metavar="N", help="from 1 to 36500 (default: never)")
        parser.add_argument("--actor-id", type=int, metavar="N", help="the UserHub user in whose name it acts")

    def handle(self, *, pro: str, name: str, scope: list[str], **options: Any) -> None:
        expires_at = expiry(options["expires_in_days"])
        scopes = list(dict.fromkeys(scope)) or SCOPES
        try:
            token, secret = ApiToken.objects.issue(
                find_pro(pro), name, scopes, expires_at=expires_at, actor_id=options["actor_id"]
            )
        except ValidationError as error:
            raise CommandError(format_errors(error)) from error
        until = f"until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "until it is revoked"
        self.stderr.write(f"Token {token.name} of {token.pro}, good {until}, for {', '.join(scopes)}.", str)
        self.stderr.write("It is not shown again:", str)
        self.stdout.write(secret)


def read_days(value: str) -> int:
    if not value.isdecimal() or len(value) > 5 or not 1 <= int(value) <= MAX_DAYS:
        raise ArgumentTypeError(f"{value!r} is not a whole number of days from 1 to {MAX_DAYS}")
    return int(value)


def expiry(days: int | None) -> datetime | None:
    return timezone.now() + timedelta(days=days) if days else None


def find_pro(name: str) -> Pro:
    """The Pro with this id, e-mail or user's e-mail. Raises CommandError when there is none, or more than one."""
    if name.isdecimal() and len(name) < 19:
        pros = list(Pro.objects.filter(pk=int(name)))
    else:
        user = User.objects.filter(email=name.lower(), pro__isnull=False).select_related("pro").first()
        pros = [user.pro] if user and user.pro else list(Pro.objects.filter(email__iexact=name))
    if not pros:
        raise CommandError(f"There is no Pro {name}.")
    if len(pros) > 1:
        ids = ", ".join(str(pro.pk) for pro in pros)
        raise CommandError(f"More than one Pro has the e-mail {name}: use its id ({ids}).")
    return pros[0]
