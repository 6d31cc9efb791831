"""Migrations that a squashed one replaces: Django goes through them where a database has some of them already."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


class ReplacedLoader(MigrationLoader):
    """Loader of a database that has some of the replaced migrations of each app: no squashed one is used.

    What depends on a squashed migration depends on the last that it replaces.
    """

    def replace_migration(self, migration_key: tuple[str, str]) -> None:
        self.graph.remove_replacement_node(migration_key, self.replacements[migration_key].replaces)


def executor_to(app: str, name: str) -> MigrationExecutor:
    """An executor that goes through the replaced migrations to one of them, and through the squashed to any other."""
    executor = MigrationExecutor(connection)
    if any((app, name) in squashed.replaces for squashed in executor.loader.replacements.values()):
        executor.loader = ReplacedLoader(connection)
    return executor
