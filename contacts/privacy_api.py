"""The contacts API: everything about a person, and their erasure. Source: docs/api/contacts.md, "Privacy"."""

import uuid
from typing import Literal

from django.http import FileResponse, HttpResponse
from msgspec import UNSET, Struct, UnsetType

from config.accounts.access import Caller
from config.api.dialect import created, no_content
from config.api.idempotency import RequestKey
from config.api.reading import Body
from config.api.times import format_utc
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.files.downloads import download

from .api import api, contact_of_caller
from .dialect import dialect
from .models import Erasure, PersonExport
from .privacy.erasing import NotPlannedError, plan_erasure, undo_erasure
from .privacy.exporting import ask_export
from .schemas import Moment

Reason = Literal["asked", "withdrawn", "not_needed", "mistake"]
ERASURE, EXPORT = "/<uuid:id>/erasure", "/<uuid:id>/export"
ONE_EXPORT = f"{EXPORT}/<uuid:export_id>"


class ErasureRequest(Body, rename="camel"):
    reason: Reason


class ErasureBody(Struct, rename="camel"):
    id: uuid.UUID
    contact_id: uuid.UUID
    state: Literal["planned", "undone", "done"]
    reason: Literal["asked", "withdrawn", "not_needed", "mistake", "retention"]
    created_at: Moment
    due_at: Moment
    ended_at: Moment | None
    counts: dict[str, int]


class ErasureAnswer(Struct):
    data: ErasureBody


class ExportRequest(Body, rename="camel"):
    language: Literal["en", "fr", "nl"] | UnsetType = UNSET


class ExportBody(Struct, rename="camel"):
    id: uuid.UUID
    contact_id: uuid.UUID
    state: Literal["making", "ready", "failed"]
    created_at: Moment
    ready_at: Moment | None
    expires_at: Moment | None
    download_url: str | None


class ExportAnswer(Struct):
    data: ExportBody


def _erasure(caller: Caller, id: uuid.UUID) -> Erasure:
    """The newest erasure of a contact. Raises DoesNotExist."""
    rows = Erasure.objects.for_pro(caller.pro).filter(person=id).select_related("pro")
    if (erasure := rows.first()) is None:
        raise Erasure.DoesNotExist
    return erasure


def _export(caller: Caller, id: uuid.UUID, export_id: uuid.UUID) -> PersonExport:
    """An export that this program asked for. Raises DoesNotExist."""
    exports = PersonExport.objects.for_pro(caller.pro).of_requester(caller.token)  # type: ignore[arg-type]
    return exports.select_related("file").get(pk=export_id, contact=id)


def _erasure_body(erasure: Erasure) -> ErasureBody:
    return ErasureBody(
        id=erasure.pk,
        contact_id=erasure.person,
        state=erasure.state,  # type: ignore[arg-type]
        reason=erasure.reason,  # type: ignore[arg-type]
        created_at=format_utc(erasure.created_at),
        due_at=format_utc(erasure.due_at),
        ended_at=format_utc(erasure.ended_at),
        counts=erasure.counts,
    )


def _export_body(export: PersonExport) -> ExportBody:
    is_ready = export.state == export.State.READY
    return ExportBody(
        id=export.pk,
        contact_id=export.contact_id,
        state=export.state,  # type: ignore[arg-type]
        created_at=format_utc(export.created_at),
        ready_at=format_utc(export.ready_at),
        expires_at=format_utc(export.expires_at),
        download_url=f"{_export_address(export)}/file" if is_ready else None,
    )


def _export_address(export: PersonExport) -> str:
    return f"{dialect.prefix}/{export.contact_id}/export/{export.pk}"


@api.endpoint("POST", ERASURE, scope="privacy:write", body=ErasureRequest, answer=ErasureAnswer, is_creating=True)
def erase_contact(caller: Caller, id: uuid.UUID, body: ErasureRequest, key: RequestKey) -> HttpResponse:
    """Plan the erasure of a contact.

    It leaves every list at once, with everybody merged into it, and everything about it is erased after seven days. One
    that is planned already is answered as it is.
    """
    with key.hold():
        erasure = plan_erasure(contact_of_caller(caller, id, deleted=None), reason=body.reason, by=caller.token)
        return key.answer(created(ErasureAnswer(_erasure_body(erasure)), f"{dialect.prefix}/{id}/erasure"))


@api.endpoint("GET", ERASURE, scope="privacy:read", answer=ErasureAnswer)
def get_erasure(caller: Caller, id: uuid.UUID) -> ErasureAnswer:
    """Get the newest erasure of a contact, also when it is done."""
    return ErasureAnswer(_erasure_body(_erasure(caller, id)))


@api.endpoint("DELETE", ERASURE, scope="privacy:write", takes_key=True)
def keep_contact(caller: Caller, id: uuid.UUID, key: RequestKey) -> HttpResponse:
    """Undo a planned erasure.

    The contact is where it was before. When nothing is planned, or it is done, it is 404.
    """
    with key.hold():
        try:
            undo_erasure(_erasure(caller, id), by=caller.token)
        except NotPlannedError as error:
            raise Erasure.DoesNotExist from error
        return key.answer(no_content())


@api.endpoint("POST", EXPORT, scope="privacy:write", body=ExportRequest, answer=ExportAnswer, is_creating=True)
def export_contact(caller: Caller, id: uuid.UUID, body: ExportRequest, key: RequestKey) -> HttpResponse:
    """Have everything about a contact put together as a ZIP.

    `language` is that of its pages, by default the Pro's. A job makes it within minutes; ask for its state until it is
    `ready`. The program that asked can download it for three days, or until it asks anew.
    """
    language = caller.pro.language if body.language is UNSET else body.language
    with key.hold():
        export = ask_export(contact_of_caller(caller, id, deleted=None), by=caller.token, language=language)  # type: ignore[arg-type]
        return key.answer(created(ExportAnswer(_export_body(export)), _export_address(export)))


@api.endpoint("GET", ONE_EXPORT, scope="privacy:read", answer=ExportAnswer)
def get_export(caller: Caller, id: uuid.UUID, export_id: uuid.UUID) -> ExportAnswer:
    """Get the state of an export.

    `downloadUrl` is null until it is ready.
    """
    return ExportAnswer(_export_body(_export(caller, id, export_id)))


@api.endpoint("GET", f"{ONE_EXPORT}/file", scope="privacy:read", answer=FileResponse)
def download_export(caller: Caller, id: uuid.UUID, export_id: uuid.UUID) -> FileResponse:
    """Download the ZIP of an export that is ready."""
    export = _export(caller, id, export_id)
    if export.state != export.State.READY:
        raise PersonExport.DoesNotExist
    try:
        file = export.file.open()
    except FileNotFoundError as error:
        raise PersonExport.DoesNotExist from error
    record_event(Kind.DOWNLOADED, export, pro=caller.pro, by=caller.token, detail="person")
    return download(file, filename=export.file.filename, content_type=export.file.mime_type)
