"""Ask for what an installation needs on its first day, make it, and say what is still missing."""

import getpass
import secrets
import sys
from collections.abc import Callable, Iterator
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config.accounts.creating import create_pro, create_staff
from config.accounts.management.reading import format_errors, read_text
from config.accounts.models import Pro, User
from config.web.hooks import hooks
from config.web.mail import Mail
from config.web.readiness import static_state, waiting_migrations


class Command(BaseCommand):
    help = (
        "Make what the first day needs: a Pro with its owner, staff, a first property; send a test mail; and say what "
        "is missing. What is there already is left alone. Without a terminal, or with --no-input, flags alone count."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        flags = {
            "--name": "the business name of the first Pro",
            "--email": "its owner signs in with it, and gets the notifications",
            "--password": "the owner's; without it one is made up and printed",
            "--country": "ISO 3166, such as FR",
            "--language": f"one of {', '.join(dict(settings.LANGUAGES))}",
            "--time-zone": "such as Europe/Paris",
            "--staff-email": "who runs the installation and signs in to /admin/",
            "--staff-password": "without it one is made up and printed",
            "--property": "the title of a first property",
            "--mail-to": "the address that a test mail goes to",
        }
        for flag, text in flags.items():
            parser.add_argument(flag, type=read_text, help=text)
        parser.add_argument("--no-input", action="store_true", help="ask nothing")

    def handle(self, *, no_input: bool, **options: Any) -> None:
        self.options, self.is_asking = options, sys.stdin.isatty() and not no_input
        self._migrate()
        self._make_pro()
        self._make_staff()
        self._make_property()
        self._send_mail()
        missing = list(missing_settings())
        self._say("" if missing else "\nNothing is missing.")
        if missing:
            self._say("Still missing:")
        for line in missing:
            self._say(f"- {line}")
        self._say(f"\nStart web server and worker, and sign in at {settings.SITE_URL}/sign-in")

    # --- Steps

    def _migrate(self) -> None:
        if waiting_migrations():
            self._say("Preparing the database")
            call_command("migrate", verbosity=0, interactive=False)

    def _make_pro(self) -> None:
        if pro := Pro.objects.order_by("pk").first():
            self._say(f"There is a Pro: {pro.name}")
            return
        if not (name := self._answer("name", "Business name of the first Pro (empty: none yet)")):
            self._say("No Pro is made; --name and --email make one.")
            return
        pro = Pro(name=name, email=self._answer("email", "E-mail of its owner"))
        pro.country = self._answer("country", "Country", pro.country).upper()
        pro.language = self._answer("language", "Language", pro.language)
        pro.time_zone = self._answer("time_zone", "Time zone", pro.time_zone)
        user = self._make_user("password", "The owner's password", partial(create_pro, pro))
        self._say(f"Made {pro.name}; {user.email} signs in")

    def _make_staff(self) -> None:
        if staff := User.objects.filter(is_superuser=True, is_active=True).first():
            self._say(f"There is staff: {staff.email}")
        elif email := self._answer("staff_email", "E-mail of who runs the installation (empty: nobody yet)"):
            user = self._make_user("staff_password", "Their password", partial(create_staff, email))
            self._say(f"{user.email} signs in to {settings.SITE_URL}/admin/")

    def _make_user(self, option: str, question: str, make: Callable[..., User]) -> User:
        """Make somebody with the password given, else one that is made up and printed."""
        password = self.options[option] or (
            getpass.getpass(f"{question} (empty: one is made up): ") if self.is_asking else ""
        )
        made_up = "" if password else secrets.token_urlsafe(16)
        try:
            user = make(password or made_up, is_made_up=bool(made_up))
        except ValidationError as error:
            raise CommandError(format_errors(error)) from error
        if made_up:
            self._say(f"The password of {user.email} is {made_up} (it is not shown again, and ends after a week)")
        return user

    def _make_property(self) -> None:
        pro = Pro.objects.order_by("pk").first()
        for module in hooks("setup", "make_property"):
            if pro is None or module.has_property(pro):
                return
            if title := self._answer("property", "Title of a first property (empty: none yet)"):
                try:
                    path = module.make_property(pro, title)
                except ValidationError as error:
                    raise CommandError(format_errors(error)) from error
                self._say(f"Its page is {settings.SITE_URL}{path}")

    def _send_mail(self) -> None:
        if not (address := self._answer("mail_to", "Address for a test mail (empty: none)")):
            return
        text = f"This is the test mail of {settings.SITE_URL}. It arrived, so others will."
        try:
            Mail("Vestibule can send mail", text, None, [address]).send()
        except (OSError, SMTPException, ValueError) as error:
            self._say(f"The test mail to {address} could not be sent: {error}. Look at EMAIL_URL.")
        else:
            self._say(f"A test mail to {address} is sent; see whether it arrives.")

    # --- Asking and telling

    def _answer(self, option: str, question: str, default: str = "") -> str:
        """The value of a flag, else what is typed, else the default."""
        if self.options[option] is not None or not self.is_asking:
            return self.options[option] or default
        return input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default

    def _say(self, line: str) -> None:
        self.stdout.write(line)


def missing_settings() -> Iterator[str]:
    """List in a line each what an installation for others still lacks."""
    if settings.DEBUG:
        yield "DEBUG is on: pages of errors tell visitors everything, and mails are kept as files. Unset it."
        return
    if not settings.SITE_URL.startswith("https://"):
        yield "SITE_URL does not begin with https://, so browsers will not stay signed in."
    if not settings.TRUSTED_PROXIES:
        yield "TRUSTED_PROXIES is empty: behind a proxy all visitors count as one, and HTTPS is not seen."
    if connection.vendor == "sqlite":
        yield "DATABASE_URL is not set: SQLite suits one small office; PostgreSQL is what larger ones use."
    if static_state() != "ok":
        yield "The static files are not gathered: run `manage.py collectstatic`."
