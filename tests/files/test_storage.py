"""A file and the row that holds it live and die together, whatever fails between them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import OperationalError, transaction
from django.utils import timezone

from config.files.models import LooseFile
from config.files.storage import StorageUnavailable, discard, keep, open_file, release, sweep_loose_files
from tests.sample_files import HOSTILE, PDF

pytestmark = pytest.mark.django_db


class Crash(BaseException):
    """What `except Exception` does not catch."""


@pytest.fixture
def stored(attachment_folder):
    """What is in the folder, and what is loose."""
    return lambda: (
        sorted(path.name for path in attachment_folder.rglob("*") if path.is_file()),
        sorted(LooseFile.objects.values_list("key", flat=True)),
    )


def pdf():
    return ContentFile(PDF)


def store(name="a.pdf", file=None):
    """Store a file for a row that takes it; returns its key."""
    with keep(file or pdf(), name) as kept, transaction.atomic():
        kept.take()
    return kept.key


def make_due():
    LooseFile.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def failing(monkeypatch, verb, error):
    def fail(*args, **more):
        raise error

    monkeypatch.setattr(FileSystemStorage, verb, fail)


def test_what_is_taken_stays(stored, attachment_folder):
    key = store()
    assert stored() == ([key], [])
    file = attachment_folder / key
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (PDF, 0o600)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    with open_file(key) as opened:
        assert opened.read() == PDF


def test_the_key_says_nothing_of_the_name(stored):
    assert (len(store("Hélène.pdf")), len({store() for _ in range(3)})) == (32, 3)


def test_it_is_loose_before_it_is_stored(stored, monkeypatch):
    seen, save = [], FileSystemStorage._save

    def look(storage, name, content):
        seen.append(LooseFile.objects.filter(key=name).exists())
        return save(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", look)
    store()
    assert seen == [True]


def test_what_is_not_taken_goes(stored):
    with keep(pdf(), "a.pdf"):
        pass
    assert stored() == ([], [])


@pytest.mark.parametrize("error", [ValueError, OperationalError, Crash])
def test_what_fails_after_storing_takes_the_file_along(stored, error):
    with pytest.raises(error), keep(pdf(), "a.pdf") as kept, transaction.atomic():
        kept.take()
        raise error
    assert stored() == ([], [])


def test_what_fails_after_the_row_stands_leaves_its_file(stored):
    with pytest.raises(ValueError), keep(pdf(), "a.pdf") as kept:
        with transaction.atomic():
            kept.take()
        raise ValueError
    assert stored() == ([kept.key], [])


@pytest.mark.parametrize("what", ["a web page as PDF", "a name with a way up", "a byte too many"])
def test_what_is_refused_is_never_stored(stored, what):
    name, content = HOSTILE[what]
    with pytest.raises(ValidationError), keep(ContentFile(content), name):
        pass
    assert stored() == ([], [])


def test_a_folder_that_cannot_be_written_to(stored, attachment_folder):
    attachment_folder.parent.mkdir(exist_ok=True)
    attachment_folder.write_text("This is no folder.")
    with pytest.raises(StorageUnavailable), keep(pdf(), "a.pdf"):
        pass
    # The file could not be deleted either, and is tried again later.
    loose = LooseFile.objects.all()
    assert len(loose) <= 1
    attachment_folder.unlink()
    make_due()
    sweep_loose_files()
    assert stored() == ([], [])


def test_a_disk_that_is_full_in_the_middle_of_it(stored):
    class Full(ContentFile):
        is_storing = False

        def chunks(self, chunk_size=None):
            yield PDF
            if self.is_storing:
                raise OSError(28, "No space left on device")
            self.is_storing = True

    with pytest.raises(StorageUnavailable), keep(Full(PDF), "a.pdf"):
        pass
    assert stored() == ([], [])


def test_a_disk_that_fails_twice_leaves_it_to_the_sweeper(stored, monkeypatch):
    with monkeypatch.context() as patch:
        failing(patch, "delete", OSError(5, "Input/output error"))
        with pytest.raises(ValueError), keep(pdf(), "a.pdf") as kept:
            raise ValueError
        assert stored() == ([kept.key], [kept.key])
        make_due()
        sweep_loose_files()  # the disk fails still
        assert stored() == ([kept.key], [kept.key])
        assert not LooseFile.objects.due().exists()
    make_due()
    sweep_loose_files()
    assert stored() == ([], [])


def test_while_the_database_is_gone_no_file_is_deleted(stored, monkeypatch):
    """Nobody knows then whether the row stands."""

    def gone(*args, **more):
        raise OperationalError("gone")

    with pytest.raises(OperationalError), keep(pdf(), "a.pdf") as kept:
        with monkeypatch.context() as patch:
            patch.setattr(type(LooseFile.objects), "filter", gone)
            discard(kept.key)
            assert stored_files(kept.key)
        raise OperationalError("gone")
    assert stored() == ([], [])


def stored_files(key):
    return storages["attachments"].exists(key)


def test_the_sweeper_leaves_what_is_on_its_way(stored):
    with keep(pdf(), "a.pdf") as kept:
        sweep_loose_files()
        assert stored() == ([kept.key], [kept.key])
        with transaction.atomic():
            kept.take()
    sweep_loose_files()
    assert stored() == ([kept.key], [])


def test_what_was_loose_for_too_long_is_not_taken(stored):
    with pytest.raises(LooseFile.DoesNotExist), keep(pdf(), "a.pdf") as kept:
        LooseFile.objects.update(due_at=timezone.now() + timedelta(minutes=29))
        with transaction.atomic():
            kept.take()
    assert stored() == ([], [])


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_no_place_to_store_a_file(stored):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), keep(pdf(), "a.pdf"):
        pass
    assert stored() == ([], [])


def test_what_is_released_goes_with_the_transaction(stored, django_capture_on_commit_callbacks):
    key = store()
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        release(key)
        assert stored() == ([key], [key])
    callbacks[0]()
    assert stored() == ([], [])


@pytest.mark.django_db(transaction=True)
def test_what_is_released_in_vain_stays(stored):
    key = store()
    with pytest.raises(Crash), transaction.atomic():
        release(key)
        raise Crash
    assert stored() == ([key], [])


@pytest.mark.django_db(transaction=True)
def test_what_is_released_while_the_disk_fails_is_swept_later(stored, monkeypatch):
    key = store()
    with monkeypatch.context() as patch, transaction.atomic():
        failing(patch, "delete", OSError(5, "Input/output error"))
        release(key)
        transaction.on_commit(lambda: None)
        # Committed while the disk still fails.
        transaction.get_connection().on_commit(lambda: patch.undo())
    assert stored() == ([key], [key])
    make_due()
    sweep_loose_files()
    assert stored() == ([], [])


def test_the_sweeper_takes_what_a_crash_left(stored, attachment_folder):
    key = store()
    attachment_folder.joinpath("left").write_bytes(PDF)
    LooseFile.objects.create(key="left", due_at=timezone.now() - timedelta(seconds=1))
    LooseFile.objects.create(key="never stored", due_at=timezone.now() - timedelta(seconds=1))
    sweep_loose_files()
    assert stored() == ([key], [])


def test_a_file_that_is_gone_says_so(stored):
    with pytest.raises(FileNotFoundError):
        open_file("gone")


def test_a_file_that_cannot_be_read_says_so(stored, monkeypatch):
    key = store()
    failing(monkeypatch, "_open", PermissionError(13, "Permission denied"))
    with pytest.raises(StorageUnavailable):
        open_file(key)


def test_a_file_that_another_worker_took_away_meanwhile_is_not_postponed(db):
    LooseFile.objects.create(key="k")
    loose = LooseFile.objects.get()
    LooseFile.objects.all().delete()
    loose.postpone()
    assert not LooseFile.objects.exists()
