"""`manage.py backup` and `restore`: everything comes back, into either database, and from a busy installation."""

import io
import re
import tarfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from config.accounts.models import IdentityDocument, Pro
from config.backups.contents import kept_models
from contacts.models import ChannelConnection, Contact
from inquiries.attachments import attach
from inquiries.models import Inquiry
from tests.sample_files import PDF

from .databases import Installation, read_contents

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
TEXT = "École de l’Île : « 100 % », 🙂 \u202eخط"
USED = "CommandError: Nothing is restored: the database is in use; restore into a new one, after `manage.py migrate`."
TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"


@pytest.fixture
def filled(here):
    """The demo, with files, a secret, and words of several scripts."""
    call_command("demo", stdout=io.StringIO())
    inquiry = Inquiry.objects.select_related("pro").order_by("pk").first()
    attach(inquiry, ContentFile(PDF, name="plan.pdf"), "Plan été.pdf", uploaded_by=None)
    pro = Pro.objects.order_by("pk").first()
    IdentityDocument.objects.submit(pro, SimpleUploadedFile("cni.pdf", PDF), by=pro.users.first())
    ChannelConnection.objects.connect(pro, "telegram", {"token": TOKEN})
    Contact.objects.register(pro, name=TEXT, email="ile@example.org")
    return here


def back_up(installation: Installation, folder: Path, *options: str, **environment: str) -> Path:
    """Back up into a folder; the archive, which is the only file there."""
    output = installation.run("backup", str(folder), *options, **environment)
    (archive,) = folder.iterdir()
    assert re.fullmatch(r"vestibule-\d{8}T\d{6}Z\.tar\.gz(\.age)?: \d+ rows, \d+ files", output.splitlines()[0])
    assert output.startswith(archive.name)
    return archive


def assert_whole(installation: Installation, expected: dict[str, list[list[object]]]) -> None:
    """Every row and file, the triggers, the kept counts, the search and the next numbers."""
    contents = installation.contents()
    assert contents.keys() == expected.keys()
    for name, rows in expected.items():
        assert contents[name] == rows, name
    installation.call("recount", "--check")
    assert installation.call("verify_history").startswith("All seals fit: ")
    with installation.connected():
        assert [contact.email for contact in Contact.objects.search("ile ecole", by_word=True)] == ["ile@example.org"]
        assert [channel.token for channel in ChannelConnection.objects.exclude(token="")] == [TOKEN]
        last = Inquiry.objects.order_by("pk").last()
        former, last.pk, last._state.adding = last.pk, None, True
        last.save()
        assert last.pk - former == 1


@pytest.mark.thorough
@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="the next test does the same, and more")
def test_everything_comes_back(filled, new, tmp_path):
    expected = read_contents()
    assert all(expected[label] for label in ("inquiries.Attachment", "accounts.IdentityDocument", "files"))
    archive = back_up(filled, tmp_path / "backups")
    assert archive.stat().st_mode & 0o777 == 0o600
    output = new.run("restore", str(archive))
    rows = sum(len(rows) for name, rows in expected.items() if name != "files")
    assert re.fullmatch(rf"(?s).*{rows} rows and {len(expected['files'])} files of [\d-]+ [\d:]+ UTC\n", output)
    assert_whole(new, expected)
    assert new.refused("restore", str(archive)) == USED


@pytest.mark.thorough
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="it begins with PostgreSQL")
def test_there_and_back_between_the_databases(filled, new, tmp_path):
    expected = read_contents()
    archive = back_up(filled, tmp_path / "first")
    file = Installation(f"sqlite:///{tmp_path}/moved.sqlite3", tmp_path / "moved")
    file.run("migrate", "--verbosity", "0")
    file.run("restore", str(archive))
    new.run("restore", str(back_up(file, tmp_path / "second")))
    assert_whole(new, expected)
    assert new.refused("restore", str(archive)) == USED


@pytest.mark.thorough
def test_an_archive_has_what_its_head_and_end_say(here, pro, tmp_path):
    archive = back_up(here, tmp_path / "backups")
    with tarfile.open(archive) as members:
        names = members.getnames()
        assert f'"database":"{connection.vendor}"'.encode() in members.extractfile("head.json").read()
    assert (names[0], names[-1]) == ("head.json", "end.json")
    assert names[1:-1] == [f"rows/{model._meta.label}.jsonl" for model in kept_models()]
