import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.accounts.creating import create_pro
from config.accounts.management.reading import format_errors, read_text
from config.accounts.models import Pro


class Command(BaseCommand):
    help = "Make a Pro and the first person who signs in for it."

    def add_arguments(self, parser: CommandParser) -> None:
        default = {field.name: field.default for field in Pro._meta.fields}
        parser.add_argument("name", type=read_text, help="the business name")
        parser.add_argument("--email", type=read_text, required=True, help="to sign in with, and for notifications")
        parser.add_argument("--password", type=read_text, help="without it one is made up and printed")
        parser.add_argument("--country", type=read_text, default=default["country"], help="ISO 3166 (%(default)s)")
        languages = ", ".join(dict(settings.LANGUAGES))
        parser.add_argument(
            "--language", type=read_text, default=default["language"], help=f"{languages} (%(default)s)"
        )
        plans = ", ".join(Pro.Plan.values)
        parser.add_argument("--plan", type=read_text, default=default["plan"], help=f"{plans} (%(default)s)")
        parser.add_argument("--time-zone", type=read_text, default=default["time_zone"], help="(%(default)s)")

    def handle(self, *, name: str, email: str, password: str | None, **options: Any) -> None:
        pro = Pro(name=name, email=email, country=options["country"].upper())
        for field in ("language", "plan", "time_zone"):
            setattr(pro, field, options[field])
        generated = "" if password else secrets.token_urlsafe(16)
        try:
            user = create_pro(pro, password or generated, is_made_up=bool(generated))
        except ValidationError as error:
            raise CommandError(format_errors(error)) from error
        self.stdout.write(f"Made Pro {pro.pk}, {pro.name}. Sign in at {settings.SITE_URL}/sign-in as {user.email}")
        if generated:
            self.stdout.write(f"with the password {generated} (it is not shown again, and ends after a week).")
