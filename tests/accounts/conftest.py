"""Rows of accounts, beside the cast."""

import pytest

from config.accounts import one_time_codes
from config.accounts.models import Pro, User


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
