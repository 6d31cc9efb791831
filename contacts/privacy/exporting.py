"""Everything about a person as a ZIP: JSON of all rows, the same as readable pages, and all files."""

import hashlib
import tempfile
import zipfile
from typing import IO, Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.tasks import TaskContext, task

from config.accounts.models import ApiToken, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.files.storage import store_unchecked
from config.files.validation import FileInfo
from config.jobs.worker import MAX_ATTEMPTS

from ..models import Contact, PersonExport
from .export_files import write_archive
from .originals import find_deliveries
from .parts import topics_of
from .person import find_person

CHUNK = 1024 * 1024


def ask_export(contact: Contact, *, by: User | ApiToken, language: str) -> PersonExport:
    """Have everything about a person put together by a job; its pages are in `language`.

    One that is being made is returned as it is, and takes the place of what they had asked for before: as files they
    would fill the disk. Raises DoesNotExist for a merged or deleted contact.
    """
    with transaction.atomic():
        contact.lock_among(Contact.objects.filter(merged_into=None))
        former = PersonExport.objects.for_pro(contact.pro).of_requester(by).filter(contact=contact)
        if making := former.filter(state=PersonExport.State.MAKING, language=language).first():
            return making
        former.delete_with_files()
        export = PersonExport(pro=contact.pro, contact=contact, language=language)
        export.user = by if isinstance(by, User) else None
        export.token = by if isinstance(by, ApiToken) else None
        export.save()
        record_event(Kind.EXPORTED, contact, pro=contact.pro, by=by, detail="person")
        make_export.enqueue(str(export.pk))
        return export


@task(takes_context=True)
def make_export(context: TaskContext, export_id: str) -> None:
    """Write the ZIP of an export. The worker tries again while the storage is away, and says so after the last time."""
    exports = PersonExport.objects.filter(pk=UUID(export_id), state=PersonExport.State.MAKING)
    if (export := exports.select_related("pro", "contact__pro").first()) is None:
        return
    try:
        _make_export(export)
    except PersonExport.DoesNotExist:
        # The person was erased meanwhile.
        return
    except Exception:
        if context.attempt >= MAX_ATTEMPTS:
            exports.update(state=PersonExport.State.FAILED)
        raise


def _make_export(export: PersonExport) -> None:
    person = find_person(export.contact)
    person = person.with_deliveries(find_deliveries(person, topics_of(person)))
    with tempfile.TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            write_archive(archive, person, export.language)
        info = _describe_file(target, f"person-{export.contact_id}.zip")
        with store_unchecked(File(target, name=info.filename), info) as new_file:
            export.keep(new_file)


def _describe_file(file: IO[bytes], name: str) -> FileInfo:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    size = file.tell()
    file.seek(0)
    return FileInfo(name, "application/zip", size, digest.hexdigest())


def may_download(export: PersonExport, by: Any) -> bool:
    """True for the one who asked, while it is ready."""
    return export.state == export.State.READY and by in (export.user, export.token)
