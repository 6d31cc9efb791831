"""The worker: providers' calls that become messages, mails to a local sink, and the import of a CSV file."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.models import Max, Min
from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from contact_requests.mails import notify
from contact_requests.models import ContactRequest
from contacts.importing.headings import recognise_columns
from contacts.importing.jobs import start_check, start_run
from contacts.importing.reading import read_table
from contacts.models import ChannelConnection, ContactImport, ContactMessage

from ..ports import free_port
from .figure import Figure
from .inprocess import member
from .load import request, send_all
from .serving import VESTIBULE, environment, serving, wait_for
from .setting import Setting

PATIENCE = 900  # seconds
TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"


def figures(setting: Setting) -> Iterator[Figure]:
    member(setting.usual)
    with _sink() as port:
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        yield from _messages(setting, mail)
        yield from _mails(setting, mail)
        yield from _import(setting, mail)


@contextmanager
def _sink() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.smtp_sink", str(port)], cwd=settings.BASE_DIR)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _working(mail: dict[str, str], *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker as production does."""
    command = [sys.executable, "manage.py", "worker", *options]
    variables = {**environment(), **mail, "LOG_LEVEL": "WARNING"}
    # It names every job.
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=variables, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _messages(setting: Setting, mail: dict[str, str]) -> Iterator[Figure]:
    """Calls of Telegram's that come in while the worker reads them, each of another person.

    The worker has read one before: its start, a figure of its own, would be most of what a small run measures.
    """
    count = 1_000 if setting.is_small else 3_000
    # Those of what was written before go first.
    _forget_jobs()
    channel = ChannelConnection.objects.connect(setting.usual, "telegram", {"token": TOKEN})
    first, *calls = [_call(channel, number) for number in range(count + 1)]
    with serving(VESTIBULE, **mail) as server, _working(mail):
        started, before = time.monotonic(), ContactMessage.objects.count()
        send_all(server.port, [first], clients=1)
        _wait_until(lambda: ContactMessage.objects.count() > before)
        yield Figure("start of the worker, until it has read a call", time.monotonic() - started, "s")
        before += 1
        began = time.monotonic()
        load = send_all(server.port, calls, clients=4)
        stored = time.monotonic() - began
        _wait_until(lambda: ContactMessage.objects.count() - before >= count)
        seconds = time.monotonic() - began
    yield Figure("calls of a provider, accepted", count / stored, "/s")
    yield Figure("calls of a provider, refused", len(load.refused), "", at_most=0)
    yield Figure("calls of a provider, read as messages", count / seconds, "/s", at_least=200)


def _call(channel: ChannelConnection, number: int) -> bytes:
    person = {"id": 5_000_000 + number, "first_name": "Théo", "last_name": f"Morvan {number}"}
    message = {
        "message_id": 1000 + number,
        "from": {**person, "is_bot": False, "language_code": "fr"},
        "chat": {**person, "type": "private"},
        "date": int(time.time()),
        "text": f"Bonjour, est-ce que l'appartement {number} est libre ?",
    }
    body = json.dumps({"update_id": 10_000 + number, "message": message}).encode()
    headers = {"X_Telegram_Bot_Api_Secret_Token": channel.secret}
    return request("POST", f"/channels/telegram/{channel.key}", content=body, **headers)


def _wait_until(is_over: object) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_over():  # type: ignore[operator]
        if time.monotonic() > ends:
            raise TimeoutError("the worker has not done it")
        time.sleep(0.2)


def _mails(setting: Setting, mail: dict[str, str]) -> Iterator[Figure]:
    """Notifications of contact requests that no mail has told of."""
    # The first ones take longer: templates are read and queries written.
    count = 1_000 if setting.is_small else 3_000
    ids = ContactRequest.objects.for_pro(setting.largest).filter(notified_at=None).values_list("pk", flat=True)[:count]
    _forget_jobs()
    jobs = [notify.enqueue(str(pk)).id for pk in ids]
    with _working(mail, "--batch") as process:
        process.wait(PATIENCE)
    yield Figure("mails to a local sink", _rate(jobs, count), "/s", at_least=300)


def _forget_jobs() -> None:
    """Delete what is left in the queue: the worker would do that too."""
    DBTaskResult.objects.all().delete()


def _rate(jobs: list[object], count: int) -> float:
    """How many a second from the start of the first job to the end of the last one."""
    rows = DBTaskResult.objects.filter(pk__in=jobs, status="SUCCESSFUL")
    assert rows.count() == len(jobs), "jobs have failed"
    times = rows.aggregate(began=Min("started_at"), ended=Max("finished_at"))
    return count / (times["ended"] - times["began"]).total_seconds()


def _import(setting: Setting, mail: dict[str, str]) -> Iterator[Figure]:
    count = 5_000 if setting.is_small else 20_000
    user = User.objects.filter(pro=setting.usual)[0]
    lines = [f"Nadia Imbert {n},nadia.imbert{n}@example.net,+3375{n:07d},Lyon" for n in range(count)]
    began = time.monotonic()
    headings, rows = read_table("\n".join(["Name,E-mail,Phone,Town", *lines]).encode())
    fields = {"filename": "contacts.csv", "headings": headings, "columns": recognise_columns(headings), "rows": rows}
    contact_import = ContactImport.objects.upload(setting.usual, **fields, by=user)  # type: ignore[arg-type]
    yield Figure("rows of a CSV file, uploaded", count / (time.monotonic() - began), "/s")
    _forget_jobs()
    start_check(contact_import, contact_import.columns)
    yield Figure("rows of a CSV file, checked", _phase(contact_import, mail, count), "/s")
    contact_import.refresh_from_db()
    assert start_run(contact_import, by=user), contact_import.state
    yield Figure("rows of a CSV file, imported", _phase(contact_import, mail, count), "/s", at_least=3_000)
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.count("create")) == ("done", count), contact_import.counts


def _phase(contact_import: ContactImport, mail: dict[str, str], count: int) -> float:
    """How many rows a second the worker works; a job hands over to a new one every few seconds."""
    before = set(DBTaskResult.objects.values_list("pk", flat=True))
    first = DBTaskResult.objects.order_by("-enqueued_at")[0].pk
    with _working(mail, "--batch") as process:
        process.wait(PATIENCE)
    after = set(DBTaskResult.objects.values_list("pk", flat=True))
    return _rate([first, *(after - before)], count)
