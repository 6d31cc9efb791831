"""Two likely duplicates of the owner's, and the addresses of their pages. Import the fixtures to use them."""

import pytest

from contacts.models import Contact

from .merges import ANNA, PHONE


@pytest.fixture
def anna(pro):
    return Contact.objects.register(pro, name="Anna Visser", email=ANNA, phone=PHONE)


@pytest.fixture
def anne(pro):
    return Contact.objects.register(pro, name="Anne Visser", phone=PHONE, role="tenant", referral_source="A friend")


def pair_path(one, other, action="merge"):
    return f"/contacts/{one.pk}/{action}/{other.pk}"


def contact_path(contact):
    return f"/contacts/{contact.pk}"


def undo_path(merge):
    return f"/contacts/merges/{merge.pk}/undo"


def stored(contact):
    """The columns of a contact that a merge may change."""
    return Contact.objects.values("name", "email", "phone", "role", "referral_source", "merged_into").get(pk=contact.pk)


def messages(page):
    """The messages on top of a page, and the toasts."""
    return [*page.texts(".message"), *page.texts("#toasts p")]
