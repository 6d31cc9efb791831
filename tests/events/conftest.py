import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.events.kinds import EventType
from config.events.managing import create_endpoint
from config.events.models import Dispatch, Endpoint
from config.events.sending import _peers

from .receiver import Receiver

ALL = list(EventType.values)


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A program on this machine, which may be called."""
    settings.OUTGOING_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    _peers.cache_clear()
    receiver = Receiver()
    yield receiver
    receiver.stop()
    _peers.cache_clear()


@pytest.fixture
def endpoint(pro, receiver) -> Endpoint:
    """The Pro's endpoint at the receiver, for everything."""
    return create_endpoint(pro, {"url": receiver.url, "types": ALL}, by=None)


@pytest.fixture
def later() -> Callable[[], None]:
    """Function after which the waits and pauses of all endpoints are over."""

    def pass_time() -> None:
        Dispatch.objects.waiting().update(next_at="2026-01-01T00:00Z")
        Endpoint.objects.update(paused_until=None)
        _peers.cache_clear()

    return pass_time


@pytest.fixture
def told(endpoint) -> Callable[[], list[tuple[str, Any]]]:
    """Function that returns what was written down for the endpoint, as (type, data)."""

    def read() -> list[tuple[str, Any]]:
        rows = endpoint.dispatches.order_by("pk").select_related("event")
        events = [json.loads(row.event.payload) for row in rows]
        return [(event["type"], event["data"]) for event in events]

    return read
