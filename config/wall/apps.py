from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate

from .policies import build_wall, grant_rights, take_down_wall


class WallConfig(AppConfig):
    name = "config.wall"
    label = "wall"

    def ready(self) -> None:
        # Sent for this app after those of the others: INSTALLED_APPS has it last.
        post_migrate.connect(_build_after_migrate, sender=self)


def _build_after_migrate(using: str, **_: Any) -> None:
    """After every migrate: as the settings say, with the tables of this release."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    if settings.DATABASE_WALL:
        build_wall(connection)
    else:
        take_down_wall(connection)
    if settings.DATABASE_ROLE:
        grant_rights(connection, settings.DATABASE_ROLE)
