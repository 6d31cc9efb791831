"""Upload of a CSV file: a small one is read by the request; a larger one by a job, in a process with limits."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.tasks import task
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from msgspec import Struct

from config.accounts.models import Pro, User
from config.jobs.turns import in_turn
from config.limited import LimitExceededError, run_limited

from ..models import ContactImport
from ..models.file_import import NO_ROWS
from .headings import recognise_columns
from .reading import Table, check_beginning, looks_like_data, read_table
from .rows import language_of

State = ContactImport.State
READ_AT_ONCE = 128 * 1024  # bytes, which take a tenth of a second at most
# 50,000 rows take about a second, a file that is made to keep us busy three.
MAX_SECONDS, MAX_MEGABYTES = 30, 800


class Reading(Struct):
    """A file that was read: its headings, their fields, and its rows with their numbers; or why it cannot be."""

    headings: list[str] = []
    columns: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    error: str = ""


def upload(pro: Pro, content: bytes, *, filename: str, by: User) -> ContactImport:
    """Store a file without importing it. The rows of a larger one come later: it is in the state "reading".

    Raises ValidationError for a file that cannot be read; then nothing is stored.
    """
    check_beginning(content)
    if len(content) <= READ_AT_ONCE:
        table, columns = _read_columns(content)
        imports = ContactImport.objects
        return imports.upload(pro, filename=filename, headings=table.headings, columns=columns, rows=table.rows, by=by)
    with transaction.atomic():
        contact_import = ContactImport.objects.create(
            pro=pro, user=by, filename=filename[:200], content=content, state=State.READING
        )
        in_turn(read_import, pro.pk).enqueue(str(contact_import.pk))
    return contact_import


def _read_columns(content: bytes) -> tuple[Table, list[str]]:
    """The file, and the field of each column. Raises ValidationError."""
    table = read_table(content)
    columns = recognise_columns(table.headings)
    if not any(columns) and looks_like_data(table.headings):
        message = _("The first row looks like a contact. It must hold headings such as Name, E-mail, Phone.")
        raise ValidationError(message, code="headings")
    return table, columns


def read_content(content: bytes, language: str) -> Reading:
    """Read a file as a whole. Uses no database."""
    with override(language):
        try:
            table, columns = _read_columns(content)
            return Reading(table.headings, columns, list(table.rows))
        except ValidationError as error:
            return Reading(error=" ".join(error.messages))


@task(queue_name="imports")
def read_import(import_id: str) -> None:
    """Read a file that was kept by `upload`; afterwards its columns can be chosen, or the page says why not."""
    imports = ContactImport.objects.filter(pk=import_id, state=State.READING).defer(None)
    contact_import = imports.select_related("pro", "user").first()
    if contact_import is None:
        return
    with language_of(contact_import):
        try:
            reading = _read_limited(bytes(contact_import.content or b""))
            _store_reading(import_id, reading)
        except Exception as error:
            # Shown to the Pro; the worker retries.
            ContactImport.objects.filter(pk=import_id).update(error=type(error).__name__)
            raise


def _read_limited(content: bytes) -> Reading:
    arguments = (content, get_language() or "en")
    try:
        return run_limited(read_content, *arguments, result=Reading, seconds=MAX_SECONDS, megabytes=MAX_MEGABYTES)
    except LimitExceededError:
        return Reading(error=_("The file takes too long to read. Save it as CSV anew, or split it into several."))


def _store_reading(import_id: str, reading: Reading) -> None:
    with transaction.atomic():
        # Discarded, or read by another job, meanwhile: nothing is left to do.
        contact_import = ContactImport.objects.locked().filter(pk=import_id, state=State.READING).first()
        if contact_import is None:
            return
        if reading.error:
            contact_import.refuse(reading.error)
        elif not reading.rows:
            contact_import.refuse(str(NO_ROWS))
        else:
            contact_import.store_rows(reading.headings, reading.columns, reading.rows)
