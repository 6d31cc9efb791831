"""The staff admin of contact requests and properties."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.accounts.models import Pro
from contact_requests import receiving, replying
from contact_requests.models import ContactRequest, Property, Reply
from contacts.models import Contact
from tests.admin_site import (
    HOSTILE,
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    assert_rubbish_is_harmless,
    assert_tenancy,
    autocomplete,
    listed,
    page,
    queries,
    shown,
    staff_client,
)
from tests.factories import ProFactory, PropertyFactory, RequestFactory, UserFactory

LIST = ContactRequest, "changelist"


@pytest.fixture
def prop(pro: Pro) -> Property:
    return PropertyFactory(pro=pro, title="House by the Lake", slug="lake")


@pytest.fixture
def found(prop: Property) -> ContactRequest:
    return RequestFactory(property=prop, name="Vera Visitor", message="Is the garden included?")


def quarantined(prop: Property, name: str = "Sam Spam") -> ContactRequest:
    return receiving.receive(
        prop,
        name=name,
        email="sam@example.org",
        phone="",
        message="Buy.",
        language="en",
        quarantine=ContactRequest.Quarantine.HONEYPOT,
    )


def act(client: Client, action: str, *rows: ContactRequest) -> Any:
    """Run an action from the list."""
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(page(*LIST), data, follow=True)


def act_on_page(client: Client, action: str, row: ContactRequest) -> Any:
    data = {"CHANGE_FORM-action": action, "_selected_action": str(row.pk)}
    return client.post(page(row, "change"), data, follow=True)


def events(row: ContactRequest) -> list[tuple[Any, ...]]:
    return [(e.from_status, e.to_status, e.user, e.token) for e in row.events.select_related("user", "token")]


def status_of(row: ContactRequest) -> str:
    return ContactRequest.objects.get(pk=row.pk).status


def whole(row: ContactRequest) -> dict[str, Any]:
    return ContactRequest.objects.filter(pk=row.pk).values().get()


# --- contact requests ----------------------------------------------------------------------------


def test_another_pros_request_is_404(found):
    assert_tenancy(found, RequestFactory(name="A Foreigner"))


def test_staff_without_the_permission_get_403(found):
    assert_permissions(found)


def test_rubbish_is_no_fault(found):
    assert_rubbish_is_harmless(found)


def test_the_list_takes_no_regular_expressions(db):
    assert_no_regular_expressions(ContactRequest, "message")


def test_the_list_does_not_ask_per_row(staff_browser):
    assert_list_is_flat(staff_browser, RequestFactory, ContactRequest)


def test_the_list_shows_whole_rows(staff_browser, found, pro, prop):
    content = staff_browser.get(page(*LIST)).content.decode()
    for name, text in (
        ("name", "Vera Visitor"),
        ("property", "House by the Lake"),
        ("pro", "Agence du Port"),
        ("status", "New"),
    ):
        assert f'<td class="field-{name}">{text}</td>' in content or f'class="field-{name} nowrap">{text}<' in content


def test_the_list_is_filtered_by_status_pro_and_quarantine(staff_browser, staff, prop, pro):
    new, read = RequestFactory(property=prop), RequestFactory(property=prop)
    read.mark("read", by=staff)
    spam, foreign = quarantined(prop), RequestFactory()
    assert listed(staff_browser, ContactRequest) == [foreign, spam, read, new]
    assert listed(staff_browser, ContactRequest, status__exact="read") == [read]
    assert listed(staff_browser, ContactRequest, pro__id__exact=str(pro.pk)) == [spam, read, new]
    assert listed(staff_browser, ContactRequest, quarantine="yes") == [spam]
    assert listed(staff_browser, ContactRequest, quarantine="no") == [foreign, read, new]
    assert listed(staff_browser, ContactRequest, quarantine="rubbish") == [foreign, spam, read, new]
    assert listed(staff_browser, ContactRequest, created_at__gte="2999-01-01 00:00:00+00:00") == []


def test_the_list_is_searched_as_the_inbox_is(staff_browser, prop):
    helene = RequestFactory(property=prop, name="Hélène", phone="+33612345678")
    RequestFactory(property=prop, name="Bob")
    assert listed(staff_browser, ContactRequest, q="helene garden") == []
    assert listed(staff_browser, ContactRequest, q="HELENE free") == [helene]
    assert listed(staff_browser, ContactRequest, q="06 12 34") == [helene]
    # As Django answers a bad filter: back to the whole list.
    response = staff_browser.get(page(*LIST), {"q": "hel\0ene"})
    assert (response.status_code, response.headers["Location"]) == (302, page(*LIST) + "?e=1")


def test_a_request_is_marked_from_the_list_one_by_one(staff_browser, staff, prop):
    new, read, replied = (RequestFactory(property=prop, name=name) for name in ("Ann", "Ben", "Cleo"))
    read.mark("read", by=None)
    replied.mark("replied", by=None)
    response = act(staff_browser, "mark_read", new, read, replied)
    assert shown(response) == [
        f"Cleo ({replied.reference}): “Replied” cannot become “Read”.",
        "1 request changed: Read.",
    ]
    assert [status_of(row) for row in (new, read, replied)] == ["read", "read", "replied"]
    assert events(new) == [("new", "read", staff, None)]
    assert events(read) == [("new", "read", None, None)]
    assert ContactRequest.objects.get(pk=new.pk).read_at is not None
    assert [(e.object_id, e.get_change_message()) for e in LogEntry.objects.all()] == [(str(new.pk), "Changed status.")]


def test_requests_are_marked_as_replied(staff_browser, staff, prop):
    new, read = RequestFactory(property=prop), RequestFactory(property=prop)
    read.mark("read", by=None)
    assert shown(act(staff_browser, "mark_replied", new, read)) == ["2 requests changed: Replied."]
    assert events(new) == [("new", "replied", staff, None)]
    assert events(read) == [("new", "read", None, None), ("read", "replied", staff, None)]


def test_a_request_is_marked_from_its_page(staff_browser, staff, found):
    content = staff_browser.get(page(found, "change")).content.decode()
    for action, label in (("mark_read", "Mark as read"), ("mark_replied", "Mark as replied")):
        assert f'<option value="{action}">{label}</option>' in content
    assert shown(act_on_page(staff_browser, "mark_read", found)) == ["1 request changed: Read."]
    assert events(found) == [("new", "read", staff, None)]


def test_a_request_is_released_from_quarantine(staff_browser, staff, prop):
    spam, received = quarantined(prop), RequestFactory(property=prop)
    response = act(staff_browser, "release", spam, received)
    assert shown(response) == ["1 request is released."]
    assert events(spam) == [("quarantine", "new", staff, None)]
    row = ContactRequest.objects.select_related("contact").get(pk=spam.pk)
    assert (row.quarantined_at, row.quarantine_reason, row.contact.email) == (None, "", "sam@example.org")
    assert shown(act_on_page(staff_browser, "release", spam)) == ["0 requests are released."]


def test_what_waits_in_quarantine_is_not_marked(staff_browser, prop):
    spam = quarantined(prop)
    assert shown(act(staff_browser, "mark_read", spam)) == [
        f"Sam Spam ({spam.reference}): it is in quarantine; release it first.",
        "0 requests changed: Read.",
    ]
    assert (status_of(spam), events(spam)) == ("new", [])


@pytest.mark.parametrize("action", ["mark_read", "mark_replied", "release"])
def test_who_may_only_look_changes_nothing(prop, action):
    row = quarantined(prop) if action == "release" else RequestFactory(property=prop)
    before, client = whole(row), staff_client("view_contactrequest")
    assert act(client, action, row).status_code == 200
    assert act_on_page(client, action, row).status_code == 403
    assert (whole(row), events(row)) == (before, [])


def test_bound_staff_act_on_their_pros_requests_alone(pro, found):
    foreign, client = RequestFactory(), staff_client("all", pro=pro)
    assert shown(act(client, "mark_read", found, foreign)) == ["1 request changed: Read."]
    data = {"action": "mark_replied", "_selected_action": str(foreign.pk), "select_across": "1"}
    client.post(page(*LIST), data)
    assert act_on_page(client, "mark_read", foreign).status_code == 404
    assert (status_of(found), status_of(foreign), events(foreign)) == ("replied", "new", [])


def test_what_a_visitor_sent_is_read_only(staff_browser, found):
    before = whole(found)
    response = staff_browser.get(page(found, "change"))
    assert list(response.context["adminform"].form.fields) == []
    assert 'name="_save"' not in response.content.decode()
    data = {"name": "X", "message": "X", "status": "replied", "quarantined_at_0": "2026-01-01", "_save": "Save"}
    data |= {f"{prefix}-{key}_FORMS": "0" for prefix in ("replies", "events") for key in ("TOTAL", "INITIAL")}
    assert staff_browser.post(page(found, "change"), data).status_code == 302
    assert whole(found) == before


def test_nobody_adds_a_request_here(staff_browser):
    assert staff_browser.get(page(ContactRequest, "add")).status_code == 403


def test_replies_and_status_changes_stand_on_the_page_to_be_read(staff_browser, user, found):
    replying.reply(found, "Yes, it is.", by=user)
    response = staff_browser.get(page(found, "change"))
    replies, changes = response.context["inline_admin_formsets"]
    assert [(f.instance.body, f.instance.author) for f in replies.formset.forms] == [("Yes, it is.", user)]
    assert [(f.instance.from_status, f.instance.to_status) for f in changes.formset.forms] == [("new", "replied")]
    content = response.content.decode()
    assert "<p>Yes, it is.</p>" in content
    assert 'name="replies-0-body"' not in content
    assert 'name="events-0-user"' not in content


def test_who_may_see_a_request_sees_its_replies(user, found):
    replying.reply(found, "Yes, it is.", by=user)
    assert "<p>Yes, it is.</p>" in staff_client("view_contactrequest").get(page(found, "change")).content.decode()


def test_the_page_does_not_ask_per_reply(staff_browser, found):
    def add(count: int) -> None:
        for n in range(count):
            Reply.objects.create(contact_request=found, author=UserFactory(), body=f"Reply {n}", sent_at=timezone.now())
            found.record_event("new", "read", UserFactory())

    add(1)
    queries(staff_browser, page(found, "change"))
    few = queries(staff_browser, page(found, "change"))
    add(20)
    assert queries(staff_browser, page(found, "change")) == few


def test_the_words_of_a_visitor_are_escaped(staff_browser, prop):
    row = RequestFactory(property=prop, name="<script>alert(1)</script>", message="<img src=x onerror=alert(1)>")
    for path in (page(*LIST), page(row, "change"), page(row, "history"), page(row, "delete")):
        content = staff_browser.get(path).content.decode()
        assert "<script>alert" not in content
        assert "<img src=x" not in content


# --- properties ----------------------------------------------------------------------------------


def property_form(prop: Property, **changes: Any) -> dict[str, Any]:
    data = {"title": prop.title, "slug": prop.slug, "city": prop.city, "is_published": "on"}
    return data | changes


def test_another_pros_property_is_404(prop):
    assert_tenancy(prop, PropertyFactory(title="Not Yours"))


def test_staff_without_the_permission_for_properties_get_403(prop):
    assert_permissions(prop)


def test_rubbish_about_properties_is_no_fault(prop):
    assert_rubbish_is_harmless(prop)


def test_the_list_of_properties_takes_no_regular_expressions(db):
    assert_no_regular_expressions(Property, "title")


def test_the_list_of_properties_does_not_ask_per_row(staff_browser):
    assert_list_is_flat(staff_browser, PropertyFactory, Property)


def test_an_autocomplete_finds_the_own_pros_properties_alone(pro, prop):
    PropertyFactory(title="House of Another")
    found = autocomplete(staff_client("all", pro=pro), "contact_requests.contactrequest", "property", "house")
    assert found.json() == {
        "results": [{"id": str(prop.pk), "text": "House by the Lake"}],
        "pagination": {"more": False},
    }
    replies = autocomplete(staff_client("all", pro=pro), "contact_requests.reply", "contact_request")
    assert replies.json() == {"results": [], "pagination": {"more": False}}


def test_autocompletes_take_rubbish(found):
    client = staff_client("all")
    for field in ("contact", "property", "pro"):
        answers = {autocomplete(client, "contact_requests.contactrequest", field, text).status_code for text in HOSTILE}
        assert answers == {200}


def test_staff_add_a_property(staff_browser, pro):
    data = {"pro": pro.pk, "title": "A Flat", "slug": "a-flat", "price": "250000.50", "is_published": "on"}
    assert staff_browser.post(page(Property, "add"), data).status_code == 302
    row = Property.objects.get()
    assert (row.pro, row.title, row.slug, str(row.price), row.is_published) == (
        pro,
        "A Flat",
        "a-flat",
        "250000.50",
        True,
    )


def test_staff_change_a_property_but_not_whose_it_is(staff_browser, prop, pro):
    data = property_form(prop, title="House by the Sea", pro=ProFactory().pk, is_published="")
    assert staff_browser.post(page(prop, "change"), data).status_code == 302
    row = Property.objects.get()
    assert (row.pro, row.title, row.is_published) == (pro, "House by the Sea", False)


def test_bound_staff_add_properties_to_their_pro_alone(pro):
    client, other = staff_client("all", pro=pro), ProFactory()
    data = {"title": "A Flat", "slug": "a-flat"}
    response = client.post(page(Property, "add"), data | {"pro": other.pk})
    assert list(response.context["adminform"].form.errors) == ["pro"]
    assert other.name not in response.content.decode()
    assert client.post(page(Property, "add"), data | {"pro": pro.pk}).status_code == 302
    assert list(Property.objects.values_list("pro", "title")) == [(pro.pk, "A Flat")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "a\0b"}, "title"),
        ({"slug": "no spaces"}, "slug"),
        ({"price": "NaN"}, "price"),
        ({"price": "9" * 40}, "price"),
        ({"description": "x" * 10_001}, "description"),
    ],
)
def test_a_property_that_cannot_be_is_refused(staff_browser, prop, change, field):
    response = staff_browser.post(page(prop, "change"), property_form(prop, **change))
    assert list(response.context["adminform"].form.errors) == [field]


def test_a_property_with_requests_is_not_deleted(staff_browser, found):
    response = staff_browser.post(page(found.property, "delete"), {"post": "yes"})
    assert response.status_code == 200
    assert "would require deleting the following protected related objects" in response.content.decode()
    assert (Property.objects.count(), Contact.objects.count()) == (1, 1)


def test_the_page_of_a_property_links_to_the_visitors_page(staff_browser, prop):
    content = staff_browser.get(page(prop, "change")).content.decode()
    assert '<a href="/properties/lake">/properties/lake</a>' in content
    assert reverse("admin:view_on_site", args=[1, prop.pk]).rsplit("/", 3)[0] not in content
