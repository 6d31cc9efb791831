"""The demo, loaded once for all tests here: realistic Pros, the same everywhere, scaled up."""

import json
from datetime import timedelta

import phonenumbers
import pytest
from django.core import mail
from django.db.models import F
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import SCOPES, ApiToken, Pro, User
from contact_requests.models import ContactRequest, Property
from contacts.models import Contact, ContactMessage

from ..factories import ContactFactory
from .demo_command import counts, loaded, run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded_once(module_rows):
    with override_settings(DEBUG=True):
        return loaded()


@pytest.fixture
def description(loaded_once, settings):
    """The output of the command, as JSON."""
    settings.DEBUG = True
    return loaded_once


def test_every_pro_signs_in_with_the_public_password(description):
    for entry in description["pros"]:
        user = User.objects.get(email=entry["email"])
        assert (user.pro_id, user.pro.name, user.check_password(entry["password"])) == (
            entry["id"],
            entry["name"],
            True,
        )
    staff = User.objects.get(email=description["staff"]["email"])
    assert (staff.is_staff, staff.is_superuser, staff.check_password("vestibule-demo")) == (True, True, True)
    # The other two ids of the documentation's examples are customers.
    assert User.objects.get(userhub_id__in=description["userhub_ids"]).email == "claire@example.com"


def test_tokens_may_do_everything_for_thirty_days(description):
    for entry in description["pros"]:
        token = ApiToken.objects.authenticate(entry["token"])
        assert (token.pro_id, token.name, token.scopes) == (entry["id"], "Demo", SCOPES)
        assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_the_tokens_open_the_api_but_for_the_gated_pro(description, nobody):
    *open_pros, gated = description["pros"]
    for entry in open_pros:
        answer = nobody.get("/pro/contact-requests", headers={"Authorization": f"Bearer {entry['token']}"})
        rows = answer.json()["data"]
        assert {row["status"] for row in rows} == {"new_request", "read", "replied"}
        assert {row["proId"] for row in rows} == {entry["id"]}
    answer = nobody.get("/pro/contact-requests", headers={"Authorization": f"Bearer {gated['token']}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "CNI_REQUIRED")


def test_a_second_call_creates_tokens_and_nothing_else(description):
    first, before = description, counts()
    second = loaded()
    assert counts() == before
    assert [pro["id"] for pro in first["pros"]] == [pro["id"] for pro in second["pros"]]
    assert {pro["token"] for pro in first["pros"]}.isdisjoint(pro["token"] for pro in second["pros"])
    assert all(ApiToken.objects.authenticate(pro["token"]) for pro in [*first["pros"], *second["pros"]])


def test_expired_demo_tokens_are_deleted_and_others_stay(description):
    pro = Pro.objects.get(pk=description["pros"][0]["id"])
    past = timezone.now() - timedelta(seconds=1)
    ApiToken.objects.update(expires_at=past)
    own, _ = ApiToken.objects.issue(pro, "My own", SCOPES, expires_at=past)
    loaded()
    assert list(ApiToken.objects.for_pro(pro).filter(expires_at__lte=timezone.now())) == [own]
    assert ApiToken.objects.for_pro(pro).count() == 2


def test_deleted_rows_come_back(description):
    before = counts()
    pro = Pro.objects.get(name="Corrib Lettings")
    for rows in (ContactRequest, Contact, Property):
        rows.objects.filter(pro=pro).delete()
    User.objects.filter(pro=pro).delete()
    loaded()
    assert counts() == before


def test_the_demo_looks_real(description):
    assert {pro.language for pro in Pro.objects.all()} == {"fr", "nl", "en"}
    assert {pro.country for pro in Pro.objects.all()} == {"FR", "BE", "IE"}
    for house in Property.objects.all():
        house.full_clean()
        assert house.summary and house.city and house.price and len(house.description) > 100
    for row in [*Pro.objects.all(), *User.objects.all()]:
        row.full_clean()
    addresses = [row.email for model in (Pro, User, ContactRequest, Contact) for row in model.objects.exclude(email="")]
    assert {address.rpartition("@")[2] for address in addresses} == {"example.com", "example.org", "example.net"}
    phones = [row.phone for model in (Pro, ContactRequest, Contact) for row in model.objects.exclude(phone="")]
    assert [phone for phone in phones if not phonenumbers.is_valid_number(phonenumbers.parse(phone))] == []


def test_statuses_agree_with_times_and_events(description):
    now = timezone.now()
    for row in ContactRequest.objects.select_related("contact"):
        row.full_clean(exclude={"contact"} if row.quarantined_at else None)
        assert now - timedelta(days=28) < row.created_at <= row.updated_at < now
        if row.quarantined_at:
            assert (row.contact, row.quarantined_at, row.events.count()) == (None, row.created_at, 0)
            continue
        times = [row.created_at, *filter(None, [row.read_at, row.replied_at])]
        assert times == sorted(times)
        assert row.updated_at == times[-1]
        steps = [(event.from_status, event.to_status, event.created_at) for event in row.events.all()]
        assert steps == [("new", "read", row.read_at), ("read", "replied", row.replied_at)][: len(times) - 1]
        assert row.status == ["new", "read", "replied"][len(times) - 1]
        assert row.contact.created_at <= row.created_at
        assert all(event.user.pro_id == row.pro_id for event in row.events.all())
    assert set(ContactRequest.objects.values_list("language", flat=True)) == {"fr", "nl", "en"}
    signed = ContactMessage.objects.filter(text__contains="Mehdi Benali", topic__startswith="request:")
    assert set(signed.values_list("author__name", flat=True)) == {"Mehdi Benali"}


def test_some_are_quarantined_and_some_replied(description):
    reasons = ContactRequest.objects.exclude(quarantine_reason="").values_list("quarantine_reason", flat=True)
    assert sorted(set(reasons)) == ["honeypot", "no_stamp", "too_fast"]
    replied = ContactRequest.objects.filter(status="replied")
    topics = [f"request:{row.pk}" for row in replied]
    replies = ContactMessage.objects.filter(topic__in=topics, author__pro=F("pro"), state="sent")
    assert replied.count() == replies.filter(sent_at__gte=F("created_at")).count() == 19


def test_a_visitor_who_wrote_twice_is_one_contact(description):
    contact = Contact.objects.get(email="helene.marchand@example.org")
    assert contact.contact_requests.count() == 2


def test_no_old_mail_is_sent(description, work_tasks):
    assert DBTaskResult.objects.count() == 0
    work_tasks()
    assert mail.outbox == []
    assert ContactRequest.objects.filter(quarantined_at=None, notified_at=None).count() == 0


def test_the_demo_can_be_searched(description):
    pro = Pro.objects.get(pk=description["pros"][0]["id"])
    rows = ContactRequest.objects.for_pro(pro).search("helene estaque")
    assert [row.name for row in rows] == ["Hélène Marchand"]


@pytest.mark.thorough
def test_it_scales_up_in_bulk(description):
    pro = Pro.objects.get(pk=description["pros"][0]["id"])
    before = counts()
    out, err = run(json=True, contacts=120, requests=80)
    after = counts()
    grown = {name: after[name] - before[name] for name in after}
    assert (grown["Contact"], grown["ContactRequest"]) == (120, 80)
    assert Contact.objects.for_pro(pro).count() >= 120
    assert grown["ContactIdentity"] == 120 + 90  # every fourth left no e-mail
    assert err.splitlines() == [
        f"contacts   [{'#' * 30}]       120 of 120",
        f"requests   [{'#' * 30}]        80 of 80",
    ]
    assert len(json.loads(out)["pros"]) == 4


@pytest.mark.thorough
def test_rows_in_bulk_are_valid_and_consistent(description):
    pro = Pro.objects.get(pk=loaded(contacts=50, requests=50)["pros"][0]["id"])
    for contact in Contact.objects.for_pro(pro):
        contact.full_clean()
        known = {"email": "" if contact.phone else contact.email, "phone": contact.phone}
        assert Contact.objects.find_or_create(pro, name="x", **known, source="x") == contact
        assert contact.search_text == contact.make_search_text()
    for row in ContactRequest.objects.for_pro(pro):
        row.full_clean()
        assert row.search_text == row.make_search_text()
        assert (row.read_at is not None, row.replied_at is not None) == (row.status != "new", row.status == "replied")
        assert row.events.count() == ["new", "read", "replied"].index(row.status)
    assert DBTaskResult.objects.count() == 0


@pytest.mark.thorough
def test_whoever_has_neither_email_nor_phone_sends_no_request_in_bulk(description):
    pro = Pro.objects.get(pk=description["pros"][0]["id"])
    Contact.objects.for_pro(pro).update(email="", phone="", reached_by="telegram")
    writer = ContactFactory(pro=pro, name="Léa Brun", email="lea@example.org")
    before = ContactRequest.objects.for_pro(pro).count()
    loaded(requests=20)
    rows = ContactRequest.objects.for_pro(pro).order_by("-pk")
    assert rows.count() == before + 20
    assert {row.email for row in rows.filter(contact=writer)} == {"lea@example.org"}
    assert rows.filter(contact=writer).count() == 20


@pytest.mark.thorough
def test_scaling_up_again_adds_more(description):
    loaded(contacts=10)
    before = Contact.objects.count()
    loaded(contacts=10)
    assert Contact.objects.count() == before + 10
