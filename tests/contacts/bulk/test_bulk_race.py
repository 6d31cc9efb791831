"""A run that begins at the moment at which another choice takes the place of its plan."""

import pytest

from contacts.bulk.working import start_run
from contacts.models import BulkRun

from ...factories import ContactFactory
from .runs import planned

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_that_has_begun_is_never_taken_away(user, at_once):
    ContactFactory(pro=user.pro, status="prospect")
    for _ in range(10):
        run = planned(user)

        def act(number, run=run):
            if number:
                return planned(user).pk
            try:
                return start_run(run, "status:renter", by=user)
            except BulkRun.DoesNotExist:
                return False

        has_begun, _other = at_once(2, act)
        assert BulkRun.objects.filter(pk=run.pk, state="running").exists() == has_begun
