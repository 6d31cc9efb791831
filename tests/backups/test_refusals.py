"""Archives that cannot be restored, keys that do not open them, and places that cannot be used: nothing is changed."""

import gzip
import io
import json
import tarfile

import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.accounts.models import Pro, User
from config.backups.restoring import RestoreError, restore_archive
from config.backups.writing import write_archive
from contacts.models import Contact
from inquiries.history import db_constraints
from inquiries.models import InquiryHistory, InquiryType
from tests.buckets import bucket_server
from tests.factories import ContactFactory, InquiryFactory, ProFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


@pytest.fixture
def archive(transactional_db, tmp_path):
    """The content of an archive with a contact, whose installation is empty again."""
    contact = ContactFactory(name="Nadia", email="nadia@example.org")
    target = io.BytesIO()
    (tmp_path / "work").mkdir()
    write_archive(target, tmp_path / "work")
    contact.delete()
    Pro.objects.all().delete()
    return target.getvalue()


def test_whether_a_database_knows_of_squashed_migrations_is_all_the_same(archive):
    """One that an earlier release made learns it at the next migrate."""
    for app, name in (squashed := MigrationLoader(None).replacements):
        MigrationRecorder(connection).record_unapplied(app, name)
    restore_archive(io.BytesIO(archive))
    assert (len(squashed), Contact.objects.get().name) == (4, "Nadia")
    call_command("migrate", verbosity=0)
    assert MigrationRecorder(connection).applied_migrations().keys() >= squashed.keys()


def changed(archive, **members):
    """The archive with other contents of these members, by the beginning of their names; None leaves one out."""
    target = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as old, tarfile.open(fileobj=target, mode="w:gz") as new:
        for member in old.getmembers():
            content = old.extractfile(member).read()
            key = next((key for key in members if member.name.startswith(key)), None)
            if key and members[key] is None:
                continue
            content = members[key](content) if key else content
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return target.getvalue()


def with_values(**values):
    return lambda content: json.dumps({**json.loads(content), **values}).encode()


def test_it_is_restored_twice_after_a_failure(archive):
    def fail():
        raise RuntimeError

    types = set(InquiryType.objects.values_list("slug", flat=True))
    path = f"{__name__}.failing"
    globals()["failing"] = fail
    with pytest.raises(RuntimeError):
        restore_archive(io.BytesIO(archive), [path])
    assert not Pro.objects.exists() and set(InquiryType.objects.values_list("slug", flat=True)) == types
    _head, end, _flaws = restore_archive(io.BytesIO(archive))
    assert (Contact.objects.get().name, Pro.objects.count()) == ("Nadia", 1)
    assert end.rows["contacts.Contact"] == 1 and end.missing == []


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _: b"", "the archive cannot be read"),
        (lambda _: b"no archive", "the archive cannot be read"),
        (lambda _: gzip.compress(b"no tar"), "the archive cannot be read"),
        (lambda archive: archive[: len(archive) // 2], "the archive cannot be read"),
        (lambda archive: changed(archive, end=None), "the archive is not whole: its end is missing"),
        (lambda archive: changed(archive, head=None), "this is no backup of Vestibule"),
        (lambda archive: changed(archive, head=with_values(format=2)), "it has the format 2, and this release reads 1"),
        (
            lambda archive: changed(archive, head=with_values(migrations=[["contacts", "0001_initial"]])),
            "made by another release",
        ),
        (lambda archive: changed(archive, head=lambda _: b"{}"), "the archive cannot be read"),
        (lambda archive: changed(archive, end=with_values(files=1)), "it has 0 files, not 1"),
        (lambda archive: changed(archive, end=with_values(rows={})), "not every row has arrived, or more"),
        (
            lambda archive: changed(archive, **{"rows/contacts.Contact.jsonl": lambda _: b""}),
            "not every row has arrived, or more than these: contacts.Contact",
        ),
    ],
)
def test_what_is_no_whole_archive_changes_nothing(archive, make, reason):
    types = InquiryType.objects.count()
    with pytest.raises(RestoreError, match=reason):
        restore_archive(io.BytesIO(make(archive)))
    assert (Contact.objects.count(), Pro.objects.count(), InquiryType.objects.count()) == (0, 0, types)


@pytest.mark.parametrize("row", [ProFactory, lambda: User.objects.create_superuser("root@example.org", "x")])
def test_a_database_in_use_is_left_alone(archive, row):
    row()
    before = (Pro.objects.count(), User.objects.count())
    with pytest.raises(RestoreError, match="the database is in use"):
        restore_archive(io.BytesIO(archive))
    assert (Pro.objects.count(), User.objects.count()) == before


def test_a_flaw_of_the_history_is_named_and_restored(pro, shipped, tmp_path, settings):
    inquiry = InquiryFactory(pro=pro, inquiry_type=shipped["question"])
    db_constraints.release(connection)
    InquiryHistory.objects.filter(inquiry=inquiry).update(seal="0" * 64)
    db_constraints.protect(connection)
    call_command("backup", str(tmp_path / "backups"), stdout=io.StringIO())
    (archive,) = (tmp_path / "backups").iterdir()
    with db_constraints.released(connection.alias):
        InquiryHistory.objects.all().delete()
        pro.delete()
    errors = io.StringIO()
    call_command("restore", str(archive), stdout=io.StringIO(), stderr=errors)
    assert InquiryHistory.objects.get().seal == "0" * 64
    assert errors.getvalue() == (
        f"As it was in the backup: inquiry {inquiry.pk}: status change 1 or one before it is not as it was written\n"
    )


# --- Keys


@pytest.fixture
def keys(tmp_path):
    """A secret key, and the file that `age-keygen` would make of it."""
    key = pyrage.x25519.Identity.generate()
    file = tmp_path / "key.txt"
    file.write_text(f"# created: 2026-11-28\n# public key: {key.to_public()}\n{key}\n")
    return str(key.to_public()), file


def test_only_the_key_opens_an_encrypted_archive(pro, keys, tmp_path, settings):
    ContactFactory(pro=pro, name="Nadia")
    settings.BACKUP_RECIPIENTS = [keys[0]]
    folder = tmp_path / "backups"
    call_command("backup", str(folder), stdout=io.StringIO())
    (archive,) = folder.iterdir()
    assert archive.name.endswith(".tar.gz.age") and archive.read_bytes().startswith(b"age-encryption.org/v1\n")
    pro.delete()

    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    empty = tmp_path / "empty.txt"
    empty.write_text("nothing")
    for options, reason in (
        ([], "it is encrypted, so --identity has to name the file of its secret key"),
        (["--identity", str(other)], f"the archive does not open with the key in {other}, or is not whole"),
        (["--identity", str(empty)], f"{empty} holds no secret key of age"),
        (["--identity", str(tmp_path / "none")], f"{tmp_path / 'none'} holds no secret key of age"),
    ):
        with pytest.raises(CommandError) as refused:
            call_command("restore", str(archive), *options)
        assert str(refused.value) == f"Nothing is restored: {reason}."
    call_command("restore", str(archive), "--identity", str(keys[1]), stdout=io.StringIO())
    assert Contact.objects.get().name == "Nadia"


def test_a_recipient_is_a_public_key(db, tmp_path):
    with pytest.raises(CommandError, match="a recipient is no public key of age, which begins with age1"):
        call_command("backup", str(tmp_path / "backups"), "--recipient", "me")
    assert not (tmp_path / "backups").exists()


def test_another_secret_key_is_told(archive, tmp_path, settings):
    (tmp_path / "vestibule.tar.gz").write_bytes(archive)
    settings.SECRET_KEY = "another-key-of-the-tests" * 4
    errors = io.StringIO()
    call_command("restore", str(tmp_path / "vestibule.tar.gz"), stdout=io.StringIO(), stderr=errors)
    assert errors.getvalue().startswith("SECRET_KEY is not that of the backup: ")


# --- Places


def test_a_place_that_cannot_be_used(db, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    for place, reason in (
        (str(file), f"{file} cannot be used: File exists"),
        (str(file / "folder"), f"{file}/folder cannot be used: Not a directory"),
        ("ftp://example.org/backups", "ftp://example.org/backups is neither a folder nor like s3://bucket/folder"),
    ):
        with pytest.raises(CommandError) as refused:
            call_command("backup", place)
        assert str(refused.value) == f"No backup: {reason}."
    with pytest.raises(CommandError, match=r"none\.tar\.gz cannot be used: No such file or directory"):
        call_command("restore", str(tmp_path / "none.tar.gz"))


def test_a_bucket_without_its_client(pro, monkeypatch):
    monkeypatch.setattr("config.files.s3_client.find_spec", lambda name: None)
    with pytest.raises(CommandError) as refusal:
        call_command("backup", "s3://cellar/desk")
    assert str(refusal.value) == (
        "No backup: s3://cellar/desk cannot be used: the client for buckets is not installed; install it with: "
        "python -m pip install --require-hashes -r requirements-s3.txt."
    )


def test_a_bucket(pro, settings):
    ContactFactory(pro=pro, name="Nadia")
    with bucket_server() as server:
        settings.BACKUP_BUCKET = {"endpoint_url": server.url, "access_key": "a", "secret_key": "b"}
        call_command("backup", "s3://cellar/desk", "--thin", stdout=io.StringIO())
        (path,) = server.objects
        assert path.startswith("/cellar/desk/vestibule-") and path.endswith(".tar.gz")
        pro.delete()
        call_command("restore", f"s3:/{path}", stdout=io.StringIO())
        assert Contact.objects.get().name == "Nadia"
        server.is_down = True
        with pytest.raises(CommandError, match="No backup: s3://cellar/desk cannot be used: "):
            call_command("backup", "s3://cellar/desk")
