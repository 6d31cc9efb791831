"""Settings of the web server: its addresses, how many requests it works on at once, how long each may wait.

They are read with all others, so that every command stops at a bad value, and not gunicorn alone after it.
"""

import re

from .environment import is_site_url, read, read_int

PORT = read_int("PORT", 8000, 1, 65535)
BIND = read(
    "str",
    "BIND",
    f"127.0.0.1:{PORT}",
    lambda v: re.fullmatch(r"unix:/.+|([^:/\s]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}", v),
    "it must be like 127.0.0.1:8000 or unix:/run/vestibule.sock",
)
SITE_URL = read(
    "str",
    "SITE_URL",
    f"http://127.0.0.1:{PORT}",
    is_site_url,
    "it must be the public address, such as https://desk.example.com",
).rstrip("/")
WEB_CONCURRENCY = read_int("WEB_CONCURRENCY", 2, 1, 64)
# Threads, each with a database connection. Clients that send or read slowly hold none of them. Eight take the processor
# from each other: on two of them a page and a write take a sixth longer.
WEB_THREADS = read_int("WEB_THREADS", 4, 1, 64)
# Whoever waits longer gets 503. A lock is held for milliseconds, and the slowest page takes a second.
DATABASE_LOCK_SECONDS = read_int("DATABASE_LOCK_SECONDS", 5, 1, 50)
DATABASE_STATEMENT_SECONDS = read_int("DATABASE_STATEMENT_SECONDS", 15, 1, 50)
