"""Answers from a form: what was typed, and its files, are kept as the draft until they have been sent."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User
from config.files.storage import StorageUnavailableError

from ..channels.message import File
from ..models import Contact, ContactMessage, Draft
from .drafts import find_draft, save_draft, sort_out_files
from .files import store_files
from .writing import find_written, write_message

Uploads = Iterable[UploadedFile]
UNAVAILABLE = _("The files could not be stored. Please try again in a few minutes.")


def keep_draft(
    contact: Contact, text: str, uploads: Uploads, *, by: User, **fields: Any
) -> tuple[Draft | None, list[str]]:
    """Keep typed words and uploaded files as the user's draft; return it, and "name: reason" of each refused file.

    `fields` are those of `save_draft`. Not to be called in a transaction. Raises DoesNotExist when the contact is
    archived, and StorageUnavailableError: then nothing is kept.
    """
    with ExitStack() as stack:
        files, refused = store_files(stack, tuple(File(each.name or "", each.read()) for each in uploads))
        taken, rejected = sort_out_files(find_draft(contact, by, fields.get("topic", "")), files)
        draft = save_draft(contact, by, text, files=taken, **fields)
        return draft, [*refused, *rejected]


def send_answer(contact: Contact, text: str, uploads: Uploads, *, by: User, **options: Any) -> ContactMessage:
    """Write an answer with its files, by the options of `write_message`; keep all of it as the draft when it fails.

    Raises what `write_message` raises. Not to be called in a transaction.
    """
    # Its files have left with it.
    if message := find_written(contact, text, channel=options["channel"], id=options.get("id")):
        return message
    kept = {name: options[name] for name in ("topic", "channel", "cc") if name in options}
    try:
        _store_files(contact, text, list(uploads), by=by, **kept)
        return write_message(contact, text, by=by, **options)
    except ValidationError:
        save_draft(contact, by, text, **kept)
        raise


def _store_files(contact: Contact, text: str, uploads: list[UploadedFile], *, by: User, **fields: Any) -> None:
    """Add uploaded files to the draft. Raises ValidationError with those that are refused; the others stay there."""
    if not uploads:
        return
    try:
        _draft, refused = keep_draft(contact, text, uploads, by=by, **fields)
    except StorageUnavailableError:
        raise ValidationError({"files": UNAVAILABLE}) from None
    if refused:
        raise ValidationError({"files": refused})
