"""Files of an inquiry: who may see and change them, how many there may be, and how one is added.

Sources: inquiries API, "File Attachments"; contract section 5.
"""

from collections.abc import Callable

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


def attach[R](
    inquiry: Inquiry,
    file: File,
    name: str,
    *,
    uploaded_by: int | None,
    finish: Callable[[Callable[[], Attachment]], R] = lambda write: write(),  # type: ignore[assignment, return-value]
) -> R:
    """Store `file`, which its sender calls `name`, and its row. Not to be called in a transaction.

    `finish` may wrap the writing of the row in a transaction of its own, or leave it; then the file is gone again.
    Returns what it returns, the Attachment without it. Raises ValidationError for a file that is not to be kept or one
    too many, StorageUnavailableError, and DoesNotExist when the inquiry was deleted meanwhile; nothing is stored then.
    """
    try:
        # Once here, so that nothing is stored in vain, and once more where it counts.
        _check_room(inquiry)
        with store_file(file, name) as new_file:
            return finish(lambda: _create_attachment(inquiry, new_file, uploaded_by))
    except ValidationError as error:
        raise ValidationError({"file": error.error_list}) from error


def _check_room(inquiry: Inquiry) -> None:
    if Attachment.objects.filter(inquiry=inquiry).count() >= MAX_FILES:
        message = _("An inquiry may have %(n)s attachments. Delete one first.") % {"n": MAX_FILES}
        raise ValidationError(message, code="too_many")


def _create_attachment(inquiry: Inquiry, new_file: NewFile, uploaded_by: int | None) -> Attachment:
    with transaction.atomic():
        # Two uploads at once queue here, so that there is never one too many.
        inquiry.lock()
        _check_room(inquiry)
        new_file.claim()
        return Attachment.objects.create(
            inquiry=inquiry, key=new_file.key, uploaded_by=uploaded_by, **new_file.info._asdict()
        )
