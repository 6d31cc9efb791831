"""A bucket as a storage: one that hangs is left alone for a while, so that uploads do not hold all threads."""

from typing import Any

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from config.peers import Peer

# Of the threads of a process two are left for everything else.
bucket = Peer(at_once=6, pause=10.0, hangs=(ConnectTimeoutError, ReadTimeoutError))

# Seconds for which the address of a download can be used.
SIGNED_FOR = 60


class BucketStorage(S3Storage):
    """S3Storage whose calls raise LeftAloneError after one that hung. A file that is opened is fetched at once."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        with bucket.call():
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
        with bucket.call():
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with bucket.call():
            super().delete(name)
