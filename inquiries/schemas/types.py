"""Types that queries, bodies and answers share."""

from typing import Annotated, Literal

from msgspec import Meta

Status = Literal["open", "in_progress", "closed", "cancelled"]
Priority = Literal["low", "normal", "high", "urgent"]
OfferStatus = Literal["draft", "sent", "viewed", "accepted", "declined", "expired"]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2025-11-06T10:30:00.000000Z"])]
OffsetMoment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-04-16T10:30:00+00:00"])]
