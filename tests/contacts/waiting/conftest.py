"""Reading who waits, for tests of all that lets somebody wait."""

import pytest

from contacts.models import WaitingItem


def rows(pro):
    """[(kind, contact's name, outcome)] of all items of a Pro, in the order in which they began."""
    items = WaitingItem.objects.for_pro(pro).select_related("contact").order_by("pk")
    return [(item.kind, item.contact.name if item.contact else "", item.outcome) for item in items]


@pytest.fixture
def waiting(pro):
    """Returns the items of the owner as `rows` does."""
    return lambda: rows(pro)
