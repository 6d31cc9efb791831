"""The job that fetches the media of messages, and what becomes of one that cannot be fetched."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.files.keeping import UNKNOWN
from config.files.models import LooseFile
from contacts.channels.message import Media
from contacts.conversations.media import fetch_medium, fetch_missing_media
from contacts.conversations.rereading import reread_delivery
from contacts.models import ContactMessage, MessageFile, MessageMedium

from ...files.scanner import scanning
from ...pictures import photo, picture
from ..channels import payloads
from ..channels.peer import BOT_TOKEN, WHATSAPP_TOKEN
from ..messaging import arrive

pytestmark = pytest.mark.django_db


def medium_state():
    """(state, error) of the one medium."""
    return MessageMedium.objects.values_list("state", "error").get()


def jobs():
    return DBTaskResult.objects.filter(task_path=fetch_medium.module_path)


@pytest.fixture
def picture_message(peer, whatsapp):
    peer.media["7"] = (photo(), "image/jpeg")
    return arrive(whatsapp, "The door", media=(Media("image", "7", "", "image/jpeg"),))


def test_picture_is_kept_with_its_thumbnail(picture_message, work_tasks, attachment_folder):
    assert medium_state() == ("fetching", "")
    work_tasks()
    file = MessageFile.objects.get()
    assert medium_state() == ("kept", "")
    assert (file.message, file.filename, file.mime_type, file.size) == (
        picture_message,
        f"Picture {picture_message.created_at:%Y-%m-%d %H.%M}.jpg",
        "image/jpeg",
        len(photo()),
    )
    assert (file.open().read(), file.thumbnail_width, file.thumbnail_height) == (photo(), 480, 640)
    assert {path.name for path in attachment_folder.iterdir()} == {file.key, file.thumbnail_key}
    assert not LooseFile.objects.exists()
    file.delete_with_file()
    assert LooseFile.objects.count() == 2


def test_one_with_a_virus_is_refused_and_one_that_cannot_be_scanned_waits(
    picture_message, work_tasks, retry_failed_jobs, settings
):
    with scanning() as scanner:
        settings.CLAMAV_ADDRESS, scanner.answer = scanner.address, "Can't allocate memory ERROR"
        work_tasks()
        assert medium_state() == ("fetching", "StorageUnavailableError")
        scanner.answer = "stream: Eicar-Test-Signature FOUND"
        retry_failed_jobs()
        work_tasks()
    assert medium_state() == ("refused", "A virus was found in this file.")
    assert not MessageFile.objects.exists()


def test_files_are_named_by_their_sender_or_by_kind(peer, whatsapp, telegram, work_tasks):
    at = timezone.now().replace(hour=9, minute=5) - timedelta(days=2)
    cases = [
        (whatsapp, Media("document", "1", "../bail\\2.pdf", "application/pdf"), ("2.pdf", UNKNOWN)),
        (
            whatsapp,
            Media("document", "2", "\u202e", "text/html; x"),
            (f"Document {at:%Y-%m-%d} 09.05.html", UNKNOWN),
        ),
        (
            whatsapp,
            Media("voice", "3", "", "audio/ogg; codecs=opus"),
            (f"Voice message {at:%Y-%m-%d} 09.05.ogg", "audio/ogg"),
        ),
        (telegram, Media("image", "4"), (f"Picture {at:%Y-%m-%d} 09.05.jpg", UNKNOWN)),
        (telegram, Media("document", "5", "a.heic", "é\r\nX: 1"), ("a.heic", UNKNOWN)),
    ]
    for channel, media, _expected in cases:
        peer.media[media.id] = (media.id.encode() * 9, "image/jpeg")
        arrive(channel, "", media=(media,), sent_at=at)
    work_tasks()
    rows = MessageFile.objects.order_by("pk").values_list("filename", "mime_type", "thumbnail_key")
    assert list(rows) == [(*expected, "") for _channel, _media, expected in cases]


def test_job_that_runs_again_keeps_one_file(picture_message, work_tasks, attachment_folder):
    work_tasks()
    fetch_medium.enqueue(MessageMedium.objects.get().pk)
    MessageMedium.objects.update(state="fetching")
    work_tasks()
    assert (MessageFile.objects.count(), len(list(attachment_folder.iterdir())), LooseFile.objects.count()) == (1, 2, 0)
    assert medium_state() == ("kept", "")


def test_only_media_of_whatsapp_and_telegram_are_fetched(letterbox, whatsapp):
    arrive(letterbox, media=(Media("image", "7"),))
    arrive(whatsapp, "👍", media=(Media("reaction", "wamid.0"),), answers_to="wamid.0")
    arrive(whatsapp, "", media=(Media("unsupported"), Media("location")))
    assert not MessageMedium.objects.exists()


def test_unknown_medium_is_gone_at_the_third_time(whatsapp, peer, work_tasks, retry_failed_jobs):
    arrive(whatsapp, "", media=(Media("image", "8"),))
    states = []
    for _attempt in range(3):
        work_tasks()
        retry_failed_jobs()
        states.append(medium_state())
    assert states == [*[("fetching", "The provider does not have it.")] * 2, ("gone", "The provider does not have it.")]
    assert jobs().get().status == "SUCCESSFUL"


def test_medium_that_is_too_large_is_refused(telegram, peer, work_tasks):
    peer.media["8"] = (b"x" * (20 * 1024 * 1024 + 1), "video/mp4")
    arrive(telegram, "", media=(Media("video", "8"),))
    work_tasks()
    assert medium_state() == ("refused", "It is larger than 20 MB.")


def test_failure_is_tried_again(picture_message, peer, work_tasks, retry_failed_jobs):
    peer.answer_with(500, {})
    work_tasks()
    assert medium_state() == ("fetching", "The provider answered 500.")
    peer.recover()
    retry_failed_jobs()
    work_tasks()
    assert medium_state() == ("kept", "")


def test_disconnected_channel_is_waited_for(picture_message, whatsapp, work_tasks, retry_failed_jobs):
    whatsapp.disconnect()
    work_tasks()
    assert medium_state() == ("fetching", "This channel is no longer connected.")
    payloads.ChannelConnection.objects.connect(
        whatsapp.pro, "whatsapp", {"token": WHATSAPP_TOKEN, "secret": "s", "address": "1", "is_active": True}
    )
    retry_failed_jobs()
    work_tasks()
    assert medium_state() == ("kept", "")


def test_unavailable_storage_is_tried_again(picture_message, work_tasks, retry_failed_jobs, attachment_folder):
    attachment_folder.write_text("not a folder")
    work_tasks()
    assert medium_state() == ("fetching", "StorageUnavailableError")
    attachment_folder.unlink()
    retry_failed_jobs()
    work_tasks()
    assert medium_state() == ("kept", "")


def test_housekeeping_enqueues_what_is_missing_for_25_days(picture_message, peer, work_tasks):
    peer.answer_with(500, {})
    jobs().delete()
    fetch_missing_media()
    assert jobs().count() == 0
    medium = MessageMedium.objects.get()
    assert medium.fetch_until - medium.enqueued_at > timedelta(days=24, hours=23)
    MessageMedium.objects.update(enqueued_at=timezone.now() - timedelta(hours=15))
    for _time in range(2):
        fetch_missing_media()
        assert jobs().count() == 1
    work_tasks()
    MessageMedium.objects.update(fetch_until=timezone.now() - timedelta(minutes=1))
    fetch_missing_media()
    assert medium_state() == ("gone", "The provider answered 500.")


def test_edit_brings_its_medium_and_keeps_the_former_one(pro, peer, receive_call):
    connection = payloads.connect(pro, "telegram", token=BOT_TOKEN)
    for id, size in (("1", 900), ("2", 901)):
        peer.media[id] = (picture((size, 800)), "image/jpeg")
    # The same file has another id later.
    peer.media["3"] = peer.media["2"]
    first = payloads.telegram(photo=[{"file_id": "1", "width": 900}])
    receive_call(connection, payloads.update(first))
    for number, id in ((2, "2"), (3, "3")):
        edited = {**first, "photo": [{"file_id": id, "width": 9}], "edit_date": payloads.AT + number, "caption": id}
        receive_call(connection, payloads.update(edited, "edited_message", number))
    message = ContactMessage.objects.get()
    assert (message.text, [media["id"] for media in message.media]) == ("3", ["1", "2", "3"])
    assert set(MessageMedium.objects.values_list("state", flat=True)) == {"kept"}
    assert MessageFile.objects.count() == 2


def test_original_that_is_read_again_fetches_nothing_twice(pro, peer, receive_call, work_tasks):
    peer.media["7"] = (photo(), "image/jpeg")
    connection = payloads.connect(pro, "whatsapp", token=WHATSAPP_TOKEN)
    content = {"from": "33612345678", "id": "wamid.1", "timestamp": str(payloads.AT), "type": "image"}
    message = receive_call(connection, payloads.whatsapp({**content, "image": {"id": "7", "mime_type": "image/jpeg"}}))
    MessageMedium.objects.all().delete()
    for _time in range(2):
        reread_delivery.func(message.delivery_id)
        work_tasks()
    assert (MessageMedium.objects.count(), MessageFile.objects.count(), medium_state()) == (1, 1, ("kept", ""))
