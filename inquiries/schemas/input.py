"""Queries and bodies that /api/inquiries takes. Source: the inquiries API.

Ids of users and cases are those of other systems.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, UnsetType

from config.api.errors import Detail
from config.api.reading import TEXT_TOO, Body, ChangesCursor, Input, UpdatedSince

from ..ids import Id, id_meta
from ..submission import VISIBLE
from .types import Priority, Status

# The greatest number that every JSON reader reads exactly.
GREATEST = 2**53 - 1


class MetaQuery(Input):
    include_inactive: Annotated[bool, Meta(description="The inactive ones too.")] = False


class StatusesQuery(Input):
    type: Annotated[str, Meta(max_length=50, description="The slug of one type; without it all types.")] | None = None


class InquiryQuery(Input):
    inquiry_type: (
        Annotated[str, Meta(min_length=1, max_length=50, description="Only this type, by id or slug.")] | None
    ) = None
    status: Annotated[Status, Meta(description="Only this status.")] | None = None
    category: Annotated[str, Meta(min_length=1, max_length=100, description="Only this category.")] | None = None
    user_id: Annotated[int, id_meta("Only those of this customer, whoever submitted them."), TEXT_TOO] | None = None
    open_only: Annotated[bool, Meta(description="Only those with the status `open`.")] = False
    unassigned_only: Annotated[bool, Meta(description="Without those that are linked to a case.")] = True
    include_linked_to_case: Annotated[
        bool, Meta(description="Those that are linked to a case too, whatever `unassigned_only` says.")
    ] = False
    page: Annotated[int, Meta(ge=1, le=GREATEST, description="The page, from 1.")] = 1
    per_page: Annotated[int, Meta(ge=1, le=100, description="Rows a page.")] = 15
    updated_since: UpdatedSince | None = None
    cursor: ChangesCursor | None = None
    order_by: Annotated[
        Literal["created_at", "updated_at"], Meta(description="`created_at` newest first, `updated_at` oldest first.")
    ] = "created_at"

    @property
    def is_by_change(self) -> bool:
        """True if the list is asked for in the order of changes."""
        return self.order_by == "updated_at" or bool(self.updated_since or self.cursor)


class ActionBody(Body):
    action: Literal["update_status", "close", "link_case"]
    status: (
        Annotated[str, Meta(min_length=1, max_length=50, description="`update_status`: the key of a step.")] | UnsetType
    ) = UNSET
    outcome: (
        Annotated[Literal["completed", "cancelled"], Meta(description="`close`: how it ended; else `completed`.")]
        | UnsetType
    ) = UNSET
    case_id: Annotated[int, id_meta("`link_case`: the case, or null for none."), TEXT_TOO] | UnsetType | None = UNSET
    note: (
        Annotated[str, Meta(max_length=2000, description="For the history; of a link to a case it is not kept.")]
        | UnsetType
        | None
    ) = UNSET
    changed_by: (
        Annotated[int, id_meta("The UserHub user who does it; else the token's actor."), TEXT_TOO] | UnsetType | None
    ) = UNSET

    # Action -> field -> whether it is required.
    TAKES: ClassVar = {
        "update_status": {"status": True, "note": False, "changed_by": False},
        "close": {"outcome": False, "note": False, "changed_by": False},
        "link_case": {"case_id": True, "note": False, "changed_by": False},
    }

    @classmethod
    def check_combination(cls, data: Mapping[str, Any]) -> list[Detail]:
        takes = cls.TAKES.get(action) if isinstance(action := data.get("action"), str) else None
        if takes is None:
            return []
        missing = [name for name, is_required in takes.items() if is_required and name not in data]
        others = [name for fields in cls.TAKES.values() for name in fields if name in data and name not in takes]
        return [
            *(Detail(name, f"The action {action} requires this field.") for name in missing),
            *(Detail(name, f"The action {action} does not take this field.") for name in dict.fromkeys(others)),
        ]


Budget = (
    Annotated[int, Meta(ge=0, le=9_999_999_999)]
    | Annotated[float, Meta(ge=0, le=9_999_999_999.99)]
    | Annotated[str, Meta(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$")]
)
# The same, with a description of its own.
Amount = Annotated[Budget, Meta(description="Two decimals at most.")]
SAYING_SOMETHING = {"pattern": VISIBLE}


class InquirySubmission(Body):
    # Fields that callers may try; every other unknown field is refused too.
    refused: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            *("person", "profile", "contact", "customer", "name", "full_name", "first_name", "last_name"),
            *("email", "phone", "phone_number", "mobile", "language", "locale", "address", "street", "house_number"),
            *("postal_code", "postcode", "zip", "city", "country", "business", "company", "company_name"),
            *("business_address", "vat", "vat_number", "invoice_email", "invoice_address"),
        ),
        "Personal data is not taken from here: it comes from UserHub, by user_id.",
    )

    user_id: Annotated[int, id_meta("UserHub id of the customer, who owns the inquiry."), TEXT_TOO]
    subject: Annotated[str, Meta(min_length=1, max_length=255, extra_json_schema=SAYING_SOMETHING)]
    message: Annotated[str, Meta(min_length=1, max_length=10_000, extra_json_schema=SAYING_SOMETHING)]
    inquiry_type_id: Annotated[int, id_meta("An active type; without it the first one."), TEXT_TOO] | None = None
    created_by: (
        Annotated[
            int, id_meta("UserHub id of who submits it; without it the token's actor, else the customer."), TEXT_TOO
        ]
        | None
    ) = None
    category: Annotated[str, Meta(max_length=100)] | None = None
    budget: Annotated[Budget | None, Meta(description="In euros, with two decimals at most.")] = None
    priority: Priority | None = None
    source: Annotated[str, Meta(max_length=100, description="The platform it was sent from.")] | None = None
    filter_option_ids: Annotated[list[Id], Meta(max_length=100)] | None = None
