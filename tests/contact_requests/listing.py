"""GET /pro/contact-requests as tests read it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from contact_requests.models import ContactRequest

LIST = "/pro/contact-requests"
EMPTY = {"data": [], "cursor": {"next": None}, "hasMore": False}
START = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)


def ids(response: Any) -> list[str]:
    """The ids of a page."""
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["data"]]


def keys(rows: Iterable[ContactRequest]) -> list[str]:
    return [str(row.pk) for row in rows]
