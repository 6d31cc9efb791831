"""Contact.objects.same_address: contacts with an e-mail or phone."""

import pytest
from django.db import connection

from contacts.models import Contact, ContactIdentity

from ..factories import ContactFactory

pytestmark = pytest.mark.dialect

PHONE = "+33612345678"


@pytest.fixture
def same(pro):
    def matches(channel, external_id):
        return set(Contact.objects.for_pro(pro).same_address(channel, external_id).values_list("name", flat=True))

    return matches


@pytest.mark.parametrize("email", ["anna_b@example.org", "Anna_B@Example.ORG"])
def test_an_email_whatever_its_case(contact, same, email):
    for name, stored in [("Anna", "Anna_B@example.org"), ("Ann", "ANNA_B@EXAMPLE.ORG"), ("Axb", "annaxb@example.org")]:
        contact(name=name, email=stored)
    contact(name="Nobody", email="", phone=PHONE)
    assert same("email", email) == {"Anna", "Ann"}


def test_a_phone_to_the_digit(contact, same):
    contact(name="Anna", phone=PHONE)
    contact(name="Ann", phone=PHONE)
    contact(name="Longer", phone=f"{PHONE}9")
    assert same("phone", PHONE) == {"Anna", "Ann"}
    assert same("phone", PHONE.removeprefix("+")) == set()


def test_another_channel_has_none(contact, same):
    contact(phone=PHONE)
    assert same("whatsapp", PHONE) == set()


def test_neither_archived_contacts_nor_another_pros(contact, same):
    contact(phone=PHONE).archive(by=None)
    ContactFactory(phone=PHONE)
    assert same("phone", PHONE) == set()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("channel", "external_id", "index"),
    [("email", "anna@example.org", "contact_email"), ("phone", PHONE, "contact_phone")],
)
def test_an_index_finds_them(crowd, plan, channel, external_id, index):
    assert index in plan(Contact.objects.for_pro(crowd).same_address(channel, external_id))


def test_the_oldest_other_contact_gets_a_removed_address(pro):
    first = Contact.objects.register(pro, name="First", email="anna@example.org", phone=PHONE)
    second = Contact.objects.register(pro, name="Second", email="ANNA@example.org", phone=PHONE)
    Contact.objects.register(pro, name="Third", email="anna@example.org")
    first.change({"email": "new@example.org"}, by=None)
    first.archive(by=None)
    held = (
        ContactIdentity.objects.for_pro(pro).held().order_by("channel").values_list("channel", "external_id", "contact")
    )
    assert list(held) == [("email", "anna@example.org", second.pk), ("phone", PHONE, second.pk)]


def test_several_addresses_are_each_looked_up_in_their_index(pro):
    ana = Contact.objects.register(pro, name="Ana", email="ana@example.org", phone=PHONE)
    rows = ContactIdentity.objects.for_pro(pro).matching([("email", "ana@example.org"), ("phone", PHONE)])
    assert {row.contact for row in rows} == {ana}
    if connection.vendor == "sqlite":  # PostgreSQL goes by the size of the table.
        plan = rows.explain()
        assert plan.count("contact_identity_unique") == 2 and "SCAN contacts" not in plan, plan
