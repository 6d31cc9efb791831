"""Staff with the permission erase a person and export everything about them, by the verbs of the workspace."""

import io
import time
import zipfile

import pytest
from django.urls import reverse

from config.accounts.proof import PROVEN_AT
from config.audit.models import AuditEvent
from contacts.book.merging import merge_contacts
from contacts.models import Contact, Erasure, PersonExport
from tests.admin_site import page, shown, staff_client
from tests.factories import ContactFactory, ProFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db
REASONS = ["asked", "withdrawn", "not_needed", "mistake"]


def url(contact):
    return reverse("admin:contacts_contact_privacy", args=[contact.pk])


def audited():
    rows = AuditEvent.objects.exclude(kind="contact_viewed").order_by("pk")
    return list(rows.values_list("kind", "by_user_id", "detail"))


def staff(*permissions, **fields):
    """Staff who have typed their password."""
    client = staff_client(*permissions, **fields)
    session = client.session
    session[PROVEN_AT] = int(time.time())
    session.save()
    return client


@pytest.fixture
def client(pro):
    return staff("view_contact", "delete_contact", "add_personexport")


def test_the_page_of_a_contact_leads_there(client, anna):
    link = Page(client.get(page(anna, "change"))).one(f"a[href='{url(anna)}']")
    assert link.text == "Export or erase this person"
    shown_page = Page(client.get(url(anna)))
    assert [radio["value"] for radio in shown_page.all("#erase input[name=reason]")] == REASONS
    assert "Messages: 1" in shown_page.texts("#erase li")
    assert not Page(staff("view_contact").get(page(anna, "change"))).has(f"a[href='{url(anna)}']")


def test_staff_plan_an_erasure_and_undo_it(client, anna):
    response = client.post(url(anna), {"action": "erase", "reason": "asked"}, follow=True)
    erasure = Erasure.objects.get()
    assert (erasure.person, erasure.state, erasure.reason, erasure.user) == (anna.pk, "planned", "asked", client.user)
    assert shown(response)[0].startswith("Anna Peeters will be erased on ")
    assert not Contact.objects.for_pro(anna.pro).exists()
    assert not Page(response).has("#erase")
    response = client.post(url(anna), {"action": "undo"}, follow=True)
    erasure.refresh_from_db()
    assert (erasure.state, shown(response)) == ("undone", ["Anna Peeters will not be erased."])
    assert list(Contact.objects.for_pro(anna.pro)) == [anna]
    assert audited() == [("erasure_planned", client.user.pk, "asked"), ("erasure_undone", client.user.pk, "")]
    response = client.post(url(anna), {"action": "undo"}, follow=True)
    assert shown(response) == ["No erasure is planned any more."]


@pytest.mark.django_db(transaction=True)
def test_staff_export_everything_and_nobody_else_has_it(client, anna, work_tasks):
    client.post(url(anna), {"action": "export"})
    work_tasks()
    export = PersonExport.objects.get()
    (link,) = Page(client.get(url(anna))).all("#export li a")
    content = b"".join(client.get(link["href"]).streaming_content)
    assert "index.html" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert audited() == [("exported", client.user.pk, "person"), ("downloaded", client.user.pk, "person")]
    assert export.user == client.user
    assert not Page(staff("all").get(url(anna))).has("#export li a")
    assert staff("all").get(link["href"]).status_code == 404


def test_another_reason_is_refused(client, anna):
    for reason in ("", "retention", "x\0"):
        response = client.post(url(anna), {"action": "erase", "reason": reason})
        assert (response.status_code, Page(response, 422).has("#erase .errorlist")) == (422, True)
    assert client.post(url(anna), {"action": "burn"}).status_code == 404
    assert not Erasure.objects.exists()


def test_the_password_is_asked_first(anna):
    client = staff_client("all")
    client.user.set_password("correct horse battery")
    client.user.save()
    client.force_login(client.user)
    session = client.session
    session.pop(PROVEN_AT, None)
    session.save()
    for data in ({"action": "export"}, {"action": "erase", "reason": "asked"}):
        assert Page(client.post(url(anna), data)).has("input[type=password]")
    assert (PersonExport.objects.exists(), Erasure.objects.exists()) == (False, False)


def test_each_thing_takes_its_permission(anna):
    cases = {
        ("view_contact",): (403, 403, 403),
        ("view_contact", "delete_contact"): (200, 302, 403),
        ("view_contact", "add_personexport"): (200, 403, 302),
    }
    for permissions, expected in cases.items():
        client = staff(*permissions)
        erase = client.post(url(anna), {"action": "erase", "reason": "asked"}).status_code
        export = client.post(url(anna), {"action": "export"}).status_code
        assert (client.get(url(anna)).status_code, erase, export) == expected


def test_another_pros_and_a_merged_contact_are_not_found(anna, user):
    bound = staff("all", pro=ProFactory())
    kept = ContactFactory(pro=anna.pro)
    merge_contacts(kept, anna, by=user)
    for client, contact in ((bound, kept), (staff("all"), anna)):
        assert client.get(url(contact)).status_code == 404
        assert client.post(url(contact), {"action": "erase", "reason": "asked"}).status_code == 404
