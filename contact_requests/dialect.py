"""How /pro speaks: its codes, its names for the statuses and its times."""

from datetime import UTC, datetime

from config.api.dialect import Dialect
from config.api.errors import Problem
from config.web.paging import InvalidCursor

from .models import ContactRequest, InvalidTransition
from .schemas import ContactRequestBody, PropertyBrief

TO_API = {"new": "new_request", "read": "read", "replied": "replied"}
TO_DATABASE = {api: database for database, api in TO_API.items()}


class ProDialect(Dialect):
    def problem(self, error: Exception) -> Problem | None:
        if isinstance(error, InvalidTransition):
            allowed = " or ".join(TO_API[status] for status in error.allowed) or "nothing"
            present, wanted = TO_API[error.present], TO_API[error.wanted]
            return Problem(
                "invalid_transition",
                f"A request that is {present} cannot become {wanted}; allowed: {allowed}.",
            )
        if isinstance(error, InvalidCursor):
            return Problem("invalid_cursor", str(error))
        return super().problem(error)


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
        "too_large": (413, "PAYLOAD_TOO_LARGE"),
        "unsupported_media_type": (415, "UNSUPPORTED_MEDIA_TYPE"),
        "rate_limited": (429, "RATE_LIMITED"),
        "server_error": (500, "INTERNAL_ERROR"),
        "unavailable": (503, "UNAVAILABLE"),
    },
)


def moment(time: datetime) -> str:
    """ "2026-02-10T14:30:00.000Z"."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def to_body(row: ContactRequest) -> ContactRequestBody:
    """A request as /pro shows it; `row.property` must be loaded."""
    return ContactRequestBody(
        id=row.pk,
        pro_id=row.pro_id,
        property_id=row.property_id,
        contact_id=row.contact_id,
        name=row.name,
        email=row.email or None,
        phone=row.phone or None,
        message=row.message,
        status=TO_API[row.status],  # type: ignore[arg-type]
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        read_at=moment(row.read_at) if row.read_at else None,
        replied_at=moment(row.replied_at) if row.replied_at else None,
        property=PropertyBrief(row.property.pk, row.property.slug, row.property.title),
    )
