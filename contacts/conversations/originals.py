"""Originals: the calls of providers as they came, kept compressed beside the messages."""

import gzip
import hashlib
from collections.abc import Iterable
from contextlib import AbstractContextManager

from django.core.files.base import ContentFile

from config.files.storage import NewFile, store_several_unchecked, store_unchecked
from config.files.validation import FileInfo

from ..channels.message import File
from ..models import ChannelConnection, ChannelDelivery

# Queue of the jobs that read what strangers wrote: a worker of its own may take it.
READING_QUEUE = "reading"


def store_original(delivery: ChannelDelivery) -> AbstractContextManager[NewFile]:
    """Store the body of a call, compressed, until the block ends; `ChannelDelivery.finish` claims it.

    Not to be called in a transaction. Raises StorageUnavailableError.
    """
    return store_unchecked(*_compress(delivery))


def store_originals(deliveries: Iterable[ChannelDelivery]) -> AbstractContextManager[list[NewFile]]:
    """Store the bodies of calls as `store_original` does one."""
    return store_several_unchecked(list(map(_compress, deliveries)))


def _compress(delivery: ChannelDelivery) -> tuple[ContentFile, FileInfo]:
    content = gzip.compress(bytes(delivery.body), mtime=0)
    digest = hashlib.sha256(content).hexdigest()
    return ContentFile(content), FileInfo("original.gz", "application/gzip", len(content), digest)


def name_original(delivery: ChannelDelivery, body: bytes) -> File:
    """The original with a file name that programs can open: .eml for an e-mail, else .json or .txt."""
    media_type = delivery.content_type.partition(";")[0].strip().lower()
    if delivery.provider in (ChannelConnection.Provider.MIME, ChannelConnection.Provider.MAILBOX):
        return File("original.eml", body)
    return File("original.json" if media_type == "application/json" else "original.txt", body)
