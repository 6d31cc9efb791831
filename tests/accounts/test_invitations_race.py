"""Invitations that are taken up, sent and ended at the same moment."""

import pytest
from django.core.exceptions import ValidationError

from config.accounts import inviting
from config.accounts.inviting import InvitationError, find_invitation, invite, make_invitation_key, take_up, withdraw
from config.accounts.models import Invitation, User
from config.closing.closing import close_pro

from ..factories import UserFactory
from .invitations import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_at_once_one_takes_it_up(at_once):
    owner = UserFactory()
    for number in range(5):
        invitation = invite(owner.pro, f"new{number}@example.org", role="member", language="en", by=owner)
        key = make_invitation_key(invitation)

        def join(number, key=key):
            try:
                return take_up(key, name=f"Number {number}", password=PASSWORD).name
            except InvitationError:
                return ""

        names = sorted(at_once(3, join))
        assert names[:2] == ["", ""]
        assert User.objects.get(email=invitation.email).name == names[2]


def test_nobody_joins_or_is_invited_to_an_office_that_closes_at_that_moment(at_once):
    for _ in range(5):
        owner = UserFactory()
        key = make_invitation_key(
            invite(owner.pro, f"of{owner.pk}@example.org", role="member", language="en", by=owner)
        )

        def act(number, key=key, owner=owner):
            try:
                if number == 0:
                    close_pro(owner.pro, by=owner)
                elif number == 1:
                    take_up(key, name="Late", password=PASSWORD)
                else:
                    invite(owner.pro, f"late{owner.pk}@example.org", role="member", language="en", by=owner)
            except (InvitationError, ValidationError):
                return False
            return True

        at_once(3, act)
        assert not User.objects.filter(pro=owner.pro, is_active=True).exists()
        assert not Invitation.objects.for_pro(owner.pro).exists()


def test_nobody_joins_whose_invitation_is_withdrawn_at_that_moment(monkeypatch):
    owner = UserFactory()
    invitation = invite(owner.pro, "new@example.org", role="member", language="en", by=owner)

    def find_and_withdraw(key):
        """As if the owner were so quick, between two statements of the joining."""
        found = find_invitation(key)
        calls.append(key)
        if len(calls) == 2:
            withdraw(invitation, by=owner)
        return found

    calls: list[str] = []
    monkeypatch.setattr(inviting, "find_invitation", find_and_withdraw)
    with pytest.raises(InvitationError):
        take_up(make_invitation_key(invitation), name="Late", password=PASSWORD)
    assert not User.objects.filter(email=invitation.email).exists()
