"""The dialect of /pro: its error codes, its names for the statuses and its times."""

from datetime import datetime

from config.api.dialect import CamelDialect
from config.api.errors import ProblemError
from config.api.times import format_utc
from config.web.changes import Changes as ChangedRows
from config.web.paging import InvalidCursorError

from .models import ContactRequest, DeletedRow, InvalidTransitionError, Property
from .schemas import Changes, ContactRequestBody, Deleted, ListedRequest, PropertyBrief

TO_API = {"new": "new_request", "read": "read", "replied": "replied"}
TO_DATABASE = {api: database for database, api in TO_API.items()}


class ProDialect(CamelDialect):
    def translate(self, error: Exception) -> ProblemError | None:
        if isinstance(error, InvalidTransitionError):
            allowed = " or ".join(TO_API[status] for status in error.allowed) or "nothing"
            from_status, to_status = TO_API[error.from_status], TO_API[error.to_status]
            return ProblemError(
                "invalid_transition",
                f"A request that is {from_status} cannot become {to_status}; allowed: {allowed}.",
            )
        if isinstance(error, InvalidCursorError):
            return ProblemError("invalid_cursor", str(error))
        return super().translate(error)


dialect = ProDialect(
    "/pro",
    {
        "unreadable": (400, "VALIDATION_ERROR"),
        "invalid": (400, "VALIDATION_ERROR"),
        "invalid_cursor": (400, "INVALID_CURSOR"),
        "unauthenticated": (401, "UNAUTHENTICATED"),
        "gated": (403, "CNI_REQUIRED"),
        "forbidden": (403, "FORBIDDEN"),
        "not_found": (404, "NOT_FOUND"),
        "method_not_allowed": (405, "METHOD_NOT_ALLOWED"),
        "invalid_transition": (409, "INVALID_TRANSITION"),
        "idempotency_in_progress": (409, "IDEMPOTENCY_IN_PROGRESS"),
        "precondition_failed": (412, "PRECONDITION_FAILED"),
        "too_large": (413, "PAYLOAD_TOO_LARGE"),
        "unsupported_media_type": (415, "UNSUPPORTED_MEDIA_TYPE"),
        "idempotency_mismatch": (422, "IDEMPOTENCY_MISMATCH"),
        "rate_limited": (429, "RATE_LIMITED"),
        "server_error": (500, "INTERNAL_ERROR"),
        "unavailable": (503, "UNAVAILABLE"),
    },
)


def format_time(time: datetime) -> str:
    """Format a time in UTC with milliseconds: "2026-02-10T14:30:00.000Z"."""
    return format_utc(time, "milliseconds")


def left_at(row: ContactRequest | Property | DeletedRow) -> datetime | None:
    """The time at which a row left its list, None while it is there."""
    if isinstance(row, DeletedRow):
        return row.updated_at
    return row.quarantined_at if isinstance(row, ContactRequest) else None


def to_changes(changed: ChangedRows) -> Changes:
    """The rows that left their list, and the cursor of the rest."""
    gone = [(row.pk, left_at(row)) for row in changed.rows]
    return Changes(changed.next, [Deleted(id, format_time(time)) for id, time in gone if time])


def to_request_body(contact_request: ContactRequest | ListedRequest) -> ContactRequestBody:
    """Body of a contact request. Its property is shown: select_related it."""
    prop = contact_request.property
    return ContactRequestBody(
        id=contact_request.id,
        pro_id=contact_request.pro_id,
        property_id=contact_request.property_id,
        contact_id=contact_request.contact_id,
        name=contact_request.name,
        email=contact_request.email or None,
        phone=contact_request.phone or None,
        message=contact_request.message,
        status=TO_API[contact_request.status],  # type: ignore[arg-type]
        created_at=format_time(contact_request.created_at),
        updated_at=format_time(contact_request.updated_at),
        read_at=format_time(contact_request.read_at) if contact_request.read_at else None,
        replied_at=format_time(contact_request.replied_at) if contact_request.replied_at else None,
        property=PropertyBrief(prop.id, prop.slug, prop.title),
    )
