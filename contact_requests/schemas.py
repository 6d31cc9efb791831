"""Bodies and queries of /pro. Times are UTC with milliseconds."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from config.api.errors import Detail
from config.api.reading import Body, IncludeDeleted, Input, UpdatedSince
from contacts.schemas import Email, Name, Phone, Source

ApiStatus = Literal["new_request", "read", "replied"]
# The languages of the public form.
Language = Literal["en", "fr", "nl"]
Reference = Annotated[
    str,
    Meta(
        max_length=100,
        description="The reference of the property, or a number under which a portal lists it.",
        examples=["AP-101"],
    ),
]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-02-10T14:30:00.000Z"])]


class PageQuery(Input, rename="camel"):
    limit: Annotated[int, Meta(ge=1, le=100, description="Rows a page.")] = 20
    cursor: Annotated[str, Meta(max_length=500, description="`cursor.next` of the page before.")] | None = None
    updated_since: UpdatedSince | None = field(name="updated_since", default=None)
    include_deleted: IncludeDeleted = field(name="include_deleted", default=False)
    order_by: Annotated[
        Literal["createdAt", "updatedAt"], Meta(description="`createdAt` newest first, `updatedAt` oldest first.")
    ] = field(name="order_by", default="createdAt")

    @property
    def is_by_change(self) -> bool:
        """True if the list is asked for in the order of changes."""
        return self.order_by == "updatedAt" or self.include_deleted or self.updated_since is not None


class ListQuery(PageQuery, rename="camel"):
    status: Annotated[ApiStatus, Meta(description="Only this status.")] | None = None
    property_id: Annotated[uuid.UUID, Meta(description="Only requests about this property.")] | None = None


class StatusBody(Body):
    status: ApiStatus


class ContactRequestCreate(Body, rename="camel"):
    name: Name
    message: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=5000,
            description="With a letter or a digit.",
            extra_json_schema={"format": "words"},
        ),
    ]
    property_id: Annotated[uuid.UUID, Meta(description="The property; or send `propertyReference`.")] | None = None
    property_reference: Reference | None = None
    email: Email | None = None
    phone: Phone | None = None
    source: Annotated[Source, Meta(description="Portal, site or program.")] = "api"
    language: Annotated[Language, Meta(description="The visitor's; by default the Pro's.")] | None = None
    received_at: (
        Annotated[datetime, Meta(tz=True, description="By default now; not in the future, within ten years.")] | None
    ) = None

    @classmethod
    def check_combination(cls, data: Mapping[str, Any]) -> list[Detail]:
        """Errors unless there is exactly one of the two names of a property."""
        if data.get("propertyId") is not None and data.get("propertyReference") is not None:
            return [Detail("propertyReference", "Send propertyId or propertyReference, not both.")]
        if not data.get("propertyId") and not data.get("propertyReference"):
            return [Detail("propertyId", "Send propertyId or propertyReference.")]
        return []


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


class ListedRequest(Struct):
    """Columns of a contact request that the list reads, by their names in the model."""

    id: uuid.UUID
    pro_id: int
    property_id: uuid.UUID
    contact_id: uuid.UUID | None
    name: str
    email: str
    phone: str
    message: str
    status: str
    created_at: datetime
    updated_at: datetime
    read_at: datetime | None
    replied_at: datetime | None
    property: PropertyBrief


class Cursor(Struct):
    next: str | None


class Deleted(Struct, rename="camel"):
    """A row that left the list: deleted for good, or a contact request that was set aside as spam."""

    id: uuid.UUID
    deleted_at: Moment


class Changes(Struct):
    """`next` is the `cursor` of the rest. `deleted` is empty unless it is asked for."""

    next: str | None
    deleted: list[Deleted]


class ContactRequestPage(Struct, rename="camel"):
    """`changes` is there when the list is asked for in the order of changes; `cursor.next` is its `next`."""

    data: list[ContactRequestBody]
    cursor: Cursor
    has_more: bool
    changes: Changes | UnsetType = UNSET
