"""The staff admin of contacts."""

from typing import Any

import pytest

from config.accounts.models import Pro
from contacts.admin.contacts import READONLY_FIELDS
from contacts.models import Contact, ContactIdentity, ContactNote
from tests.admin_site import (
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    assert_tenancy,
    autocomplete,
    listed,
    page,
    queries,
    shown,
    staff_client,
)
from tests.factories import ContactFactory, ProFactory, UserFactory

NO_INLINES = {
    f"{name}-{count}_FORMS": "0" for name in ("identities", "notes", "events") for count in ("TOTAL", "INITIAL")
}


@pytest.fixture
def contact(pro: Pro) -> Contact:
    return Contact.objects.find_or_create(
        pro, name="Hélène Œuvrard", email="Helene@example.org", phone="+33612345678", source="contact_form"
    )


def fields_of(contact: Contact) -> dict[str, Any]:
    return Contact.objects.filter(pk=contact.pk).values("pro", "name", "email", "phone", "source").get()


def test_another_pros_contact_is_404(pro):
    assert_tenancy(ContactFactory(pro=pro), ContactFactory(name="A Foreigner"))


def test_staff_without_the_permission_get_403(contact):
    assert_permissions(contact)


def test_the_list_takes_no_regular_expressions(db):
    assert_no_regular_expressions(Contact, "name")


def test_the_list_does_not_ask_per_row(staff_browser):
    assert_list_is_flat(staff_browser, ContactFactory, Contact)


def test_an_autocomplete_finds_the_own_pros_contacts_alone(pro):
    own, _foreign = ContactFactory(pro=pro, name="Ann Own"), ContactFactory(name="Ann Other")
    response = autocomplete(staff_client("all", pro=pro), "contact_requests.contactrequest", "contact", "ann")
    assert response.json() == {"results": [{"id": str(own.pk), "text": "Ann Own"}], "pagination": {"more": False}}


def test_the_list_is_searched_and_newest_first(staff_browser, pro):
    first, second = (ContactFactory(pro=pro, name=f"Ann {n}") for n in "ab")
    third = ContactFactory(pro=pro, name="Bob", phone="+32475123456")
    assert listed(staff_browser, Contact) == [third, second, first]
    assert listed(staff_browser, Contact, q="ann") == [second, first]
    assert listed(staff_browser, Contact, q="+3247512") == [third]
    assert listed(staff_browser, Contact, q="0475 12") == [third]
    assert listed(staff_browser, Contact, q="ÂNN B") == [second]


def test_identities_are_read_only(staff_browser, contact):
    response = staff_browser.get(page(contact, "change"))
    inline = response.context["inline_admin_formsets"][0]
    rows = [(form.instance.channel, form.instance.external_id) for form in inline.formset.forms]
    assert sorted(rows) == [("email", "helene@example.org"), ("phone", "+33612345678")]
    assert 'name="identities-0-external_id"' not in response.content.decode()


def test_staff_can_edit_the_name_alone(staff_browser, staff, contact, pro):
    before = fields_of(contact)
    loot = {"email": "evil@example.org", "phone": "+33600000000", "source": "x", "pro": ProFactory().pk}
    data = {"name": "Hélène Durand", **loot, **NO_INLINES}
    data |= {"identities-0-external_id": "evil@example.org"}
    assert staff_browser.post(page(contact, "change"), data).status_code == 302
    assert fields_of(contact) == before | {"name": "Hélène Durand"}
    assert sorted(contact.identities.values_list("external_id", flat=True)) == ["+33612345678", "helene@example.org"]
    assert Contact.objects.get(pk=contact.pk).updated_at > contact.updated_at
    [event] = contact.events.filter(kind="changed")
    assert (event.user, event.changes) == (staff, {"name": ["Hélène Œuvrard", "Hélène Durand"]})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "This field is required."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
    ],
)
def test_an_invalid_name_is_refused(staff_browser, contact, name, message):
    before = fields_of(contact)
    data = {"name": name, **NO_INLINES}
    response = staff_browser.post(page(contact, "change"), data)
    assert response.context["adminform"].form.errors == {"name": [message]}
    assert fields_of(contact) == before


def test_contacts_cannot_be_added(staff_browser):
    response = staff_browser.get(page(Contact, "add"))
    assert (response.status_code, Contact.objects.count()) == (403, 0)


@pytest.mark.parametrize("client", ["staff_browser", "bound"])
def test_contacts_cannot_be_deleted_for_good(request, pro, contact, client):
    staff = staff_client("all", pro=pro) if client == "bound" else request.getfixturevalue(client)
    assert staff.post(page(contact, "delete"), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": str(contact.pk), "post": "yes"}
    staff.post(page(Contact, "changelist"), data)
    assert Contact.objects.filter(pk=contact.pk, deleted_at=None).exists()


def act(client, action, *rows):
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return shown(client.post(page(Contact, "changelist"), data, follow=True))


def test_staff_archive_and_restore(staff_browser, staff, contact, pro):
    other = ContactFactory(pro=pro)
    assert act(staff_browser, "archive", contact, other) == ["2 contacts are archived."]
    assert not Contact.objects.for_pro(pro).exists() and not ContactIdentity.objects.held().exists()
    # What is archived already is left alone.
    [left] = act(staff_browser, "archive", contact)
    assert left.startswith("1 contact was skipped: already in this state")
    assert act(staff_browser, "restore", contact) == ["1 contact is restored."]
    assert list(Contact.objects.for_pro(pro)) == [contact]
    assert list(contact.events.values_list("kind", "user")) == [
        ("created", None),
        ("deleted", staff.pk),
        ("restored", staff.pk),
    ]
    history = staff_browser.get(page(contact, "history")).content.decode()
    assert history.count("Changed archived at.") == 2


def test_staff_with_the_view_permission_alone_restore_nothing(contact, pro):
    contact.archive(by=None)
    act(staff_client("view_contact", pro=pro), "restore", contact)
    assert not Contact.objects.for_pro(pro).exists()


def test_bound_staff_restore_their_pros_contacts_alone(contact, pro):
    foreign = ContactFactory()
    for row in (contact, foreign):
        row.archive(by=None)
    act(staff_client("all", pro=pro), "restore", contact, foreign)
    assert [Contact.objects.filter(pk=row.pk, deleted_at=None).exists() for row in (contact, foreign)] == [True, False]


def test_notes_and_events_are_read_only(staff_browser, contact, user):
    ContactNote.objects.add_note(contact, "Prefers calls", by=user)
    contact.change({"status": "renter"}, by=user)
    html = staff_browser.get(page(contact, "change")).content.decode()
    assert "Prefers calls" in html and "renter" in html
    assert 'name="notes-0-body"' not in html and 'name="events-0-kind"' not in html


def test_an_archived_contact_is_not_edited(staff_browser, contact):
    contact.archive(by=None)
    response = staff_browser.post(page(contact, "change"), {"name": "Other", **NO_INLINES})
    assert (response.status_code, Contact.objects.get().name) == (302, "Hélène Œuvrard")


def test_the_page_does_not_ask_per_row_around_it(staff_browser, contact):
    queries(staff_browser, page(contact, "change"))
    few = queries(staff_browser, page(contact, "change"))
    for n in range(20):
        contact.build_identity("telegram", str(n)).save()
        ContactNote.objects.add_note(contact, f"Note {n}", by=UserFactory(pro=contact.pro))
        contact.change({"name": f"Name {n}"}, by=UserFactory(pro=contact.pro))
    assert queries(staff_browser, page(contact, "change")) == few


def test_a_deleted_contact_stays_visible_to_staff(staff_browser, contact):
    contact.archive(by=None)
    assert listed(staff_browser, Contact) == [contact]
    assert listed(staff_browser, Contact, deleted_at__isempty="0") == [contact]
    assert listed(staff_browser, Contact, deleted_at__isempty="1") == []
    response = staff_browser.get(page(contact, "change"))
    shown_fields = [name for _title, options in response.context["adminform"].fieldsets for name in options["fields"]]
    assert (response.status_code, shown_fields) == (200, ["name", *READONLY_FIELDS])
