"""Servers, connections, workers that end at any moment: each mail is stored once all the same."""

import socket
import threading
from contextlib import suppress

import pytest
from django.utils import timezone

from contacts.conversations import mailbox_polling
from contacts.conversations.mailbox_polling import enqueue_polls, poll_mailbox
from contacts.models import ChannelDelivery, MailboxFolder, MailboxSettings
from tests.jobs import test_worker

from ..mailboxes import letter

start_worker = test_worker.start_worker
MAILS = 12
KILLED_MAILS = 100


class Proxy:
    """Stands between the product and the server, and calls `end` once after `limit` bytes of the server's."""

    def __init__(self, port):
        self.to, self.limit, self.size, self.end = port, None, 0, None
        self.has_ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
                threading.Thread(target=self.copy, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self.copy, args=(server, client, True), daemon=True).start()

    def copy(self, source, target, is_counted):
        # Small pieces: the connection ends in the middle of an answer.
        with suppress(OSError):
            while data := source.recv(64):
                self.size += len(data) * is_counted
                if is_counted and self.limit is not None and self.size >= self.limit:
                    self.limit = None
                    self.end()
                    self.has_ended.set()
                    break
                target.sendall(data)
        for sock in (source, target):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def stop(self):
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def proxy(account):
    proxy = Proxy(account.dovecot.tls_port)
    yield proxy
    proxy.stop()


@pytest.fixture
def mailbox_fields(mailbox_fields, proxy):
    return mailbox_fields | {"imap_port": proxy.port}


def stored():
    """Subjects of the mails, as they were stored for reading."""
    return sorted(bytes(d.body).partition(b"Subject: ")[2].partition(b"\r")[0] for d in ChannelDelivery.objects.all())


def poll_once():
    """Poll whatever the lease and the times; return the error."""
    MailboxSettings.objects.update(polling_until=None)
    poll_mailbox.call(MailboxSettings.objects.get().pk)
    return MailboxSettings.objects.get().error


EXPECTED = sorted(f"House {n}".encode() for n in range(MAILS))


@pytest.mark.thorough
@pytest.mark.django_db
def test_server_that_is_killed_at_every_step(mailbox, account, proxy):
    account.add(*map(letter, range(MAILS)))
    assert poll_once() == ""
    total = proxy.size
    ChannelDelivery.objects.all().delete()
    errors = []
    for step in range(20):
        MailboxFolder.objects.all().delete()
        proxy.size, proxy.limit, proxy.end = 0, total * step // 20 + 1, account.dovecot.stop
        proxy.has_ended.clear()
        errors.append(poll_once())
        assert proxy.has_ended.wait(20)
        account.dovecot.start()
        assert set(stored()) <= set(EXPECTED) and len(stored()) == len(set(stored()))
    assert poll_once() == ""
    assert stored() == EXPECTED
    assert all(error.startswith(("The connection to localhost failed", "localhost ")) for error in errors), errors


@pytest.mark.django_db
def test_connection_that_is_cut_goes_on_where_it_ended(mailbox, account, proxy):
    account.add(*map(letter, range(MAILS)))
    places = []
    for step in range(1, 21):
        proxy.size, proxy.limit, proxy.end = 0, 3000 + 150 * step, lambda: None
        poll_once()
        places.append(MailboxFolder.objects.filter(role="inbox").values_list("last_uid", flat=True).first() or 0)
    proxy.limit = None
    assert poll_once() == ""
    assert (stored(), places) == (EXPECTED, sorted(places))


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["store_delivery", "advance", "end_poll"])
@pytest.mark.parametrize("is_before", [True, False])
def test_crash_at_every_step_of_the_job(mailbox, account, monkeypatch, place, is_before):
    class CrashError(Exception):
        pass

    owner = {"store_delivery": mailbox_polling, "advance": MailboxFolder, "end_poll": MailboxSettings}[place]
    original = getattr(owner, place)

    def crash(*args, **options):
        if not is_before:
            original(*args, **options)
        raise CrashError

    account.add(*map(letter, range(3)))
    for _ in range(4):
        with monkeypatch.context() as patched:
            patched.setattr(owner, place, crash)
            with suppress(CrashError):
                poll_once()
    assert poll_once() == ""
    assert stored() == [b"House 0", b"House 1", b"House 2"]


@pytest.mark.django_db(transaction=True)
def test_two_pollers_at_once(mailbox, account, at_once):
    account.add(*map(letter, range(MAILS)))
    mailboxes = [MailboxSettings.objects.select_related("connection__pro").get() for _ in range(2)]
    # As if the lease of the first one had ended.
    at_once(2, lambda number: mailbox_polling._poll(mailboxes[number]))
    assert stored() == EXPECTED
    assert MailboxFolder.objects.get(role="inbox").last_uid == MAILS


@pytest.mark.django_db(transaction=True)
def test_lease_is_given_once(mailbox, at_once):
    assert sorted(at_once(4, lambda _: MailboxSettings.objects.get().begin_poll())) == [False, False, False, True]


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_killed_workers_store_every_mail_once(mailbox, account, start_worker):
    account.add(*map(letter, range(KILLED_MAILS)))
    for share in (1, 3):
        MailboxSettings.objects.update(polling_until=None, poll_at=timezone.now())
        worker = start_worker()
        test_worker.wait_until(lambda share=share: ChannelDelivery.objects.count() >= KILLED_MAILS * share // 8)
        worker.kill()
        worker.wait()
    assert ChannelDelivery.objects.count() < KILLED_MAILS
    MailboxSettings.objects.update(polling_until=None, poll_at=timezone.now())
    start_worker()
    test_worker.wait_until(lambda: MailboxSettings.objects.get().polled_at)
    test_worker.wait_until(lambda: MailboxFolder.objects.get(role="inbox").last_uid == KILLED_MAILS)
    stored = ChannelDelivery.objects.values("digest")
    assert stored.count() == stored.distinct().count() == KILLED_MAILS


# --- When it is polled


@pytest.mark.django_db
def test_due_mailboxes_are_enqueued_once(mailbox, work_tasks, account):
    account.add(letter(1))
    enqueue_polls()
    enqueue_polls()
    work_tasks()
    enqueue_polls()
    jobs = [job for job in test_worker.DBTaskResult.objects.all() if job.task_path == poll_mailbox.module_path]
    assert ([job.status for job in jobs], len(stored())) == (["SUCCESSFUL"], 1)


@pytest.mark.django_db
def test_failing_mailbox_is_polled_more_and_more_seldom(mailbox, account, proxy):
    proxy.stop()
    waits = []
    for failures in range(1, 9):
        error = poll_once()
        row = MailboxSettings.objects.get()
        waits.append(round((row.poll_at - row.failed_at).total_seconds()))
        assert (error, row.failures) == (f"localhost takes no connections on port {proxy.port}.", failures)
    assert waits == [50, 100, 200, 400, 800, 1600, 3200, 3600]
