"""The sessions of a user: noted at the sign-in, listed, ended."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.client import client_ip

from .devices import describe_device
from .models import Session, User
from .models.session import SIGNED_IN, SessionStore

MAX_AGENT = 300  # characters
WORD_LASTS = timedelta(days=1)
# In the data of a session that was ended for its user: why.
WORD = "word"
# In the data of a session that began with a second factor to be set up: where it goes on to, see `views.entering`.
GO_ON = "go_on"


class UserSession(NamedTuple):
    """A session as its user sees it; `signed_in_at` is None where that is not known."""

    handle: str
    device: str
    address: str
    signed_in_at: datetime | None
    seen_at: datetime
    is_this_one: bool


def note_sign_in(request: HttpRequest, factor: str = "") -> None:
    """Record that somebody signed in, and keep when and from which device for the list of their sessions.

    `factor` is the word of the audit for the second factor, or for the passkey alone.
    """
    agent = request.headers.get("User-Agent", "")[:MAX_AGENT]
    user: Any = request.user
    record_event(Kind.SIGNED_IN, user, pro=user.pro_id, by=user, detail=factor)
    request.session[SIGNED_IN] = {"at": int(time.time()), "address": client_ip(request), "agent": agent}


def list_sessions(user: User, key: str | None) -> list[UserSession]:
    """Sessions of the user that have not ended, the one with this key first, then the last seen."""
    rows = Session.objects.live().filter(user=user).order_by("-seen_at", "session_key")
    sessions = [_read_session(row, is_this_one=row.session_key == key) for row in rows]
    return sorted(sessions, key=lambda session: not session.is_this_one)


def _read_session(row: Session, *, is_this_one: bool) -> UserSession:
    known = row.get_decoded().get(SIGNED_IN, {})
    signed_in_at = datetime.fromtimestamp(known["at"], UTC) if known else None
    device = describe_device(known.get("agent", ""))
    return UserSession(row.handle, device, known.get("address", ""), signed_in_at, row.seen_at, is_this_one)


def end_session(user: User, handle: str) -> bool:
    """End the user's own session of this handle; returns whether there was one."""
    keys = [row.session_key for row in Session.objects.filter(user=user) if row.handle == handle]
    return bool(_end_sessions(Session.objects.filter(session_key__in=keys), user, by=user))


def end_sessions(user: User, *, but: str | None = None, by: User | None) -> int:
    """End all sessions of the user, but the one with this key; returns their number."""
    return _end_sessions(Session.objects.filter(user=user).exclude(session_key=but or ""), user, by=by)


def leave_word(user: User, *, by: User) -> None:
    """End all sessions of somebody who was taken out of their office, so that the pages they have open say it.

    The rows stay for a day, of nobody and with nothing but that word. The sign-in page shows it until somebody signs
    in: a page may come there twice, by two requests of its own at the same moment.
    """
    with override(user.language):
        text = _("You no longer belong to %(name)s. What you had has gone to your colleagues.") % {"name": user.pro}
    sessions = Session.objects.filter(user=user)
    with transaction.atomic():
        values = {"session_data": SessionStore().encode({WORD: text}), "user": None}
        if number := sessions.update(**values, expire_date=timezone.now() + WORD_LASTS):
            record_event(Kind.SESSION_ENDED, user, pro=user.pro_id, by=by, detail=str(number))


def _end_sessions(sessions: QuerySet[Session], user: User, *, by: User | None) -> int:
    with transaction.atomic():
        if number := sessions.delete()[0]:
            record_event(Kind.SESSION_ENDED, user, pro=user.pro_id, by=by, detail=str(number))
    return number
