"""A device that is added by two clicks at once."""

import pytest

from config.notifications.devices import add_device
from config.notifications.models import PushDevice
from config.notifications.vapid import public_key

from ..factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_device_that_is_added_by_two_clicks_is_one(service, at_once):
    user = UserFactory()
    form = service.subscribe("phone", public_key()).form
    for _ in range(5):
        added = at_once(3, lambda number: add_device(user, user.pro, **form, agent="Firefox/1").pk)
        assert list(PushDevice.objects.filter(pk__in=added).values_list("user", flat=True)) == [user.pk]
