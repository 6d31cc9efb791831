"""Servers on the test database, for faults that are done to them."""

import os
import time

import pytest

from ..factories import make_token
from ..servers import Server

# `make faults` takes as long as a fault takes; the suite looks at the same in seconds.
IS_WHOLE = bool(os.environ.get("WHOLE_FAULTS"))


@pytest.fixture
def serve(pro):
    """Starts web servers with these variables, until the test ends."""
    started, token = [], make_token(pro)

    def start(**variables):
        started.append(Server(token, **variables))
        return started[-1].until_up()

    yield start
    for server in started:
        server.kill()


@pytest.fixture
def timed():
    """Calls a function; returns its seconds and what it returned."""

    def call(work, *args, **options):
        began = time.monotonic()
        result = work(*args, **options)
        return time.monotonic() - began, result

    return call
