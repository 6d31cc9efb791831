"""Addresses and rows of the contacts that the tests of merges use."""

from contacts.models import Contact

ANNA, ANNE = "anna@example.org", "anne@example.org"
PHONE, MOBILE = "+33612345678", "+33699999999"


def row(contact):
    """All columns of a contact."""
    return Contact.objects.values().get(pk=contact.pk)


def held(contact):
    """The identities that a contact holds."""
    return sorted(contact.identities.held().values_list("channel", "external_id"))


def kinds(contact):
    """The kinds of its events."""
    return list(contact.events.values_list("kind", flat=True))


def find(pro, email="", phone=""):
    """The contact of somebody who writes from this address."""
    return Contact.objects.find_or_create(pro, name="Again", email=email, phone=phone, source="contact_form")
