"""The door gunicorn knocks on."""

import io
import os
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.web.middleware import body_limit
from config.web.readable import readable_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()
# The APIs register as their URLs are loaded; else a middleware that refuses a worker's first request would answer in
# HTML.
import_module(settings.ROOT_URLCONF)
# Whoever reads /metrics may ask another process than the one that has counted.
counters = import_module("config.web.counters")  # It has a model: Django must be set up before.
if counters.is_counting():
    counters.keep_flushing()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django, with a Content-Type that it can read."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() and "CONTENT_LENGTH" not in environ:
        # Django reads as much as the length says, and this has none; one byte too many is enough to refuse it.
        body = environ["wsgi.input"].read(body_limit(environ["PATH_INFO"]) + 1)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    if "CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = readable_content_type(environ["CONTENT_TYPE"])
    return django_application(environ, start_response)


# CPython 3.13.0 gives back 16 KiB of its stack whenever a call returns from them (gh-142183, mended since): a loop that
# stands at their edge pays for this at each call, and a page took up to twice as long. A frame of 128 KiB makes it take
# 256 KiB in one piece, which all calls of a request fit in.
application.__code__ = application.__code__.replace(co_stacksize=16 * 1024)
