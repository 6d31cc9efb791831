"""The environment of the tests, set before the settings are read: nothing of a developer's own leaks in.

Each run has a folder of its own, so that two may go on at once.
"""

import atexit
import os
import tempfile

var = tempfile.TemporaryDirectory(prefix="vestibule-tests-")
atexit.register(var.cleanup)

os.environ.update(
    ENV_FILE="",
    DEBUG="true",
    VAR_DIR=var.name,
    SECRET_KEY="the-key-of-the-tests-" * 4,
    SITE_URL="http://testserver",
    EMAIL_URL="memorymail://",
    LOG_LEVEL="WARNING",
    # Jobs of killed workers are waited for in many tests.
    WORKER_LEASE_SECONDS="3",
    # pytest-django asks for no asynchronous work; Playwright runs a loop of its own in the same thread.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{var.name}/main.sqlite3"
