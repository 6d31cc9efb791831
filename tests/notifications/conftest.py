from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from config.notifications.models import Notification, Preferences
from config.notifications.preferences import read_preferences, save_preferences

from ..contacts.messaging import telegram
from ..factories import UserFactory

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


def states() -> list[tuple[str, str, str]]:
    """(who, kind, state) of all notifications, in the order in which they came; "" for the office."""
    rows = Notification.objects.values_list("created_at", "user__name", "kind", "state")
    return [(who, kind, state) for _at, who, kind, state in sorted((at, name or "", *more) for at, name, *more in rows)]
