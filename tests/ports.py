"""Ports for servers of the tests."""

import os
import random
import socket

# Below those that the system gives away by itself: nobody else is given one between a test's look and its server.
FIRST, LAST = 12_000, 32_000
_numbers = random.Random(os.getpid())


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    while True:
        port = _numbers.randrange(FIRST, LAST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
