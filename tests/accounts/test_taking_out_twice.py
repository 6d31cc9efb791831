"""Somebody is taken out by two owners, or two clicks, at once: it is done, recorded and mailed once."""

import pytest

from config.accounts.leaving import take_out
from config.audit.models import AuditEvent

from ..factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_clicks_one_takes_out(at_once, work_tasks, mailoutbox):
    owner = UserFactory()
    for _ in range(5):
        leaver = UserFactory(pro=owner.pro, role="member")
        at_once(3, lambda number, leaver=leaver: take_out(leaver, by=owner))
        assert AuditEvent.objects.filter(kind="taken_out", about_id=str(leaver.pk)).count() == 1
        work_tasks()
        assert [mail.to for mail in mailoutbox] == [[leaver.email]]
        mailoutbox.clear()
