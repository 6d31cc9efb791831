"""What the worker says when the application cannot."""

import logging
import socket
from http import HTTPStatus

import pytest
from gunicorn.config import Config
from gunicorn.http import errors

from config.serving.exchange import Exchange
from config.serving.worker import BufferingWorker


def fail(_environ, _start_response):
    raise ValueError("Zoe Canary")


@pytest.mark.parametrize(
    ("error", "status"),
    [(ValueError(), HTTPStatus.INTERNAL_SERVER_ERROR), (errors.LimitRequestHeaders("a"), 431)],
    ids=["an application that fails", "a refusal that it does not word"],
)
def test_where_the_application_fails_the_status_is_said_as_plain_text(error, status):
    near, far = socket.socketpair()
    worker = BufferingWorker(1, 1, [], None, 30, Config(), logging.getLogger("gunicorn.error"))
    worker.wsgi = fail
    exchange = Exchange(worker.cfg, near, ("127.0.0.1", 1), ("127.0.0.1", 2), 1000)
    with far:
        worker.handle_error(None, exchange.response, ("127.0.0.1", 1), error)
        exchange.close()
        head, _, body = b"".join(iter(lambda: far.recv(65536), b"")).decode().partition("\r\n\r\n")
    worker.tmp.close()
    phrase = HTTPStatus(status).phrase
    assert body == phrase
    assert head.split("\r\n") == [
        f"HTTP/1.1 {status:d} {phrase}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        "X-Content-Type-Options: nosniff",
        f"Content-Length: {len(body)}",
    ]
