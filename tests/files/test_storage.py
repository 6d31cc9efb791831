"""A file exists exactly as long as the row that holds it, whatever fails between them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import OperationalError, transaction
from django.utils import timezone

from config.files.models import LooseFile
from config.files.storage import (
    StorageUnavailableError,
    delete_file_on_commit,
    delete_loose_file,
    open_file,
    store_file,
    sweep_loose_files,
)
from tests.sample_files import HOSTILE, PDF

pytestmark = pytest.mark.django_db


class CrashError(BaseException):
    """Not caught by `except Exception`."""


@pytest.fixture
def stored(attachment_folder):
    """Returns the keys in the folder, and those of loose files."""
    return lambda: (
        sorted(path.name for path in attachment_folder.rglob("*") if path.is_file()),
        sorted(LooseFile.objects.values_list("key", flat=True)),
    )


def pdf():
    return ContentFile(PDF)


def store(name="a.pdf", file=None):
    """Store a file and claim it; return its key."""
    with store_file(file or pdf(), name) as new_file, transaction.atomic():
        new_file.claim()
    return new_file.key


def make_due():
    LooseFile.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def failing(monkeypatch, verb, error):
    def fail(*args, **more):
        raise error

    monkeypatch.setattr(FileSystemStorage, verb, fail)


def test_a_claimed_file_stays(stored, attachment_folder):
    key = store()
    assert stored() == ([key], [])
    file = attachment_folder / key
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (PDF, 0o600)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    with open_file(key) as opened:
        assert opened.read() == PDF


def test_the_key_is_random(stored):
    assert (len(store("Hélène.pdf")), len({store() for _ in range(3)})) == (32, 3)


def test_it_is_loose_before_it_is_stored(stored, monkeypatch):
    loose_when_saving, save = [], FileSystemStorage._save

    def save_and_look(storage, name, content):
        loose_when_saving.append(LooseFile.objects.filter(key=name).exists())
        return save(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", save_and_look)
    store()
    assert loose_when_saving == [True]


def test_an_unclaimed_file_is_deleted(stored):
    with store_file(pdf(), "a.pdf"):
        pass
    assert stored() == ([], [])


@pytest.mark.parametrize("error", [ValueError, OperationalError, CrashError])
def test_a_failure_after_storing_deletes_the_file(stored, error):
    with pytest.raises(error), store_file(pdf(), "a.pdf") as new_file, transaction.atomic():
        new_file.claim()
        raise error
    assert stored() == ([], [])


def test_a_failure_after_the_commit_keeps_the_file(stored):
    with pytest.raises(ValueError), store_file(pdf(), "a.pdf") as new_file:
        with transaction.atomic():
            new_file.claim()
        raise ValueError
    assert stored() == ([new_file.key], [])


@pytest.mark.parametrize("label", ["a web page as PDF", "a name with a way up", "a byte too many"])
def test_a_refused_file_is_never_stored(stored, label):
    name, content = HOSTILE[label]
    with pytest.raises(ValidationError), store_file(ContentFile(content), name):
        pass
    assert stored() == ([], [])


def test_a_folder_that_cannot_be_written_to(stored, attachment_folder):
    attachment_folder.parent.mkdir(exist_ok=True)
    attachment_folder.write_text("This is no folder.")
    with pytest.raises(StorageUnavailableError), store_file(pdf(), "a.pdf"):
        pass
    # The file could not be deleted either, and is tried again later.
    assert LooseFile.objects.count() <= 1
    attachment_folder.unlink()
    make_due()
    sweep_loose_files()
    assert stored() == ([], [])


def test_a_disk_that_fills_up_while_storing(stored):
    class Full(ContentFile):
        is_storing = False

        def chunks(self, chunk_size=None):
            yield PDF
            if self.is_storing:
                raise OSError(28, "No space left on device")
            self.is_storing = True

    with pytest.raises(StorageUnavailableError), store_file(Full(PDF), "a.pdf"):
        pass
    assert stored() == ([], [])


def test_a_disk_that_fails_twice_leaves_the_file_to_the_sweep(stored, monkeypatch):
    with monkeypatch.context() as patch:
        failing(patch, "delete", OSError(5, "Input/output error"))
        with pytest.raises(ValueError), store_file(pdf(), "a.pdf") as new_file:
            raise ValueError
        assert stored() == ([new_file.key], [new_file.key])
        make_due()
        sweep_loose_files()  # the disk fails still
        assert stored() == ([new_file.key], [new_file.key])
        assert not LooseFile.objects.due().exists()
    make_due()
    sweep_loose_files()
    assert stored() == ([], [])


def test_no_file_is_deleted_while_the_database_is_down(stored, monkeypatch):
    """There is no telling then whether a row holds it."""

    def gone(*args, **more):
        raise OperationalError("gone")

    with pytest.raises(OperationalError), store_file(pdf(), "a.pdf") as new_file:
        with monkeypatch.context() as patch:
            patch.setattr(type(LooseFile.objects), "filter", gone)
            delete_loose_file(new_file.key)
            assert stored_files(new_file.key)
        raise OperationalError("gone")
    assert stored() == ([], [])


def stored_files(key):
    return storages["attachments"].exists(key)


def test_the_sweep_leaves_a_file_that_is_being_stored(stored):
    with store_file(pdf(), "a.pdf") as new_file:
        sweep_loose_files()
        assert stored() == ([new_file.key], [new_file.key])
        with transaction.atomic():
            new_file.claim()
    sweep_loose_files()
    assert stored() == ([new_file.key], [])


def test_a_file_that_was_loose_for_too_long_cannot_be_claimed(stored):
    with pytest.raises(LooseFile.DoesNotExist), store_file(pdf(), "a.pdf") as new_file:
        LooseFile.objects.update(due_at=timezone.now() + timedelta(minutes=29))
        with transaction.atomic():
            new_file.claim()
    assert stored() == ([], [])


@pytest.mark.django_db(transaction=True)
def test_a_file_is_not_stored_in_a_transaction(stored):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), store_file(pdf(), "a.pdf"):
        pass
    assert stored() == ([], [])


def test_a_file_is_deleted_with_its_transaction(stored, django_capture_on_commit_callbacks):
    key = store()
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        delete_file_on_commit(key)
        assert stored() == ([key], [key])
    callbacks[0]()
    assert stored() == ([], [])


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_deletion_is_rolled_back_stays(stored):
    key = store()
    with pytest.raises(CrashError), transaction.atomic():
        delete_file_on_commit(key)
        raise CrashError
    assert stored() == ([key], [])


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_deleted_on_commit_is_swept_later(stored, monkeypatch):
    key = store()
    with monkeypatch.context() as patch, transaction.atomic():
        failing(patch, "delete", OSError(5, "Input/output error"))
        delete_file_on_commit(key)
        transaction.on_commit(lambda: None)
        # Committed while the disk still fails.
        transaction.get_connection().on_commit(lambda: patch.undo())
    assert stored() == ([key], [key])
    make_due()
    sweep_loose_files()
    assert stored() == ([], [])


def test_the_sweep_deletes_what_a_crash_left(stored, attachment_folder):
    key = store()
    attachment_folder.joinpath("left").write_bytes(PDF)
    LooseFile.objects.create(key="left", due_at=timezone.now() - timedelta(seconds=1))
    LooseFile.objects.create(key="never stored", due_at=timezone.now() - timedelta(seconds=1))
    sweep_loose_files()
    assert stored() == ([key], [])


def test_a_missing_file_raises_file_not_found(stored):
    with pytest.raises(FileNotFoundError):
        open_file("gone")


def test_an_unreadable_file_raises_storage_unavailable(stored, monkeypatch):
    key = store()
    failing(monkeypatch, "_open", PermissionError(13, "Permission denied"))
    with pytest.raises(StorageUnavailableError):
        open_file(key)


def test_a_file_that_another_worker_deleted_meanwhile_is_not_postponed(db):
    LooseFile.objects.create(key="k")
    loose_file = LooseFile.objects.get()
    LooseFile.objects.all().delete()
    loose_file.postpone()
    assert not LooseFile.objects.exists()
