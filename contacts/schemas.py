"""JSON shapes of /api/v1/contacts, with keys and order as documented; times are UTC to the second."""

import uuid
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from config.api.dialect import Error
from config.api.reading import NOT_BLANK, Body, ChangesCursor, IncludeDeleted, Input, UpdatedSince

from .languages import ISO_639_1

Status = Literal["prospect", "scheduled", "applicant", "renter", "archived"]
Role = Literal["prospect", "tenant", "landlord", "property_manager", "vendor", "other"]
Channel = Literal["whatsapp", "telegram", "email", "sms", "phone"]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-02-10T14:30:00Z"])]
# Rules beyond the lengths are described here and checked by the model.
Name = Annotated[
    str,
    Meta(min_length=1, max_length=200, description="With a letter or a digit.", extra_json_schema={"format": "name"}),
]
# No "email" of JSON Schema: an empty one is none.
Email = Annotated[
    str,
    Meta(
        max_length=254,
        description="An e-mail address; empty for none.",
        extra_json_schema={"format": "email-address"},
    ),
]
Phone = Annotated[
    str,
    Meta(
        max_length=40,
        description="Stored in E.164; a national number is one of the Pro's country.",
        extra_json_schema={"format": "phone"},
    ),
]
Source = Annotated[str, Meta(min_length=1, max_length=50, extra_json_schema=NOT_BLANK)]
Referral = Annotated[str, Meta(max_length=200)]
# The greatest integer that every JSON reader keeps exactly.
MAX_INTEGER = 2**53 - 1
# Rows of one bulk request.
MAX_ROWS = 500
Language = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=2,
        description="ISO 639-1.",
        extra_json_schema={"pattern": f"^({'|'.join(sorted(ISO_639_1))})$"},
    ),
]

ExternalId = Annotated[
    str,
    Meta(
        max_length=200,
        description=(
            "The key of the contact in another program, of one contact at a time; empty for none. "
            "Letters without accents, digits and `. _ : ~ = -`, a letter or digit first."
        ),
        extra_json_schema={"pattern": "^([A-Za-z0-9][A-Za-z0-9._:~=-]*)?$"},
    ),
]


class ContactQuery(Input):
    page: Annotated[int, Meta(ge=1, le=MAX_INTEGER, description="The page, from 1.")] = 1
    limit: Annotated[
        int, Meta(ge=1, le=MAX_INTEGER, description="Rows a page; above the plan's maximum it is clamped.")
    ] = 20
    status: Annotated[Status | None, Meta(description="Only this status.")] = None
    role: Annotated[Role | None, Meta(description="Only this role.")] = None
    channel: Annotated[Channel | None, Meta(description="Only this preferred channel.")] = None
    search: Annotated[str, Meta(max_length=200, description="Part of a name, e-mail or phone number.")] = ""
    updated_since: UpdatedSince | None = None
    include_deleted: IncludeDeleted = False
    cursor: ChangesCursor | None = None
    order_by: Annotated[
        Literal["createdAt", "updatedAt"], Meta(description="`createdAt` newest first, `updatedAt` oldest first.")
    ] = "createdAt"
    include_external_ids: Annotated[
        bool, Meta(description="`externalIds` names the external id of each contact of the page that has one.")
    ] = False

    @property
    def is_by_change(self) -> bool:
        """True if the list is asked for in the order of changes."""
        return self.order_by == "updatedAt" or self.include_deleted or bool(self.updated_since or self.cursor)


class ContactCreate(Body, rename="camel"):
    name: Name
    email: Email | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    channel_preference: Channel | UnsetType | None = UNSET
    source: Source | UnsetType = UNSET
    referral_source: Referral | UnsetType | None = UNSET
    language: Language | UnsetType = UNSET
    external_id: ExternalId | UnsetType | None = UNSET


class ContactUpsert(Body, rename="camel"):
    name: Name | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    channel_preference: Channel | UnsetType | None = UNSET
    source: Source | UnsetType = UNSET
    referral_source: Referral | UnsetType | None = UNSET
    language: Language | UnsetType = UNSET


class ContactUpdate(ContactUpsert, rename="camel"):
    external_id: ExternalId | UnsetType | None = UNSET


class BulkCreate(Body):
    unread: ClassVar = ("contacts",)

    contacts: Annotated[
        list[Any],
        Meta(
            min_length=1,
            max_length=MAX_ROWS,
            description="1 to 500 contacts, each as one is created.",
            extra_json_schema={"items": {"$ref": "#/components/schemas/ContactCreate"}},
        ),
    ]


class ContactBody(Struct, rename="camel"):
    id: uuid.UUID
    name: str
    email: str | None
    phone: str | None
    status: Status
    role: Role
    channel_preference: Channel | None
    source: str
    referral_source: str | None
    language: str
    applied_at: Moment | None
    created_at: Moment
    updated_at: Moment


class ListedContact(Struct):
    """Columns of a contact that the list reads, by their names in the model."""

    id: uuid.UUID
    name: str
    email: str
    phone: str
    status: str
    role: str
    channel_preference: str
    source: str
    referral_source: str
    language: str
    applied_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ContactAnswer(Struct, rename="camel"):
    """`externalId` is there when the contact has one."""

    data: ContactBody
    external_id: str | UnsetType = UNSET


class BulkRow(Struct, rename="camel"):
    """Answer to one row: `status` is 201 with the contact, or 400 with the error."""

    index: int
    status: int
    data: ContactBody | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    error: Error | UnsetType = UNSET


class BulkCounts(Struct):
    created: int
    refused: int


class BulkAnswer(Struct):
    """An answer to each row, in the order of the rows."""

    data: list[BulkRow]
    counts: BulkCounts


class Pagination(Struct, rename="camel"):
    page: int
    limit: int
    total: int
    total_pages: int


class DeletedContact(Struct, rename="camel"):
    """A contact that was deleted, merged into another one, or erased."""

    id: uuid.UUID
    deleted_at: Moment
    merged_into: uuid.UUID | None


class ContactChanges(Struct):
    next: str | None
    deleted: list[DeletedContact]


class ContactPage(Struct, rename="camel"):
    """`changes` is there when the list is asked for in the order of changes, `externalIds` when these are."""

    data: list[ContactBody]
    pagination: Pagination
    changes: ContactChanges | UnsetType = UNSET
    external_ids: dict[str, str] | UnsetType = UNSET
