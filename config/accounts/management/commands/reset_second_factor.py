from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.accounts.management.reading import read_text
from config.accounts.models import User
from config.accounts.second_factor import reset_second_factor


class Command(BaseCommand):
    help = (
        "Take away the second factor of somebody who has lost it and whom no colleague can help; they are told by mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", type=read_text, help="the e-mail that they sign in with")

    def handle(self, *, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email}.")
        if not reset_second_factor(user, by=None):
            raise CommandError(f"{user.email} has no second factor.")
        self.stdout.write(f"{user.email} signs in with the password alone, and can set up another second factor.")
