"""A bucket as a storage: one that hangs is left alone for a while, so that uploads do not hold all threads."""

import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from botocore import awsrequest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from config.peers import Peer

logger = logging.getLogger("vestibule.files")

# Of the threads of a process two are left for everything else.
AT_ONCE = 6
# What storing or fetching one file may take. The timeouts of the library begin anew with each byte.
MAX_SECONDS = 30.0
bucket = Peer(at_once=AT_ONCE, pause=10.0, hangs=(ConnectTimeoutError, ReadTimeoutError, TimeoutError))
_threads = ThreadPoolExecutor(AT_ONCE, "bucket")
_thread = threading.local()

# Seconds for which the address of a download can be used.
SIGNED_FOR = 60


class _Call[R]:
    """One call, in a thread of `_threads`, whose connections can be cut: that ends it, and frees its thread."""

    def __init__(self, work: Callable[..., R], *arguments: Any) -> None:
        self.work, self.arguments = work, arguments
        self.sockets: list[socket.socket] = []
        self.is_over = False

    def run(self) -> R:
        _thread.call = self
        try:
            return self.work(*self.arguments)
        finally:
            del _thread.call

    def use(self, sock: socket.socket) -> None:
        self.sockets.append(sock)
        if self.is_over:
            self.cut()

    def cut(self) -> None:
        self.is_over = True
        for sock in self.sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Noted:
    """A connection of the library that tells the call in whose thread it is used."""

    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self._note()

    def request(self, *arguments: Any, **options: Any) -> None:
        self._note()
        super().request(*arguments, **options)  # type: ignore[misc]

    def _note(self) -> None:
        if self.sock and (call := getattr(_thread, "call", None)):
            call.use(self.sock)


class _Connection(_Noted, awsrequest.AWSHTTPConnection): ...


class _TlsConnection(_Noted, awsrequest.AWSHTTPSConnection): ...


awsrequest.AWSHTTPConnectionPool.ConnectionCls = _Connection
awsrequest.AWSHTTPSConnectionPool.ConnectionCls = _TlsConnection


def _call_bucket[R](work: Callable[..., R], *arguments: Any) -> R:
    call = _Call(work, *arguments)
    with bucket.call():
        future = _threads.submit(call.run)
        try:
            return future.result(MAX_SECONDS)
        except TimeoutError:
            # What it has stored is swept, as no row holds it.
            call.cut()
            raise
        finally:
            # One that has not begun is not to begin later.
            future.cancel()


class BucketStorage(S3Storage):
    """S3Storage whose calls raise TimeoutError, and LeftAloneError after one that hung.

    A file that is opened is fetched at once.
    """

    def _open(self, name: str, mode: str = "rb") -> Any:
        return _call_bucket(self._fetch, name, mode)

    def _fetch(self, name: str, mode: str) -> Any:
        file = super()._open(name, mode)
        if "r" in mode:
            file.read(1)
            file.seek(0)
        return file

    def sign_download(self, key: str, *, filename: str, content_type: str) -> str:
        """Address at which whoever has it downloads the file, for a minute."""
        asked = {
            "ResponseContentDisposition": content_disposition_header(True, filename),
            "ResponseContentType": content_type,
            "ResponseCacheControl": "private, no-store",
        }
        return self.url(key, parameters=asked, expire=SIGNED_FOR)

    def _save(self, name: str, content: Any) -> str:
        return _call_bucket(super()._save, name, content)

    def delete(self, name: str) -> None:
        _call_bucket(self._delete_all, name)

    def _delete_all(self, name: str) -> None:
        """Delete a file, and its versions where the bucket keeps them: else it could be read again."""
        key = self._normalize_name(clean_name(name))
        answer = self.bucket.Object(key).delete()
        # A bucket with versions answers with the one that hides the file now.
        if answer.get("VersionId"):
            try:
                for version in self.bucket.object_versions.filter(Prefix=key):
                    if version.object_key == key:
                        version.delete()
            except ClientError as error:
                # Without the right to it: the file is gone as far as we can.
                logger.warning("versions of the file %s stay in the bucket: %s", key, error.response["Error"]["Code"])
