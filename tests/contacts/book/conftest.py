"""Two contacts of the owner that are merged, and a property."""

import pytest

from contacts.models import Contact
from tests.factories import PropertyFactory

from .merges import ANNA, ANNE, PHONE


@pytest.fixture
def known(pro):
    """Creates contacts of the owner, with their identities."""

    def one(name="Anna", **fields):
        return Contact.objects.register(pro, name=name, **fields)

    return one


@pytest.fixture
def anna(known):
    return known(email=ANNA, phone=PHONE)


@pytest.fixture
def anne(known):
    return known("Anne", email=ANNE, role="tenant", referral_source="A friend")


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro)
