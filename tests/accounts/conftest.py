"""Rows of accounts, beside the cast."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from config.accounts import one_time_codes
from config.accounts.inviting import invite
from config.accounts.models import Invitation, Pro, User
from tests.factories import UserFactory

from .authenticator import Authenticator
from .ended_session import strict_client
from .factors import give_passkey
from .invitations import EMAIL, link


@pytest.fixture(autouse=True)
def quick_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A safe hash is slow by design."""
    monkeypatch.setattr(one_time_codes, "COST", 2)


@pytest.fixture
def other_pro(other_user: User) -> Pro:
    return other_user.pro


@pytest.fixture
def gated(pro: Pro) -> Pro:
    """The owner's Pro behind an active CNI gate."""
    pro.cni_required = True
    pro.save()
    return pro


@pytest.fixture
def invitation(user: User, pro: Pro) -> Invitation:
    return invite(pro, EMAIL, role="member", language="en", by=user)


@pytest.fixture
def mailed_link(invitation: Invitation, work_tasks: Callable[[], None]) -> str:
    """The link of the mail of `invitation`, which is sent."""
    work_tasks()
    return link(mail.outbox.pop())


@pytest.fixture
def device(user: User) -> Authenticator:
    """The owner's device, with a passkey."""
    return give_passkey(user)


@pytest.fixture
def member(pro: Pro) -> User:
    return UserFactory(pro=pro, email="member@example.com", name="Mia Member", role=User.Role.MEMBER)


@pytest.fixture
def owner(user: User) -> Client:
    """The owner, who has a passkey and signed in a moment ago."""
    give_passkey(user)
    mail.outbox.clear()
    return strict_client(user)
