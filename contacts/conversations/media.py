"""Media of messages, fetched from their providers by jobs and kept as files of their messages.

Nothing is fetched within a transaction. A job that is killed anywhere leaves at most a loose file, and runs again.
"""

import hashlib
import mimetypes
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.files.keeping import UNKNOWN, describe_kept_file, usable_filename
from config.files.storage import NewFile, StorageUnavailableError, scan, store_unchecked
from config.files.thumbnails import Thumbnail, make_thumbnail
from config.files.validation import FileInfo
from config.jobs.turns import BACKGROUND, in_turn

from ..channels.message import FetchedMedium, MediumGoneError, MediumRefusedError, SendFailedError
from ..channels.providers import MEDIA_FETCHERS
from ..models import ContactMessage, MessageMedium
from ..models.message_file import PLAYABLE
from .media_kinds import IN_TEXT, kind_name

State = MessageMedium.State
# A provider may not know a new medium yet: it is gone when it says so this many times.
GONE_AFTER = 3
# The attempts of one job take half a day.
ENQUEUED_AGAIN_AFTER = timedelta(hours=14)
ENQUEUED_BATCH = 500
# A Pro's own try.
TRIED_AGAIN_FOR = timedelta(days=1)
# Where `mimetypes` has another one, or none.
EXTENSIONS = {"audio/ogg": ".ogg", "audio/mp4": ".m4a", "audio/amr": ".amr", "audio/aac": ".aac", "image/webp": ".webp"}


def fetch_media(message: ContactMessage) -> None:
    """Enqueue fetching the media of a message, each once. To be called in the transaction that stores them."""
    if message.channel not in MEDIA_FETCHERS:
        return
    for media in message.media:
        if media.get("id") and media["kind"] not in IN_TEXT:
            medium, is_new = MessageMedium.objects.get_or_create(message=message, medium_id=media["id"])
            if is_new:
                in_turn(fetch_medium, medium.message.pro_id).enqueue(medium.pk)


def retry_medium(medium: MessageMedium) -> None:
    """Fetch a medium that was given up once more."""
    now = timezone.now()
    rows = MessageMedium.objects.filter(pk=medium.pk, state__in=[State.GONE, State.REFUSED])
    if rows.update(state=State.FETCHING, error="", enqueued_at=now, fetch_until=now + TRIED_AGAIN_FOR):
        in_turn(fetch_medium, medium.message.pro_id).enqueue(medium.pk)


def fetch_missing_media() -> None:
    """Enqueue the media whose job has ended without them, and give up those that were tried for long enough."""
    now, rows = timezone.now(), MessageMedium.objects.filter(state=State.FETCHING)
    rows.filter(fetch_until__lt=now).update(state=State.GONE)
    due = rows.filter(enqueued_at__lt=now - ENQUEUED_AGAIN_AFTER).select_related("message").order_by("enqueued_at")
    for medium in due[:ENQUEUED_BATCH]:
        # Of two workers one enqueues it.
        if rows.filter(pk=medium.pk, enqueued_at=medium.enqueued_at).update(enqueued_at=now):
            in_turn(fetch_medium, medium.message.pro_id).enqueue(medium.pk)


@task(takes_context=True, queue_name="media", priority=BACKGROUND)
def fetch_medium(context: TaskContext, medium_id: int) -> None:
    """Fetch a medium and keep it. A failure is stored, for the Pro to see; the worker tries again if that may help."""
    rows = MessageMedium.objects.select_related("message__connection", "message__pro")
    if (medium := rows.filter(pk=medium_id, state=State.FETCHING).first()) is None:
        return
    with override(medium.message.pro.language):
        try:
            _store_medium(medium, _fetch_from_provider(medium))
        except MediumRefusedError as error:
            medium.note_failure(error.reason, State.REFUSED)
        except MediumGoneError:
            is_gone = context.attempt >= GONE_AFTER
            medium.note_failure(_("The provider does not have it."), State.GONE if is_gone else State.FETCHING)
            if not is_gone:
                raise
        except SendFailedError as error:
            medium.note_failure(error.reason)
            raise
        except StorageUnavailableError as error:
            medium.note_failure(type(error).__name__)
            raise


def _fetch_from_provider(medium: MessageMedium) -> FetchedMedium:
    connection = medium.message.connection
    if connection is None or not connection.is_active:
        raise SendFailedError(_("This channel is no longer connected."), is_final=False)
    return MEDIA_FETCHERS[connection.channel](connection, medium.medium_id)


def _store_medium(medium: MessageMedium, fetched: FetchedMedium) -> None:
    content, info = fetched.content, _describe_file(medium, fetched)
    try:
        scan(ContentFile(content))
    except ValidationError as error:
        raise MediumRefusedError(" ".join(error.messages)) from error
    picture = make_thumbnail(content)
    with ExitStack() as stack:
        new_file = stack.enter_context(store_unchecked(ContentFile(content), info))
        new_thumbnail = (stack.enter_context(_store_thumbnail(picture)), picture) if picture else None
        medium.keep(new_file, new_thumbnail)


def _store_thumbnail(picture: Thumbnail) -> AbstractContextManager[NewFile]:
    digest = hashlib.sha256(picture.content).hexdigest()
    info = FileInfo("thumbnail.webp", "image/webp", len(picture.content), digest)
    return store_unchecked(ContentFile(picture.content), info)


def _describe_file(medium: MessageMedium, fetched: FetchedMedium) -> FileInfo:
    media: dict[str, str] = next((row for row in medium.message.media if row["id"] == medium.medium_id), {})
    # With parameters: "audio/ogg; codecs=opus".
    declared = (media.get("mime_type") or fetched.mime_type).partition(";")[0].strip().lower()
    name = usable_filename(media.get("filename", ""))
    info = describe_kept_file(fetched.content, name or _default_name(medium.message, media.get("kind", ""), declared))
    # The provider's word is enough for the player.
    return info._replace(mime_type=declared) if info.mime_type == UNKNOWN and declared in PLAYABLE else info


def _default_name(message: ContactMessage, kind: str, mime_type: str) -> str:
    """Name by kind and time: "Picture 2026-05-04 10.15.jpg"."""
    extension = EXTENSIONS.get(mime_type) or mimetypes.guess_extension(mime_type) or ""
    return f"{kind_name(kind)} {message.created_at:%Y-%m-%d %H.%M}{extension}"
