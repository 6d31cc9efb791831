"""A bucket as a storage: one that hangs is left alone for a while, so that uploads do not hold all threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from config.peers import Peer

# Of the threads of a process two are left for everything else.
AT_ONCE = 6
# What storing or fetching one file may take. The timeouts of the library begin anew with each byte.
MAX_SECONDS = 30.0
bucket = Peer(at_once=AT_ONCE, pause=10.0, hangs=(ConnectTimeoutError, ReadTimeoutError, TimeoutError))
# A call that takes longer is left to its thread: what it stores yet is swept, as no row holds it.
_threads = ThreadPoolExecutor(AT_ONCE, "bucket")

# Seconds for which the address of a download can be used.
SIGNED_FOR = 60


def _call[R](work: Callable[..., R], *arguments: Any) -> R:
    with bucket.call():
        future = _threads.submit(work, *arguments)
        try:
            return future.result(MAX_SECONDS)
        finally:
            # One that has not begun is not to begin later.
            future.cancel()


class BucketStorage(S3Storage):
    """S3Storage whose calls raise TimeoutError, and LeftAloneError after one that hung.

    A file that is opened is fetched at once.
    """

    def _open(self, name: str, mode: str = "rb") -> Any:
        return _call(self._fetch, name, mode)

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
        return _call(super()._save, name, content)

    def delete(self, name: str) -> None:
        _call(super().delete, name)
