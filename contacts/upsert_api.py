"""The contacts API: by the id of another program, many at once, and back again. Source: docs/api/contacts.md."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import register_converter
from django.urls.converters import StringConverter
from msgspec import UNSET

from config.accounts.access import Caller
from config.api.dialect import Error, created, json_response
from config.api.errors import Detail, ProblemError, invalid_fields
from config.api.idempotency import RequestKey
from config.api.reading import read_fields
from config.audit.recording import record_view

from .api import api, sent_fields
from .book.upserting import ErasurePlannedError, find_by_external_id, register_many, restore_contact, upsert_contact
from .dialect import dialect, to_answer, to_contact_body
from .models import Contact
from .models.external_id import EXTERNAL_ID, validate_external_id
from .schemas import BulkAnswer, BulkCounts, BulkCreate, BulkRow, ContactAnswer, ContactCreate, ContactUpsert

register_converter(StringConverter, "external")
BY_EXTERNAL_ID = "/by-external-id/<external:external_id>"


def _find_by_external_id(caller: Caller, external_id: str) -> Contact:
    """The contact with this external id. Raises DoesNotExist."""
    if not EXTERNAL_ID.fullmatch(external_id):
        raise Contact.DoesNotExist
    return find_by_external_id(caller.pro, external_id)


def lock_by_external_id(caller: Caller, external_id: str) -> ContactAnswer:
    """Lock the contact with this external id, and answer as its GET does. Raises ProblemError where there is none."""
    try:
        contact = _find_by_external_id(caller, external_id)
        contact.lock()
    except Contact.DoesNotExist as error:
        raise ProblemError("precondition_failed", "There is no contact with this external id.") from error
    return to_answer(contact)


@api.endpoint("GET", BY_EXTERNAL_ID, scope="contacts:read", answer=ContactAnswer)
def get_contact_by_external_id(caller: Caller, external_id: str) -> ContactAnswer:
    """Get the contact with an external id.

    When that contact was merged into another one, it is the other one.
    """
    contact = _find_by_external_id(caller, external_id)
    record_view(contact, by=caller.actor)
    return to_answer(contact)


@api.endpoint(
    "PUT",
    BY_EXTERNAL_ID,
    scope="contacts:write",
    body=ContactUpsert,
    answer=ContactAnswer,
    current=lock_by_external_id,
    may_create=True,
)
def upsert_contact_by_external_id(caller: Caller, external_id: str, body: ContactUpsert) -> HttpResponse:
    """Change the contact with an external id, or create it.

    A new one needs `name` and one of `email` and `phone`, and is answered 201. Of a present one the fields that are
    sent are changed, and it is answered 200; when it was merged into another contact, that one is changed. A deleted
    one is not found: a new contact is created.
    """
    try:
        validate_external_id(external_id)
    except ValidationError as error:
        raise ValidationError({"external_id": error}) from error
    contact, is_new = upsert_contact(caller.pro, external_id, sent_fields(body), by=caller.token)
    answer = to_answer(contact)
    return created(answer, f"{dialect.prefix}/{contact.pk}") if is_new else json_response(answer)


@api.endpoint("POST", "/<uuid:id>/restore", scope="contacts:write", answer=ContactAnswer, takes_key=True)
def restore_deleted_contact(caller: Caller, id: uuid.UUID, key: RequestKey) -> HttpResponse:
    """Restore a deleted contact.

    It is in the lists again, with everything that it had; of its e-mail, phone and external id, those that another
    contact has by now stay with that one for messages and for the external id. One that was not deleted is answered as
    it is. A merged contact is 404. Where an erasure is planned, the token needs `privacy:write` too.
    """
    with key.hold():
        try:
            keeps = not caller.allows("privacy:write")
            contact = restore_contact(caller.pro, id, by=caller.token, keeps_erasure=keeps)
        except ErasurePlannedError as error:
            text = "An erasure is planned. This token lacks the scope privacy:write."
            raise ProblemError("forbidden", text) from error
        return key.answer(json_response(to_answer(contact)))


@api.endpoint("POST", "/bulk", scope="contacts:write", body=BulkCreate, answer=BulkAnswer, takes_key=True)
def create_contacts(caller: Caller, body: BulkCreate, key: RequestKey) -> HttpResponse:
    """Create up to 500 contacts.

    Each row is answered by itself, in the order of the rows: 201 with the contact, or 400 with its error. The valid
    rows are created together, whatever becomes of the others.
    """
    with key.hold():
        read = [_read_row(row) for row in body.contacts]
        valid = [fields for fields in read if isinstance(fields, dict)]
        made = iter(register_many(caller.pro, valid, by=caller.token))
        results = [next(made) if isinstance(row, dict) else row for row in read]
        rows = [_to_row(index, result) for index, result in enumerate(results)]
        count = sum(row.status == 201 for row in rows)
        return key.answer(json_response(BulkAnswer(rows, BulkCounts(count, len(rows) - count))))


def _read_row(row: Any) -> dict[str, Any] | ProblemError:
    """The fields of a row, or what is wrong with it."""
    if not isinstance(row, dict):
        return invalid_fields(Detail("contact", "Send an object."))
    try:
        return sent_fields(read_fields(row, ContactCreate))
    except ProblemError as error:
        return error


def _to_row(index: int, result: Contact | Exception) -> BulkRow:
    if isinstance(result, Contact):
        return BulkRow(index, 201, data=to_contact_body(result), external_id=result.external_id or UNSET)
    problem = dialect.translate(result)
    if problem is None:
        raise result
    status, code = dialect.status_and_code(problem.kind)
    return BulkRow(index, status, error=Error(code, problem.message, problem.details))
