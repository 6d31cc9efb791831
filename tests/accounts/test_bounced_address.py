"""A Pro whose own address bounced sees it in the card of the business, and has mails sent there again."""

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from config.accounts.models import BouncedAddress
from config.audit.models import AuditEvent

from ..factories import ProFactory
from ..pages import Page

pytestmark = pytest.mark.django_db
PATH, FORM = "/settings/office", 'form[aria-label="Mails that come back"]'


def note(pro, address):
    BouncedAddress.objects.note(pro, address, reason="gone", mail="notification")


def test_the_card_says_since_when_and_takes_it_back(browser, pro):
    note(pro, pro.email.upper())
    note(pro, "ana@example.org")
    row = BouncedAddress.objects.of(pro, pro.email)
    page = Page(browser.get(PATH))
    assert page.one(f"{FORM} p").text == (
        f"Mails to {pro.email.lower()} come back since {date_format(timezone.localtime(row.since))}, so you are not "
        "notified there. Enter another address of your business below, or try this one again."
    )
    response = browser.post(PATH, {"mail_again": "1"})
    assert (response.status_code, response["Location"]) == (302, PATH)
    assert list(BouncedAddress.objects.values_list("address", flat=True)) == ["ana@example.org"]
    assert AuditEvent.objects.order_by("-pk").values_list("kind", "detail").first() == (
        "settings_changed",
        "mail_again",
    )
    page = Page(browser.get(PATH))
    assert (page.has(FORM), page.texts(".message")) == (False, ["Saved."])


def test_a_complaint_is_worded_as_one(browser, pro):
    BouncedAddress.objects.note(pro, pro.email, reason="complaint", mail="notification")
    row = BouncedAddress.objects.of(pro, pro.email)
    assert Page(browser.get(PATH)).one(f"{FORM} p").text == (
        f"A mail to {pro.email} was reported as spam on {date_format(timezone.localtime(row.since))}, so you are not "
        "notified there. Enter another address of your business below, or try this one again."
    )


def test_another_pro_s_row_is_neither_shown_nor_taken_back(browser, pro):
    other = ProFactory()
    note(other, pro.email)
    assert not Page(browser.get(PATH)).has(FORM)
    browser.post(PATH, {"mail_again": "1"})
    assert BouncedAddress.objects.of(other, pro.email) is not None
