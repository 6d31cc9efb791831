"""Start and work the phases of an import of properties: the reading, the check (dry run), the run, and its pictures."""

from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from msgspec import Struct

from config.accounts.models import Pro, User
from config.jobs.turns import in_turn
from config.limited import LimitExceededError, run_limited
from contacts.importing.batches import Phase, work_batches
from contacts.importing.reading import check_beginning, read_table
from contacts.models.file_import import NO_ROWS

from ..models import Property, PropertyImport, PropertyImportRow
from ..pictures import add_picture
from .columns import PICTURES, recognise_columns
from .openimmo import HEADINGS, read_openimmo, read_picture
from .rows import check_rows, language_of, run_rows

State, Outcome, Kind = PropertyImport.State, PropertyImportRow.Outcome, PropertyImport.Kind
# A row is worked by itself, with an event of its own.
CHECK_BATCH, RUN_BATCH = 100, 25  # rows
MAX_BYTES = 60 * 1024 * 1024
MAX_SECONDS, MAX_MEGABYTES = 30, 1200
XML = (b"<?xml", b"\xef\xbb\xbf<?xml", b"<openimmo", b"PK\x03\x04", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


class Reading(Struct):
    """A file that was read: its headings, their fields, and its rows with their numbers; or why it cannot be."""

    headings: list[str] = []
    columns: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    error: str = ""


def upload(pro: Pro, content: bytes, *, filename: str, by: User) -> PropertyImport:
    """Store a CSV or OpenImmo file, to be read by a job. Raises ValidationError for one that is none at first sight."""
    kind = detect_kind(content)
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 60 MB. Split it into several."), code="too_large")
    if kind == Kind.CSV:
        check_beginning(content)
    with transaction.atomic():
        property_import = PropertyImport.objects.create(
            pro=pro, user=by, filename=filename[:200], kind=kind, content=content, state=State.READING
        )
        in_turn(read_properties, pro.pk).enqueue(str(property_import.pk))
    return property_import


def detect_kind(content: bytes) -> str:
    """A value of `PropertyImport.Kind`, by the first bytes of a file."""
    return Kind.OPENIMMO if content[:64].lstrip().startswith(XML) else Kind.CSV


def read_content(content: bytes, kind: str, language: str) -> Reading:
    """Read a file as a whole. Uses no database."""
    with override(language):
        try:
            if kind == Kind.OPENIMMO:
                return Reading(HEADINGS, HEADINGS, list(enumerate(read_openimmo(content), start=1)))
            table = read_table(content, recognise_columns)
            return Reading(table.headings, recognise_columns(table.headings), list(table.rows))
        except ValidationError as error:
            return Reading(error=" ".join(error.messages))


@task(queue_name="imports")
def read_properties(import_id: str) -> None:
    """Read a file; then its columns can be chosen, those of OpenImmo are known and its rows checked at once."""
    imports = PropertyImport.objects.filter(pk=import_id, state=State.READING).defer(None)
    property_import = imports.select_related("pro", "user").first()
    if property_import is None:
        return
    with language_of(property_import):
        try:
            reading = _read_limited(bytes(property_import.content or b""), property_import.kind)
        except Exception as error:
            # Shown to the Pro; the worker retries.
            PropertyImport.objects.filter(pk=import_id).update(error=type(error).__name__)
            raise
        _store_reading(import_id, reading)


def _read_limited(content: bytes, kind: str) -> Reading:
    arguments = (content, kind, get_language() or "en")
    try:
        return run_limited(read_content, *arguments, result=Reading, seconds=MAX_SECONDS, megabytes=MAX_MEGABYTES)
    except LimitExceededError:
        return Reading(error=_("The file takes too long to read. Split it into several."))


def _store_reading(import_id: str, reading: Reading) -> None:
    with transaction.atomic():
        rows = PropertyImport.objects.locked().filter(pk=import_id, state=State.READING).defer(None)
        property_import = rows.first()
        if property_import is None:
            return
        if reading.error or not reading.rows:
            property_import.refuse(reading.error or str(NO_ROWS))
            return
        property_import.store_rows(reading.headings, reading.columns, reading.rows)
        if property_import.kind == Kind.OPENIMMO:
            start_check(property_import, reading.columns)


def start_check(property_import: PropertyImport, columns: list[str]) -> None:
    """Check every row in the background, with these columns. Without effect while it is worked on, or after its run."""
    with transaction.atomic():
        property_import.lock()
        if property_import.state in (State.UPLOADED, State.CHECKED):
            property_import.columns = columns
            property_import.rows.update(key="")
            property_import.begin_phase(State.CHECKING)
            in_turn(check_properties, property_import.pro_id).enqueue(str(property_import.pk))


def start_run(property_import: PropertyImport, *, by: User) -> bool:
    """Import the checked rows in the background. False when it is not checked, runs already, or has nothing to import.

    Raises DoesNotExist when it was discarded meanwhile.
    """
    with transaction.atomic():
        property_import.lock()
        if property_import.state != State.CHECKED or not property_import.importable:
            return False
        property_import.user, property_import.started_at = by, timezone.now()
        property_import.begin_phase(State.RUNNING)
        in_turn(run_properties, property_import.pro_id).enqueue(str(property_import.pk))
        return True


def resume_import(property_import: PropertyImport) -> None:
    """Retry a phase that failed. Without effect on one that has not failed."""
    with transaction.atomic():
        property_import.lock()
        if property_import.is_working and property_import.error:
            property_import.error = ""
            property_import.save(update_fields=["error"])
            jobs = {State.READING: read_properties, State.CHECKING: check_properties, State.RUNNING: run_properties}
            in_turn(jobs[State(property_import.state)], property_import.pro_id).enqueue(str(property_import.pk))


@task(queue_name="imports")
def check_properties(import_id: str) -> None:
    """Check an import's rows: the dry run."""
    work_batches(import_id, Phase(PropertyImport, State.CHECKING, CHECK_BATCH, check_rows, check_properties))


@task(queue_name="imports")
def run_properties(import_id: str) -> None:
    """Import an import's rows."""
    work_batches(import_id, Phase(PropertyImport, State.RUNNING, RUN_BATCH, _run_rows, run_properties))


def _run_rows(property_import: PropertyImport, rows: list[PropertyImportRow]) -> None:
    run_rows(property_import, rows)
    if PICTURES not in property_import.columns:
        return
    at = property_import.columns.index(PICTURES)
    for row in rows:
        if row.property_id and len(row.values) > at and row.values[at]:
            in_turn(import_pictures, property_import.pro_id).enqueue(str(property_import.pk), row.number)


@task(queue_name="imports")
def import_pictures(import_id: str, number: int) -> None:
    """Add the pictures that a row names to its property, unless it has some. Files are stored outside transactions."""
    rows = PropertyImportRow.objects.filter(property_import__id=import_id, number=number)
    row = rows.select_related("property").first()
    if row is None or row.property is None or row.property.pictures.exists():
        return
    property_import = PropertyImport.objects.defer(None).get(pk=import_id)
    content = bytes(property_import.content or b"")
    for name in row.values[property_import.columns.index(PICTURES)].split("\n"):
        if picture := read_picture(content, name):
            # One that is no usable picture, or one too many, is left out.
            with suppress(ValidationError, Property.DoesNotExist):
                add_picture(row.property, picture, filename=name, description=row.property.title)
