"""Name the Pro whose rows a connection reads and writes."""

from django.conf import settings
from django.db import connection

from config.cursors import execute

from .policies import EVERYTHING, SETTING


def name_pro(id: int | None) -> None:
    """Let the database show the rows of this Pro alone until another is named; None names all Pros.

    The value stays with the connection, so the next request from the same Pro costs nothing. Inside a transaction it is
    named anew, as its end or a savepoint's may take it back.
    """
    if not settings.DATABASE_WALL or connection.vendor != "postgresql":
        return
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    driver, wanted = connection.connection, EVERYTHING if id is None else str(id)
    if getattr(driver, "named_pro", None) == wanted:
        return
    execute(connection, f"SELECT set_config('{SETTING}', %s, false)", [wanted], keeps_plan=True)
    driver.named_pro = None if connection.in_atomic_block else wanted
