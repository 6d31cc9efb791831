"""Pushes: encrypted messages to browsers that say how many things of which kind are new, and in whose language.

A push leaves while its notification waits for a mail, or for none, and its push service keeps it until the mail leaves
and no longer: so nobody gets both at once, and who saw the push gets no mail.
"""

import json
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from config.outgoing import BlockedAddressError, OutgoingError, send_request
from config.peers import LeftAloneError, Peer

from .encryption import encrypt
from .mailing import mail_together
from .models import Notification, Preferences, PushDevice
from .news import read_news
from .vapid import find_key, from_base64url, sign_call

Problem = PushDevice.Problem
TIMEOUT = 10.0  # seconds, of one call
MAX_ANSWER = 16 * 1024  # bytes
# For so long a push service keeps a push that no mail follows, in seconds; and a push is tried.
KEPT_FOR = 24 * 3600
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
PAUSE, MAX_PEERS = 30.0, 1000


class PushError(Exception):
    """The push service did not take a push, and may do so later: the job is run again."""


@task(queue_name="push")
def push_due(user_id: int) -> None:
    """Begin the push of what is due to a user."""
    with transaction.atomic():
        begin_push(user_id)


def begin_push(user_id: int) -> None:
    """Enqueue one push to each device of a user about all that is due, in the caller's transaction."""
    now = timezone.now()
    rows = Notification.objects.filter(user=user_id).to_push(now).order_by("created_at", "pk")
    if not (ids := list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))):
        return
    Notification.objects.filter(pk__in=ids).update(pushed_at=now)
    for device_id in PushDevice.objects.filter(user=user_id).values_list("pk", flat=True):
        send_push.enqueue(str(ids[-1]), str(device_id))


@task(queue_name="push")
def send_push(notification_id: str, device_id: str) -> None:
    """Send a push to a device, unless it was seen, or its mail leaves by now. Raises PushError."""
    row = Notification.objects.waiting().select_related("user", "pro").filter(pk=UUID(notification_id)).first()
    device = PushDevice.objects.select_related("user").filter(pk=UUID(device_id)).first()
    if row is None or row.user is None or device is None or device.user_id != row.user_id or not row.user.is_active:
        return
    now = timezone.now()
    ends_in = (row.due_at - now).total_seconds() if row.due_at else KEPT_FOR
    if ends_in <= TIMEOUT or (now - row.created_at).total_seconds() > KEPT_FOR:
        return
    if read_news(row) is None:
        Notification.objects.waiting().filter(pk=row.pk).end(Notification.State.OVER)
        return
    others = Notification.objects.waiting().filter(user=row.user_id, pushed_at__isnull=False)
    kinds = list(others.values_list("kind", flat=True))
    kind = row.kind if len(set(kinds)) == 1 else "several"
    _push(device, {"type": kind, "count": len(kinds), "id": str(row.pk)}, int(ends_in), row.pk.hex)


@task(queue_name="push")
def push_test(device_id: str) -> None:
    """Send a test to a device. Raises PushError."""
    if device := PushDevice.objects.select_related("user").filter(pk=UUID(device_id)).first():
        _push(device, {"type": "test", "count": 1, "id": str(device.pk)}, KEPT_FOR, device.pk.hex)


def _push(device: PushDevice, payload: dict[str, object], kept_for: int, topic: str) -> None:
    """Send it once, for the language of the user, and note what became of it; a device that is gone is deleted.

    Raises PushError.
    """
    payload = {**payload, "language": device.user.language}
    try:
        with _peers()(device).call():
            status, problem = _call_push_service(device, json.dumps(payload).encode(), kept_for, topic)
    except LeftAloneError:
        raise PushError("the push service hung a moment ago") from None
    except TimeoutError:
        status, problem = None, Problem.TIMEOUT
    if status in GONE:
        drop_device(device)
        return
    PushDevice.objects.filter(pk=device.pk).update(tried_at=timezone.now(), status=status, problem=problem)
    if problem in (Problem.TIMEOUT, Problem.UNREACHABLE, Problem.BUSY):
        raise PushError(str(problem))


def _call_push_service(device: PushDevice, text: bytes, kept_for: int, topic: str) -> tuple[int | None, Problem | str]:
    """The status of the push service and what is wrong, "" for nothing. Raises TimeoutError."""
    key = find_key(device.vapid_key)
    if key is None or not device.endpoint or not device.secret:
        return None, Problem.NO_KEY
    headers = {
        "Authorization": sign_call(device.endpoint, key),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(kept_for),
        "Urgency": "high",
        # A push that is sent again takes the place of the former one.
        "Topic": topic,
    }
    body = encrypt(text, from_base64url(device.public_key), from_base64url(device.secret))
    try:
        answer = send_request("POST", device.endpoint, timeout=TIMEOUT, max_size=MAX_ANSWER, headers=headers, body=body)
    except BlockedAddressError:
        return None, Problem.BLOCKED
    except OutgoingError as error:
        if error.is_timeout:
            raise TimeoutError from None
        return None, Problem.UNREACHABLE
    return answer.status, _judge(answer.status)


def _judge(status: int) -> Problem | str:
    if 200 <= status < 300:
        return ""
    return Problem.BUSY if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS else Problem.REFUSED


def drop_device(device: PushDevice) -> None:
    """Delete a device that is gone. What was pushed to no other device is mailed without waiting for it to be seen."""
    with transaction.atomic():
        device.delete()
        if PushDevice.objects.filter(user=device.user_id).exists():
            return
        row = Preferences.objects.filter(user=device.user_id).select_related("pro").first()
        if row and (due := row.next_mail(timezone.now())) is not None:
            waiting = Notification.objects.waiting().filter(user=device.user_id, due_at__gt=due)
            if waiting.update(due_at=due, is_together=True):
                mail_together.using(run_after=due).enqueue(device.user_id)


@cache
def _peers() -> Callable[[PushDevice], Peer]:
    """The breakers of this process. Each Pro has its own for a push service: it may be any machine that one names."""
    peers: dict[tuple[int, str], Peer] = {}

    def find(device: PushDevice) -> Peer:
        if len(peers) >= MAX_PEERS:
            peers.clear()
        return peers.setdefault((device.pro_id, device.host), Peer(at_once=4, pause=PAUSE))

    return find
