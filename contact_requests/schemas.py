"""Bodies and queries of /pro. Times are UTC with milliseconds."""

import uuid
from typing import Annotated, Literal

from msgspec import Meta, Struct

from config.api.reading import Body, Input

ApiStatus = Literal["new_request", "read", "replied"]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-02-10T14:30:00.000Z"])]


class ListQuery(Input, rename="camel"):
    limit: Annotated[int, Meta(ge=1, le=100, description="Rows a page.")] = 20
    cursor: Annotated[str, Meta(max_length=500, description="`cursor.next` of the page before.")] | None = None
    status: Annotated[ApiStatus, Meta(description="Only this status.")] | None = None
    property_id: Annotated[uuid.UUID, Meta(description="Only requests about this property.")] | None = None


class StatusBody(Body):
    status: ApiStatus


class PropertyBrief(Struct):
    id: uuid.UUID
    slug: str
    title: str


class ContactRequestBody(Struct, rename="camel"):
    id: uuid.UUID
    pro_id: int
    property_id: uuid.UUID
    contact_id: uuid.UUID | None
    name: str
    email: str | None
    phone: str | None
    message: str
    status: ApiStatus
    created_at: Moment
    updated_at: Moment
    read_at: Moment | None
    replied_at: Moment | None
    property: PropertyBrief


class Cursor(Struct):
    next: str | None


class ContactRequestPage(Struct, rename="camel"):
    data: list[ContactRequestBody]
    cursor: Cursor
    has_more: bool
