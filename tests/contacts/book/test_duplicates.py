"""likely_duplicates: contacts that may be the same person, with the reasons."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.book.duplicates import are_similar, likely_duplicates, mark_distinct, name_words
from contacts.book.merging import merge_contacts
from contacts.models import Contact, ContactIdentity
from tests.factories import ContactFactory, ProFactory

pytestmark = pytest.mark.dialect

EMAIL, PHONE, MOBILE = "anna@example.org", "+33612345678", "+33699999999"


@pytest.fixture
def known(pro):
    """Creates a contact of the owner, with its identities; each has an e-mail of its own by default."""
    count = iter(range(1000))

    def one(name=None, **fields):
        number = next(count)
        spelled = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        fields = {"email": f"nobody{number}@example.org", **fields}
        return Contact.objects.register(pro, name=name or f"Nobody{spelled}", **fields)

    return one


def duplicates_of(contact):
    return [(duplicate.contact, [reason.value for reason in duplicate.reasons]) for duplicate in likely(contact)]


def likely(contact):
    return likely_duplicates(Contact.objects.get(pk=contact.pk))


# --- Addresses


def test_an_unlike_contact_is_no_duplicate(known):
    known("Anna Martin", phone=PHONE)
    assert duplicates_of(known("Paul Durand", phone=MOBILE)) == []


@pytest.mark.parametrize("email", [EMAIL, "Anna@Example.ORG"])
def test_the_same_email_in_any_case(known, email):
    one, other = known(email=EMAIL), known(email=email)
    assert (duplicates_of(one), duplicates_of(other)) == ([(other, ["email"])], [(one, ["email"])])


def test_the_same_phone_in_any_notation(known):
    one, other = known(phone="06 12 34 56 78"), known(phone="+33 (0)6 12.34.56.78")
    assert (duplicates_of(one), duplicates_of(other)) == ([(other, ["phone"])], [(one, ["phone"])])


# Brazil's ninth digit, and the 9 and the 1 that Argentina and Mexico once put behind the country.
FORMS = [("+5511987654321", "+551187654321"), ("+5491123456789", "+541123456789"), ("+5215512345678", "+525512345678")]


@pytest.mark.parametrize(("long", "short"), FORMS)
def test_the_other_form_of_a_number_is_suggested_in_both_directions(pro, long, short):
    one, other = (ContactFactory(pro=pro, name=f"N{number}", email="", phone=number) for number in (long, short))
    for contact in (one, other):
        contact.hold_identities()
    assert (duplicates_of(one), duplicates_of(other)) == ([(other, ["phone"])], [(one, ["phone"])])


@pytest.mark.parametrize(("long", "short"), FORMS)
def test_the_other_form_of_a_number_is_never_joined(pro, long, short):
    one, other = (
        Contact.objects.find_or_create(pro, name="Ana", phone=number, source="contact_form") for number in (long, short)
    )
    assert one != other and [(one.phone, other.phone)] == [(long, short)]
    assert sorted(ContactIdentity.objects.values_list("external_id", flat=True)) == sorted([long, short])


def test_similar_numbers_are_not_the_same(pro):
    one = ContactFactory(pro=pro, name="One", email="", phone="+5511987654321")
    # Another area code, another digit before it, a landline, another country.
    for number in ("+552187654321", "+5511887654321", "+551133334444", "+351987654321"):
        ContactFactory(pro=pro, name=f"N{number}", email="", phone=number)
    assert duplicates_of(one) == []


def test_an_address_that_is_only_an_identity(pro, known):
    one = known(phone=PHONE)
    Contact.objects.find_or_create(pro, name="X", email=EMAIL, phone=PHONE, source="contact_form")
    other = known(email=EMAIL)
    assert (duplicates_of(one), duplicates_of(other)) == ([(other, ["email"])], [(one, ["email"])])


def test_a_released_address_that_another_contact_holds(pro, known):
    one = known(phone=PHONE)
    one.archive(by=None)
    other = Contact.objects.find_or_create(pro, name="Nobody", phone=PHONE, source="contact_form")
    one.restore(by=None)
    one.change({"phone": MOBILE}, by=None)
    assert (duplicates_of(one), duplicates_of(other)) == ([(other, ["phone"])], [])


def test_an_identity_of_another_channel_is_ignored(known):
    one, other = known(), known()
    for contact, channel in ((one, "telegram"), (other, "whatsapp")):
        contact.build_identity(channel, "12345").save()
    assert duplicates_of(one) == []


# --- Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jean Dupont", "Jean Dupont"),
        ("Jean Dupont", "DUPONT Jean"),
        ("Jean Dupont", "Dupont, Jean"),
        ("Jean Dupont", "Jean Dupond"),
        ("Jean Dupont", "jean  dupontt"),
        ("Hélène Œuvrard", "Helene Oeuvrard"),
        ("Jean-Pierre Martin", "Jean Pierre Martin"),
        ("Jean-Pierre Martin", "Martin Jean Pierre"),
        ("Mme Anna Visser", "Anna Visser"),
        ("Dr. Anna Visser", "Mevr. A. Anna Visser"),
        ("M. Jean Dupont", "Mme Jean Dupont"),
        ("Anna Martin", "Ana Martin"),
        ("Elena Martin", "Helena Martin"),
        ("Christine Lambert", "Kristine Lambert"),
        ("Katarzyna Wójcik", "Katarzina Wojcik"),
        ("Willem de Vries", "de Vries Willem"),
    ],
)
def test_a_similar_name(known, one, other):
    first, second = known(one), known(other)
    assert (duplicates_of(first), duplicates_of(second)) == ([(second, ["name"])], [(first, ["name"])])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jean Dupont", "Jeanne Durand"),
        ("Jean Dupont", "Marc Dupont"),
        ("Jean Dupont", "Jean Martin"),
        ("Anna Martin", "Anna Maria van den Berg Martin"),
        ("Mme Dupont", "M. Dupont"),
        ("Anna", "Anna"),
        ("Li Wu", "Wu Li"),
        ("100% Immo", "100_Immo Agence du Grand Port"),
    ],
)
def test_not_the_same_name(known, one, other):
    first, second = known(one), known(other)
    assert (duplicates_of(first), duplicates_of(second)) == ([], [])


def test_the_words_of_a_name():
    assert name_words("Mme MARTIN-Doré, Zoé") == ["dore", "martin", "zoe"]
    assert name_words("Dr") == []
    assert name_words("O'Neill Ann_Lee") == ["ann", "lee", "neill", "o"]


def test_the_limit_of_similar_names():
    assert are_similar(["dupont", "jean"], ["dupond", "jean"])
    assert not are_similar(["dupont", "jean"], ["dupont", "marc"])
    assert not are_similar(["dupont", "jean"], [])


def test_a_name_is_not_matched_in_an_email(known):
    first = known("Anna Martin")
    known("Paul Durand", email="anna.martin@example.org")
    assert duplicates_of(first) == []


# --- Which, and in what order


def test_the_strongest_reason_first(known):
    anna = known("Anna Martin", email=EMAIL, phone=PHONE)
    by_name = known("Ana Martin")
    by_phone = known(phone=PHONE)
    by_email = known(email=EMAIL)
    by_two = known("Martin Anna", phone=PHONE)
    by_all = known("Anna Martin", email=EMAIL, phone=PHONE)
    assert duplicates_of(anna) == [
        (by_all, ["email", "phone", "name"]),
        (by_two, ["phone", "name"]),
        (by_email, ["email"]),
        (by_phone, ["phone"]),
        (by_name, ["name"]),
    ]


def test_ten_at_the_most(known):
    anna = known("Anna Martin", phone=PHONE)
    for _n in range(12):
        known("Anna Martin")
    strong = known(phone=PHONE)
    result = duplicates_of(anna)
    assert (result[0], [reasons for _contact, reasons in result[1:]]) == ((strong, ["phone"]), [["name"]] * 9)


def test_neither_another_pros_nor_archived_nor_merged_ones(known):
    anna = known("Anna Martin", email=EMAIL, phone=PHONE)
    fields = {"name": "Anna Martin", "email": EMAIL, "phone": PHONE}
    Contact.objects.register(ProFactory(), **fields)
    known(**fields).archive(by=None)
    merge_contacts(known("Paul Durand"), known(**fields), by=None)
    assert duplicates_of(anna) == []


def test_distinct_contacts_are_left_out_in_both_directions(user, known):
    anna, twin, third = (known("Anna Martin", phone=PHONE) for _n in range(3))
    mark_distinct(anna, twin, by=user)
    assert duplicates_of(anna) == [(third, ["phone", "name"])]
    assert duplicates_of(twin) == [(third, ["phone", "name"])]
    assert {contact for contact, _reasons in duplicates_of(third)} == {anna, twin}


def test_the_same_number_of_queries_for_one_and_for_fifty(pro, known):
    def queries(contact):
        with CaptureQueriesContext(connection) as captured:
            likely_duplicates(contact)
        return len(captured)

    anna = Contact.objects.get(pk=known("Anna Martin", email=EMAIL, phone=PHONE).pk)
    anna.pro  # noqa: B018 - loaded before it counts
    known("Anna Martin", phone=PHONE)
    few = queries(anna)
    for n in range(50):
        ContactFactory(pro=pro, name="Anna Martin", email=EMAIL, phone=PHONE)
        anna.build_identity("email", f"anna{n}@example.org").save()
    assert queries(anna) == few
