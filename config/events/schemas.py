"""JSON shapes of /api/v1/webhooks; times are UTC to the second."""

import uuid
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from config.api.reading import Body, Input

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-02-10T14:30:00Z"])]
Type = Literal[
    "contact_request.created",
    "contact_request.updated",
    "contact_request.deleted",
    "contact.created",
    "contact.updated",
    "contact.deleted",
    "contact.merged",
    "inquiry.created",
    "inquiry.moved",
    "inquiry.closed",
    "offer.answered",
    "message.received",
    "message.sent",
    "message.failed",
]
Reason = Literal["timeout", "unreachable", "no_answer", "too_large", "private_address", "no_secret", "expired"]
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        description="Begins with `https://`, without a user name or a fragment.",
        extra_json_schema={"format": "webhook-url"},
    ),
]
Description = Annotated[str, Meta(max_length=200)]
Types = Annotated[list[Type], Meta(min_length=1, max_length=50, description="Events that are sent.")]
Enabled = Annotated[bool, Meta(description="False: nothing is sent.")]
Secret = Annotated[str, Meta(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]


class WebhookCreate(Body, rename="camel"):
    url: Url
    events: Types
    description: Description | UnsetType = UNSET
    enabled: Enabled | UnsetType = UNSET


class WebhookUpdate(Body, rename="camel"):
    url: Url | UnsetType = UNSET
    events: Types | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    enabled: Enabled | UnsetType = UNSET


class NoFields(Body):
    """An empty object."""


class WebhookBody(Struct, rename="camel"):
    """`problem` is why it was switched off by itself; `failingSince` is null when the last call was accepted."""

    id: uuid.UUID
    url: str
    description: str
    events: list[Type]
    enabled: bool
    problem: Literal["gone", "failing"] | None
    failing_since: Moment | None
    last_delivered_at: Moment | None
    created_at: Moment
    updated_at: Moment


class WebhookAnswer(Struct):
    data: WebhookBody


class WebhookList(Struct):
    data: list[WebhookBody]


class WebhookSecret(Struct, rename="camel"):
    """The secrets that sign: `former` does so beside the present one until `formerUntil`, and is null after it."""

    secret: Secret
    former: Secret | None
    former_until: Moment | None


class SecretAnswer(Struct):
    data: WebhookSecret


class DeliveryQuery(Input):
    limit: Annotated[int, Meta(ge=1, le=100, description="Rows a page.")] = 20
    cursor: Annotated[str, Meta(max_length=100, description="`cursor.next` of the page before.")] | None = None
    state: Annotated[Literal["waiting", "delivered", "failed"] | None, Meta(description="Only this state.")] = None


class DeliveryBody(Struct, rename="camel"):
    """`status` and `answer` are of the last attempt, without a status `reason` says why; `eventId` is `webhook-id`."""

    id: int
    event_id: str
    type: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    status: int | None
    reason: (
        Literal["timeout", "unreachable", "no_answer", "too_large", "private_address", "no_secret", "expired"] | None
    )
    answer: str
    created_at: Moment
    last_attempt_at: Moment | None
    next_attempt_at: Moment | None


class DeliveryAnswer(Struct):
    data: DeliveryBody


class Cursor(Struct):
    next: str | None


class DeliveryPage(Struct):
    data: list[DeliveryBody]
    cursor: Cursor
