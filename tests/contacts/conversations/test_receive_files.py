"""Files of inbound messages are kept whatever they are."""

from dataclasses import replace

import pytest
from django.core.files.storage import storages
from django.db.models import ProtectedError

from config.files.models import LooseFile
from contacts.channels.message import File, InboundMessage, Media
from contacts.conversations.receiving import read_delivery, receive_message
from contacts.models import ChannelDelivery, Contact, ContactMessage, MessageFile
from tests.sample_files import GOOD, HOSTILE, MIB, PDF

from ..channels.payloads import connect, mime

pytestmark = pytest.mark.django_db


def with_files(*files):
    return InboundMessage("<f@x>", (("email", "lea@example.org"),), "lea@example.org", "Léa", "See", files=files)


def files_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def receive(pro, *files):
    return receive_message(connect(pro, "mime"), with_files(*files))


def test_files_of_every_kind_are_kept(pro, attachment_folder):
    files = [File("plan.txt", b"The plan."), File("../photo.heic", b"\0\0\0\x18ftypheic"), File("virus.exe", b"MZ")]
    files += [File("letter.eml", b"From: a@x.org\r\n\r\nHi"), File("visit.ics", b"BEGIN:VCALENDAR"), File("", PDF)]
    message = receive(pro, *files)
    rows = list(message.files.order_by("id"))
    assert [(row.filename, row.served_type, row.is_risky) for row in rows] == [
        ("plan.txt", "text/plain", False),
        ("photo.heic", "application/octet-stream", False),
        ("virus.exe", "application/octet-stream", True),
        ("letter.eml", "application/octet-stream", False),
        ("visit.ics", "application/octet-stream", False),
        ("Unnamed file.pdf", "application/pdf", False),
    ]
    assert [row.open().read() for row in rows] == [file.content for file in files]
    assert message.refused == []
    assert files_in(attachment_folder) == sorted(row.key for row in rows)
    assert not LooseFile.objects.exists()


def test_an_empty_or_too_large_file_is_named(pro, attachment_folder):
    message = receive(pro, File("e.pdf", b""), File("film.mp4", b"x" * (25 * MIB + 1)), File("", b""))
    assert message.refused == [
        "e.pdf: The file is empty.",
        "film.mp4: The file is larger than 25 MB.",
        "Unnamed file: The file is empty.",
    ]
    assert (MessageFile.objects.count(), LooseFile.objects.count(), files_in(attachment_folder)) == (0, 0, [])


def test_good_files_are_stored_unchanged(pro):
    message = receive(pro, *(File(name, content) for name, (content, _kind) in GOOD.items()))
    rows = message.files.order_by("id")
    assert [(row.filename, row.mime_type, row.open().read()) for row in rows] == [
        (name, kind, content) for name, (content, kind) in GOOD.items()
    ]
    assert message.refused == []


def test_hostile_files_are_kept_as_unknown_downloads(pro):
    files = {label: file for label, file in HOSTILE.items() if file[1] and len(file[1]) < 10 * MIB}
    message = receive(pro, *(File(name, content) for name, content in files.values()))
    rows = list(message.files.order_by("id"))
    assert (len(rows), message.refused) == (len(files), [])
    for (label, (name, content)), row in zip(files.items(), rows, strict=True):
        assert row.open().read() == content
        assert row.filename.isprintable() and "/" not in row.filename and "\\" not in row.filename
        if not label.startswith(("a name", "no name")):
            assert (row.filename, row.served_type) == (name, "application/octet-stream"), label


def test_file_and_row_are_deleted_together(pro, attachment_folder, django_capture_on_commit_callbacks):
    message = receive(pro, File("plan.txt", b"The plan."), File("a.pdf", PDF))
    first, second = message.files.order_by("id")
    assert files_in(attachment_folder) == sorted([first.key, second.key])
    with django_capture_on_commit_callbacks(execute=True):
        first.delete_with_file()
    assert (list(message.files.all()), files_in(attachment_folder)) == ([second], [second.key])
    with pytest.raises(ProtectedError):
        message.delete()
    assert (list(message.files.all()), files_in(attachment_folder)) == ([second], [second.key])


def test_file_is_deleted_when_its_row_cannot_be_created(pro, attachment_folder):
    unstorable = replace(with_files(File("a.pdf", PDF)), media=(Media("image", b"no text"),))
    with pytest.raises(TypeError):
        receive_message(connect(pro, "mime"), unstorable)
    assert (Contact.objects.count(), ContactMessage.objects.count()) == (0, 0)
    assert (MessageFile.objects.count(), LooseFile.objects.count(), files_in(attachment_folder)) == (0, 0, [])


def test_repeated_message_stores_no_file_again(pro, attachment_folder):
    receive(pro, File("plan.txt", b"The plan."))
    assert receive(pro, File("plan.txt", b"The plan.")) is None
    assert (MessageFile.objects.count(), len(list(attachment_folder.iterdir()))) == (1, 1)


def test_failing_storage_stores_nothing_and_loses_nothing(
    pro, receive_call, work_tasks, monkeypatch, attachment_folder
):
    body = mime(
        "--B\r\n\r\nSee\r\n--B\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nThe plan.\r\n--B--\r\n",
        Content_Type='multipart/mixed; boundary="B"',
    )

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(type(storages["attachments"]), "_save", full)
        assert receive_call(connect(pro, "mime"), body, "message/rfc822") is None
    assert (Contact.objects.count(), MessageFile.objects.count()) == (0, 0)
    delivery = ChannelDelivery.objects.get()
    assert (bytes(delivery.body), delivery.read_at) == (body, None)

    read_delivery.enqueue(delivery.pk)
    work_tasks()
    assert MessageFile.objects.get().open().read() == b"The plan."
