"""Places of archives, a folder or a bucket; their names, and which of them are kept."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages

from config.files import s3_client

NAME = re.compile(r"vestibule-(\d{8}T\d{6}Z)\.tar\.gz(\.age)?")
MOMENT = "%Y%m%dT%H%M%SZ"
# The newest archive of each of so many days, weeks and months.
KEPT = {"%Y-%m-%d": 7, "%G-%V": 5, "%Y-%m": 12}


class PlaceError(Exception):
    """The place cannot be used; the text is the reason."""


class Place(Protocol):
    """A folder or a bucket. Each of its methods raises PlaceError when it cannot be used."""

    def put(self, path: Path, name: str) -> None:
        """Store a file whole or not at all."""

    def names(self) -> list[str]:
        """The names of all archives, oldest first."""

    def delete(self, name: str) -> None:
        """Delete an archive."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Open an archive for reading."""


def make_name(moment: datetime, *, is_encrypted: bool) -> str:
    """The name of an archive."""
    return f"vestibule-{moment.astimezone(UTC).strftime(MOMENT)}.tar.gz{'.age' if is_encrypted else ''}"


def find_place(address: str) -> Place:
    """The place at a path or at s3://bucket/folder. Raises PlaceError for another address."""
    if "://" not in address:
        return Folder(Path(address))
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise PlaceError(f"{address} is neither a folder nor like s3://bucket/folder")
    if not s3_client.is_installed():
        raise PlaceError(f"{address} cannot be used: {s3_client.MISSING}")
    return Bucket(parts.netloc, parts.path.strip("/"))


@contextmanager
def open_archive(address: str) -> Iterator[IO[bytes]]:
    """Open an archive by its path, or by its address in a bucket. Raises PlaceError where there is none."""
    if "://" in address:
        folder, _, name = address.rpartition("/")
        with find_place(folder).open(name) as file:
            yield file
        return
    with Folder(Path(address).parent).open(Path(address).name) as file:
        yield file


def superfluous(names: Iterable[str], now: datetime) -> list[str]:
    """The archives that can go: not the newest of a kept day, week or month, and over a day old."""
    moments = {name: moment for name in names if (moment := _moment(name))}
    kept = {name for name, moment in moments.items() if moment > now - timedelta(days=1)}
    for form, count in KEPT.items():
        newest: dict[str, str] = {}
        for name in sorted(moments, key=lambda name: moments[name]):
            newest[moments[name].strftime(form)] = name
        kept |= {newest[period] for period in sorted(newest)[-count:]}
    return sorted(set(moments) - kept)


def _moment(name: str) -> datetime | None:
    match = NAME.fullmatch(name)
    return datetime.strptime(match[1], MOMENT).replace(tzinfo=UTC) if match else None


def _open_for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Folder:
    """A folder of archives, which their owner alone can read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, path: Path, name: str) -> None:
        partial = self.path / f".{name}.partial"
        with self._usable():
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("rb") as source, open(partial, "wb", opener=_open_for_owner) as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
                target.flush()
                os.fsync(target.fileno())
            partial.rename(self.path / name)

    def names(self) -> list[str]:
        with self._usable():
            return sorted(path.name for path in self.path.iterdir() if NAME.fullmatch(path.name))

    def delete(self, name: str) -> None:
        with self._usable():
            (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with self._usable():
            file = (self.path / name).open("rb")
        with file:
            yield file

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise PlaceError(f"{error.filename or self.path} cannot be used: {error.strerror}") from error


class Bucket:
    """Archives in a bucket of S3 or a compatible service, see the variables BACKUP_…."""

    def __init__(self, name: str, folder: str) -> None:
        options = {"bucket_name": name, "location": folder, **settings.BACKUP_BUCKET}
        self.storage = storages.create_storage({"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options})
        self.address = f"s3://{name}/{folder}".rstrip("/")

    def put(self, path: Path, name: str) -> None:
        with self._reachable(), path.open("rb") as source:
            self.storage.save(name, File(source, name=name))

    def names(self) -> list[str]:
        with self._reachable():
            return sorted(name for name in self.storage.listdir("")[1] if NAME.fullmatch(name))

    def delete(self, name: str) -> None:
        with self._reachable():
            self.storage.delete(name)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with self._reachable():
            file = self.storage.open(name, "rb")
        with file:
            yield file

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise PlaceError(f"{self.address} cannot be used: {error}") from error
