"""Dialect of /api/v1/contacts: error codes, field names and times."""

from msgspec import UNSET

from config.api.dialect import V1_CODES, CamelDialect
from config.api.errors import Detail, ProblemError, invalid_fields
from config.api.times import format_utc
from config.files.storage import StorageUnavailableError
from config.web.paging import InvalidCursorError

from .conversations.programs import TooManyCopiesError
from .conversations.seen import SeenChangedError
from .models import Contact
from .schemas import ContactAnswer, ContactBody, ListedContact


class ContactsDialect(CamelDialect):
    def translate(self, error: Exception) -> ProblemError | None:
        if isinstance(error, InvalidCursorError):
            return invalid_fields(Detail("cursor", str(error)))
        if isinstance(error, SeenChangedError):
            return ProblemError("thread_changed", "Something was added to the thread since. Nothing was sent.")
        if isinstance(error, TooManyCopiesError):
            text = f"The copies (cc) of today are used up. Try again in {error.wait} s, or without any."
            return ProblemError("rate_limited", text, headers={"Retry-After": str(error.wait)})
        if isinstance(error, StorageUnavailableError):
            return ProblemError("unavailable", "The storage of files does not answer. Try again.")
        return super().translate(error)


dialect = ContactsDialect("/api/v1/contacts", V1_CODES | {"thread_changed": (409, "thread_changed")})


def to_contact_body(contact: Contact | ListedContact) -> ContactBody:
    """JSON body of a contact."""
    return ContactBody(
        id=contact.id,
        name=contact.name,
        email=contact.email or None,
        phone=contact.phone or None,
        status=contact.status,  # type: ignore[arg-type]
        role=contact.role,  # type: ignore[arg-type]
        channel_preference=contact.channel_preference or None,  # type: ignore[arg-type]
        source=contact.source,
        referral_source=contact.referral_source or None,
        language=contact.language,
        applied_at=format_utc(contact.applied_at),
        created_at=format_utc(contact.created_at),
        updated_at=format_utc(contact.updated_at),
    )


def to_answer(contact: Contact) -> ContactAnswer:
    """Answer with one contact."""
    return ContactAnswer(to_contact_body(contact), contact.external_id or UNSET)
