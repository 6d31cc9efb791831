"""Add files to an inquiry: access, the limit of their number, storing.

Sources: inquiries API, "File Attachments"; contract section 5.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from config.accounts.models import User
from config.files.storage import NewFile, store_file

from .models import Attachment, Inquiry

MAX_FILES = 50  # an inquiry


def check_access(inquiry: Inquiry, user_id: int) -> None:
    """Raise PermissionDenied unless this UserHub user owns the inquiry, submitted it, or belongs to its Pro."""
    if user_id in (inquiry.user_id, inquiry.created_by):
        return
    if not User.objects.filter(pro=inquiry.pro_id, userhub_id=user_id, is_active=True).exists():
        raise PermissionDenied


def attach(inquiry: Inquiry, file: File, name: str, *, uploaded_by: int | None) -> Attachment:
    """Store `file`, which its sender calls `name`, and create its row.

    Raises as `store_attachment_file` and `create_attachment` do.
    """
    with store_attachment_file(inquiry, file, name) as new_file:
        return create_attachment(inquiry, new_file, uploaded_by=uploaded_by)


@contextmanager
def store_attachment_file(inquiry: Inquiry, file: File, name: str) -> Iterator[NewFile]:
    """Store `file`; it is deleted at the end of the block unless `create_attachment` has created its row.

    Not to be called in a transaction. Raises ValidationError for an unacceptable file or one too many, and
    StorageUnavailableError; nothing is stored then.
    """
    try:
        # Checked before anything is stored, and again under the lock.
        _check_room(inquiry)
        with store_file(file, name) as new_file:
            yield new_file
    except ValidationError as error:
        raise ValidationError({"file": error.error_list}) from error


def _check_room(inquiry: Inquiry) -> None:
    if Attachment.objects.filter(inquiry=inquiry).count() >= MAX_FILES:
        message = _("An inquiry may have %(n)s attachments. Delete one first.") % {"n": MAX_FILES}
        raise ValidationError(message, code="too_many")


def create_attachment(inquiry: Inquiry, new_file: NewFile, *, uploaded_by: int | None) -> Attachment:
    """Create the row of a stored file. Raises ValidationError for one too many, DoesNotExist for a deleted inquiry."""
    with transaction.atomic():
        # Concurrent uploads wait here for each other, so that there is never one too many.
        inquiry.lock()
        _check_room(inquiry)
        new_file.claim()
        info = new_file.info._asdict()
        return Attachment.objects.create(inquiry=inquiry, key=new_file.key, uploaded_by=uploaded_by, **info)
