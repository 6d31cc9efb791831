from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from config.notifications.devices import add_device
from config.notifications.models import Notification, Preferences, PushDevice
from config.notifications.preferences import read_preferences, save_preferences
from config.notifications.pushing import _peers
from config.notifications.vapid import public_key

from ..contacts.messaging import telegram
from ..factories import UserFactory
from .push_service import PushService

__all__ = ["telegram"]


@pytest.fixture
def colleague(pro) -> User:
    return UserFactory(pro=pro, name="Inès Moreau", email="ines@office.example", language="fr", role="member")


@pytest.fixture
def prefer() -> Callable[..., Preferences]:
    """Save settings of a user; what is not given is as it was."""

    def save(user: User, **values: Any) -> Preferences:
        row = read_preferences(User.objects.select_related("pro").get(pk=user.pk), user.pro)
        for name, value in values.items():
            setattr(row, name, value)
        save_preferences(row)
        return row

    return save


@pytest.fixture
def sent(work_tasks) -> Callable[[], list[tuple[str, str]]]:
    """Work the jobs, and return (to, subject) of the mails that left since the last call, in order."""

    def work() -> list[tuple[str, str]]:
        work_tasks()
        mails = [(*message.to, message.subject) for message in mail.outbox]
        mail.outbox.clear()
        return mails

    return work


@pytest.fixture
def pass_time() -> Callable[[], None]:
    """Function after which everything that was to happen at a later time is due."""

    def pass_time() -> None:
        past = timezone.now() - timedelta(seconds=1)
        Notification.objects.filter(due_at__gt=past).update(due_at=past)
        DBTaskResult.objects.filter(run_after__gt=past, run_after__year__lt=9999).update(run_after=past)

    return pass_time


@pytest.fixture
def service(settings) -> Iterator[PushService]:
    """A push service on this machine, which may be called."""
    settings.OUTGOING_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    _peers.cache_clear()
    service = PushService()
    yield service
    service.stop()
    _peers.cache_clear()
    assert service.errors == []


@pytest.fixture
def device(service, colleague) -> PushDevice:
    """The colleague's phone, which shows pushes."""
    return subscribe(service, colleague, "phone")


def subscribe(service: PushService, user: User, name: str) -> PushDevice:
    return add_device(user, user.pro, **service.subscribe(name, public_key()).form, agent=f"{name} Firefox/1")


def states() -> list[tuple[str, str, str]]:
    """(who, kind, state) of all notifications, in the order in which they came; "" for the office."""
    rows = Notification.objects.values_list("created_at", "user__name", "kind", "state")
    return [(who, kind, state) for _at, who, kind, state in sorted((at, name or "", *more) for at, name, *more in rows)]
