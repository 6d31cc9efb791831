from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.web.rotation import rotate_field, secret_fields


class Command(BaseCommand):
    help = (
        "Encrypt all stored secrets anew with SECRET_KEY, after a change of it with the former one in "
        "SECRET_KEY_FALLBACKS. It can be ended and run again at any time."
    )

    def handle(self, **options: Any) -> None:
        unreadable = 0
        for field in secret_fields():
            rotation = rotate_field(field)
            unreadable += rotation.unreadable
            self.stdout.write(
                f"{rotation.field}: {rotation.rotated} encrypted anew, {rotation.present} with the present key already"
                + (f", {rotation.unreadable} that open with no key" if rotation.unreadable else "")
            )
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets open neither with SECRET_KEY nor with one of SECRET_KEY_FALLBACKS. They are as "
                "they were: add the key that they were stored with and run this again, or enter them again."
            )
        self.stdout.write("All secrets open with SECRET_KEY alone.")
