"""Attachments: list, upload, download, delete. Source: inquiries API, "File Attachments"."""

from typing import Annotated, ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from msgspec import UNSET, Struct, UnsetType

from config.accounts.access import Caller
from config.api.dialect import created, json_response
from config.api.idempotency import RequestKey
from config.api.reading import Input
from config.api.uploads import Form
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.files.downloads import download

from ..attachments import check_access, create_attachment, store_attachment_file
from ..dialect import dialect, moment
from ..ids import Id, id_meta
from ..models import Attachment, Inquiry
from ..schemas.types import Moment
from .base import ATTACHMENTS, api


class AttachmentQuery(Input):
    user_id: Annotated[
        int,
        id_meta("Who asks: the inquiry's owner, its creator or somebody of the Pro."),
    ]


class DeletionQuery(AttachmentQuery):
    """The same, or in a JSON body: some clients send what a DELETE takes there."""

    reads_body: ClassVar = True


class AttachmentForm(Form, kw_only=True):
    user_id: Id
    uploaded_by: Id | UnsetType = UNSET
    file: UploadedFile


class AttachmentBody(Struct):
    id: int
    inquiry_id: int
    filename: str
    mime_type: str
    size: int
    uploaded_by: int | None
    created_at: Moment
    download_url: str


class AttachmentList(Struct):
    success: bool
    data: list[AttachmentBody]


class AttachmentAnswer(Struct):
    success: bool
    message: str
    data: AttachmentBody


class AttachmentDeleted(Struct):
    success: bool
    message: str


LIST, ONE = "/<int:id>/attachments", "/<int:id>/attachments/<int:attachment_id>"


def to_attachment_body(row: Attachment, user_id: int) -> AttachmentBody:
    """An attachment with the address at which `user_id` can download it."""
    return AttachmentBody(
        id=row.pk,
        inquiry_id=row.inquiry_id,
        filename=row.filename,
        mime_type=row.mime_type,
        size=row.size,
        uploaded_by=row.uploaded_by,
        created_at=moment(row.created_at),
        download_url=f"{settings.SITE_URL}{_download_address(row)}?user_id={user_id}",
    )


def _download_address(row: Attachment) -> str:
    return f"{dialect.prefix}/{row.inquiry_id}/attachments/{row.pk}/download"


def _inquiry(caller: Caller, id: int, user_id: int) -> Inquiry:
    """Find the Pro's inquiry if `user_id` may see its files. Raises DoesNotExist and PermissionDenied."""
    inquiry = Inquiry.objects.for_pro(caller.pro).get(pk=id)
    check_access(inquiry, user_id)
    return inquiry


def _attachment(caller: Caller, id: int, attachment_id: int, user_id: int) -> Attachment:
    inquiry = _inquiry(caller, id, user_id)
    return Attachment.objects.for_pro(caller.pro).get(inquiry=inquiry, pk=attachment_id)


@api.endpoint("GET", LIST, scope="inquiries:read", tag=ATTACHMENTS, query=AttachmentQuery, answer=AttachmentList)
def list_attachments(caller: Caller, id: int, query: AttachmentQuery) -> AttachmentList:
    """List the attachments of an inquiry, oldest first."""
    inquiry = _inquiry(caller, id, query.user_id)
    rows = Attachment.objects.for_pro(caller.pro).filter(inquiry=inquiry).order_by("id")
    return AttachmentList(True, [to_attachment_body(row, query.user_id) for row in rows])


@api.endpoint(
    "POST",
    LIST,
    scope="inquiries:write",
    tag=ATTACHMENTS,
    body=AttachmentForm,
    answer=AttachmentAnswer,
    is_creating=True,
)
def upload_attachment(caller: Caller, id: int, body: AttachmentForm, key: RequestKey) -> HttpResponse:
    """Attach a file to an inquiry.

    The body is multipart/form-data. `file` is a PDF, JPEG, PNG, GIF, WebP, DOC, DOCX, XLS, XLSX or TXT of 10 MB at the
    most, without macros; name and content must agree. `uploaded_by` is `user_id` unless it is sent. An inquiry may
    have 50 attachments.
    """
    inquiry = _inquiry(caller, id, body.user_id)
    uploaded_by = body.user_id if body.uploaded_by is UNSET else body.uploaded_by
    with store_attachment_file(inquiry, body.file, body.file.name or "") as new_file, key.hold():
        row = create_attachment(inquiry, new_file, uploaded_by=uploaded_by)
        answer = AttachmentAnswer(True, "Attachment uploaded successfully", to_attachment_body(row, body.user_id))
        return key.answer(created(answer, _download_address(row)))


@api.endpoint(
    "GET", f"{ONE}/download", scope="inquiries:read", tag=ATTACHMENTS, query=AttachmentQuery, answer=FileResponse
)
def download_attachment(caller: Caller, id: int, attachment_id: int, query: AttachmentQuery) -> FileResponse:
    """Download the file of an attachment.

    It comes under its original name, and is never shown in the browser.
    """
    row = _attachment(caller, id, attachment_id, query.user_id)
    try:
        response = download(row.open(), filename=row.filename, content_type=row.mime_type)
    except FileNotFoundError as error:
        raise Attachment.DoesNotExist from error
    record_event(Kind.DOWNLOADED, row, pro=caller.pro, by=caller.actor)
    return response


@api.endpoint(
    "DELETE",
    ONE,
    scope="inquiries:write",
    tag=ATTACHMENTS,
    query=DeletionQuery,
    answer=AttachmentDeleted,
    takes_key=True,
)
def delete_attachment(
    caller: Caller, id: int, attachment_id: int, query: DeletionQuery, key: RequestKey
) -> HttpResponse:
    """Delete an attachment and its file.

    `user_id` may be sent in a JSON body instead of the query.
    """
    with key.hold():
        _attachment(caller, id, attachment_id, query.user_id).delete_with_file()
        return key.answer(json_response(AttachmentDeleted(True, "Attachment deleted successfully")))
