"""Backups of an installation that goes on, and commands that are killed."""

import os
import random
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from config.accounts.models import Pro
from contacts.models import Contact
from tests.factories import ContactFactory, make_token
from tests.servers import Server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
THREADS = 4


@pytest.fixture
def server(pro):
    server = Server(make_token(pro))
    yield server.until_up()
    server.kill()


class Writers:
    """Threads that create contacts; `acknowledged` are their e-mail addresses."""

    def __init__(self, server):
        self.server, self.acknowledged, self.is_over = server, [], threading.Event()
        self.has_begun = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(number,)) for number in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def _work(self, number):
        count = 0
        while not self.is_over.is_set():
            key = f"c{number}-{count}"
            status, _headers, body = self.server.post(key)
            assert status == 201, body
            self.acknowledged.append(f"{key}@example.org")
            count += 1
            if len(self.acknowledged) > 20:
                self.has_begun.set()

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


def test_every_acknowledged_contact_is_in_a_backup_that_begins_later(here, server, new, tmp_path):
    writers = Writers(server)
    try:
        assert writers.has_begun.wait(60)
        before = set(writers.acknowledged)
        here.run("backup", str(tmp_path / "backups"))
        after = set(writers.acknowledged)
    finally:
        writers.stop()
    # Nobody waited for it.
    assert len(after) > len(before)
    (archive,) = (tmp_path / "backups").iterdir()
    new.run("restore", str(archive))
    contents = new.contents()
    restored = {value for row in contents["contacts.Contact"] for value in row if str(value).endswith("@example.org")}
    assert before <= restored
    new.call("recount", "--check")


def test_a_killed_backup_leaves_no_archive_and_a_killed_restore_no_row_or_all(here, new, pro, tmp_path):
    Contact.objects.bulk_create(ContactFactory.build(pro=pro, email=f"c{number}@example.org") for number in range(3000))
    folder, killed = tmp_path / "backups", tmp_path / "killed"
    ticks = _ticks_in_all(here.start("backup", str(folder)))
    (archive,) = archives(folder)
    for size in (0, 1):
        _kill_writing(here.start("backup", str(killed)), here.folder, size)
        assert archives(killed) == []
    for _ in range(2):
        # To restore takes about as long.
        _kill_within(new.start("restore", str(archive)), ticks)
        contents = new.contents()
        counts = len(contents["accounts.Pro"]), len(contents["contacts.Contact"])
        assert counts in ((0, 0), (1, 3000))
        if any(counts):  # It was killed after all was stored.
            return
    new.run("restore", str(archive))
    assert len(new.contents()["contacts.Contact"]) == 3000 and Pro.objects.count() == 1


def archives(folder):
    """Files under the name of an archive."""
    return sorted(folder.glob("vestibule-*")) if folder.exists() else []


def _ticks_in_all(process):
    """Processor time that it takes to its end."""
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    ticks = _ticks_used(process.pid)
    _output, errors = process.communicate()
    assert process.returncode == 0, errors
    return ticks


def _kill_writing(process, folder, size):
    """Kill a backup when the archive that it writes in the folder of the installation has so many bytes."""
    while not any(path.stat().st_size >= size for path in folder.glob("backup-*/archive")):
        assert process.poll() is None
    process.kill()
    process.communicate()
    for left in folder.glob("backup-*"):
        shutil.rmtree(left)


def _kill_within(process, ticks):
    """Kill it at some moment of its work, which takes so much processor time."""
    ticks *= random.uniform(0.5, 0.8)
    while process.poll() is None and _ticks_used(process.pid) < ticks:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def _ticks_used(pid):
    """Processor time of a process: fields 14 and 15 of its stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
