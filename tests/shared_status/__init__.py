"""Plays the shared status package: another system, which keeps what it is given in a file of its own.

It is at work in several processes at once, so that its moods are files too, in the folder SHARED_STATUS: `away` (it
raises), `slow` (seconds that each call takes), `half` (it takes an entry, and says that it did not), `dying` (it takes
an entry, and the process is killed).

It keeps an entry twice when it is given twice: nothing is to hide that.
"""

import fcntl
import json
import os
import signal
import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any


class Away(Exception):
    """It does not answer."""


class Package:
    @property
    def folder(self) -> Path:
        return Path(os.environ["SHARED_STATUS"])

    def record(self, **entry: Any) -> None:
        self._feel("record")
        with (self.folder / "kept").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(entry, default=str) + "\n")
        if (self.folder / "dying").exists():
            (self.folder / "dying").unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        if (self.folder / "half").exists():
            raise Away("the line broke")

    def entries(self, inquiry_id: int) -> list[dict[str, Any]]:
        self._feel("entries")
        return [entry for entry in self.kept() if entry["inquiry_id"] == inquiry_id]

    def _feel(self, call: str) -> None:
        with (self.folder / "calls").open("a") as file:
            file.write(f"{call}\n")
        if (self.folder / "slow").exists():
            time.sleep(float((self.folder / "slow").read_text()))
        if (self.folder / "away").exists():
            raise Away("nobody is there")

    # --- For the tests

    def be(self, mood: str, how: str = "") -> None:
        (self.folder / mood).write_text(how)

    def be_well(self) -> None:
        for mood in ("away", "slow", "half", "dying"):
            (self.folder / mood).unlink(missing_ok=True)

    def kept(self) -> list[dict[str, Any]]:
        """Everything it took, as it was taken."""
        file = self.folder / "kept"
        rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [
            {**row, "uid": uuid.UUID(row["uid"]), "created_at": datetime.fromisoformat(row["created_at"])}
            for row in rows
        ]

    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().split() if file.exists() else []


package = Package()


def record(**entry: Any) -> None:
    package.record(**entry)


def entries(inquiry_id: int) -> list[dict[str, Any]]:
    return package.entries(inquiry_id)


class Halfway:
    """Has one of the two names alone."""

    def record(self, **entry: Any) -> None:
        pass


class Choosy(Package):
    """Is not made without arguments."""

    def __init__(self, folder: str) -> None:
        pass


def broken() -> None:
    """Is no package at all."""
