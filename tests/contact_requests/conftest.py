"""The owner's property, and contact requests about it: received, or stored as they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.accounts.models import Pro
from contact_requests.models import ContactRequest, Property
from contact_requests.receiving import receive as receive_contact_request

from ..factories import ContactFactory, PropertyFactory, RequestFactory
from .listing import START
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


@pytest.fixture
def store(house: Property) -> Callable[..., ContactRequest]:
    """Stores a contact request of one contact about the house, `at` seconds after `listing.START`."""
    contact = ContactFactory(pro=house.pro)

    def run(at: float = 0.0, **fields: Any) -> ContactRequest:
        fields = {"property": house, "contact": contact, **fields}
        return RequestFactory(created_at=START + timedelta(seconds=at), **fields)

    return run
