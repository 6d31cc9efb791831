"""The page of a contact's privacy: export and erasure, in which the password is asked again."""

import io
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from config.accounts.models import Session
from config.accounts.proof import PROVEN_AT
from config.audit.models import AuditEvent
from contacts.models import Contact, Erasure, PersonExport
from tests.conftest import _client
from tests.factories import PASSWORD, UserFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db


def url(name, row):
    return reverse(f"contacts:{name}", args=[row.pk])


def audited():
    return list(AuditEvent.objects.exclude(kind="contact_viewed").order_by("pk").values_list("kind", "detail"))


def test_it_says_what_goes_and_what_stays(browser, anna, inquiry):
    page = Page(browser.get(url("contact_privacy", anna)))
    form = page.one("form[action$='/erasure']")
    goes, stays = form.all("ul")[:2]
    assert goes.texts("li") == [
        "Contact requests: 1",
        "Status changes of inquiries: 1",
        "Inquiries: 1",
        "Messages: 1",
        "Notes: 1",
        "Addresses: 2",
        "Contacts: 1",
        "rows of imported files with one of the addresses, and copies that were kept for technical reasons",
    ]
    assert len(stays.texts("li")) == 3
    assert len(form.all("input[name=reason]")) == 4


def test_an_erasure_is_planned_and_undone(browser, anna, user):
    form = Page(browser.get(url("contact_privacy", anna))).form("form[action$='/erasure']")
    browser.post(form.action, {**form.fields, "reason": "asked"})
    erasure = Erasure.objects.get()
    assert (erasure.state, erasure.user, erasure.reason) == ("planned", user, "asked")
    page = Page(browser.get(url("contact_detail", anna)))
    undo = page.form("form.undo")
    assert page.one("form.undo p").text.startswith("This person will be erased on ")
    browser.post(undo.action, undo.fields)
    assert Contact.objects.for_pro(anna.pro).get() == anna
    assert audited() == [("erasure_planned", "asked"), ("erasure_undone", "")]


def test_without_a_reason_nothing_is_planned(browser, anna):
    response = browser.post(url("contact_erase", anna), {"reason": "because"})
    page = Page(response, status=422)
    assert "Select a valid choice. because is not one of the available choices." in page.one("main").text
    assert not Erasure.objects.exists()


def forget_proof():
    """Have the passwords of all sessions typed long ago."""
    for session in Session.objects.all():
        store = session.get_session_store_class()(session.session_key)
        store[PROVEN_AT] = 0
        store.save()


@pytest.mark.parametrize("name", ["contact_erase", "contact_export_person"])
def test_the_password_is_asked_again(browser, anna, name):
    forget_proof()
    response = browser.post(url(name, anna), {"reason": "asked"})
    assert Page(response).one("input[name=confirm_password]") is not None
    assert not Erasure.objects.exists() and not PersonExport.objects.exists()
    browser.post(url(name, anna), {"reason": "asked", "confirm_password": PASSWORD})
    assert Erasure.objects.exists() or PersonExport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_export_is_for_the_one_who_asked(browser, anna, pro, work_tasks):
    browser.post(url("contact_export_person", anna))
    work_tasks()
    link = Page(browser.get(url("contact_privacy", anna))).one("a[href$='.zip']")["href"]
    content = b"".join(browser.get(link).streaming_content)
    assert "index.html" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    colleague = _client(UserFactory(pro=pro))
    assert colleague.get(link).status_code == 404
    page = Page(colleague.get(url("contact_privacy", anna)))
    assert page.one("section[aria-labelledby=everything-title] ul").texts("a") == []
    assert audited() == [("exported", "person"), ("downloaded", "person")]
    forget_proof()
    # The answer to a HEAD may lead to a file in a bucket.
    for method in (browser.get, browser.head):
        assert "Content-Disposition" not in method(link).headers
    assert len(audited()) == 2


def test_a_merged_contact_has_no_page_of_its_own(browser, anna, pro):
    merged = Contact.objects.create(
        pro=pro, name="A", email="a@example.org", deleted_at=timezone.now(), merged_into=anna
    )
    assert browser.get(url("contact_privacy", merged)).status_code == 404
