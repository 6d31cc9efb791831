"""Bytes of a request and its response, kept while the client is slow."""

import errno
import io
import select
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gunicorn.config import Config

from config.serving.exchange import BLOCK, LONGEST, PATIENCE, UNUSED, Exchange, Store

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n"
BODY = bytes(range(250)) * 1200


@pytest.fixture
def pair():
    """An Exchange and the socket of its client."""
    near, far = socket.socketpair()
    exchange = Exchange(Config(), near, ("127.0.0.1", 1), ("127.0.0.1", 2), 1_000_000)
    far.settimeout(10)
    with far:
        yield exchange, far
    exchange.close()


@pytest.fixture
def full_disk(monkeypatch):
    def open_on_full_disk(**_options):
        return Path("/dev/full").open("r+b", buffering=0)

    monkeypatch.setattr("config.serving.exchange.tempfile.TemporaryFile", open_on_full_disk)


def take_all(exchange, far, data):
    """Send in blocks that fit into the socket, until the request has arrived; returns what was not sent."""
    while not exchange.receive():
        far.sendall(data[:8192])
        data = data[8192:]
    return data


def test_a_store_gives_back_what_was_written():
    store, data = Store(), bytes(range(256)) * 1000
    for start in range(0, len(data), 1000):
        store.write(data[start : start + 1000])
    assert len(store.memory) <= BLOCK
    assert b"".join(iter(lambda: store.read(777), b"")) == data
    store.close()


def test_a_large_request_is_read_by_gunicorns_parser(pair):
    exchange, far = pair
    take_all(exchange, far, HEAD + BODY)
    request = next(exchange.parser)
    assert (request.method, request.body.read(), exchange.recv(10)) == ("POST", BODY, b"")


def test_on_a_full_disk_the_application_reads_from_the_client_itself(pair, full_disk):
    exchange, far = pair
    rest = take_all(exchange, far, HEAD + BODY)
    request = next(exchange.parser)
    read = request.body.read(BLOCK)
    assert rest
    while len(read) < len(BODY):
        far.sendall(rest[:8192])
        rest = rest[8192:]
        read += request.body.read(min(8192, len(BODY) - len(read)))
    assert read == BODY


def test_a_response_waits_for_its_reader(pair):
    exchange, far = pair
    exchange.response.sendall(b"head")
    exchange.response.sendfile(io.BytesIO(b"no" + BODY * 10), 2, len(BODY) * 9)
    exchange.begin_sending()
    read = b""
    while not exchange.send():
        read += far.recv(BLOCK)
    exchange.close()
    assert read + b"".join(iter(lambda: far.recv(BLOCK), b"")) == b"head" + BODY * 9


def test_on_a_full_disk_a_response_waits_in_its_thread(pair, full_disk):
    exchange, far = pair
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(lambda: b"".join(iter(lambda: far.recv(BLOCK), b"")))
        exchange.response.sendall(BODY[:1000])
        for start in range(1000, len(BODY), 1000):
            exchange.response.sendall(BODY[start : start + 1000])
        while not exchange.send():
            select.select([], [exchange.line], [])
        exchange.close()
        assert reading.result() == BODY


def test_a_reader_that_has_gone_is_noticed(pair):
    exchange, far = pair
    far.close()
    with pytest.raises(OSError) as failure:
        exchange.response.sendall(BODY)
    assert failure.value.errno == errno.EPIPE
    with pytest.raises(ConnectionResetError):
        exchange.receive()


def test_patience_is_for_the_head_for_each_block_and_for_all(pair):
    exchange, far = pair
    began = exchange.began
    assert (exchange.is_unused(began + UNUSED), exchange.is_unused(began + UNUSED + 1)) == (False, True)
    far.sendall(HEAD[:20])
    assert not exchange.receive()
    # A byte now and then does not prolong the head.
    exchange.moved = began + PATIENCE
    assert (exchange.is_late(began + PATIENCE), exchange.is_late(began + PATIENCE + 1)) == (False, True)
    assert not exchange.is_unused(began + PATIENCE)
    far.sendall(HEAD[20:])
    assert not exchange.receive()
    moved = exchange.moved = began + LONGEST - 1
    assert (exchange.is_late(moved), exchange.is_late(moved + 2)) == (False, True)
    exchange.began = moved
    assert (exchange.is_late(moved + PATIENCE), exchange.is_late(moved + PATIENCE + 1)) == (False, True)
