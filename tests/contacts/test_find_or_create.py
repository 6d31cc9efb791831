"""Contact.objects.find_or_create: one person of one Pro is one contact."""

import pytest
from django.db import transaction

from contacts.models import Contact, ContactIdentity

from ..factories import ProFactory

EMAIL, PHONE = "anna@example.org", "+33612345678"


@pytest.fixture
def find(pro):
    """`find_or_create` for the owner; `pro` may be another."""

    def call(name="Anna", email="", phone="", pro=pro):
        return Contact.objects.find_or_create(pro, name=name, email=email, phone=phone, source="contact_form")

    return call


def identities(contact):
    return sorted(contact.identities.values_list("channel", "external_id"))


def events(contact):
    return list(contact.events.values_list("kind", "changes", "user", "token"))


def stored(contact):
    return Contact.objects.filter(pk=contact.pk).values("name", "email", "phone", "source").get()


def test_a_new_person_as_stored(pro, find):
    contact = find(email="Anna@Example.org", phone=PHONE)
    [row] = Contact.objects.values()
    assert row == {
        "id": contact.pk,
        "pro_id": pro.pk,
        "name": "Anna",
        "email": "Anna@Example.org",
        "phone": PHONE,
        "external_id": "",
        "status": "prospect",
        "role": "prospect",
        "channel_preference": "",
        "source": "contact_form",
        "referral_source": "",
        "language": "en",
        "applied_at": None,
        "search_text": "anna\nanna@example.org\n+33612345678\n0612345678",
        "reached_by": "",
        "last_message_at": None,
        "last_word_at": None,
        "unread_count": 0,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "deleted_at": None,
        "merged_into_id": None,
        "assigned_to_id": None,
        "assigned_at": None,
    }
    assert identities(contact) == [("email", EMAIL), ("phone", PHONE)]


@pytest.mark.parametrize("email", [EMAIL, "ANNA@example.org", "anna@EXAMPLE.ORG"])
def test_known_by_email_ignoring_case(find, email):
    first = find(email="Anna@Example.org")
    assert find(name="A. N. Other", email=email) == first
    assert stored(first) == {"name": "Anna", "email": "Anna@Example.org", "phone": "", "source": "contact_form"}
    assert Contact.objects.count() == 1


def test_known_by_phone(find):
    first = find(phone=PHONE)
    assert find(name="A. N. Other", phone=PHONE) == first
    assert Contact.objects.count() == 1


def test_of_an_email_and_a_phone_of_two_contacts_the_email_decides(find):
    by_phone, by_email = find(name="Paul", phone=PHONE), find(email=EMAIL)
    assert find(email=EMAIL, phone=PHONE) == by_email
    assert stored(by_email) == {"name": "Anna", "email": EMAIL, "phone": "", "source": "contact_form"}
    assert (identities(by_email), identities(by_phone)) == ([("email", EMAIL)], [("phone", PHONE)])


def test_a_missing_phone_is_filled_in(find):
    first = find(email=EMAIL)
    assert find(email=EMAIL, phone=PHONE) == first
    assert stored(first) == {"name": "Anna", "email": EMAIL, "phone": PHONE, "source": "contact_form"}
    assert find(phone=PHONE) == first


def test_a_missing_email_is_filled_in(find):
    first = find(phone=PHONE)
    assert find(email="Anna@Example.org", phone=PHONE) == first
    assert stored(first) == {
        "name": "Anna",
        "email": "Anna@Example.org",
        "phone": PHONE,
        "source": "contact_form",
    }
    assert find(email=EMAIL) == first


def test_a_second_address_is_recognised_and_the_first_one_stays(find):
    first = find(email=EMAIL, phone=PHONE)
    assert find(email="second@example.org", phone=PHONE) == first
    assert stored(first)["email"] == EMAIL
    assert find(email="second@example.org") == first


def test_a_known_person_with_nothing_new_changes_nothing(find):
    find(email=EMAIL, phone=PHONE)
    before = list(Contact.objects.values()), events(Contact.objects.get())
    find(name="Other", email=EMAIL, phone=PHONE)
    assert (list(Contact.objects.values()), events(Contact.objects.get())) == before


def test_events_without_a_user(find):
    find(email=EMAIL)
    contact = find(email=EMAIL, phone=PHONE)
    assert events(contact) == [("created", {}, None, None), ("changed", {"phone": ["", PHONE]}, None, None)]


def test_never_across_pros(find):
    other = ProFactory()
    own, foreign = find(email=EMAIL, phone=PHONE), find(email=EMAIL, phone=PHONE, pro=other)
    assert own != foreign
    assert (find(phone=PHONE), find(phone=PHONE, pro=other)) == (own, foreign)
    assert list(Contact.objects.for_pro(other)) == [foreign]


def test_an_email_is_no_phone(find):
    assert find(email=EMAIL) != find(phone=PHONE)
    assert ContactIdentity.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one(pro, find, at_once):
    for number in range(40):
        email, phone = f"v{number}@example.org", f"+336000000{number:02d}"
        contacts = at_once(2, lambda _n, email=email, phone=phone: find(email=email, phone=phone))
        assert contacts[0] == contacts[1]
    assert Contact.objects.count() == 40
    assert ContactIdentity.objects.count() == 80


@pytest.mark.django_db(transaction=True)
def test_two_at_once_within_transactions_of_their_own_make_one(pro, find, at_once):
    def within(number, email, phone):
        with transaction.atomic():
            return find(email=[email, email.upper()][number], phone=[phone, ""][number])

    for number in range(40):
        email, phone = f"v{number}@example.org", f"+336000000{number:02d}"
        contacts = at_once(2, lambda n, email=email, phone=phone: within(n, email, phone))
        assert contacts[0] == contacts[1]
    assert Contact.objects.count() == 40
    assert ContactIdentity.objects.count() == 80


@pytest.mark.django_db(transaction=True)
def test_one_by_email_and_one_by_phone_at_once_while_both_are_known(pro, find, at_once):
    for number in range(20):
        email, phone = f"v{number}@example.org", f"+336000000{number:02d}"
        known = find(email=email, phone=phone)
        extra = [{"email": f"w{number}@example.org", "phone": phone}, {"email": email, "phone": ""}]
        assert at_once(2, lambda n, extra=extra: find(**extra[n])) == [known, known]
    assert Contact.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_are_eight(pro, find, at_once):
    contacts = at_once(8, lambda n: find(email=f"v{n}@example.org", phone=f"+3360000000{n}"))
    assert len({contact.pk for contact in contacts}) == Contact.objects.count() == 8
