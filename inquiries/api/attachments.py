"""Attachments: list, upload, download, delete. Source: inquiries API, "File Attachments"."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from msgspec import UNSET, Meta, Struct, UnsetType

from config.accounts.access import Caller
from config.api.endpoint import Reply
from config.api.errors import Problem
from config.files.downloads import download
from config.files.storage import StorageUnavailableError

from ..attachments import attach, check_access
from ..dialect import dialect, moment
from ..ids import GREATEST_ID
from ..models import Attachment, Inquiry
from ..schemas import Moment
from .base import api

Id = Annotated[int, Meta(ge=1, le=GREATEST_ID)]


class AttachmentQuery(Struct):
    user_id: Annotated[
        int,
        Meta(ge=1, le=GREATEST_ID, description="Who asks: the inquiry's owner, its creator or somebody of the Pro."),
    ]


class AttachmentForm(Struct):
    user_id: Id
    uploaded_by: Id | UnsetType = UNSET


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


def to_body(row: Attachment, user_id: int) -> AttachmentBody:
    """An attachment as `user_id` sees it: the address is one that they may download it at."""
    address = f"{dialect.prefix}/{row.inquiry_id}/attachments/{row.pk}/download?user_id={user_id}"
    return AttachmentBody(
        id=row.pk,
        inquiry_id=row.inquiry_id,
        filename=row.filename,
        mime_type=row.mime_type,
        size=row.size,
        uploaded_by=row.uploaded_by,
        created_at=moment(row.created_at),
        download_url=settings.SITE_URL + address,
    )


def _inquiry(caller: Caller, id: int, user_id: int) -> Inquiry:
    """The Pro's inquiry, which `user_id` may see the files of. Raises DoesNotExist and PermissionDenied."""
    inquiry = Inquiry.objects.for_pro(caller.pro).get(pk=id)
    check_access(inquiry, user_id)
    return inquiry


def _attachment(caller: Caller, id: int, attachment_id: int, user_id: int) -> Attachment:
    inquiry = _inquiry(caller, id, user_id)
    return Attachment.objects.for_pro(caller.pro).get(inquiry=inquiry, pk=attachment_id)


@contextmanager
def _unavailable() -> Iterator[None]:
    """A storage that is down, in the dialect."""
    try:
        yield
    except StorageUnavailableError as error:
        message = "The storage of attachments does not answer. Try again."
        raise Problem("unavailable", message, headers={"Retry-After": "10"}) from error


@api.endpoint("GET", LIST, scope="inquiries:read", query=AttachmentQuery, answer=AttachmentList)
def list_attachments(caller: Caller, id: int, query: AttachmentQuery) -> AttachmentList:
    """List the attachments of an inquiry, oldest first."""
    inquiry = _inquiry(caller, id, query.user_id)
    rows = Attachment.objects.for_pro(caller.pro).filter(inquiry=inquiry).order_by("id")
    return AttachmentList(True, [to_body(row, query.user_id) for row in rows])


@api.endpoint(
    "POST",
    LIST,
    scope="inquiries:write",
    form=AttachmentForm,
    answer=AttachmentAnswer,
    status=201,
    is_creating=True,
)
def upload_attachment(caller: Caller, id: int, form: AttachmentForm, file: UploadedFile, once: Any) -> Any:
    """Attach a file to an inquiry.

    The body is multipart/form-data. `file` is a PDF, JPEG, PNG, GIF, WebP, DOC, DOCX, XLS, XLSX or TXT of 10 MB at the
    most, without macros; name and content must agree. `uploaded_by` is `user_id` unless it is sent. An inquiry may
    have 50 attachments.
    """
    inquiry = _inquiry(caller, id, form.user_id)
    uploaded_by = form.user_id if form.uploaded_by is UNSET else form.uploaded_by

    def finish(write: Any) -> Any:
        return once(lambda: _made(write(), form.user_id))

    with _unavailable():
        return attach(inquiry, file, file.name or "", uploaded_by=uploaded_by, finish=finish)


def _made(row: Attachment, user_id: int) -> Reply:
    location = f"{dialect.prefix}/{row.inquiry_id}/attachments/{row.pk}/download"
    answer = AttachmentAnswer(True, "Attachment uploaded successfully", to_body(row, user_id))
    return Reply(answer, 201, {"Location": location})


@api.endpoint("GET", f"{ONE}/download", scope="inquiries:read", query=AttachmentQuery, is_file=True)
def download_attachment(caller: Caller, id: int, attachment_id: int, query: AttachmentQuery) -> FileResponse:
    """Download the file of an attachment.

    It comes under its original name, and is never shown in the browser.
    """
    row = _attachment(caller, id, attachment_id, query.user_id)
    with _unavailable():
        try:
            return download(row.open(), filename=row.filename, content_type=row.mime_type)
        except FileNotFoundError as error:
            raise Attachment.DoesNotExist from error


@api.endpoint("DELETE", ONE, scope="inquiries:write", query=AttachmentQuery, answer=AttachmentDeleted)
def delete_attachment(caller: Caller, id: int, attachment_id: int, query: AttachmentQuery) -> AttachmentDeleted:
    """Delete an attachment and its file."""
    _attachment(caller, id, attachment_id, query.user_id).delete_with_file()
    return AttachmentDeleted(True, "Attachment deleted successfully")
