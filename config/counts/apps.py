from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .keeping import assert_triggers


class CountsConfig(AppConfig):
    name = "config.counts"
    label = "counts"

    def ready(self) -> None:
        post_migrate.connect(_assert_after_migrate)


def _assert_after_migrate(app_config: AppConfig, using: str, **_: Any) -> None:
    """After every migrate: on SQLite, one that rebuilds a table takes its triggers away, silently."""
    assert_triggers(app_config, using)
