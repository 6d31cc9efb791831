"""Send events to the endpoints that want them: in the order of each object, again and again for three days.

One job at a time has an endpoint to itself and sends what is due there. It asks for more when it has let go, so that an
event whose job came meanwhile, and found the endpoint taken, is not left. `wake_endpoints` looks after the rest.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.tasks import task
from django.utils import timezone

from config.jobs.turns import in_turn
from config.jobs.worker import unfinished_jobs
from config.outgoing import AnswerTooLargeError, BlockedAddressError, NoAnswerError, OutgoingError, send_request
from config.peers import LeftAloneError, Peer

from .models import ANSWER_LENGTH, Dispatch, Endpoint, Event
from .signing import sign
from .switching_off import switch_off

State, Reason = Dispatch.State, Dispatch.Reason
TIMEOUT = 10.0  # seconds, of one call
MAX_ANSWER = 64 * 1024  # bytes
# For so long a job sends before others have their turn; it holds the endpoint for longer than that and a call.
TURN, HOLD = 10.0, timedelta(seconds=60)
TRIED_FOR = timedelta(hours=72)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=12)
# After so many failures in a row the endpoint itself is left alone for a while; at once after one that hung.
FAILURES = 5
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
SWITCHED_OFF_AFTER = timedelta(days=5)
# `last_delivered_at` is written at most this often.
DELIVERED_RESOLUTION = timedelta(minutes=1)
HOUSEKEEPING = timedelta(minutes=1)
WOKEN = 1000
REASONS: list[tuple[type[OutgoingError], str]] = [
    (BlockedAddressError, Reason.PRIVATE),
    (AnswerTooLargeError, Reason.TOO_LARGE),
    (NoAnswerError, Reason.NO_ANSWER),
    (OutgoingError, Reason.UNREACHABLE),
]


class Outcome(NamedTuple):
    """Outcome of one call: a status and the beginning of the answer, or the reason why there is none."""

    status: int | None = None
    answer: str = ""
    reason: str = ""

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@task(queue_name="events")
def send_events(endpoint_id: str) -> None:
    """Send what is due to an endpoint, for some seconds."""
    id, ends_at = UUID(endpoint_id), time.monotonic() + TURN
    while held_until := _hold_endpoint(id):
        try:
            while time.monotonic() < ends_at and _send_next(id):
                pass
        finally:
            Endpoint.objects.filter(pk=id, held_until=held_until).update(held_until=None)
        if time.monotonic() >= ends_at:
            _enqueue(Endpoint.objects.get(pk=id))
            return


def _hold_endpoint(id: UUID) -> datetime | None:
    """Take the endpoint, if something is due there and nobody has it; returns until when."""
    now = timezone.now()
    held_until = now + HOLD
    if not Dispatch.objects.filter(endpoint=id).due(now).exists():
        return None
    return held_until if Endpoint.objects.ready(now).filter(pk=id).update(held_until=held_until) else None


def _enqueue(endpoint: Endpoint, run_after: datetime | None = None) -> None:
    in_turn(send_events, endpoint.pro_id).using(run_after=run_after).enqueue(str(endpoint.pk))


def _send_next(id: UUID) -> bool:
    """Send the first event that is due; False where there is none, or the endpoint is not to be called now."""
    now = timezone.now()
    free = Q(endpoint__paused_until=None) | Q(endpoint__paused_until__lte=now)
    due = Dispatch.objects.filter(free, endpoint=id, endpoint__is_enabled=True, endpoint__deleted_at=None).due(now)
    # Read anew each time: it may have been erased, or the endpoint changed, while the one before was on its way.
    dispatch = due.select_related("event", "endpoint__pro").first()
    if dispatch is None:
        return False
    try:
        outcome = _call_endpoint(dispatch.endpoint, dispatch.event)
    except LeftAloneError:
        Endpoint.objects.filter(pk=id).update(paused_until=now + SHORTEST_PAUSE)
        return False
    _note_outcome(dispatch, outcome)
    return True


@cache
def _peers() -> Callable[[Endpoint], Peer]:
    """The breakers of this process. Each Pro has its own for a machine: what one asks of it is not another's fault."""
    peers: dict[tuple[int, str], Peer] = {}

    def find(endpoint: Endpoint) -> Peer:
        if len(peers) >= WOKEN:
            peers.clear()
        return peers.setdefault((endpoint.pro_id, endpoint.host), Peer(at_once=2, pause=SHORTEST_PAUSE.total_seconds()))

    return find


def _call_endpoint(endpoint: Endpoint, event: Event) -> Outcome:
    """Call the endpoint. Raises LeftAloneError."""
    if not endpoint.secret:
        # After a change of SECRET_KEY. A signature by an empty one would be anybody's.
        return Outcome(reason=Reason.NO_SECRET)
    try:
        with _peers()(endpoint).call():
            return _ask(endpoint, event)
    except TimeoutError:
        return Outcome(reason=Reason.TIMEOUT)


def _ask(endpoint: Endpoint, event: Event) -> Outcome:
    """Call the endpoint. Raises TimeoutError when it takes too long."""
    headers = {"Content-Type": "application/json", "User-Agent": "Vestibule-Webhooks/1"}
    headers |= sign(event.name, int(time.time()), event.payload, endpoint.secrets)
    try:
        answer = send_request(
            "POST",
            endpoint.url,
            timeout=TIMEOUT,
            max_size=MAX_ANSWER,
            headers=headers,
            body=event.payload.encode(),
        )
    except OutgoingError as error:
        if error.is_timeout:
            raise TimeoutError from None
        return Outcome(reason=next(reason for kind, reason in REASONS if isinstance(error, kind)))
    # PostgreSQL stores no NUL.
    text = answer.body[: 4 * ANSWER_LENGTH].decode("utf-8", "replace").replace("\0", "\ufffd")
    return Outcome(answer.status, text[:ANSWER_LENGTH])


def _note_outcome(dispatch: Dispatch, outcome: Outcome) -> None:
    """Save what became of an attempt, and what it says of the endpoint."""
    now = timezone.now()
    last, is_gone = dispatch.began_at + TRIED_FOR, outcome.status == HTTPStatus.GONE
    state, next_at = State.WAITING, min(now + next_wait(now - dispatch.began_at), last)
    if outcome.is_delivered:
        state = State.DELIVERED
    elif is_gone or now >= last:
        state = State.FAILED
    # Not `save`: it may have been erased meanwhile.
    Dispatch.objects.filter(pk=dispatch.pk).update(
        state=state,
        attempts=dispatch.attempts + 1,
        next_at=next_at,
        tried_at=now,
        status=outcome.status,
        reason=outcome.reason,
        answer=outcome.answer,
    )
    if outcome.is_delivered:
        _note_delivered(dispatch.endpoint, now)
    elif is_gone:
        switch_off(dispatch.endpoint, Endpoint.Problem.GONE)
    else:
        _note_failure(dispatch.endpoint, now, hung=outcome.reason == Reason.TIMEOUT)
        if state == State.WAITING and next_at <= now + HOUSEKEEPING:
            _enqueue(dispatch.endpoint, next_at)


def next_wait(age: timedelta) -> timedelta:
    """How long to wait after a failure: twice the age of what is sent."""
    return min(max(2 * age, SHORTEST_WAIT), LONGEST_WAIT)


def pause_after(failures: int) -> timedelta:
    """For how long to leave an endpoint alone after so many failures in a row."""
    return min(SHORTEST_PAUSE * 2 ** min(max(failures - FAILURES, 0), 20), LONGEST_PAUSE)


def _note_delivered(endpoint: Endpoint, now: datetime) -> None:
    is_due = endpoint.last_delivered_at is None or endpoint.last_delivered_at < now - DELIVERED_RESOLUTION
    if is_due or endpoint.failures or endpoint.paused_until:
        Endpoint.objects.filter(pk=endpoint.pk).update(
            last_delivered_at=now, failures=0, failing_since=None, paused_until=None
        )


def _note_failure(endpoint: Endpoint, now: datetime, *, hung: bool) -> None:
    failures, since = endpoint.failures + 1, endpoint.failing_since or now
    paused_until = now + pause_after(failures) if hung or failures >= FAILURES else None
    Endpoint.objects.filter(pk=endpoint.pk).update(failures=failures, failing_since=since, paused_until=paused_until)
    if now - since >= SWITCHED_OFF_AFTER:
        switch_off(endpoint, Endpoint.Problem.FAILING)


def wake_endpoints() -> None:
    """Enqueue the sending of what is due and has no job: after a wait, a pause, or a worker that was killed.

    Housekeeping calls it once a minute.
    """
    now = timezone.now()
    due = Dispatch.objects.filter(endpoint=OuterRef("pk")).due(now)
    if endpoints := list(Endpoint.objects.ready(now).filter(Exists(due))[:WOKEN]):
        jobs = unfinished_jobs(send_events.module_path)
        soon = {job.args_kwargs["args"][0] for job in jobs if job.run_after.year == 9999 or job.run_after <= now}
        for endpoint in endpoints:
            if str(endpoint.pk) not in soon:
                _enqueue(endpoint)
