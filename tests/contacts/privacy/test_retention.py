"""Retention: a Pro keeps things no longer than so many months, if they say so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.audit.models import AuditEvent
from config.web.models import RateCount
from contact_requests.models import ContactRequest
from contacts.models import ChannelDelivery, Contact, Erasure, PrivacySettings
from contacts.privacy.decisions import decide
from contacts.privacy.erasing import undo_erasure
from contacts.privacy.retention import count_past, keep_retention
from tests.factories import ContactFactory, PropertyFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db
YEAR_AGO = timezone.now() - timedelta(days=366)


@pytest.fixture
def old(pro):
    """A contact without a word for a year, an archived one, a request that was set aside, an original; and new ones."""
    fields = {"pro": pro, "created_at": YEAR_AGO}
    silent, archived = ContactFactory(**fields), ContactFactory(**fields, deleted_at=YEAR_AGO)
    ContactFactory(pro=pro), ContactFactory(pro=pro, deleted_at=timezone.now())
    house = PropertyFactory(pro=pro)
    for at in (YEAR_AGO, timezone.now()):
        words = {"name": "Spam", "email": "spam@example.org", "message": "Buy", "search_text": ""}
        aside = {"quarantined_at": at, "quarantine_reason": "honeypot"}
        ContactRequest.objects.create(pro=pro, property=house, created_at=at, **words, **aside)
        call = {"pro": pro, "provider": "mailgun", "content_type": "", "body": b"", "read_at": at, "created_at": at}
        ChannelDelivery.objects.create(**call, nonce=str(at), digest="", thread="message:1")
    Contact.objects.filter(pk__in=[silent.pk, archived.pk]).update(updated_at=YEAR_AGO)
    return silent, archived


EVERYTHING = {"silent": 12, "archived": 12, "originals": 12, "set_aside": 12}


def run_again():
    RateCount.objects.all().delete()
    keep_retention()


def test_nothing_ends_unless_it_was_decided(old):
    keep_retention()
    assert not Erasure.objects.exists()
    assert (ContactRequest.objects.count(), ChannelDelivery.objects.count()) == (2, 2)


def test_what_is_past_its_time_ends_and_the_rest_stays(old, pro, user):
    assert count_past(pro, EVERYTHING) == dict.fromkeys(EVERYTHING, 1)
    decide(pro, consent_words="", retention=EVERYTHING, by=user)
    run_again()
    assert {(row.person, row.reason, row.was_present) for row in Erasure.objects.all()} == {
        (old[0].pk, "retention", True),
        (old[1].pk, "retention", False),
    }
    assert (ContactRequest.objects.count(), ChannelDelivery.objects.count()) == (1, 1)
    run_again()
    assert Erasure.objects.count() == 2


def test_whose_erasure_was_undone_is_kept_for_as_long_again(old, pro, user):
    decide(pro, consent_words="", retention=EVERYTHING, by=user)
    run_again()
    for erasure in Erasure.objects.all():
        undo_erasure(erasure, by=user)
    run_again()
    assert set(Erasure.objects.values_list("person", "state")) == {(each.pk, "undone") for each in old}
    Erasure.objects.update(ended_at=YEAR_AGO)
    run_again()
    assert Erasure.objects.planned().get().person == old[1].pk


def test_one_kind_and_one_pro_alone(old, pro, user, other_user):
    decide(other_user.pro, consent_words="", retention=EVERYTHING, by=other_user)
    decide(pro, consent_words="", retention={"set_aside": 12}, by=user)
    run_again()
    assert not Erasure.objects.exists()
    assert (ContactRequest.objects.count(), ChannelDelivery.objects.count()) == (1, 2)


def test_the_page_counts_first_and_saves(browser, old, pro):
    form = Page(browser.get("/settings/privacy")).form("form.card")
    typed = {**form.fields, "silent": "12", "consent_words": "I agree."}
    page = Page(browser.post("/settings/privacy", {**typed, "preview": "1"}))
    assert "1 is past this time now." in page.one("form.card").text
    assert not PrivacySettings.objects.exists()
    assert browser.post("/settings/privacy", typed).status_code == 302
    row = PrivacySettings.objects.get()
    assert (row.pro, row.retention, row.consent_words, row.consent_version) == (pro, {"silent": 12}, "I agree.", 1)
    assert AuditEvent.objects.filter(kind="settings_changed", detail="privacy").count() == 1


@pytest.mark.parametrize("months", ["0", "241", "x", "99999999999999999999", "\x00"])
def test_months_out_of_bounds_are_refused(browser, pro, months):
    response = browser.post("/settings/privacy", {"silent": months})
    assert response.status_code in (400, 422)
    assert not PrivacySettings.objects.exists()
