"""Files of inbound messages: every kind is kept, and those that cannot be are named."""

from contextlib import ExitStack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.files.storage import NewFile, store_kept_file
from config.web.text import one_line

from ..channels.message import File


def store_files(stack: ExitStack, files: tuple[File, ...]) -> tuple[list[NewFile], list[str]]:
    """Store files, until the stack closes; return them, and "name: reason" of each rejected one."""
    stored, rejected = [], []
    for file in files:
        try:
            stored.append(stack.enter_context(store_kept_file(file.content, file.name)))
        except ValidationError as error:
            rejected.append(describe_refusal(file, error))
    return stored, rejected


def describe_refusal(file: File, error: ValidationError) -> str:
    """Line of `refused` about a file that is not kept."""
    return f"{one_line(file.name, 100) or _('Unnamed file')}: {' '.join(error.messages)}"
