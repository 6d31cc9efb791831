"""The owner's property, and contact requests about it that go through `receiving.receive`."""

from collections.abc import Callable
from typing import Any

import pytest

from config.accounts.models import Pro
from contact_requests.models import ContactRequest, Property
from contact_requests.receiving import receive as receive_contact_request

from ..factories import PropertyFactory
from .rows import CONTENT


@pytest.fixture
def house(pro: Pro) -> Property:
    return PropertyFactory(pro=pro)


@pytest.fixture
def receive(house: Property) -> Callable[..., ContactRequest]:
    """Receives a contact request: `CONTENT` about the house, with these changes."""

    def run(prop: Property = house, **changes: Any) -> ContactRequest:
        return receive_contact_request(prop, **{**CONTENT, **changes})

    return run
