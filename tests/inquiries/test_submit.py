"""Submission: the stored inquiry, its contact and its jobs, and every refused field."""

from decimal import Decimal

import pytest

from contacts.models import Contact
from inquiries.customers.profiles import ACKNOWLEDGMENTS
from inquiries.models import DirectoryUser, FilterOption, Inquiry, InquiryHistory, InquiryType
from tests.factories import ContactFactory, InquiryTypeFactory

from . import hub as hubs
from .hub import BUSINESS, PERSON
from .submitting import faults, jobs, submit

hub = hubs.hub


@pytest.fixture
def jan(db):
    return DirectoryUser.objects.create(
        userhub_id=456,
        first_name="Jan",
        last_name="de Vries",
        email="jan.devries@example.com",
        phone="06 12 34 56 78",
        language="nl",
    )


# --- What is kept


def test_the_whole_row(pro, inquiry_type, hub):
    inquiry = submit(
        pro,
        created_by=789,
        subject="  Verbouwing \n keuken ",
        message=" Graag\r\neen offerte. ",
        category=" renovation ",
        budget=Decimal("4500.00"),
        priority="high",
        source=" mijn-portal",
    )
    contact = Contact.objects.get()
    assert Inquiry.objects.values().get() == {
        "id": inquiry.pk,
        "pro_id": pro.pk,
        "inquiry_type_id": inquiry_type.pk,
        "step_id": inquiry_type.steps.get(is_initial=True).pk,
        "status": "open",
        "user_id": 456,
        "created_by": 789,
        "subject": "Verbouwing keuken",
        "message": "Graag\neen offerte.",
        "category": "renovation",
        "budget": Decimal("4500.00"),
        "priority": "high",
        "source": "mijn-portal",
        "case_id": None,
        "erased_at": None,
        "contact_id": contact.pk,
        "person": PERSON,
        "business": BUSINESS,
        "search_text": "jan de vries de vries bv jan.devries@example.com verbouwing keuken graag een offerte. "
        "31687654321",
        "profile_problem": "",
        "profile_at": inquiry.profile_at,
        "responded_at": None,
        "acknowledged_at": None,
        "acknowledgment_returned_at": None,
        "notified_at": None,
        "created_at": inquiry.created_at,
        "moved_at": inquiry.created_at,
        "updated_at": inquiry.updated_at,
    }
    assert inquiry.profile_at is not None


def test_a_filter_option_that_is_chosen_twice_is_kept_once(pro, inquiry_type, jan):
    options = [FilterOption.objects.create(group="Region", label=label) for label in ("North", "South")]
    inquiry = submit(pro, filter_option_ids=[options[0].pk, options[0].pk])
    assert list(inquiry.filter_options.all()) == options[:1]


def test_the_first_row_of_its_history_and_its_jobs(pro, inquiry_type, hub):
    token = pro.tokens.create(name="Portal", prefix="x", hash="x", scopes=["inquiries:write"], actor_id=789)
    inquiry = submit(pro, by=token)
    entry = InquiryHistory.objects.values("from_status", "to_status", "changed_by", "by_token_id", "note").get()
    assert entry == {
        "from_status": None,
        "to_status": "submitted",
        "changed_by": 789,
        "by_token_id": token.pk,
        "note": "Inquiry created",
    }
    assert jobs() == [("mail_acknowledgment", [inquiry.pk]), ("mail_notification", [inquiry.pk])]


def test_the_pro_gets_a_contact(pro, inquiry_type, hub):
    submit(pro)
    shown = ("name", "email", "phone", "source", "language", "status", "role", "channel_preference")
    assert Contact.objects.for_pro(pro).values(*shown).get() == {
        "name": "Jan de Vries",
        "email": "jan.devries@example.com",
        "phone": "+31687654321",
        "source": "inquiry",
        "language": "nl",
        "status": "prospect",
        "role": "prospect",
        "channel_preference": "",
    }


def test_a_known_contact_is_linked_and_keeps_its_name(pro, inquiry_type, hub):
    known = ContactFactory(pro=pro, name="Jantje", email="jan.devries@example.com", phone="")
    known.hold_identities()
    assert submit(pro).contact == known
    known.refresh_from_db()
    assert (known.name, known.phone) == ("Jantje", "+31687654321")


def test_a_national_number_is_one_of_the_pros_country(pro, inquiry_type, jan):
    inquiry = submit(pro)
    assert (inquiry.person["phone"], inquiry.contact.phone) == ("+33612345678", "+33612345678")


def test_an_invalid_phone_number_stays_in_the_profile_and_out_of_the_book(pro, inquiry_type, jan):
    DirectoryUser.objects.update(phone="ask Jan")
    inquiry = submit(pro)
    assert (inquiry.person["phone"], inquiry.contact.phone) == ("ask Jan", "")


def test_without_e_mail_and_phone_there_is_no_contact_and_no_acknowledgment(pro, inquiry_type, jan):
    DirectoryUser.objects.update(phone="none", email="")
    inquiry = submit(pro)
    assert (inquiry.contact, Contact.objects.count(), inquiry.full_name) == (None, 0, "Jan de Vries")
    assert jobs() == [("mail_notification", [inquiry.pk])]


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"first_name": "", "last_name": "", "company": "Vries BV"}, "Vries BV"),
        ({"first_name": "–", "last_name": ""}, "jan.devries@example.com"),
        ({"first_name": "", "last_name": "", "email": ""}, "+33612345678"),
    ],
)
def test_a_contact_without_a_name_is_called_by_company_mail_or_phone(pro, inquiry_type, jan, known, name):
    DirectoryUser.objects.update(**known)
    assert submit(pro).contact.name == name


def test_no_type_is_the_first_active_one(pro, jan):
    InquiryType.objects.all().delete()
    inquiry_types = [InquiryTypeFactory(sort_order=order, is_active=order != 1) for order in (3, 1, 2)]
    assert submit(pro).inquiry_type == inquiry_types[2]
    assert submit(pro, inquiry_type_id=inquiry_types[0].pk).inquiry_type == inquiry_types[0]


def test_created_by_defaults_to_the_actor_then_the_customer(pro, user, inquiry_type, jan):
    token = pro.tokens.create(name="Portal", prefix="x", hash="x", scopes=["inquiries:write"])
    assert submit(pro, by=token).created_by == 456
    token.actor_id = 789
    assert submit(pro, by=token).created_by == 789
    assert submit(pro, by=token, created_by=5).created_by == 5
    assert submit(pro, by=user).created_by == 456
    user.userhub_id = 77
    assert submit(pro, by=user).created_by == 77
    assert submit(pro).created_by == 456


def test_a_user_who_submits_in_the_workspace_gets_no_notification(pro, user, inquiry_type, jan):
    inquiry = submit(pro, by=user)
    assert jobs() == [("mail_acknowledgment", [inquiry.pk])]


@pytest.mark.parametrize(
    "email",
    [
        "no-reply@example.com",
        "bounce@example.com",
        "MAILER-DAEMON@example.com",
        "Port@Example.com",
        "no_reply+1@example.com",
    ],
)
def test_addresses_that_nobody_reads_get_no_acknowledgment(pro, inquiry_type, jan, email):
    DirectoryUser.objects.update(email=email)
    inquiry = submit(pro)
    assert jobs() == [("mail_notification", [inquiry.pk])]


def test_nor_the_installation_itself(pro, inquiry_type, jan, settings):
    settings.DEFAULT_FROM_EMAIL = "Desk <desk@example.com>"
    DirectoryUser.objects.update(email="Desk@example.com")
    inquiry = submit(pro)
    assert jobs() == [("mail_notification", [inquiry.pk])]


def test_an_address_is_acknowledged_so_often_a_day(pro, inquiry_type, jan, caplog, monkeypatch):
    monkeypatch.setattr(ACKNOWLEDGMENTS, "times", 4)
    sent = [submit(pro).pk for _ in range(ACKNOWLEDGMENTS.times + 2)]
    assert [name for name, _args in jobs()].count("mail_acknowledgment") == ACKNOWLEDGMENTS.times
    # No address in a log.
    assert [(record.name, record.message) for record in caplog.records if "acknowledged" in record.message] == [
        ("vestibule.inquiries", f"inquiry {pk} is not acknowledged: its customer had 4 mails today")
        for pk in sent[ACKNOWLEDGMENTS.times :]
    ]


# --- What is refused


def test_every_field_at_fault_is_named(pro, inquiry_type, jan):
    off = FilterOption.objects.create(group="Region", label="North", is_active=False)
    assert faults(
        pro,
        user_id=9,
        created_by=2**63,
        subject=" ",
        message="a\0",
        category="x" * 101,
        budget=Decimal("-1"),
        priority="soon",
        source="y" * 101,
        inquiry_type_id=2**63 - 1,
        filter_option_ids=[off.pk, 10**6],
    ) == {
        "user_id": ["UserHub knows no user of this id."],
        "created_by": ["This is not the id of a UserHub user."],
        "subject": ["Write at least one word."],
        "message": ["Null characters are not allowed."],
        "category": ["Ensure this value has at most 100 characters (it has 101)."],
        "budget": ["Enter an amount of 0 or more."],
        "priority": ["Value 'soon' is not a valid choice."],
        "source": ["Ensure this value has at most 100 characters (it has 101)."],
        "inquiry_type_id": ["There is no active inquiry type with this id."],
        "filter_option_ids": [f"There is no active filter option with these ids: {off.pk}, 1000000."],
    }


@pytest.mark.parametrize("budget", ["1.234", "12345678901", "NaN", "Infinity", "1E+20"])
def test_a_budget_that_cannot_be(pro, inquiry_type, jan, budget):
    assert set(faults(pro, budget=Decimal(budget))) == {"budget"}


def test_an_inactive_type_and_none_at_all(pro, inquiry_type, jan):
    InquiryType.objects.update(is_active=False)
    assert faults(pro, inquiry_type_id=inquiry_type.pk) == {
        "inquiry_type_id": ["There is no active inquiry type with this id."]
    }
    assert faults(pro) == {"inquiry_type_id": ["There is no active inquiry type."]}
