"""Sessions of browsers, as rows that belong to a user. This module is the setting SESSION_ENGINE."""

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from config.web.compiled import Compiled

from .user import User

# However busy it is, a session ends this long after the sign-in.
MAX_AGE = timedelta(days=30)
# `seen_at` is written at most this often, so that most requests write nothing.
SEEN_RESOLUTION = timedelta(minutes=5)
# In the data of a session: {"at": Unix seconds, "address": "192.0.2.1", "agent": "Mozilla/5.0 …"}
SIGNED_IN = "signed_in"


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        """Filter those that have not ended."""
        return self.filter(expire_date__gt=timezone.now())


class Session(AbstractBaseSession):
    """A browser's session; of nobody while its visitor has not signed in."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions", verbose_name=_("user"))
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()  # type: ignore[misc]

    class Meta(AbstractBaseSession.Meta):
        pass

    def __str__(self) -> str:
        # The key would sign in whoever reads it.
        return f"…{self.handle}"

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        return SessionStore

    @property
    def handle(self) -> str:
        """Name of the session on pages, by which nobody can use it."""
        return salted_hmac("session", self.session_key, algorithm="sha256").hexdigest()[:16]


_LIVE = Compiled(
    lambda key, now: Session.objects.select_related("user__pro").filter(session_key=key, expire_date__gt=now),
    keeps_plan=True,
)
_read_user: ContextVar[User | None] = ContextVar("read_user", default=None)


def take_user(user_id: int) -> User | None:
    """The user that this request's session has just read, once; None for anybody else."""
    user = _read_user.get()
    _read_user.set(None)
    return user if user and user.pk == user_id else None


class SessionStore(db.SessionStore):
    """Django's sessions in the database, which know their user and when they were last seen."""

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        """Read the row with its user and their Pro, whom the request asks for next: see `take_user`."""
        row = _LIVE.first(self.session_key, timezone.now())
        if row is None:
            # As Django's own does.
            self._session_key = None
        self.seen_at = row.seen_at if row else None
        _read_user.set(row.user if row else None)
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Any = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.seen_at = timezone.now()
        row.expire_date = self._ends_at(data, row.seen_at)
        return row

    @property
    def is_due(self) -> bool:
        """True when its use was not noted for some minutes."""
        return self.seen_at is not None and timezone.now() - self.seen_at >= SEEN_RESOLUTION

    def touch(self) -> bool:
        """Note that the session is in use; returns whether it was done, and not by another request or too late."""
        if self.seen_at is None:
            return False
        now = timezone.now()
        row = Session.objects.filter(session_key=self.session_key, seen_at=self.seen_at)
        return bool(row.update(seen_at=now, expire_date=self._ends_at(self._session, now)))  # type: ignore[attr-defined]

    def _ends_at(self, data: dict[str, Any], now: datetime) -> datetime:
        idle_end = now + timedelta(seconds=self.get_session_cookie_age())
        signed_in = data.get(SIGNED_IN)
        return min(idle_end, datetime.fromtimestamp(signed_in["at"], UTC) + MAX_AGE) if signed_in else idle_end
