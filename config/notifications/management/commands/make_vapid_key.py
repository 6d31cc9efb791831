import secrets
from typing import Any

from django.core.management.base import BaseCommand

from config.notifications.vapid import ORDER, to_base64url


class Command(BaseCommand):
    help = "Print a new private key for VAPID_PRIVATE_KEY, by which push services know this installation."

    def handle(self, **options: Any) -> None:
        self.stdout.write(to_base64url((secrets.randbelow(ORDER - 1) + 1).to_bytes(32)))
